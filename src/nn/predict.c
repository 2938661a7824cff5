/* predict.c: forward passes over rows, a chunk at a time. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/predict.h"

#include <assert.h>

#include "retort/base/mem.h"

static void
forward_to(struct net *n, const struct batch *b, int last)
{
	n->graph->training = n->graph->saves = false;
	net_feed(n, b);
	graph_forward(n->graph, last);
}

const real *
predict_batch(struct net *n, const struct batch *b)
{
	forward_to(n, b, net_logits(n));
	return n->graph->node[net_logits(n)].out.data;
}

void
predict_nodes(struct net *n, const struct batch *b)
{
	forward_to(n, b, n->graph->n_nodes - 1);
}

/* The numbers of rows at..at + n of the prediction: where they lie side by side, in place; else in
 * `room`. */
static const uint32_t *
chunk_rows(const struct predict_rows *p, size_t at, size_t n, uint32_t *room)
{
	if (!room)
		return p->row + at;
	for (size_t i = 0; i < n; i++) {
		size_t from = (at + i) * p->of / p->n;

		room[i] = p->row ? p->row[from] : (uint32_t)from;
	}
	return room;
}

int
predict_rows(struct net *n, const struct predict_rows *p, predict_visit *visit, void *arg)
{
	bool in_place = p->row && p->n == p->of;
	uint32_t *own = in_place || p->room ? NULL : mem_array(p->chunk, sizeof *own),
		 *room = in_place  ? NULL
			 : p->room ? p->room
				   : own;
	struct predict_chunk c = { .batch = p->batch };
	int status = 0;

	assert(p->chunk > 0 && p->chunk <= p->batch->capacity);
	if (n)
		c.width = tensor_width(&n->graph->node[net_logits(n)].out);
	for (; c.at < p->n && status == 0; c.at += p->chunk) {
		size_t rows = p->n - c.at < p->chunk ? p->n - c.at : p->chunk;

		batch_fill(p->batch, p->ds, chunk_rows(p, c.at, rows, room), rows, NULL);
		c.logits = n ? predict_batch(n, p->batch) : NULL;
		status = visit(arg, &c);
	}
	mem_free(own);
	return status;
}
