/* grammar.c: parse words by a table of forms. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/grammar.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/choice.h"
#include "retort/conf/knob.h"

/* One attempt to match the words with a form. */
struct attempt {
	const struct grammar_item *form;
	int argc;
	char *const *argv;
	struct args *args;
	void (*offer)(void *arg, const struct grammar_item *item, bool keyword); /* or NULL */
	void *arg;
	int keyword;          /* words up to this one are keywords of a form before: no arguments */
	int here;             /* the last required keyword that this form has matched */
	int reached;          /* the furthest word at which a match failed */
	int refused;          /* the furthest word that is refused with a reason; -1 none */
	struct err why;       /* what is wrong with that word; "" nothing by itself */
	int n_expected;       /* keywords and arguments expected there */
	struct text expected; /* the same as a list */
};

bool
grammar_is_end(const struct grammar_item *i)
{
	return !i->word && !i->name && !i->choices;
}

bool
grammar_has_argument(const struct grammar_item *i)
{
	return i->name || i->choices;
}

int
grammar_group_end(const struct grammar_item *form, int i)
{
	for (i++; !grammar_is_end(&form[i]) && form[i].flags & GRAMMAR_MORE; i++)
		;
	return i;
}

/* ------------------------------------------------------------ words */

/* Add a word to the list of what is expected. False if the list has it. */
static bool
add_expected(struct attempt *a, const char *word)
{
	const char *list = text_get(&a->expected);
	size_t len = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at += len)
		if ((at == list || at[-1] == ' ') && (!at[len] || at[len] == ','))
			return false;
	text_item(&a->expected, "%s", word);
	return true;
}

/* Add a keyword, an argument, or each of its choices, "on, off". */
static void
add_names(struct attempt *a, const char *names)
{
	bool added = false;
	char name[64];

	for (const char *at = names, *end; at; at = end ? end + 2 : NULL) {
		end = strstr(at, ", ");
		snprintf(name, sizeof name, "%.*s", (int)(end ? (size_t)(end - at) : strlen(at)),
			 at);
		added |= add_expected(a, name);
	}
	a->n_expected += added;
}

/* What a message says of an argument: its choices where no keyword stands before them. */
static const char *
argument_name(const struct grammar_item *i)
{
	return i->name && (i->word || i->kind != GRAMMAR_CHOICE) ? i->name : i->choices;
}

/* Note that item `i` is expected at word `at`, with an error where the word is a wrong value. */
static void
note_failure(struct attempt *a, const struct grammar_item *i, bool keyword, int at,
	     const struct err *why)
{
	if (at == a->argc && a->offer)
		a->offer(a->arg, i, keyword);
	if (at < a->reached)
		return;
	if (at > a->reached) {
		a->reached = at;
		a->why.msg[0] = '\0';
		a->n_expected = 0;
		text_clear(&a->expected);
	}
	if (why && a->refused != at)
		a->why = *why;
	if (i && i->flags & GRAMMAR_REFUSED) {
		a->refused = at;
		return;
	}
	/* of a missing word, keywords in any order are no part of the message unless needed */
	if (i && (at < a->argc || !(i->flags & GRAMMAR_ANY) || i->flags & GRAMMAR_NEEDED ||
		  (!keyword && i->word)))
		add_names(a, keyword ? i->word : argument_name(i));
}

static int
check_number(const struct grammar_item *i, const char *name, const char *word, struct args_value *v,
	     struct err *e)
{
	if (text_to_int(word, &v->number) < 0)
		return err_set(e, "invalid %s '%.40s' (expected a whole number)", name, word);
	if ((i->min || i->max) &&
	    ((double)v->number < i->min || (i->max && (double)v->number > i->max)))
		return i->max ? err_set(e, "invalid %s '%.40s' (expected %.10g to %.10g)", name,
					word, i->min, i->max)
			      : err_set(e, "invalid %s '%.40s' (expected at least %.10g)", name,
					word, i->min);
	v->real = (double)v->number;
	return 0;
}

static int
check_real(const struct grammar_item *i, const char *name, const char *word, struct args_value *v,
	   struct err *e)
{
	if (text_to_double(word, &v->real) < 0)
		return err_set(e, "invalid %s '%.40s' (expected a number)", name, word);
	if ((i->min || i->max) && !(v->real >= i->min && v->real <= i->max))
		return err_set(e, "invalid %s '%.40s' (expected %.10g to %.10g)", name, word,
			       i->min, i->max);
	return 0;
}

