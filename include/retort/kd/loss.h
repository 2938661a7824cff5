/* A loss: interface, arguments of a call, and functions that several losses use. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_LOSS_H
#define RETORT_KD_LOSS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/real.h"
#include "retort/conf/knob.h"
#include "retort/nn/model.h"
#include "retort/nn/param.h"
#include "retort/kd/label_index.h"

/* What a loss needs as arguments, and how it is called. */
enum loss_needs {
	LOSS_LABELS = 1, /* label; rows without one are skipped */
	LOSS_LOGITS = 2, /* teacher logits in `target` */
	LOSS_LAYER = 4,  /* teacher layer in `target` */
	LOSS_MAP = 8,    /* attention map of a teacher layer in `target` (spatial.h), with as many
			    positions as `x` */
	LOSS_TOP = 16,   /* with LOSS_LOGITS: accepts the largest logits in `top` instead of all */
	LOSS_CLASSES = 32, /* with LOSS_LOGITS: label too; rows without one are computed as by kd */
	LOSS_BATCH = 64,   /* compares rows with each other: one call with all rows of a batch, at
			      least two */
	LOSS_WIDTHS = 128, /* with LOSS_LAYER: widths may differ, without a projection */
	LOSS_SAME = 256, /* with LOSS_LAYER: widths must be equal, since a projection would make the
			    comparison meaningless */
	LOSS_IMAGE = 512, /* with LOSS_LAYER: feature maps with more than one position; x is a whole
			     row */
	LOSS_BEFORE = 1024, /* with LOSS_LAYER: outputs of the layers before the two in `before` and
			       `t_before` */
	LOSS_PROJECT = 2048, /* with LOSS_LAYER: a learned projection even where widths are equal */
	LOSS_ROW = 4096, /* with LOSS_LAYER: x is a whole row; its positions are compared with each
			    other, rows are not */
};

/* The k largest logits of every position and the log sum exp of all others, as cached for a large
 * vocabulary. */
struct loss_top {
	size_t k;
	const int32_t *id; /* [rows,k] */
	const real *logit; /* [rows,k] untempered */
	const real *tail;  /* [rows] at temperature 1 */
};

#define LOSS_SCRATCH 5
#define LOSS_OWN 4

/* Sizes for which a loss's own parameters and scratch are allocated. */
struct loss_shape {
	size_t rows;       /* of a batch, maximum */
	size_t width;      /* numbers of x in a row */
	size_t t_width;    /* numbers of the target in a row */
	size_t positions;  /* of x: tokens or positions of a feature map; else 1. The same for the
			      target, except with LOSS_WIDTHS */
	size_t channels;   /* numbers of x in a position */
	size_t t_channels; /* of the target */
	bool tokens;       /* positions are tokens */
	size_t before, t_before; /* LOSS_BEFORE: numbers in a row of the layers before */
	size_t before_positions, t_before_positions;
	size_t classes;
	size_t data_rows; /* of the data set */
	size_t heads,
		t_heads; /* attention heads of student and teacher; only for `fits` and `agrees` */
};

/*
 * An array of parameters or state of a loss, besides those of the student: stored with the branch's
 * parameters, found by name. The loss computes the gradient of parameters; it updates state itself,
 * in a training call with a gradient, and the optimizer skips it.
 */
struct loss_own {
	const char *name;
	int (*shape)(const struct loss_shape *s, size_t dim[2]); /* returns the rank, 1 or 2 */
	enum param_init init;
	bool is_state;
	bool by_row; /* state with a row for each row of the data; a step changes only the rows of
			its batch */
	double lr_factor, sign; /* sign -1: the optimizer maximizes the loss over them */
};

/*
 * The student's softmax of the rows of a call, by temperature, shared by several losses. The caller
 * sets `used` to 0 for new rows and owns the arrays.
 */
#define LOSS_TEMPERATURES 2
struct loss_memo {
	int used;
	double temperature[LOSS_TEMPERATURES];
	real *log_q[LOSS_TEMPERATURES], *q[LOSS_TEMPERATURES]; /* [rows * width] each */
};

