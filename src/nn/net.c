/* net.c: a model built into a graph. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/net.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/text.h"

static int
add_input(struct net *n)
{
	const struct model_io *io = &n->io;

	switch (io->kind) {
	case DATASET_TOKENS:
		return graph_input_ids(n->graph, "input", io->length);
	case DATASET_IMAGE:
		return graph_input(n->graph, "input", 3,
				   (size_t[]){ io->height, io->width, io->channels });
	case DATASET_NUMBERS:
		break;
	}
	return graph_input(n->graph, "input", 1, &io->features);
}

/* Run build() of the model and copy its layers. */
static int
build_layers(struct net *n, const unsigned *wants, struct err *e)
{
	struct model_build b = {
		.g = n->graph, .spec = &n->spec, .io = &n->io, .wants = wants, .e = e
	};

	if (model_check(&n->spec, &n->io, e) < 0)
		return -1;
	b.input = n->input = add_input(n);
	if (n->spec.kind->build(&b) < 0)
		return -1;
	n->n_layers = b.n_layers;
	memcpy(n->layer, b.layer, sizeof n->layer);
	return 0;
}

struct net *
net_new(const char *name, const struct model_spec *spec, const struct model_io *io, size_t capacity,
	struct pool *pool, const unsigned *wants, struct err *e)
{
	struct net *n = mem_new(sizeof *n);

	snprintf(n->name, sizeof n->name, "%s", name);
	n->spec = *spec;
	n->io = *io;
	param_layout_init(&n->layout);
	n->graph = graph_new(capacity, &n->layout, pool);
	if (build_layers(n, wants, e) < 0) {
		net_free(n);
		return NULL;
	}
	graph_tap(n->graph, net_logits(n));
	n->own = n->layout.n;
	return n;
}

void
net_free(struct net *n)
{
	if (!n)
		return;
	graph_free(n->graph);
	for (size_t i = 0; n->packed && i < n->own; i++)
		gemm_packed_free(n->packed[i]);
	mem_free(n->packed);
	param_layout_release(&n->layout);
	mem_free(n);
}

int
net_pack(struct net *n, const real *value, bool bf16, struct err *e)
{
	n->bf16 = bf16;
	n->graph->packed = n->packed = mem_array(n->own, sizeof *n->packed);
	for (int i = 0; i < n->graph->n_nodes; i++) {
		struct node *node = &n->graph->node[i];
		bool transposed = false;
		const struct param *p =
			node->op->weight ? node->op->weight(n->graph, node, &transposed) : NULL;
		struct gemm_packed **to;
		size_t in;

		if (!p || gemm_packed_size(p->dim[transposed], p->dim[!transposed], bf16) == 0)
			continue;
		to = &n->packed[p - n->layout.param];
		in = p->dim[transposed];
		if (!*to && !(*to = gemm_packed_new(value + p->offset, in, p->dim[!transposed],
						    transposed, bf16)))
			return err_set(e, "%s: no memory for %zu bytes of packed weights", p->name,
				       gemm_packed_size(in, p->dim[!transposed], bf16));
		if (bf16)
			node->n_scratch = gemm_packed_scratch(in) > node->n_scratch
						  ? gemm_packed_scratch(in)
						  : node->n_scratch;
	}
	return 0;
}

/* Bytes that the network needs; training adds a gradient and two moments for every parameter. */
static size_t
memory_size(const struct net *n, bool gradients)
{
	size_t sum = graph_room(n->graph, gradients) +
		     (gradients ? 4 : 1) * n->layout.len * sizeof(real);

	for (size_t i = 0; n->packed && i < n->own; i++)
		if (n->packed[i])
			sum += gemm_packed_size(n->layout.param[i].dim[0],
						n->layout.param[i].dim[1], n->bf16);
	return sum;
}

