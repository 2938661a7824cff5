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
#include "retort/lab/lab_snapshot.h"
#include "retort/lab/pace.h"
#include "retort/lab/past.h"
#include "retort/lab/past_store.h"
#include "retort/lab/phase.h"
#include "retort/lab/request_queue.h"
#include "retort/lab/runs.h"
#include "retort/lab/runs_request.h"
#include "retort/lab/stamp.h"
#include "retort/lab/sweep.h"
#include "retort/lab/trainer_out.h"

/*
 * The loop: take the mail, apply what is due, do a step, push its samples. `mail` is set under the
 * lock when requests were posted, so that a step without mail takes no lock. Stamped requests wait
 * in `due`, in the order posted, for their step. The main thread gets copies through the ring; it
 * never reads the lab itself.
 */
struct trainer {
	struct thread thread;
	struct trainer_out out;
	struct lock lock;
	struct request_queue mailbox; /* under lock */
	bool held, stop;              /* under lock */
	atomic_bool mail;
	atomic_bool ended;          /* the thread has left its loop */
	struct trainer_state *work; /* the thread's own */
	struct request_queue due;   /* the thread's own */
	struct request_queue
		later; /* the thread's own: until runs that are behind have caught up */
	struct trainer_addons addons;
	struct request *report; /* or sweep: answered when it is complete */
	struct request *cancel; /* has ended steps that were computed again; answered after them */
	struct pace pace;
};

/* Apply a request to the run in hand, or to every run: all are as they were where one of them
 * refuses. */
static int
handle_request(struct trainer *t, struct request *r)
{
	const struct request_row *row = &request_table[r->kind];

	if (idle_change_allows(t->work, row, &r->err) < 0)
		return -1;
	if (r->all)
		return runs_request_all(t->work, r, &r->err);
	return row->handle ? row->handle(t->work, r, &r->err)
			   : trainer_addons_handle(&t->addons, t->work, r);
}

/* Apply a request now, and answer it now, or later as its row says. */
static void
apply_request(struct trainer *t, struct request *r)
{
	const struct request_row *row = &request_table[r->kind];
	int64_t pace = t->work->pace;
	struct stamp_place here;
	int status = runs_request_target(t->work, r, &r->err);

	here = stamp_place(t->work); /* a `run` starts at the step it was applied at */
	stamp_request(t->work, &here, r);
	if (r->worked) {
		trainer_out_answer(&t->out, t->work, r);
		return;
	}
	status = status == 0 ? handle_request(t, r) : -1;
	r->run = t->work->run->about.number; /* of `student` and `fork` the new one */
	runs_take(t->work, t->work->focus);
	if (t->cancel)
		trainer_out_answer(&t->out, t->work, t->cancel);
	t->cancel = NULL;
	if (status == 0 && row->answered == REQUEST_BY_WORKER)
		return; /* the worker's from here on */
	if (t->work->pace != pace)
		t->pace.next = 0;
	trainer_out_errors(&t->out, t->work); /* before the answer: a session can end with it */
	r->status = status;
	if (status == 0 && row->answered == REQUEST_AT_END)
		t->report = r;
	else
		trainer_out_answer(&t->out, t->work, r);
}

/* Apply stamped requests whose step has come, in the order posted. */
static void
apply_due(struct trainer *t)
{
	struct trainer_state *w = t->work;

	while (t->due.n > 0 && !sweep_holds(w)) {
		struct request *r = t->due.item[0];
		uint64_t step = stamp_owner_step(w, r);

		if (step != UINT64_MAX && step < r->at)
			return;
		if (step == r->at && stamp_is_early(w, r))
			return;
		request_queue_drop_first(&t->due);
		if (step != r->at) {
			stamp_refuse_past(w, r, step);
			trainer_out_answer(&t->out, t->work, r);
			continue;
		}
		apply_request(t, r);
		if (w->diverged) /* a change recorded after a divergence resumes the training */
			w->info.paused = w->diverged = false;
	}
}

