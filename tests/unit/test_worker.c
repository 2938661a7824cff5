/* test_worker.c: a thread with one order at a time: created, given orders, cancelled, freed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <stdatomic.h>

#include "retort/base/thread.h"
#include "retort/base/worker.h"

struct count {
	struct worker *worker;
	atomic_int begun, cancelled, done;
	atomic_bool busy_when_done;
};

/* An order works for a fixed time, or until cancelled. */
static void
work(void *arg, void *order)
{
	struct count *c = arg;

	atomic_fetch_add(&c->begun, 1);
	while (*(bool *)order && !atomic_load(worker_cancelled(c->worker)))
		thread_relax();
	if (atomic_load(worker_cancelled(c->worker)))
		atomic_fetch_add(&c->cancelled, 1);
}

static void
note_done(void *arg, void *order)
{
	struct count *c = arg;

	(void)order;
	atomic_store(&c->busy_when_done, worker_is_busy(c->worker));
	atomic_fetch_add(&c->done, 1);
}

static void
wait_until(atomic_int *n, int value)
{
	while (atomic_load(n) < value)
		thread_relax();
}

static void
closing_without_an_order_does_not_wait(void **state)
{
	struct count c = { 0 };

	(void)state;
	worker_free(NULL);
	c.worker = worker_new(work, note_done, &c);
	CHECK(!worker_is_busy(c.worker));
	worker_cancel(c.worker);
	CHECK(!atomic_load(worker_cancelled(c.worker)));
	worker_free(c.worker);
	CHECK_INT(c.begun, 0);
}

static void
orders_are_run_in_sequence(void **state)
{
	struct count c = { 0 };
	bool lasts = false;

	(void)state;
	c.worker = worker_new(work, note_done, &c);
	for (int i = 1; i <= 100; i++) {
		worker_give(c.worker, &lasts);
		wait_until(&c.done, i);
		CHECK(!atomic_load(&c.busy_when_done));
	}
	worker_free(c.worker);
	CHECK_INT(c.begun, 100);
	CHECK_INT(c.done, 100);
	CHECK_INT(c.cancelled, 0);
}

static void
an_order_is_cancelled_and_the_next_is_not(void **state)
{
	struct count c = { 0 };
	bool lasts = true, ends = false;

	(void)state;
	c.worker = worker_new(work, note_done, &c);
	worker_give(c.worker, &lasts);
	wait_until(&c.begun, 1);
	CHECK(worker_is_busy(c.worker));
	worker_cancel(c.worker);
	wait_until(&c.done, 1);
	worker_give(c.worker, &ends);
	wait_until(&c.done, 2);
	worker_free(c.worker);
	CHECK_INT(c.cancelled, 1);
}

/* Also before the thread begins it: every order is done once. */
static void
freeing_cancels_the_order(void **state)
{
	bool lasts = true;

	(void)state;
	for (int i = 0; i < 200; i++) {
		struct count c = { 0 };

		c.worker = worker_new(work, note_done, &c);
		worker_give(c.worker, &lasts);
		if (i % 2)
			wait_until(&c.begun, 1);
		worker_free(c.worker);
		CHECK_INT(c.done, 1);
		CHECK_INT(c.cancelled, 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(closing_without_an_order_does_not_wait),
		TEST(orders_are_run_in_sequence),
		TEST(an_order_is_cancelled_and_the_next_is_not),
		TEST(freeing_cancels_the_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
