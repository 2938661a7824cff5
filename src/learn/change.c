/* change.c: live changes, each applied whole between two steps, and taking them back. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/learn/change.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/text.h"
#include "retort/learn/eval.h"
#include "retort/learn/feed.h"

void
change_era(struct work *w)
{
	struct work_era *era;

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
}

void
change_forget(struct work *w)
{
	w->n_undo = w->n_redo = 0;
	w->info.n_undo = w->info.n_redo = 0;
}

static void
remember(struct work *w, const struct work_change *c)
{
	mem_grow(&w->undo, &w->cap_undo, w->n_undo + 1, sizeof *w->undo);
	w->undo[w->n_undo++] = *c;
	w->n_redo = 0;
}

static int
set_knob(struct work *w, const struct knob *k, const char *value, struct err *e)
{
	if (k->when == KNOB_FIXED && w->info.phase != LAB_IDLE)
		return err_set(e, "%s: cannot change while training, because it fixes what the graph is built for; "
				  "`stop` first", k->name);
	if (knob_set(&w->info.knobs, k, value, e) < 0)
		return -1;
	change_era(w);
	return 0;
}

static int
do_set(struct work *w, struct request *r, struct err *e)
{
	struct work_change c = { .kind = WORK_KNOB, .knob = r->knob };

	knob_get(&w->info.knobs, r->knob, c.before, sizeof c.before);
	if (set_knob(w, r->knob, r->text, e) < 0)
		return -1;
	knob_get(&w->info.knobs, r->knob, c.after, sizeof c.after);
	snprintf(r->note, sizeof r->note, "%s %s -> %s", r->knob->name, c.before, c.after);
	remember(w, &c);
	return 0;
}

/* The metric slot of a pair: the same for as long as the session lives. */
static int
slot_of(struct work *w, const struct lab_map *m)
{
	for (int i = 0; i < w->n_slots; i++)
		if (w->slot[i].teacher == m->teacher && w->slot[i].t_layer == m->t_layer && w->slot[i].s_layer == m->s_layer &&
		    w->slot[i].on == m->on)
			return i;
	if (w->n_slots == LAB_MAPS)
		return -1;
	w->slot[w->n_slots] = *m;
	return w->n_slots++;
}

/* Which layers an edit names; -1 and an error where there are none. */
static int
find_layers(const struct work *w, const struct request_map *r, struct lab_map *m, struct err *e)
{
	enum model_tap t_on = r->on, s_on = r->on;

	m->teacher = lab_info_teacher(&w->info, r->teacher, e);
	if (m->teacher < 0)
		return -1;
	m->t_layer = lab_info_layer(&w->info.teacher[m->teacher], r->t_layer, &t_on, e);
	m->s_layer = m->t_layer < 0 ? -1 : lab_info_layer(&w->info.student, r->s_layer, &s_on, e);
	if (m->s_layer < 0)
		return -1;
	if (t_on != s_on)
		return err_set(e, "%s:%s s:%s: %s cannot be compared with %s", r->teacher, r->t_layer, r->s_layer,
			       model_tap_name[t_on], model_tap_name[s_on]);
	m->on = t_on;
	return 0;
}

static bool
same_pair(const struct lab_map *a, const struct lab_map *b)
{
	return a->teacher == b->teacher && a->t_layer == b->t_layer && a->s_layer == b->s_layer && a->on == b->on;
}

