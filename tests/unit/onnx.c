/* onnx.c: the few messages of ONNX that an operator test has. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "onnx.h"
#include "onnxwire.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"

static void
text(const struct onnxwire_field *f, char *out)
{
	snprintf(out, ONNX_NAME, "%.*s",
		 (int)(f->bytes.end - f->bytes.at < ONNX_NAME ? f->bytes.end - f->bytes.at
							      : ONNX_NAME),
		 f->kind == ONNXWIRE_BYTES ? (const char *)f->bytes.at : "");
}

static double
float_of(uint64_t bits)
{
	uint32_t low = (uint32_t)bits;
	float x;

	memcpy(&x, &low, sizeof x);
	return (double)x;
}

static double
double_of(uint64_t bits)
{
	double x;

	memcpy(&x, &bits, sizeof x);
	return x;
}

static double
half_of(uint64_t bits)
{
	int exponent = (int)(bits >> 10 & 31), fraction = (int)(bits & 1023);
	double x;

	if (exponent == 31)
		x = fraction ? (double)NAN : (double)INFINITY;
	else
		x = exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
	return bits >> 15 & 1 ? -x : x;
}

/* ---------------------------------------------------------------- tensors */

/* TensorProto.DataType, numeric types only. */
static const struct type {
	int id;
	size_t size; /* bytes in raw_data */
	enum { FLOAT, HALF, BRAIN, SIGNED, UNSIGNED } form;
} types[] = {
	{ 1, 4, FLOAT },  { 2, 1, UNSIGNED }, { 3, 1, SIGNED },    { 4, 2, UNSIGNED },
	{ 5, 2, SIGNED }, { 6, 4, SIGNED },   { 7, 8, SIGNED },    { 9, 1, UNSIGNED },
	{ 10, 2, HALF },  { 11, 8, FLOAT },   { 12, 4, UNSIGNED }, { 13, 8, UNSIGNED },
	{ 16, 2, BRAIN },
};

static const struct type *
type_find(uint64_t id)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if ((uint64_t)types[i].id == id)
			return &types[i];
	return NULL;
}

/* Decode a number of `size` bytes, little-endian. */
static double
number_of(const struct type *t, size_t size, uint64_t bits)
{
	switch (t->form) {
	case FLOAT:
		return size == 8 ? double_of(bits) : float_of(bits);
	case HALF:
		return half_of(bits);
	case BRAIN:
		return float_of((bits & 0xffff) << 16);
	case UNSIGNED:
		return (double)bits;
	case SIGNED:
		return (double)((int64_t)(bits << (64 - 8 * size)) >> (64 - 8 * size));
	}
	return 0;
}

/* Fields of TensorProto with numbers. */
enum {
	FLOAT_DATA = 4,
	INT32_DATA = 5,
	INT64_DATA = 7,
	RAW_DATA = 9,
	DOUBLE_DATA = 10,
	UINT64_DATA = 11
};

/* Wire type of the numbers of field `id` when not raw; 0: varint. */
static size_t
width_of(int id)
{
	return id == FLOAT_DATA ? 4 : id == DOUBLE_DATA ? 8 : 0;
}

/* Read numbers of one field: packed, or one of several. */
static void
take(struct onnx_tensor *t, const struct type *type, struct onnxwire_field *f, size_t *have)
{
	struct onnxwire *w = &f->bytes;
	size_t width = f->id == RAW_DATA ? type->size : width_of(f->id);

	if (f->kind != ONNXWIRE_BYTES) { /* not packed */
		if (*have < t->len)
			t->data[*have] = number_of(type, width ? width : 8, f->value);
		++*have;
		return;
	}
	while (w->at < w->end && !w->bad) {
		uint64_t bits = width ? onnxwire_fixed(w, width) : onnxwire_varint(w);

		if (w->bad)
			break;
		if (*have < t->len)
			t->data[*have] = number_of(type, width ? width : 8, bits);
		++*have;
	}
}

static int
shape_parse(struct onnxwire w, struct onnx_tensor *t, const struct type **type, struct err *e)
{
	struct onnxwire_field f;

	t->len = 1;
	while (onnxwire_next(&w, &f)) {
		if (f.id == 2 && f.kind == ONNXWIRE_VARINT) {
			*type = type_find(f.value);
			if (!*type)
				return err_set(e, "data type %" PRIu64 " is not one of numbers",
					       f.value);
		} else if (f.id == 8) {
			text(&f, t->name);
		} else if (f.id == 1) { /* packed or not */
			struct onnxwire one = f.bytes;

			while (f.kind == ONNXWIRE_VARINT || one.at < one.end) {
				uint64_t dim =
					f.kind == ONNXWIRE_VARINT ? f.value : onnxwire_varint(&one);

				if (one.bad)
					return err_set(e, "a dimension is cut off");
				if (t->rank == ONNX_RANK)
					return err_set(e, "more than %d dimensions", ONNX_RANK);
				if (dim > 1u << 24 || (dim && t->len > (1u << 24) / dim))
					return err_set(e, "more than %u numbers", 1u << 24);
				t->dim[t->rank++] = (size_t)dim;
				t->len *= (size_t)dim;
				if (f.kind == ONNXWIRE_VARINT)
					break;
			}
		}
	}
	if (w.bad)
		return err_set(e, "no protobuf message");
	if (!*type)
		return err_set(e, "has no data type");
	return 0;
}

