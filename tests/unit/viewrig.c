/* viewrig.c: view actions, and what they become. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "viewrig.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/text.h"
#include "retort/ui/view.h"

const char *
viewrig_done(struct scene *s, const char *name, const char *argument)
{
	static char buf[2][600];
	static int turn;
	struct text line = { 0 };
	struct err e = { .msg = "" };

	turn = !turn;
	if (view_do(s, name, argument, &line, &e) < 0)
		snprintf(buf[turn], sizeof buf[turn], "error: %s", e.msg);
	else
		snprintf(buf[turn], sizeof buf[turn], "%s", text_get(&line));
	text_release(&line);
	return buf[turn];
}

bool
viewrig_is_refused(struct scene *s, const char *name, const char *argument)
{
	return strncmp(viewrig_done(s, name, argument), "error: ", 7) == 0;
}

bool
viewrig_is_refused_with(struct scene *s, const char *name, const char *argument, const char *words)
{
	const char *said = viewrig_done(s, name, argument);

	return strncmp(said, "error: ", 7) == 0 && strstr(said, words);
}
