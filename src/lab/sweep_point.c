/* sweep_point.c: the runs of the points of a sweep. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/sweep_point.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/lab/live_change.h"
#include "retort/lab/runs.h"
#include "retort/lab/settings_change.h"
#include "retort/lab/sweep_labels.h"
#include "retort/lab/setup_net.h"
#include "retort/nn/models/model_table.h"
#include "retort/train/branch_terms.h"
#include "retort/train/orders.h"

#define NEVER 1000000000 /* steps between evaluations: of no use to a unit */

bool
sweep_point_fresh(const struct sweep *s)
{
	return s->plan.fresh || s->seeds > 0;
}

/* ---- checks ---- */

/* Description of the network of a point. */
static const char *
spec_of(const struct trainer_state *w, const struct sweep *s, int point, char *buf, size_t size)
{
	for (int i = 0; point && i < s->plan.n_axes; i++)
		if (s->plan.axis[i].kind == SWEEP_AXIS_STUDENT)
			return sweep_plan_value(&s->plan, point - 1, i);
	return model_print(&w->runs[w->focus]->info.student.model, buf, size);
}

static int
check_spec(const struct trainer_state *w, const struct sweep *s, int point, struct err *e)
{
	char text[MODEL_TEXT];
	const char *spec = spec_of(w, s, point, text, sizeof text);
	struct model_spec parsed;

	if (strlen(spec) >= NET_SPEC)
		return err_set(e, "the description of the student is longer than %d bytes",
			       NET_SPEC - 1);
	return model_table_parse(spec, &parsed, e) < 0 ? err_wrap(e, "student '%.60s'", spec) : 0;
}

int
sweep_point_check(const struct trainer_state *w, const struct sweep *s, struct err *e)
{
	const struct lab_run *r = &w->run->info;
	bool other = false;

	for (int i = 0; i < s->plan.n_axes; i++)
		other |= s->plan.axis[i].kind == SWEEP_AXIS_STUDENT;
	if (!sweep_point_fresh(s))
		return 0;
	if (r->student.origin[0])
		return err_set(e,
			       "the student was loaded from %.100s, and points from step 0 start "
			       "from random weights; `student` makes one that can be compared",
			       r->student.origin);
	if (other && r->settings.n_maps)
		return err_set(e, "pairs of layers do not fit every student; `map clear` first");
	for (int i = 0; i <= s->plan.n_points; i++)
		if (check_spec(w, s, i, e) < 0)
			return -1;
	return sweep_labels_check(w, s, e);
}

/* Whether a value is the one in force. */
static bool
is_in_force(const struct trainer_state *w, const struct sweep_axis *a, const char *value)
{
	const struct lab_run *r = &w->run->info;
	char text[MODEL_TEXT], own[MODEL_TEXT];
	struct knobs trial = r->settings.knobs;
	const struct knob *k = a->knob;
	struct model_spec spec;
	int64_t labels;

	if (a->kind == SWEEP_AXIS_LABELS)
		return text_to_int(value, &labels) == 0 && labels == sweep_labels_now(w);
	if (a->kind == SWEEP_AXIS_STUDENT) {
		if (model_table_parse(value, &spec, NULL) < 0)
			return false;
		return strcmp(model_print(&spec, text, sizeof text),
			      model_print(&r->student.model, own, sizeof own)) == 0;
	}
	return knob_set(&trial, k, value, NULL) == 0 &&
	       knob_value(&trial, k) == knob_value(&r->settings.knobs, k);
}

int
sweep_point_same(const struct trainer_state *w, const struct sweep *s)
{
	for (int i = 0; i < s->plan.n_points; i++) {
		bool same = true;

		for (int k = 0; k < s->plan.n_axes; k++)
			same = same &&
			       is_in_force(w, &s->plan.axis[k], sweep_plan_value(&s->plan, i, k));
		if (same)
			return i + 1;
	}
	return 0;
}

int64_t
sweep_point_batch(const struct trainer_state *w, const struct sweep *s, int point)
{
	struct knobs k = w->runs[w->focus]->info.settings.knobs;

	for (int i = 0; point && i < s->plan.n_axes; i++)
		if (s->plan.axis[i].knob)
			knob_set(&k, s->plan.axis[i].knob, sweep_plan_value(&s->plan, point - 1, i),
				 NULL);
	return k.batch;
}

