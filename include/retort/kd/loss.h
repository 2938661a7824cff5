/* Losses: value and gradient in one visit. One file and one line each. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_LOSS_H
#define RETORT_KD_LOSS_H

#include <stddef.h>
#include <stdint.h>

#include "retort/base/real.h"

/* What a loss compares the student with. */
enum loss_needs {
	LOSS_LABELS = 1, /* label, label_weight */
	LOSS_LOGITS = 2, /* the teacher's logits in `target` */
	LOSS_LAYER = 4,  /* a teacher's layer in `target`, as wide as `x` */
};

/* One call: B rows of C numbers. Everything is borrowed. */
struct loss_args {
	size_t rows, width;
	const real *x;             /* [B,C] student logits, or a layer after its projection */
	const real *target;        /* [B,C] from a teacher, untempered; NULL without */
	const int32_t *label;      /* [B] class, -1 none */
	const float *label_weight; /* [B] 0 where the label is not to be learned from */
	const float *row_weight;   /* [B] weight of the row in soft terms */
	double temperature;
	double scale;              /* factor on the gradient: the weight of the term */
	real *dx;                  /* [B,C] gradient is added here; NULL: value only */
	real *scratch;             /* [3 * C] */
};

struct loss {
	const char *name;
	const char *doc;       /* one sentence */
	const char *formula;
	const char *reference; /* author, year, where in the text */
	unsigned needs;
	/* The raw value, unscaled. Allocates nothing. */
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

#endif
