/* A network: a model built into a graph, with a node for each of its layers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_NET_H
#define RETORT_NN_NET_H

#include "retort/base/err.h"
#include "retort/base/hash.h"
#include "retort/base/text.h"
#include "retort/data/batch.h"
#include "retort/nn/graph.h"
#include "retort/nn/model.h"
#include "retort/nn/param.h"

#define NET_NAME 24

/*
 * Layers are numbered: 0 is the input (for tokens, their embedding), k the output of block k,
 * n_layers - 1 the logits. The values of the parameters are not here: see graph_bind.
 */
struct net {
	char name[NET_NAME];
	struct model_spec spec;
	struct model_io io;
	struct param_layout layout;
	size_t own; /* parameters of the network itself; projections follow them */
	struct graph *graph;
	bool bf16;                   /* packed weights are rounded to bfloat16 */
	struct gemm_packed **packed; /* [own] owned, by parameter; NULL: net_pack was not called */
	int input;                   /* node of the input, filled by net_feed */
	int n_layers;
	struct model_layer layer[MODEL_LAYERS];
};

/*
 * Build the nodes of a network for up to `capacity` rows, without buffers: projections may be added
 * before net_finish allocates them. `wants` [MODEL_LAYERS], bits 1 << enum model_tap, selects the
 * taps of attention to build (NULL: none). `pool` is borrowed, may be NULL. NULL and an error.
 */
struct net *net_new(const char *name, const struct model_spec *spec, const struct model_io *io,
		    size_t capacity, struct pool *pool, const unsigned *wants, struct err *e);

/*
 * Pack the weights in `value`, of every node whose operator has one (op->weight), with `bf16`
 * rounded to bfloat16; products use the packed copies from here on (gemm_packed.h). For networks
 * that only run forward and whose values do not change; before net_finish. -1 and an error where
 * memory is short.
 */
int net_pack(struct net *n, const real *value, bool bf16, struct err *e);

/* Allocate the buffers. -1 and an error with the size where the machine has less memory. */
int net_finish(struct net *n, bool gradients, struct err *e);
void net_free(struct net *n);

/* Node of a tap of a layer; -1 where the layer has none or it was not in `wants`. */
int net_node(const struct net *n, int layer, enum model_tap tap);
int net_logits(const struct net *n); /* node of the logits */

/* The bias of the logits, [classes], or NULL. */
const struct param *net_bias(const struct net *n);

/* Numbers in a row of the hidden state of a layer. */
size_t net_width(const struct net *n, int layer);

/* Positions in a row of `node`: tokens where it has a vector for each, else 1. */
size_t net_positions(const struct net *n, int node);

/* Copy the inputs of a batch into the graph. Allocates nothing. */
void net_feed(struct net *n, const struct batch *b);

/* Write the name of a layer, "0", "1" ... "logits", into buf; returns buf. */
const char *net_layer_name(const struct net *n, int layer, char *buf, size_t size);

/* Append a table of shapes, parameters and operations, a line for each layer, with totals and the
 * memory needed with or without `gradients`. Before or after net_finish. */
void net_summary(const struct net *n, bool gradients, struct text *out);

/* SHA-256 of spec, shapes and values: the key of cached outputs of this network. */
struct hash net_hash(const struct net *n, const real *value);

#endif
