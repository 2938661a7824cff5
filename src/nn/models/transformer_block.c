/* transformer_block.c: blocks of attention and feed-forward layers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/models/transformer.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "retort/nn/ops/op_table.h"
#include "retort/nn/ops/rope.h"

/* Add the divisors of rotary positions for rows of this length; 0: there are none. */
static int
add_divisors(struct model_build *b)
{
	const struct model_spec *s = b->spec;
	double positions = s->value[POSITIONS],
	       original = s->value[ORIGINAL] > 0 ? s->value[ORIGINAL] : positions;
	int which = original > 0 && (double)b->io->length > original ? LONG : SHORT;

	if (s->value[POSITION] != ROTARY || s->value[SCALING] != ROPE_LONG)
		return 0;
	return graph_add_list(b->g, s->list[model_list(s->kind, which)], (size_t)s->value[which]);
}

struct transformer_stack
transformer_block_stack(struct model_build *b, bool is_decoder)
{
	const double *o = b->spec->value;
	struct transformer_stack s = { .b = b,
				       .o = o,
				       .ids = b->input,
				       .width = (size_t)o[WIDTH],
				       .heads = (size_t)o[HEADS],
				       .relative = -1,
				       .divisors = add_divisors(b),
				       .is_decoder = is_decoder };

	s.kv = o[KV_HEADS] > 0 ? (size_t)o[KV_HEADS] : s.heads;
	s.dim = o[HEAD_WIDTH] > 0 ? (size_t)o[HEAD_WIDTH] : s.width / s.heads;
	s.ff = o[FF] > 0 ? (size_t)o[FF] : 4 * s.width;
	return s;
}

int
transformer_block_norm(const struct transformer_stack *s, const char *name, int at, int like)
{
	return model_add(
		s->b, &op_norm, name, 1, &at,
		(double[GRAPH_ATTRS]){
			[NORM_KIND] = s->o[NORM], [NORM_EPS] = s->o[EPS], [NORM_LIKE] = like });
}

int
transformer_block_dropout(const struct transformer_stack *s, const char *name, int at)
{
	char full[PARAM_NAME];

	if (s->o[DROPOUT] <= 0)
		return at;
	snprintf(full, sizeof full, "%s.dropout", name);
	return model_add(s->b, &op_dropout, full, 1, &at, (double[GRAPH_ATTRS]){ s->o[DROPOUT] });
}

/* Whether a linear map has biases. */
static bool
has_bias(const struct transformer_stack *s, enum transformer_part part)
{
	double how = s->o[part == TRANSFORMER_QKV || part == TRANSFORMER_OUT ? ATTENTION_BIASES
									     : FF_BIAS];

	if (how == BIAS_SAME)
		return s->o[BIAS] != 0;
	return how == BIAS_ON || (how == BIAS_QKV && part == TRANSFORMER_QKV);
}

/* Keep the node of a part of the first block, where the others share its parameters. */
static int
keep(struct transformer_stack *s, enum transformer_part part, int node)
{
	if (!s->is_decoder && s->o[SHARED_BLOCKS] != 0 && s->first[part] == 0 && node >= 0)
		s->first[part] = node + 1;
	return node;
}

/* Add a linear map of the last dimension, with the initialization and biases of the stack. */
static int
add_linear(struct transformer_stack *s, enum transformer_part part, const char *name, int at,
	   size_t width, enum act act)
{
	return keep(s, part,
		    model_add(s->b, &op_dense, name, 1, &at,
			      (double[GRAPH_ATTRS]){ [DENSE_ACT] = act,
						     [DENSE_WIDTH] = (double)width,
						     [DENSE_BARE] = !has_bias(s, part),
						     [DENSE_LIKE] = s->first[part],
						     [DENSE_NARROW] = 1 }));
}

/* Add the map back to the width of the stack and the residual connection to `from`: in the epilogue
 * of the map, unless there is dropout between them. */
