/* A branch: one network in training; all that its training mutates is one block of memory. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_BRANCH_H
#define RETORT_TRAIN_BRANCH_H

#include <stdint.h>

#include "retort/base/err.h"
#include "retort/conf/knob.h"
#include "retort/data/batch.h"
#include "retort/data/row_filters.h"
#include "retort/nn/net.h"
#include "retort/kd/label_index.h"
#include "retort/kd/loss.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/train/layer_pair.h"
#include "retort/train/metric.h"
#include "retort/train/mix.h"

/*
 * The state of a branch. Parameters, first and second moments follow the struct, layout.len numbers
 * each, addressed by offset and never by a pointer inside: fork, rewind, checkpoint and recovery
 * are one operation, a copy of `size` bytes.
 */
struct branch_state {
	size_t size;                    /* bytes of the struct and the arrays after it */
	uint64_t step;                  /* optimizer steps done */
	uint64_t updates[PARAM_GROUPS]; /* by parameter group: a projection added later starts at 0
					 */
	uint64_t seed;
};

/* Which weights a term averages with: of labels, rows or tokens. */
enum branch_mean { BRANCH_LABELS, BRANCH_ROWS, BRANCH_TOKENS, BRANCH_MEANS };

#define BRANCH_TERMS ((int)LOSS_OUTPUTS + TRAIN_MAPS)

/* One term of the loss: its node, shapes, and the metrics it is sampled as. */
struct branch_term {
	const struct loss *loss;
	int map;         /* index of the pair in settings.map; -1: on the logits */
	int node;        /* node whose output it compares and whose gradient it adds to */
	int before;      /* LOSS_BEFORE: node of the layer before; else -1 */
	size_t width;    /* numbers in one row of the loss, which is a position */
	size_t t_width;  /* the teacher's numbers in a position */
	size_t t_before; /* LOSS_BEFORE: numbers in a row of the teacher's layer before */
	size_t heads;    /* heads in a position of attention, query, key, value; else 1 */
	bool pads;       /* positions are tokens and may be padding */
	enum branch_mean mean;
	struct loss_shape shape;
	int own[LOSS_OWN];               /* indices of the loss's own parameters; -1: none */
	unsigned train, weighted, share; /* metric ids */
	unsigned state_metric;           /* id of the loss's own metric, or METRIC_NONE */
};

/* What the terms of the student are built from. All borrowed. */
struct branch_plan {
	const struct knobs
		*knobs; /* losses on outputs with weight 0 get no term, except ce and kd */
	const struct layer_pair *map; /* [n_maps] */
	int n_maps;
	const struct net_info *teacher;
	size_t data_rows;
};

/* Rows of the data that a network has been trained on. */
#define BRANCH_SHOWN 1u    /* training rows whose label students see */
#define BRANCH_LABELLED 2u /* labelled training rows */
#define BRANCH_TRAIN 4u    /* all training rows */

/* All rows that a network has been trained on, see lab/leakage.h. */
struct branch_rows {
	struct row_filters *loaded; /* shared: those of its file; NULL: none */
	unsigned here;              /* BRANCH_SHOWN ...: once its step is above 0 */
	unsigned taught;            /* 1 << k: teacher k has trained it, or gave it layers */
	size_t held, target;        /* held-out and target rows that it, or a teacher of it, was
				       trained on before it was loaded */
};

/* Weights at the best evaluation so far, see best.h. */
struct branch_best {
	real *value; /* owned: parameters of the network, without projections; NULL: no room */
	bool known;  /* an evaluation has been kept */
	unsigned metric;
	double score;
	uint64_t step;
};

struct branch {
	int id; /* BRANCH_STUDENT, BRANCH_BASELINE or BRANCH_TEACHER(k) */
	struct net *net;
	struct branch_state *state;
	real *grad;      /* [layout.len] scratch of one step */
	double *partial; /* sums of chunks */
	double *square;  /* [layout.n] sums of squares of gradients, see struct graph */
	real *scratch;   /* [threads, n_scratch] for losses */
	size_t n_scratch;
	real *weight[BRANCH_MEANS]; /* [capacity * positions] of the rows, labels and tokens of the
				       feed; each sums to 1 */
	int32_t *label; /* [capacity * positions] of the feed, -1 where the student does not see it
			 */
	int32_t *other; /* [capacity] classes that rows of the feed were mixed with, and */
	real *share;    /* [capacity] the share of their label; both of use only while is_mixed */
	bool is_mixed;
	struct pool *pool;
	uint64_t frozen; /* 1 << layer: its parameters are not updated, see freeze.h */
	bool *stands;    /* [layout.n] parameters of frozen layers */
	int n_terms;
	struct branch_term term[BRANCH_TERMS];
	struct ckpt *saved; /* of a branch loaded from a checkpoint: projections and moments of its
			       pairs, see trainer_checkpoint.h; else NULL */
	struct branch_rows rows;
	struct branch_best best;
	struct mix mix; /* of the student: mixing of several teachers */
	real *gathered; /* a teacher's rows made contiguous, for losses over a whole batch */
};

