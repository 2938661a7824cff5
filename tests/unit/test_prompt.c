/* test_prompt.c: sequences of the functions of the prompt, in every state of the editor. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#include <readline/readline.h>

#include "retort/base/mem.h"
#include "retort/base/mono.h"
#include "retort/base/rng.h"
#include "retort/ui/term/prompt.h"

#define FUNCTIONS 200
#define LONGEST 8

/* Keys that bring the editor into a state. */
static const struct {
	const char *name, *keys;
} states[] = {
	{ "empty", "" },
	{ "search", "\x12" },
	{ "search with text", "\x13o" },
	{ "argument", "foo \x1b"
		      "5" },
	{ "quoted insert", "\x16" },
	{ "macro being defined", "\x18(ab" },
	{ "macro defined", "\x18(ab\x18)" },
	{ "character search", "ab\x1d" },
	{ "search at once", "\x1bp" },
};

#define STATES (sizeof states / sizeof *states)

static struct {
	char *keys; /* of the function, as bytes */
	const char *name;
} function[FUNCTIONS];
static int n_functions;
static const char *running[LONGEST]; /* what runs now */

/* List the functions that a key of a map is bound to, with the first of their keys after `before`.
 */
static void
list_functions(Keymap map, const char *before)
{
	const char **name = rl_funmap_names();

	for (int i = 0; name[i] && n_functions < FUNCTIONS; i++) {
		rl_command_func_t *f = rl_named_function(name[i]);
		char **bound = f ? rl_invoking_keyseqs_in_map(f, map) : NULL, *keys;
		int len;

		if (!bound || !bound[0])
			continue;
		keys = calloc(2 * strlen(bound[0]) + strlen(before) + 2, 1);
		memcpy(keys, before, strlen(before));
		CHECK(rl_translate_keyseq(bound[0], keys + strlen(before), &len) == 0);
		function[n_functions].keys = keys;
		function[n_functions++].name = name[i];
		for (int k = 0; bound[k]; k++)
			free(bound[k]);
		free(bound);
	}
	free(name);
}

static void
forget_functions(void)
{
	for (int i = 0; i < n_functions; i++)
		free(function[i].keys);
	n_functions = 0;
}

static void
feed(struct prompt *p, const char *keys)
{
	char *line;

	if (prompt_feed(p, keys, strlen(keys), &line))
		mem_free(line);
}

/* Open the prompt, enter a state and call functions by their keys; then a line can still be
 * entered. */
static void
call_functions(struct prompt *p, size_t state, const int *which, int n)
{
	char text[200], candidates[100], *line = NULL;
	bool entered;
	int cursor;

	for (int i = 0; i < LONGEST; i++)
		running[i] = i < n ? function[which[i]].name : NULL;
	prompt_open(p, ":", "");
	feed(p, states[state].keys);
	for (int i = 0; i < n && prompt_is_open(p); i++)
		feed(p, function[which[i]].keys);
	if (n == 2 && prompt_is_open(p))
		prompt_paste(p, "a\tb");
	if (prompt_is_open(p)) {
		prompt_view(p, 60, text, sizeof text, &cursor, candidates, sizeof candidates);
		CHECK(cursor >= 0 && cursor <= 60);
	}
	prompt_open(p, ":", "ok");
	entered =
		prompt_feed(p, "\r", 1, &line); /* "ok", or what operate-and-get-next has brought */
	mem_free(line);
	for (int i = 0; i < LONGEST && running[i] && !entered; i++)
		print_message("%s: %s\n", states[state].name, running[i]);
	CHECK(entered);
}

/* Every sequence of up to `depth` functions, in every state. */
static void
call_all(struct prompt *p, int depth)
{
	int n = n_functions;

	for (size_t s = 0; s < STATES; s++)
		for (int a = 0; a < n; a++) {
			call_functions(p, s, &a, 1);
			for (int b = 0; b < n && depth > 1; b++) {
				call_functions(p, s, (int[]){ a, b }, 2);
				for (int c = 0; c < n && depth > 2; c++)
					call_functions(p, s, (int[]){ a, b, c }, 3);
			}
		}
}

/* Random sequences for some seconds. */
static void
call_random(struct prompt *p, double seconds)
{
	struct rng r = rng_stream(7, "keys", 0, 0);
	double until = mono_now() + seconds;

	for (uint64_t k = 0; mono_now() < until; k++) {
		int which[LONGEST], n = 1 + (int)rng_below(r, 16 * k, LONGEST);

		for (int i = 0; i < n; i++)
			which[i] =
				(int)rng_below(r, 16 * k + 1 + (uint64_t)i, (uint32_t)n_functions);
		call_functions(p, rng_below(r, 16 * k + 9, STATES), which, n);
	}
}