int
onnx_tensor_parse(const void *data, size_t size, struct onnx_tensor *t, struct err *e)
{
	const struct onnxwire all = { data, (const unsigned char *)data + size, false };
	const struct type *type = NULL;
	struct onnxwire w = all;
	struct onnxwire_field f;
	size_t have = 0;

	memset(t, 0, sizeof *t);
	if (shape_parse(all, t, &type, e) < 0)
		return -1;
	t->data = mem_array(t->len ? t->len : 1, sizeof *t->data);
	while (onnxwire_next(&w, &f)) {
		if (f.id == FLOAT_DATA || f.id == INT32_DATA || f.id == INT64_DATA ||
		    f.id == RAW_DATA || f.id == DOUBLE_DATA || f.id == UINT64_DATA)
			take(t, type, &f, &have);
		w.bad = w.bad || f.bytes.bad;
	}
	if (!w.bad && have == t->len)
		return 0;
	mem_free(t->data);
	t->data = NULL;
	return err_set(e, "tensor '%s': %zu numbers, its shape needs %zu", t->name, have, t->len);
}

/* ---------------------------------------------------------------- models */

static int
attr_parse(struct onnxwire w, struct onnx_attr *a, struct err *e)
{
	struct onnxwire_field f;

	memset(a, 0, sizeof *a);
	while (onnxwire_next(&w, &f)) {
		struct onnxwire list = f.bytes;
		bool floats = f.id == 2 || f.id == 7;

		if (f.id == 1)
			text(&f, a->name);
		else if (f.id == 4)
			text(&f, a->text);
		if (!floats && f.id != 3 && f.id != 8)
			continue;
		while (f.kind != ONNXWIRE_BYTES || list.at < list.end) {
			uint64_t v = f.kind != ONNXWIRE_BYTES ? f.value
				     : floats                 ? onnxwire_fixed(&list, 4)
							      : onnxwire_varint(&list);

			if (list.bad || a->n == sizeof a->number / sizeof *a->number)
				return err_set(e, "attribute '%s': cut off, or too many numbers",
					       a->name);
			a->number[a->n++] = floats ? float_of(v) : (double)(int64_t)v;
			if (f.kind != ONNXWIRE_BYTES)
				break;
		}
	}
	return w.bad ? err_set(e, "attribute '%s' is no protobuf message", a->name) : 0;
}

static int
node_parse(struct onnxwire w, struct onnx_node *n, struct err *e)
{
	struct onnxwire_field f;

	while (onnxwire_next(&w, &f)) {
		if (((f.id == 1 && n->n_in == ONNX_PORTS) ||
		     (f.id == 2 && n->n_out == ONNX_PORTS)) ||
		    (f.id == 5 && n->n_attrs == ONNX_ATTRS))
			return err_set(e, "node '%s' has too many inputs, outputs or attributes",
				       n->op);
		if (f.id == 1)
			text(&f, n->in[n->n_in++]);
		else if (f.id == 2)
			text(&f, n->out[n->n_out++]);
		else if (f.id == 4)
			text(&f, n->op);
		else if (f.id == 5 && attr_parse(f.bytes, &n->attr[n->n_attrs++], e) < 0)
			return -1;
	}
	return w.bad || !n->op[0]
		       ? err_set(e, "a node is no protobuf message, or names no operator")
		       : 0;
}

static int
graph_parse(struct onnxwire w, struct onnx_model *m, struct err *e)
{
	struct onnxwire_field f, inner;
	int nodes = 0;

	while (onnxwire_next(&w, &f)) {
		if ((f.id == 5 && m->n_fixed == ONNX_PORTS) ||
		    (f.id == 11 && m->n_in == ONNX_PORTS))
			return err_set(e, "more than %d inputs", ONNX_PORTS);
		if (f.id == 1 && (nodes++ > 0 || node_parse(f.bytes, &m->node, e) < 0))
			return nodes > 1 ? err_set(e, "has more than one node") : -1;
		if (f.id == 5) {
			if (onnx_tensor_parse(f.bytes.at, (size_t)(f.bytes.end - f.bytes.at),
					      &m->fixed[m->n_fixed], e) < 0)
				return -1;
			m->n_fixed++;
		}
		if (f.id != 11)
			continue;
		while (onnxwire_next(&f.bytes, &inner))
			if (inner.id == 1)
				text(&inner, m->in[m->n_in]);
		m->n_in++;
		w.bad = w.bad || f.bytes.bad;
	}
	if (w.bad || nodes != 1)
		return err_set(e, "a graph is no protobuf message, or has no node");
	return 0;
}

