/* The workshop behind the lab: what the trainer's thread owns, in full. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_TRAINER_STATE_H
#define RETORT_LAB_TRAINER_STATE_H

#include "retort/base/pool.h"
#include "retort/data/augment/augment.h"
#include "retort/data/sampler.h"
#include "retort/data/scale.h"
#include "retort/data/split.h"
#include "retort/kd/logit_file.h"
#include "retort/kd/teacher.h"
#include "retort/train/branch.h"
#include "retort/lab/lab.h"
#include "retort/train/remedy_result.h"

/* One sample on its way to the ring. */
struct trainer_state_sample {
	uint16_t branch, metric;
	uint32_t step;
	double value;
};

#define TRAINER_STATE_SAMPLES (8 * METRIC_COUNT) /* a step and its evaluations */

/*
 * A stretch of the student's training: from step `step` on these settings were in force, in work
 * that goes over from <= step < until. The baseline is trained along them.
 */
struct history_entry {
	uint64_t step, from, until;
	struct settings settings; /* as they were at `step`; ramps give later values */
};

/* A change that can be taken back. */
struct trainer_state_change {
	struct settings before, after;
};

/* Room for the largest logits of one teacher; k 0: it keeps them all. */
struct trainer_state_top {
	size_t k;
	int32_t *id;        /* [capacity positions, k] */
	real *logit, *tail; /* [capacity positions, k] and [capacity positions] */
};

/* One teacher: the branch that trained or loaded it, and what it says about rows; or a file of its
 * answers alone. */
struct trainer_state_teacher {
	struct branch *branch;   /* NULL: a file */
	struct logit_file *file; /* NULL: a network */
	struct teacher says;
	struct sampler order; /* of the labelled training rows */
	uint64_t made;        /* which network it is */
};

struct trainer_state;

/*
 * Choose for each of the `few` blocks of the student a block of m->teacher, ascending, such that
 * every pair can be mapped as m says: block[few] from 1, value[few] how similar they are. -1 and an
 * error: there is no such choice.
 */
typedef int trainer_state_choose_pairs(struct trainer_state *w, const struct layer_pair *m, int few,
				       int *block, double *value, struct err *e);

struct trainer_state {
	struct lab_info info; /* kept true at every boundary: answers copy it */
	struct pool *pool;
	uint64_t n_made; /* data and teachers made so far: each is known by its number */
	/* data */
	uint64_t data_made;
	struct dataset *ds;
	struct split split;
	int64_t labels; /* shown to students; -1: all */
	struct scale scale;
	struct label_index known; /* labels that the student sees, by class */
	struct hash inputs;       /* of the data as networks see them */
	uint32_t *labelled;       /* [n_labelled] training rows with a label, for teachers */
	size_t n_labelled;
	struct batch batch;
	struct augmenter augmenter;
	struct round_trip *retold; /* translations of the texts of rows; NULL: there are none */
	struct wordnet *wordnet;   /* NULL until one was read */
	uint32_t *rows;            /* [batch rows] */
	/* networks */
	struct trainer_state_teacher teacher[TRAIN_TEACHERS];
	struct branch *student, *plain;
	char again[NET_SPEC]; /* what the last student was made of; "" none yet */
	struct sampler order, plain_order;
	struct sampler few; /* of the labelled rows that the main line draws where it draws no
			       others; n 0: there are none */
	struct remedy_result remedies; /* made of this data */
	/* what the student is fed with */
	real *t_logits[TRAIN_TEACHERS]; /* [capacity positions, classes] NULL where it is asked at
					 every step */
	struct trainer_state_top t_top[TRAIN_TEACHERS];
	/* slots of mapped pairs, given for the session's life */
	int n_slots;
	struct layer_pair slot[TRAIN_MAPS];
	/* history */
	size_t n_history, cap_history;
	struct history_entry *history;
	size_t n_undo, cap_undo, n_redo, cap_redo;
	struct trainer_state_change *undo, *redo;
	/* the work at hand */
	trainer_state_choose_pairs *choose_pairs; /* for `map auto`; NULL: there is none */
	int64_t pace;                             /* steps a second at most; 0: no limit */
	struct settings before,
		after;       /* of a stage that is more than a run: what it changed, at its start */
	char ended[240];     /* what the end of the stage put back, for the answer DONE */
	bool report_stopped; /* `stop` was said while the plain student caught up */
	bool diverged;       /* paused because a step could not be applied */
	uint64_t pause_at;   /* pause when this step is reached; UINT64_MAX never */
	uint64_t evaluated[BRANCH_IDS];        /* step of the last evaluation; UINT64_MAX none */
	double last[BRANCH_IDS][METRIC_COUNT]; /* last value of each metric, for `expect` */
	/* samples made since the last boundary */
	size_t n_samples;
	struct trainer_state_sample sample[TRAINER_STATE_SAMPLES];
};

/* Note a sample and remember it as the metric's last value. */
void trainer_state_sample(struct trainer_state *w, int branch, unsigned metric, uint64_t step,
			  double value);

/* Rows a batch has now. */
size_t trainer_state_batch(const struct trainer_state *w);

/* Counts as a teacher of the student: ready and not muted. */
bool trainer_state_teaches(const struct trainer_state *w, int teacher);

/* Branch by id; NULL where there is none. */
struct branch *trainer_state_branch(struct trainer_state *w, int id);

#endif
