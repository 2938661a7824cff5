/* trainer.c: the thread that owns the lab; its loop, its mailbox, its ring. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/trainer.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/mono.h"
#include "retort/base/ring.h"
#include "retort/base/thread.h"
#include "retort/lab/idle_change.h"
#include "retort/probe/cka/cka_worker.h"
#include "retort/train/step.h"
#include "retort/probe/translate_worker.h"

/*
 * The loop is: take the mail, apply what is due, do a step, push what it said. `mail` is raised
 * under the lock whenever there is something to look at, so that a step without mail takes no
 * lock. Stamped requests wait in `due`, in the order posted, for their step. What crosses to the
 * main thread is copied into the ring; the lab itself is never looked at from outside.
 */
#define BEAT 0.004 /* seconds between two wakes of the reader for samples alone */

struct queue {
	struct request **item;
	size_t n, cap;
};

struct trainer {
	struct thread thread;
	struct ring *ring;
	struct lock lock;
	struct queue mailbox; /* under lock */
	bool held, stop;      /* under lock */
	atomic_bool mail;
	atomic_bool ended;          /* the thread has left its loop */
	struct trainer_state *work; /* the thread's own */
	struct queue due;           /* the thread's own */
	struct cka_worker *prober;
	struct translate_worker *translating;
	struct request *report; /* answered when the report is ready */
	int64_t pace;           /* steps a second at most, 0 no limit; the thread's own */
	double next;            /* seconds: with a pace, no step before this */
	double woken;           /* seconds: when the reader was last woken for samples */
};

static void
queue_add(struct queue *q, struct request *r)
{
	mem_grow(&q->item, &q->cap, q->n + 1, sizeof *q->item);
	q->item[q->n++] = r;
}

static void
queue_drop_first(struct queue *q)
{
	memmove(q->item, q->item + 1, (q->n - 1) * sizeof *q->item);
	q->n--;
}

static void
queue_release(struct queue *q)
{
	for (size_t i = 0; i < q->n; i++)
		request_free(q->item[i]);
	mem_free(q->item);
}

/* Where the work stands: enough for a stamp, and cheap to remember at every step. */
struct place {
	enum lab_phase phase;
	int busy;
	uint64_t step;
};

static struct place
place_of(const struct trainer_state *w)
{
	return (struct place){ w->info.phase, w->info.busy, w->info.step };
}

/* Whose step a change falls in, and how a recording would write it. */
static void
stamp(const struct trainer_state *w, const struct place *p, struct request *r)
{
	unsigned long long step = (unsigned long long)p->step;

	r->step = p->step;
	r->branch = p->phase == LAB_TRAINING ? LAB_TEACHER(p->busy) : LAB_STUDENT;
	r->stamp[0] = '\0';
	if (r->stamped)
		snprintf(r->stamp, sizeof r->stamp, r->owner[0] ? "@%s:%llu" : "@%s%llu", r->owner,
			 (unsigned long long)r->at);
	else if (p->phase == LAB_TRAINING)
		snprintf(r->stamp, sizeof r->stamp, "@%s:%llu", w->info.teacher[p->busy].name,
			 step);
	else if (p->phase == LAB_DISTILLING)
		snprintf(r->stamp, sizeof r->stamp, "@%llu", step);
	else if (w->student)
		r->step = w->student->state->step;
}

/* Into the ring; whoever reads it is woken now and then, not at every step: a small network takes a
 * hundred thousand a second. */
static void
push_samples(struct trainer *t)
{
	struct trainer_state *w = t->work;
	double now;

	for (size_t i = 0; i < w->n_samples; i++) {
		const struct trainer_state_sample *s = &w->sample[i];
		struct event ev = {
			.step = s->step, .branch = s->branch, .metric = s->metric, .value = s->value
		};

		ring_put(t->ring, &ev);
	}
	w->n_samples = 0;
	now = mono_now();
	if (now < t->woken + BEAT && now >= t->woken)
		return;
	t->woken = now;
	ring_wake(t->ring);
}

static void
answer(struct trainer *t, struct request *r)
{
	struct event ev = { .step = (uint32_t)r->step,
			    .branch = (uint16_t)r->branch,
			    .metric = METRIC_NONE,
			    .answer = r };

	push_samples(t);
	t->work->info.n_undo = (int)t->work->n_undo;
	t->work->info.n_redo = (int)t->work->n_redo;
	r->info = t->work->info;
	ring_push(t->ring, &ev);
}

/* True: it comes back by the mailbox. */
static bool
translate(struct trainer *t, struct request *r)
{
	if (r->translated)
		return false;
	if (r->number >= 0)
		return translate_worker_take(t->translating, t->work, r) == 0;
	translate_worker_stop(t->translating);
	return false;
}