/* With RETORT_PROMPT_SECONDS: sequences of three, and random ones for so long. */
static void
call_in_mode(const char *mode)
{
	const char *seconds = getenv("RETORT_PROMPT_SECONDS");
	struct prompt *p = prompt_new(NULL, NULL, NULL);
	char *line;

	rl_variable_bind("editing-mode", mode);
	for (int i = 0; i < 2; i++) {
		prompt_open(p, ":", i ? "set lr 1" : "mark foo");
		CHECK(prompt_feed(p, "\r", 1, &line));
		mem_free(line);
	}
	list_functions(rl_get_keymap(), "");
	if (strcmp(mode, "vi") == 0)
		list_functions(vi_movement_keymap, "\x1b");
	CHECK(n_functions > 40);
	call_all(p, seconds ? 3 : 2);
	call_random(p, seconds ? strtod(seconds, NULL) : 1);
	forget_functions();
	prompt_free(p);
	rl_variable_bind("editing-mode", "emacs");
}

static void
any_functions_in_any_state(void **state)
{
	(void)state;
	call_in_mode("emacs");
}

static void
any_functions_in_vi_mode(void **state)
{
	(void)state;
	call_in_mode("vi");
}

static void
an_argument_does_not_delay_a_line(void **state)
{
	struct prompt *p = prompt_new(NULL, NULL, NULL);
	char *line = NULL;

	(void)state;
	prompt_open(p, ":", "mark");
	feed(p, "\x1b"
		"5");
	CHECK(prompt_feed(p, "\r", 1, &line));
	CHECK_STR(line, "mark");
	mem_free(line);
	prompt_free(p);
}

static void
a_paste_is_inserted_in_any_state(void **state)
{
	struct prompt *p = prompt_new(NULL, NULL, NULL);
	char *line = NULL;

	(void)state;
	for (size_t s = 0; s < STATES; s++) {
		prompt_open(p, ":", "");
		feed(p, states[s].keys);
		prompt_paste(p, "set\tlr 1");
		CHECK(prompt_feed(p, "\r", 1, &line));
		CHECK(line && strstr(line, "set lr 1")); /* a tab completes nothing */
		mem_free(line);
	}
	prompt_free(p);
}

static void
a_sequence_of_keys_ends_a_search(void **state)
{
	struct prompt *p = prompt_new(NULL, NULL, NULL);
	char *line;

	(void)state;
	prompt_open(p, ":", "mark foo");
	CHECK(prompt_feed(p, "\r", 1, &line));
	mem_free(line);
	prompt_open(p, ":", "");
	feed(p, "\x12");
	feed(p, "fo");
	feed(p, "\x18");
	feed(p, "u"); /* C-x u is not bound */
	CHECK(prompt_is_open(p));
	CHECK(prompt_feed(p, "\r", 1, &line));
	CHECK_STR(line, "mark foo"); /* the line that the search had found */
	mem_free(line);
	prompt_free(p);
}

#if defined __GLIBC__ && __GLIBC_PREREQ(2, 33) && !defined __SANITIZE_ADDRESS__

/* Enter lines by these keys. Return the bytes that are allocated. */
static size_t
enter_lines(struct prompt *p, const char *keys, int lines)
{
	for (int i = 0; i < lines; i++) {
		char *line;

		prompt_open(p, ":", "mark");
		feed(p, keys);
		if (prompt_is_open(p) && prompt_feed(p, "\r", 1, &line))
			mem_free(line);
	}
	return mallinfo2().uordblks;
}

static void
lines_leave_no_memory(void **state)
{
	static const char *const keys[] = {
		"",
		"\x10",                      /* previous line */
		"xy\x10\x0E\x1F",            /* previous and next line, undo */
		"\x10\x10x\x10x",            /* lines of the history edited and left */
		"\x12ma",                    /* search */
		"\x12ma\x07",                /* search ended */
		"xy\x1bpma\r",               /* search by a whole string */
		"xy\x1bpnone\r",             /* that is not found */
		"\x10\x1bpma\r\x10\x0E",     /* both */
		"mark\x10\x10\x10\x1b>\x0F", /* operate-and-get-next */
	};
	struct prompt *p = prompt_new(NULL, NULL, NULL);

	(void)state;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		size_t before = enter_lines(p, keys[i], 100), after = enter_lines(p, keys[i], 500);

		if (after > before + 5000)
			print_message("keys %zu: %zu bytes for 500 lines\n", i, after - before);
		CHECK(after <= before + 5000);
	}
	prompt_free(p);
}
#define LEAVE_NO_MEMORY TEST(lines_leave_no_memory),
#else
#define LEAVE_NO_MEMORY
#endif

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_sequence_of_keys_ends_a_search), TEST(an_argument_does_not_delay_a_line),
		TEST(a_paste_is_inserted_in_any_state), TEST(any_functions_in_any_state),
		TEST(any_functions_in_vi_mode),         LEAVE_NO_MEMORY
	};

	setenv("TERM", "xterm", 1);
	setenv("INPUTRC", "/dev/null", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
