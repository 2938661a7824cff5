/* replay.c: what a replay may touch, how it compares figures, and what it says at its end. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/replay.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/text.h"
#include "retort/data/read/bundled.h"
#include "retort/data/read/fetched.h"
#include "retort/data/rules.h"
#include "retort/nn/gemm/blas.h"
#include "retort/session/chain.h"
#include "retort/session/lex.h"
#include "retort/session/session_share.h"

/* ---- the recording ---- */

void
replay_begin(struct session *s, const char *name, const char *text)
{
	struct replay *r = &s->replay;
	struct lex lex;
	int column;

	chain_check(text, &r->chain);
	for (size_t i = 0; i < r->chain.breaks && i < CHAIN_BREAKS; i++)
		session_message(
			s, true,
			"%s:%zu: the running hash breaks: this line was edited or put in, or "
			"lines before it were taken out",
			name, r->chain.line[i]);
	if (r->chain.breaks > CHAIN_BREAKS)
		session_message(s, true, "%s: the running hash breaks at %zu more lines", name,
				r->chain.breaks - CHAIN_BREAKS);
	for (const char *p = text, *end; (end = strchr(p, '\n')); p = end + 1) {
		char line[512]; /* `expect` lines are short */

		snprintf(line, sizeof line, "%.*s", (int)(end - p < 511 ? end - p : 511), p);
		if (lex_line(line, &lex, &column, NULL) == 0 && lex.n &&
		    strcmp(lex.word[0], "expect") == 0)
			r->recorded++;
	}
}

void
replay_header(struct session *s, const struct cmd_call *c)
{
	if (c->version)
		s->replay.version = c->version;
	if (!c->kernel[0] || strcmp(c->kernel, blas_name()) == 0)
		return;
	session_message(s, s->o.replay && !s->o.permit.within[0],
			"recorded with kernel %s, running %s: figures can differ by rounding%s%s%s",
			c->kernel, blas_name(), s->o.permit.within[0] ? "; compared within " : "",
			s->o.permit.within,
			s->o.replay && !s->o.permit.within[0]
				? "; `--within 5%` compares them within a tolerance"
				: "");
	if (s->o.check && !s->o.permit.within[0])
		session_fail(s, 3);
}

void
replay_rules(struct session *s, const struct cmd_call *c)
{
	struct text rules = { 0 };

	if (!s->o.replay || s->replay.version > 1 || !c->rules || s->replay.recorded == 0)
		return;
	s->replay.rules = true;
	rules_list(c->rules, &rules);
	session_message(s, !s->o.permit.within[0],
			"%s: the file is read by other rules than when version 1 was recorded: %s; "
			"figures are %s",
			s->reading ? s->reading->where : "replay", text_get(&rules),
			s->o.permit.within[0] ? "compared within the tolerance"
					      : "not compared (`--within 5%` compares them)");
	text_release(&rules);
	if (s->o.check && !s->o.permit.within[0])
		session_fail(s, 3);
}

bool
replay_error(struct session *s, const struct err *e)
{
	struct text rules = { 0 };

	if (!s->o.replay || s->replay.version > 1 || !e->rules)
		return false;
	rules_list(e->rules, &rules);
	session_message(s, true,
			"%s: a rule that has changed since version 1 makes this an error: %s",
			s->reading->where, text_get(&rules));
	text_clear(&rules);
	for (int i = 0; i < RULES_COUNT; i++)
		if ((e->rules & RULES_BIT(i)) && rules_option((enum rules_id)i))
			text_item(&rules, "`%s`", rules_option((enum rules_id)i));
	if (rules.len)
		session_message(s, true, "%s: add %s to the line to read it as version 1 did",
				s->reading->where, text_get(&rules));
	text_release(&rules);
	return s->o.check;
}

/* ---- what a line touches ---- */

/* True if the word names a set that comes with the program or that it fetches itself. */
static bool
is_known_set(const char *word)
{
	for (size_t i = 0; bundled_name(i); i++)
		if (strcmp(bundled_name(i), word) == 0)
			return true;
	return fetched_find(word) != NULL;
}

/* True if the word is one of the choices in a name such as "byte|char|FILE". */
static bool
is_choice(const char *names, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = names; at && (at = strstr(at, word)); at += n)
		if (n && (at == names || at[-1] == '|') && (at[n] == '|' || at[n] == '\0'))
			return true;
	return false;
}

/* True if the argument names a file to read that has no hash. */
static bool
reads_unnamed(const struct cmd_call *c, const struct args_value *v)
{
	const char *word = c->argv[v->at];

	if (v->item->kind != GRAMMAR_FILE && v->item->kind != GRAMMAR_DATA)
		return false;
	if (args_get(&c->args, "hash") || (v->item->kind == GRAMMAR_DATA && is_known_set(word)))
		return false;
	return v->item->kind == GRAMMAR_DATA || !is_choice(v->item->name, word);
}

