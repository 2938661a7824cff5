/* model_transformer.c: the transformer, as an encoder for classes and as a decoder for the next
 * token. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/model.h"
#include "retort/nn/ops/op_table.h"

#include <stdio.h>
#include <string.h>

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
	SHARED,
	POOL = SHARED,
	POOLER,
	EMBED_NORM,
	TYPES,         /* encoder */
	TIED = SHARED, /* decoder */
};

enum { PRE, POST };
enum { LEARNED, SINUSOIDAL, ROTARY, NONE };
enum { GELU, GELU_TANH, RELU, SWIGLU };
enum { POOLER_OFF, POOLER_TANH, POOLER_RELU };

/* clang-format off */
#define SHARED_OPTIONS(layers, order)                                                                                           \
	[LAYERS] = { "layers", MODEL_WHOLE, layers, 1, MODEL_BLOCKS, NULL, "Blocks of attention and feed-forward layers." },        \
	[WIDTH] = { "width", MODEL_WHOLE, "128", 1, MODEL_WIDTH, NULL, "Width of the hidden states, numbers for each token." },                       \
	[HEADS] = { "heads", MODEL_WHOLE, "4", 1, 256, NULL, "Attention heads; must divide the width." },                            \
	[KV_HEADS] = { "kv-heads", MODEL_WHOLE, "0", 0, 256, NULL,                                                                    \
		       "Heads of keys and values, each shared by as many query heads (Ainslie et al. 2023); 0: as many as heads." },     \
	[FF] = { "ff", MODEL_WHOLE, "0", 0, 4 * MODEL_WIDTH, NULL, "Width of the feed-forward layer; 0: four times the width." },      \
	[ORDER] = { "order", MODEL_PICK, order, 0, 0, "pre post",                                                                     \
		    "Position of the norms: before the attention and feed-forward layers, with one more at the end, or after their residual sums." }, \
	[NORM] = { "norm", MODEL_PICK, "layer", 0, 0, "layer rms", "Layer norm, or RMS norm." },                        \
	[ACTIVATION] = { "activation", MODEL_PICK, "gelu", 0, 0, "gelu gelu-tanh relu swiglu",                                        \
			 "Activation of the feed-forward layer; swiglu is a gated one (Shazeer 2020)." },                                     \
	[POSITION] = { "position", MODEL_PICK, "learned", 0, 0, "learned sinusoidal rotary none",                                    \
		       "Encoding of positions; rotary rotates queries and keys (Su et al. 2021)." },                           \
	[POSITIONS] = { "positions", MODEL_WHOLE, "0", 0, 1 << 20, NULL, "Maximum number of positions; 0: as many as rows have tokens." },    \
	[ROPE_BASE] = { "rope-base", MODEL_REAL, "10000", 1, 1e9, NULL, "Base of rotary positions." },                                \
	[BIAS] = { "bias", MODEL_PICK, "on", 0, 0, "off on", "Biases of the linear maps." },                                          \
	[RESIDUAL] = { "residual", MODEL_PICK, "on", 0, 0, "off on", "Residual connections; off to measure their effect." },         \
	[DROPOUT] = { "dropout", MODEL_REAL, "0", 0, 0.99, NULL, "Dropout rate after the embedding, attention and feed-forward layers." }, \
	[EPS] = { "eps", MODEL_REAL, "1e-05", 1e-12, 0.1, NULL, "Added to the mean square in the norms." }

static const struct model_option encoder_options[] = {
	SHARED_OPTIONS("2", "pre"),
	[POOL] = { "pool", MODEL_PICK, "mean", 0, 0, POOL_TOKENS_NAMES, "Pooling of the sequence before the logits: the mean, the first token, or a mean with learned weights." },
	[POOLER] = { "pooler", MODEL_PICK, "off", 0, 0, "off tanh relu", "A dense layer between pooling and logits, as in BERT and DistilBERT." },
	[EMBED_NORM] = { "embed-norm", MODEL_PICK, "off", 0, 0, "off on", "A norm after the embedding." },
	[TYPES] = { "types", MODEL_WHOLE, "0", 0, 16, NULL, "Token types of the embedding, as in BERT, which has 2; only the first is used." },
	{ 0 },
};

