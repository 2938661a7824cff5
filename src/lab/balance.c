/* balance.c: weights that give terms the requested shares of the gradient. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/balance.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/choice.h"
#include "retort/base/text.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/lab/live_change.h"
#include "retort/lab/tunable.h"
#include "retort/train/eval.h"
#include "retort/lab/settings_change.h"
#include "retort/train/branch_step.h"

/* Each by term of the student. */
struct shares {
	double now[BRANCH_TERMS], want[BRANCH_TERMS];
	bool named[BRANCH_TERMS];
};

/* "kd", "map1": the name of its metric without "share-". */
static const char *
term_name(const struct branch_term *t)
{
	return metric_info(t->share)->name + strlen("share-");
}

static int
refuse_term(const struct trainer_state *w, const char *name, struct err *e)
{
	const struct loss *l = loss_table_find(name);
	struct text names = { 0 };

	if (l && l->weight && loss_weight(l, &w->info.run->settings.knobs) == 0)
		return err_set(e, "%s: weight 0, so no gradient; `set %s-weight 1` first", name,
			       name);
	for (int i = 0; i < w->run->student->n_terms; i++)
		text_item(&names, "%s", term_name(&w->run->student->term[i]));
	choice_invalid(e, "term", name, text_get(&names));
	text_release(&names);
	return -1;
}

/* The reason why a term has no gradient; NULL where it has one. */
static const char *
no_gradient_reason(const struct trainer_state *w, int i, double share)
{
	const struct branch_term *t = &w->run->student->term[i];
	bool asks = false;

	for (int k = 0; k < w->info.n_teachers; k++)
		asks |= train_teaches(&w->train, &w->info.run->settings, k);
	if (share > 0)
		return NULL;
	if (branch_step_weight(w->run->student, i, &w->info.run->settings.knobs,
			       w->info.run->settings.map) == 0)
		return "weight 0, so no gradient";
	if (t->map >= 0 && !train_teaches(&w->train, &w->info.run->settings,
					  w->info.run->settings.map[t->map].teacher))
		return "its teacher is muted or not trained, so no gradient";
	if (t->loss->needs & LOSS_LOGITS && !asks)
		return "no active teacher, so no gradient";
	if (t->loss->needs & LOSS_LABELS)
		return "no visible label in the batch on which shares are measured, so no gradient";
	return "gradient 0 on the batch on which shares are measured";
}

/* Requested shares, by term. */
static int
read_shares(struct trainer_state *w, const struct request_shares *r, struct shares *s,
	    struct err *e)
{
	const struct branch *b = w->run->student;

	for (int k = 0; k < r->n; k++) {
		const char *name = r->share[k].term, *why;
		int i = 0;

		while (i < b->n_terms && strcmp(term_name(&b->term[i]), name) != 0)
			i++;
		if (i == b->n_terms)
			return refuse_term(w, name, e);
		why = no_gradient_reason(w, i, s->now[i]);
		if (why)
			return err_set(e, "%s: %s", name, why);
		if (s->named[i])
			return err_set(e, "%s: named twice", name);
		s->named[i] = true;
		s->want[i] = r->share[k].share;
	}
	return 0;
}

/* Terms that are not named divide the rest in their current proportions; where all or none are
 * named, shares are proportions. */
static int
fill_shares(const struct branch *b, const struct request_shares *r, struct shares *s, struct err *e)
{
	double asked = 0, rest = 0;
	const char *left = NULL;

	for (int i = 0; i < b->n_terms; i++) {
		asked += s->named[i] ? s->want[i] : 0;
		rest += s->named[i] ? 0 : s->now[i];
		left = !s->named[i] && s->now[i] > 0 ? term_name(&b->term[i]) : left;
	}
	if (left && r->n && asked >= 1)
		return err_set(
			e,
			"invalid shares with the sum %g (expected below 1, or a share for %s too)",
			asked, left);
	for (int i = 0; i < b->n_terms; i++) {
		if (r->n == 0)
			s->want[i] = s->now[i] > 0;
		else if (left && !s->named[i])
			s->want[i] = (1 - asked) * s->now[i] / rest;
	}
	return 0;
}

/* Scale shares to a sum of 1. */
static int
sum_to_one(const struct branch *b, struct shares *s, struct err *e)
{
	double sum = 0;

	for (int i = 0; i < b->n_terms; i++)
		sum += s->want[i];
	if (!(sum > 0))
		return err_set(e, "no term has a gradient");
	for (int i = 0; i < b->n_terms; i++)
		s->want[i] /= sum;
	return 0;
}

static const struct knob *
weight_knob(const struct loss *l)
{
	for (size_t i = 0; i < knob_count; i++)
		if (knob_table[i].offset == l->weight)
			return &knob_table[i];
	return NULL;
}

/* Set a weight as `set` does: within its range, and its ramp is cancelled. */
static int
set_weight(const struct branch_term *t, double weight, struct settings *s, struct err *e)
{
	const struct knob *d;
	char text[40];

	if (!(weight > 0 && weight <= 1e6))
		return err_set(e, "%s: the share needs the weight %g (expected 0 to 1000000)",
			       term_name(t), weight);
	if (t->map >= 0) {
		tunable_set(s, TUNABLE_MAP(s->map[t->map].slot), weight);
		return 0;
	}
	d = weight_knob(t->loss);
	ramp_remove(s->ramp, &s->n_ramps, (int)(d - knob_table));
	return knob_set(&s->knobs, d, text_number(text, sizeof text, weight), e);
}

static int
set_weights(const struct trainer_state *w, const struct shares *shares, struct settings *s,
	    struct text *note, struct err *e)
{
	const struct branch *b = w->run->student;

	for (int i = 0; i < b->n_terms; i++) {
		double was = branch_step_weight(b, i, &w->info.run->settings.knobs,
						w->info.run->settings.map),
		       weight = was * shares->want[i] / shares->now[i];

		if (shares->now[i] == 0)
			continue;
		if (set_weight(&b->term[i], weight, s, e) < 0)
			return -1;
		text_item(note, "%s weight %.4g -> %.4g", term_name(&b->term[i]), was, weight);
	}
	return 0;
}

static int
balance_terms(struct trainer_state *w, struct request *r, struct err *e)
{
	struct branch *b = w->run->student;
	struct settings s;
	struct shares shares = { 0 };
	struct text note = { 0 };
	int status;

	eval_shares(&w->train, &w->info.run->settings, w->run->student, shares.now);
	if (read_shares(w, &r->u.shares, &shares, e) < 0 ||
	    fill_shares(b, &r->u.shares, &shares, e) < 0 || sum_to_one(b, &shares, e) < 0)
		return -1;
	s = settings_change_base(w);
	status = set_weights(w, &shares, &s, &note, e);
	if (status == 0)
		status = live_change_make(w, &s, r, e);
	if (status == 0)
		text_fit(r->note, sizeof r->note, text_get(&note));
	text_release(&note);
	return status;
}

int
balance_request(struct trainer_state *w, struct request *r, struct err *e)
{
	if (!w->run->student)
		return err_set(e, "balance: no student yet; `student mlp 32` makes one");
	if (w->info.phase == LAB_TRAINING || w->info.phase == LAB_REPORTING)
		return err_set(e, "balance: a teacher or the baseline is training; `stop` first");
	if (live_change_ready(w, e) < 0 || balance_terms(w, r, e) < 0)
		return err_wrap(e, "balance");
	return 0;
}
