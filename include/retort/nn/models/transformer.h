/* The transformer: its options, and blocks of attention and feed-forward layers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_MODELS_TRANSFORMER_H
#define RETORT_NN_MODELS_TRANSFORMER_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/nn/model.h"

/* Options of both kinds in one order, those of one kind alone at the end. */
enum {
	LAYERS,
	WIDTH,
	HEADS,
	KV_HEADS,
	FF,
	ORDER,
	NORM,
	ACTIVATION,
	POSITION,
	POSITIONS,
	ROPE_BASE,
	BIAS,
	RESIDUAL,
	DROPOUT,
	EPS,
	HEAD_WIDTH,
	ATTENTION_BIASES,
	FF_BIAS,
	QK_NORM,
	FIRST,
	ROTARY_PART,
	SCALING,
	FACTOR,
	ORIGINAL,
	LOW,
	HIGH,
	GAIN,
	SHORT,
	LONG,
	SHARED,
	POOL = SHARED,
	POOLER,
	EMBED_NORM,
	TYPES,
	EMBED_MAP,
	SHARED_BLOCKS,
	RELATIVE, /* encoder */
	TIED = SHARED,
	PARALLEL,
	EMBED_FACTOR,
	WINDOW,
	WINDOW_BLOCKS, /* decoder */
};

enum { PRE, POST };
enum { LEARNED, SINUSOIDAL, ROTARY, NONE };
enum { GELU, GELU_TANH, RELU, SWIGLU, GEGLU, GEGLU_TANH };
enum { POOLER_OFF, POOLER_TANH, POOLER_RELU, POOLER_GELU };
enum { BIAS_SAME, BIAS_OFF, BIAS_ON, BIAS_QKV };

extern const struct model_option transformer_options_encoder[];
extern const struct model_option transformer_options_decoder[];

/* Parts of a block that have parameters. */
enum transformer_part {
	TRANSFORMER_QKV,
	TRANSFORMER_OUT,
	TRANSFORMER_IN,
	TRANSFORMER_BACK,
	TRANSFORMER_NORM, /* of attention; the next is that of the feed-forward layer */
	TRANSFORMER_PARTS = TRANSFORMER_NORM + 2,
};

/* The state of building block after block. */
struct transformer_stack {
	struct model_build *b;
	const double *o;                  /* options */
	int ids, embed, relative;         /* relative: node of the bias of distances; -1: none */
	int divisors;                     /* of rotary positions, see graph_add_list; 0: none */
	size_t width, heads, kv, dim, ff; /* dim: width of a head */
	bool is_decoder;
	int first[TRANSFORMER_PARTS]; /* nodes of the first block plus 1, whose parameters the
					 others share; 0: none do */
};

/* Begin, with the sizes that options leave to others. */
struct transformer_stack transformer_block_stack(struct model_build *b, bool is_decoder);

/* Add a norm that shares the parameters of node like - 1 (0: has its own), or a dropout layer if
 * there is any, after node `at`. Return the new node, or -1. */
int transformer_block_norm(const struct transformer_stack *s, const char *name, int at, int like);
int transformer_block_dropout(const struct transformer_stack *s, const char *name, int at);

/* Add block k, from 0, after node `at`: attention and feed-forward layer, each with a norm and a
 * residual connection; and its layer. Return the new node, or -1. */
int transformer_block_add(struct transformer_stack *s, int k, int at);

#endif