/* ---- keys ---- */

struct hash
sweep_point_data(const struct trainer_state *w, const struct sweep *s)
{
	struct hash rows = hash_of(s->row, s->n_rows * sizeof *s->row);
	struct hash inputs = hash_join(&w->train.inputs, &rows);
	struct hash labels = hash_of(w->train.split.shown,
				     w->train.split.n_shown * sizeof *w->train.split.shown);

	return hash_join(&inputs, &labels);
}

static void
add_pairs(const struct settings *s, struct text *out)
{
	for (int i = 0; i < s->n_maps; i++) {
		const struct layer_pair *m = &s->map[i];

		text_addf(out, "map %d %d %d %d %s %a %d\n", m->teacher, m->t_layer, m->s_layer,
			  (int)m->on, m->match->name, m->weight, (int)m->through);
	}
	for (int i = 0; i < s->n_ramps; i++) {
		const struct ramp *r = &s->ramp[i];

		text_addf(out, "ramp %d %llu %a\n", r->knob, (unsigned long long)r->start, r->from);
		for (int k = 0; k < r->n; k++)
			text_addf(out, "leg %a %u %u %d\n", r->leg[k].to, r->leg[k].over,
				  r->leg[k].jumps, (int)r->leg[k].shape);
	}
}

/* All settings as text: structs have bytes between their members. */
static void
add_settings(const struct trainer_state *w, const struct settings *s, struct text *out)
{
	for (size_t i = 0; i < knob_count; i++)
		if (knob_table[i].when != KNOB_VIEW)
			text_addf(out, "%s %a\n", knob_table[i].name,
				  knob_value(&s->knobs, &knob_table[i]));
	add_pairs(s, out);
	for (int i = 0; i < s->n_sets; i++)
		text_addf(out, "set %a\n", s->set_weight[i]);
	for (int i = 0; i < REMEDY_KINDS; i++) {
		const struct remedy_result_made *m =
			remedy_result_get(&w->train.remedies, s->remedy[i]);

		text_addf(out, "remedy %s\n", m ? m->text : "off");
	}
	text_addf(out, "frozen %llx labelled %d wordnet %s\n", (unsigned long long)s->frozen,
		  s->labelled, w->info.wordnet);
}

static void
add_teachers(const struct trainer_state *w, const struct settings *s, struct text *out)
{
	char hex[65];

	for (int i = 0; i < w->info.n_teachers; i++) {
		const struct train_teacher *t = &w->train.teacher[i];

		if (!train_teaches(&w->train, s, i))
			continue;
		text_addf(out, "teacher %s %a\n",
			  hash_hex(t->file ? &t->file->hash : &t->outputs.key, hex),
			  s->teacher_weight[i]);
	}
}

/* What all points have in common. */
static struct hash
start_key(const struct trainer_state *w, const struct sweep *s)
{
	const struct branch_state *state = w->run->student->state;
	struct settings now = settings_change_base(w);
	struct text t = { 0 };
	struct hash key, data = s->data, start = { { 0 } };

	text_addf(&t, "sweep 1 %s fresh %d steps %llu\n", w->info.blas, sweep_point_fresh(s),
		  (unsigned long long)s->steps);
	add_settings(w, &now, &t);
	add_teachers(w, &now, &t);
	key = hash_of(t.s, t.len);
	text_release(&t);
	key = hash_join(&key, &data);
	if (!sweep_point_fresh(s))
		start = hash_of(state, state->size);
	return hash_join(&key, &start);
}

void
sweep_point_keys(const struct trainer_state *w, struct sweep *s)
{
	struct hash start = start_key(w, s);

	for (size_t i = 0; i < s->n_units; i++) {
		int point = (int)(i / (size_t)s->n_seeds);
		char spec[MODEL_TEXT], buf[MODEL_TEXT];
		struct hash own;
		struct text t = { 0 };

		snprintf(spec, sizeof spec, "%s", spec_of(w, s, point, buf, sizeof buf));
		text_addf(&t, "seed %llu student %s", (unsigned long long)s->unit[i].seed, spec);
		for (int k = 0; point && k < s->plan.n_axes; k++)
			text_addf(&t, ", %s %s", sweep_plan_name(&s->plan, k),
				  sweep_plan_value(&s->plan, point - 1, k));
		own = hash_of(t.s, t.len);
		s->unit[i].key = hash_join(&start, &own);
		text_release(&t);
	}
}

