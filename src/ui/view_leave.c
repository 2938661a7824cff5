/* view_leave.c: leaving the workbench, and saving the student before. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/view_leave.h"

#include <stdio.h>

#include "retort/session/lex.h"

void
view_leave(struct scene *s, struct text *line)
{
	uint64_t steps = s->info.run->has_student ? s->info.run->student.steps : 0;

	if (s->info.phase == LAB_IDLE && (steps == 0 || steps == s->saved_steps)) {
		text_add(line, "quit");
		return;
	}
	if (s->info.phase != LAB_IDLE)
		snprintf(s->question, sizeof s->question, "training is running; quit? y/n");
	else
		snprintf(
			s->question, sizeof s->question,
			"the student of step %llu is not saved, :w saves it, :quit with state lets "
			"--continue go on from here; quit? y/n",
			(unsigned long long)steps);
	snprintf(s->answer, sizeof s->answer, "quit");
	s->options[0] = '\0';
}

int
view_leave_write(const struct scene *s, const char *file, struct text *line, struct err *e)
{
	if (!s->info.run->has_student)
		return err_set(e, "view write: no student; `student mlp 16` creates one");
	text_add(line, "save s ");
	lex_quote(line, file[0] ? file : s->saved_to);
	return 0;
}
