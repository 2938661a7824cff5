/* test_sweep_share.c: a sweep that several trainers share, over messages in memory. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "labrig.h"
#include "tmpfolder.h"

#include <time.h>

#include "retort/base/mem.h"
#include "retort/base/thread.h"
#include "retort/lab/sweep_message.h"
#include "retort/lab/sweep_score.h"
#include "retort/lab/sweep_share.h"
#include "retort/nn/gemm/blas.h"

/* ---- messages ---- */

#define UNITS 7
#define ROWS 3

static void
check_round_trip(struct sweep_message *m)
{
	struct text bytes = { 0 }, again = { 0 };
	struct sweep_message got;
	struct err e;
	char *copy;

	sweep_message_add(m, ROWS, &bytes);
	CHECK_INT(sweep_message_parse(bytes.s, bytes.len, UNITS, ROWS, &got, &e), 0);
	sweep_message_add(&got, ROWS, &again);
	CHECK_INT(again.len, bytes.len);
	CHECK(memcmp(again.s, bytes.s, bytes.len) == 0);
	mem_free(got.figures.row);
	for (size_t i = 0; i < bytes.len; i++) { /* a byte changed, or the end cut off */
		copy = mem_new(i + 1);           /* exactly: a read past it is found */
		memcpy(copy, bytes.s, i);
		CHECK_INT(sweep_message_parse(copy, i, UNITS, ROWS, &got, &e), -1);
		mem_free(copy);
		bytes.s[i] ^= 1;
		CHECK_INT(sweep_message_parse(bytes.s, bytes.len, UNITS, ROWS, &got, &e), -1);
		bytes.s[i] ^= 1;
	}
	text_release(&bytes);
	text_release(&again);
}

static void
messages_are_read_back(void **state)
{
	struct eval_row row[ROWS] = { { 0.5F, 1, 2.5F, 0 },
				      { -0.0F, 0, NAN, NAN },
				      { 3e-42F, 2, -0.0F, 1 } };
	struct sweep_message m = { .kind = SWEEP_MESSAGE_WANT, .sweep = 3, .kernel = "Zen" };

	(void)state;
	memset(&m.plan, 0x5a, sizeof m.plan);
	check_round_trip(&m);
	m = (struct sweep_message){ .kind = SWEEP_MESSAGE_GIVE,
				    .sweep = 1,
				    .target = 1ULL << 40,
				    .n = 2,
				    .given = { 6, 0 } };
	check_round_trip(&m);
	m.n = 0;
	check_round_trip(&m);
	m = (struct sweep_message){ .kind = SWEEP_MESSAGE_FIGURES,
				    .sweep = 0xffffffff,
				    .unit = 6,
				    .figures = { .steps = 80, .row = row } };
	check_round_trip(&m);
	m.figures.diverged = true;
	check_round_trip(&m);
}

/* A message with a hash that fits, of another sweep. */
static void
check_refused(struct sweep_message *m, size_t rows, const char *part)
{
	struct text bytes = { 0 };
	struct sweep_message got;
	struct err e;

	sweep_message_add(m, rows, &bytes);
	CHECK_INT(sweep_message_parse(bytes.s, bytes.len, UNITS, ROWS, &got, &e), -1);
	CHECK(strstr(e.msg, part));
	CHECK(!got.figures.row);
	text_release(&bytes);
}

static void
messages_of_other_sweeps_are_refused(void **state)
{
	struct eval_row row[ROWS + 1] = { { 0 } };
	struct sweep_message m = { .kind = SWEEP_MESSAGE_GIVE, .n = 1, .given = { UNITS } };

	(void)state;
	check_refused(&m, ROWS, "does not fit this sweep");
	m = (struct sweep_message){ .kind = SWEEP_MESSAGE_FIGURES, .figures = { .row = row } };
	check_refused(&m, ROWS + 1, "does not fit this sweep");
	check_refused(&m, ROWS - 1, "does not fit this sweep");
	m.unit = UNITS;
	check_refused(&m, ROWS, "does not fit this sweep");
	m.kind = (enum sweep_message_kind)9;
	check_refused(&m, ROWS, "does not fit this sweep");
}

/* ---- a sweep ---- */

#define RANKS 3
#define QUEUE 64

struct letter {
	int from;
	void *bytes;
	size_t size;
};

