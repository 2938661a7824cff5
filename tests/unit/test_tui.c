/* test_tui.c: decoding of keys, key bindings, and the prompt, with input split as by a slow line.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <sys/stat.h>
#include <unistd.h>

#include "retort/base/mem.h"
#include "retort/ui/keymap.h"
#include "retort/ui/term/keys.h"
#include "retort/ui/term/prompt.h"

static void
check_key(const char *bytes, const char *want, size_t taken)
{
	struct keys_mouse m;
	char name[16];

	CHECK_INT(keys_next(bytes, strlen(bytes), true, name, sizeof name, &m), taken);
	CHECK_STR(name, want);
}

static void
bytes_are_decoded_into_keys(void **state)
{
	struct keys_mouse m;
	char name[16];

	(void)state;
	check_key("q", "q", 1);
	check_key("\x12", "C-r", 1);
	check_key("\t", "Tab", 1);
	check_key("\r", "Enter", 1);
	check_key(" ", "Space", 1);
	check_key("\x7f", "BSpace", 1);
	check_key("\033", "Esc", 1);
	check_key("\033[A", "Up", 3);
	check_key("\033OA", "Up", 3);
	check_key("\033[Z", "S-Tab", 3);
	check_key("\033[5~x", "PgUp", 4);
	check_key("\033OP", "F1", 3);
	check_key("\033b", "M-b", 2);
	check_key("\033[99z", "", 5); /* unknown: discarded as a whole */
	check_key("\xE6\xB8\xA9x", "\xE6\xB8\xA9", 3);
	check_key("\xFF", "", 1);
	/* incomplete */
	CHECK_INT(keys_next("\033", 1, false, name, sizeof name, &m), 0);
	CHECK_INT(keys_next("\033[", 2, false, name, sizeof name, &m), 0);
	CHECK_INT(keys_next("\xE6\xB8", 2, false, name, sizeof name, &m), 0);
	CHECK_INT(keys_next("\033[<0;12;5M", 10, true, name, sizeof name, &m), 10);
	CHECK_STR(name, "Mouse");
	CHECK(m.x == 11 && m.y == 4 && m.button == 0 && m.press);
}

static void
any_bytes_are_consumed(void **state)
{
	char bytes[64], name[16];
	struct keys_mouse m;

	(void)state;
	for (unsigned seed = 0; seed < 20000; seed++) {
		size_t len = 1 + seed % 40, at = 0;

		for (size_t i = 0; i < len; i++)
			bytes[i] = "\033[<;0123456789OA~Mm\xE6\xB8\xC3 q\x00\x7f"
				[(seed * 2654435761u >> (i % 24)) % 27];
		while (at < len) {
			size_t n = keys_next(bytes + at, len - at, true, name, sizeof name, &m);

			CHECK(n > 0 && n <= len - at);
			at += n;
		}
	}
}

static void
keys_are_found_by_context_bound_and_unbound(void **state)
{
	struct keymap *m = keymap_new();
	const char *context, *key, *command;
	struct err e;
	size_t n = 0;

	(void)state;
	while (keymap_get(m, n, &context, &key, &command) == 0)
		n++;
	CHECK(n > 60);
	CHECK_STR(keymap_find(m, "loss", "q"), "view close");
	CHECK_STR(keymap_find(m, "teachers", "M"), "view mute");
	CHECK(keymap_find(m, "loss", "M") == NULL);
	CHECK_INT(keymap_bind(m, "loss", "C-t", "set temperature 2", &e), 0);
	CHECK_STR(keymap_find(m, "loss", "C-t"), "set temperature 2");
	CHECK_INT(keymap_bind(m, "loss", "C-t", "", &e), 0);
	CHECK(keymap_find(m, "loss", "C-t") == NULL);
	CHECK_INT(keymap_bind(m, "nowhere", "q", "quit", &e), -1);
	CHECK_INT(keymap_bind(m, "all", "Control-q", "quit", &e), -1);
	keymap_free(m);
}

static char **
complete(void *arg, const char *line, size_t point, size_t *start)
{
	char **list = mem_array(3, sizeof *list);

	(void)arg;
	*start = point;
	while (*start && line[*start - 1] != ' ')
		--*start;
	list[0] = mem_text("temperature");
	if (point - *start < 4)
		list[1] = mem_text("temporary");
	return list;
}

static char *
type(struct prompt *p, const char *bytes)
{
	char *line;

	prompt_feed(p, bytes, strlen(bytes), &line);
	return line;
}

static void
check_view(struct prompt *p, int width, const char *want, int column)
{
	char text[256], candidates[256];
	int cursor;

	prompt_view(p, width, text, sizeof text, &cursor, candidates, sizeof candidates);
	CHECK_STR(text, want);
	CHECK_INT(cursor, column);
}

