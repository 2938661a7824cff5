/* net.c: a model built into a graph, with taps at its layers; to and from checkpoints. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/net.h"

#include <stddef.h>
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

/* Run the model's builder and keep what it made of it. */
static int
build(struct net *n, const unsigned *wants, struct err *e)
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
	if (build(n, wants, e) < 0) {
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
net_project(struct net *n, const char *name, int node, size_t width, struct err *e)
{
	int group = param_group_add(&n->layout, name, 1, 1);

	return graph_add(n->graph, &op_dense, name, group, 1, &node,
			 (double[GRAPH_ATTRS]){ [DENSE_WIDTH] = (double)width }, e);
}

int
net_project_like(struct net *n, const char *name, int node, int like, struct err *e)
{
	const struct tensor *out = &n->graph->node[like].out;

	return graph_add(
		n->graph, &op_dense, name, 0, 1, &node,
		(double[GRAPH_ATTRS]){
			[DENSE_WIDTH] = (double)out->dim[out->rank - 1], [DENSE_LIKE] = 1 + like },
		e);
}

/* The weight that a node multiplies with; an unembed node's is the table of its embed node, columns
 * first. NULL: none. */
static const struct param *
factor_of(const struct net *n, const struct node *node)
{
	if (node->op == &op_unembed)
		node = &n->graph->node[node->in[1]];
	else if (node->op != &op_dense)
		return NULL;
	return &n->layout.param[node->param[0]];
}

int
net_pack(struct net *n, const real *value, bool bf16, struct err *e)
{
	n->bf16 = bf16;
	n->graph->packed = n->packed = mem_array(n->own, sizeof *n->packed);
	for (int i = 0; i < n->graph->n_nodes; i++) {
		struct node *node = &n->graph->node[i];
		const struct param *p = factor_of(n, node);
		bool transposed = node->op == &op_unembed;
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

/* Training keeps a gradient and two moments beside every parameter. */
static size_t
room(const struct net *n, bool gradients)
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
	size_t need = room(n, gradients), have = mem_machine();

	if (need > have)
		return err_set(e,
			       "%s needs %.1f GiB for %zu rows, this machine has %.1f; a smaller "
			       "batch or network needs less",
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

	return node->op == &op_dense && node->n_params > 1 ? &n->layout.param[node->param[1]]
							   : NULL;
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
net_tell(const struct net *n, bool gradients, struct text *out)
{
	const struct graph *g = n->graph;
	char spec[256], shape[64], name[16];
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
				    done) { /* a tied one is counted where it is made */
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
		  (double)room(n, gradients) / 0x1p20, g->capacity,
		  gradients ? " in training" : "");
}

struct hash
net_hash(const struct net *n, const real *value)
{
	char spec[256], text[400];
	struct hash shape, numbers = hash_of(value, n->layout.len * sizeof *value);

	snprintf(text, sizeof text, "%s %zu %zu %zu", model_print(&n->spec, spec, sizeof spec),
		 n->io.features, n->io.vocab, n->io.classes);
	shape = hash_of(text, strlen(text));
	return hash_join(&shape, &numbers);
}

/* Sizes of a network's data, as notes of a checkpoint; a size of 0 does not apply and is left out.
 */
static const struct {
	const char *key;
	size_t offset, most;
} notes[] = {
	{ "features", offsetof(struct model_io, features), 1u << 24 },
	{ "height", offsetof(struct model_io, height), 65536 },
	{ "width", offsetof(struct model_io, width), 65536 },
	{ "channels", offsetof(struct model_io, channels), 65536 },
	{ "length", offsetof(struct model_io, length), 1u << 20 },
	{ "vocabulary", offsetof(struct model_io, vocab), 1u << 20 },
	{ "classes", offsetof(struct model_io, classes), 1u << 20 },
};

static size_t *
io_field(struct model_io *io, size_t i)
{
	return (size_t *)((char *)io + notes[i].offset);
}

static void
note_number(struct ckpt *c, const char *key, size_t n)
{
	char buf[32];

	snprintf(buf, sizeof buf, "%zu", n);
	ckpt_note(c, key, buf);
}

struct ckpt *
net_save(const struct net *n, const real *value)
{
	struct ckpt *c = ckpt_new();
	struct model_io io = n->io;
	char spec[256];

	ckpt_note(c, "format", "retort 1");
	ckpt_note(c, "model", model_print(&n->spec, spec, sizeof spec));
	for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
		if (*io_field(&io, i) != 0)
			note_number(c, notes[i].key, *io_field(&io, i));
	ckpt_note(c, "tells", n->io.next_token ? "next-token" : "class");
	for (size_t i = 0; i < n->own; i++) {
		const struct param *p = &n->layout.param[i];
		struct ckpt_tensor *t = ckpt_add(c, p->name, p->rank, p->dim, NULL);

		for (size_t k = 0; k < p->len; k++)
			t->data[k] = (float)value[p->offset + k];
	}
	return c;
}

int
net_load(const struct net *n, real *value, const struct ckpt *c, struct err *e)
{
	char want[80], got[200];

	for (size_t i = 0; i < n->own; i++) {
		const struct param *p = &n->layout.param[i];
		const struct ckpt_tensor *t = ckpt_find(c, p->name);

		if (!t)
			return err_set(e, "%s: not in the file", p->name);
		if (t->rank != p->rank ||
		    memcmp(t->dim, p->dim, (size_t)p->rank * sizeof p->dim[0]) != 0)
			return err_set(e, "%s: %s expected, the file has %s", p->name,
				       param_print_shape(p->rank, p->dim, want, sizeof want),
				       param_print_shape(t->rank, t->dim, got, sizeof got));
	}
	for (size_t i = 0; i < n->own; i++) {
		const struct param *p = &n->layout.param[i];
		const struct ckpt_tensor *t = ckpt_find(c, p->name);

		for (size_t k = 0; k < p->len; k++)
			value[p->offset + k] = (real)t->data[k];
	}
	return 0;
}

static int
read_number(const struct ckpt *c, const char *key, size_t most, size_t *out, struct err *e)
{
	const char *text = ckpt_get(c, key);
	int64_t n;

	if (!text) {
		*out = 0;
		return 0;
	}
	if (text_to_int(text, &n) < 0 || n < 1 || (uint64_t)n > most)
		return err_set(e, "%s: '%.40s' in the file's notes is not a whole number in 1..%zu",
			       key, text, most);
	*out = (size_t)n;
	return 0;
}

/* A file's network reads shorter texts and smaller vocabularies than its own; all else must agree.
 */
static int
meet(const struct model_io *file, struct model_io *io, struct err *e)
{
	if ((file->length > 0) != (io->kind == DATASET_TOKENS))
		return err_set(e, "the file's network reads %s, the data is %s",
			       file->length ? "tokens" : "numbers",
			       io->kind == DATASET_TOKENS  ? "tokens"
			       : io->kind == DATASET_IMAGE ? "images"
							   : "numbers");
	if (io->kind != DATASET_TOKENS && file->features != io->features)
		return err_set(e, "the file's network reads %zu numbers a row, the data has %zu",
			       file->features, io->features);
	if (io->kind == DATASET_IMAGE && file->height &&
	    (file->height != io->height || file->width != io->width))
		return err_set(
			e, "the file's network reads images of %zu x %zu, the data has %zu x %zu",
			file->height, file->width, io->height, io->width);
	if (io->kind == DATASET_TOKENS && io->vocab > file->vocab)
		return err_set(e,
			       "the data's vocabulary of %zu is larger than the embedding of %zu",
			       io->vocab, file->vocab);
	if (io->kind == DATASET_TOKENS && io->length > file->length)
		return err_set(e, "rows of %zu tokens are longer than the file's %zu positions",
			       io->length, file->length);
	if (io->next_token && io->vocab != file->vocab)
		return err_set(e, "the file's network tells %zu tokens, the data has %zu",
			       file->vocab, io->vocab);
	if (!io->next_token && file->classes != io->classes)
		return err_set(e, "the file's network has %zu classes, the data has %zu",
			       file->classes, io->classes);
	return 0;
}

int
net_spec_of(const struct ckpt *c, struct model_spec *spec, struct model_io *io, struct err *e)
{
	const char *model = ckpt_get(c, "model"), *tells = ckpt_get(c, "tells");
	struct model_io file = { .features = 0 };
	int positions;

	if (!model)
		return err_set(e, "the file's notes name no model: it was not written by `save`; "
				  "of a published model, name the directory");
	if (model_parse(model, spec, e) < 0)
		return -1;
	for (size_t i = 0; i < sizeof notes / sizeof *notes; i++)
		if (read_number(c, notes[i].key, notes[i].most, io_field(&file, i), e) < 0)
			return -1;
	if ((tells && strcmp(tells, "next-token") == 0) != io->next_token)
		return err_set(e, "the file's network tells %s, the data asks for %s",
			       io->next_token ? "a class" : "the next token",
			       io->next_token ? "the next token" : "a class");
	positions = model_option(
		spec->kind,
		"positions"); /* its table may be longer than the rows it learned from */
	if (positions >= 0 && spec->value[positions] > (double)file.length)
		file.length = (size_t)spec->value[positions];
	if (meet(&file, io, e) < 0)
		return -1;
	if (io->kind == DATASET_TOKENS && positions >= 0)
		spec->value[positions] = (double)file.length;
	if (io->kind == DATASET_TOKENS)
		io->vocab = file.vocab;
	return 0;
}

static int
class_of(const struct dataset *ds, const char *name)
{
	for (int i = 0; i < ds->classes; i++)
		if (strcmp(ds->class_name[i], name) == 0)
			return i;
	return -1;
}

int
net_check_names(const struct ckpt *c, const struct dataset *ds, struct err *e)
{
	int other = -1;
	char key[32];

	for (int i = 0; ds->class_name && i < ds->classes; i++) {
		const char *name;

		snprintf(key, sizeof key, "label.%d", i);
		name = ckpt_get(c, key);
		if (!name || class_of(ds, name) < 0)
			return 0;
		if (other < 0 && class_of(ds, name) != i)
			other = i;
	}
	if (other < 0)
		return 0;
	snprintf(key, sizeof key, "label.%d", other);
	return err_set(e,
		       "class %d of the file's network is '%.40s', of the data '%.40s': the same "
		       "classes in another order",
		       other, ckpt_get(c, key), ds->class_name[other]);
}