/* The way between trainers of this process. */
static struct hub {
	struct lock lock;
	struct letter queue[RANKS][QUEUE];
	size_t n[RANKS];
	uint64_t spread; /* times that rank 0 has spread bytes */
	uint64_t seen[RANKS];
	int readers; /* that have not taken the last ones */
	void *bytes; /* owned */
	size_t size;
	int trained[RANKS]; /* figures that a rank has sent */
	struct sweep_share share[RANKS];
} hub;

static int
rank_of(void *arg)
{
	return ((struct sweep_share *)arg)->rank;
}

static void *
copy_of(const void *bytes, size_t size)
{
	void *p = mem_new(size + 1);

	memcpy(p, bytes, size);
	return p;
}

static void
hub_send(void *arg, int to, const void *bytes, size_t size)
{
	thread_lock(&hub.lock);
	CHECK(hub.n[to] < QUEUE);
	hub.queue[to][hub.n[to]++] = (struct letter){ rank_of(arg), copy_of(bytes, size), size };
	hub.trained[rank_of(arg)] += *(const char *)bytes == SWEEP_MESSAGE_FIGURES;
	thread_unlock(&hub.lock);
}

static void *
hub_take(void *arg, int *from, size_t *size)
{
	int me = rank_of(arg);
	struct letter l = { .bytes = NULL };

	thread_lock(&hub.lock);
	if (hub.n[me]) {
		l = hub.queue[me][0];
		hub.n[me]--;
		memmove(hub.queue[me], hub.queue[me] + 1, hub.n[me] * sizeof l);
	}
	thread_unlock(&hub.lock);
	*from = l.from;
	*size = l.size;
	return l.bytes;
}

static void *
hub_spread(void *arg, const void *bytes, size_t *size)
{
	int me = rank_of(arg);
	void *got = NULL;

	thread_lock(&hub.lock);
	while (me ? hub.seen[me] == hub.spread : hub.readers > 0)
		thread_wait(&hub.lock);
	if (me) {
		hub.seen[me] = hub.spread;
		hub.readers--;
		*size = hub.size;
		got = hub.size ? copy_of(hub.bytes, hub.size) : NULL;
	} else {
		mem_free(hub.bytes);
		hub.bytes = copy_of(bytes, *size);
		hub.size = *size;
		hub.spread++;
		hub.readers = RANKS - 1;
	}
	thread_wake(&hub.lock);
	thread_unlock(&hub.lock);
	return got;
}

static void
hub_rest(void *arg)
{
	struct timespec t = { 0, 200000 };

	(void)arg;
	nanosleep(&t, NULL);
}

static void
hub_open(void)
{
	memset(&hub, 0, sizeof hub);
	thread_lock_init(&hub.lock);
	for (int i = 0; i < RANKS; i++)
		hub.share[i] = (struct sweep_share){ .arg = &hub.share[i],
						     .rank = i,
						     .n = RANKS,
						     .send = hub_send,
						     .take = hub_take,
						     .spread = hub_spread,
						     .rest = hub_rest };
}

static void
hub_close(void)
{
	for (int i = 0; i < RANKS; i++)
		for (size_t k = 0; k < hub.n[i]; k++)
			mem_free(hub.queue[i][k].bytes);
	mem_free(hub.bytes);
	thread_lock_release(&hub.lock);
}

/* A trainer with a student of 40 steps; `share` NULL: alone. */
static void
open_lab(struct labrig *r, const struct sweep_share *share)
{
	labrig_open(r, 1, 0, NULL);
	if (share)
		trainer_share(r->t, share);
	labrig_prepare(r, "digits", "mlp 32", 2);
	CHECK_INT(labrig_ask(r, labrig_request(REQUEST_STUDENT, "", "mlp 8", 0)), 0);
	CHECK_INT(labrig_ask(r, labrig_request(REQUEST_RUN, "", "", 40)), 0);
	labrig_wait(r, REQUEST_DONE);
}

static struct request *
new_sweep(const char *knob, const char *values, uint64_t steps, int seeds, bool halving)
{
	struct request *r = request_new(REQUEST_SWEEP);
	struct sweep *s = r->u.sweep.sweep = sweep_new();
	char *word[] = { (char *)(uintptr_t)knob, (char *)(uintptr_t)values };

	CHECK_INT(sweep_plan_parse(&s->plan, 2, word, 42, NULL), 0);
	s->steps = steps;
	s->seeds = seeds;
	s->metric = METRIC_VAL_NLL;
	s->halving = halving;
	return r;
}

