/* The state of a run at a step: all that training mutates, as blocks of bytes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_PAST_STATE_H
#define RETORT_LAB_PAST_STATE_H

#include "retort/lab/trainer_state.h"

/*
 * The blocks of numbers are those of struct branch; the history is that of the run up to n_history,
 * which only grows. The blocks are in memory or in a file (lab/past_file.h).
 */
struct past_state {
	uint64_t step, version; /* version: w->taught then; teachers have changed since: other */
	bool starts;
	int holders;    /* runs that keep it; 0 while `writing`: freed when that has ended */
	uint64_t order; /* of all states of the session: ascending in time */
	size_t bytes;   /* in memory, about as many in a file */
	char *path;     /* owned: of its file, or the one that is written; NULL: none */
	bool writing;   /* to its file, by another thread, which reads the blocks */
	struct settings settings;
	struct teaching teaching[TRAIN_TEACHERS];
	int n_stages;
	struct lab_stage *stages;  /* [n_stages] owned */
	struct settings *of_stage; /* [2] owned: before and after its start; NULL: in a plain run */
	uint64_t from, until;      /* of the work at hand */
	struct scores last, best_scores, target;
	size_t n_history, n_log;    /* n_log: events of undo and redo */
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

/* Free it, and remove its file, where this was the last holder. past_state_free(NULL) is fine. */
void past_state_free(struct past_state *s);

/* Free its blocks of numbers, which are in its file. */
void past_state_free_blocks(struct past_state *s);

/* Whether its blocks of numbers are in memory. */
bool past_state_is_loaded(const struct past_state *s);

/*
 * Give the run in hand, which has no baseline, the settings of a state, which is loaded, and a new
 * student; the former one belongs to the caller. Teachers and sets that were added since keep their
 * weights. -1 and an error without memory: nothing changed.
 */
int past_state_restore(struct trainer_state *w, const struct past_state *s, struct err *e);

#endif
