/* idle_change.c: requests that need an idle lab: data, networks, and the start of work. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/idle_change.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/nn/gemm/blas.h"
#include "retort/lab/history.h"
#include "retort/lab/knob_changes.h"
#include "retort/lab/live_change.h"
#include "retort/lab/tunable.h"
#include "retort/train/best.h"
#include "retort/train/eval.h"
#include "retort/train/feed.h"
#include "retort/train/feed_rows.h"
#include "retort/lab/past.h"
#include "retort/lab/past_store.h"
#include "retort/lab/run_resume.h"
#include "retort/lab/runs.h"
#include "retort/lab/setup_data.h"
#include "retort/lab/setup_net.h"
#include "retort/lab/settings_change.h"
#include "retort/lab/settings_check.h"
#include "retort/lab/stage.h"
#include "retort/lab/stage_preset.h"
#include "retort/lab/state_file.h"
#include "retort/lab/stop_rule.h"
#include "retort/lab/work.h"
#include "retort/train/branch_terms.h"

void
idle_change_init(struct trainer_state *w, int threads)
{
	w->train.pool = pool_new(threads);
	runs_init(w);
	knob_defaults(&w->info.run->settings.knobs);
	knob_changes_begin(w->run);
	for (int i = 0; i < TRAIN_TEACHERS; i++)
		run_figures_init(&w->figures[i]);
	w->info.seed = w->train.seed = 1;
	w->train.teacher_info = w->info.teacher;
	w->info.busy = -1;
	w->pause_at = UINT64_MAX;
	snprintf(w->info.blas, sizeof w->info.blas, "%s", blas_name());
}

void
idle_change_release(struct trainer_state *w)
{
	setup_data_drop(w);
	wordnet_free(w->train.wordnet);
	mem_free(w->swept);
	past_store_free(w->past_store);
	runs_release(w);
	pool_free(w->train.pool);
}

int
idle_change_student(struct trainer_state *w, struct request *r, struct err *e)
{
	struct request_net *n = &r->u.net;
	struct branch *b;

	if (!w->train.ds)
		return err_set(e, "student: no data yet; `data digits` first");
	if (strcmp(n->spec, "again") == 0 && !w->again.kind)
		return err_set(e, "student again: no student before; `student mlp 16` makes one");
	if (n->ckpt && !n->head_new && state_file_is(n->ckpt))
		return state_file_load(w, r, e) < 0 ? err_wrap(e, "student") : 0;
	b = setup_net_make(w, r, BRANCH_STUDENT, "s", e);
	if (!b)
		return err_wrap(e, "student");
	if (!branch_terms_match(b, &w->info.run->settings.knobs) &&
	    branch_rebuild(&b, b->net->graph->capacity,
			   &(struct branch_plan){ .knobs = &w->info.run->settings.knobs }, e) < 0) {
		branch_free(b);
		return err_wrap(e, "student");
	}
	runs_begin(w, r);
	w->run->student = b;
	setup_net_describe(&w->info.run->student, b, n->ckpt ? n->from : "");
	w->info.run->has_student = true;
	w->info.run->student.ready = true;
	w->again = w->info.run->student.model;
	return 0;
}

/* A branch in the place of another that has room for a batch of another size. */
struct refit {
	struct branch **at, *new;
};

/* Build branch *b anew where its graph has not the room of the knob `batch`. */
static int
refit_branch(const struct trainer_state *w, struct branch **b, struct refit *out, struct err *e)
{
	size_t rows = train_batch(&w->info.run->settings);
	struct branch_plan plan = settings_change_plan(w);

	*out = (struct refit){ b, NULL };
	if (!*b || (*b)->net->graph->capacity == rows)
		return 0;
	out->new = branch_rebuilt(*b, rows, (*b)->id == BRANCH_STUDENT ? &plan : NULL, e);
	return out->new ? 0 : -1;
}

/* Give all networks room for a batch, or none: all are built before the first is replaced. */
static int
fit_batch(struct trainer_state *w, struct err *e)
{
	struct refit all[2 + TRAIN_TEACHERS] = { { 0 } };
	int n = 0, status = refit_branch(w, &w->run->student, &all[n++], e);

	if (status == 0)
		status = refit_branch(w, &w->run->baseline, &all[n++], e);
	for (int i = 0; status == 0 && i < w->info.n_teachers; i++)
		status = refit_branch(w, &w->train.teacher[i].branch, &all[n++], e);
	for (int i = 0; i < n; i++) {
		if (!all[i].new)
			continue;
		if (status == 0 && i >= 2) /* borrows the weights */
			teacher_close(&w->train.teacher[i - 2].outputs);
		branch_free(status == 0 ? *all[i].at : all[i].new);
		if (status == 0)
			*all[i].at = all[i].new;
	}
	return status;
}

