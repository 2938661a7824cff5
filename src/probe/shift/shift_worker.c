/* shift_worker.c: requests that measure the distance of two sets of rows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/probe/shift/shift_worker.h"

#include "retort/base/mem.h"
#include "retort/base/worker.h"
#include "retort/probe/shift/shift_run.h"

/* While the worker is busy all of this is its thread's, else the trainer's. */
struct gauge {
	void (*post)(void *arg, struct request *r);
	void *arg;
	struct worker *worker;
	struct shift_run *run; /* the last two sets that were measured, or NULL: results that do
				  not depend on the student are cached there */
};

static void
work(void *arg, void *order)
{
	struct gauge *g = arg;
	struct request *r = order;
	struct shift_report *report = mem_new(sizeof *report);

	r->status = shift_run_measure(g->run, worker_cancelled(g->worker), report, &r->err);
	r->u.sets.report = report;
}

static void
post_answer(void *arg, void *order)
{
	struct gauge *g = arg;

	g->post(g->arg, order);
}

static void *
open_gauge(void (*post)(void *arg, struct request *r), void *arg)
{
	struct gauge *g = mem_new(sizeof *g);

	g->post = post;
	g->arg = arg;
	g->worker = worker_new(work, post_answer, g);
	return g;
}

static void
close_gauge(void *state)
{
	struct gauge *g = state;

	worker_free(g->worker);
	shift_run_free(g->run);
	mem_free(g);
}

/* Take the rows of both sets, or the student alone where only that has changed. */
static int
take_sets(struct gauge *g, struct trainer_state *w, const char *first, const char *second,
	  struct err *e)
{
	if (shift_run_is_of(g->run, w, first, second)) {
		shift_run_student(g->run, w);
		return 0;
	}
	shift_run_free(g->run);
	g->run = shift_run_take(w, first, second, e);
	return g->run ? 0 : -1;
}

static int
handle_gauge(void *state, struct trainer_state *w, struct request *r, struct err *e)
{
	struct gauge *g = state;

	if (worker_is_busy(g->worker))
		return err_set(e, "busy");
	if (take_sets(g, w, r->u.sets.first, r->u.sets.second, e) < 0)
		return -1;
	worker_give(g->worker, r);
	return 0;
}

static int
handle_mismatch(void *state, struct trainer_state *w, struct request *r, struct err *e)
{
	struct shift_run *run = shift_run_take(w, r->u.sets.first, r->u.sets.second, e);
	struct shift_report report;
	struct text page = { 0 };
	int status = run ? shift_run_measure(run, NULL, &report, e) : -1;

	(void)state;
	shift_run_free(run);
	if (status < 0)
		return err_wrap(e, "mismatch");
	shift_report_print(&report, &page);
	r->page = page.s;
	return 0;
}

const struct trainer_addon shift_worker_addon = {
	.open = open_gauge,
	.close = close_gauge,
	.row = { { REQUEST_GAUGE, handle_gauge }, { REQUEST_MISMATCH, handle_mismatch } },
};
