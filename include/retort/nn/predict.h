/* Rows of a data set through a network, forward only, a chunk of rows at a time. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_PREDICT_H
#define RETORT_NN_PREDICT_H

#include <stddef.h>
#include <stdint.h>

#include "retort/data/batch.h"
#include "retort/data/dataset.h"
#include "retort/nn/net.h"

/*
 * Feed the rows of `b` and run the network up to its logits, without dropout and with the running
 * statistics of batch norm. Returns the logits [b->rows, width], borrowed until the next forward
 * pass. b->rows is at most the capacity of the graph. Allocates nothing.
 */
const real *predict_batch(struct net *n, const struct batch *b);

/* The same for every node of the graph: projections and taps after the logits too. */
void predict_nodes(struct net *n, const struct batch *b);

/* The rows of a prediction. */
struct predict_rows {
	const struct dataset *ds;
	const uint32_t *row; /* [of] rows of ds; NULL: 0, 1, 2 ... */
	size_t of;
	size_t n;            /* rows to predict, spread evenly over the `of`: row[i * of / n] */
	struct batch *batch; /* filled for each chunk; borrowed, made by batch_init for ds */
	size_t chunk;        /* rows of a chunk, at most what batch and graph have room for */
	uint32_t *room;      /* [chunk] scratch, borrowed; NULL: allocated where it is needed */
};

/* One chunk, after its forward pass. */
struct predict_chunk {
	size_t at;                 /* position of its first row among the n rows */
	const struct batch *batch; /* batch->rows rows, BATCH_ROW their numbers in the data set */
	const real *logits; /* [batch->rows, width] borrowed until the next forward pass; NULL
			       without a network */
	size_t width;       /* numbers in a row of logits: classes, for every position where the
			       next token is predicted */
};

/* What is done with each chunk, in order. A value other than 0 ends the prediction. */
typedef int predict_visit(void *arg, const struct predict_chunk *c);

/*
 * Predict rows in chunks: the bits of a row may depend on the number of rows that go through
 * together, so the same chunk gives the same bits. Without a network (NULL) only batches are filled
 * and visited, for logits that come from elsewhere. Labels are all visible. Returns 0, or the value
 * of the visit that ended it. Allocates nothing with `room`, else at most `chunk` row numbers.
 */
int predict_rows(struct net *n, const struct predict_rows *p, predict_visit *visit, void *arg);

#endif