int
idle_change_prepare(struct trainer_state *w, struct err *e)
{
	if (fit_batch(w, e) < 0)
		return -1;
	return feed_prepare(&w->train, &w->info.run->settings, e);
}

int
idle_change_train(struct trainer_state *w, struct request *r, struct err *e)
{
	const char *name = r->u.train.teacher;
	int64_t epochs = r->u.train.epochs;
	int k = lab_info_teacher(&w->info, name, e);
	uint64_t steps;

	if (k < 0)
		return err_wrap(e, "train");
	if (w->info.teacher[k].is_file)
		return err_set(e, "train %s: a file of outputs has no parameters to train", name);
	if (epochs < 1 || epochs > 1000000)
		return err_set(e, "train %s: invalid epochs %lld (expected 1 to 1000000)", name,
			       (long long)epochs);
	if (w->train.n_labelled == 0)
		return err_set(e, "train %s: no training row has a label", name);
	if (stop_rule_check(w, &r->u.train.until, BRANCH_TEACHER(k), e) < 0)
		return err_wrap(e, "train %s: until", name);
	if (idle_change_prepare(w, e) < 0 || best_open(w->train.teacher[k].branch, e) < 0)
		return err_wrap(e, "train %s", name);
	steps = ((uint64_t)feed_rows_epoch(&w->train, &w->info.run->settings, k) +
		 train_batch(&w->info.run->settings) - 1) /
		train_batch(&w->info.run->settings) * (uint64_t)epochs;
	memset(&w->info.teacher[k].effect, 0,
	       sizeof w->info.teacher[k].effect); /* of weights that will be no more */
	w->train.teacher[k].branch->rows.here |= BRANCH_LABELLED;
	w->train_stop = r->u.train.until;
	w->taught++;
	stop_rule_begin(w, BRANCH_TEACHER(k));
	w->info.phase = LAB_TRAINING;
	w->worker = w->run;
	w->info.busy = k;
	w->info.run->step = w->info.run->from = w->train.teacher[k].branch->state->step;
	w->info.run->until = w->info.run->from + steps;
	w->info.paused = false;
	return 0;
}

static bool
any_teaches(const struct trainer_state *w)
{
	for (int i = 0; i < w->info.n_teachers; i++)
		if (train_teaches(&w->train, &w->info.run->settings, i))
			return true;
	return false;
}

/* Report the size of the caches of teacher outputs before they are filled, from 16 MiB on. */
static void
note_memory(const struct trainer_state *w, struct request_run *r)
{
	size_t sum = 0;

	for (int i = 0; i < w->info.n_teachers; i++)
		sum += train_teaches(&w->train, &w->info.run->settings, i)
			       ? w->info.teacher[i].cache_bytes
			       : 0;
	if (sum >= (size_t)1 << 24)
		snprintf(r->memory, sizeof r->memory, "the cache of teacher outputs takes %.1f MiB",
			 (double)sum / 0x1p20);
}

/* Draw from all training rows, or from those with a visible label. */
static void
draw_rows(struct trainer_state *w, bool taught)
{
	const struct split *s = &w->train.split;
	struct train_orders *o = w->train.orders;

	sampler_release(&o->main);
	sampler_init(&o->main, w->train.ds, taught ? s->train : s->shown,
		     taught ? s->n_train : s->n_shown, setup_net_order_seed(w, "main"));
	sampler_release(&o->labelled);
	if (s->n_shown)
		sampler_init(&o->labelled, w->train.ds, s->shown, s->n_shown,
			     setup_net_order_seed(w, "few"));
	w->run->student->rows.here |= taught ? BRANCH_TRAIN : BRANCH_SHOWN;
}

/* Start the work of the run in hand; `beside` others, after which the buffers of all are prepared.
 */
