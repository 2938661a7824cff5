/* cka_worker.c: how alike layers are and how far sets are apart, in a thread of its own, on copies.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/probe/cka/cka_worker.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/thread.h"
#include "retort/probe/shift/shift_run.h"
#include "retort/probe/cka/layer_cka.h"

/* A network as it was at a step. */
struct copy {
	char name[NET_NAME];
	struct model_spec spec;
	struct model_io io;
	real *value;
	size_t cap;
};

/*
 * While there is an order everything but the lock's own is the prober's thread's; while there is
 * none it is the trainer's. What a teacher's layers are is kept as long as its numbers are the
 * same: it is the student that moves.
 */
struct cka_worker {
	void (*done)(void *arg, struct request *r);
	void *arg;
	struct lock lock;
	struct request *order; /* under lock */
	bool quit;             /* under lock */
	atomic_bool stop;      /* leave a network half looked at */
	bool runs;             /* there is a thread: the trainer's to know */
	struct thread thread;
	struct copy student, teacher;
	struct layer_cka_rows rows;
	struct layer_cka_grams s_grams, t_grams;
	uint64_t rows_of, teacher_of, teacher_step; /* what rows and t_grams were made from */
	bool teacher_known;
	struct shift_run *gauge; /* the last two sets that were measured, or NULL: what of them does
				    not move is kept */
};

static void
release_copy(struct copy *c)
{
	mem_free(c->value);
	memset(c, 0, sizeof *c);
}

static int
look(struct cka_worker *p, struct copy *c, struct layer_cka_grams *out, struct err *e)
{
	return layer_cka_look(&(struct layer_cka_like){ c->name, &c->spec, &c->io }, c->value,
			      &p->rows, NULL, &p->stop, out, e);
}

static int
compare(struct cka_worker *p, struct request *r, struct err *e)
{
	if (!p->teacher_known && look(p, &p->teacher, &p->t_grams, e) < 0)
		return -1;
	p->teacher_known = true;
	release_copy(&p->teacher);
	if (look(p, &p->student, &p->s_grams, e) < 0)
		return -1;
	layer_cka_compare(&p->t_grams, &p->s_grams, p->rows.rows, &r->cka);
	return 0;
}

static int
answer(struct cka_worker *p, struct request *r)
{
	return r->kind == REQUEST_GAUGE ? shift_run_measure(p->gauge, &p->stop, &r->gauge, &r->err)
					: compare(p, r, &r->err);
}

static void *
run(void *arg)
{
	struct cka_worker *p = arg;

	thread_flush_denormals();
	thread_lock(&p->lock);
	while (!p->quit) {
		struct request *r = p->order;

		if (!r) {
			thread_wait(&p->lock);
			continue;
		}
		thread_unlock(&p->lock);
		r->status = answer(p, r);
		r->probed = true;
		thread_lock(&p->lock);
		p->order = NULL;
		thread_unlock(&p->lock);
		p->done(p->arg, r);
		thread_lock(&p->lock);
	}
	thread_unlock(&p->lock);
	return NULL;
}

struct cka_worker *
cka_worker_new(void (*done)(void *arg, struct request *r), void *arg)
{
	struct cka_worker *p = mem_new(sizeof *p);

	p->done = done;
	p->arg = arg;
	thread_lock_init(&p->lock);
	return p;
}

void
cka_worker_free(struct cka_worker *p)
{
	if (!p)
		return;
	atomic_store(&p->stop, true);
	thread_lock(&p->lock);
	p->quit = true;
	thread_wake(&p->lock);
	thread_unlock(&p->lock);
	if (p->runs)
		thread_join(&p->thread);
	request_free(p->order); /* one that was not begun */
	release_copy(&p->student);
	release_copy(&p->teacher);
	layer_cka_release_grams(&p->s_grams);
	layer_cka_release_grams(&p->t_grams);
	layer_cka_release_rows(&p->rows);
	shift_run_free(p->gauge);
	thread_lock_release(&p->lock);
	mem_free(p);
}

static void
copy(struct copy *c, const struct branch *b)
{
	const struct net *n = b->net;

	memcpy(c->name, n->name, sizeof c->name);
	c->spec = n->spec;
	c->io = n->io;
	mem_grow(&c->value, &c->cap, n->layout.len, sizeof *c->value);
	memcpy(c->value, branch_value(b),
	       n->layout.len * sizeof *c->value); /* projections stand behind */
}

/* Two sets of rows, or where nothing else has moved the student alone. */
static int
copy_sets(struct cka_worker *p, struct trainer_state *w, struct request *r)
{
	if (shift_run_is_of(p->gauge, w, r->text, r->spec)) {
		shift_run_student(p->gauge, w);
		return 0;
	}
	shift_run_free(p->gauge);
	p->gauge = shift_run_take(w, r->text, r->spec, &r->err);
	return p->gauge ? 0 : -1;
}

/* The student, and what is not known yet of a teacher. */
static int
copy_all(struct cka_worker *p, const struct trainer_state *w, struct request *r)
{
	const struct trainer_state_teacher *t = &w->teacher[r->number];
	bool same_rows = p->rows_of == w->data_made && p->rows.rows;

	if (!same_rows && layer_cka_take_rows(&p->rows, w->ds, &w->split, &r->err) < 0)
		return -1;
	p->rows_of = w->data_made;
	if (!same_rows || p->teacher_of != t->made || p->teacher_step != t->branch->state->step)
		p->teacher_known = false;
	if (!p->teacher_known)
		copy(&p->teacher, t->branch);
	p->teacher_of = t->made;
	p->teacher_step = t->branch->state->step;
	copy(&p->student, w->student);
	r->cka.teacher = (int)r->number;
	r->cka.step = w->student->state->step;
	return 0;
}

static bool
is_busy(struct cka_worker *p)
{
	bool busy;

	thread_lock(&p->lock);
	busy = p->order != NULL;
	thread_unlock(&p->lock);
	return busy;
}

/* Whether there are such networks, with layers to be looked at. */
static bool
has_layers(const struct trainer_state *w, const struct request *r)
{
	return w->ds && w->student && r->number >= 0 && r->number < w->info.n_teachers &&
	       !w->info.teacher[r->number].is_file;
}

int
cka_worker_take(struct cka_worker *p, struct trainer_state *w, struct request *r)
{
	bool sets = r->kind == REQUEST_GAUGE;

	r->status = -1;
	if (!sets && !has_layers(w, r))
		return err_set(&r->err, "nothing to look at yet");
	if (is_busy(p))
		return err_set(&r->err, "busy");
	if ((sets ? copy_sets(p, w, r) : copy_all(p, w, r)) < 0)
		return -1;
	thread_lock(&p->lock);
	p->order = r;
	thread_wake(&p->lock);
	thread_unlock(&p->lock);
	if (!p->runs)
		thread_start(&p->thread, run, p);
	p->runs = true;
	return 0;
}
