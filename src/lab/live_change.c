/* live_change.c: live changes, each applied whole between two steps, and taking them back. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/live_change.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/text.h"
#include "retort/lab/history.h"
#include "retort/lab/idle_change.h"
#include "retort/lab/sweep_score.h"
#include "retort/lab/tunable.h"
#include "retort/lab/evaluate.h"
#include "retort/train/feed.h"
#include "retort/lab/layer_map.h"
#include "retort/lab/past.h"
#include "retort/lab/runs.h"
#include "retort/lab/settings_change.h"
#include "retort/lab/settings_describe.h"
#include "retort/lab/undo.h"

void
live_change_forget(struct trainer_state *w)
{
	undo_forget(w->run);
	w->info.n_undo = w->info.n_redo = 0;
}

int
live_change_make(struct trainer_state *w, const struct settings *after, struct request *r,
		 struct err *e)
{
	struct run_change c;

	c.step = settings_change_step(w);
	c.before = settings_change_base(w);
	if (settings_change_put(w, after, e) < 0)
		return -1;
	c.after = settings_change_base(w);
	settings_describe(w, &c.before, &c.after, r->note, sizeof r->note);
	r->unchanged = !r->note[0];
	if (r->unchanged)
		return 0; /* no effective change: push no undo entry, and keep redo */
	undo_push(w->run, &c);
	history_add(w);
	return 0;
}

/* Move the request's WordNet into the lab; a session reads one, once. Where rows are augmented
 * already their words are looked up now. */
static int
take_wordnet(struct trainer_state *w, struct wordnet **new, struct err *e)
{
	if (w->train.wordnet &&
	    memcmp(&w->train.wordnet->hash, &(*new)->hash, sizeof(*new)->hash) != 0)
		return err_set(e, "another WordNet was read before in this session");
	if (w->train.wordnet)
		return 0;
	w->train.wordnet = *new;
	*new = NULL;
	return w->train.ds && augment_any(&w->info.run->settings.knobs, w->train.ds->kind)
		       ? augment_learn(&w->train.augmenter, w->train.wordnet, e)
		       : 0;
}

/* Set knobs as one change. Setting a knob cancels its ramp. */
static int
set_knobs(struct trainer_state *w, struct request *r, struct err *e)
{
	const struct request_knobs *k = request_knobs(r);
	struct settings s;

	s = settings_change_base(w);
	for (int i = 0; i < k->n; i++) {
		if (knob_set(&s.knobs, k->set[i].knob, k->set[i].value, e) < 0)
			return -1;
		ramp_remove(s.ramp, &s.n_ramps, (int)(k->set[i].knob - knob_table));
	}
	if (live_change_make(w, &s, r, e) < 0)
		return -1;
	if (!r->note[0] && k->n)
		snprintf(r->note, sizeof r->note, "%s stays %s", k->set[0].knob->name,
			 k->set[0].value);
	return 0;
}

/* The translations stay when the knobs are undone. */
int
live_change_bitext(struct trainer_state *w, struct request *r, struct err *e)
{
	struct round_trip *before = w->train.round_trip, *now;

	if (!w->train.ds)
		return err_set(e, "augment backtranslate: no data yet; `data fine-foods` first");
	now = round_trip_new(w->train.ds, r->u.bitext.bitext, e);
	if (!now)
		return err_wrap(e, "augment backtranslate");
	w->train.augmenter.round_trip = w->train.round_trip = now;
	if (set_knobs(w, r, e) < 0) {
		w->train.augmenter.round_trip = w->train.round_trip = before;
		round_trip_free(now);
		return -1;
	}
	if (before) /* steps so far may have used them */
		past_anew(w);
	round_trip_free(before);
	return 0;
}

int
live_change_set(struct trainer_state *w, struct request *r, struct err *e)
{
	bool had = w->train.wordnet != NULL;

	if ((!r->u.set.wordnet || take_wordnet(w, &r->u.set.wordnet, e) == 0) &&
	    set_knobs(w, r, e) == 0) {
		if (w->train.wordnet)
			hash_hex(&w->train.wordnet->hash, w->info.wordnet);
		return 0;
	}
	if (!had) { /* a refused line is not recorded, so a replay would lack it */
		synonyms_release(&w->train.augmenter.synonyms); /* of its words */
		wordnet_free(w->train.wordnet);
		w->train.wordnet = NULL;
	}
	return -1;
}

