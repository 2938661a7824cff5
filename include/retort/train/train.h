/* What runs are trained with: data, order of rows, teachers and their outputs, buffers of a batch.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_TRAIN_H
#define RETORT_TRAIN_TRAIN_H

#include "retort/base/pool.h"
#include "retort/data/augment/augment.h"
#include "retort/data/sampler.h"
#include "retort/data/scale.h"
#include "retort/data/split.h"
#include "retort/kd/logit_file.h"
#include "retort/kd/teacher.h"
#include "retort/train/branch.h"
#include "retort/train/settings.h"

/* Buffers for the k largest logits of one teacher; k 0: it gives all of them. */
struct train_top {
	size_t k;
	int32_t *id;        /* [capacity positions, k] */
	real *logit, *tail; /* [capacity positions, k] and [capacity positions] */
};

/* One teacher: the network that was trained or loaded and its outputs, or a file of outputs. */
struct train_teacher {
	struct branch *branch;   /* NULL: a file */
	struct logit_file *file; /* NULL: a network */
	struct teacher outputs;  /* forward passes and their cache */
	struct sampler order;    /* of the labelled training rows, for its own training */
	uint64_t made;           /* number of the network: differs when another takes its place */
};

/* Orders of rows of a run; n 0: not made yet. */
struct train_orders {
	struct sampler main;     /* of the student */
	struct sampler labelled; /* of the student while it draws labelled rows only */
	struct sampler baseline;
};

/*
 * Belongs to the trainer's thread and is shared by all runs. Nothing here depends on the steps of a
 * run: buffers are overwritten by every batch, orders of rows are functions of (seed, step).
 */
struct train {
	struct pool *pool;
	uint64_t seed;
	/* data */
	struct dataset *ds; /* NULL: none yet */
	struct split split;
	int64_t labels; /* number of labels students see; -1: all */
	struct scale scale;
	struct label_index label_index; /* labels that students see, by class */
	struct hash inputs;             /* of the data as networks see them: rows and scaling */
	uint32_t *labelled;             /* [n_labelled] training rows with a label, for teachers */
	size_t n_labelled;
	struct round_trip *round_trip; /* back-translated texts of rows; NULL: none */
	struct wordnet *wordnet;       /* NULL: none was read */
	struct remedy_result remedies; /* all that were computed on this data, by number */
	struct train_orders *orders;   /* borrowed: of the run in hand */
	bool shares_outputs;           /* of teachers, with other processes on this machine */
	int n_beside; /* runs in training, for the outputs that they need of the teachers */
	const struct settings *beside[TRAIN_RUNS]; /* borrowed */
	/* teachers, as many as settings.n_teachers */
	struct train_teacher teacher[TRAIN_TEACHERS];
	struct net_info *teacher_info; /* borrowed [TRAIN_TEACHERS]: their descriptions */
	/* buffers of one batch */
	struct batch batch;
	struct augmenter augmenter;
	uint32_t *rows;                       /* [batch rows] */
	real *teacher_logits[TRAIN_TEACHERS]; /* [capacity positions, classes]; NULL: not cached */
	struct train_top teacher_top[TRAIN_TEACHERS];
	/* outputs for the rows of the batch, computed once for all runs that are trained on it */
	unsigned ran, gathered;                      /* 1 << teacher */
	const real *gathered_logits[TRAIN_TEACHERS]; /* [batch rows or positions, classes] */
};

/* Rows in a batch. */
static inline size_t
train_batch(const struct settings *s)
{
	return (size_t)s->knobs.batch;
}

/* Whether a teacher teaches: ready and not muted. */
static inline bool
train_teaches(const struct train *t, const struct settings *s, int teacher)
{
	return t->teacher_info[teacher].ready && !s->teacher_muted[teacher];
}

#endif