int
replay_permits(struct session *s, const struct cmd *d, const struct cmd_call *c, struct err *e)
{
	const struct permit *p = &s->o.permit;

	if (!s->o.replay || !s->reading)
		return session_share_skips(s, d, c);
	if (!p->programs && args_has_kind(&c->args, GRAMMAR_PROGRAM))
		return err_set(e, "%s: a replay runs no programs (`--allow programs` permits them)",
			       d->name);
	if (!p->files && args_has_kind(&c->args, GRAMMAR_OUTPUT)) {
		s->replay.skipped++;
		session_message(s, false,
				"%s: %s: skipped: a replay writes no files (`--allow files` "
				"permits it)",
				s->reading->where, d->name);
		return 1;
	}
	for (int i = 0; i < c->args.n; i++)
		if (!p->files && reads_unnamed(c, &c->args.value[i]))
			return err_set(e,
				       "%s: '%.200s' has no hash, and a replay reads only files "
				       "that are named by their hash (`--allow files` permits "
				       "others)",
				       d->name, c->argv[c->args.value[i].at]);
	return session_share_skips(s, d, c);
}

/* ---- figures ---- */

/* True if the value is the expected one to the digits written. */
static bool
equals_written(const struct pending *p, double value)
{
	char got[40], want[40];

	if (p->digits >= 17)
		return false;
	snprintf(got, sizeof got, "%.*g", p->digits, value);
	snprintf(want, sizeof want, "%.*g", p->digits, p->expected);
	return strcmp(got, want) == 0;
}

/* True if the value was recorded, not written by hand: version 1 leaves zeros at the end out. */
static bool
is_recorded(const struct pending *p, const char *metric)
{
	return p->digits > 8 || strcmp(metric, "weights") == 0;
}

static bool
is_within(const struct permit *w, const struct pending *p, double value)
{
	double limit = w->relative ? w->limit * fabs(p->expected) : w->limit;

	return fabs(value - p->expected) <= limit;
}

/* How a figure compares. */
static enum replay_how
compare(const struct session *s, const struct pending *p, double value, const char *metric)
{
	bool lenient = s->o.permit.within[0] && is_recorded(p, metric);

	if (p->digits == 0)
		return fabs(value - p->expected) <= p->within ? REPLAY_LINE : REPLAY_DIFFERS;
	if (s->replay.rules && is_recorded(p, metric) && !lenient)
		return REPLAY_NOT; /* of other input */
	if (value == p->expected)
		return REPLAY_EXACTLY;
	if (equals_written(p, value) && !is_recorded(p, metric))
		return REPLAY_DIGITS;
	if (lenient && strcmp(metric, "weights") == 0)
		return REPLAY_NOT; /* a hash has no neighbourhood */
	return lenient && is_within(&s->o.permit, p, value) ? REPLAY_WITHIN : REPLAY_DIFFERS;
}

bool
replay_expects(struct session *s, const struct pending *p, double value, const char *metric)
{
	enum replay_how how = compare(s, p, value, metric);

	s->replay.compared[how]++;
	return how != REPLAY_DIFFERS;
}

/* ---- the end ---- */

static void
add_running_hash(const struct chain_state *c, struct text *t)
{
	if (c->hashed == 0)
		text_add(t, "; no running hash");
	else if (c->breaks)
		text_addf(t, "; running hash broken at %zu line%s", c->breaks,
			  c->breaks == 1 ? "" : "s");
	else
		text_addf(t, "; running hash whole, %zu lines", c->hashed);
}

/* Append how many figures were compared, and how. Return their number. */
static size_t
add_compared(const struct session *s, struct text *t)
{
	const size_t *n = s->replay.compared;
	size_t sum = n[REPLAY_EXACTLY] + n[REPLAY_DIGITS] + n[REPLAY_LINE] + n[REPLAY_WITHIN] +
		     n[REPLAY_DIFFERS];
	struct text how = { 0 };

	if (n[REPLAY_EXACTLY])
		text_item(&how, "%zu exactly equal", n[REPLAY_EXACTLY]);
	if (n[REPLAY_DIGITS])
		text_item(&how, "%zu equal to the digits written", n[REPLAY_DIGITS]);
	if (n[REPLAY_LINE])
		text_item(&how, "%zu within the difference of their line", n[REPLAY_LINE]);
	if (n[REPLAY_WITHIN])
		text_item(&how, "%zu within %s", n[REPLAY_WITHIN], s->o.permit.within);
	if (n[REPLAY_DIFFERS])
		text_item(&how, "%zu different", n[REPLAY_DIFFERS]);
	text_addf(t, "%zu compared%s%s", sum, how.len ? ": " : "", text_get(&how));
	text_release(&how);
	return sum;
}

void
replay_conclude(struct session *s)
{
	const struct replay *r = &s->replay;
	struct text t = { 0 };
	size_t n;

	if (!s->o.replay)
		return;
	text_addf(&t, "replay: %zu figures recorded, ", r->recorded);
	n = add_compared(s, &t);
	if (r->compared[REPLAY_NOT])
		text_addf(&t, ", %zu not comparable", r->compared[REPLAY_NOT]);
	if (r->skipped)
		text_addf(&t, "; %zu line%s skipped", r->skipped, r->skipped == 1 ? "" : "s");
	add_running_hash(&r->chain, &t);
	if (n == 0 && s->o.check && s->status == 0) {
		session_message(s, true, "retort: no figure was compared, and --check was given");
		s->status = 3;
	}
	session_message(s, false, "%s", t.s);
	text_release(&t);
}
