/* cmd_mark.c: `mark`: notes at a step. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

#include <string.h>

#include "retort/base/unicode.h"

/* Copy as many whole characters as fit. */
static void
copy_characters(char *to, size_t size, const char *from, size_t len)
{
	size_t used = 0, n;
	uint32_t cp;

	while (used < len) {
		n = unicode_decode(from + used, len - used, &cp);
		n = n ? n : 1; /* not UTF-8 */
		if (used + n >= size)
			break;
		used += n;
	}
	memcpy(to, from, used);
	to[used] = '\0';
}

static int
exec_mark(struct cmd_call *c, struct err *e)
{
	struct request *r = cmd_request(c, REQUEST_MARK);
	struct text note = { 0 };

	(void)e;
	args_join(&c->args, "TEXT", &note);
	/* the recording has the full text */
	copy_characters(r->u.mark.text, sizeof r->u.mark.text, text_get(&note), note.len);
	text_release(&note);
	return 0;
}

static const struct grammar_form mark_forms[] = {
	GRAMMAR_FORM(exec_mark, { .name = "TEXT", .kind = GRAMMAR_WORD, .flags = GRAMMAR_REPEAT }),
	{ 0 }
};

const struct cmd cmd_mark = {
	.name = "mark",
	.form = mark_forms,
	.flags = CMD_RECORD,
	.doc = "Leave a note at this step.",
	.example = "mark here it gets interesting",
};
