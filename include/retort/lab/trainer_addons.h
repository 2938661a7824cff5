/* Handlers of requests that lie above the lab, and their state. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_TRAINER_ADDONS_H
#define RETORT_LAB_TRAINER_ADDONS_H

#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"

/*
 * Handlers of requests that lie above the lab, and the state they need: measurements beside the
 * training, remedies. All members may be NULL.
 */
#define TRAINER_ADDON_ROWS 3
struct trainer_addon {
	/* Creates the state; `post` may be called with `arg` from any thread, until `close`
	 * returns: it hands a request back to the trainer, which answers it. */
	void *(*open)(void (*post)(void *arg, struct request *r), void *arg);
	/* Stops threads and frees the state. */
	void (*close)(void *state);
	/*
	 * Kinds whose row in request_table has no handler. On the trainer's thread, at a step
	 * boundary; returns as the handlers in the table do. A kind that is answered by a worker:
	 * on 0 the handler owns the request until it posts it.
	 */
	struct trainer_addon_row {
		enum request_kind kind;
		int (*handle)(void *state, struct trainer_state *w, struct request *r,
			      struct err *e);
	} row[TRAINER_ADDON_ROWS];
	/* Chooses the pairs of `map auto`, see trainer_state.h. */
	trainer_state_choose_pairs *choose_pairs;
};

/* The addons of a trainer, with their states. Zero: none. */
struct trainer_addons {
	struct trainer_addons_item {
		const struct trainer_addon *addon;
		void *state;
	} * item; /* [n] owned */
	size_t n;
};

/* Open the addons of a NULL-terminated list, or of NULL; `post` and `arg`: see struct
 * trainer_addon. */
void trainer_addons_open(struct trainer_addons *a, const struct trainer_addon *const *list,
			 struct trainer_state *w, void (*post)(void *arg, struct request *r),
			 void *arg);

/* Stop workers and free their state. */
void trainer_addons_close(struct trainer_addons *a);

/* Call the handler of the request's kind; -1 and r->err without one. */
int trainer_addons_handle(const struct trainer_addons *a, struct trainer_state *w,
			  struct request *r);

#endif