/* Apply and answer; the answer to `report` waits until it is made. */
static void
apply(struct trainer *t, struct request *r)
{
	struct place here = place_of(
		t->work); /* where it was asked for: a `run` starts at the step it was given at */

	stamp(t->work, &here, r);
	if (request_looks(r->kind) && !r->probed && cka_worker_take(t->prober, t->work, r) == 0)
		return; /* it comes back by the mailbox */
	if (r->kind == REQUEST_TRANSLATE && translate(t, r))
		return;
	if (request_looks(r->kind) || r->kind == REQUEST_TRANSLATE || r->kind == REQUEST_PROGRESS) {
		answer(t, r);
		return;
	}
	if (r->kind == REQUEST_PACE) {
		t->pace = r->number;
		t->next = 0;
	}
	r->status = idle_change_request(t->work, r, &r->err);
	if (r->kind == REQUEST_REPORT && r->status == 0) {
		t->report = r;
		return;
	}
	answer(t, r);
}

/* The step its owner stands at; UINT64_MAX when there is no such owner. */
static uint64_t
owner_step(const struct trainer_state *w, const struct request *r)
{
	int k;

	if (!r->owner[0])
		return w->student ? w->student->state->step : 0;
	k = lab_info_teacher(&w->info, r->owner, NULL);
	if (k >= 0 && !w->teacher[k].branch)
		return 0; /* a file of outputs */
	return k < 0 ? UINT64_MAX : w->teacher[k].branch->state->step;
}

static void
refuse(struct trainer *t, struct request *r, uint64_t step)
{
	struct place here = place_of(t->work);

	stamp(t->work, &here, r);
	if (step == UINT64_MAX)
		r->status = err_set(&r->err, "%s: there is no teacher '%s'", r->stamp, r->owner);
	else
		r->status =
			err_set(&r->err, "%s: that step has passed; %s stands at %llu", r->stamp,
				r->owner[0] ? r->owner : "the student", (unsigned long long)step);
	answer(t, r);
}

/* Stamped requests whose step has come, in the order posted. */
static void
apply_due(struct trainer *t)
{
	struct trainer_state *w = t->work;

	while (t->due.n > 0) {
		struct request *r = t->due.item[0];
		uint64_t step = owner_step(w, r);

		if (step != UINT64_MAX && step < r->at)
			return;
		queue_drop_first(&t->due);
		if (step != r->at) {
			refuse(t, r, step);
			continue;
		}
		apply(t, r);
		if (w->diverged) /* what was recorded after a divergence is what mended it */
			w->info.paused = w->diverged = false;
	}
}

/* Seconds until the next step may begin. Pace says when a step is done, never what it computes. */
static double
seconds_early(const struct trainer *t)
{
	if (t->pace == 0 || t->work->info.phase == LAB_REPORTING)
		return 0;
	return t->next - mono_now();
}

static void
take_mail(struct trainer *t, bool *held, bool *stop)
{
	struct queue mail;

	thread_lock(&t->lock);
	while (t->mailbox.n == 0 && !t->stop) {
		if (t->held || !step_wanted(t->work)) {
			thread_wait(&t->lock);
			continue;
		}
		if (seconds_early(t) <= 0)
			break;
		thread_wait_for(&t->lock, seconds_early(t));
	}
	atomic_store(&t->mail, false);
	mail = t->mailbox;
	t->mailbox = (struct queue){ 0 };
	*held = t->held;
	*stop = t->stop;
	thread_unlock(&t->lock);
	for (size_t i = 0; i < mail.n; i++) {
		if (mail.item[i]->stamped)
			queue_add(&t->due, mail.item[i]);
		else
			apply(t, mail.item[i]);
	}
	mem_free(mail.item);
}

static void
announce(struct trainer *t, enum request_kind kind, const struct err *e)
{
	struct request *r = request_new(kind);
	struct place here = place_of(t->work);

	stamp(t->work, &here, r);
	if (e->msg[0]) {
		r->status = -1;
		r->err = *e;
	}
	answer(t, r);
}