int
live_change_map(struct trainer_state *w, struct request *r, struct err *e)
{
	struct text chosen = { 0 };
	struct settings s;
	int slots;

	if (!w->run->student)
		return err_set(e, "map: no student yet; `student mlp 32` makes one");
	if (w->info.phase == LAB_TRAINING)
		return err_set(e, "map: a teacher is training; `stop` first");
	s = settings_change_base(w);
	for (int i = 0; r->u.map.n == 0 && i < s.n_maps; i++) /* clear */
		ramp_remove(s.ramp, &s.n_ramps, TUNABLE_MAP(s.map[i].slot));
	if (r->u.map.n == 0)
		s.n_maps = 0;
	slots = w->n_slots;
	if (layer_map_edit(w, &r->u.map, &s, &chosen, e) < 0 || live_change_make(w, &s, r, e) < 0) {
		w->n_slots = slots; /* a refused line is not recorded, so a replay would lack it */
		text_release(&chosen);
		return err_wrap(e, "map");
	}
	r->notable = chosen.len > 0;
	if (r->notable)
		snprintf(r->note, sizeof r->note, "map: %s%d pair%s", text_get(&chosen), s.n_maps,
			 s.n_maps == 1 ? "" : "s");
	else if (!r->note[0])
		snprintf(r->note, sizeof r->note, "the map stays as it is");
	text_release(&chosen);
	return 0;
}

/* Whether teacher k can be unmuted: while the student trains, only when it is trained itself. */
static bool
can_teach(const struct trainer_state *w, int k)
{
	return w->info.teacher[k].ready || !runs_trains(w);
}

/* The teacher that a request names, into *k; -1 there where it means all of them. */
static int
find_teacher(const struct trainer_state *w, const char *name, int *k, struct err *e)
{
	*k = name[0] ? lab_info_teacher(&w->info, name, e) : -1;
	if (name[0] && *k < 0)
		return err_wrap(e, "teachers");
	return w->info.n_teachers
		       ? 0
		       : err_set(e, "teachers: no teacher; `teacher big mlp 256,256` adds one");
}

int
live_change_mute(struct trainer_state *w, struct request *r, struct err *e)
{
	bool mutes = r->u.teacher.mute == REQUEST_MUTES, solo = r->u.teacher.mute == REQUEST_SOLO;
	struct settings s;
	int k;

	if (find_teacher(w, r->u.teacher.name, &k, e) < 0)
		return -1;
	if (k >= 0 && !mutes && !can_teach(w, k))
		return err_set(e, "teachers %s: not trained; `train` it first", r->u.teacher.name);
	s = settings_change_base(w);
	for (int i = 0; i < s.n_teachers; i++) {
		if (i == k)
			s.teacher_muted[i] = mutes;
		else if (k < 0 && can_teach(w, i))
			s.teacher_muted[i] = false;
		else if (k >= 0 && solo)
			s.teacher_muted[i] = true;
	}
	return live_change_make(w, &s, r, e);
}

int
live_change_weight(struct trainer_state *w, struct request *r, struct err *e)
{
	double weight = r->u.teacher.weight;
	struct settings s;
	int k;

	if (find_teacher(w, r->u.teacher.name, &k, e) < 0)
		return -1;
	if (!isfinite(weight) || weight < 0 || weight > 1e6)
		return err_set(e, "teachers %s: invalid weight %g (expected 0 to 1000000)",
			       r->u.teacher.name, weight);
	s = settings_change_base(w);
	for (int i = 0; i < s.n_teachers; i++)
		if (k < 0 || i == k)
			tunable_set(&s, TUNABLE_TEACHER(i), weight);
	return live_change_make(w, &s, r, e);
}

int
live_change_draw(struct trainer_state *w, struct request *r, struct err *e)
{
	const char *set = r->u.draw.set;
	double weight = r->u.draw.weight;
	int k = lab_set(&w->info, set, e);
	struct settings s;
	char number[40];

	if (k < 0)
		return err_wrap(e, "data weight");
	if (!isfinite(weight) || weight < 0 || weight > 1e6)
		return err_set(e, "data weight %s: invalid weight %g (expected 0 to 1000000)", set,
			       weight);
	s = settings_change_base(w);
	tunable_set(&s, TUNABLE_SET(k), weight);
	if (live_change_make(w, &s, r, e) < 0)
		return err_wrap(e, "data weight %s", set);
	if (!r->note[0])
		snprintf(r->note, sizeof r->note, "set %.64s weight stays %s", set,
			 text_number(number, sizeof number, weight));
	return 0;
}

/* Restore the settings before the last change, or those after the last one undone. */
static int
restore_settings(struct trainer_state *w, bool back, struct request *r, struct err *e)
{
	const struct run_change *c = back ? undo_last(w->run) : undo_next(w->run);
	struct settings was, now;

	was = settings_change_base(w);
	if (settings_change_put(w, back ? &c->before : &c->after, e) < 0)
		return -1;
	now = settings_change_base(w); /* a ramp that is brought back is not where it was */
	settings_describe(w, &was, &now, r->note, sizeof r->note);
	history_add(w);
	return 0;
}

