/* stage.c: what a stage changes at its start, and what goes back at its end. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/stage.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/text.h"
#include "retort/data/sets.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/lab/live_change.h"
#include "retort/lab/tunable.h"
#include "retort/lab/settings_change.h"

#define LEAST 100  /* steps of a stage whose length follows from the steps before it */
#define HINT 500   /* of a hint stage that is the first */
#define LR_PART 10 /* fine-tuning is so much slower */

/* ---- the start ---- */

/* The number in knob_table of the weight of loss i on outputs. */
static int
weight_of(unsigned i)
{
	char name[64];

	snprintf(name, sizeof name, "%s-weight", loss_table[i]->name);
	return (int)(knob_find(name, NULL) - knob_table);
}

static uint64_t
length_of(const struct trainer_state *w, enum lab_stage_kind kind)
{
	uint64_t quarter = settings_change_step(w) / 4;

	if (kind == LAB_DISTIL)
		return 1000;
	if (kind == LAB_HINT && quarter == 0)
		return HINT;
	return quarter < LEAST ? LEAST : quarter;
}

/* The weight that `keep` gave to a loss, or the one it has. */
static double
kept(const struct request_shares *keep, unsigned i, const struct settings *s)
{
	for (int k = 0; k < keep->n; k++)
		if (strcmp(keep->share[k].term, loss_table[i]->name) == 0)
			return keep->share[k].share;
	return loss_weight(loss_table[i], &s->knobs);
}

static int
check_kept(const struct request_shares *keep, struct err *e)
{
	for (int k = 0; k < keep->n; k++) {
		const char *name = keep->share[k].term;
		bool found = false;

		for (unsigned i = 0; i < LOSS_OUTPUTS; i++)
			found |= loss_table[i]->needs & LOSS_LOGITS &&
				 strcmp(loss_table[i]->name, name) == 0;
		if (!found)
			return err_set(e,
				       "keep %s: that is no loss that learns from what teachers "
				       "put out; kd is one",
				       name);
		if (!(keep->share[k].share >= 0 && keep->share[k].share <= 1e6))
			return err_set(e, "keep %s: weight %g is outside 0..1000000", name,
				       keep->share[k].share);
	}
	return 0;
}

/* Losses that learn from what teachers put out stay, and fade. */
static int
fade(const struct trainer_state *w, const struct request_run *r, struct settings *s, struct err *e)
{
	int64_t over = r->stage.fade < 0 ? r->steps : r->stage.fade;

	if (check_kept(&r->keep, e) < 0)
		return -1;
	for (unsigned i = 0; i < LOSS_OUTPUTS; i++) {
		double weight = kept(&r->keep, i, s);
		int knob = weight_of(i);

		if (!(loss_table[i]->needs & LOSS_LOGITS))
			continue;
		tunable_set(s, knob, weight);
		if (weight == 0 || over == 0)
			continue;
		if (s->n_ramps == RAMP_KNOBS)
			return err_set(
				e, "fade: %d knobs follow ramps already, as many as can at once",
				RAMP_KNOBS);
		s->ramp[s->n_ramps++] =
			(struct ramp){ .knob = knob,
				       .n = 1,
				       .start = settings_change_step(w),
				       .from = weight,
				       .leg = { { .to = 0, .over = (uint32_t)over } } };
	}
	return 0;
}

/* A part of x as a person would write it: 0.0003 is a tenth of 0.003, which 0.003 / 10 in binary is
 * not. */
static double
part(double x, double of)
{
	char text[40];
	double out;

	snprintf(text, sizeof text, "%.12g", x / of);
	return text_to_double(text, &out) < 0 ? x / of : out;
}

/* Labels count fully, teachers fade, layers rest, at a small rate. */
static int
lay_finetune(const struct trainer_state *w, const struct request_run *r, struct settings *s,
	     struct err *e)
{
	tunable_set(s, (int)(knob_find("lr", NULL) - knob_table), part(s->knobs.lr, LR_PART));
	tunable_set(s, weight_of(LOSS_OUTPUT_ce), 1);
	for (int i = 0; i < s->n_maps; i++)
		tunable_set(s, TUNABLE_MAP(s->map[i].slot), 0);
	return fade(w, r, s, e);
}

/* Layer maps alone (Romero et al. 2015: the first of two stages). */
static int
lay_hint(const struct trainer_state *w, struct settings *s, struct err *e)
{
	bool any = false;

	for (int i = 0; i < s->n_maps; i++)
		any |= s->map[i].weight > 0 &&
		       train_teaches(&w->train, &w->info.run.settings, s->map[i].teacher);
	if (!any)
		return err_set(e, "no layer map counts; `map big:1 s:1` makes one");
	for (unsigned i = 0; i < LOSS_OUTPUTS; i++)
		tunable_set(s, weight_of(i), 0);
	return 0;
}

/* One that is drawn from goes on as it was, its ramp too. */
static void
weigh(struct settings *s, int set, bool draws)
{
	if (!draws)
		tunable_set(s, TUNABLE_SET(set), 0);
	else if (s->set_weight[set] == 0)
		tunable_set(s, TUNABLE_SET(set), 1);
}