int
onnx_model_parse(const void *data, size_t size, struct onnx_model *m, struct err *e)
{
	struct onnxwire w = { data, (const unsigned char *)data + size, false };
	struct onnxwire_field f;
	int graphs = 0;

	memset(m, 0, sizeof *m);
	while (onnxwire_next(&w, &f))
		if (f.id == 7 && (graphs++ > 0 || graph_parse(f.bytes, m, e) < 0)) {
			onnx_model_release(m);
			return graphs > 1 ? err_set(e, "has more than one graph") : -1;
		}
	if (!w.bad && graphs == 1)
		return 0;
	onnx_model_release(m);
	return err_set(e, "a model is no protobuf message, or has no graph");
}

void
onnx_model_release(struct onnx_model *m)
{
	for (int i = 0; i < m->n_fixed; i++)
		mem_free(m->fixed[i].data);
	m->n_fixed = 0;
}

/* ---------------------------------------------------------------- tests in folders */

const char *
onnx_folder(void)
{
	const char *set = getenv("ONNX_TESTDATA"),
		   *dir = set && *set ? set : "/usr/share/libonnx-testdata/data";
	char *node = io_join(dir, "node");
	bool there = io_exists(node);

	mem_free(node);
	return there ? dir : NULL;
}

static int
file_read(const char *path, const char *name, char **data, size_t *size, struct err *e)
{
	const char *folder = onnx_folder();
	char full[512];

	if (!folder)
		return err_set(e, "libonnx-testdata is not installed");
	snprintf(full, sizeof full, "%s/%s/%s", folder, path, name);
	return io_read(full, 64u << 20, data, size, e);
}

static int
tensor_load(const char *path, const char *kind, int index, struct onnx_tensor *t, struct err *e)
{
	char name[64], *data;
	size_t size;
	int rc;

	snprintf(name, sizeof name, "test_data_set_0/%s_%d.pb", kind, index);
	if (file_read(path, name, &data, &size, e) < 0)
		return -1;
	rc = onnx_tensor_parse(data, size, t, e);
	mem_free(data);
	return rc < 0 ? err_wrap(e, "%s/%s", path, name) : 0;
}

/* Input `name` of the node: an initializer of the model, or the file with its index among the other
 * inputs of the graph. */
static int
input_load(const char *path, struct onnx_model *m, const char *name, struct onnx_tensor *t,
	   struct err *e)
{
	int file = 0;

	for (int i = 0; i < m->n_fixed; i++)
		if (strcmp(m->fixed[i].name, name) == 0) {
			*t = m->fixed[i];
			m->fixed[i].data = NULL;
			return t->data ? 0 : err_set(e, "%s: '%s' is used twice", path, name);
		}
	for (int i = 0; i < m->n_in; i++) {
		bool fixed_input = false;

		if (strcmp(m->in[i], name) == 0)
			return tensor_load(path, "input", file, t, e);
		for (int k = 0; k < m->n_fixed; k++)
			fixed_input = fixed_input || strcmp(m->fixed[k].name, m->in[i]) == 0;
		file += !fixed_input;
	}
	return err_set(e, "%s: '%s' is no input of the graph", path, name);
}

int
onnx_case_load(const char *path, struct onnx_case *c, struct err *e)
{
	struct onnx_node *n = &c->model.node;
	char *data;
	size_t size;
	int rc, file = 0;

	memset(c, 0, sizeof *c);
	if (file_read(path, "model.onnx", &data, &size, e) < 0)
		return -1;
	rc = onnx_model_parse(data, size, &c->model, e);
	mem_free(data);
	if (rc < 0)
		return err_wrap(e, "%s/model.onnx", path);
	for (int i = 0; i < n->n_in && rc == 0; i++)
		if (n->in[i][0])
			rc = input_load(path, &c->model, n->in[i], &c->in[i], e);
	for (int i = 0; i < n->n_out && rc == 0; i++)
		if (n->out[i][0])
			rc = tensor_load(path, "output", file++, &c->out[i], e);
	if (rc < 0)
		onnx_case_release(c);
	return rc;
}

void
onnx_case_release(struct onnx_case *c)
{
	onnx_model_release(&c->model);
	for (int i = 0; i < ONNX_PORTS; i++) {
		mem_free(c->in[i].data);
		mem_free(c->out[i].data);
		c->in[i].data = c->out[i].data = NULL;
	}
}

/* ---------------------------------------------------------------- attributes */

static const struct onnx_attr *
attr_find(const struct onnx_node *n, const char *name)
{
	for (int i = 0; i < n->n_attrs; i++)
		if (strcmp(n->attr[i].name, name) == 0)
			return &n->attr[i];
	return NULL;
}

double
onnx_item(const struct onnx_node *n, const char *name, size_t i, double absent)
{
	const struct onnx_attr *a = attr_find(n, name);

	return a && i < a->n ? a->number[i] : absent;
}

double
onnx_number(const struct onnx_node *n, const char *name, double absent)
{
	return onnx_item(n, name, 0, absent);
}

const char *
onnx_word(const struct onnx_node *n, const char *name, const char *absent)
{
	const struct onnx_attr *a = attr_find(n, name);

	return a && a->text[0] ? a->text : absent;
}
