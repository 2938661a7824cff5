/* test_lex.c: words of a line, and quotes that keep every byte of a word. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/rng.h"
#include "retort/session/lex.h"

/* Quote a word, check that the line is printable and that lex_line reads the word back. */
static void
check_quoted(const char *word)
{
	static struct lex lex;
	struct text t = { 0 };
	struct err e = { .msg = "" };
	int column;

	text_add(&t, "mark ");
	lex_quote(&t, word);
	for (size_t i = 0; i < t.len; i++)
		CHECK((unsigned char)t.s[i] >= ' ' && t.s[i] != 0x7f);
	text_add(&t, " last");
	if (lex_line(t.s, &lex, &column, &e) < 0)
		fail_msg("%s: %s", t.s, e.msg);
	CHECK_INT(lex.n, 3);
	CHECK_STR(lex.word[1], word);
	CHECK_STR(lex.word[2], "last");
	text_release(&t);
}

static void
quoted_words_read_back(void **state)
{
	static const char *const words[] = {
		"",
		"plain/path-1.csv",
		"two words",
		"it's",
		"a \"b\" 'c' \\",
		"x\ny",
		"\r",
		"tab\there",
		"$'x'",
		"#comment",
		"@12",
		"\033[31m",
		"\xc2\x85",
		"\xc3\xa9",
		"\xff\xfe'",
		"\x7f'",
		"\xef\xbf\xbd",
		"'\nmark x\n#",
		"\\x41\\n\\",
		"\xe2\x82",
	};

	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		check_quoted(words[i]);
}

static void
random_bytes_read_back(void **state)
{
	static const char likely[] = "'\"\\$ \n\r\tx#@n0a\xc2\x80";
	struct rng r = rng_stream(1, "lex", 0, 0);
	uint64_t draw = 0;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char word[24];
		size_t n = rng_below(r, draw++, sizeof word);

		for (size_t i = 0; i < n; i++)
			word[i] = rng_below(r, draw++, 2)
					  ? likely[rng_below(r, draw++, sizeof likely - 1)]
					  : (char)(1 + rng_below(r, draw++, 255));
		word[n] = '\0';
		check_quoted(word);
	}
}

/* The longest paths of a line of two files, all of it escapes, fit. */
static void
long_paths_fit(void **state)
{
	static char path[4096];
	static struct lex lex;
	struct text t = { 0 };
	int column;

	(void)state;
	memset(path, '\001', sizeof path - 1);
	text_add(&t, "data ");
	lex_quote(&t, path);
	CHECK_INT(lex_line(t.s, &lex, &column, NULL), 0);
	CHECK_STR(lex.word[1], path);
	text_release(&t);
}

static const char *
refusal(const char *line, int *column)
{
	static struct lex lex;
	static struct err e;

	e.msg[0] = '\0';
	CHECK_INT(lex_line(line, &lex, column, &e), -1);
	return e.msg;
}

static void
escapes_are_read_or_refused(void **state)
{
	static struct lex lex;
	int column;

	(void)state;
	CHECK_INT(lex_line("mark $'a\\x41\\xfF\\n\\'\\\\'tail' x' $b'c' x$'\\n'", &lex, &column,
			   NULL),
		  0);
	CHECK_INT(lex.n, 4);
	CHECK_STR(lex.word[1], "aA\xff\n'\\tail x");
	CHECK_STR(lex.word[2], "$bc");
	CHECK_STR(lex.word[3], "x$\\n"); /* inside a word $ is a letter */
	CHECK(strstr(refusal("mark $'a\\q'", &column), "invalid escape '\\q'"));
	CHECK_INT(column, 9);
	CHECK(strstr(refusal("mark $'\\x00'", &column), "invalid escape '\\x'"));
	CHECK(strstr(refusal("mark $'\\x4'", &column), "invalid escape '\\x'"));
	CHECK(strstr(refusal("mark $'a\\", &column), "invalid escape '\\'"));
	CHECK(strstr(refusal("mark $'a", &column), "never closed"));
	CHECK_INT(column, 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(quoted_words_read_back),
		TEST(random_bytes_read_back),
		TEST(long_paths_fit),
		TEST(escapes_are_read_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