static const struct model_option decoder_options[] = {
	SHARED_OPTIONS("2", "pre"),
	[TIED] = { "tied", MODEL_PICK, "on", 0, 0, "off on", "Share the table of the embedding with the logits." },
	{ 0 },
};
/* clang-format on */

/* The state of building block after block. */
struct stack {
	struct model_build *b;
	const double *o; /* options */
	int ids, embed;
	size_t width, heads, kv, ff;
	bool is_decoder;
};

static struct stack
stack_of(struct model_build *b, bool is_decoder)
{
	const double *o = b->spec->value;
	struct stack s = { .b = b,
			   .o = o,
			   .ids = b->input,
			   .width = (size_t)o[WIDTH],
			   .heads = (size_t)o[HEADS],
			   .is_decoder = is_decoder };

	s.kv = o[KV_HEADS] > 0 ? (size_t)o[KV_HEADS] : s.heads;
	s.ff = o[FF] > 0 ? (size_t)o[FF] : 4 * s.width;
	return s;
}

static int
check(const struct model_spec *spec, const struct model_io *io, struct err *e)
{
	const double *o = spec->value;
	size_t width = (size_t)o[WIDTH], heads = (size_t)o[HEADS],
	       kv = o[KV_HEADS] > 0 ? (size_t)o[KV_HEADS] : heads;

	if (width % heads)
		return err_set(e, "%s: width %zu is not a multiple of %zu heads", spec->kind->name,
			       width, heads);
	if (heads % kv)
		return err_set(e, "%s: %zu heads are not a multiple of %zu kv-heads",
			       spec->kind->name, heads, kv);
	if (o[POSITION] == ROTARY && width / heads % 2)
		return err_set(e, "%s: invalid head width %zu (expected even for rotary positions)",
			       spec->kind->name, width / heads);
	if (o[POSITIONS] > 0 && (size_t)o[POSITIONS] < io->length)
		return err_set(e, "%s: rows of %zu tokens are longer than %g positions",
			       spec->kind->name, io->length, o[POSITIONS]);
	return 0;
}

static int
check_decoder(const struct model_spec *spec, const struct model_io *io, struct err *e)
{
	if (!io->next_token)
		return err_set(e, "decoder predicts the next token, but the data has a class for "
				  "each row; use `transformer`");
	return check(spec, io, e);
}

static int
add_norm(const struct stack *s, const char *name, int at)
{
	return model_add(
		s->b, &op_norm, name, 1, &at,
		(double[GRAPH_ATTRS]){ [NORM_KIND] = s->o[NORM] != 0 ? NORM_RMS : NORM_LAYER,
				       [NORM_EPS] = s->o[EPS] });
}

static int
add_dropout(const struct stack *s, const char *name, int at)
{
	char full[PARAM_NAME];

	if (s->o[DROPOUT] <= 0)
		return at;
	snprintf(full, sizeof full, "%s.dropout", name);
	return model_add(s->b, &op_dropout, full, 1, &at, (double[GRAPH_ATTRS]){ s->o[DROPOUT] });
}

/* Add a linear map of the last dimension, with the initialization and biases of the stack. */
static int
add_linear(const struct stack *s, const char *name, int at, size_t width, enum act act)
{
	return model_add(s->b, &op_dense, name, 1, &at,
			 (double[GRAPH_ATTRS]){ [DENSE_ACT] = act,
						[DENSE_WIDTH] = (double)width,
						[DENSE_BARE] = s->o[BIAS] == 0,
						[DENSE_NARROW] = 1 });
}

/* Add the map back to the width of the stack and the residual connection to `from`: in the epilogue
 * of the map, unless there is dropout between them. */