int
net_finish(struct net *n, bool gradients, struct err *e)
{
	size_t need = memory_size(n, gradients), have = mem_machine();

	if (need > have)
		return err_set(e,
			       "%s: %.1f GiB needed for %zu rows, but this machine has %.1f; use a "
			       "smaller batch or network",
			       n->name, (double)need / 0x1p30, n->graph->capacity,
			       (double)have / 0x1p30);
	return graph_finish(n->graph, gradients, e);
}

int
net_node(const struct net *n, int layer, enum model_tap tap)
{
	return n->layer[layer].node[tap];
}

int
net_logits(const struct net *n)
{
	return n->layer[n->n_layers - 1].node[MODEL_HIDDEN];
}

const struct param *
net_bias(const struct net *n)
{
	const struct node *node = &n->graph->node[net_logits(n)];

	int bias = node->op->bias;

	return bias > 0 && bias < node->n_params ? &n->layout.param[node->param[bias]] : NULL;
}

size_t
net_width(const struct net *n, int layer)
{
	return tensor_width(&n->graph->node[n->layer[layer].node[MODEL_HIDDEN]].out);
}

size_t
net_positions(const struct net *n, int node)
{
	const struct tensor *t = &n->graph->node[node].out;

	return n->io.kind == DATASET_TOKENS && t->rank == 3 ? t->dim[1] : 1;
}

void
net_feed(struct net *n, const struct batch *b)
{
	if (n->io.kind == DATASET_TOKENS)
		graph_feed_ids(n->graph, n->input, batch_i32(b, BATCH_IDS), b->rows);
	else
		graph_feed(n->graph, n->input, batch_f32(b, BATCH_INPUT), b->rows);
}

const char *
net_layer_name(const struct net *n, int layer, char *buf, size_t size)
{
	if (layer == n->n_layers - 1)
		snprintf(buf, size, "logits");
	else
		snprintf(buf, size, "%d", layer);
	return buf;
}

void
net_summary(const struct net *n, bool gradients, struct text *out)
{
	const struct graph *g = n->graph;
	char spec[MODEL_TEXT], shape[64], name[16];
	size_t done = 0, all = 0;
	int from = 0;

	text_addf(out, "%s  %s\n%-8s %-16s %12s %12s\n", n->name,
		  model_print(&n->spec, spec, sizeof spec), "layer", "a row", "parameters",
		  "MFLOP a row");
	for (int i = 0; i < n->n_layers; i++) {
		int node = n->layer[i].node[MODEL_HIDDEN];
		size_t parameters = 0;
		double flops = 0;

		for (; from <= node; from++) {
			flops += g->node[from].op->cost(g, &g->node[from]);
			for (int p = 0; p < g->node[from].n_params; p++)
				if ((size_t)g->node[from].param[p] >=
				    done) { /* a shared parameter is counted at its first node */
					done = (size_t)g->node[from].param[p] + 1;
					parameters += n->layout.param[done - 1].is_state
							      ? 0
							      : n->layout.param[done - 1].len;
				}
		}
		all += parameters;
		text_addf(out, "%-8s %-16s %12zu %12.3f\n", net_layer_name(n, i, name, sizeof name),
			  param_print_shape(g->node[node].out.rank - 1, g->node[node].out.dim + 1,
					    shape, sizeof shape),
			  parameters, flops / 1e6);
	}
	text_addf(out, "%-8s %-16s %12zu %12.3f\nmemory   %.1f MiB for %zu rows%s\n", "sum", "",
		  all, graph_cost(g) / (double)g->capacity / 1e6,
		  (double)memory_size(n, gradients) / 0x1p20, g->capacity,
		  gradients ? " in training" : "");
}

struct hash
net_hash(const struct net *n, const real *value)
{
	char spec[MODEL_TEXT], text[MODEL_TEXT + 100];
	struct hash shape, numbers = hash_of(value, n->layout.len * sizeof *value);

	snprintf(text, sizeof text, "%s %zu %zu %zu", model_print(&n->spec, spec, sizeof spec),
		 n->io.features, n->io.vocab, n->io.classes);
	shape = hash_of(text, strlen(text));
	return hash_join(&shape, &numbers);
}
