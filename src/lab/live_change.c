/* live_change.c: live changes, each applied whole between two steps, and taking them back. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/live_change.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/text.h"
#include "retort/probe/augment_preview.h"
#include "retort/lab/balance.h"
#include "retort/lab/tunable.h"
#include "retort/probe/shift/shift_run.h"
#include "retort/train/eval.h"
#include "retort/train/feed.h"
#include "retort/lab/layer_map.h"
#include "retort/probe/remedy/remedy.h"
#include "retort/train/trainer_checkpoint.h"
#include "retort/lab/ramp_change.h"
#include "retort/lab/settings.h"
#include "retort/lab/stage.h"
#include "retort/nn/models/net_ckpt.h"

void
live_change_era(struct trainer_state *w)
{
	struct trainer_state_era *era;

	if (w->info.phase != LAB_DISTILLING)
		return;
	if (w->n_eras && w->era[w->n_eras - 1].step == w->info.step)
		w->n_eras--;
	mem_grow(&w->era, &w->cap_eras, w->n_eras + 1, sizeof *w->era);
	era = &w->era[w->n_eras++];
	era->step = w->info.step;
	era->from = w->info.from;
	era->until = w->info.until;
	era->knobs = w->info.knobs;
	era->frozen = w->info.frozen;
	lab_weights(&w->info, era->set_weight);
	for (int i = 0; i < LAB_REMEDIES; i++)
		era->remedy[i] = w->info.remedy[i].made;
	era->n_ramps = w->info.n_ramps;
	memcpy(era->ramp, w->info.ramp, (size_t)era->n_ramps * sizeof *era->ramp);
}

void
live_change_forget(struct trainer_state *w)
{
	w->n_undo = w->n_redo = 0;
	w->info.n_undo = w->info.n_redo = 0;
}

int
live_change_make(struct trainer_state *w, const struct trainer_state_settings *after,
		 struct request *r, struct err *e)
{
	struct trainer_state_change c;

	settings_take(w, &c.before);
	if (settings_put(w, after, e) < 0)
		return -1;
	settings_take(w, &c.after);
	settings_tell(w, &c.before, &c.after, r->note, sizeof r->note);
	r->unchanged = !r->note[0];
	if (r->unchanged)
		return 0; /* nothing became of it: nothing is to be taken back, and what was can
			     still be made again */
	mem_grow(&w->undo, &w->cap_undo, w->n_undo + 1, sizeof *w->undo);
	w->undo[w->n_undo++] = c;
	w->n_redo = 0;
	live_change_era(w);
	return 0;
}

/* A session reads one WordNet, once. Where rows are augmented already their words are looked up
 * now. */
static int
take_wordnet(struct trainer_state *w, struct request *r, struct err *e)
{
	if (w->wordnet &&
	    memcmp(&w->wordnet->hash, &r->wordnet->hash, sizeof r->wordnet->hash) != 0)
		return err_set(e, "another WordNet than this was read before");
	if (w->wordnet)
		return 0;
	w->wordnet = r->wordnet;
	r->wordnet = NULL;
	return w->ds && augment_any(&w->info.knobs, w->ds->kind)
		       ? augment_learn(&w->augmenter, w->wordnet, e)
		       : 0;
}

/* One knob, or several at once. A hand on a knob ends its ramp. */
static int
set_knobs(struct trainer_state *w, struct request *r, struct err *e)
{
	struct trainer_state_settings s;

	settings_take(w, &s);
	for (int i = 0; i < r->n_sets; i++) {
		if (knob_set(&s.knobs, r->set[i].knob, r->set[i].value, e) < 0)
			return -1;
		ramp_drop(s.ramp, &s.n_ramps, (int)(r->set[i].knob - knob_table));
	}
	if (live_change_make(w, &s, r, e) < 0)
		return -1;
	if (!r->note[0] && r->n_sets)
		snprintf(r->note, sizeof r->note, "%s stays %s", r->set[0].knob->name,
			 r->set[0].value);
	return 0;
}