/* ---- runs ---- */

/* Set the knobs of a point, of the run in hand. */
static int
set_knobs(struct trainer_state *w, const struct sweep *s, int point, struct err *e)
{
	struct request *r = request_new(REQUEST_SET);
	int status = 0;

	for (int i = 0; point && i < s->plan.n_axes; i++) {
		const struct knob *k = s->plan.axis[i].knob;
		struct request_set *to = &r->u.knobs.set[r->u.knobs.n];

		if (!k || k->when == KNOB_FIXED)
			continue;
		to->knob = k;
		snprintf(to->value, sizeof to->value, "%s",
			 sweep_plan_value(&s->plan, point - 1, i));
		r->u.knobs.n++;
	}
	if (r->u.knobs.n)
		status = live_change_set(w, r, e);
	request_free(r);
	return status;
}

/* A copy of the focused run at its step, as `fork` makes it. */
static int
open_fork(struct trainer_state *w, const struct sweep *s, int point, struct err *e)
{
	const struct run *base = w->runs[w->focus];

	if (run_copy(w->run, base, e) < 0)
		return -1;
	orders_copy(&w->run->orders, &base->orders, w->train.ds);
	return set_knobs(w, s, point, e);
}

/* Settings of a run from step 0: those of the focused run, without what belongs to its steps. */
static struct settings
fresh_settings(struct trainer_state *w)
{
	int at = runs_at(w);
	struct settings now;

	runs_take(w, w->focus);
	now = settings_change_base(w);
	runs_take(w, at);
	now.n_ramps = 0;
	now.frozen = 0;
	now.remedy[REMEDY_KIND_prior] = 0;
	return now;
}

/* Build the loss terms that the settings in force need. */
static int
fit_terms(struct trainer_state *w, struct branch **b, struct err *e)
{
	struct branch_plan plan;

	w->run->student = *b; /* the plan is made for it */
	setup_net_describe(&w->run->info.student, *b, "");
	plan = settings_change_plan(w);
	w->run->student = NULL;
	if (!plan.n_maps && branch_terms_match(*b, &w->run->info.settings.knobs))
		return 0;
	return branch_rebuild(b, (*b)->net->graph->capacity, &plan, e);
}

/* A run from step 0, as `student` makes it. */
static int
open_fresh(struct trainer_state *w, const struct sweep *s, int point, struct err *e)
{
	struct request *r = request_new(REQUEST_STUDENT);
	char spec[MODEL_TEXT];
	struct branch *b;

	w->run->info.settings = fresh_settings(w);
	w->run->info.settings.knobs.batch = sweep_point_batch(w, s, point);
	snprintf(r->u.net.spec, NET_SPEC, "%s", spec_of(w, s, point, spec, sizeof spec));
	b = setup_net_make(w, r, BRANCH_STUDENT, "s", e);
	request_free(r);
	if (!b)
		return -1;
	if (fit_terms(w, &b, e) < 0) {
		branch_free(b);
		return -1;
	}
	w->run->student = b;
	setup_net_describe(&w->run->info.student, b, "");
	w->run->info.has_student = w->run->info.student.ready = true;
	return set_knobs(w, s, point, e);
}

/* Leave out what costs time and changes nothing: evaluations, kept states, a stop rule. */
static void
trim(struct run *r)
{
	r->info.settings.knobs.eval_every = NEVER;
	r->info.settings.stop.evaluations = 0;
	r->measured = true;
}

int
sweep_point_open(struct trainer_state *w, const struct sweep *s, size_t unit, struct err *e)
{
	struct run *r = mem_new(sizeof *r);
	int point = (int)(unit / (size_t)s->n_seeds), status;

	run_init(r, &w->train);
	w->runs[w->n_runs++] = r;
	runs_take(w, w->n_runs - 1);
	status = sweep_point_fresh(s) ? open_fresh(w, s, point, e) : open_fork(w, s, point, e);
	if (status == 0) {
		trim(r);
		return 0;
	}
	runs_take(w, w->focus);
	runs_drop(w, w->n_runs - 1);
	return -1;
}
