/* stage.c: settings of a stage, applied at its start and restored at its end. */
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

#define LEAST 100  /* least steps of a stage that has a quarter of the steps before it */
#define HINT 500   /* steps of a hint stage at the start */
#define LR_PART 10 /* fine-tuning divides the learning rate by it */

/* ---- start ---- */

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
		       train_teaches(&w->train, &w->info.run.settings, s->map[i].teacher);
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
	if (net_info_layers(&w->info.run.student, r->freeze, &layers, e) < 0)
		return err_wrap(e, "freeze");
	s->frozen |= layers;
	return 0;
}

static int
compose(const struct trainer_state *w, struct request_run *r, struct settings *s, struct err *e)
{
	enum lab_stage_kind kind = r->stage.kind;

	if (!w->run.student)
		return err_set(e, "no student yet; `student mlp 32` makes one");
	if (r->steps == 0)
		r->steps = (int64_t)default_steps(w, kind);
	if (kind == LAB_FINETUNE && settings_change_step(w) == 0 && !w->info.run.student.origin[0])
		return err_set(e, "the student has not been trained; `run` first");
	if (kind == LAB_FINETUNE && preset_finetune(w, r, s, e) < 0)
		return -1;
	if (kind == LAB_HINT && preset_hint(w, s, e) < 0)
		return -1;
	return apply_arguments(w, r, s, e);
}

int
stage_settings(const struct trainer_state *w, struct request *r, struct settings *s, struct err *e)
{
	enum lab_stage_kind kind = r->u.run.stage.kind;

	*s = settings_change_base(w);
	if (kind == LAB_RUN || compose(w, &r->u.run, s, e) == 0)
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
same_tunable(const struct settings *a, const struct settings *b, int id)
{
	return tunable_value(a, id) == tunable_value(b, id) && same_ramp(a, b, id);
}

static bool
same_settings(const struct settings *a, const struct settings *b)
{
	for (int i = -1; (i = tunable_next(a, i)) >= 0;)
		if (!same_tunable(a, b, i))
			return false;
	return a->frozen == b->frozen && a->labelled == b->labelled;
}

/* Sets with a weight above 0, as bits. */
static unsigned
drawn_sets(const struct lab_info *i)
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
	struct settings before;
	struct text note = { 0 };

	if (stage->kind == LAB_RUN)
		return 0;
	before = settings_change_base(w);
	if (!same_settings(&before, s) && live_change_make(w, s, r, e) < 0)
		return err_wrap(e, "stage %s", lab_stage_name[stage->kind]);
	w->run.before = before;
	w->run.after = settings_change_base(w);
	if (r->note[0])
		snprintf(what, sizeof what, ": %.180s", r->note);
	if (stage->sets[0])
		lab_sets_text(&w->info, drawn_sets(&w->info), sets, sizeof sets);
	text_addf(&note, "%s%s%.60s, %lld steps", lab_stage_name[stage->kind], sets[0] ? " " : "",
		  sets, (long long)r->u.run.steps);
	if (chosen && s->labelled) /* may be very few */
		text_addf(&note, " on %zu selected labelled rows", chosen->n_shown);
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
							       drawn_sets(i),
							       i->run.settings.labelled,
							       NET_INFO_NO_SCORES };
}

/* ---- end ---- */

/* Whether a tunable was changed by the stage alone: it has the value that the stage, or the ramp
 * of the stage, gave it (`of_stage`). */
static bool
is_of_stage(const struct trainer_state *w, const struct settings *of_stage,
	    const struct settings *now, int id)
{
	const struct ramp *given = ramp_find(w->run.after.ramp, w->run.after.n_ramps, id),
			  *is = ramp_find(now->ramp, now->n_ramps, id);

	if (is ? !given || !ramp_is_same(given, is)
	       : given && settings_change_step(w) < ramp_end(given))
		return false;
	return tunable_value(of_stage, id) == tunable_value(now, id);
}

/* Put the ramp back that a tunable had before the stage. Where all ramps are in use, by ramps that
 * were started during the stage, its name is appended to `lost`. */
static void
restore_ramp(const struct trainer_state *w, struct settings *s, int id, struct text *lost)
{
	const struct ramp *r = ramp_find(w->run.before.ramp, w->run.before.n_ramps, id);
	char name[80];

	if (r && s->n_ramps < RAMP_KNOBS)
		s->ramp[s->n_ramps++] = *r;
	else if (r)
		text_item(lost, "%s", tunable_name(&w->info, id, name, sizeof name));
}

/* Pairs of layers are restored where they exist and existed when the stage began. */
static void
restore_settings(const struct trainer_state *w, const struct settings *now, struct settings *s,
		 struct text *lost)
{
	struct settings of_stage = w->run.after;
	bool restored[TUNABLE_MAP(TRAIN_MAPS)] = { false }; /* by id */

	tunable_follow(&of_stage, settings_change_step(w));
	for (int i = -1; (i = tunable_next(now, i)) >= 0;)
		if (!isnan(tunable_value(&w->run.before, i)) &&
		    !same_tunable(&w->run.before, &w->run.after, i) &&
		    is_of_stage(w, &of_stage, now, i)) {
			tunable_set(s, i, tunable_value(&w->run.before, i));
			restored[i] = true;
		}
	for (int i = 0; i < TUNABLE_MAP(TRAIN_MAPS); i++)
		if (restored[i]) /* all ramps of the stage are removed by now */
			restore_ramp(w, s, i, lost);
	s->frozen &= ~(w->run.after.frozen & ~w->run.before.frozen);
	if (s->labelled == w->run.after.labelled)
		s->labelled = w->run.before.labelled;
}

/* Describe the end of a stage, and the ramps that had no room. */
static void
describe_end(struct trainer_state *w, const char *stage, const char *note, const struct text *lost)
{
	if (lost->len)
		snprintf(w->ended, sizeof w->ended,
			 "%s ended: %.100s; %d ramps are in use, so not restored: %.60s", stage,
			 note, RAMP_KNOBS, text_get(lost));
	else
		snprintf(w->ended, sizeof w->ended, "%s ended: %.200s", stage, note);
}

void
stage_end(struct trainer_state *w)
{
	struct lab_stage *stage = &w->info.run.stages[w->info.run.n_stages - 1];
	struct settings now, s;
	struct text lost = { 0 };
	struct request *r;
	struct err e;

	stage->until = settings_change_step(w);
	stage->scores = w->info.run.student.last;
	if (stage->kind == LAB_RUN)
		return;
	now = settings_change_base(w);
	s = now;
	restore_settings(w, &now, &s, &lost);
	if (same_settings(&now, &s)) {
		text_release(&lost);
		return;
	}
	r = request_new(REQUEST_SET);
	if (live_change_make(w, &s, r, &e) < 0)
		snprintf(w->ended, sizeof w->ended,
			 "%s ended; its settings cannot be restored: %.160s",
			 lab_stage_name[stage->kind], e.msg);
	else
		describe_end(w, lab_stage_name[stage->kind], r->note, &lost);
	request_free(r);
	text_release(&lost);
}

/* ---- freeze, thaw ---- */

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
		snprintf(r->note, sizeof r->note, "frozen: %s (unchanged)",
			 net_info_layers_text(&w->info.run.student, s.frozen, names, sizeof names));
	return 0;
}
