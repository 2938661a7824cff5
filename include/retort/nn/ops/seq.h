/* Sequences: inputs of token ids, rotary angles, and gradients of tables read by row. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_OPS_SEQ_H
#define RETORT_NN_OPS_SEQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"
#include "retort/base/pool.h"
#include "retort/nn/graph.h"
#include "retort/nn/ops/rope.h"

/* Check that input `which` of n is one of token ids, `length` in a row (0: any). 0, or -1 and an
 * error. */
int seq_check_ids(const struct graph *g, const struct node *n, int which, size_t length,
		  struct err *e);

/* Check that input `which` of n is [rows, length, width]. 0, or -1 and an error. */
int seq_check(const struct graph *g, const struct node *n, int which, struct err *e);

/* The ids of input `which`, [rows, length]; NULL where the node has no such input, and no padding.
 */
const int32_t *seq_ids(const struct graph *g, const struct node *n, int which);

/*
 * Compute the angles of position t: pair i turns by rope_frequency(r, i) a position, i < (r->width
 * + 1) / 2 (Vaswani et al. 2017). angles: SEQ_ANGLES(width) numbers of scratch, kept between calls;
 * cosines first, then sines, in double. Call for positions in order, `fresh` for the first: angles
 * are exact there and now and then, sums in between.
 */
#define SEQ_ANGLES(width) (4 * ((width) + 1) / 2 * sizeof(double) / sizeof(real))
void seq_angles(double *angles, const struct rope *r, size_t t, bool fresh);

/* Numbers of node->work for a table of which a step reads at most `most` rows. */
size_t seq_table_work(size_t most);

/* The part of that work for a list of `most` rows, to be filled for seq_table_add. */
int32_t *seq_list(real *work, size_t most);

/*
 * The gradient of a table: dw[row[i]] += factor * dy[i / share], for i = 0..n-1 in order, without
 * rows below 0. Before that dw is set to 0, unless `adds` (another operator has just written all
 * of it): of the table only the rows that the step before has written, since a step uses few of
 * many rows; all of it where dw is not the address of the step before. Divided along `width`, so
 * that every number is summed by one thread in the order of the entries.
 */
struct seq_table {
	real *dw; /* [rows, width] */
	size_t rows, width;
	real *work; /* seq_table_work(most) numbers, set to 0 once */
	size_t most;
	const int32_t *row; /* [n], n <= most */
	size_t n, share;
	const real *dy; /* [n / share, width] */
	real factor;
	bool adds;
};

/* Compute it, on the pool. */
void seq_table_add(struct pool *pool, const struct seq_table *t);

#endif