static void
the_cursor_is_at_a_column_not_a_byte(void **state)
{
	struct prompt *p = prompt_new(NULL, complete, NULL);
	char *line;

	(void)state;
	prompt_open(p, ":", "set ");
	check_view(p, 80, ":set ", 5);
	type(p, "\xE6\xB8"); /* a character in two reads */
	type(p, "\xA9\xE5\xBA\xA6");
	check_view(p, 80, ":set \xE6\xB8\xA9\xE5\xBA\xA6", 9); /* four columns, six bytes */
	type(p, "\033[D");                                     /* left */
	check_view(p, 80, ":set \xE6\xB8\xA9\xE5\xBA\xA6", 7);
	line = type(p, "\r");
	CHECK_STR(line, "set \xE6\xB8\xA9\xE5\xBA\xA6");
	mem_free(line);
	CHECK(!prompt_is_open(p));
	prompt_open(p, ":", "");
	CHECK(type(p, "\x04") == NULL); /* Ctrl-D on an empty line closes the prompt */
	CHECK(!prompt_is_open(p));
	prompt_free(p);
}

static void
tab_completes_and_lists(void **state)
{
	struct prompt *p = prompt_new(NULL, complete, NULL);
	char text[256], candidates[256];
	int cursor;

	(void)state;
	prompt_open(p, ":", "");
	type(p, "set t\t");
	prompt_view(p, 80, text, sizeof text, &cursor, candidates, sizeof candidates);
	CHECK_STR(text, ":set temp"); /* the common prefix */
	CHECK_STR(candidates, "temperature  temporary");
	type(p, "\t");
	prompt_close(p);
	prompt_open(p, ":", "");
	type(p, "set tempe\t");
	prompt_view(p, 80, text, sizeof text, &cursor, candidates, sizeof candidates);
	CHECK_STR(text, ":set temperature ");
	prompt_free(p);
}

static void
a_long_line_scrolls(void **state)
{
	struct prompt *p = prompt_new(NULL, NULL, NULL);
	char text[256], candidates[16];
	int cursor;

	(void)state;
	prompt_open(p, ":", "");
	for (int i = 0; i < 100; i++) {
		type(p, "x");
		prompt_view(p, 20, text, sizeof text, &cursor, candidates, sizeof candidates);
		CHECK(cursor > 0 && cursor < 20 && strlen(text) <= 20);
	}
	type(p, "\x01"); /* to the start */
	check_view(p, 20, ":xxxxxxxxxxxxxxxxxxx", 1);
	prompt_free(p);
}

static void
history_is_searched_saved_and_private(void **state)
{
	char path[] = "/tmp/retort-history-XXXXXX";
	int fd = mkstemp(path);
	struct prompt *p;
	struct stat st;
	char *line;

	(void)state;
	CHECK(fd >= 0);
	close(fd);
	p = prompt_new(path, NULL, NULL);
	for (int i = 0; i < 3; i++) {
		prompt_open(p, ":", "");
		line = type(p, i == 1 ? "set lr 1\r" : "mark \xE6\xB8\xA9\r");
		mem_free(line);
	}
	prompt_free(p);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
	p = prompt_new(path, NULL, NULL);
	prompt_open(p, ":", "");
	type(p, "\x12\xE6"); /* Ctrl-R and a character in two reads */
	type(p, "\xB8\xA9");
	line = type(p, "\r");
	CHECK_STR(line, "mark \xE6\xB8\xA9");
	mem_free(line);
	prompt_open(p, ":", "");
	type(p, "\x10\x10\x10\x10"); /* the oldest of two lines: a duplicate was removed */
	line = type(p, "\r");
	CHECK_STR(line, "set lr 1");
	mem_free(line);
	prompt_free(p);
	unlink(path);
}

/* Bindings of all panes are grouped by purpose; own ones come last. */
static void
keys_have_a_purpose(void **state)
{
	struct keymap *m = keymap_new();
	struct keymap_group g;
	const char *last = "";
	int purposes = 0;

	(void)state;
	CHECK_INT(keymap_bind(m, "all", "C-t", "set temperature 2", NULL), 0);
	for (size_t at = 0; keymap_group(m, "all", &at, &g);) {
		CHECK(g.purpose && g.purpose[0]);
		purposes += strcmp(last, g.purpose) != 0;
		last = g.purpose;
	}
	CHECK_STR(last, "own");
	CHECK_INT(purposes, 8);
	for (size_t at = 0; keymap_group(m, "editor", &at, &g);)
		CHECK_STR(g.purpose, "");
	keymap_free(m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(keys_have_a_purpose),
		TEST(bytes_are_decoded_into_keys),
		TEST(any_bytes_are_consumed),
		TEST(keys_are_found_by_context_bound_and_unbound),
		TEST(the_cursor_is_at_a_column_not_a_byte),
		TEST(tab_completes_and_lists),
		TEST(a_long_line_scrolls),
		TEST(history_is_searched_saved_and_private),
	};

	setenv("TERM", "xterm", 1);
	setenv("INPUTRC", "/dev/null", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
