/* test_chain.c: the running hash of a recording, and every edit of one. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/session/chain.h"

#define LINES 12

/* Write `n` lines with their hashes. */
static void
make_lines(struct text *line, size_t n)
{
	struct chain c = { "" };

	for (size_t i = 0; i < n; i++) {
		line[i] = (struct text){ 0 };
		text_addf(&line[i], "mark line%zu # a remark", i);
		chain_add(&c, &line[i]);
	}
}

/* Check the text of the lines whose index is in order[n]. */
static struct chain_state
check_order(const struct text *line, const size_t *order, size_t n)
{
	struct text t = { 0 };
	struct chain_state s;

	for (size_t i = 0; i < n; i++)
		text_addf(&t, "%s\n", line[order[i]].s);
	chain_check(text_get(&t), &s);
	text_release(&t);
	return s;
}

/* The hash of a known line: SHA-256 of "\nretort-session 2", and of that hash, "\n" and "run 3". */
static void
a_hash_is_that_of_sha256(void **state)
{
	struct chain c = { "" };
	struct text t = { 0 };

	(void)state;
	text_add(&t, "retort-session 2");
	chain_add(&c, &t);
	CHECK_STR(t.s, "retort-session 2 #=d2f384d965b3b932");
	text_clear(&t);
	text_add(&t, "run 3");
	chain_add(&c, &t);
	CHECK_STR(t.s, "run 3 #=52e50b0bab281527");
	CHECK_INT(t.len, strlen("run 3") + CHAIN_TAG - 1);
	text_release(&t);
}

static void
every_edit_is_one_break(void **state)
{
	struct text line[LINES];
	size_t order[LINES];
	struct chain_state s;

	(void)state;
	make_lines(line, LINES);
	for (size_t i = 0; i < LINES; i++)
		order[i] = i;
	s = check_order(line, order, LINES);
	CHECK(s.hashed == LINES && s.breaks == 0);
	for (size_t cut = 0; cut < LINES; cut++) { /* the end cut off, as by kill -9 */
		s = check_order(line, order, cut);
		CHECK(s.hashed == cut && s.breaks == 0);
	}
	for (size_t out = 0; out + 1 < LINES; out++) { /* a line taken out */
		size_t n = 0, left[LINES];

		for (size_t i = 0; i < LINES; i++)
			if (i != out)
				left[n++] = i;
		s = check_order(line, left, n);
		CHECK(s.breaks == 1 && s.line[0] == out + 1);
	}
	for (size_t i = 0; i < LINES; i++) { /* a byte changed */
		line[i].s[5] ^= 1;
		s = check_order(line, order, LINES);
		CHECK(s.breaks == 1 && s.line[0] == i + 1);
		line[i].s[5] ^= 1;
	}
	order[3] = 4; /* two lines in each other's place */
	order[4] = 3;
	s = check_order(line, order, LINES);
	CHECK(s.breaks >= 2 && s.line[0] == 4);
	for (size_t i = 0; i < LINES; i++)
		text_release(&line[i]);
}

static void
lines_by_hand(void **state)
{
	struct text line[2], t = { 0 };
	struct chain_state s;

	(void)state;
	chain_check("data digits\n\n# remark\nrun 3\n", &s);
	CHECK(s.hashed == 0 && s.breaks == 0);
	make_lines(line, 2);
	text_addf(&t, "%s\r\n\n  # remark\n%s\nstop\nhalf a li", line[0].s, line[1].s);
	chain_check(t.s, &s);
	CHECK(s.hashed == 2 && s.breaks == 1 && s.line[0] == 5);
	CHECK_INT(chain_strip(line[0].s, line[0].len), strlen("mark line0 # a remark"));
	CHECK_INT(chain_strip("run 3 #=0123456789abcdeg", 24), 24);
	CHECK_INT(chain_strip("#=0123456789abcdef", 18), 18);
	text_release(&t);
	text_release(&line[0]);
	text_release(&line[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_hash_is_that_of_sha256),
		TEST(every_edit_is_one_break),
		TEST(lines_by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