int
live_change_undo(struct trainer_state *w, struct request *r, struct err *e)
{
	if (w->run->n_undo == 0)
		return err_set(e, "undo: nothing to undo");
	if (restore_settings(w, true, r, e) < 0)
		return err_wrap(e, "undo");
	undo_take_back(w->run, settings_change_step(w));
	return 0;
}

int
live_change_redo(struct trainer_state *w, struct request *r, struct err *e)
{
	if (w->run->n_redo == 0)
		return err_set(e, "redo: nothing to redo");
	if (restore_settings(w, false, r, e) < 0)
		return err_wrap(e, "redo");
	undo_make_again(w->run, settings_change_step(w));
	return 0;
}

/* The network that a name means, as BRANCH_* id: "s" or "" the student, "plain" the baseline. -1
 * and an error. */
static int
find_branch(const struct trainer_state *w, const char *name, struct err *e)
{
	int k;

	if (!name[0] || strcmp(name, "s") == 0)
		return BRANCH_STUDENT;
	if (strcmp(name, "plain") == 0)
		return BRANCH_BASELINE;
	k = lab_info_teacher(&w->info, name, e);
	return k < 0 ? -1 : BRANCH_TEACHER(k);
}

/* During work: teachers give the outputs that the runs in training need, and no others. */
static int
fit_beside(struct trainer_state *w, struct err *e)
{
	if (w->info.phase == LAB_DISTILLING && !runs_trains(w))
		return err_set(e, "run %d does not train while others do; `stop` first",
			       w->run->about.number);
	return settings_change_fit(w, e);
}

/* While idle nothing has prepared the feed for the current maps and teachers. */
int
live_change_ready(struct trainer_state *w, struct err *e)
{
	if (w->info.phase != LAB_IDLE)
		return fit_beside(w, e);
	if (!w->train.ds || w->train.batch.capacity != train_batch(&w->info.run->settings) ||
	    w->train.orders->main.n == 0)
		return err_set(e, "nothing has been run; `run` trains the student");
	return feed_prepare(&w->train, &w->info.run->settings, e);
}

/* Make the evaluation of a network possible. */
static int
prepare_evaluation(struct trainer_state *w, struct err *e)
{
	return w->info.phase == LAB_IDLE ? idle_change_ready(w, e) : fit_beside(w, e);
}

int
live_change_eval(struct trainer_state *w, struct request *r, struct err *e)
{
	const char *name = r->u.teacher.name;
	int id = !name[0] && w->info.phase == LAB_TRAINING ? BRANCH_TEACHER(w->info.busy)
							   : find_branch(w, name, e);

	if (id < 0)
		return err_wrap(e, "eval");
	if (id == BRANCH_STUDENT && !w->run->student)
		return err_set(e, "eval: no student yet; `student mlp 32` makes one, `load s FILE` "
				  "loads one, `eval NAME` evaluates a teacher");
	if (!trainer_state_branch(w, id))
		return err_set(e,
			       "eval %s: it is not a network (expected s or a teacher with "
			       "parameters; `report` evaluates the others)",
			       name);
	if (prepare_evaluation(w, e) < 0)
		return err_wrap(e, "eval");
	trainer_state_figures(w, id)->evaluated = UINT64_MAX;
	evaluate_branch(w, id);
	return 0;
}

int
live_change_expect(struct trainer_state *w, struct request *r, struct err *e)
{
	const char *name = r->u.expect.name;
	unsigned metric = metric_find(r->u.expect.metric);
	int swept, id;

	if (metric == METRIC_NONE)
		return err_set(e, "expect: unknown metric '%s' (`help metrics` lists all)",
			       r->u.expect.metric);
	swept = sweep_score_expect(w, r, metric, e);
	if (swept <= 0)
		return swept;
	id = find_branch(w, name, e);
	if (id < 0)
		return err_wrap(e, "expect");
	if (!trainer_state_branch(w, id))
		return err_set(e, "expect: %s has not been run", name[0] ? name : "the student");
	if (metric_is_evaluated(metric) && prepare_evaluation(w, e) == 0) {
		evaluate_branch(w, id);
		if (metric == METRIC_WEIGHTS)
			evaluate_weights(w, id);
	}
	r->u.expect.value = trainer_state_figures(w, id)->last[metric];
	if (isnan(r->u.expect.value))
		return err_set(e, "expect: %s has no value yet", r->u.expect.metric);
	return 0;
}

int
live_change_mark(struct trainer_state *w, struct request *r, struct err *e)
{
	(void)w;
	(void)r;
	(void)e;
	return 0;
}
