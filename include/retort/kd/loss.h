/* Losses: value and gradient in one visit. One file and one line each. */
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

/* What a loss compares the student with, and how it has to be called. */
enum loss_needs {
	LOSS_LABELS = 1, /* label; a row without one says nothing */
	LOSS_LOGITS = 2, /* the teacher's logits in `target` */
	LOSS_LAYER = 4,  /* a teacher's layer in `target` */
	LOSS_MAP = 8,  /* where a teacher's feature map is large in `target`, see places.h: as many
			  places as `x` */
	LOSS_TOP = 16, /* with LOSS_LOGITS: can do with the largest of them in `top` */
	LOSS_CLASSES = 32, /* with LOSS_LOGITS: label too; a row without one is compared as kd
			      compares it */
	LOSS_BATCH =
		64, /* rows know of each other: one call with all rows of a batch, at least two */
	LOSS_WIDTHS =
		128,     /* with LOSS_LAYER: widths may differ, and nothing is learned in between */
	LOSS_SAME = 256, /* with LOSS_LAYER: widths must be equal: a projection would be no
			    comparison */
	LOSS_IMAGE =
		512, /* with LOSS_LAYER: feature maps, of more than one place; x is a whole row */
	LOSS_BEFORE = 1024,  /* with LOSS_LAYER: what the layers before the two put out as well */
	LOSS_PROJECT = 2048, /* with LOSS_LAYER: a learned map is put between even where widths are
				equal */
	LOSS_ROW = 4096, /* with LOSS_LAYER: x is a whole row, whose tokens or places know of each
			    other; rows do not */
};

/* The k largest logits of every position, and log sum exp of all others: what is kept of a large
 * vocabulary. */
struct loss_top {
	size_t k;
	const int32_t *id; /* [rows,k] */
	const real *logit; /* [rows,k] untempered */
	const real *tail;  /* [rows] at temperature 1 */
};

#define LOSS_SCRATCH 5
#define LOSS_OWN 4

/* Sizes that numbers of a loss's own, and its scratch, are made for. */
struct loss_shape {
	size_t rows;      /* of a batch, at most */
	size_t width;     /* numbers of x in a row */
	size_t t_width;   /* numbers of the target in a row */
	size_t positions; /* of x: tokens, or places of a feature map; 1 for all else. Of the target
			     too, but for LOSS_WIDTHS */
	size_t channels;  /* numbers of x in a position */
	size_t t_channels;       /* of the target */
	bool tokens;             /* positions are tokens */
	size_t before, t_before; /* LOSS_BEFORE: numbers of the layers before in a row */
	size_t before_positions, t_before_positions;
	size_t classes;
	size_t data_rows;      /* of the data set */
	size_t heads, t_heads; /* of student and teacher, side by side in a row; only for `fits` and
				  `agrees` */
};

/*
 * Numbers a loss has besides the student's: a part of the branch's state, found by name. Those that
 * learn get their gradient from the loss; those that are state are moved by it, in a call with a
 * gradient, and the optimizer leaves them alone.
 */
struct loss_own {
	const char *name;
	int (*shape)(const struct loss_shape *s, size_t dim[2]); /* returns the rank, 1 or 2 */
	enum param_init init;
	bool is_state;
	bool by_row; /* state that has a row for each of the data set: a step moves those of its
			batch alone */
	double lr_factor, sign; /* sign -1: the optimizer makes the loss larger by them */
};

/*
 * The student's softmax of the rows at hand, by temperature: several losses of one visit want the
 * same. Whoever calls them sets `used` to 0 for other rows, and lends the room.
 */
#define LOSS_TEMPERATURES 2
struct loss_memo {
	int used;
	double temperature[LOSS_TEMPERATURES];
	real *log_q[LOSS_TEMPERATURES], *q[LOSS_TEMPERATURES]; /* [rows * width] each */
};