/* Apply one edit to a copy of the maps. */
static int
edit_maps(struct work *w, const struct request_map *r, struct lab_map *map, int *n, struct err *e)
{
	struct lab_map m = { .weight = r->weight, .match = r->match ? r->match : &loss_hidden };
	int at = 0, slot;

	if (find_layers(w, r, &m, e) < 0)
		return -1;
	while (at < *n && !same_pair(&map[at], &m))
		at++;
	if (r->off) {
		if (at == *n)
			return err_set(e, "%s:%s s:%s is not mapped", r->teacher, r->t_layer, r->s_layer);
		memmove(&map[at], &map[at + 1], (size_t)(*n - at - 1) * sizeof *map);
		(*n)--;
		return 0;
	}
	if (!isfinite(m.weight) || m.weight < 0 || m.weight > 1e6)
		return err_set(e, "weight %g is outside 0..1000000", m.weight);
	if (lab_map_fit(&w->info.teacher[m.teacher], &w->info.student, &m, e) < 0)
		return -1;
	slot = slot_of(w, &m);
	if (slot < 0)
		return err_set(e, "%d different pairs were mapped already, as many as a session can name", LAB_MAPS);
	m.slot = (unsigned)slot;
	map[at] = m;
	*n += at == *n;
	return 0;
}

/* Put another set of maps in place: only the loss part of the graph is built anew. */
static int
use_maps(struct work *w, const struct lab_map *map, int n, struct err *e)
{
	struct lab_map was[LAB_MAPS];
	int n_was = w->info.n_maps;

	if (branch_rebuild(&w->student, w->student->net->graph->capacity, map, n, w->info.teacher, e) < 0)
		return -1;
	memcpy(was, w->info.map, sizeof was);
	memcpy(w->info.map, map, (size_t)n * sizeof *map);
	w->info.n_maps = n;
	if (w->info.phase == LAB_IDLE)
		return 0; /* `run` prepares the feed */
	if (feed_prepare(w, e) == 0)
		return 0;
	memcpy(w->info.map, was, sizeof was);
	w->info.n_maps = n_was;
	branch_rebuild(&w->student, w->student->net->graph->capacity, was, n_was, w->info.teacher, NULL);
	feed_prepare(w, NULL);
	return -1;
}

static int
do_map(struct work *w, struct request *r, struct err *e)
{
	struct work_change c = { .kind = WORK_MAPS, .n_before = w->info.n_maps, .n_after = w->info.n_maps };

	if (!w->student)
		return err_set(e, "map: no student yet; `student mlp 32` makes one");
	if (w->info.phase == LAB_TRAINING)
		return err_set(e, "map: not while a teacher trains");
	memcpy(c.map_before, w->info.map, sizeof c.map_before);
	memcpy(c.map_after, w->info.map, sizeof c.map_after);
	if (r->n_maps == 0)
		c.n_after = 0; /* clear */
	for (int i = 0; i < r->n_maps; i++)
		if (edit_maps(w, &r->map[i], c.map_after, &c.n_after, e) < 0)
			return err_wrap(e, "map");
	if (use_maps(w, c.map_after, c.n_after, e) < 0)
		return err_wrap(e, "map");
	snprintf(r->note, sizeof r->note, "map: %d pair%s", c.n_after, c.n_after == 1 ? "" : "s");
	remember(w, &c);
	return 0;
}

static void
use_teacher(struct work *w, int k, double weight, bool muted)
{
	w->info.teacher[k].weight = weight;
	w->info.teacher[k].muted = muted;
}

static int
do_weight(struct work *w, struct request *r, struct err *e)
{
	int k = lab_info_teacher(&w->info, r->name, e);
	struct work_change c = { .kind = WORK_TEACHER, .teacher = k };
	char before[32], after[32];

	if (k < 0)
		return err_wrap(e, "teachers");
	c.weight_before = c.weight_after = w->info.teacher[k].weight;
	c.muted_before = c.muted_after = w->info.teacher[k].muted;
	if (r->kind == REQUEST_WEIGHT) {
		if (!isfinite(r->value) || r->value < 0 || r->value > 1e6)
			return err_set(e, "teachers %s: weight %g is outside 0..1000000", r->name, r->value);
		c.weight_after = r->value;
		snprintf(r->note, sizeof r->note, "%s weight %s -> %s", r->name,
			 text_number(before, sizeof before, c.weight_before),
			 text_number(after, sizeof after, c.weight_after));
	} else {
		c.muted_after = r->number != 0;
		snprintf(r->note, sizeof r->note, "%s %s", r->name, c.muted_after ? "muted" : "unmuted");
		if (!c.muted_after && w->info.phase == LAB_DISTILLING && !w->info.teacher[k].ready)
			return err_set(e, "teachers %s: it has not been trained", r->name);
	}
	use_teacher(w, k, c.weight_after, c.muted_after);
	remember(w, &c);
	return 0;
}