static int
add_back(struct transformer_stack *s, enum transformer_part part, const char *name, int at,
	 int from)
{
	const double attr[GRAPH_ATTRS] = { [DENSE_WIDTH] = (double)s->width,
					   [DENSE_BARE] = !has_bias(s, part),
					   [DENSE_LIKE] = s->first[part],
					   [DENSE_NARROW] = 1 };
	bool joins = s->o[RESIDUAL] != 0, drops = s->o[DROPOUT] > 0;
	char full[PARAM_NAME];

	at = keep(s, part,
		  model_add(s->b, &op_dense, name, joins && !drops ? 2 : 1, (int[]){ at, from },
			    attr));
	if (!drops)
		return at;
	at = transformer_block_dropout(s, name, at);
	if (!joins)
		return at;
	snprintf(full, sizeof full, "%s.sum", name);
	return model_add(s->b, &op_ew_add, full, 2, (int[]){ from, at }, NULL);
}

/* Add the node of a tap of attention, where it is wanted; else -1. */
static int
add_tap(const struct transformer_stack *s, const char *block, enum model_tap tap, int qkv,
	const double *attr)
{
	static const char *const name[MODEL_TAPS] = {
		[MODEL_ATTENTION] = "map", [MODEL_VALUE] = "value",   [MODEL_QUERY] = "query",
		[MODEL_KEY] = "key",       [MODEL_SCORES] = "scores",
	};
	static const double part[MODEL_TAPS] = {
		[MODEL_QUERY] = ATTENTION_QUERIES, [MODEL_KEY] = ATTENTION_KEYS
	};
	double own[GRAPH_ATTRS];
	char full[PARAM_NAME];

	if (!model_wanted(s->b, tap))
		return -1;
	memcpy(own, attr, sizeof own);
	own[ATTENTION_PART] = part[tap];
	own[ATTENTION_RAW] = tap == MODEL_SCORES;
	snprintf(full, sizeof full, "%s.attention.%s", block, name[tap]);
	if (1u << tap & MODEL_SQUARES)
		return model_add(s->b, &op_attention_map, full, s->relative >= 0 ? 3 : 2,
				 (int[]){ qkv, s->ids, s->relative }, own);
	return model_add(s->b, &op_attention_part, full, 1, &qkv, own);
}

/* The window of block k; 0: none. */
static double
window_of(const struct transformer_stack *s, int k)
{
	uint64_t blocks = s->is_decoder ? (uint64_t)s->o[WINDOW_BLOCKS] : 0;

	if (!s->is_decoder || (blocks && !(blocks >> k & 1)))
		return 0;
	return s->o[WINDOW];
}

/* Set the attributes of the attention of block k. */
static void
set_attention(const struct transformer_stack *s, int k, double *attr)
{
	const double *o = s->o;
	double length = o[POSITIONS] > 0 ? o[POSITIONS] : (double)s->b->io->length;

	attr[ATTENTION_HEADS] = (double)s->heads;
	attr[ATTENTION_KV] = (double)s->kv;
	attr[ATTENTION_CAUSAL] = s->is_decoder;
	attr[ATTENTION_WINDOW] = window_of(s, k);
	if (o[POSITION] != ROTARY)
		return;
	attr[ATTENTION_ROPE] = o[ROPE_BASE];
	attr[ATTENTION_ROTARY] = o[ROTARY_PART] < 1 ? floor((double)s->dim * o[ROTARY_PART]) : 0;
	attr[ATTENTION_SCALING] = o[SCALING];
	attr[ATTENTION_FACTOR] = o[FACTOR];
	attr[ATTENTION_ORIGINAL] = o[ORIGINAL] > 0 ? o[ORIGINAL] : length;
	attr[ATTENTION_LOW] = o[LOW];
	attr[ATTENTION_HIGH] = o[HIGH];
	attr[ATTENTION_GAIN] = o[GAIN];
	attr[ATTENTION_DIVISORS] = s->divisors;
}