/* One call: some rows (positions of a batch) of numbers. Everything is borrowed. */
struct loss_args {
	size_t rows, width; /* width: numbers of x in a row */
	size_t channels;    /* of x in a place of a row */
	size_t t_width;     /* numbers of the target in a row: with LOSS_MAP width / channels; else
			       width, but for LOSS_WIDTHS and loss.project */
	size_t positions; /* with LOSS_BATCH, LOSS_IMAGE or LOSS_ROW: tokens or places in a row, of
			     width / positions numbers each; else 1 */
	size_t heads; /* on attention, scores, query, key and value: heads side by side in a row;
			 else 1 */
	bool causal;  /* LOSS_ROW: no token looks at later ones */
	const real *seen; /* [rows,positions] 0: padding, to be left out; NULL: all count */
	const real *x;    /* [rows,width] student logits, or a layer after its projection */
	const real *
		target; /* [rows,t_width] from a teacher, untempered; NULL without, or with `top` */
	struct loss_top top;           /* k 0: `target` is whole */
	const real *before, *t_before; /* LOSS_BEFORE: [rows,before_width] and
					  [rows,t_before_width], of as many positions */
	size_t before_width, t_before_width;
	const int32_t *label; /* [rows] class, -1 none; NULL where there are none */
	const int32_t *other; /* [rows] class that a row was mixed with, where share is below 1;
				 NULL: none was mixed */
	const real *share;    /* [rows] of its label, with `other` */
	const int32_t *row;   /* [rows] which row of the data set it is; only with LOSS_BATCH */
	const struct label_index *known; /* LOSS_LABELS with LOSS_LAYER: labels of the data set that
					    the student sees; NULL: none */
	const real *weight; /* [rows] of the row in the mean: over a batch they sum to 1; 0: not
			       looked at */
	double temperature;
	const struct knobs *knobs; /* the options of losses: dkd_beta and the like */
	double scale;              /* factor on the gradient: the weight of the term */
	real *dx;                  /* [rows,width] gradient is added here; NULL: value only */
	real *pull;     /* [rows,places] LOSS_MAP, instead of dx: what x in a place times it is the
			   gradient, is added here */
	real *d_before; /* [rows,before_width] LOSS_BEFORE: gradient is added here; NULL with dx */
	real *own[LOSS_OWN];      /* the loss's own numbers, in the order of its table */
	real *own_grad[LOSS_OWN]; /* their gradients, times scale, are added here; NULL with dx, and
				     of state */
	struct loss_shape shape;  /* that own was made for */
	uint64_t seed, step;      /* for draws: of the branch */
	bool training;            /* a step: state of the loss's own moves on */
	struct loss_memo *memo;   /* may be NULL */
	real *scratch; /* [LOSS_SCRATCH * rows * width] of the calling thread; with loss.scratch as
			  many as that says */
};

/* Position p of row i is none of padding. */
static inline bool
loss_sees(const struct loss_args *a, size_t i, size_t p)
{
	return !a->seen || a->seen[i * a->positions + p] > 0;
}

struct loss {
	const char *name;
	const char *title; /* losses on outputs: a few words, up to 32 columns */
	const char *doc;   /* one sentence */
	const char *formula;
	const char *reference; /* author, year, where in the text */
	unsigned needs;
	unsigned on;        /* LOSS_LAYER: bits 1 << tap of what can be compared; 0: all of them */
	size_t weight;      /* losses on outputs: offset of their weight in struct knobs */
	size_t temperature; /* offset of their temperature; 0: the knob temperature */
	size_t project;     /* LOSS_PROJECT: numbers in a position behind the map; 0: as many as the
			       teacher's */
	const struct loss_own
		*own; /* LOSS_BATCH: up to LOSS_OWN, then one without a name; NULL: none */
	size_t (*scratch)(
		const struct loss_shape *s); /* numbers of scratch: of a call with LOSS_BATCH, else
						of a row. NULL: LOSS_SCRATCH * rows * width */
	/* Whether it can compare such layers at all, and why not: 0 or -1. NULL: what `needs` says
	 * is all. */
	int (*fits)(const struct loss_shape *s, struct err *e);
	/* Whether knobs may stand so while it compares such layers: asked of every pair before a
	 * knob or the map changes. May be NULL. */
	int (*agrees)(const struct loss_shape *s, const struct knobs *k, struct err *e);
	const char *told; /* a metric of its own, measured at every step: its name; NULL: none */
	double (*tell)(const struct knobs *k,
		       real *const own[LOSS_OWN]); /* its value, as the loss's own numbers stand */
	/* The sum of weight times value over the rows, unscaled. Rows do not know of each other,
	 * but with LOSS_BATCH. Allocates nothing. */
	double (*run)(const struct loss_args *a);
};

/* One class of a row's label, and its share of it. */
struct loss_class {
	size_t class;
	double share;
};

/* The classes of row i, which has a label: one, or of a mixture two. Returns how many. */
int loss_classes(const struct loss_args *a, size_t i, struct loss_class out[2]);

/* It compares layers; else outputs. */
bool loss_on_layers(const struct loss *l);

/* Of a loss on outputs, as the knobs stand: its weight; its temperature, its own or, where that is
 * 0, the common one. */
double loss_weight(const struct loss *l, const struct knobs *k);
double loss_temperature(const struct loss *l, const struct knobs *k);

/*
 * log softmax(z / temperature) of n numbers into out; stable for any finite z.
 * out may be z.
 */
void loss_log_softmax(const real *z, size_t n, double temperature, real *out);

/* log sum exp of n numbers, in double whatever a real is: for what is a small difference of two of
 * them. */
double loss_log_sum_exp(const real *z, size_t n);

/*
 * The same for rows of n numbers at once, and the probabilities themselves into p: exponentials are
 * taken of all rows in one run, which is what makes ten classes as cheap a number as thousands.
 * Neither may be z.
 */
void loss_softmax_rows(const real *z, size_t rows, size_t n, double temperature, real *log_p,
		       real *p);

/* That of the student's rows: from the memo, or computed into it, or where there is none into the
 * first half of the scratch. */
void loss_student(const struct loss_args *a, double temperature, const real **log_q,
		  const real **q);

#endif
