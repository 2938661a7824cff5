/* stage_preset.c: the settings of a stage: its preset, and the arguments of the command. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/stage_preset.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/text.h"
#include "retort/data/sets.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/lab/settings_change.h"
#include "retort/lab/tunable.h"

#define LEAST 100  /* least steps of a stage that has a quarter of the steps before it */
#define HINT 500   /* steps of a hint stage at the start */
#define LR_PART 10 /* fine-tuning divides the learning rate by it */

/* Index in knob_table of the weight of loss i on outputs. */
static int
weight_knob(unsigned i)
{
	char name[64];

	snprintf(name, sizeof name, "%s-weight", loss_table[i]->name);
	return (int)(knob_find(name, NULL) - knob_table);
}

static uint64_t
default_steps(const struct trainer_state *w, enum lab_stage_kind kind)
{
	uint64_t quarter = settings_change_step(w) / 4;

	if (kind == LAB_DISTIL)
		return 1000;
	if (kind == LAB_HINT && quarter == 0)
		return HINT;
	return quarter < LEAST ? LEAST : quarter;
}

/* Weight of a loss in `keep`, or its current one. */
static double
kept_weight(const struct request_shares *keep, unsigned i, const struct settings *s)
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
				       "keep %s: not a loss on teacher outputs (expected for "
				       "example kd)",
				       name);
		if (!(keep->share[k].share >= 0 && keep->share[k].share <= 1e6))
			return err_set(e, "keep %s: invalid weight %g (expected 0 to 1000000)",
				       name, keep->share[k].share);
	}
	return 0;
}

/* Losses on teacher outputs ramp to 0, or keep the weight given by `keep`. */
static int
fade_teachers(const struct trainer_state *w, const struct request_run *r, struct settings *s,
	      struct err *e)
{
	int64_t over = r->stage.fade < 0 ? r->steps : r->stage.fade;

	if (check_kept(&r->keep, e) < 0)
		return -1;
	for (unsigned i = 0; i < LOSS_OUTPUTS; i++) {
		double weight = kept_weight(&r->keep, i, s);
		int knob = weight_knob(i);

		if (!(loss_table[i]->needs & LOSS_LOGITS))
			continue;
		tunable_set(s, knob, weight);
		if (weight == 0 || over == 0)
			continue;
		if (s->n_ramps == RAMP_KNOBS)
			return err_set(
				e,
				"fade: %d ramps are in use, the maximum; `ramp KNOB off` ends one",
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

/* x / of, rounded to 12 digits: 0.003 / 10 gives the double 0.0003. */
static double
divide_decimal(double x, double of)
{
	char text[40];
	double out;

	snprintf(text, sizeof text, "%.12g", x / of);
	return text_to_double(text, &out) < 0 ? x / of : out;
}

/* Fine-tuning preset: ce weight 1, losses on teacher outputs ramp to 0, maps off, lr / 10. */
static int
preset_finetune(const struct trainer_state *w, const struct request_run *r, struct settings *s,
		struct err *e)
{
	tunable_set(s, (int)(knob_find("lr", NULL) - knob_table),
		    divide_decimal(s->knobs.lr, LR_PART));
	tunable_set(s, weight_knob(LOSS_OUTPUT_ce), 1);
	for (int i = 0; i < s->n_maps; i++)
		tunable_set(s, TUNABLE_MAP(s->map[i].slot), 0);
	return fade_teachers(w, r, s, e);
}

/* Hint preset: only the layer map trains (Romero et al. 2015, the first of two stages). */
static int
preset_hint(const struct trainer_state *w, struct settings *s, struct err *e)
{
	bool any = false;

	for (int i = 0; i < s->n_maps; i++)
		any |= s->map[i].weight > 0 &&
		       train_teaches(&w->train, &w->info.run->settings, s->map[i].teacher);
	if (!any)
		return err_set(e,
			       "no pair of layers has a weight above 0; `map big:1 s:1` makes one");
	for (unsigned i = 0; i < LOSS_OUTPUTS; i++)
		tunable_set(s, weight_knob(i), 0);
	return 0;
}

/* A set that is drawn from keeps its weight and ramp; weight 1 where it had 0. */
static void
draw_set(struct settings *s, int set, bool draws)
{
	if (!draws)
		tunable_set(s, TUNABLE_SET(set), 0);
	else if (s->set_weight[set] == 0)
		tunable_set(s, TUNABLE_SET(set), 1);
}

/* Draw rows of the given sets only. */
static int
apply_sets(const struct trainer_state *w, const struct request_run *r, struct settings *s,
	   struct err *e)
{
	unsigned sets;

	if (!r->stage.sets[0])
		return 0;
	if (lab_sets(&w->info, r->stage.sets, &sets, e) < 0)
		return err_wrap(e, "sets");
	for (int i = 0; i < s->n_sets; i++)
		if (sets_role_trains(w->info.set[i].role))
			draw_set(s, i, sets >> i & 1);
	return 0;
}

/* Knobs, rows, sets and layers given with the command. */
static int
apply_arguments(const struct trainer_state *w, const struct request_run *r, struct settings *s,
		struct err *e)
{
	uint64_t layers;

	for (int i = 0; i < r->knobs.n; i++) {
		const struct knob *k = r->knobs.set[i].knob;

		if (k->when != KNOB_LIVE)
			return err_set(e, "%s: cannot be set for one stage; `set %s` before it",
				       k->name, k->name);
		if (knob_set(&s->knobs, k, r->knobs.set[i].value, e) < 0)
			return -1;
		ramp_remove(s->ramp, &s->n_ramps, (int)(k - knob_table));
	}
	if (r->stage.rows != REQUEST_ROWS_DEFAULT || r->stage.kind == LAB_FINETUNE)
		s->labelled = r->stage.rows != REQUEST_ROWS_ALL;
	if (apply_sets(w, r, s, e) < 0)
		return -1;
	if (net_info_layers(&w->info.run->student, r->freeze, &layers, e) < 0)
		return err_wrap(e, "freeze");
	s->frozen |= layers;
	return 0;
}

static int
compose(const struct trainer_state *w, struct request_run *r, struct settings *s, struct err *e)
{
	enum lab_stage_kind kind = r->stage.kind;

	if (!w->run->student)
		return err_set(e, "no student yet; `student mlp 32` makes one");
	if (r->steps == 0)
		r->steps = (int64_t)default_steps(w, kind);
	if (kind == LAB_FINETUNE && settings_change_step(w) == 0 && !w->info.run->student.origin[0])
		return err_set(e, "the student has not been trained; `run` first");
	if (kind == LAB_FINETUNE && preset_finetune(w, r, s, e) < 0)
		return -1;
	if (kind == LAB_HINT && preset_hint(w, s, e) < 0)
		return -1;
	return apply_arguments(w, r, s, e);
}

int
stage_preset_settings(const struct trainer_state *w, struct request *r, struct settings *s,
		      struct err *e)
{
	enum lab_stage_kind kind = r->u.run.stage.kind;

	*s = settings_change_base(w);
	if (kind == LAB_RUN || compose(w, &r->u.run, s, e) == 0)
		return 0;
	return err_wrap(e, "stage %s", lab_stage_name[kind]);
}
