/* state_run.c: a run to fields and tensors of a state, and back. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/state_run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/lab/settings_check.h"
#include "retort/lab/setup_net.h"
#include "retort/lab/state_figures.h"
#include "retort/lab/state_net.h"
#include "retort/lab/undo.h"
#include "retort/train/best.h"
#include "retort/train/freeze.h"

/* ---- plain data ---- */

static void
visit_about(struct state_field *f, struct lab_listed *a)
{
	state_field_int(f, "number", &a->number, 1, 1000000);
	state_field_text(f, "name", a->name, sizeof a->name);
	state_field_int(f, "parent", &a->parent, 0, 1000000);
	state_field_count(f, "fork", &a->fork, UINT32_MAX);
	state_field_int(f, "lockstep", &a->lockstep, 1, 1000000);
	state_field_bool(f, "trains", &a->trains);
	state_field_bool(f, "hidden", &a->hidden);
	state_field_bool(f, "unpaired", &a->unpaired);
	state_field_count(f, "diverged", &a->diverged, UINT32_MAX);
}

static void
visit_stages(struct state_field *f, struct lab_run *i)
{
	size_t n = (size_t)i->n_stages;

	state_field_list(f, "stages", &n, LAB_STAGES);
	for (size_t k = 0; !f->failed && k < n; k++) {
		struct lab_stage *s = &i->stages[k];
		int kind = s->kind, sets = (int)s->sets;

		state_field_item(f, k);
		state_field_word(f, "kind", &kind, lab_stage_name, LAB_STAGE_KINDS);
		state_field_count(f, "from", &s->from, UINT32_MAX);
		state_field_count(f, "until", &s->until, UINT32_MAX);
		state_field_int(f, "sets", &sets, 0, (1 << DATASET_SETS) - 1);
		state_field_bool(f, "labelled", &s->labelled);
		state_figures_scores(f, "scores", &s->scores);
		state_field_end(f);
		s->kind = (enum lab_stage_kind)kind;
		s->sets = (unsigned)sets;
	}
	state_field_end(f);
	i->n_stages = f->failed ? 0 : (int)n;
}

static void
visit_teaching(struct state_field *f, const struct state_settings *c, struct lab_run *i)
{
	size_t n = (size_t)c->n_teachers;

	state_field_list(f, "teaching", &n, (size_t)c->n_teachers);
	for (size_t k = 0; !f->failed && k < n; k++) {
		state_field_item(f, k);
		state_field_real(f, "share", &i->teaching[k].share);
		state_field_real(f, "agreement", &i->teaching[k].agreement);
		state_field_real(f, "kl", &i->teaching[k].kl);
		state_field_end(f);
	}
	state_field_end(f);
}

/* Whether the settings before and after the start of the stage under way are kept. */
static bool
is_in_stage(const struct lab_run *i)
{
	return i->n_stages && i->stages[i->n_stages - 1].kind != LAB_RUN;
}

static void
visit_work(struct state_field *f, const struct state_settings *c, struct run *r)
{
	struct lab_run *i = &r->info;

	state_field_count(f, "from", &i->from, UINT32_MAX);
	state_field_count(f, "until", &i->until, UINT32_MAX);
	state_field_bool(f, "interrupted", &i->interrupted);
	state_field_bool(f, "begun", &r->begun);
	state_field_bool(f, "missed", &r->eval_missed);
	visit_stages(f, i);
	visit_teaching(f, c, i);
	if (!f->failed && is_in_stage(i)) {
		state_settings_visit(f, c, "before", &r->before);
		state_settings_visit(f, c, "after", &r->after);
	}
	state_figures_visit(f, c, &r->figures[BRANCH_STUDENT]);
}

/* ---- changes ---- */

static void
visit_history(struct state_field *f, const struct state_settings *c, struct run *r)
{
	size_t n = r->n_history;

	state_field_list(f, "history", &n, STATE_RUN_HISTORY);
	mem_grow(&r->history, &r->cap_history, n, sizeof *r->history);
	for (size_t i = 0; !f->failed && i < n; i++) {
		struct history_entry *h = &r->history[i];

		state_field_item(f, i);
		state_field_count(f, "step", &h->step, r->student->state->step);
		state_field_count(f, "from", &h->from, UINT32_MAX);
		state_field_count(f, "until", &h->until, UINT32_MAX);
		state_settings_visit(f, c, "settings", &h->settings);
		state_field_end(f);
		if (f->reading && !f->failed && i && h->step <= h[-1].step)
			state_field_fail(f, "history: steps are not ascending");
	}
	state_field_end(f);
	if (f->reading && !f->failed && n == 0 && r->student->state->step > 0)
		state_field_fail(f, "history: none of a student that was trained");
	r->n_history = f->failed ? 0 : n;
}