/* A new branch with starting values from (seed, name). `capacity` rows. NULL with an error. */
struct branch *branch_new(int id, const char *name, const struct model_spec *spec,
			  const struct model_io *io, size_t capacity, uint64_t seed,
			  struct pool *pool, struct err *e);
void branch_free(struct branch *b);

/*
 * Replace the branch by one with other terms or another capacity: a new graph and block. Parameters
 * and moments that both have are copied, new projections are initialised from (seed, their name).
 * plan NULL: labels alone. On failure *b is unchanged and -1 is returned.
 */
int branch_rebuild(struct branch **b, size_t capacity, const struct branch_plan *plan,
		   struct err *e);

/*
 * A branch of the same network with other terms or another capacity, whose numbers (parameters,
 * moments, step, best weights) the caller copies: those that `old` has too are undefined. NULL and
 * an error without memory.
 */
struct branch *branch_blank(const struct branch *old, size_t capacity,
			    const struct branch_plan *plan, struct err *e);

/*
 * The new branch of branch_rebuild, without freeing the old one: for changes that can still fail
 * after it. NULL and an error without memory.
 */
struct branch *branch_rebuilt(const struct branch *old, size_t capacity,
			      const struct branch_plan *plan, struct err *e);

/* Copy what is known of the rows that a network was trained on. */
void branch_copy_rows(struct branch *to, const struct branch *from);

/* Whether both have the same layout of parameters, terms, capacity and room for the best weights,
 * or are both NULL. */
bool branch_fits(const struct branch *to, const struct branch *from);

/* Copy the state of a branch that fits: one block of bytes, its rows and its best weights. */
void branch_assign(struct branch *to, const struct branch *from);

/*
 * A new branch with the same terms and state. `plan`: what the terms of `from` were made from. NULL
 * and an error without memory.
 */
struct branch *branch_copy(const struct branch *from, const struct branch_plan *plan,
			   struct err *e);

real *branch_value(const struct branch *b);
real *branch_moment1(const struct branch *b);
real *branch_moment2(const struct branch *b);

/* Input of a step: one batch and the outputs of the teachers for it. All borrowed. */
struct branch_feed {
	struct batch *batch;
	int n_teachers;              /* teachers that teach */
	int t_index[TRAIN_TEACHERS]; /* index of the teacher in settings */
	const real
		*t_logits[TRAIN_TEACHERS]; /* [batch rows or positions, classes]; NULL with t_top */
	struct loss_top t_top[TRAIN_TEACHERS]; /* k 0: t_logits has all logits */
	double t_weight[TRAIN_TEACHERS];       /* as given */
	const struct label_index
		*label_index; /* labels of the data set that the student sees; NULL: none */
	const real *t_layer[TRAIN_MAPS];  /* [B, width] by map; NULL: teacher not active */
	const real *t_before[TRAIN_MAPS]; /* of the teacher's layer before, with LOSS_BEFORE */
	const int32_t *t_before_row[TRAIN_MAPS];
	const int32_t *t_row[TRAIN_MAPS]; /* [B] row of t_layer for each row of the batch; NULL: the
					     same */
};

/* Figures of a step. */
struct branch_result {
	double raw[BRANCH_TERMS]; /* by term */
	double weighted[BRANCH_TERMS];
	double state_metric[BRANCH_TERMS]; /* of terms whose loss has a metric of its own: its value
					    */
	double loss;                       /* sum of weighted */
	double kl;                         /* to the teachers at temperature 1; NaN without */
	double share[TRAIN_TEACHERS];      /* of the feed's teachers, see mix.h; 0 without */
	double accuracy;                   /* over labelled rows; NaN without */
	double lr, grad_norm;
	bool applied; /* false: diverged, nothing changed */
};

#endif