static int
start_run(struct trainer_state *w, struct request *r, bool beside, struct err *e)
{
	bool taught = any_teaches(w);
	const struct remedy_result_made *choice = remedy_result_get(
		&w->train.remedies, w->info.run->settings.remedy[REMEDY_KIND_select]);
	struct settings s;

	if (r->u.run.rest && w->info.run->interrupted)
		return run_resume_continue(w, r, e);
	if (stage_preset_settings(w, r, &s, e) < 0 || run_resume_check(w, r->u.run.steps, e) < 0)
		return -1;
	if (run_resume_end(w) && stage_preset_settings(w, r, &s, e) < 0)
		return -1;
	if (!taught && lab_rows(&w->info, s.set_weight, true) == 0)
		return err_set(e, "run: no teacher and no labelled row");
	if (!taught && choice && !choice->n_shown)
		return err_set(
			e,
			"run: no teacher and no visible label among the rows of `remedy select`");
	if ((beside ? fit_batch(w, e) : idle_change_prepare(w, e)) < 0 ||
	    best_open(w->run->student, e) < 0)
		return err_wrap(e, "run");
	if (stage_begin(w, &s, r, e) < 0)
		return -1;
	draw_rows(w, taught);
	note_memory(w, &r->u.run);
	stop_rule_begin(w, BRANCH_STUDENT);
	w->info.phase = LAB_DISTILLING;
	w->run->about.trains = true;
	w->run->begun = false;
	w->info.run->step = w->info.run->from = w->run->student->state->step;
	w->info.run->until = w->info.run->from + (uint64_t)r->u.run.steps;
	w->info.paused = false;
	stage_note(w, r->u.run.stage.kind);
	history_add(w);
	past_keep(w, true);
	return 0;
}

/* Start another run of the lockstep; one that cannot be trained leaves it. */
static void
start_other(struct trainer_state *w, int index, const struct request *r, struct text *note)
{
	struct request *copy = request_new(REQUEST_RUN);
	struct err e;

	copy->u.run = r->u.run;
	runs_take(w, index);
	if (start_run(w, copy, true, &e) < 0) {
		w->run->about.lockstep = w->run->about.number;
		text_item(note, "run %d is left out: %s", w->run->about.number, e.msg);
	}
	request_free(copy);
}

/* Why a run cannot be trained together with another; NULL: it can. */
static const char *
misfit(const struct trainer_state *w, const struct run *other, const struct run *lead)
{
	if (other->student->state->step != lead->student->state->step)
		return "it is at another step";
	if (other->info.settings.knobs.batch != lead->info.settings.knobs.batch)
		return "it has another batch";
	return runs_training(w) == LAB_LOCKSTEP ? "no more than 8 train at once" : NULL;
}

/* Start the runs in lockstep with run `lead`, or all that can be trained with it; others leave it.
 */
static void
start_others(struct trainer_state *w, int lead, struct request *r)
{
	const struct run *first = w->runs[lead];
	struct text note = { 0 };

	for (int i = 0; i < w->n_runs; i++) {
		struct run *other = w->runs[i];
		const char *why;

		if (i == lead || !other->student ||
		    (!r->all && other->about.lockstep != first->about.lockstep))
			continue;
		why = misfit(w, other, first);
		if (!why) {
			start_other(w, i, r, &note);
			continue;
		}
		other->about.lockstep = other->about.number;
		text_item(&note, "run %d is left out: %s", other->about.number, why);
	}
	runs_take(w, lead);
	if (note.len) {
		text_fit(r->note, sizeof r->note, text_get(&note));
		r->notable = true;
	}
	text_release(&note);
}

int
idle_change_run(struct trainer_state *w, struct request *r, struct err *e)
{
	int lead = runs_at(w);

	if (start_run(w, r, false, e) < 0)
		return -1;
	start_others(w, lead, r);
	runs_share(w);
	if (runs_training(w) == 1 || feed_prepare(&w->train, &w->info.run->settings, e) == 0)
		return 0;
	runs_stop(w); /* without memory for the outputs of all */
	return err_wrap(e, "run");
}

/* Rows for shares of the gradient, where nothing has been run yet. */
static void
make_order(struct trainer_state *w)
{
	if (w->run->student && w->train.orders->main.n == 0)
		sampler_init(&w->train.orders->main, w->train.ds, w->train.split.train,
			     w->train.split.n_train, setup_net_order_seed(w, "main"));
}

int
idle_change_ready(struct trainer_state *w, struct err *e)
{
	if (idle_change_prepare(w, e) < 0)
		return -1;
	make_order(w);
	return 0;
}

int
idle_change_allows(const struct trainer_state *w, const struct request_row *row, struct err *e)
{
	if (w->info.phase == LAB_SWEEPING)
		return work_allows(row) ? 0 : work_refuse(w, e);
	if (!(row->flags & REQUEST_IS_IDLE) || w->info.phase == LAB_IDLE)
		return 0;
	return work_refuse(w, e);
}
