/* net.c: a model built into a graph, with taps at its layers; to and from checkpoints. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/engine/net.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/text.h"

struct net *
net_new(const char *name, const struct model_spec *spec, size_t features, size_t classes, size_t capacity,
	struct pool *pool, struct err *e)
{
	struct net *n = mem_new(sizeof *n);
	int input;

	snprintf(n->name, sizeof n->name, "%s", name);
	n->spec = *spec;
	n->features = features;
	n->classes = classes;
	param_layout_init(&n->layout);
	n->graph = graph_new(capacity, &n->layout, pool);
	input = graph_input(n->graph, "input", 1, &features);
	n->n_taps = spec->kind->build(spec, n->graph, input, classes, n->tap, e);
	if (n->n_taps < 0) {
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
	param_layout_release(&n->layout);
	mem_free(n);
}

int
net_project(struct net *n, const char *name, int tap, size_t width, struct err *e)
{
	int group = param_group_add(&n->layout, name, 1, 1);

	return graph_add(n->graph, &op_dense, name, group, 1, &n->tap[tap],
			 (double[GRAPH_ATTRS]){ ACT_NONE, (double)width }, e);
}

int
net_finish(struct net *n, bool gradients, struct err *e)
{
	return graph_finish(n->graph, gradients, e);
}

size_t
net_width(const struct net *n, int tap)
{
	return tensor_width(&n->graph->node[n->tap[tap]].out);
}

int
net_logits(const struct net *n)
{
	return n->tap[n->n_taps - 1];
}

const char *
net_layer_name(const struct net *n, int tap, char *buf, size_t size)
{
	if (tap == n->n_taps - 1)
		snprintf(buf, size, "logits");
	else
		snprintf(buf, size, "%d", tap);
	return buf;
}

struct hash
net_hash(const struct net *n, const real *value)
{
	char spec[256], text[320];
	struct hash shape, numbers = hash_of(value, n->layout.len * sizeof *value);

	snprintf(text, sizeof text, "%s %zu %zu", model_print(&n->spec, spec, sizeof spec), n->features, n->classes);
	shape = hash_of(text, strlen(text));
	return hash_join(&shape, &numbers);
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
	char spec[256];

	ckpt_note(c, "format", "retort 1");
	ckpt_note(c, "model", model_print(&n->spec, spec, sizeof spec));
	note_number(c, "features", n->features);
	note_number(c, "classes", n->classes);
	for (size_t i = 0; i < n->own; i++) {
		const struct param *p = &n->layout.param[i];
		struct ckpt_tensor *t = ckpt_add(c, p->name, p->rank, p->dim, NULL);

		for (size_t k = 0; k < p->len; k++)
			t->data[k] = (float)value[p->offset + k];
	}
	return c;
}

static const char *
print_shape(int rank, const size_t *dim, char *buf, size_t size)
{
	struct text t = { 0 };

	text_add(&t, "[");
	for (int i = 0; i < rank; i++)
		text_addf(&t, "%s%zu", i ? ", " : "", dim[i]);
	text_add(&t, "]");
	snprintf(buf, size, "%s", text_get(&t));
	text_release(&t);
	return buf;
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
		if (t->rank != p->rank || memcmp(t->dim, p->dim, (size_t)p->rank * sizeof p->dim[0]) != 0)
			return err_set(e, "%s: %s expected, the file has %s", p->name,
				       print_shape(p->rank, p->dim, want, sizeof want),
				       print_shape(t->rank, t->dim, got, sizeof got));
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

	if (!text || text_to_int(text, &n) < 0 || n < 1 || (uint64_t)n > most)
		return err_set(e, "%s: '%s' in the file's notes is not a whole number in 1..%zu", key,
			       text ? text : "", most);
	*out = (size_t)n;
	return 0;
}

int
net_spec_of(const struct ckpt *c, struct model_spec *spec, size_t *features, size_t *classes, struct err *e)
{
	const char *model = ckpt_get(c, "model");

	if (!model)
		return err_set(e, "the file's notes name no model: it was not written by `save`");
	if (model_parse(model, spec, e) < 0 || read_number(c, "features", 1u << 24, features, e) < 0 ||
	    read_number(c, "classes", 65536, classes, e) < 0)
		return -1;
	return 0;
}
