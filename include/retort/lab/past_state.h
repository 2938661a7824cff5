/* The state of a run at a step: all that training mutates, as blocks of bytes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_PAST_STATE_H
#define RETORT_LAB_PAST_STATE_H

#include "retort/lab/trainer_state.h"

/*
 * The blocks of numbers are those of struct branch; the history is that of the run up to n_history,
 * which only grows.
 */
struct past_state {
	uint64_t step, version; /* version: w->taught then; teachers have changed since: other */
	bool starts;
	int holders; /* runs that keep it */
	size_t bytes;
	struct settings settings;
	struct teaching teaching[TRAIN_TEACHERS];
	int n_stages;
	struct lab_stage *stages;  /* [n_stages] owned */
	struct settings *of_stage; /* [2] owned: before and after its start; NULL: in a plain run */
	uint64_t from, until;      /* of the work at hand */
	struct scores last, best_scores, target;
	size_t n_history;
	struct run_figures figures; /* of the student */
	bool begun, eval_missed;
	uint64_t diverged;
	const uint32_t *rows; /* that the run drew from, and their number */
	size_t n_rows;
	size_t n_bias;
	real *bias_before, *bias_after; /* [n_bias] */
	size_t size;                    /* bytes of the branch's state */
	void *state;
	struct branch_best best; /* value owned */
	size_t n_best;           /* numbers of value */
	unsigned here, taught;
};

/* Copy the state of the run in hand; NULL without memory. `starts`: its work starts here. */
struct past_state *past_state_take(const struct trainer_state *w, bool starts);

/* Another holder of a state, which nothing changes any more. Returns s. */
struct past_state *past_state_share(struct past_state *s);

/* Free it where this was the last holder. past_state_free(NULL) is fine. */
void past_state_free(struct past_state *s);

/*
 * Give the run in hand a state. Teachers and sets that were added since keep their weights; undo
 * and redo are empty, the baseline is dropped. -1 and an error without memory: nothing changed.
 */
int past_state_restore(struct trainer_state *w, const struct past_state *s, struct err *e);

#endif
