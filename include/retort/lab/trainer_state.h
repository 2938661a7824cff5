/* The state of the trainer: what its thread owns. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_TRAINER_STATE_H
#define RETORT_LAB_TRAINER_STATE_H

#include "retort/lab/run.h"

/* One sample on its way to the ring. */
struct trainer_state_sample {
	uint16_t run, branch, metric;
	uint32_t step;
	double value;
};

#define TRAINER_STATE_SAMPLES (8 * METRIC_COUNT * LAB_LOCKSTEP) /* a step and its evaluations */

/* A run that has stopped while others train. */
struct trainer_state_notice {
	int run;
	uint64_t step;
	struct err err; /* "": it has ended */
	char note[280]; /* as run_figures.ended */
};

struct past_store;
struct sweep;
struct sweep_share;
struct trainer_state;

/*
 * Choose for each of the `few` blocks of the student a block of m->teacher, ascending, such that
 * every pair can be mapped as m says: block[few] from 1, value[few] how similar they are. -1 and an
 * error: there is no such choice.
 */
typedef int trainer_state_choose_pairs(struct trainer_state *w, const struct layer_pair *m, int few,
				       int *block, double *value, struct err *e);

struct trainer_state {
	struct lab_info info; /* consistent at every step boundary: snapshots are copies of it */
	struct train train;
	struct run *run;            /* in hand, one of `runs`; described by info.run */
	int n_runs, n_numbers;      /* runs, and numbers given to runs so far */
	struct run *runs[LAB_RUNS]; /* owned */
	int focus;                  /* index of the focused run */
	struct run *worker; /* whose settings train a teacher, or whose report is completed; else
			       NULL */
	uint64_t n_made;    /* data sets and teachers created so far: each has its number */
	uint64_t data_made; /* number of the data set */
	struct model_spec again; /* that of the last student; kind NULL: none yet */
	/* metric slots of mapped pairs: a pair keeps its slot for the session's life */
	int n_slots;
	struct layer_pair slot[TRAIN_MAPS];
	trainer_state_choose_pairs *choose_pairs; /* for `map auto`; NULL: there is none */
	struct stop_rule train_stop;              /* of the teacher in training */
	uint64_t taught;     /* changed whenever what teachers give for an input may have changed */
	int64_t pace;        /* steps a second at most; 0: no limit */
	char ended[280];     /* for the answer DONE: as run_figures.ended */
	bool report_stopped; /* `stop` came while the baseline was trained for a report */
	/* Between steps that are computed again, `done` of `of`: whether to give up, with arg.
	 * NULL: never. */
	bool (*again_cancelled)(void *arg, uint64_t done, uint64_t of);
	void *again_arg;
	struct past_store *past_store; /* owned; NULL: no state has been written to a file yet */
	uint64_t n_kept;               /* states kept so far, of all runs */
	struct err kept_notice; /* message about kept states since the last boundary; "": none */
	struct err not_finite;  /* error of an evaluation since the last boundary; "": none */
	struct run_figures figures[TRAIN_TEACHERS];
	bool diverged;                   /* paused because a step could not be applied */
	uint64_t passes;                 /* steps of the work at hand, of all runs together, ever */
	uint64_t pause_at;               /* pause after so many passes; UINT64_MAX: never */
	struct sweep *sweep;             /* at work; borrowed from its request; NULL: none */
	uint32_t n_sweeps;               /* so far */
	const struct sweep_share *share; /* borrowed: processes that share sweeps; NULL: one */
	int n_swept;                     /* points of the last sweep that was finished, and */
	double *swept;                   /* [n_swept] owned: their metric on the ranking rows */
	unsigned swept_by;               /* that metric */
	int n_notices;                   /* since the last boundary */
	struct trainer_state_notice notice[LAB_RUNS];
	/* samples since the last boundary */
	size_t n_samples;
	struct trainer_state_sample sample[TRAINER_STATE_SAMPLES];
};

/* Store a sample, also as the last value of its metric. */
void trainer_state_sample(struct trainer_state *w, int branch, unsigned metric, uint64_t step,
			  double value);

/* Figures of a network, of the run in hand or a teacher. */
struct run_figures *trainer_state_figures(struct trainer_state *w, int id);

/* Network by its BRANCH_* id; NULL: there is none. */
struct branch *trainer_state_branch(struct trainer_state *w, int id);

#endif