static int
add_back(const struct stack *s, const char *name, int at, int from)
{
	const double attr[GRAPH_ATTRS] = {
		[DENSE_WIDTH] = (double)s->width, [DENSE_BARE] = s->o[BIAS] == 0, [DENSE_NARROW] = 1
	};
	bool joins = s->o[RESIDUAL] != 0, drops = s->o[DROPOUT] > 0;
	char full[PARAM_NAME];

	at = model_add(s->b, &op_dense, name, joins && !drops ? 2 : 1, (int[]){ at, from }, attr);
	if (!drops)
		return at;
	at = add_dropout(s, name, at);
	if (!joins)
		return at;
	snprintf(full, sizeof full, "%s.sum", name);
	return model_add(s->b, &op_ew_add, full, 2, (int[]){ from, at }, NULL);
}

/* Add the node of a tap of attention, where it is wanted; else -1. */
static int
add_tap(const struct stack *s, const char *block, enum model_tap tap, int qkv, const double *attr)
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
		return model_add(s->b, &op_attention_map, full, 2, (int[]){ qkv, s->ids }, own);
	return model_add(s->b, &op_attention_part, full, 1, &qkv, own);
}

static int
add_attention(const struct stack *s, const char *block, int at, int taps[MODEL_TAPS])
{
	const double attr[GRAPH_ATTRS] = { [ATTENTION_HEADS] = (double)s->heads,
					   [ATTENTION_KV] = (double)s->kv,
					   [ATTENTION_CAUSAL] = s->is_decoder,
					   [ATTENTION_ROPE] =
						   s->o[POSITION] == ROTARY ? s->o[ROPE_BASE] : 0 };
	char name[PARAM_NAME];
	int qkv, map;

	snprintf(name, sizeof name, "%s.attention.qkv", block);
	qkv = add_linear(s, name, at, (s->heads + 2 * s->kv) * (s->width / s->heads), ACT_NONE);
	for (int tap = MODEL_HIDDEN + 1; tap < MODEL_TAPS; tap++)
		taps[tap] = add_tap(s, block, (enum model_tap)tap, qkv, attr);
	map = taps[MODEL_ATTENTION];
	snprintf(name, sizeof name, "%s.attention", block);
	return model_add(s->b, &op_attention, name, map >= 0 ? 3 : 2, (int[]){ qkv, s->ids, map },
			 attr);
}

static int
add_ff(const struct stack *s, const char *block, int at)
{
	static const enum act act[] = { ACT_GELU, ACT_GELU_TANH, ACT_RELU, ACT_NONE };
	bool gates = s->o[ACTIVATION] == SWIGLU;
	char name[PARAM_NAME];

	snprintf(name, sizeof name, "%s.ff.in", block);
	at = add_linear(s, name, at, (gates ? 2 : 1) * s->ff, act[(int)s->o[ACTIVATION]]);
	if (!gates)
		return at;
	snprintf(name, sizeof name, "%s.ff.gate", block);
	return model_add(s->b, &op_gate, name, 1, &at, NULL);
}

/* Add block k: attention and feed-forward layer, each with a norm and a residual connection. */
static int
add_block(const struct stack *s, int k, int at)
{
	bool post = s->o[ORDER] == POST;
	struct model_layer *layer;
	int taps[MODEL_TAPS];
	char block[24], norm[2][PARAM_NAME], name[PARAM_NAME];
	int from = at;

	snprintf(block, sizeof block, "block%d", k + 1);
	snprintf(norm[0], sizeof norm[0], "%s.attention.norm", block);
	snprintf(norm[1], sizeof norm[1], "%s.ff.norm", block);
	at = post ? at : add_norm(s, norm[0], at);
	at = add_attention(s, block, at, taps);
	snprintf(name, sizeof name, "%s.attention.out", block);
	at = add_back(s, name, at, from);
	at = from = post ? add_norm(s, norm[0], at) : at;
	at = post ? at : add_norm(s, norm[1], at);
	at = add_ff(s, block, at);
	snprintf(name, sizeof name, "%s.ff.out", block);
	at = add_back(s, name, at, from);
	at = post ? add_norm(s, norm[1], at) : at;
	layer = model_add_layer(s->b, at);
	for (int tap = MODEL_HIDDEN + 1; tap < MODEL_TAPS; tap++)
		layer->node[tap] = taps[tap];
	layer->heads = s->heads;
	layer->kv_heads = s->kv;
	return at;
}

