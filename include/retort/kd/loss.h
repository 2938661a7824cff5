/* Losses: value and gradient in one visit. One file and one line each. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_LOSS_H
#define RETORT_KD_LOSS_H

#include <stddef.h>
#include <stdint.h>

#include "retort/base/real.h"

/* What a loss compares the student with. */
enum loss_needs {
	LOSS_LABELS = 1, /* label */
	LOSS_LOGITS = 2, /* the teacher's logits in `target`, or the largest of them in `top` */
	LOSS_LAYER = 4,  /* a teacher's layer in `target`, of the shape of `x` */
	LOSS_MAP = 8,    /* where a teacher's feature map is large in `target`, see places.h: as many places as `x` */
};

/* The k largest logits of every position, and log sum exp of all others: what is kept of a large vocabulary. */
struct loss_top {
	size_t k;
	const int32_t *id; /* [rows,k] */
	const real *logit; /* [rows,k] untempered */
	const real *tail;  /* [rows] at temperature 1 */
};

#define LOSS_SCRATCH 4

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
	size_t rows, width;        /* width: numbers of x in a row */
	size_t channels;           /* LOSS_MAP: of x in a place of a row */
	size_t t_width;            /* numbers of the target in a row: with LOSS_MAP width / channels, else width */
	const real *x;             /* [rows,width] student logits, or a layer after its projection */
	const real *target;        /* [rows,t_width] from a teacher, untempered; NULL without, or with `top` */
	struct loss_top top;       /* k 0: `target` is whole */
	const int32_t *label;      /* [rows] class, -1 none */
	const real *weight;        /* [rows] of the row in the mean: over a batch they sum to 1; 0: not looked at */
	double temperature;
	double scale;              /* factor on the gradient: the weight of the term */
	real *dx;                  /* [rows,width] gradient is added here; NULL: value only */
	real *pull;                /* [rows,places] LOSS_MAP, instead of dx: what x in a place times it is the gradient, is added here */
	struct loss_memo *memo;    /* may be NULL */
	real *scratch;             /* [LOSS_SCRATCH * rows * width] of the calling thread */
};

struct loss {
	const char *name;
	const char *doc;       /* one sentence */
	const char *formula;
	const char *reference; /* author, year, where in the text */
	unsigned needs;
	/* The sum of weight times value over the rows, unscaled. Rows do not know of each other. Allocates nothing. */
	double (*run)(const struct loss_args *a);
};

extern const struct loss *const loss_table[];
extern const size_t loss_count;
#define LOSS(id) extern const struct loss loss_##id;
#include "retort/kd/losses.def"

/*
 * log softmax(z / temperature) of n numbers into out; stable for any finite z.
 * out may be z.
 */
void loss_log_softmax(const real *z, size_t n, double temperature, real *out);

/*
 * The same for rows of n numbers at once, and the probabilities themselves into p: exponentials are taken
 * of all rows in one run, which is what makes ten classes as cheap a number as thousands. Neither may be z.
 */
void loss_softmax_rows(const real *z, size_t rows, size_t n, double temperature, real *log_p, real *p);

/* That of the student's rows: from the memo, or computed into it, or where there is none into the first half of the scratch. */
void loss_student(const struct loss_args *a, double temperature, const real **log_q, const real **q);

#endif