static void
visit_change(struct state_field *f, const struct state_settings *c, size_t i, struct run_change *x)
{
	state_field_item(f, i);
	state_field_count(f, "step", &x->step, UINT32_MAX);
	state_settings_visit(f, c, "before", &x->before);
	state_settings_visit(f, c, "after", &x->after);
	state_field_end(f);
}

/* Write the last changes of a list. */
static void
write_changes(struct state_field *f, const struct state_settings *c, const char *key,
	      const struct run *r, const size_t *list, size_t n)
{
	size_t first = n > STATE_RUN_UNDO ? n - STATE_RUN_UNDO : 0, count = n - first;

	state_field_list(f, key, &count, STATE_RUN_UNDO);
	for (size_t i = 0; !f->failed && i < count; i++)
		visit_change(f, c, i, &r->change[list[first + i]]);
	state_field_end(f);
}

/* Read a list of changes, which the caller frees. */
static struct run_change *
read_changes(struct state_field *f, const struct state_settings *c, const char *key, size_t *n)
{
	struct run_change *list = NULL;
	size_t cap = 0;

	*n = 0;
	state_field_list(f, key, n, STATE_RUN_UNDO);
	mem_grow(&list, &cap, *n, sizeof *list);
	for (size_t i = 0; !f->failed && i < *n; i++)
		visit_change(f, c, i, &list[i]);
	state_field_end(f);
	*n = f->failed ? 0 : *n;
	return list;
}

/* Read both lists: those to be redone were made, and undone. */
static void
read_undo(struct state_field *f, const struct state_settings *c, struct run *r)
{
	size_t n_undo, n_redo;
	struct run_change *undo = read_changes(f, c, "undo", &n_undo),
			  *redo = read_changes(f, c, "redo", &n_redo);

	for (size_t i = 0; i < n_undo; i++)
		undo_push(r, &undo[i]);
	for (size_t i = n_redo; i-- > 0;)
		undo_push(r, &redo[i]);
	for (size_t i = 0; i < n_redo; i++)
		undo_take_back(r, r->student->state->step);
	mem_free(undo);
	mem_free(redo);
}

/* ---- the rows that it draws, and its bias ---- */

static const char *const rows_name[] = { "none", "train", "shown" };

static void
visit_orders(struct state_field *f, const struct state_settings *c, struct run *r)
{
	const struct split *s = &c->w->train.split;
	struct train_orders *o = &r->orders;
	int which = o->main.of == 0 ? 0 : o->main.rows == s->train ? 1 : 2;

	state_field_word(f, "rows", &which, rows_name, 3);
	if (f->reading && which == 0 && (r->about.trains || r->info.interrupted))
		state_field_fail(f, "rows: none, and the run is under way");
	if (!f->reading || f->failed || which == 0)
		return;
	if ((which == 1 ? s->n_train : s->n_shown) == 0) {
		state_field_fail(f, "rows: there are none");
		return;
	}
	sampler_init(&o->main, c->w->train.ds, which == 1 ? s->train : s->shown,
		     which == 1 ? s->n_train : s->n_shown, setup_net_order_seed(c->w, "main"));
	if (s->n_shown)
		sampler_init(&o->labelled, c->w->train.ds, s->shown, s->n_shown,
			     setup_net_order_seed(c->w, "few"));
}

static void
write_bias(struct ckpt *to, const char *name, const char *prefix, const real *bias, size_t n)
{
	char key[CKPT_NAME];
	struct ckpt_tensor *t;

	snprintf(key, sizeof key, "state.%s.%s", name, prefix);
	t = ckpt_add(to, key, 1, &n, NULL);
	for (size_t i = 0; i < n; i++)
		t->data[i] = (float)bias[i];
}

static int
read_bias(const struct ckpt *from, const char *name, const char *prefix, real *bias, size_t n)
{
	char key[CKPT_NAME];
	const struct ckpt_tensor *t;

	snprintf(key, sizeof key, "state.%s.%s", name, prefix);
	t = ckpt_find(from, key);
	if (!t || t->len != n)
		return -1;
	for (size_t i = 0; i < n; i++)
		bias[i] = (real)t->data[i];
	return 0;
}

