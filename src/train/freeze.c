/* freeze.c: parameters of frozen layers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/train/freeze.h"

#include <string.h>

/* The nodes of a layer are those after the layer before; projections come after the logits and
 * belong to no layer. */
static void
freeze_layer(struct branch *b, int layer)
{
	const struct net *n = b->net;
	int from = layer ? net_node(n, layer - 1, MODEL_HIDDEN) + 1 : 0,
	    to = net_node(n, layer, MODEL_HIDDEN);

	for (int i = from; i <= to; i++)
		for (int k = 0; k < n->graph->node[i].n_params; k++)
			b->stands[n->graph->node[i].param[k]] = true;
}

void
freeze_set(struct branch *b, uint64_t layers)
{
	if (layers == b->frozen)
		return;
	b->frozen = layers;
	memset(b->stands, 0, b->net->layout.n * sizeof *b->stands);
	for (int i = 0; i < b->net->n_layers; i++)
		if (layers >> i & 1)
			freeze_layer(b, i);
}

void
freeze_squares(struct branch *b)
{
	for (size_t i = 0; b->frozen && i < b->net->layout.n; i++)
		if (b->stands[i])
			b->square[i] = 0;
}