/* The same states and figures, to the bit. */
static void
check_same(const struct sweep *a, const struct sweep *b)
{
	CHECK_INT(a->n_units, b->n_units);
	CHECK_INT(a->done, b->done);
	for (size_t i = 0; i < a->n_units; i++) {
		CHECK(memcmp(&a->unit[i].key, &b->unit[i].key, sizeof a->unit[i].key) == 0);
		CHECK_INT(a->unit[i].state, b->unit[i].state);
		CHECK_INT(a->unit[i].steps, b->unit[i].steps);
		if (a->unit[i].state == SWEEP_DIVERGED || !a->unit[i].row)
			continue;
		CHECK(memcmp(a->unit[i].row, b->unit[i].row, a->n_rows * sizeof *a->unit[i].row) ==
		      0);
	}
}

/* Run one sweep in one trainer, and in three that share it. */
static void
check_shared(struct labrig *alone, struct labrig *lab, const char *knob, const char *values,
	     uint64_t steps, int seeds, bool halving)
{
	CHECK_INT(labrig_ask(alone, new_sweep(knob, values, steps, seeds, halving)), 0);
	for (int i = 0; i < RANKS; i++)
		trainer_post(lab[i].t, new_sweep(knob, values, steps, seeds, halving));
	for (int i = 0; i < RANKS; i++) {
		labrig_wait(&lab[i], REQUEST_SWEEP);
		CHECK_INT(lab[i].answer->status, 0);
		check_same(alone->answer->u.sweep.sweep, lab[i].answer->u.sweep.sweep);
	}
}

static void
a_shared_sweep_has_the_same_figures(void **state)
{
	struct labrig alone, lab[RANKS];

	(void)state;
	hub_open();
	open_lab(&alone, NULL);
	for (int i = 0; i < RANKS; i++)
		open_lab(&lab[i], &hub.share[i]);
	check_shared(&alone, lab, "temperature", "1,2,4,8,16,32", 60, 0, false);
	check_shared(&alone, lab, "temperature", /* figures of others come during each step */
		     "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,"
		     "29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,51,52,53",
		     1, 0, false);
	check_shared(&alone, lab, "lr", "0.001,0.003,1e9", 30, 3, false);
	check_shared(&alone, lab, "lr", "1e-4,1e-3,2e-3,4e-3,8e-3,1e-2,2e-2,1e9", 80, 0, true);
	check_shared(&alone, lab, "batch", "8,16,32,64", 20, 0, true);
	CHECK_INT(hub.trained[0] + hub.trained[1] + hub.trained[2] > 0, 1);
	labrig_close(&alone);
	for (int i = 0; i < RANKS; i++)
		labrig_close(&lab[i]);
	hub_close();
}

/* Two ranks whose settings differ: rank 0 refuses, `stop` ends the other one's wait. */
static void
ranks_that_differ_are_refused(void **state)
{
	struct labrig lab[RANKS];

	(void)state;
	hub_open();
	for (int i = 0; i < RANKS; i++) {
		open_lab(&lab[i], &hub.share[i]);
		if (i == 2)
			CHECK_INT(labrig_ask(&lab[i], labrig_set("kd-weight", "0.25")), 0);
	}
	for (int i = 0; i < RANKS; i++)
		trainer_post(lab[i].t, new_sweep("temperature", "1,2,4", 20000, 0, false));
	labrig_wait(&lab[0], REQUEST_SWEEP);
	CHECK_INT(lab[0].answer->status, -1);
	CHECK(strstr(lab[0].answer->err.msg, "rank 2 has other data, networks or settings"));
	for (int i = 1; i < RANKS; i++) {
		trainer_post(lab[i].t, request_new(REQUEST_STOP));
		labrig_wait(&lab[i], REQUEST_SWEEP);
	}
	for (int i = 0; i < RANKS; i++)
		labrig_close(&lab[i]);
	hub_close();
}

static int
setup(void **state)
{
	int status = tmpfolder_setup(state);

	setenv("XDG_CACHE_HOME", tmpfolder_dir, 1);
	return status;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(messages_are_read_back),
		TEST(messages_of_other_sweeps_are_refused),
		TEST(a_shared_sweep_has_the_same_figures),
		TEST(ranks_that_differ_are_refused),
	};

	blas_init(1, NULL);
	return cmocka_run_group_tests(tests, setup, tmpfolder_teardown);
}