/* Translations of texts, and the knobs that use them. They stay when the knobs are taken back. */
static int
do_retell(struct trainer_state *w, struct request *r, struct err *e)
{
	struct round_trip *before = w->retold, *now;

	if (!w->ds)
		return err_set(e, "augment backtranslate: no data yet; `data fine-foods` first");
	now = round_trip_new(w->ds, r->bitext, e);
	if (!now)
		return err_wrap(e, "augment backtranslate");
	w->augmenter.retold = w->retold = now;
	if (set_knobs(w, r, e) < 0) {
		w->augmenter.retold = w->retold = before;
		round_trip_free(now);
		return -1;
	}
	round_trip_free(before);
	return 0;
}

static int
do_set(struct trainer_state *w, struct request *r, struct err *e)
{
	bool had = w->wordnet != NULL;

	if ((!r->wordnet || take_wordnet(w, r, e) == 0) && set_knobs(w, r, e) == 0) {
		if (w->wordnet)
			hash_hex(&w->wordnet->hash, w->info.wordnet);
		return 0;
	}
	if (!had) { /* a line that changes nothing leaves none behind: a replay does not see it */
		wordnet_free(w->wordnet);
		w->wordnet = NULL;
	}
	return -1;
}

static int
do_map(struct trainer_state *w, struct request *r, struct err *e)
{
	struct text chosen = { 0 };
	struct trainer_state_settings s;
	int slots;

	if (!w->student)
		return err_set(e, "map: no student yet; `student mlp 32` makes one");
	if (w->info.phase == LAB_TRAINING)
		return err_set(e, "map: not while a teacher trains");
	settings_take(w, &s);
	for (int i = 0; r->n_maps == 0 && i < s.n_maps; i++) /* clear */
		ramp_drop(s.ramp, &s.n_ramps, TUNABLE_MAP(s.map[i].slot));
	if (r->n_maps == 0)
		s.n_maps = 0;
	slots = w->n_slots;
	if (layer_map_edit(w, r, &s, &chosen, e) < 0 || live_change_make(w, &s, r, e) < 0) {
		w->n_slots = slots; /* a line that changes nothing takes no names either: a replay
				       does not see it */
		text_release(&chosen);
		return err_wrap(e, "map");
	}
	r->says = chosen.len > 0;
	if (r->says)
		snprintf(r->note, sizeof r->note, "map: %s%d pair%s", text_get(&chosen), s.n_maps,
			 s.n_maps == 1 ? "" : "s");
	else if (!r->note[0])
		snprintf(r->note, sizeof r->note, "the map stays as it is");
	text_release(&chosen);
	return 0;
}

/* Whether a teacher may be heard from now on: while the student trains nobody joins who has not
 * been trained. */
static bool
can_teach(const struct trainer_state *w, int k)
{
	return w->info.teacher[k].ready || w->info.phase != LAB_DISTILLING;
}

/* One mutes, 0 unmutes, 2 leaves that one alone; with k below 0 all that can teach are unmuted. */
static int
mute(const struct trainer_state *w, const struct request *r, int k,
     struct trainer_state_settings *s, struct err *e)
{
	if (k >= 0 && r->number != 1 && !can_teach(w, k))
		return err_set(e, "teachers %s: it has not been trained", r->name);
	for (int i = 0; i < s->n_teachers; i++) {
		if (i == k)
			s->muted[i] = r->number == 1;
		else if (k < 0 && can_teach(w, i))
			s->muted[i] = false;
		else if (k >= 0 && r->number == 2)
			s->muted[i] = true;
	}
	return 0;
}

