/* undo.c: the changes of a run that can be undone and redone, now and at earlier steps. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/undo.h"

#include <string.h>

#include "retort/base/mem.h"

#define TAKEN_BACK SIZE_MAX /* instead of a change */
#define MADE_AGAIN (SIZE_MAX - 1)

void
undo_release(struct run *r)
{
	mem_free(r->change);
	mem_free(r->undo);
	mem_free(r->redo);
	mem_free(r->log);
	r->change = NULL;
	r->undo = r->redo = NULL;
	r->log = NULL;
	r->n_changes = r->cap_changes = r->n_undo = r->cap_undo = 0;
	r->n_redo = r->cap_redo = r->n_log = r->cap_log = 0;
}

void
undo_forget(struct run *r)
{
	r->n_changes = r->n_undo = r->n_redo = r->n_log = 0;
}

static void
push(size_t **list, size_t *n, size_t *cap, size_t index)
{
	mem_grow(list, cap, *n + 1, sizeof **list);
	(*list)[(*n)++] = index;
}

/* Apply an event of the log to the lists. */
static void
follow(struct run *r, size_t what)
{
	if (what == TAKEN_BACK) {
		push(&r->redo, &r->n_redo, &r->cap_redo, r->undo[--r->n_undo]);
		return;
	}
	if (what != MADE_AGAIN)
		r->n_redo = 0;
	push(&r->undo, &r->n_undo, &r->cap_undo, what == MADE_AGAIN ? r->redo[--r->n_redo] : what);
}

static void
log_event(struct run *r, uint64_t step, size_t what)
{
	mem_grow(&r->log, &r->cap_log, r->n_log + 1, sizeof *r->log);
	r->log[r->n_log++] = (struct run_undo_event){ step, what };
	follow(r, what);
}

void
undo_push(struct run *r, const struct run_change *c)
{
	mem_grow(&r->change, &r->cap_changes, r->n_changes + 1, sizeof *r->change);
	r->change[r->n_changes++] = *c;
	log_event(r, c->step, r->n_changes - 1);
}

const struct run_change *
undo_last(const struct run *r)
{
	return r->n_undo ? &r->change[r->undo[r->n_undo - 1]] : NULL;
}

const struct run_change *
undo_next(const struct run *r)
{
	return r->n_redo ? &r->change[r->redo[r->n_redo - 1]] : NULL;
}

void
undo_take_back(struct run *r, uint64_t step)
{
	log_event(r, step, TAKEN_BACK);
}

void
undo_make_again(struct run *r, uint64_t step)
{
	log_event(r, step, MADE_AGAIN);
}

void
undo_cut(struct run *r, size_t n, uint64_t step)
{
	size_t end = n < r->n_log ? n : r->n_log;

	while (end < r->n_log && r->log[end].step < step)
		end++;
	r->n_log = end;
	r->n_changes = r->n_undo = r->n_redo = 0;
	for (size_t i = 0; i < end; i++) {
		if (r->log[i].what < MADE_AGAIN)
			r->n_changes = r->log[i].what + 1;
		follow(r, r->log[i].what);
	}
	r->n_redo = 0;
}

static void
copy_array(void *to, size_t *n, size_t *cap, const void *from, size_t n_from, size_t size)
{
	void **array = to;

	mem_grow(array, cap, n_from, size);
	if (n_from)
		memcpy(*array, from, n_from * size);
	*n = n_from;
}

void
undo_copy(struct run *to, const struct run *from)
{
	copy_array(&to->change, &to->n_changes, &to->cap_changes, from->change, from->n_changes,
		   sizeof *to->change);
	copy_array(&to->undo, &to->n_undo, &to->cap_undo, from->undo, from->n_undo,
		   sizeof *to->undo);
	copy_array(&to->redo, &to->n_redo, &to->cap_redo, from->redo, from->n_redo,
		   sizeof *to->redo);
	copy_array(&to->log, &to->n_log, &to->cap_log, from->log, from->n_log, sizeof *to->log);
}
