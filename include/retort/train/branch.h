/* A branch: one network in training, and in one block everything that its training mutates. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_BRANCH_H
#define RETORT_TRAIN_BRANCH_H

#include <stdint.h>

#include "retort/base/err.h"
#include "retort/conf/knob.h"
#include "retort/data/batch.h"
#include "retort/nn/net.h"
#include "retort/kd/label_index.h"
#include "retort/kd/loss.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/train/layer_pair.h"
#include "retort/train/metric.h"
#include "retort/train/mix.h"

/*
 * The numbers of a branch. Value, first and second moments follow the struct, each of
 * layout.len numbers, reached by offset and never by a pointer kept inside: so fork, rewind,
 * checkpoint and recovery are one operation, a copy of `size` bytes.
 */
struct branch_state {
	size_t size;                    /* bytes of all of it */
	uint64_t step;                  /* optimizer steps done */
	uint64_t updates[PARAM_GROUPS]; /* by group: a projection added late starts at 0 */
	uint64_t seed;
};

/* Whose weights in the mean a term uses. */
enum branch_mean { BRANCH_LABELS, BRANCH_ROWS, BRANCH_TOKENS, BRANCH_MEANS };

#define BRANCH_TERMS ((int)LOSS_OUTPUTS + TRAIN_MAPS)

/* One term of the loss: what is compared where, and under which metrics it is told. */
struct branch_term {
	const struct loss *loss;
	int map;         /* index of the lab's map, -1 for terms on the logits */
	int node;        /* whose output and gradient it works on */
	int before;      /* LOSS_BEFORE: that of the layer before; else -1 */
	size_t width;    /* numbers in a position: what the loss calls a row */
	size_t t_width;  /* numbers of the teacher's in a position */
	size_t t_before; /* LOSS_BEFORE: numbers of the teacher's layer before, in a row */
	size_t heads;    /* side by side in a position: of attention, query, key, value; else 1 */
	bool pads;       /* on positions that are tokens, some of which may be padding */
	enum branch_mean mean;
	struct loss_shape shape;
	int own[LOSS_OWN];               /* parameters of its own, by the loss's table; -1 none */
	unsigned train, weighted, share; /* metric ids */
	unsigned told;                   /* that of the loss's own metric, or METRIC_NONE */
};

/* What the terms of the main line are made from. */
struct branch_plan {
	const struct knobs
		*knobs; /* a loss on outputs whose weight is 0 is no term, but for ce and kd */
	const struct layer_pair *map; /* [n_maps] */
	int n_maps;
	const struct net_info *teacher;
	size_t data_rows;
};

struct branch {
	int id; /* BRANCH_STUDENT, BRANCH_BASELINE or BRANCH_TEACHER(k) */
	struct net *net;
	struct branch_state *state;
	real *grad;      /* [layout.len] scratch of one step */
	double *partial; /* sums of pieces */
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
	uint64_t frozen; /* 1 << layer: its parameters stand still, see frozen.h */
	bool *stands;    /* [layout.n] parameters of these layers */
	int n_terms;
	struct branch_term term[BRANCH_TERMS];
	struct ckpt *saved; /* of a branch that was loaded: what its maps had learned, see saved.h;
			       else NULL */
	struct mix mix;     /* of the main line: several teachers */
	real *gathered; /* a teacher's rows side by side, for losses that look at all of a batch at
			   once */
};

/* A new branch with starting values from (seed, name). `capacity` rows. NULL with an error. */
struct branch *branch_new(int id, const char *name, const struct model_spec *spec,
			  const struct model_io *io, size_t capacity, uint64_t seed,
			  struct pool *pool, struct err *e);
void branch_free(struct branch *b);

/*
 * The same branch with other terms or another capacity: a new graph and slab; parameters
 * and moments that both have are carried over, new projections start from (seed, their name).
 * plan NULL: it learns from labels alone. On failure *b is unchanged and -1 is returned.
 */
int branch_rebuild(struct branch **b, size_t capacity, const struct branch_plan *plan,
		   struct err *e);

