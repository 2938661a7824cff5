/* model_text.c: small students for text: a bag of n-grams, and the LSTM. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/model.h"
#include "retort/nn/ops/op_table.h"

#include <stdio.h>

enum { BAG_MODEL_WIDTH, BAG_MODEL_GRAMS, BAG_MODEL_BUCKETS, BAG_MODEL_HIDDEN };

/* clang-format off */
static const struct model_option bag_options[] = {
	[BAG_MODEL_WIDTH] = { "width", MODEL_WHOLE, "64", 1, MODEL_WIDTH, NULL, "Width of the vectors of tokens and n-grams." },
	[BAG_MODEL_GRAMS] = { "grams", MODEL_WHOLE, "2", 1, 8, NULL, "Longest n-grams, in tokens." },
	[BAG_MODEL_BUCKETS] = { "buckets", MODEL_WHOLE, "20000", 1, 1 << 24, NULL, "Hash buckets for n-grams of two and more tokens." },
	[BAG_MODEL_HIDDEN] = { "hidden", MODEL_WHOLE, "0", 0, MODEL_WIDTH, NULL, "Width of a dense layer with relu before the logits; 0: none." },
	{ 0 },
};

enum { LSTM_MODEL_LAYERS, LSTM_MODEL_WIDTH, LSTM_MODEL_EMBED, LSTM_MODEL_POOL, LSTM_MODEL_DROPOUT };

static const struct model_option lstm_options[] = {
	[LSTM_MODEL_LAYERS] = { "layers", MODEL_WHOLE, "1", 1, MODEL_BLOCKS, NULL, "LSTM layers in a stack." },
	[LSTM_MODEL_WIDTH] = { "width", MODEL_WHOLE, "128", 1, MODEL_WIDTH, NULL, "Width of the state of a layer." },
	[LSTM_MODEL_EMBED] = { "embed", MODEL_WHOLE, "64", 1, MODEL_WIDTH, NULL, "Width of the vectors of tokens." },
	[LSTM_MODEL_POOL] = { "pool", MODEL_PICK, "mean", 0, 0, POOL_TOKENS_NAMES, "Pooling of the sequence before the logits, for classes." },
	[LSTM_MODEL_DROPOUT] = { "dropout", MODEL_REAL, "0", 0, 0.99, NULL, "Dropout rate after every layer." },
	{ 0 },
};
/* clang-format on */

static int
build_bag(struct model_build *b)
{
	const double *o = b->spec->value;
	int at = model_add(b, &op_bag, "bag", 1, &b->input,
			   (double[GRAPH_ATTRS]){ [BAG_VOCAB] = (double)b->io->vocab,
						  [BAG_GRAMS] = o[BAG_MODEL_GRAMS],
						  [BAG_BUCKETS] = o[BAG_MODEL_BUCKETS],
						  [BAG_WIDTH] = o[BAG_MODEL_WIDTH] });

	model_add_layer(b, at);
	if (o[BAG_MODEL_HIDDEN] > 0) {
		at = model_add(
			b, &op_dense, "block1", 1, &at,
			(double[GRAPH_ATTRS]){
				[DENSE_ACT] = ACT_RELU, [DENSE_WIDTH] = o[BAG_MODEL_HIDDEN] });
		model_add_layer(b, at);
	}
	at = model_add(b, &op_dense, "logits", 1, &at,
		       (double[GRAPH_ATTRS]){ [DENSE_WIDTH] = (double)b->io->classes });
	model_add_layer(b, at);
	return at < 0 ? -1 : 0;
}

static int
build_lstm(struct model_build *b)
{
	const double *o = b->spec->value;
	char name[32];
	int at = model_add(b, &op_embed, "embed", 1, &b->input,
			   (double[GRAPH_ATTRS]){ [EMBED_VOCAB] = (double)b->io->vocab,
						  [EMBED_WIDTH] = o[LSTM_MODEL_EMBED],
						  [EMBED_LENGTH] = (double)b->io->length });

	model_add_layer(b, at);
	for (int k = 0; k < (int)o[LSTM_MODEL_LAYERS] && at >= 0; k++) {
		snprintf(name, sizeof name, "block%d", k + 1);
		at = model_add(b, &op_lstm, name, 2, (int[]){ at, b->input },
			       (double[GRAPH_ATTRS]){
				       [LSTM_WIDTH] = o[LSTM_MODEL_WIDTH], [LSTM_FORGET] = 1 });
		if (o[LSTM_MODEL_DROPOUT] > 0) {
			snprintf(name, sizeof name, "block%d.dropout", k + 1);
			at = model_add(b, &op_dropout, name, 1, &at,
				       (double[GRAPH_ATTRS]){ o[LSTM_MODEL_DROPOUT] });
		}
		model_add_layer(b, at);
	}
	if (!b->io->next_token)
		at = model_add(b, &op_pool_tokens, "pool", 2, (int[]){ at, b->input },
			       (double[GRAPH_ATTRS]){ o[LSTM_MODEL_POOL] });
	at = model_add(b, &op_dense, "logits", 1, &at,
		       (double[GRAPH_ATTRS]){ [DENSE_WIDTH] = (double)b->io->classes });
	model_add_layer(b, at);
	return at < 0 ? -1 : 0;
}

const struct model model_text_bag = {
	.name = "bag",
	.doc = "The mean of the vectors of tokens and hashed n-grams of a text (Joulin et al. "
	       "2017): "
	       "the smallest student for text.",
	.reads = 1u << DATASET_TOKENS,
	.option = bag_options,
	.build = build_bag,
};

const struct model model_text_lstm = {
	.name = "lstm",
	.doc = "A long short-term memory (Hochreiter and Schmidhuber 1997): predicts a class from "
	       "its pooled states, or the next token.",
	.reads = 1u << DATASET_TOKENS,
	.predicts_next = true,
	.option = lstm_options,
	.build = build_lstm,
};
