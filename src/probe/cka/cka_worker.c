/* cka_worker.c: CKA between layers, measured in a thread on copies of networks. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/probe/cka/cka_worker.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/worker.h"
#include "retort/probe/cka/layer_cka.h"

/*
 * While the worker is busy all of this is its thread's, else the trainer's. Gram matrices of the
 * teacher are cached as long as its parameters are the same.
 */
struct measurement {
	void (*post)(void *arg, struct request *r);
	void *arg;
	struct worker *worker;
	struct net_copy student, teacher;
	struct row_copy rows;
	struct layer_cka_grams s_grams, t_grams;
	uint64_t rows_of, teacher_of, teacher_step; /* what rows and t_grams were made from */
	bool teacher_known;
};

static int
measure_net(struct measurement *m, const struct net_copy *c, struct layer_cka_grams *out,
	    struct err *e)
{
	return layer_cka_grams_of(c, &m->rows, NULL, worker_cancelled(m->worker), out, e);
}

static int
measure_pairs(struct measurement *m, struct lab_cka *out, struct err *e)
{
	if (!m->teacher_known && measure_net(m, &m->teacher, &m->t_grams, e) < 0)
		return -1;
	m->teacher_known = true;
	net_copy_release(&m->teacher);
	if (measure_net(m, &m->student, &m->s_grams, e) < 0)
		return -1;
	layer_cka_compare(&m->t_grams, &m->s_grams, m->rows.rows, out);
	return 0;
}

static void
work(void *arg, void *order)
{
	struct request *r = order;

	r->status = measure_pairs(arg, &r->u.probe.cka, &r->err);
}

static void
post_answer(void *arg, void *order)
{
	struct measurement *m = arg;

	m->post(m->arg, order);
}

static void *
open_measurement(void (*post)(void *arg, struct request *r), void *arg)
{
	struct measurement *m = mem_new(sizeof *m);

	m->post = post;
	m->arg = arg;
	m->worker = worker_new(work, post_answer, m);
	return m;
}

static void
close_measurement(void *state)
{
	struct measurement *m = state;

	worker_free(m->worker);
	net_copy_release(&m->student);
	net_copy_release(&m->teacher);
	layer_cka_release_grams(&m->s_grams);
	layer_cka_release_grams(&m->t_grams);
	row_copy_release(&m->rows);
	mem_free(m);
}

/* Copy the student, and of the teacher what is not cached. */
static int
copy_nets(struct measurement *m, const struct trainer_state *w, struct request *r, struct err *e)
{
	const struct train_teacher *t = &w->train.teacher[r->u.probe.teacher];
	bool same_rows = m->rows_of == w->data_made && m->rows.rows;

	if (!same_rows && layer_cka_copy_rows(&m->rows, w->train.ds, &w->train.split, e) < 0)
		return -1;
	m->rows_of = w->data_made;
	if (!same_rows || m->teacher_of != t->made || m->teacher_step != t->branch->state->step)
		m->teacher_known = false;
	if (!m->teacher_known)
		net_copy_take(&m->teacher, t->branch);
	m->teacher_of = t->made;
	m->teacher_step = t->branch->state->step;
	net_copy_take(&m->student, w->run->student);
	r->u.probe.cka.teacher = r->u.probe.teacher;
	r->u.probe.cka.step = w->run->student->state->step;
	return 0;
}

static int
handle_probe(void *state, struct trainer_state *w, struct request *r, struct err *e)
{
	struct measurement *m = state;
	int k = r->u.probe.teacher;

	if (!w->train.ds || !w->run->student || k < 0 || k >= w->info.n_teachers ||
	    w->info.teacher[k].is_file)
		return err_set(e, "no layers to compare yet");
	if (worker_is_busy(m->worker))
		return err_set(e, "busy");
	if (copy_nets(m, w, r, e) < 0)
		return -1;
	worker_give(m->worker, r);
	return 0;
}

const struct trainer_addon cka_worker_addon = {
	.open = open_measurement,
	.close = close_measurement,
	.row = { { REQUEST_PROBE, handle_probe } },
	.choose_pairs = layer_cka_choose,
};
