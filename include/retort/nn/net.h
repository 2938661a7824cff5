/* A network: a model built into a graph, with taps at its layers. */
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
 * Layers are numbered: 0 is the input (of tokens: their embedding), k what block k puts out,
 * n_layers - 1 the logits. The numbers that training changes are not here: net_bind points to them.
 */
struct net {
	char name[NET_NAME];
	struct model_spec spec;
	struct model_io io;
	struct param_layout layout;
	size_t own; /* parameters of the network itself; projections come behind */
	struct graph *graph;
	bool bf16;                   /* what is packed is rounded to bfloat16 */
	struct gemm_packed **packed; /* [own] owned, by parameter; NULL: nothing is packed */
	int input;                   /* node that net_feed fills */
	int n_layers;
	struct model_layer layer[MODEL_LAYERS];
};

/*
 * Builds the nodes and takes no memory for numbers; projections may be added, then net_finish.
 * `wants` [MODEL_LAYERS] says what of attention somebody will look at (NULL: none): what is not
 * wanted is never made. NULL with an error.
 */
struct net *net_new(const char *name, const struct model_spec *spec, const struct model_io *io,
		    size_t capacity, struct pool *pool, const unsigned *wants, struct err *e);

/*
 * Pack the weights of every dense and unembed node, with `bf16` rounded to bfloat16, as they are in
 * `value` now: their products are packed.h's from here on, and other numbers need another net. For
 * networks that only run forward; before net_finish. -1 where there is no memory.
 */
int net_pack(struct net *n, const real *value, bool bf16, struct err *e);

/* Takes the memory; refused with the size where the machine has less. */
int net_finish(struct net *n, bool gradients, struct err *e);
void net_free(struct net *n);

/* Node of a layer's tap, -1 where it has none or nobody wanted it. */
int net_node(const struct net *n, int layer, enum model_tap tap);
int net_logits(const struct net *n); /* node of the logits */

/* What is added to every logit, [classes]; NULL where nothing is. */
const struct param *net_bias(const struct net *n);

/* Numbers in a row of a layer's hidden state. */
size_t net_width(const struct net *n, int layer);

/* Positions of a row of `node`: tokens, where it has a row for each; else 1. */
size_t net_positions(const struct net *n, int node);

/* The batch's input becomes the feed. Allocates nothing. */
void net_feed(struct net *n, const struct batch *b);

/* "0", "1", ... "logits" into buf; returns buf. */
const char *net_layer_name(const struct net *n, int layer, char *buf, size_t size);

/* Shapes, parameters, operations and memory, a line for each layer and a sum; before or after
 * net_finish. */
void net_tell(const struct net *n, bool gradients, struct text *out);

/* SHA-256 of spec, shapes and values: what a cache of this network's outputs is kept under. */
struct hash net_hash(const struct net *n, const real *value);

#endif