static int
do_weight(struct trainer_state *w, struct request *r, struct err *e)
{
	int k = r->name[0] ? lab_info_teacher(&w->info, r->name, e) : -1;
	struct trainer_state_settings s;

	if (r->name[0] && k < 0)
		return err_wrap(e, "teachers");
	if (w->info.n_teachers == 0)
		return err_set(e,
			       "teachers: there is none yet; `teacher big mlp 256,256` makes one");
	settings_take(w, &s);
	if (r->kind == REQUEST_MUTE && mute(w, r, k, &s, e) < 0)
		return -1;
	if (r->kind == REQUEST_WEIGHT && (!isfinite(r->value) || r->value < 0 || r->value > 1e6))
		return err_set(e, "teachers %s: weight %g is outside 0..1000000", r->name,
			       r->value);
	for (int i = 0; r->kind == REQUEST_WEIGHT && i < s.n_teachers; i++)
		if (k < 0 || i == k)
			tunable_turn(&s, TUNABLE_TEACHER(i), r->value);
	return live_change_make(w, &s, r, e);
}

static int
do_draw(struct trainer_state *w, struct request *r, struct err *e)
{
	int k = lab_set(&w->info, r->spec, e);
	struct trainer_state_settings s;
	char number[40];

	if (k < 0)
		return err_wrap(e, "data weight");
	if (!isfinite(r->value) || r->value < 0 || r->value > 1e6)
		return err_set(e, "data weight %s: %g is outside 0..1000000", r->spec, r->value);
	settings_take(w, &s);
	tunable_turn(&s, TUNABLE_SET(k), r->value);
	if (live_change_make(w, &s, r, e) < 0)
		return err_wrap(e, "data weight %s", r->spec);
	if (!r->note[0])
		snprintf(r->note, sizeof r->note, "set %.64s weight stays %s", r->spec,
			 text_number(number, sizeof number, r->value));
	return 0;
}

/* To one side of a change, which goes from one pile to the other. */
static int
go(struct trainer_state *w, bool back, struct request *r, struct err *e)
{
	const struct trainer_state_change *c =
		back ? &w->undo[w->n_undo - 1] : &w->redo[w->n_redo - 1];
	struct trainer_state_settings was, now;

	settings_take(w, &was);
	if (settings_put(w, back ? &c->before : &c->after, e) < 0)
		return -1;
	settings_take(w, &now); /* a ramp that is brought back is not where it was */
	settings_tell(w, &was, &now, r->note, sizeof r->note);
	live_change_era(w);
	return 0;
}

static int
do_undo(struct trainer_state *w, struct request *r, struct err *e)
{
	if (w->n_undo == 0)
		return err_set(e, "undo: nothing to take back");
	if (go(w, true, r, e) < 0)
		return err_wrap(e, "undo");
	mem_grow(&w->redo, &w->cap_redo, w->n_redo + 1, sizeof *w->redo);
	w->redo[w->n_redo++] = w->undo[--w->n_undo];
	return 0;
}

static int
do_redo(struct trainer_state *w, struct request *r, struct err *e)
{
	if (w->n_redo == 0)
		return err_set(e, "redo: nothing was taken back");
	if (go(w, false, r, e) < 0)
		return err_wrap(e, "redo");
	mem_grow(&w->undo, &w->cap_undo, w->n_undo + 1, sizeof *w->undo);
	w->undo[w->n_undo++] = w->redo[--w->n_redo];
	return 0;
}

/* Whose step it is: the teacher in training, or the main line. -1: nobody can be evaluated yet. */
static int
owner(const struct trainer_state *w)
{
	if (w->info.phase == LAB_TRAINING)
		return LAB_TEACHER(w->info.busy);
	return w->student ? LAB_STUDENT : -1;
}

/* Evaluating needs the feed; while idle nothing has prepared it for the maps and teachers of now.
 */
int
live_change_look(struct trainer_state *w, struct err *e)
{
	if (w->info.phase != LAB_IDLE)
		return 0;
	if (!w->ds || w->batch.capacity != trainer_state_batch(w) || w->order.n == 0)
		return err_set(e, "nothing has run yet");
	return feed_prepare(w, e);
}