/* Refuse the stamped requests of a script that wait while nothing works: their steps do not come.
 * A typed one waits for work that is typed later. */
static void
refuse_stranded(struct trainer *t)
{
	size_t left = 0;

	for (size_t i = 0; t->work->info.phase == LAB_IDLE && i < t->due.n; i++) {
		struct request *r = t->due.item[i];

		if (r->scripted) {
			stamp_refuse_idle(t->work, r);
			trainer_out_answer(&t->out, t->work, r);
		} else {
			t->due.item[left++] = r;
		}
	}
	if (t->work->info.phase == LAB_IDLE)
		t->due.n = left;
}

/* Whether a request waits until runs that are behind have caught up; those after it wait too. */
static bool
waits(const struct trainer *t, const struct request *r)
{
	return request_is(r, REQUEST_IS_RECORD) && r->kind != REQUEST_STOP &&
	       (t->later.n > 0 || stamp_is_early(t->work, r));
}

static void
apply_later(struct trainer *t)
{
	while (t->later.n > 0 && !runs_behind(t->work) && !sweep_holds(t->work)) {
		struct request *r = t->later.item[0];

		request_queue_drop_first(&t->later);
		apply_request(t, r);
	}
}

static void
take_mail(struct trainer *t, bool *held, bool *stop)
{
	struct request_queue mail;

	thread_lock(&t->lock);
	while (t->mailbox.n == 0 && !t->stop) {
		if (t->held || !phase_works(t->work)) {
			thread_wait(&t->lock);
			continue;
		}
		if (pace_early(&t->pace, t->work) <= 0)
			break;
		thread_wait_for(&t->lock, pace_early(&t->pace, t->work));
	}
	atomic_store(&t->mail, false);
	mail = t->mailbox;
	t->mailbox = (struct request_queue){ 0 };
	*held = t->held;
	*stop = t->stop;
	thread_unlock(&t->lock);
	for (size_t i = 0; i < mail.n; i++) {
		if (mail.item[i]->stamped)
			request_queue_add(&t->due, mail.item[i]);
		else if (waits(t, mail.item[i]))
			request_queue_add(&t->later, mail.item[i]);
		else
			apply_request(t, mail.item[i]);
	}
	mem_free(mail.item);
}

/* Do one step, and answer what ends with it. */
static void
do_step(struct trainer *t)
{
	struct trainer_state *w = t->work;
	struct stamp_place before =
		stamp_place(w); /* work that ends is stamped with its own last step */
	struct err e = { .msg = "" }, none = { .msg = "" };
	enum phase_outcome outcome;

	outcome = phase_step(w, &e);
	past_follow(w);
	trainer_out_samples(&t->out, t->work);
	trainer_out_notices(&t->out, t->work);
	trainer_out_swept(&t->out, t->work);
	trainer_out_errors(&t->out, t->work);
	if (outcome == PHASE_DIVERGED)
		trainer_out_event(&t->out, t->work, REQUEST_DIVERGED, &e);
	if (outcome == PHASE_REPORTED) {
		struct request *r = t->report;

		t->report = NULL;
		r->status = e.msg[0] ? -1 : 0;
		r->err = e;
		trainer_out_answer(&t->out, t->work, r);
	}
	if (outcome == PHASE_DONE) {
		struct request *r = request_new(REQUEST_DONE);

		stamp_request(w, &before, r);
		snprintf(r->note, sizeof r->note, "%s", w->ended);
		w->ended[0] = '\0';
		trainer_out_answer(&t->out, t->work, r);
	}
	if (w->passes == w->pause_at) {
		w->info.paused = true;
		w->pause_at = UINT64_MAX;
		trainer_out_event(&t->out, t->work, REQUEST_PAUSE, &none);
	}
}