/* Read the bias before and after the remedy that corrects it. */
static void
read_biases(struct state_field *f, const struct state_settings *c, const char *prefix,
	    struct run *r, const struct ckpt *from)
{
	bool has = false;

	state_field_bool(f, "bias", &has);
	if (f->failed)
		return;
	if (has) {
		run_resize_bias(r, (size_t)c->w->train.ds->classes);
		if (read_bias(from, "bias-before", prefix, r->bias_before, r->n_bias) < 0 ||
		    read_bias(from, "bias-after", prefix, r->bias_after, r->n_bias) < 0)
			state_field_fail(f, "bias: missing, or of another number of classes");
	} else if (r->info.settings.remedy[REMEDY_KIND_prior]) {
		state_field_fail(f, "bias: missing, and `remedy prior` is in force");
	}
}

/* ---- a whole run ---- */

void
state_run_write(struct state_field *f, const struct state_settings *c, struct run *r,
		const char *prefix, struct ckpt *to)
{
	struct state_net net = { .prefix = "" };
	bool bias = r->n_bias > 0;

	snprintf(net.prefix, sizeof net.prefix, "%s", prefix);
	state_net_write(r->student, to, &net);
	state_net_visit(f, &net);
	visit_about(f, &r->about);
	state_field_bits(f, "seed", &r->student->state->seed);
	state_settings_visit(f, c, "settings", &r->info.settings);
	state_net_fields(f, c, r->student, &r->info.student);
	visit_work(f, c, r);
	visit_history(f, c, r);
	write_changes(f, c, "undo", r, r->undo, r->n_undo);
	write_changes(f, c, "redo", r, r->redo, r->n_redo);
	visit_orders(f, c, r);
	state_field_bool(f, "bias", &bias);
	if (bias) {
		write_bias(to, "bias-before", prefix, r->bias_before, r->n_bias);
		write_bias(to, "bias-after", prefix, r->bias_after, r->n_bias);
	}
}

/* Make the student of the model in the file, with the terms of its settings. */
static int
read_student(struct state_field *f, struct state_settings *c, struct run *r,
	     const struct ckpt *part)
{
	struct trainer_state *w = c->w;
	struct settings *s = &r->info.settings;
	struct branch_plan plan = { &s->knobs, s->map, 0, w->info.teacher, w->train.ds->n };
	uint64_t seed = 0;

	state_field_bits(f, "seed", &seed);
	if (f->failed)
		return -1;
	r->student = state_net_new(w, part, BRANCH_STUDENT, "s", seed, f->e);
	if (!r->student)
		return -1;
	setup_net_describe(&r->info.student, r->student, "");
	r->info.has_student = r->info.student.ready = true;
	c->student = &r->info.student;
	state_settings_visit(f, c, "settings", s);
	if (f->failed || settings_check(w, s, s, f->e) < 0)
		return -1;
	plan.n_maps = s->n_maps;
	return branch_rebuild(&r->student, train_batch(s), &plan, f->e);
}

/* Read what remains when the student has its terms. */
static int
read_rest(struct state_field *f, const struct state_settings *c, struct run *r,
	  const struct state_net *net, const struct ckpt *from, const struct ckpt *part)
{
	struct lab_run *i = &r->info;

	state_net_fields(f, c, r->student, &i->student);
	visit_work(f, c, r);
	visit_history(f, c, r);
	read_undo(f, c, r);
	visit_orders(f, c, r);
	read_biases(f, c, net->prefix, r, from);
	if (!f->failed && (i->until < r->student->state->step || i->from > i->until))
		i->until = i->from = r->student->state->step;
	if (f->failed || state_net_read(c->w, r->student, from, part, net, f->e) < 0)
		return -1;
	freeze_set(r->student, i->settings.frozen);
	i->step = r->student->state->step;
	i->student.seen_held = r->student->rows.held;
	i->student.seen_target = r->student->rows.target;
	return 0;
}

int
state_run_read(struct state_field *f, const struct state_settings *c, struct run *r,
	       const struct ckpt *from)
{
	struct state_settings own = *c;
	struct state_net net = { .prefix = "" };
	struct ckpt *part;
	int status;

	visit_about(f, &r->about);
	state_net_visit(f, &net);
	if (f->failed)
		return -1;
	part = state_net_part(from, net.prefix);
	status = read_student(f, &own, r, part);
	if (status == 0)
		status = read_rest(f, &own, r, &net, from, part);
	ckpt_free(part);
	return status;
}