/* Arguments of a call: some rows (positions of a batch). All pointers are borrowed. */
struct loss_args {
	size_t rows, width; /* width: numbers of x in a row */
	size_t channels;    /* numbers of x in a position */
	size_t t_width;     /* numbers of the target in a row: width / channels with LOSS_MAP; may
			       differ from width with LOSS_WIDTHS and loss.project; else width */
	size_t positions;   /* in a row, of width / positions numbers each, with LOSS_BATCH,
			       LOSS_IMAGE or LOSS_ROW; else 1 */
	size_t heads;       /* heads in a row of attention, scores, query, key and value; else 1 */
	bool causal;        /* LOSS_ROW: causal attention */
	const real *seen;   /* [rows,positions] 0: padding, skipped; NULL: no padding */
	const real *x;      /* [rows,width] student logits, or a layer after its projection */
	const real *
		target; /* [rows,t_width] from a teacher, untempered; NULL without, or with `top` */
	struct loss_top top;           /* k 0: all logits are in `target` */
	const real *before, *t_before; /* LOSS_BEFORE: [rows,before_width] and
					  [rows,t_before_width], of as many positions */
	size_t before_width, t_before_width;
	const int32_t *label; /* [rows] class, -1: none; NULL: no labels */
	const int32_t *other; /* [rows] class that a row was mixed with, where share is below 1;
				 NULL: no mixture */
	const real *share;    /* [rows] share of `label`, with `other` */
	const int32_t *row;   /* [rows] row of the data set; only with LOSS_BATCH */
	const struct label_index *label_index; /* LOSS_LABELS with LOSS_LAYER: visible labels of the
						  data set; NULL: none */
	const real *weight; /* [rows] weights of the mean, which sum to 1 over a batch; rows of
			       weight 0 are skipped */
	double temperature;
	const struct knobs *knobs; /* options of losses, such as dkd_beta */
	double scale;              /* factor on the gradient: the weight of the term */
	real *dx;                  /* [rows,width] the gradient is added; NULL: value only */
	real *grad_factor; /* [rows,positions] LOSS_MAP, instead of dx: the factor is added that,
			      times x at a position, gives its gradient */
	real *d_before; /* [rows,before_width] LOSS_BEFORE: the gradient is added; NULL if dx is */
	real *own[LOSS_OWN];      /* the loss's own arrays, in the order of its table */
	real *own_grad[LOSS_OWN]; /* their gradients, times scale, are added; NULL if dx is, and for
				     state */
	struct loss_shape shape;  /* for which own was allocated */
	uint64_t seed, step;      /* of the branch, for random draws */
	bool training;            /* a training step: the loss updates its state */
	struct loss_memo *memo;   /* may be NULL */
	real *scratch; /* [LOSS_SCRATCH * rows * width], or as many as loss.scratch returns; of the
			  calling thread */
};

/* Whether position p of row i is not padding. */
static inline bool
loss_sees(const struct loss_args *a, size_t i, size_t p)
{
	return !a->seen || a->seen[i * a->positions + p] > 0;
}

struct loss {
	const char *name;
	const char *title; /* losses on outputs: a short title, up to 32 columns */
	const char *doc;   /* one sentence */
	const char *formula;
	const char *reference; /* author, year, title, equation or section */
	unsigned needs;
	unsigned on;        /* LOSS_LAYER: bits 1 << tap of the taps it can compare; 0: all */
	size_t weight;      /* losses on outputs: offset of their weight in struct knobs */
	size_t temperature; /* offset of their temperature; 0: the knob temperature */
	size_t project;     /* LOSS_PROJECT: numbers in a position after the projection; 0: as the
			       teacher's */
	const struct loss_own *own; /* LOSS_BATCH: up to LOSS_OWN arrays, ended by one without a
				       name; NULL: none */
	size_t (*scratch)(
		const struct loss_shape *s); /* numbers of scratch: for a call with LOSS_BATCH, else
						for a row. NULL: LOSS_SCRATCH * rows * width */
	/* Check that layers of this shape can be compared: 0, or -1 and an error. NULL: `needs` is
	 * the only condition. */
	int (*fits)(const struct loss_shape *s, struct err *e);
	/* Check knobs against the shape of a mapped pair, before a knob or the map changes: 0, or
	 * -1 and an error. May be NULL. */
	int (*agrees)(const struct loss_shape *s, const struct knobs *k, struct err *e);
	const char
		*state_metric; /* name of a metric of its own, measured at every step; NULL: none */
	double (*learned)(const struct knobs *k,
			  real *const own[LOSS_OWN]); /* value of that metric */
	/* Return the sum of weight times value over the rows, without `scale`; add the gradient.
	 * Rows are independent, except with LOSS_BATCH. Allocates nothing. */
	double (*run)(const struct loss_args *a);
};

/* A class of a row's label, and its share, 0..1. */
struct loss_class {
	size_t class;
	double share;
};

/* Get the classes of the label of row i, which has one: two for a mixture. Returns their number. */
int loss_classes(const struct loss_args *a, size_t i, struct loss_class out[2]);

/* Whether a loss compares layers; else it compares outputs. */
bool loss_on_layers(const struct loss *l);

/* Weight of a loss on outputs; its temperature: its own knob or, where that is 0, the knob
 * temperature. */
double loss_weight(const struct loss *l, const struct knobs *k);
double loss_temperature(const struct loss *l, const struct knobs *k);

/*
 * Compute log softmax(z / temperature) of n numbers into out; stable for any finite z. out may be
 * z.
 */
void loss_log_softmax(const real *z, size_t n, double temperature, real *out);

/* Log sum exp of n numbers, in double for any `real`: callers subtract two of them. */
double loss_log_sum_exp(const real *z, size_t n);

/*
 * The same for rows of n numbers, with the probabilities in p. Exponentials of all rows are taken
 * in one call, so that few classes cost no more per number than many. log_p and p may not be z.
 */
void loss_softmax_rows(const real *z, size_t rows, size_t n, double temperature, real *log_p,
		       real *p);

/* The same for the student's rows: from the memo, or computed into it; without a memo into the
 * first half of the scratch. */
void loss_student(const struct loss_args *a, double temperature, const real **log_q,
		  const real **q);

#endif
