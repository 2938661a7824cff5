/* test_permit.c: what forms of commands read, write and run; the tolerance of a replay. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/text.h"
#include "retort/session/cmd/cmd_table.h"
#include "retort/session/permit.h"

/* List the items of a kind as "COMMAND KEYWORD-OR-NAME", in the order of the table. */
static void
list_kind(enum grammar_kind kind, struct text *out)
{
	for (size_t i = 0; cmd_table[i]; i++)
		for (const struct grammar_form *f = cmd_table[i]->form; f->item; f++)
			for (const struct grammar_item *item = f->item; !grammar_is_end(item);
			     item++)
				if (item->kind == kind)
					text_item(out, "%s %s", cmd_table[i]->name,
						  item->word ? item->word : item->name);
}

/* The whole list: a new command that writes a file or runs a program is added here. */
static void
what_writes_or_runs_is_known(void **state)
{
	struct text writes = { 0 }, runs = { 0 };

	(void)state;
	list_kind(GRAMMAR_OUTPUT, &writes);
	CHECK_STR(text_get(&writes), "tokenizer into, sweep journal, sweep into, save FILE, save "
				     "FILE, save FILE, save FILE, export FILE, "
				     "picture FILE, quit FILE, quit FILE");
	list_kind(GRAMMAR_PROGRAM, &runs);
	CHECK_STR(text_get(&runs), "augment via, augment forth, augment back");
	text_release(&writes);
	text_release(&runs);
}

static bool
names_a_file(const struct grammar_item *item)
{
	const char *name = item->name ? item->name : "";

	return strstr(name, "FILE") || strstr(name, "DIRECTORY") || strstr(name, "PATH") ||
	       strstr(name, "PROGRAM");
}

/* An argument that names a file has the kind of what is done with it. */
static void
every_file_is_classified(void **state)
{
	int n = 0;

	(void)state;
	for (size_t i = 0; cmd_table[i]; i++)
		for (const struct grammar_form *f = cmd_table[i]->form; f->item; f++)
			for (const struct grammar_item *item = f->item; !grammar_is_end(item);
			     item++) {
				if (!names_a_file(item))
					continue;
				n++;
				if (item->kind != GRAMMAR_FILE && item->kind != GRAMMAR_DATA &&
				    item->kind != GRAMMAR_OUTPUT && item->kind != GRAMMAR_PROGRAM)
					fail_msg("%s: %s has no kind of file", cmd_table[i]->name,
						 item->name);
			}
	CHECK(n > 15);
}

static void
tolerances_are_read(void **state)
{
	static const char *const refused[] = { "",     "%",   "x",     "5x",  "-1",
					       "101%", "nan", "1e999", "5%%", "inf%" };
	struct permit p = { .within = "" };
	struct err e;

	(void)state;
	CHECK_INT(permit_within(&p, "5%", &e), 0);
	CHECK(p.relative);
	CHECK_NEAR(p.limit, 0.05, 1e-15);
	CHECK_STR(p.within, "5%");
	CHECK_INT(permit_within(&p, "0.001", &e), 0);
	CHECK(!p.relative);
	CHECK_NEAR(p.limit, 0.001, 0);
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		if (permit_within(&p, refused[i], &e) == 0)
			fail_msg("'%s' was accepted", refused[i]);
	CHECK_STR(p.within, "0.001"); /* as before a refusal */
}

static void
files_and_programs_are_permitted_apart(void **state)
{
	struct permit p = { .within = "" };
	struct err e;

	(void)state;
	CHECK_INT(permit_allow(&p, "programs", &e), 0);
	CHECK(p.programs && !p.files);
	CHECK_INT(permit_allow(&p, "files", &e), 0);
	CHECK(p.files);
	CHECK_INT(permit_allow(&p, "file", &e), -1);
	CHECK(strstr(e.msg, "did you mean files?"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_writes_or_runs_is_known),
		TEST(every_file_is_classified),
		TEST(tolerances_are_read),
		TEST(files_and_programs_are_permitted_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
