/* grammar.c: parse words by a table of forms. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/grammar.h"

#include <string.h>

#include "retort/base/choice.h"
#include "retort/conf/knob.h"

/* One attempt to match the words with a form. */
struct attempt {
	const struct grammar_item *form;
	int argc;
	char *const *argv;
	struct grammar_match *match;
	void (*offer)(void *arg, const struct grammar_item *item, bool keyword); /* or NULL */
	void *arg;
	int keyword;          /* words up to this one are keywords of a form before: no arguments */
	int here;             /* the last required keyword that this form has matched */
	int reached;          /* the furthest word at which a match failed */
	struct err why;       /* what is wrong with that word; "" nothing by itself */
	int n_expected;       /* keywords and arguments expected there */
	struct text expected; /* the same as a list */
};

static bool
is_end(const struct grammar_item *i)
{
	return !i->word && !i->name && !i->choices;
}

static bool
has_argument(const struct grammar_item *i)
{
	return i->name || i->choices;
}

/* Index behind the group that begins at item i: itself and the items with MORE. */
static int
group_end(const struct grammar_item *form, int i)
{
	for (i++; !is_end(&form[i]) && form[i].flags & GRAMMAR_MORE; i++)
		;
	return i;
}

/* ------------------------------------------------------------ words */

/* Add a word to the list of what is expected, once. */
static void
add_expected(struct attempt *a, const char *word)
{
	const char *list = text_get(&a->expected);
	size_t len = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at += len)
		if ((at == list || at[-1] == ' ') && (!at[len] || at[len] == ','))
			return;
	text_item(&a->expected, "%s", word);
	a->n_expected++;
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
	if (why)
		a->why = *why;
	/* of a missing word, keywords in any order are no part of the message unless needed */
	if (i && (at < a->argc || !(i->flags & GRAMMAR_ANY) || i->flags & GRAMMAR_NEEDED ||
		  (!keyword && i->word)))
		add_expected(a, keyword ? i->word : i->name ? i->name : i->choices);
}

static int
check_number(const struct grammar_item *i, const char *name, const char *word,
	     struct grammar_value *v, struct err *e)
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
check_real(const struct grammar_item *i, const char *name, const char *word,
	   struct grammar_value *v, struct err *e)
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
check_argument(const struct attempt *a, const struct grammar_item *i, int at,
	       struct grammar_value *v, struct err *e)
{
	const char *word = a->argv[at], *name = i->word ? i->word : i->name ? i->name : "word";
	const struct knob *k;
	struct knobs trial;