static int
do_eval(struct trainer_state *w, struct err *e)
{
	int id = owner(w);

	if (id < 0 || live_change_look(w, e) < 0)
		return err_set(e, "eval: nothing has run yet");
	w->evaluated[id] = UINT64_MAX;
	eval_branch(w, id);
	return 0;
}

static int
do_expect(struct trainer_state *w, struct request *r, struct err *e)
{
	unsigned metric = metric_find(r->text);
	int id = LAB_STUDENT;

	if (metric == METRIC_NONE)
		return err_set(e, "expect: no metric '%s'", r->text);
	if (r->name[0] && strcmp(r->name, "s") != 0) {
		int k = strcmp(r->name, "plain") == 0 ? LAB_BASELINE - 2
						      : lab_info_teacher(&w->info, r->name, e);

		if (k < 0 && strcmp(r->name, "plain") != 0)
			return err_wrap(e, "expect");
		id = 2 + k;
	}
	if (!trainer_state_branch(w, id))
		return err_set(e, "expect: %s has not run", r->name[0] ? r->name : "the student");
	if (metric_is_evaluated(metric) && live_change_look(w, e) == 0) {
		eval_branch(w, id);
		if (metric == METRIC_WEIGHTS)
			eval_weights(w, id);
	}
	r->value = w->last[id][metric];
	if (isnan(r->value))
		return err_set(e, "expect: %s has no value yet", r->text);
	return 0;
}

/* How the inputs were scaled; tokens are not. */
static void
save_scale(const struct trainer_state *w, struct ckpt *c)
{
	struct ckpt_tensor *mean = ckpt_add(c, "input.mean", 1, &w->scale.d, NULL), *spread;

	for (size_t i = 0; i < w->scale.d; i++)
		mean->data[i] = (float)w->scale.mean[i];
	spread = ckpt_add(c, "input.spread", 1, &w->scale.d, NULL);
	for (size_t i = 0; i < w->scale.d; i++)
		spread->data[i] = (float)w->scale.spread[i];
}

/* The data's names of what the network tells. */
static void
save_names(const struct trainer_state *w, struct ckpt *c)
{
	char key[32];

	for (int i = 0; w->ds->class_name && i < w->ds->classes; i++) {
		snprintf(key, sizeof key, "label.%d", i);
		ckpt_note(c, key, w->ds->class_name[i]);
	}
}

/* What a network says about every row of the data, in their order: what a file of outputs is read
 * from. */
static int
snapshot_outputs(struct trainer_state *w, struct branch *b, struct request *r, struct err *e)
{
	size_t room = b->net->graph->capacity, dim[2] = { w->ds->n, (size_t)w->ds->classes };
	uint32_t *row = mem_array(room, sizeof *row);
	struct batch batch = { 0 };
	struct ckpt_tensor *out;

	if (w->ds->next_token || batch_init(&batch, room, w->ds, e) < 0) {
		mem_free(row);
		return w->ds->next_token ? err_set(e, "save: outputs: the data asks for a token at "
						      "every position")
					 : -1;
	}
	r->ckpt = ckpt_new();
	out = ckpt_add(r->ckpt, "outputs", 2, dim, NULL);
	for (size_t at = 0; at < w->ds->n; at += room) {
		size_t n = w->ds->n - at < room ? w->ds->n - at : room;
		const real *z;

		for (size_t i = 0; i < n; i++)
			row[i] = (uint32_t)(at + i);
		batch_fill(&batch, w->ds, row, n, NULL);
		z = branch_logits(b, &batch);
		for (size_t i = 0; i < n * dim[1]; i++)
			out->data[at * dim[1] + i] = (float)z[i];
	}
	batch_release(&batch);
	mem_free(row);
	return 0;
}