/* Go to one side of a change. */
static int
go(struct work *w, const struct work_change *c, bool back, char *note, size_t size, struct err *e)
{
	switch (c->kind) {
	case WORK_KNOB:
		if (set_knob(w, c->knob, back ? c->before : c->after, e) < 0)
			return -1;
		snprintf(note, size, "%s %s -> %s", c->knob->name, back ? c->after : c->before,
			 back ? c->before : c->after);
		return 0;
	case WORK_MAPS:
		if (use_maps(w, back ? c->map_before : c->map_after, back ? c->n_before : c->n_after, e) < 0)
			return -1;
		snprintf(note, size, "map: %d pair%s", w->info.n_maps, w->info.n_maps == 1 ? "" : "s");
		return 0;
	case WORK_TEACHER:
		use_teacher(w, c->teacher, back ? c->weight_before : c->weight_after,
			    back ? c->muted_before : c->muted_after);
		snprintf(note, size, "%s weight %g%s", w->info.teacher[c->teacher].name,
			 w->info.teacher[c->teacher].weight, w->info.teacher[c->teacher].muted ? " muted" : "");
		return 0;
	}
	return -1;
}

static int
do_undo(struct work *w, struct request *r, struct err *e)
{
	if (w->n_undo == 0)
		return err_set(e, "undo: nothing to take back");
	if (go(w, &w->undo[w->n_undo - 1], true, r->note, sizeof r->note, e) < 0)
		return err_wrap(e, "undo");
	mem_grow(&w->redo, &w->cap_redo, w->n_redo + 1, sizeof *w->redo);
	w->redo[w->n_redo++] = w->undo[--w->n_undo];
	return 0;
}

static int
do_redo(struct work *w, struct request *r, struct err *e)
{
	if (w->n_redo == 0)
		return err_set(e, "redo: nothing was taken back");
	if (go(w, &w->redo[w->n_redo - 1], false, r->note, sizeof r->note, e) < 0)
		return err_wrap(e, "redo");
	mem_grow(&w->undo, &w->cap_undo, w->n_undo + 1, sizeof *w->undo);
	w->undo[w->n_undo++] = w->redo[--w->n_redo];
	return 0;
}

/* Whose step it is: the teacher in training, or the main line. -1: nobody can be evaluated yet. */
static int
owner(const struct work *w)
{
	if (w->info.phase == LAB_TRAINING)
		return LAB_TEACHER(w->info.busy);
	return w->student ? LAB_MAIN : -1;
}

/* Evaluating needs the feed; while idle nothing has prepared it for the maps and teachers of now. */
static int
ready_to_look(struct work *w, struct err *e)
{
	if (w->info.phase != LAB_IDLE)
		return 0;
	if (!w->ds || w->batch.capacity != work_batch(w) || w->order.n == 0)
		return err_set(e, "nothing has run yet");
	return feed_prepare(w, e);
}

static int
do_eval(struct work *w, struct err *e)
{
	int id = owner(w);

	if (id < 0 || ready_to_look(w, e) < 0)
		return err_set(e, "eval: nothing has run yet");
	w->evaluated[id] = UINT64_MAX;
	eval_branch(w, id);
	return 0;
}

