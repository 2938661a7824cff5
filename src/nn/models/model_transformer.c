/* model_transformer.c: the transformer, as an encoder for classes and as a decoder for the next
 * token. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/models/transformer.h"

#include <math.h>
#include <string.h>

#include "retort/nn/ops/op_table.h"
#include "retort/nn/ops/rope.h"

/* Check that there is a divisor for each pair of numbers that is rotated. */
static int
check_divisors(const struct model_spec *spec, size_t dim, struct err *e)
{
	size_t pairs = (size_t)floor((double)dim * spec->value[ROTARY_PART]) / 2;

	for (int i = SHORT; i <= LONG; i++)
		if ((size_t)spec->value[i] != pairs)
			return err_set(e,
				       "%s: %s has %g numbers (expected %zu, one for each pair "
				       "that is rotated)",
				       spec->kind->name, spec->kind->option[i].name, spec->value[i],
				       pairs);
	return 0;
}

/* Check heads and rotary positions. */
static int
check_heads(const struct model_spec *spec, struct err *e)
{
	const double *o = spec->value;
	size_t width = (size_t)o[WIDTH], heads = (size_t)o[HEADS],
	       kv = o[KV_HEADS] > 0 ? (size_t)o[KV_HEADS] : heads;
	size_t dim = o[HEAD_WIDTH] > 0 ? (size_t)o[HEAD_WIDTH] : width / heads;

	if (width % heads && o[HEAD_WIDTH] == 0)
		return err_set(e, "%s: width %zu is not a multiple of %zu heads", spec->kind->name,
			       width, heads);
	if (heads % kv)
		return err_set(e, "%s: %zu heads are not a multiple of %zu kv-heads",
			       spec->kind->name, heads, kv);
	if (o[POSITION] != ROTARY)
		return 0;
	if (o[ROTARY_PART] == 1 && dim % 2)
		return err_set(e, "%s: invalid head width %zu (expected even for rotary positions)",
			       spec->kind->name, dim);
	if (floor((double)dim * o[ROTARY_PART]) < 2 ||
	    fmod(floor((double)dim * o[ROTARY_PART]), 2) != 0)
		return err_set(e,
			       "%s: rotary-part %g of heads of width %zu rotates %g numbers "
			       "(expected an even number, at least 2)",
			       spec->kind->name, o[ROTARY_PART], dim,
			       floor((double)dim * o[ROTARY_PART]));
	if (o[HIGH] <= o[LOW])
		return err_set(e, "%s: rope-high %g is not above rope-low %g", spec->kind->name,
			       o[HIGH], o[LOW]);
	return o[SCALING] == ROPE_LONG ? check_divisors(spec, dim, e) : 0;
}

static int
check(const struct model_spec *spec, const struct model_io *io, struct err *e)
{
	const double *o = spec->value;

	if (check_heads(spec, e) < 0)
		return -1;
	if (o[POSITIONS] > 0 && (size_t)o[POSITIONS] < io->length &&
	    !(o[POSITION] == ROTARY && o[SCALING] == ROPE_DYNAMIC))
		return err_set(e, "%s: rows of %zu tokens are longer than %g positions",
			       spec->kind->name, io->length, o[POSITIONS]);
	return 0;
}