static int
do_snapshot(struct trainer_state *w, struct request *r, struct err *e)
{
	bool student = !r->name[0] || strcmp(r->name, "s") == 0;
	int k = student ? -1 : lab_info_teacher(&w->info, r->name, e);
	struct branch *b = student ? w->student : k >= 0 ? w->teacher[k].branch : NULL;
	char step[32];

	if (!student && k < 0)
		return err_wrap(e, "save");
	if (!student && w->info.teacher[k].is_file)
		return err_set(e, "save: %s is a file of outputs already, %s", r->name,
			       w->info.teacher[k].origin);
	if (!b)
		return err_set(e, "save: no student yet");
	if (strcmp(r->text, "outputs") == 0)
		return snapshot_outputs(w, b, r, e);
	r->ckpt = net_ckpt_of(b->net, branch_value(b));
	snprintf(step, sizeof step, "%llu", (unsigned long long)b->state->step);
	ckpt_note(r->ckpt, "step", step);
	ckpt_note(r->ckpt, "data", w->info.data_hash);
	ckpt_note(r->ckpt, "blas", w->info.blas);
	save_names(w, r->ckpt);
	if (w->scale.d)
		save_scale(w, r->ckpt);
	trainer_checkpoint_add(b, r->ckpt);
	return 0;
}

static int
do_stop(struct trainer_state *w, struct err *e)
{
	if (w->info.phase == LAB_IDLE)
		return err_set(e, "stop: nothing is at work");
	w->info.until = w->info.step;
	w->report_stopped = w->info.phase == LAB_REPORTING;
	w->info.paused = false;
	return 0;
}

/* What a key means is decided here, where it is known how far the steps asked for before it have
 * come. */
static int
do_pause(struct trainer_state *w, struct request *r, struct err *e)
{
	bool stepping = w->pause_at != UINT64_MAX;
	uint64_t from = stepping ? w->pause_at : w->info.step;

	if (w->info.phase == LAB_IDLE)
		return err_set(e, "nothing is at work; `run` starts the student");
	if (r->kind == REQUEST_STEP && r->number < 1)
		return err_set(e, "step: %lld is not at least 1", (long long)r->number);
	if (r->kind == REQUEST_TOGGLE)
		r->kind = w->info.paused || stepping ? REQUEST_RESUME : REQUEST_PAUSE;
	w->info.paused = r->kind == REQUEST_PAUSE;
	w->diverged = false;
	w->pause_at = r->kind == REQUEST_STEP ? from + (uint64_t)r->number : UINT64_MAX;
	return 0;
}

int
live_change_request(struct trainer_state *w, struct request *r, struct err *e)
{
	switch (r->kind) {
	case REQUEST_SET:
		return do_set(w, r, e);
	case REQUEST_RETELL:
		return do_retell(w, r, e);
	case REQUEST_MAP:
		return do_map(w, r, e);
	case REQUEST_WEIGHT:
	case REQUEST_MUTE:
		return do_weight(w, r, e);
	case REQUEST_DRAW:
		return do_draw(w, r, e);
	case REQUEST_RAMP:
		return ramp_change_ramp(w, r, e);
	case REQUEST_BALANCE:
		return balance_request(w, r, e);
	case REQUEST_FREEZE:
		return stage_freeze(w, r, e);
	case REQUEST_REMEDY:
		return remedy_request(w, r, e);
	case REQUEST_UNDO:
		return do_undo(w, r, e);
	case REQUEST_REDO:
		return do_redo(w, r, e);
	case REQUEST_EVAL:
		return do_eval(w, e);
	case REQUEST_EXPECT:
		return do_expect(w, r, e);
	case REQUEST_AUGMENTED:
		return augment_preview_request(w, r, e);
	case REQUEST_MISMATCH:
		return shift_run_request(w, r, e);
	case REQUEST_SNAPSHOT:
		return do_snapshot(w, r, e);
	case REQUEST_STOP:
		return do_stop(w, e);
	case REQUEST_PAUSE:
	case REQUEST_RESUME:
	case REQUEST_TOGGLE:
	case REQUEST_STEP:
		return do_pause(w, r, e);
	default:
		return 0; /* MARK asks for the step alone */
	}
}
