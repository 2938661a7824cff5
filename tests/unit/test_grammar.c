/* test_grammar.c: parsing of words by a table of forms, and their synopsis. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/session/grammar.h"
#include "retort/session/synopsis.h"

static const struct grammar_form forms[] = {
	GRAMMAR_ALONE(NULL),
	GRAMMAR_FORM(NULL, { .name = "NAME" }, { .word = "load" }, { .name = "FILE" },
		     { .word = "hash", .name = "HEX", .flags = GRAMMAR_ANY }),
	GRAMMAR_FORM(NULL, { .name = "NAME" },
		     { .word = "keep", .name = "LOSS", .flags = GRAMMAR_ANY | GRAMMAR_REPEAT },
		     { .name = "W", .kind = GRAMMAR_REAL, .flags = GRAMMAR_MORE },
		     { .word = "size",
		       .name = "N",
		       .kind = GRAMMAR_NUMBER,
		       .flags = GRAMMAR_ANY | GRAMMAR_NEEDED,
		       .min = 1,
		       .max = 9 },
		     { .name = "on|off",
		       .choices = "on, off",
		       .kind = GRAMMAR_CHOICE,
		       .flags = GRAMMAR_OPTIONAL }),
	GRAMMAR_FORM(NULL, { .word = "go" },
		     { .word = "steps",
		       .name = "N",
		       .kind = GRAMMAR_NUMBER,
		       .flags = GRAMMAR_ANY | GRAMMAR_BARE,
		       .min = 1,
		       .max = 9,
		       .help = "length" },
		     { .word = "into", .name = "FILE", .flags = GRAMMAR_ANY, .help = "output" },
		     { .word = "from",
		       .flags = GRAMMAR_ANY | GRAMMAR_REFUSED,
		       .help = "goes with load" }),
	{ 0 }
};

/* Parse a line; the message of the error, or "". Reused by the next call. */
static const char *
parsed(const char *line, struct args *m)
{
	static struct err e;
	static char text[256];
	static char *word[32]; /* args borrow the words */
	char *more;
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
	struct args m;

	(void)state;
	CHECK_STR(parsed("", &m), "");
	CHECK_INT(m.form, 0);
	CHECK_STR(parsed("a load x hash 12", &m), "");
	CHECK_INT(m.form, 1);
	CHECK_INT(args_get(&m, "FILE")->at, 2);
	CHECK_INT(args_get(&m, "hash")->at, 4);
	CHECK_STR(parsed("a keep kd 0.5 size 3 keep ce 1 off", &m), "");
	CHECK_INT(m.form, 2);
	CHECK_INT(args_number(&m, "size", 7), 3);
	CHECK_NEAR(args_real(&m, "W", 0), 0.5, 0);
	CHECK_INT(m.value[m.n - 1].choice, 1);
	CHECK_INT(args_number(&m, "absent", 7), 7);
}

static void
an_error_names_the_word_and_what_is_expected(void **state)
{
	struct args m;

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
a_keyword_may_be_left_out_or_refused_with_a_reason(void **state)
{
	struct args m;

	(void)state;
	CHECK_STR(parsed("go 3 into x", &m), "");
	CHECK_INT(args_number(&m, "steps", 0), 3);
	CHECK_STR(args_word(&m, "into"), "x");
	CHECK_STR(parsed("go into x steps 4", &m), "");
	CHECK_INT(args_number(&m, "steps", 0), 4);
	CHECK_STR(parsed("go 10", &m), "invalid steps '10' (expected 1 to 9)");
	CHECK_STR(parsed("go from x", &m), "from goes with load");
	CHECK_STR(parsed("go at x", &m),
		  "invalid word 'at' (expected one of load, keep, size, steps, into)");
}

static void
arguments_are_found_by_keyword_or_name(void **state)
{
	const struct args_value *v;
	struct text words = { 0 };
	struct args m;

	(void)state;
	CHECK_STR(parsed("a keep kd 0.5 keep ce 1 size 3", &m), "");
	v = args_get(&m, "keep");
	CHECK_STR(m.argv[v->at], "kd");
	v = args_next(&m, "keep", v);
	CHECK_STR(m.argv[v->at], "ce");
	CHECK(!args_next(&m, "keep", v));
	args_join(&m, "keep", &words);
	CHECK_STR(words.s, "kd ce");
	CHECK_INT(args_bit(&m, "keep"), 1 << 2);
	CHECK_INT(args_bit(&m, "absent"), 0);
	CHECK_INT(args_choice(&m, "on|off", -1), -1);
	CHECK(!args_word(&m, "absent"));
	text_release(&words);
}

static void
add_option(void *arg, const char *spelling, const char *help)
{
	text_addf(arg, "%s: %s; ", spelling, help);
}

static void
options_with_help_are_listed_once(void **state)
{
	struct text t = { 0 };

	(void)state;
	synopsis_options(forms, add_option, &t);
	CHECK_STR(t.s, "[steps] N: length (1 to 9); into FILE: output; ");
	text_release(&t);
}

static void
the_synopsis_shows_one_form(void **state)
{
	struct text t = { 0 };

	(void)state;
	synopsis_form(&forms[1], &t);
	CHECK_STR(t.s, "NAME load FILE [hash HEX]");
	text_clear(&t);
	synopsis_form(&forms[2], &t);
	CHECK_STR(t.s, "NAME [keep LOSS W]... size N [on|off]");
	text_clear(&t);
	synopsis_form(&forms[3], &t);
	CHECK_STR(t.s, "go [[steps] N] [into FILE]");
	text_release(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_line_takes_the_first_form_that_it_fits),
		TEST(an_error_names_the_word_and_what_is_expected),
		TEST(a_keyword_may_be_left_out_or_refused_with_a_reason),
		TEST(arguments_are_found_by_keyword_or_name),
		TEST(options_with_help_are_listed_once),
		TEST(the_synopsis_shows_one_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