static void *
run_trainer(void *arg)
{
	struct trainer *t = arg;
	bool held = false, stop = false;

	thread_flush_denormals();
	past_store_clean();
	while (!stop) {
		apply_later(t);
		if (atomic_load_explicit(&t->mail, memory_order_acquire) || held ||
		    !phase_works(t->work) || pace_early(&t->pace, t->work) > 0)
			take_mail(t, &held, &stop);
		apply_due(t);
		refuse_stranded(t);
		if (stop || held || !phase_works(t->work) || pace_early(&t->pace, t->work) > 0)
			continue;
		do_step(t);
		refuse_stranded(t);
		pace_keep(&t->pace, t->work);
	}
	atomic_store(&t->ended, true);
	return NULL;
}

/* Whether steps that are computed again are given up: by `stop`, a signal, or the end. */
static bool
is_cancelled(void *arg, uint64_t done, uint64_t of)
{
	struct trainer *t = arg;
	bool ends;

	trainer_out_again(&t->out, done, of);
	if (!atomic_load_explicit(&t->mail, memory_order_acquire))
		return false;
	thread_lock(&t->lock);
	ends = t->stop;
	t->cancel = request_queue_take_stop(&t->mailbox);
	thread_unlock(&t->lock);
	return ends || t->cancel;
}

static void
post_worked(void *arg, struct request *r)
{
	r->worked = true;
	trainer_post(arg, r);
}

struct trainer *
trainer_new(int threads, size_t ring, const struct trainer_addon *const *addons)
{
	struct trainer *t = mem_new(sizeof *t);

	t->out.ring = ring_new(ring ? ring : 65536, sizeof(struct event));
	t->work = mem_new(sizeof *t->work);
	idle_change_init(t->work, threads);
	t->work->again_cancelled = is_cancelled;
	t->work->again_arg = t;
	trainer_addons_open(&t->addons, addons, t->work, post_worked, t);
	thread_lock_init(&t->lock);
	thread_start(&t->thread, run_trainer, t);
	return t;
}

void
trainer_share(struct trainer *t, const struct sweep_share *share)
{
	t->work->share = share; /* the thread waits until a request is posted under the lock */
	t->work->train.shares_outputs = share != NULL;
}

/* With the lock held. */
static void
wake_trainer(struct trainer *t)
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
	wake_trainer(t);
	thread_unlock(&t->lock);
	/* the thread may wait for room in the ring: drain until it has left */
	for (bool ended = false; !ended;) {
		size_t n;

		ended = atomic_load(&t->ended);
		while ((n = ring_take(t->out.ring, ev, 256)) > 0)
			for (size_t i = 0; i < n; i++)
				if (ev[i].metric == METRIC_NONE)
					request_free(ev[i].answer);
		thread_relax();
	}
	thread_join(&t->thread);
	trainer_addons_close(&t->addons);
	request_queue_release(&t->mailbox);
	request_queue_release(&t->due);
	request_queue_release(&t->later);
	request_free(t->report);
	lab_snapshot_drop(t->out.snapshot);
	idle_change_release(t->work);
	mem_free(t->work);
	thread_lock_release(&t->lock);
	ring_free(t->out.ring);
	mem_free(t);
}

void
trainer_post(struct trainer *t, struct request *r)
{
	struct request **last;

	thread_lock(&t->lock);
	last = t->mailbox.n ? &t->mailbox.item[t->mailbox.n - 1] : NULL;
	if (last && request_replaces(r, *last)) {
		request_free(*last);
		*last = r;
	} else {
		request_queue_add(&t->mailbox, r);
	}
	wake_trainer(t);
	thread_unlock(&t->lock);
}

void
trainer_hold(struct trainer *t, bool held)
{
	thread_lock(&t->lock);
	t->held = held;
	wake_trainer(t);
	thread_unlock(&t->lock);
}

size_t
trainer_take(struct trainer *t, struct event *out, size_t max)
{
	return ring_take(t->out.ring, out, max);
}

int
trainer_fd(const struct trainer *t)
{
	return ring_fd(t->out.ring);
}

void
trainer_drain(struct trainer *t)
{
	ring_drain(t->out.ring);
}