	switch (i->kind) {
	case GRAMMAR_NUMBER:
		return check_number(i, name, word, v, e);
	case GRAMMAR_REAL:
		return check_real(i, name, word, v, e);
	case GRAMMAR_CHOICE:
		v->choice = choice_find(word, i->choices, name, e);
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

/* Match one item from word `at` on. Returns the next word, or -1. */
static int
match_item(struct attempt *a, const struct grammar_item *i, int at)
{
	struct grammar_value v = { .item = i, .at = at };
	struct err e = { "" };

	if (i->word && (at >= a->argc || strcmp(a->argv[at], i->word) != 0)) {
		note_failure(a, i, true, at, NULL);
		return -1;
	}
	if (!i->word && at <= a->keyword)
		return -1;
	if (i->word && !(i->flags & ~(unsigned)GRAMMAR_REPEAT) && at > a->here)
		a->here = at;
	at += i->word != NULL;
	if (has_argument(i)) {
		if (at >= a->argc) {
			note_failure(a, i, false, at, NULL);
			return -1;
		}
		v.at = at;
		if (check_argument(a, i, at, &v, &e) < 0) {
			note_failure(a, i, false, at, &e);
			return -1;
		}
		at++;
	}
	if (a->match->n < GRAMMAR_VALUES)
		a->match->value[a->match->n++] = v;
	return at;
}

/* ------------------------------------------------------------ forms */

static bool match_from(struct attempt *a, int i, unsigned used, int at);

/* Match the group at item i and what follows it at item `then`; where the group fails, the match is
 * as before. */
static bool
match_group(struct attempt *a, int i, int then, unsigned used, int at)
{
	int end = group_end(a->form, i), n = a->match->n;
	bool tail = end - i > 1 && a->form[end - 1].flags & GRAMMAR_OPTIONAL;

	for (int without = 0; without <= tail; without++) {
		int next = at;

		a->match->n = n;
		for (int k = i; k < end - without && next >= 0; k++)
			next = match_item(a, &a->form[k], next);
		if (next >= 0 && match_from(a, then, used, next))
			return true;
	}
	a->match->n = n;
	return false;
}

/* Is word `at` a keyword of the run of groups in any order that begins at item i? */
static bool
is_keyword(const struct attempt *a, int i, int at)
{
	for (; at < a->argc && a->form[i].flags & GRAMMAR_ANY; i = group_end(a->form, i))
		if (a->form[i].word && strcmp(a->form[i].word, a->argv[at]) == 0)
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

	for (int g = i; !is_end(&a->form[g]) && a->form[g].flags & GRAMMAR_ANY;
	     g = end, mask <<= 1) {
		unsigned flags = a->form[g].flags;

		end = group_end(a->form, g);
		if ((!(used & mask) || flags & GRAMMAR_REPEAT) && (a->form[g].word || !keyword) &&
		    match_group(a, g, i, flags & GRAMMAR_AGAIN ? 0 : used | mask, at))
			return true;
		complete = complete && (used & mask || !(flags & GRAMMAR_NEEDED));
	}
	return complete && match_from(a, end, 0, at);
}

/* Match the items from i on with the words from `at` on. `used`: of a run in any order, the groups
 * that were matched; of a repeated group, whether it was. */
static bool
match_from(struct attempt *a, int i, unsigned used, int at)
{
	const struct grammar_item *item = &a->form[i];

	if (is_end(item)) {
		if (at < a->argc)
			note_failure(a, NULL, false, at, NULL);
		return at == a->argc;
	}
	if (item->flags & GRAMMAR_ANY)
		return match_any(a, i, used, at);
	if (item->flags & GRAMMAR_REPEAT) {
		if (match_group(a, i, i, 1, at))
			return true;
		return (used || item->flags & GRAMMAR_OPTIONAL) &&
		       match_from(a, group_end(a->form, i), 0, at);
	}
	if (match_group(a, i, group_end(a->form, i), 0, at))
		return true;
	return item->flags & GRAMMAR_OPTIONAL && match_from(a, group_end(a->form, i), 0, at);
}

static int
set_error(const struct attempt *a, struct err *e)
{
	const char *expected = text_get(&a->expected);

	if (a->why.msg[0] && (a->n_expected == 1 || strspn(a->argv[a->reached], "-0123456789.")))
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
grammar_parse(const struct grammar_form *form, int argc, char *const *argv,
	      struct grammar_match *out, struct err *e)
{
	struct attempt a = { .argc = argc, .argv = argv, .match = out, .reached = -1 };
	bool fits = false;
	struct err ignored;

	a.keyword = a.here = -1;
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
	struct grammar_match match;
	struct attempt a = { .argc = argc,
			     .argv = argv,
			     .match = &match,
			     .reached = -1,
			     .offer = offer,
			     .arg = arg };

	a.keyword = a.here = -1;
	for (int f = 0; form[f].item; f++) {
		a.form = form[f].item;
		match.n = 0;
		match_from(&a, 0, 0, 0);
		a.keyword = a.here;
	}
	text_release(&a.expected);
}

/* ------------------------------------------------------------ results and synopsis */

const struct grammar_value *
grammar_get(const struct grammar_match *m, const char *key)
{
	for (int i = 0; i < m->n; i++) {
		const struct grammar_item *item = m->value[i].item;
		const char *name = item->word ? item->word : item->name;

		if (name && strcmp(name, key) == 0)
			return &m->value[i];
	}
	return NULL;
}

int64_t
grammar_number(const struct grammar_match *m, const char *key, int64_t absent)
{
	const struct grammar_value *v = grammar_get(m, key);

	return v ? v->number : absent;
}

double
grammar_real(const struct grammar_match *m, const char *key, double absent)
{
	const struct grammar_value *v = grammar_get(m, key);

	return v ? v->real : absent;
}

/* "auto, off" as "auto|off". */
static void
add_choices(const char *choices, struct text *out)
{
	for (const char *p = choices; *p; p++) {
		text_bytes(out, *p == ',' ? "|" : p, 1);
		p += p[0] == ',' && p[1] == ' ';
	}
}

static void
add_item(const struct grammar_item *i, struct text *out)
{
	text_addf(out, "%s%s", i->word ? i->word : "", i->word && has_argument(i) ? " " : "");
	if (i->name)
		text_add(out, i->name);
	else if (i->choices)
		add_choices(i->choices, out);
}

void
grammar_synopsis(const struct grammar_form *form, struct text *out)
{
	const struct grammar_item *items = form->item;

	for (int i = 0, end; !is_end(&items[i]); i = end) {
		bool optional = items[i].flags & (GRAMMAR_OPTIONAL | GRAMMAR_ANY) &&
				!(items[i].flags & GRAMMAR_NEEDED);

		end = group_end(items, i);
		text_addf(out, "%s%s", i ? " " : "", optional ? "[" : "");
		for (int k = i; k < end; k++) {
			bool tail = k > i && items[k].flags & GRAMMAR_OPTIONAL;

			text_addf(out, "%s%s", k > i ? " " : "", tail ? "[" : "");
			add_item(&items[k], out);
			text_add(out, tail ? "]" : "");
		}
		text_addf(out, "%s%s", optional ? "]" : "",
			  items[i].flags & GRAMMAR_REPEAT ? "..." : "");
	}
}
