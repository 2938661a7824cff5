/* model_mlp.c: the multilayer perceptron, with optional residual blocks. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/model.h"
#include "retort/nn/ops/op_table.h"

#include <stdio.h>

enum { ACTIVATION, RESIDUAL, DROPOUT };

static const struct model_option options[] = {
	[ACTIVATION] = { "activation", MODEL_PICK, "relu", 0, 0, "relu gelu tanh gelu-tanh silu",
			 "Activation after the dense layer of a block." },
	[RESIDUAL] = { "residual", MODEL_PICK, "off", 0, 0, "off on",
		       "Residual connections around blocks of equal width in and out." },
	[DROPOUT] = { "dropout", MODEL_REAL, "0", 0, 0.99, NULL,
		      "Dropout rate after every block." },
	{ 0 },
};

static int
add_block(struct model_build *b, int i, int at)
{
	const struct model_spec *s = b->spec;
	int from = at;
	char name[32];

	snprintf(name, sizeof name, "block%d", i + 1);
	at = model_add(b, &op_dense, name, 1, &at,
		       (double[GRAPH_ATTRS]){ [DENSE_ACT] = ACT_RELU + s->value[ACTIVATION],
					      [DENSE_WIDTH] = (double)s->width[i],
					      [DENSE_FLAT] = 1 });
	if (s->value[RESIDUAL] != 0 && tensor_width(&b->g->node[from].out) == s->width[i] &&
	    b->g->node[from].out.rank == 2) {
		snprintf(name, sizeof name, "block%d.sum", i + 1);
		at = model_add(b, &op_ew_add, name, 2, (int[]){ from, at }, NULL);
	}
	if (s->value[DROPOUT] > 0) {
		snprintf(name, sizeof name, "block%d.dropout", i + 1);
		at = model_add(b, &op_dropout, name, 1, &at,
			       (double[GRAPH_ATTRS]){ s->value[DROPOUT] });
	}
	return at;
}

static int
build(struct model_build *b)
{
	int at = b->input;

	model_add_layer(b, at);
	for (int i = 0; i < b->spec->n_widths && at >= 0; i++) {
		at = add_block(b, i, at);
		model_add_layer(b, at);
	}
	at = model_add(b, &op_dense, "logits", 1, &at,
		       (double[GRAPH_ATTRS]){ [DENSE_WIDTH] = (double)b->io->classes });
	model_add_layer(b, at);
	return at < 0 ? -1 : 0;
}

const struct model model_mlp = {
	.name = "mlp",
	.doc = "A multilayer perceptron: blocks of a dense layer and an activation, with residual "
	       "connections where residual=on and widths agree.",
	.has_widths = true,
	.reads = 1u << DATASET_NUMBERS | 1u << DATASET_IMAGE,
	.option = options,
	.build = build,
};
