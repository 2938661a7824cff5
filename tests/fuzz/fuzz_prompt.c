/* fuzz_prompt.c: keys at the prompt, in every state of the editor. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "retort/base/mem.h"
#include "retort/ui/term/prompt.h"

/* Keys that bring the editor into a state: search, argument, quoted insert, macro, character
 * search; vi mode, with a line of the history, inserting and moving. */
static const char *const states[] = {
	"",       "\x12",  "\x13o", "foo \0335", "\x16",          "\x18(ab",         "\x18(ab\x18)",
	"ab\x1d", "\x1bp", "\x1b",  "\x1b\n",    "\x1b\nfoo\x1b", "\x1b\nfoo\x1bk/",
};

/* Feed bytes to the open prompt; it must not be read beyond them. */
static void
feed(struct prompt *p, const char *bytes, size_t n)
{
	char *line;

	if (prompt_feed(p, bytes, n, &line))
		mem_free(line);
}

/* The first byte chooses a state, and whether all keys arrive at once or one by one. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct prompt *p;
	char text[300], candidates[300];
	bool single;
	int cursor;

	if (!p) {
		setenv("INPUTRC", "/dev/null", 1);
		p = prompt_new(NULL, NULL, NULL);
		prompt_open(p, ":", "mark foo"); /* a line of the history */
		feed(p, "\r", 1);
	}
	if (size == 0 || size > 4096)
		return 0;
	single = data[0] & 0x80;
	prompt_open(p, ":", "");
	feed(p, "\x1b\x05", 2); /* from vi mode, in which the last keys may have left the editor */
	prompt_open(p, ":", "mark");
	{
		const char *state = states[(data[0] & 0x7F) % (sizeof states / sizeof *states)];

		feed(p, state, strlen(state));
	}
	for (size_t i = 1; i < size; i += single ? 1 : size - 1)
		feed(p, (const char *)data + i, single ? 1 : size - 1);
	if (prompt_is_open(p)) {
		prompt_view(p, 80, text, sizeof text, &cursor, candidates, sizeof candidates);
		MUST(cursor >= 0 && cursor <= 80);
	}
	prompt_close(p);
	return 0;
}
