/* cli_complete.c: candidates for a word of the command line, from its table. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli_complete.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/session/cmd/cmd_table.h"
#include "retort/session/complete.h"

/* The words as typed: those before the last, and the last. */
struct typed {
	const struct cli_word *word; /* "": none yet */
	int n_operands;              /* words in front of the last that are no options */
	const char *operand[64];     /* the first of them */
	const char *prefix;          /* of the last word */
};

static void
print_candidate(const struct typed *t, const char *candidate, const char *help)
{
	if (strncmp(candidate, t->prefix, strlen(t->prefix)) == 0)
		printf("%s%s%s\n", candidate, help ? "\t" : "", help ? help : "");
}

/* Print the words of a list, "auto, off". */
static void
print_list(const struct typed *t, const char *list)
{
	char *words = mem_text(list), *more, *word;

	for (word = strtok_r(words, ", ", &more); word; word = strtok_r(NULL, ", ", &more))
		print_candidate(t, word, NULL);
	mem_free(words);
}

/* Find the option that `word` spells, "--json" or "-j". NULL: none. */
static const struct cli_option *
find_option(const struct cli_word *w, const char *word)
{
	for (const struct cli_option *o = cli_options(w); o->name; o++)
		if ((strncmp(word, "--", 2) == 0 && strcmp(word + 2, o->name) == 0) ||
		    (word[0] == '-' && word[1] && !word[2] && word[1] == o->letter))
			return o;
	return NULL;
}

static void
print_argument(const struct typed *t, const struct cli_option *o)
{
	static const char *const paths[] = { "FILE", "RECORDING", "DIRECTORY", "PROGRAM" };

	if (o->choices)
		print_list(t, o->choices);
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		if (strcmp(o->argument, paths[i]) == 0)
			puts(":files");
}

static void
print_options(const struct typed *t)
{
	char spelling[64];

	for (const struct cli_option *o = cli_options(t->word); o->name; o++) {
		snprintf(spelling, sizeof spelling, "--%s", o->name);
		if (o->help)
			print_candidate(t, spelling, o->help);
	}
}

/* Print the words after `parent`, "" for the first word. Returns their number. */
static int
print_words(const struct typed *t, const char *parent)
{
	size_t n = strlen(parent);
	int found = 0;

	for (const struct cli_word *w = cli_words; w->word; w++) {
		const char *rest = w->word + n + (n > 0);

		if (!w->word[0] || strncmp(w->word, parent, n) != 0 || (n && w->word[n] != ' ') ||
		    strchr(rest, ' '))
			continue;
		print_candidate(t, rest, w->help);
		found++;
	}
	return found;
}

/* Print what the grammar of the word's command offers. */
static void
print_command(const struct typed *t)
{
	struct lab_info *info = mem_new(sizeof *info);
	struct text line = { 0 };
	size_t start;
	char **item;

	text_add(&line, t->word->command);
	for (int i = 1; i < t->n_operands; i++)
		text_addf(&line, " %s", t->operand[i]);
	text_addf(&line, " %s", t->prefix);
	item = complete_line(info, cmd_table, NULL, line.s, line.len, &start);
	for (size_t i = 0; item && item[i]; i++) {
		puts(item[i]);
		mem_free(item[i]);
	}
	mem_free(item);
	text_release(&line);
	mem_free(info);
}

static void
print_operands(const struct typed *t)
{
	const struct cli_word *w = t->word;

	if (!w->word[0] && t->n_operands == 0)
		print_words(t, "");
	if (w->word[0] && !strchr(w->word, ' ') && t->n_operands == 1 && print_words(t, w->word))
		return;
	if (w->command)
		print_command(t);
	if (w->operand)
		print_list(t, w->operand);
	for (size_t i = 0; w->names && w->names(i) && t->n_operands <= w->most_names; i++)
		print_candidate(t, w->names(i), NULL);
	if (w->files && t->n_operands <= w->most_files)
		printf(":files %s\n", w->files);
}

/* Read the words in front of the last; return the option whose argument the last one is, or NULL.
 */
static const struct cli_option *
read_words(struct typed *t, int argc, char **argv)
{
	const struct cli_option *o = NULL;

	t->word = cli_words;
	for (int i = 0; i + 1 < argc; i++) {
		const struct cli_word *w;

		if (strcmp(argv[i], "=") == 0)
			continue;
		if (o && o->argument) { /* the argument of the option before */
			o = NULL;
			continue;
		}
		o = find_option(t->word, argv[i]);
		if (o || argv[i][0] == '-' || t->n_operands == 64)
			continue;
		t->operand[t->n_operands++] = argv[i];
		w = cli_find(t->n_operands, (char *const *)t->operand);
		t->word = w ? w : t->word;
	}
	return o && o->argument ? o : NULL;
}

int
cli_complete(int argc, char **argv)
{
	struct typed t = { .prefix = argc ? argv[argc - 1] : "" };
	const struct cli_option *o = read_words(&t, argc, argv);

	if (strcmp(t.prefix, "=") == 0)
		t.prefix = "";
	if (o)
		print_argument(&t, o);
	else if (t.prefix[0] == '-')
		print_options(&t);
	else
		print_operands(&t);
	return 0;
}