/* Sets that were said: those alone, and one that was kept back for this counts 1. */
static int
lay_sets(const struct trainer_state *w, const struct request_run *r, struct settings *s,
	 struct err *e)
{
	unsigned sets;

	if (!r->stage.sets[0])
		return 0;
	if (lab_sets(&w->info, r->stage.sets, &sets, e) < 0)
		return err_wrap(e, "sets");
	for (int i = 0; i < s->n_sets; i++)
		if (sets_role_trains(w->info.set[i].role))
			weigh(s, i, sets >> i & 1);
	return 0;
}

/* What was said by name: knobs, rows, sets, layers. */
static int
lay_said(const struct trainer_state *w, const struct request_run *r, struct settings *s,
	 struct err *e)
{
	uint64_t layers;

	for (int i = 0; i < r->knobs.n; i++) {
		const struct knob *k = r->knobs.set[i].knob;

		if (k->when != KNOB_LIVE)
			return err_set(e, "%s: it is no knob for one stage alone; `set %s` before",
				       k->name, k->name);
		if (knob_set(&s->knobs, k, r->knobs.set[i].value, e) < 0)
			return -1;
		ramp_remove(s->ramp, &s->n_ramps, (int)(k - knob_table));
	}
	if (r->stage.rows != REQUEST_ROWS_UNSAID || r->stage.kind == LAB_FINETUNE)
		s->labelled = r->stage.rows != REQUEST_ROWS_ALL;
	if (lay_sets(w, r, s, e) < 0)
		return -1;
	if (net_info_layers(&w->info.run.student, r->freeze, &layers, e) < 0)
		return err_wrap(e, "freeze");
	s->frozen |= layers;
	return 0;
}

static int
lay(const struct trainer_state *w, struct request_run *r, struct settings *s, struct err *e)
{
	enum lab_stage_kind kind = r->stage.kind;

	if (!w->run.student)
		return err_set(e, "no student yet; `student mlp 32` makes one");
	if (r->steps == 0)
		r->steps = (int64_t)length_of(w, kind);
	if (kind == LAB_FINETUNE && settings_change_step(w) == 0 && !w->info.run.student.origin[0])
		return err_set(e, "the student has not learned anything yet; `run` first");
	if (kind == LAB_FINETUNE && lay_finetune(w, r, s, e) < 0)
		return -1;
	if (kind == LAB_HINT && lay_hint(w, s, e) < 0)
		return -1;
	return lay_said(w, r, s, e);
}

int
stage_lay(const struct trainer_state *w, struct request *r, struct settings *s, struct err *e)
{
	enum lab_stage_kind kind = r->u.run.stage.kind;

	*s = settings_change_base(w);
	if (kind == LAB_RUN || lay(w, &r->u.run, s, e) == 0)
		return 0;
	return err_wrap(e, "stage %s", lab_stage_name[kind]);
}

static bool
same_ramp(const struct settings *a, const struct settings *b, int knob)
{
	const struct ramp *x = ramp_find(a->ramp, a->n_ramps, knob),
			  *y = ramp_find(b->ramp, b->n_ramps, knob);

	return x && y ? ramp_is_same(x, y) : x == y;
}

static bool
same_dial(const struct settings *a, const struct settings *b, int dial)
{
	return tunable_value(a, dial) == tunable_value(b, dial) && same_ramp(a, b, dial);
}

static bool
same(const struct settings *a, const struct settings *b)
{
	for (int i = -1; (i = tunable_next(a, i)) >= 0;)
		if (!same_dial(a, b, i))
			return false;
	return a->frozen == b->frozen && a->labelled == b->labelled;
}

/* Sets of which rows are drawn, as bits. */
static unsigned
counting(const struct lab_info *i)
{
	unsigned sets = 0;

	for (int k = 0; k < i->n_sets; k++)
		sets |= sets_role_trains(i->set[k].role) && i->run.settings.set_weight[k] > 0
				? 1u << k
				: 0;
	return sets;
}

int
stage_begin(struct trainer_state *w, const struct settings *s, struct request *r, struct err *e)
{
	const struct remedy_result_made *chosen =
		remedy_result_get(&w->train.remedies, s->remedy[REMEDY_KIND_select]);
	char what[sizeof r->note] = "", sets[80] = "";
	const struct request_stage *stage = &r->u.run.stage;
	struct text note = { 0 };

	if (stage->kind == LAB_RUN)
		return 0;
	w->run.before = settings_change_base(w);
	w->run.after = w->run.before;
	if (!same(&w->run.before, s) && live_change_make(w, s, r, e) < 0)
		return err_wrap(e, "stage %s", lab_stage_name[stage->kind]);
	w->run.after = settings_change_base(w);
	if (r->note[0])
		snprintf(what, sizeof what, ": %.180s", r->note);
	if (stage->sets[0])
		lab_sets_text(&w->info, counting(&w->info), sets, sizeof sets);
	text_addf(&note, "%s%s%.60s, %lld steps", lab_stage_name[stage->kind], sets[0] ? " " : "",
		  sets, (long long)r->u.run.steps);
	if (chosen && s->labelled) /* of few labels even fewer may be left: that is worth a word */
		text_addf(&note, " on the %zu labelled rows that were selected", chosen->n_shown);
	text_add(&note, what);
	snprintf(r->note, sizeof r->note, "%.*s", (int)sizeof r->note - 1, text_get(&note));
	text_release(&note);
	r->notable = true;
	return 0;
}