static int
check_encoder(const struct model_spec *spec, const struct model_io *io, struct err *e)
{
	double buckets = spec->value[RELATIVE];

	if (buckets > 0 && (buckets < 4 || fmod(buckets, 2) != 0))
		return err_set(e,
			       "transformer: invalid relative %g (expected 0, or an even number "
			       "from 4 to 256)",
			       buckets);
	return check(spec, io, e);
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
add_embedding(struct transformer_stack *s, bool tied)
{
	static const double position[] = { EMBED_LEARNED, EMBED_WAVES, EMBED_NOWHERE,
					   EMBED_NOWHERE };
	const double *o = s->o;
	double length = o[POSITIONS] > 0 ? o[POSITIONS] : (double)s->b->io->length;
	double map = s->is_decoder ? 0 : o[EMBED_MAP];
	bool scales = s->is_decoder && o[EMBED_FACTOR] != 0;
	int at;

	if (position[(int)o[POSITION]] == EMBED_NOWHERE)
		length = 0; /* the check of the model has the limit */
	s->embed = at = model_add(
		s->b, &op_embed, "embed", 1, &s->ids,
		(double[GRAPH_ATTRS]){ [EMBED_VOCAB] = (double)s->b->io->vocab,
				       [EMBED_WIDTH] = map > 0 ? map : (double)s->width,
				       [EMBED_POSITIONS] = position[(int)o[POSITION]],
				       [EMBED_LENGTH] = length,
				       [EMBED_SCALE] =
					       scales ? (double)(float)sqrt((double)s->width) : 0,
				       [EMBED_TYPES] = s->is_decoder ? 0 : o[TYPES],
				       [EMBED_FIRST] = o[FIRST],
				       [EMBED_TIED] = tied });
	if (!s->is_decoder && o[RELATIVE] > 0)
		s->relative = model_add(s->b, &op_relative, "relative", 1, &s->ids,
					(double[GRAPH_ATTRS]){ (double)s->heads, o[RELATIVE] });
	if (!s->is_decoder && o[EMBED_NORM] != 0)
		at = transformer_block_norm(s, "embed.norm", at, 0);
	at = transformer_block_dropout(s, "embed", at);
	if (map > 0)
		at = model_add(s->b, &op_dense, "embed.map", 1, &at,
			       (double[GRAPH_ATTRS]){
				       [DENSE_WIDTH] = (double)s->width, [DENSE_NARROW] = 1 });
	model_add_layer(s->b, at);
	return at;
}

static int
add_blocks(struct transformer_stack *s, int at)
{
	for (int k = 0; k < (int)s->o[LAYERS] && at >= 0; k++)
		at = transformer_block_add(s, k, at);
	return s->o[ORDER] == PRE ? transformer_block_norm(s, "norm", at, 0) : at;
}

static int
build_encoder(struct model_build *b)
{
	static const enum act pooler[] = { ACT_NONE, ACT_TANH, ACT_RELU, ACT_GELU };
	struct transformer_stack s = transformer_block_stack(b, false);
	int at = add_blocks(&s, add_embedding(&s, false));

	at = model_add(b, &op_pool_tokens, "pool", 2, (int[]){ at, s.ids },
		       (double[GRAPH_ATTRS]){ s.o[POOL] });
	if (s.o[POOLER] != POOLER_OFF)
		at = model_add(b, &op_dense, "pooler", 1, &at,
			       (double[GRAPH_ATTRS]){ [DENSE_ACT] = pooler[(int)s.o[POOLER]],
						      [DENSE_WIDTH] = (double)s.width,
						      [DENSE_NARROW] = 1 });
	at = transformer_block_dropout(&s, "pool", at);
	at = model_add(b, &op_dense, "logits", 1, &at,
		       (double[GRAPH_ATTRS]){
			       [DENSE_WIDTH] = (double)b->io->classes, [DENSE_NARROW] = 1 });
	model_add_layer(b, at);
	return at < 0 ? -1 : 0;
}

static int
build_decoder(struct model_build *b)
{
	struct transformer_stack s = transformer_block_stack(b, true);
	bool tied = s.o[TIED] != 0;
	int at = add_blocks(&s, add_embedding(&s, tied));

	if (tied)
		at = model_add(b, &op_unembed, "logits", 2, (int[]){ at, s.embed }, NULL);
	else
		at = model_add(b, &op_dense, "logits", 1, &at,
			       (double[GRAPH_ATTRS]){ [DENSE_WIDTH] = (double)b->io->vocab,
						      [DENSE_BARE] = 1,
						      [DENSE_NARROW] = 1 });
	if (b->io->classes < b->io->vocab) /* rows of the table without a token */
		at = model_add(b, &op_cut, "logits.cut", 1, &at,
			       (double[GRAPH_ATTRS]){ (double)b->io->classes });
	model_add_layer(b, at);
	return at < 0 ? -1 : 0;
}

const struct model model_transformer = {
	.name = "transformer",
	.doc = "A transformer encoder that classifies sequences of tokens (Vaswani et al. 2017, "
	       "Devlin "
	       "et al. 2019).",
	.reads = 1u << DATASET_TOKENS,
	.option = transformer_options_encoder,
	.check = check_encoder,
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
	.option = transformer_options_decoder,
	.check = check_decoder,
	.build = build_decoder,
};