/* Check an argument; word `at` - 1 is the knob of a value. */
static int
check_argument(const struct attempt *a, const struct grammar_item *i, int at, struct args_value *v,
	       struct err *e)
{
	const char *word = a->argv[at], *name = i->word ? i->word : i->name;
	const struct knob *k;
	struct knobs trial;

	switch (i->kind) {
	case GRAMMAR_NUMBER:
		return check_number(i, name, word, v, e);
	case GRAMMAR_REAL:
		return check_real(i, name, word, v, e);
	case GRAMMAR_CHOICE:
		v->choice = choice_find(word, i->choices, i->word ? name : "word", e);
		return v->choice < 0 ? -1 : 0;
	case GRAMMAR_KNOB:
		return knob_find(word, e) ? 0 : -1;
	case GRAMMAR_VALUE:
		k = knob_find(a->argv[at - 1], e);
		knob_defaults(&trial);
		return k ? knob_set(&trial, k, word, e) : -1;
	default:
		return 0;
	}
}

/* True if word `at` is the keyword of item `i`. */
static bool
is_word(const struct attempt *a, const struct grammar_item *i, int at)
{
	return i->word && at < a->argc && strcmp(a->argv[at], i->word) == 0;
}

/* Refuse word `at` with the reason that its item gives. */
static int
refuse_word(struct attempt *a, const struct grammar_item *i, int at)
{
	struct err e;

	err_set(&e, "%s %s", i->word, i->help);
	note_failure(a, i, true, at, &e);
	return -1;
}

/* Match one item from word `at` on. Returns the next word, or -1. */
static int
match_item(struct attempt *a, const struct grammar_item *i, int at)
{
	bool keyword = is_word(a, i, at), bare = !keyword && i->flags & GRAMMAR_BARE;
	struct args_value v = { .item = i, .at = at };
	struct err e = { .msg = "" };

	if (i->flags & GRAMMAR_REFUSED)
		return keyword ? refuse_word(a, i, at) : -1;
	if (i->word && !keyword && (!bare || at >= a->argc)) {
		note_failure(a, i, true, at, NULL);
		return -1;
	}
	if (!i->word && at <= a->keyword)
		return -1;
	if (i->word && !(i->flags & ~(unsigned)GRAMMAR_REPEAT) && at > a->here)
		a->here = at;
	at += keyword;
	if (grammar_has_argument(i)) {
		if (at >= a->argc) {
			note_failure(a, i, false, at, NULL);
			return -1;
		}
		v.at = at;
		if (check_argument(a, i, at, &v, &e) < 0) {
			note_failure(a, i, bare, at, &e);
			return -1;
		}
		at++;
	}
	a->args->value[a->args->n++] = v; /* at most one for each word */
	return at;
}

/* ------------------------------------------------------------ forms */

static bool match_from(struct attempt *a, int i, unsigned used, int at);

/* Match the group at item i and what follows it at item `then`; where the group fails, the match is
 * as before. */
static bool
match_group(struct attempt *a, int i, int then, unsigned used, int at)
{
	int end = grammar_group_end(a->form, i), n = a->args->n;
	bool tail = end - i > 1 && a->form[end - 1].flags & GRAMMAR_OPTIONAL;

	for (int without = 0; without <= tail; without++) {
		int next = at;

		a->args->n = n;
		for (int k = i; k < end - without && next >= 0; k++)
			next = match_item(a, &a->form[k], next);
		if (next >= 0 && match_from(a, then, used, next))
			return true;
	}
	a->args->n = n;
	return false;
}

/* Is word `at` a keyword of the run of groups in any order that begins at item i? */
static bool
is_keyword(const struct attempt *a, int i, int at)
{
	for (; at < a->argc && a->form[i].flags & GRAMMAR_ANY; i = grammar_group_end(a->form, i))
		if (is_word(a, &a->form[i], at))
			return true;
	return false;
}

/* Match the run of at most 32 groups in any order that begins at item i; `used` has a bit for each
 * that was matched. */
