/* past_store.c: the thread that writes kept states to files. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/past_store.h"

#include <stdio.h>

#include "retort/base/mem.h"
#include "retort/base/scratch.h"
#include "retort/base/worker.h"
#include "retort/lab/past_file.h"

#define FOLDER "states" /* in the cache */

struct past_store {
	struct scratch *folder;   /* owned; NULL: could not be made */
	struct worker *worker;    /* owned */
	uint64_t files;           /* written so far: each has a name of its own */
	struct past_state *state; /* being written; NULL: none */
	struct err err;           /* of that; read when `ended` */
	int status;
	atomic_bool ended;
	bool failed;
};

static void
write_state(void *arg, void *order)
{
	struct past_store *store = arg;

	store->status = past_file_write(order, worker_cancelled(store->worker), &store->err);
	atomic_store_explicit(&store->ended, true, memory_order_release);
}

static void
end_order(void *arg, void *order)
{
	(void)arg;
	(void)order;
}

/* Stop writing files, with a message. */
static int
fail(struct trainer_state *w, const struct err *why)
{
	w->past_store->failed = true;
	err_set(&w->kept_notice,
		"%s; states past the memory of the knob keep-mib are freed from now on", why->msg);
	return -1;
}

static struct past_store *
open_store(struct trainer_state *w, struct err *e)
{
	struct past_store *store = mem_new(sizeof *store);

	w->past_store = store;
	store->worker = worker_new(write_state, end_order, store);
	store->folder = scratch_new(FOLDER, e);
	return store;
}

bool
past_store_is_busy(const struct trainer_state *w)
{
	return w->past_store && w->past_store->state;
}

bool
past_store_has_failed(const struct trainer_state *w)
{
	return w->past_store && w->past_store->failed;
}

int
past_store_write(struct trainer_state *w, struct past_state *s)
{
	struct past_store *store = w->past_store;
	struct err e = { .msg = "" };
	char name[48];

	if (!store)
		store = open_store(w, &e);
	if (!store->folder)
		return fail(w, &e);
	snprintf(name, sizeof name, "%llu-%llu", (unsigned long long)++store->files,
		 (unsigned long long)s->step);
	s->path = scratch_path(store->folder, name);
	s->writing = true;
	store->state = s;
	atomic_store(&store->ended, false);
	worker_give(store->worker, s);
	return 0;
}

/* The file of a state is complete, or is not made. */
static void
end_writing(struct trainer_state *w, struct past_state *s)
{
	struct past_store *store = w->past_store;

	s->writing = false;
	if (store->status == 0) {
		past_state_free_blocks(s);
	} else {
		mem_free(s->path);
		s->path = NULL;
		if (s->holders)
			fail(w, &store->err);
	}
	if (!s->holders) /* dropped meanwhile */
		past_state_free(s);
}

bool
past_store_reap(struct trainer_state *w, bool wait)
{
	struct past_store *store = w->past_store;
	struct past_state *s = store ? store->state : NULL;

	if (!s || (!wait && !atomic_load_explicit(&store->ended, memory_order_acquire)))
		return false;
	worker_wait(store->worker);
	store->state = NULL;
	end_writing(w, s);
	return true;
}

void
past_store_clean(void)
{
	scratch_clean(FOLDER);
}

void
past_store_free(struct past_store *store)
{
	if (!store)
		return;
	worker_free(store->worker); /* cancels */
	if (store->state) {
		store->state->writing = false;
		if (!store->state->holders)
			past_state_free(store->state);
	}
	scratch_free(store->folder);
	mem_free(store);
}