/* One step, and what it led to. */
static void
go_on(struct trainer *t)
{
	struct trainer_state *w = t->work;
	struct place before =
		place_of(w); /* the work that ends is stamped with its own last step */
	struct err e = { "" }, none = { "" };
	enum step_outcome outcome;

	outcome = step_run(w, &e);
	push_samples(t);
	if (outcome == STEP_DIVERGED)
		announce(t, REQUEST_DIVERGED, &e);
	if (outcome == STEP_REPORTED) {
		struct request *r = t->report;

		t->report = NULL;
		r->status = e.msg[0] ? -1 : 0;
		r->err = e;
		answer(t, r);
	}
	if (outcome == STEP_DONE) {
		struct request *r = request_new(REQUEST_DONE);

		stamp(w, &before, r);
		snprintf(r->note, sizeof r->note, "%s", w->ended);
		w->ended[0] = '\0';
		answer(t, r);
	}
	if (w->info.step == w->pause_at) {
		w->info.paused = true;
		w->pause_at = UINT64_MAX;
		announce(t, REQUEST_PAUSE, &none);
	}
}

/* The next step is due a beat after this one was; a pause is not caught up with. Steps of a report
 * keep no beat, and owe none. */
static void
keep_pace(struct trainer *t)
{
	double now;

	if (t->pace == 0 || t->work->info.phase == LAB_REPORTING)
		return;
	now = mono_now();
	t->next = t->next < now - 0.1 ? now : t->next + 1.0 / (double)t->pace;
}

static void *
run(void *arg)
{
	struct trainer *t = arg;
	bool held = false, stop = false;

	thread_flush_denormals();
	while (!stop) {
		if (atomic_load_explicit(&t->mail, memory_order_acquire) || held ||
		    !step_wanted(t->work) || seconds_early(t) > 0)
			take_mail(t, &held, &stop);
		apply_due(t);
		if (stop || held || !step_wanted(t->work) || seconds_early(t) > 0)
			continue;
		go_on(t);
		keep_pace(t);
	}
	atomic_store(&t->ended, true);
	return NULL;
}

static void
take_back(void *arg, struct request *r)
{
	trainer_post(arg, r);
}

struct trainer *
trainer_new(int threads, size_t ring)
{
	struct trainer *t = mem_new(sizeof *t);

	t->ring = ring_new(ring ? ring : 65536, sizeof(struct event));
	t->work = mem_new(sizeof *t->work);
	idle_change_init(t->work, threads);
	t->prober = cka_worker_new(take_back, t);
	t->translating = translate_worker_new(take_back, t);
	thread_lock_init(&t->lock);
	thread_start(&t->thread, run, t);
	return t;
}

static void
tell(struct trainer *t)
{
	atomic_store_explicit(&t->mail, true, memory_order_release);
	thread_wake(&t->lock);
}

void
trainer_free(struct trainer *t)
{
	struct event ev[256];

	if (!t)
		return;
	thread_lock(&t->lock);
	t->stop = true;
	tell(t);
	thread_unlock(&t->lock);
	/* the thread may wait for room in the ring: drain until it has left */
	for (bool ended = false; !ended;) {
		size_t n;

		ended = atomic_load(&t->ended);
		while ((n = ring_take(t->ring, ev, 256)) > 0)
			for (size_t i = 0; i < n; i++)
				if (ev[i].metric == METRIC_NONE)
					request_free(ev[i].answer);
		thread_relax();
	}
	thread_join(&t->thread);
	cka_worker_free(t->prober);
	translate_worker_free(t->translating);
	queue_release(&t->mailbox);
	queue_release(&t->due);
	request_free(t->report);
	idle_change_release(t->work);
	mem_free(t->work);
	thread_lock_release(&t->lock);
	ring_free(t->ring);
	mem_free(t);
}

/* A SET of the same knob at the end of the mailbox is replaced: holding a key posts one change a
 * boundary. */
static bool
replaces(const struct trainer *t, const struct request *r)
{
	const struct request *last = t->mailbox.n ? t->mailbox.item[t->mailbox.n - 1] : NULL;

	return last && r->kind == REQUEST_SET && last->kind == REQUEST_SET && last->n_sets == 1 &&
	       r->n_sets == 1 && last->set[0].knob == r->set[0].knob && !last->stamped &&
	       !r->stamped;
}

void
trainer_post(struct trainer *t, struct request *r)
{
	thread_lock(&t->lock);
	if (replaces(t, r)) {
		request_free(t->mailbox.item[t->mailbox.n - 1]);
		t->mailbox.item[t->mailbox.n - 1] = r;
	} else {
		queue_add(&t->mailbox, r);
	}
	tell(t);
	thread_unlock(&t->lock);
}

void
trainer_hold(struct trainer *t, bool held)
{
	thread_lock(&t->lock);
	t->held = held;
	tell(t);
	thread_unlock(&t->lock);
}

size_t
trainer_take(struct trainer *t, struct event *out, size_t max)
{
	return ring_take(t->ring, out, max);
}

int
trainer_fd(const struct trainer *t)
{
	return ring_fd(t->ring);
}

void
trainer_drain(struct trainer *t)
{
	ring_drain(t->ring);
}
