/* test_grammar.c: parsing of words by a table of forms, and their synopsis. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/session/grammar.h"

static const struct grammar_form forms[] = {
	GRAMMAR_FORM(),
	GRAMMAR_FORM({ .name = "NAME" }, { .word = "load" }, { .name = "FILE" },
		     { .word = "hash", .name = "HEX", .flags = GRAMMAR_ANY }),
	GRAMMAR_FORM({ .name = "NAME" },
		     { .word = "keep", .name = "LOSS", .flags = GRAMMAR_ANY | GRAMMAR_REPEAT },
		     { .name = "W", .kind = GRAMMAR_REAL, .flags = GRAMMAR_MORE },
		     { .word = "size",
		       .name = "N",
		       .kind = GRAMMAR_NUMBER,
		       .flags = GRAMMAR_ANY | GRAMMAR_NEEDED,
		       .min = 1,
		       .max = 9 },
		     { .choices = "on, off", .kind = GRAMMAR_CHOICE, .flags = GRAMMAR_OPTIONAL }),
	{ NULL }
};

/* Parse a line; the message of the error, or "". Reused by the next call. */
static const char *
parsed(const char *line, struct grammar_match *m)
{
	static struct err e;
	static char text[256];
	char *word[32], *more;
	int n = 0;

	snprintf(text, sizeof text, "%s", line);
	for (char *w = strtok_r(text, " ", &more); w; w = strtok_r(NULL, " ", &more))
		word[n++] = w;
	e.msg[0] = '\0';
	return grammar_parse(forms, n, word, m, &e) == 0 ? "" : e.msg;
}

static void
a_line_takes_the_first_form_that_it_fits(void **state)
{
	struct grammar_match m;

	(void)state;
	CHECK_STR(parsed("", &m), "");
	CHECK_INT(m.form, 0);
	CHECK_STR(parsed("a load x hash 12", &m), "");
	CHECK_INT(m.form, 1);
	CHECK_INT(grammar_get(&m, "FILE")->at, 2);
	CHECK_INT(grammar_get(&m, "hash")->at, 4);
	CHECK_STR(parsed("a keep kd 0.5 size 3 keep ce 1 off", &m), "");
	CHECK_INT(m.form, 2);
	CHECK_INT(grammar_number(&m, "size", 7), 3);
	CHECK_NEAR(grammar_real(&m, "W", 0), 0.5, 0);
	CHECK_INT(m.value[m.n - 1].choice, 1);
	CHECK_INT(grammar_number(&m, "absent", 7), 7);
}

static void
an_error_names_the_word_and_what_is_expected(void **state)
{
	struct grammar_match m;

	(void)state;
	CHECK_STR(parsed("a load", &m), "missing FILE");
	CHECK_STR(parsed("a load x hsah 1", &m),
		  "invalid word 'hsah' (expected hash; did you mean hash?)");
	CHECK_STR(parsed("a size 10", &m), "invalid size '10' (expected 1 to 9)");
	CHECK_STR(parsed("a size x", &m), "invalid size 'x' (expected a whole number)");
	CHECK_STR(parsed("a size 3 maybe", &m),
		  "invalid word 'maybe' (expected one of keep, on, off)");
	CHECK_STR(parsed("a size 3 size 4", &m),
		  "invalid word 'size' (expected one of keep, on, off)");
	CHECK_STR(parsed("a size 3 on on", &m), "unexpected word 'on'");
	CHECK_STR(parsed("a keep kd 1", &m), "missing size");
}

static void
the_synopsis_shows_one_form(void **state)
{
	struct text t = { 0 };

	(void)state;
	grammar_synopsis(&forms[1], &t);
	CHECK_STR(t.s, "NAME load FILE [hash HEX]");
	text_clear(&t);
	grammar_synopsis(&forms[2], &t);
	CHECK_STR(t.s, "NAME [keep LOSS W]... size N [on|off]");
	text_release(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_line_takes_the_first_form_that_it_fits),
		TEST(an_error_names_the_word_and_what_is_expected),
		TEST(the_synopsis_shows_one_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
