/* Sequences: token ids among the inputs of a node, and the gradient of tables that are read row by
 * row. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_OPS_SEQ_H
#define RETORT_NN_OPS_SEQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"
#include "retort/base/pool.h"
#include "retort/nn/graph.h"

/* Input `which` of n must be an input of ids, `length` to a row (0: any number). 0, or -1 and an
 * error. */
int seq_check_ids(const struct graph *g, const struct node *n, int which, size_t length,
		  struct err *e);

/* Input `which` of n must be [rows, length, width]. 0, or -1 and an error. */
int seq_check(const struct graph *g, const struct node *n, int which, struct err *e);

/* The ids of input `which`, [rows, length]; NULL where the node does without: then nothing is
 * padding. */
const int32_t *seq_ids(const struct graph *g, const struct node *n, int which);

/*
 * Angles of position t: pair i turns by base^(-2 i / width) a position, i < (width + 1) / 2
 * (Vaswani et al. 2017). turn: SEQ_TURN(width) numbers of scratch, the cosines first and the sines
 * behind them, in double. Called for positions in their order; `fresh` for the first: an exact
 * angle, then sums of angles with an exact one now and then.
 */
#define SEQ_TURN(width) (4 * ((width) + 1) / 2 * sizeof(double) / sizeof(real))
void seq_turn(double *turn, size_t width, double base, size_t t, bool fresh);

/* Numbers of node->work that a table needs of which a step reads at most `most` rows; entries: see
 * seq_list. */
size_t seq_table_work(size_t most);

/* Room for `most` entries in that work: a list of rows that is to be passed to seq_table_add, from
 * step to step. */
int32_t *seq_list(real *work, size_t most);

/*
 * dw[row[i]] += factor * dy[i / share], for i = 0..n-1 in this order, entries below 0 left out.
 * Before that dw is cleared, unless `keeps`: another operator has just written all of it. Only what
 * the step before touched is cleared, since a table has many rows and a step reads few; all of it
 * when dw stands at another place than before. Cut along `width`, so that every number is summed by
 * one thread in the order of the entries.
 */
struct seq_table {
	real *dw; /* [rows, width] */
	size_t rows, width;
	real *work; /* seq_table_work(most) numbers, zeroed once */
	size_t most;
	const int32_t *row; /* [n], n <= most */
	size_t n, share;
	const real *dy; /* [n / share, width] */
	real factor;
	bool keeps;
};

void seq_table_add(struct pool *pool, const struct seq_table *t);

#endif