static int
add_embedding(struct stack *s, bool tied)
{
	static const double position[] = { EMBED_LEARNED, EMBED_WAVES, EMBED_NOWHERE,
					   EMBED_NOWHERE };
	double length = s->o[POSITIONS] > 0 ? s->o[POSITIONS] : (double)s->b->io->length;
	int at;

	s->embed = at =
		model_add(s->b, &op_embed, "embed", 1, &s->ids,
			  (double[GRAPH_ATTRS]){ [EMBED_VOCAB] = (double)s->b->io->vocab,
						 [EMBED_WIDTH] = (double)s->width,
						 [EMBED_POSITIONS] = position[(int)s->o[POSITION]],
						 [EMBED_LENGTH] = length,
						 [EMBED_TYPES] = s->is_decoder ? 0 : s->o[TYPES],
						 [EMBED_TIED] = tied });
	if (!s->is_decoder && s->o[EMBED_NORM] != 0)
		at = add_norm(s, "embed.norm", at);
	at = add_dropout(s, "embed", at);
	model_add_layer(s->b, at);
	return at;
}

static int
add_blocks(const struct stack *s, int at)
{
	for (int k = 0; k < (int)s->o[LAYERS] && at >= 0; k++)
		at = add_block(s, k, at);
	return s->o[ORDER] == PRE ? add_norm(s, "norm", at) : at;
}

static int
build_encoder(struct model_build *b)
{
	struct stack s = stack_of(b, false);
	int at = add_blocks(&s, add_embedding(&s, false));

	at = model_add(b, &op_pool_tokens, "pool", 2, (int[]){ at, s.ids },
		       (double[GRAPH_ATTRS]){ s.o[POOL] });
	if (s.o[POOLER] != POOLER_OFF)
		at = model_add(b, &op_dense, "pooler", 1, &at,
			       (double[GRAPH_ATTRS]){ [DENSE_ACT] = s.o[POOLER] == POOLER_TANH
									    ? ACT_TANH
									    : ACT_RELU,
						      [DENSE_WIDTH] = (double)s.width,
						      [DENSE_NARROW] = 1 });
	at = add_dropout(&s, "pool", at);
	at = model_add(b, &op_dense, "logits", 1, &at,
		       (double[GRAPH_ATTRS]){
			       [DENSE_WIDTH] = (double)b->io->classes, [DENSE_NARROW] = 1 });
	model_add_layer(b, at);
	return at < 0 ? -1 : 0;
}

static int
build_decoder(struct model_build *b)
{
	struct stack s = stack_of(b, true);
	bool tied = s.o[TIED] != 0;
	int at = add_blocks(&s, add_embedding(&s, tied));

	if (tied)
		at = model_add(b, &op_unembed, "logits", 2, (int[]){ at, s.embed }, NULL);
	else
		at = model_add(b, &op_dense, "logits", 1, &at,
			       (double[GRAPH_ATTRS]){ [DENSE_WIDTH] = (double)b->io->classes,
						      [DENSE_BARE] = 1,
						      [DENSE_NARROW] = 1 });
	model_add_layer(b, at);
	return at < 0 ? -1 : 0;
}

const struct model model_transformer = {
	.name = "transformer",
	.doc = "A transformer encoder that classifies sequences of tokens (Vaswani et al. 2017, "
	       "Devlin "
	       "et al. 2019).",
	.reads = 1u << DATASET_TOKENS,
	.option = encoder_options,
	.check = check,
	.build = build_encoder,
};

/* The same stack with a causal mask. */
const struct model model_transformer_decoder = {
	.name = "decoder",
	.doc = "A transformer decoder that predicts the next token at every position (Radford et "
	       "al. "
	       "2018).",
	.reads = 1u << DATASET_TOKENS,
	.predicts_next = true,
	.option = decoder_options,
	.check = check_decoder,
	.build = build_decoder,
};