static bool
match_any(struct attempt *a, int i, unsigned used, int at)
{
	bool complete = true, keyword = is_keyword(a, i, at);
	unsigned mask = 1;
	int end = i;

	for (int g = i; !grammar_is_end(&a->form[g]) && a->form[g].flags & GRAMMAR_ANY;
	     g = end, mask <<= 1) {
		unsigned flags = a->form[g].flags;
		bool bare =
			!a->form[g].word || (flags & GRAMMAR_BARE && !is_word(a, &a->form[g], at));

		end = grammar_group_end(a->form, g);
		if ((!(used & mask) || flags & GRAMMAR_REPEAT) && !(bare && keyword) &&
		    match_group(a, g, i, flags & GRAMMAR_AGAIN ? 0 : used | mask, at))
			return true;
		complete = complete && (used & mask || !(flags & GRAMMAR_NEEDED));
	}
	return complete && match_from(a, end, 0, at);
}

/* A repeated argument that has come ends at the keyword that must follow it: messages are about
 * what comes after that. */
static bool
ends_repeat(const struct attempt *a, int i, unsigned used, int at)
{
	const struct grammar_item *then = &a->form[grammar_group_end(a->form, i)];

	return used && !a->form[i].word && is_word(a, then, at) &&
	       !(then->flags & (GRAMMAR_ANY | GRAMMAR_OPTIONAL));
}

/* Match the items from i on with the words from `at` on. `used`: of a run in any order, the groups
 * that were matched; of a repeated group, whether it was. */
static bool
match_from(struct attempt *a, int i, unsigned used, int at)
{
	const struct grammar_item *item = &a->form[i];

	if (grammar_is_end(item)) {
		if (at < a->argc)
			note_failure(a, NULL, false, at, NULL);
		return at == a->argc;
	}
	if (item->flags & GRAMMAR_ANY)
		return match_any(a, i, used, at);
	if (item->flags & GRAMMAR_REPEAT) {
		if (!ends_repeat(a, i, used, at) && match_group(a, i, i, 1, at))
			return true;
		return (used || item->flags & GRAMMAR_OPTIONAL) &&
		       match_from(a, grammar_group_end(a->form, i), 0, at);
	}
	if (match_group(a, i, grammar_group_end(a->form, i), 0, at))
		return true;
	return item->flags & GRAMMAR_OPTIONAL &&
	       match_from(a, grammar_group_end(a->form, i), 0, at);
}

static int
set_error(const struct attempt *a, struct err *e)
{
	const char *expected = text_get(&a->expected);

	if (a->why.msg[0] && (a->refused == a->reached || a->n_expected == 1 ||
			      strspn(a->argv[a->reached], "-0123456789.")))
		*e = a->why;
	else if (a->reached >= a->argc)
		err_set(e, "missing %.200s", expected);
	else if (expected[0])
		choice_invalid(e, "word", a->argv[a->reached], expected);
	else
		err_set(e, "unexpected word '%.40s'", a->argv[a->reached]);
	return -1;
}

int
grammar_parse(const struct grammar_form *form, int argc, char *const *argv, struct args *out,
	      struct err *e)
{
	struct attempt a = { .argc = argc, .argv = argv, .args = out };
	bool fits = false;
	struct err ignored;

	if (argc > ARGS_WORDS)
		return err_set(e, "%d words (expected at most %d)", argc, ARGS_WORDS);
	a.reached = a.refused = a.keyword = a.here = -1;
	out->argv = argv;
	for (out->form = 0; form[out->form].item && !fits; out->form += !fits) {
		a.form = form[out->form].item;
		out->n = 0;
		fits = match_from(&a, 0, 0, 0);
		a.keyword = a.here;
	}
	if (!fits)
		set_error(&a, e ? e : &ignored);
	text_release(&a.expected);
	return fits ? 0 : -1;
}

void
grammar_complete(const struct grammar_form *form, int argc, char *const *argv,
		 void (*offer)(void *arg, const struct grammar_item *item, bool keyword), void *arg)
{
	struct args args;
	struct attempt a = {
		.argc = argc, .argv = argv, .args = &args, .offer = offer, .arg = arg
	};

	if (argc > ARGS_WORDS)
		return;
	a.reached = a.refused = a.keyword = a.here = -1;
	for (int f = 0; form[f].item; f++) {
		a.form = form[f].item;
		args.n = 0;
		match_from(&a, 0, 0, 0);
		a.keyword = a.here;
	}
	text_release(&a.expected);
}