/*
 * The new branch of branch_rebuild, without freeing the old one: for changes that can still fail
 * after it. NULL and an error without memory.
 */
struct branch *branch_rebuilt(const struct branch *old, size_t capacity,
			      const struct branch_plan *plan, struct err *e);

/* Whether both have the same layout of parameters, terms and capacity, or are both NULL. */
bool branch_fits(const struct branch *to, const struct branch *from);

/* Copy the state of a branch that fits: one block of bytes. */
void branch_assign(struct branch *to, const struct branch *from);

/*
 * A new branch with the same terms and state. `plan`: what the terms of `from` were made from. NULL
 * and an error without memory.
 */
struct branch *branch_copy(const struct branch *from, const struct branch_plan *plan,
			   struct err *e);

/* Whether the terms it has are those of `plan`, as far as losses on outputs go, and teachers are
 * mixed as that says. */
bool branch_has_outputs(const struct branch *b, const struct knobs *k);

real *branch_value(const struct branch *b);
real *branch_moment1(const struct branch *b);
real *branch_moment2(const struct branch *b);

/* What a step is fed with: one batch, and what the teachers said about it. Shared by every branch
 * at that step. */
struct branch_feed {
	struct batch *batch;
	int n_teachers;              /* active ones */
	int t_index[TRAIN_TEACHERS]; /* whose teacher of the lab it is */
	const real *
		t_logits[TRAIN_TEACHERS]; /* [B, classes], or for every position; NULL with t_top */
	struct loss_top t_top[TRAIN_TEACHERS]; /* k 0: t_logits is whole */
	double t_weight[TRAIN_TEACHERS];       /* as typed */
	const struct label_index
		*known; /* labels of the data set that the student sees; NULL: none */
	const real *t_layer[TRAIN_MAPS];  /* [B, width] by map; NULL: teacher not active */
	const real *t_before[TRAIN_MAPS]; /* of the teacher's layer before, where the loss looks at
					     it */
	const int32_t *t_before_row[TRAIN_MAPS];
	const int32_t *t_row[TRAIN_MAPS]; /* [B] which rows of t_layer, if it has others; NULL: its
					   rows are the batch's */
};

/* What a step or a look at the losses found. */
struct branch_result {
	double raw[BRANCH_TERMS]; /* by term */
	double weighted[BRANCH_TERMS];
	double told[BRANCH_TERMS]; /* of terms whose loss has a metric of its own: as the step found
				      it */
	double loss;               /* sum of weighted */
	double kl;                 /* to the teachers at temperature 1; NaN without */
	double share[TRAIN_TEACHERS]; /* of the feed's teachers, see mix.h; 0 without */
	double accuracy;              /* over labelled rows; NaN without */
	double lr, grad_norm;
	bool applied; /* false: diverged, nothing changed */
};

/* The weight a term has now, as typed. */
double branch_weight(const struct branch *b, int term, const struct knobs *k,
		     const struct layer_pair *map);

/*
 * What the terms count with such a feed: their weights as typed or, where the knob normalize is on,
 * over the sum of those that have something to say. weight [n_terms].
 */
void branch_weights(const struct branch *b, const struct branch_feed *f, const struct knobs *k,
		    const struct layer_pair *map, double *weight);

/*
 * Student half of a step: forward, losses, backward, clip, update. A step whose loss or gradient
 * is not finite, or that would move the weights wildly, is not applied: `applied` is false and
 * nothing has changed. Trainer thread. Allocates nothing. Same branch, same feed, same BLAS: same
 * bits.
 */
void branch_step(struct branch *b, const struct branch_feed *f, const struct knobs *k,
		 const struct layer_pair *map, double lr, struct branch_result *out);

/*
 * Share of each term in the gradient on one fixed batch: the norm of that weighted term's gradient
 * over all parameters, over the sum of those norms (0 where all are 0). Dropout is off. Changes
 * nothing.
 */
void branch_shares(struct branch *b, const struct branch_feed *f, const struct knobs *k,
		   const struct layer_pair *map, double *share);

#endif