void
stage_note(struct trainer_state *w, enum lab_stage_kind kind)
{
	struct lab_info *i = &w->info;
	struct lab_stage *last = i->run.n_stages ? &i->run.stages[i->run.n_stages - 1] : NULL;

	if (last && last->kind == LAB_RUN && kind == LAB_RUN) {
		last->until = i->run.until;
		return;
	}
	if (i->run.n_stages == LAB_STAGES)
		memmove(i->run.stages, i->run.stages + 1,
			(size_t)--i->run.n_stages * sizeof *i->run.stages);
	i->run.stages[i->run.n_stages++] = (struct lab_stage){ kind,
							       i->run.from,
							       i->run.until,
							       counting(i),
							       i->run.settings.labelled,
							       { NAN, NAN, NAN, NAN, NAN, 0 } };
}

/* ---- the end ---- */

/* Nobody has laid a hand on a dial since the stage began: it is where that, or its ramp, has
 * `brought` it. */
static bool
untouched(const struct trainer_state *w, const struct settings *brought, const struct settings *now,
	  int dial)
{
	const struct ramp *laid = ramp_find(w->run.after.ramp, w->run.after.n_ramps, dial),
			  *is = ramp_find(now->ramp, now->n_ramps, dial);

	if (is ? !laid || !ramp_is_same(laid, is)
	       : laid && settings_change_step(w) < ramp_end(laid))
		return false;
	return tunable_value(brought, dial) == tunable_value(now, dial);
}

static void
put_dial_back(const struct trainer_state *w, struct settings *s, int dial)
{
	const struct ramp *r = ramp_find(w->run.before.ramp, w->run.before.n_ramps, dial);

	tunable_set(s, dial, tunable_value(&w->run.before, dial));
	if (r && s->n_ramps < RAMP_KNOBS)
		s->ramp[s->n_ramps++] = *r;
}

/* Of pairs of layers only those that are there and were when the stage began. */
static void
put_back(const struct trainer_state *w, const struct settings *now, struct settings *s)
{
	struct settings brought = w->run.after;

	tunable_follow(&brought, settings_change_step(w));
	for (int i = -1; (i = tunable_next(now, i)) >= 0;)
		if (!isnan(tunable_value(&w->run.before, i)) &&
		    !same_dial(&w->run.before, &w->run.after, i) && untouched(w, &brought, now, i))
			put_dial_back(w, s, i);
	s->frozen &= ~(w->run.after.frozen & ~w->run.before.frozen);
	if (s->labelled == w->run.after.labelled)
		s->labelled = w->run.before.labelled;
}

void
stage_end(struct trainer_state *w)
{
	struct lab_stage *stage = &w->info.run.stages[w->info.run.n_stages - 1];
	struct settings now, s;
	struct request *r;
	struct err e;

	stage->until = settings_change_step(w);
	stage->scores = w->info.run.student.last;
	if (stage->kind == LAB_RUN)
		return;
	now = settings_change_base(w);
	s = now;
	put_back(w, &now, &s);
	if (same(&now, &s))
		return;
	r = request_new(REQUEST_SET);
	if (live_change_make(w, &s, r, &e) < 0)
		snprintf(w->ended, sizeof w->ended, "%s ended, its settings stay: %.160s",
			 lab_stage_name[stage->kind], e.msg);
	else
		snprintf(w->ended, sizeof w->ended, "%s ended: %.200s", lab_stage_name[stage->kind],
			 r->note);
	request_free(r);
}

/* ---- by hand ---- */

int
stage_freeze(struct trainer_state *w, struct request *r, struct err *e)
{
	const char *word = r->u.freeze.thaw ? "thaw" : "freeze", *list = r->u.freeze.layers;
	struct settings s;
	uint64_t layers = UINT64_MAX;
	char names[160];

	if (!w->run.student)
		return err_set(e, "%s: no student yet; `student mlp 32` makes one", word);
	if (list[0] && net_info_layers(&w->info.run.student, list, &layers, e) < 0)
		return err_wrap(e, "%s", word);
	s = settings_change_base(w);
	s.frozen = r->u.freeze.thaw ? s.frozen & ~layers : s.frozen | layers;
	if (live_change_make(w, &s, r, e) < 0)
		return err_wrap(e, "%s", word);
	if (!r->note[0])
		snprintf(r->note, sizeof r->note, "frozen stays %s",
			 net_info_layers_text(&w->info.run.student, s.frozen, names, sizeof names));
	return 0;
}
