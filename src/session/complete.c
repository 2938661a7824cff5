/* complete.c: candidates for the word at the cursor. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/complete.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/data/augment/augment.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/session/complete_offer.h"

/* Offer the lower-case words of a list: "all" of "K|all". */
static void
offer_words(struct complete_list *l, const char *list)
{
	char *words = mem_text(list), *more, *word;

	for (word = strtok_r(words, "|, ", &more); word; word = strtok_r(NULL, "|, ", &more))
		if (islower((unsigned char)word[0]) && !strchr(word, ':'))
			complete_offer_word(l, word);
	mem_free(words);
}

/* Offer the word with each suffix of a list, instead of one that it has. */
static void
offer_suffixes(struct complete_list *l, const char *list)
{
	const char *slash = strrchr(l->prefix, '/'), *name = slash ? slash + 1 : l->prefix,
		   *dot = strrchr(name, '.');
	size_t n = dot ? (size_t)(dot - l->prefix) : strlen(l->prefix);
	char *words = mem_text(list), *more, *word;
	struct text t = { 0 };

	for (word = strtok_r(words, ", ", &more); word && name[0] && dot != name;
	     word = strtok_r(NULL, ", ", &more)) {
		text_clear(&t);
		text_bytes(&t, l->prefix, n);
		text_addf(&t, ".%s", word);
		complete_offer_word(l, t.s);
	}
	text_release(&t);
	mem_free(words);
}

/* Offer what the grammar expects: a keyword, or an argument of some kind. */
static void
offer_item(void *arg, const struct grammar_item *item, bool keyword)
{
	struct complete_list *l = arg;

	if (keyword) {
		complete_offer_word(l, item->word);
		return;
	}
	/* a layer of a teacher is followed by a layer, not by a list of pairs */
	if (item->kind == GRAMMAR_PAIRS && strchr(l->word[l->n_words - 1], ':'))
		return;
	if (item->choices && item->kind == GRAMMAR_OUTPUT)
		offer_suffixes(l, item->choices);
	else if (item->choices || strchr(item->name, '|'))
		offer_words(l, item->choices ? item->choices : item->name);
	complete_offer_kind(l, item->kind);
}

static int
compare_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
sort_candidates(struct complete_list *l)
{
	size_t n = 0;

	qsort(l->item, l->n, sizeof *l->item, compare_text);
	for (size_t i = 0; i < l->n; i++) {
		if (n && strcmp(l->item[n - 1], l->item[i]) == 0)
			mem_free(l->item[i]);
		else
			l->item[n++] = l->item[i];
	}
	l->item[n] = NULL;
	l->n = n;
}

/* Split the line before byte `point` into words, without a stamp, and the prefix of the word there,
 * which is owned, as is the returned copy of the line. */
static char *
split_line(struct complete_list *l, const char *line, size_t point, size_t *start)
{
	char *text = mem_text(line), *more, *word;

	point = point < strlen(text) ? point : strlen(text);
	text[point] = '\0';
	for (*start = point; *start > 0 && text[*start - 1] != ' ' && text[*start - 1] != '\t';
	     (*start)--)
		;
	l->prefix = mem_text(text + *start);
	text[*start] = '\0';
	for (word = strtok_r(text, " \t", &more); word && l->n_words < COMPLETE_WORDS;
	     word = strtok_r(NULL, " \t", &more))
		if (l->n_words || word[0] != '@')
			l->word[l->n_words++] = word;
	return text;
}

char **
complete_line(const struct lab_info *info, const struct cmd *const *commands,
	      const struct cmd_screen *screen, const char *line, size_t point, size_t *start)
{
	struct complete_list l = { .info = info, .commands = commands, .screen = screen };
	char *text = split_line(&l, line, point, start);

	if (l.n_words == 0)
		complete_offer_kind(&l, GRAMMAR_COMMAND);
	else if ((l.command = cmd_find(commands, l.word[0], NULL)))
		grammar_complete(l.command->form, l.n_words - 1, l.word + 1, offer_item, &l);
	mem_free((char *)l.prefix);
	mem_free(text);
	if (l.n)
		sort_candidates(&l);
	return l.item;
}

/* A search for the help of a keyword, and the kinds of arguments that may stand there. */
struct description {
	const char *candidate, *help;
	uint64_t kinds; /* 1 << enum grammar_kind */
};

static void
describe_item(void *arg, const struct grammar_item *item, bool keyword)
{
	struct description *d = arg;

	if (keyword && strcmp(item->word, d->candidate) == 0)
		d->help = item->help;
	else if (!keyword)
		d->kinds |= (uint64_t)1 << item->kind;
}

/* The sentence of a command, knob, metric, loss or augmentation of that name. */
static const char *
find_doc(const struct cmd *const *commands, uint64_t kinds, const char *name)
{
	const struct knob *knob = knob_find(name, NULL);
	unsigned metric = metric_find(name);
	const struct loss *loss = loss_table_find(name);

	if (kinds & ((uint64_t)1 << GRAMMAR_KNOB | (uint64_t)1 << GRAMMAR_WEIGHT |
		     (uint64_t)1 << GRAMMAR_AXIS) &&
	    knob)
		return knob->doc;
	if (kinds & (uint64_t)1 << GRAMMAR_METRIC && metric != METRIC_NONE)
		return metric_info(metric)->doc;
	if (kinds & ((uint64_t)1 << GRAMMAR_LOSS | (uint64_t)1 << GRAMMAR_LAYER_LOSS) && loss)
		return loss->doc;
	for (size_t i = 0; kinds & (uint64_t)1 << GRAMMAR_AUGMENT && i < augment_count; i++)
		if (strcmp(augment_table[i]->name, name) == 0)
			return augment_table[i]->doc;
	for (size_t i = 0;
	     kinds & ((uint64_t)1 << GRAMMAR_COMMAND | (uint64_t)1 << GRAMMAR_TOPIC) && commands[i];
	     i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i]->doc;
	return NULL;
}

const char *
complete_describe(const struct cmd *const *commands, const char *line, size_t point,
		  const char *candidate)
{
	struct complete_list l = { .commands = commands };
	struct description d = { .candidate = candidate };
	const struct cmd *command;
	size_t start;
	char *text = split_line(&l, line, point, &start);

	if (l.n_words == 0)
		d.kinds = (uint64_t)1 << GRAMMAR_COMMAND;
	else if ((command = cmd_find(commands, l.word[0], NULL)))
		grammar_complete(command->form, l.n_words - 1, l.word + 1, describe_item, &d);
	mem_free((char *)l.prefix);
	mem_free(text);
	return d.help ? d.help : find_doc(commands, d.kinds, candidate);
}