static int
add_attention(struct transformer_stack *s, const char *block, int k, int at, int taps[MODEL_TAPS])
{
	double attr[GRAPH_ATTRS] = { 0 };
	char name[PARAM_NAME];
	int qkv, map;

	set_attention(s, k, attr);
	snprintf(name, sizeof name, "%s.attention.qkv", block);
	qkv = add_linear(s, TRANSFORMER_QKV, name, at, (s->heads + 2 * s->kv) * s->dim, ACT_NONE);
	snprintf(name, sizeof name, "%s.attention", block);
	if (s->o[QK_NORM] != 0)
		qkv = model_add(s->b, &op_head_norm, name, 1, &qkv,
				(double[GRAPH_ATTRS]){ [HEAD_NORM_HEADS] = (double)s->heads,
						       [HEAD_NORM_KV] = (double)s->kv,
						       [HEAD_NORM_EPS] = s->o[EPS] });
	for (int tap = MODEL_HIDDEN + 1; tap < MODEL_TAPS; tap++)
		taps[tap] = add_tap(s, block, (enum model_tap)tap, qkv, attr);
	map = taps[MODEL_ATTENTION] >= 0 ? taps[MODEL_ATTENTION] : s->relative;
	return model_add(s->b, &op_attention, name, map >= 0 ? 3 : 2, (int[]){ qkv, s->ids, map },
			 attr);
}

static int
add_ff(struct transformer_stack *s, const char *block, int at)
{
	static const enum act act[] = { ACT_GELU, ACT_GELU_TANH, ACT_RELU,
					ACT_NONE, ACT_GELU,      ACT_GELU_TANH };
	int kind = (int)s->o[ACTIVATION];
	bool gates = kind >= SWIGLU;
	char name[PARAM_NAME];

	snprintf(name, sizeof name, "%s.ff.in", block);
	at = add_linear(s, TRANSFORMER_IN, name, at, (gates ? 2 : 1) * s->ff,
			gates ? ACT_NONE : act[kind]);
	if (!gates)
		return at;
	snprintf(name, sizeof name, "%s.ff.gate", block);
	return model_add(s->b, &op_gate, name, 1, &at,
			 (double[GRAPH_ATTRS]){ [GATE_ACT] = act[kind] });
}

/* Add the norm of attention (which 0) or of the feed-forward layer (1) of a block. */
static int
add_norm(struct transformer_stack *s, const char *block, int which, int at)
{
	static const char *const of[] = { "attention", "ff" };
	enum transformer_part part = (enum transformer_part)(TRANSFORMER_NORM + which);
	char name[PARAM_NAME];

	snprintf(name, sizeof name, "%s.%s.norm", block, of[which]);
	return keep(s, part, transformer_block_norm(s, name, at, s->first[part]));
}

/* Add the layer of a block, with its taps. */
static void
add_layer(const struct transformer_stack *s, int at, const int taps[MODEL_TAPS])
{
	struct model_layer *layer = model_add_layer(s->b, at);

	for (int tap = MODEL_HIDDEN + 1; tap < MODEL_TAPS; tap++)
		layer->node[tap] = taps[tap];
	layer->heads = s->heads;
	layer->kv_heads = s->kv;
}

int
transformer_block_add(struct transformer_stack *s, int k, int at)
{
	bool post = s->o[ORDER] == POST, parallel = s->is_decoder && s->o[PARALLEL] != 0;
	int taps[MODEL_TAPS], from = at, in = at;
	char block[24], name[PARAM_NAME];

	snprintf(block, sizeof block, "block%d", k + 1);
	at = post ? at : add_norm(s, block, 0, at);
	at = add_attention(s, block, k, at, taps);
	snprintf(name, sizeof name, "%s.attention.out", block);
	at = add_back(s, TRANSFORMER_OUT, name, at, from);
	at = from = post ? add_norm(s, block, 0, at) : at;
	at = parallel ? in : at;
	at = post ? at : add_norm(s, block, 1, at);
	at = add_ff(s, block, at);
	snprintf(name, sizeof name, "%s.ff.out", block);
	at = add_back(s, TRANSFORMER_BACK, name, at, from);
	at = post ? add_norm(s, block, 1, at) : at;
	add_layer(s, at, taps);
	return at;
}