static int
do_expect(struct work *w, struct request *r, struct err *e)
{
	unsigned metric = metric_find(r->text);
	int id = LAB_MAIN;

	if (metric == METRIC_NONE)
		return err_set(e, "expect: no metric '%s'", r->text);
	if (r->name[0] && strcmp(r->name, "s") != 0) {
		int k = strcmp(r->name, "plain") == 0 ? LAB_PLAIN - 2 : lab_info_teacher(&w->info, r->name, e);

		if (k < 0 && strcmp(r->name, "plain") != 0)
			return err_wrap(e, "expect");
		id = 2 + k;
	}
	if (!work_branch(w, id))
		return err_set(e, "expect: %s has not run", r->name[0] ? r->name : "the student");
	if (metric >= METRIC_VAL_NLL && metric < METRIC_FIXED && ready_to_look(w, e) == 0) {
		eval_branch(w, id);
		if (metric == METRIC_WEIGHTS)
			eval_weights(w, id);
	}
	r->value = w->last[id][metric];
	if (isnan(r->value))
		return err_set(e, "expect: %s has no value yet", r->text);
	return 0;
}

static void
save_moments(const struct branch *b, struct ckpt *c)
{
	char name[PARAM_NAME + 32];

	for (int which = 1; which <= 2; which++)
		for (size_t i = 0; i < b->net->own; i++) {
			const struct param *p = &b->net->layout.param[i];
			const real *from = (which == 1 ? branch_moment1(b) : branch_moment2(b)) + p->offset;
			struct ckpt_tensor *t;

			snprintf(name, sizeof name, "moment%d.%s", which, p->name);
			t = ckpt_add(c, name, p->rank, p->dim, NULL);
			for (size_t k = 0; k < p->len; k++)
				t->data[k] = (float)from[k];
		}
}

/* How the inputs were scaled; tokens are not. */
static void
save_scale(const struct work *w, struct ckpt *c)
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
save_names(const struct work *w, struct ckpt *c)
{
	char key[32];

	for (int i = 0; w->ds->class_name && i < w->ds->classes; i++) {
		snprintf(key, sizeof key, "label.%d", i);
		ckpt_note(c, key, w->ds->class_name[i]);
	}
}

static int
do_snapshot(struct work *w, struct request *r, struct err *e)
{
	bool student = !r->name[0] || strcmp(r->name, "s") == 0;
	int k = student ? -1 : lab_info_teacher(&w->info, r->name, e);
	struct branch *b = student ? w->student : k >= 0 ? w->teacher[k].branch : NULL;
	char step[32];

	if (!student && k < 0)
		return err_wrap(e, "save");
	if (!b)
		return err_set(e, "save: no student yet");
	r->ckpt = net_save(b->net, branch_value(b));
	snprintf(step, sizeof step, "%llu", (unsigned long long)b->state->step);
	ckpt_note(r->ckpt, "step", step);
	ckpt_note(r->ckpt, "data", w->info.data_hash);
	ckpt_note(r->ckpt, "blas", w->info.blas);
	save_names(w, r->ckpt);
	if (w->scale.d)
		save_scale(w, r->ckpt);
	save_moments(b, r->ckpt);
	return 0;
}

static int
do_stop(struct work *w, struct err *e)
{
	if (w->info.phase == LAB_IDLE)
		return err_set(e, "stop: nothing is at work");
	w->info.until = w->info.step;
	w->report_stopped = w->info.phase == LAB_REPORTING;
	w->info.paused = false;
	return 0;
}

/* What a key means is decided here, where it is known how far the steps asked for before it have come. */
static int
do_pause(struct work *w, struct request *r, struct err *e)
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
change_request(struct work *w, struct request *r, struct err *e)
{
	switch (r->kind) {
	case REQUEST_SET:
		return do_set(w, r, e);
	case REQUEST_MAP:
		return do_map(w, r, e);
	case REQUEST_WEIGHT:
	case REQUEST_MUTE:
		return do_weight(w, r, e);
	case REQUEST_UNDO:
		return do_undo(w, r, e);
	case REQUEST_REDO:
		return do_redo(w, r, e);
	case REQUEST_EVAL:
		return do_eval(w, e);
	case REQUEST_EXPECT:
		return do_expect(w, r, e);
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
