/* ckpt.c: checkpoints in memory, and safetensors files read; the JSON header goes through Jansson.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/ckpt.h"

#include <assert.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/jsonparse.h"
#include "retort/base/magic.h"
#include "retort/base/mem.h"
#include "retort/base/sig.h"
#include "retort/nn/ckpt_type.h"

#define HEADER_LIMIT ((uint64_t)100 << 20)
#define FILE_LIMIT ((size_t)4 << 30)
#define TENSORS 65536
#define UNCHECKED ((size_t)1 << 20) /* numbers between two checks for a signal */

struct ckpt *
ckpt_new(void)
{
	return mem_new(sizeof(struct ckpt));
}

void
ckpt_free(struct ckpt *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n_tensors; i++)
		mem_free(c->tensor[i].data);
	for (size_t i = 0; i < c->n_notes; i++) {
		mem_free(c->note[i].key);
		mem_free(c->note[i].value);
	}
	mem_free(c->tensor);
	mem_free(c->note);
	mem_free(c);
}

struct ckpt_tensor *
ckpt_add(struct ckpt *c, const char *name, int rank, const size_t *dim, const float *data)
{
	struct ckpt_tensor *t;

	assert(strlen(name) < CKPT_NAME && rank >= 0 && rank <= CKPT_RANK);
	mem_grow(&c->tensor, &c->cap_tensors, c->n_tensors + 1, sizeof *c->tensor);
	t = &c->tensor[c->n_tensors++];
	snprintf(t->name, sizeof t->name, "%s", name);
	t->rank = rank;
	t->len = 1;
	for (int i = 0; i < rank; i++) {
		t->dim[i] = dim[i];
		t->len *= dim[i];
	}
	t->data = mem_array(t->len, sizeof *t->data);
	if (data)
		memcpy(t->data, data, t->len * sizeof *data);
	return t;
}

void
ckpt_note(struct ckpt *c, const char *key, const char *value)
{
	mem_grow(&c->note, &c->cap_notes, c->n_notes + 1, sizeof *c->note);
	c->note[c->n_notes++] = (struct ckpt_note){ mem_text(key), mem_text(value) };
}

const struct ckpt_tensor *
ckpt_find(const struct ckpt *c, const char *name)
{
	for (size_t i = 0; i < c->n_tensors; i++)
		if (strcmp(c->tensor[i].name, name) == 0)
			return &c->tensor[i];
	return NULL;
}

const char *
ckpt_get(const struct ckpt *c, const char *key)
{
	for (size_t i = 0; i < c->n_notes; i++)
		if (strcmp(c->note[i].key, key) == 0)
			return c->note[i].value;
	return NULL;
}

static int
tensor_hash(const struct ckpt_tensor *t, struct hash *out, struct err *e)
{
	char head[CKPT_NAME + 32 * CKPT_RANK];
	int len = snprintf(head, sizeof head, "%s", t->name);
	struct hash name, numbers;

	if (hash_long(t->data, t->len * sizeof *t->data, &numbers, e) < 0)
		return -1;
	for (int i = 0; i < t->rank; i++)
		len += snprintf(head + len, sizeof head - (size_t)len, " %zu", t->dim[i]);
	name = hash_of(head, (size_t)len);
	*out = hash_join(&name, &numbers);
	return 0;
}

int
ckpt_hash(const struct ckpt *c, struct hash *out, struct err *e)
{
	*out = hash_of("", 0);
	for (size_t i = 0; i < c->n_tensors; i++) {
		struct hash one;

		if (tensor_hash(&c->tensor[i], &one, e) < 0)
			return -1;
		*out = hash_join(out, &one);
	}
	return 0;
}

#define SKIPPED (-1)

/* An entry of the header, checked; its numbers are read later. */
struct entry {
	const char *name;
	int type, rank; /* type: see ckpt_type.h, or SKIPPED */
	size_t dim[CKPT_RANK], len;
	uint64_t from, to;
};

static int
read_type(const char *name, const json_t *j, ckpt_wants *wants, int *type, struct err *e)
{
	const char *word = json_string_value(json_object_get(j, "dtype"));
	int wanted = wants ? wants(name, word ? word : "", e) : 1;

	*type = SKIPPED;
	if (wanted <= 0)
		return wanted;
	*type = word ? ckpt_type_find(word) : -1;
	if (*type >= 0)
		return 0;
	return err_set(e, "tensor %s: unsupported type '%s' (expected F32, F16, BF16 or F64)", name,
		       word ? word : "");
}

static int
read_shape(const json_t *j, struct entry *t, struct err *e)
{
	const json_t *shape = json_object_get(j, "shape");

	if (!json_is_array(shape) || json_array_size(shape) > CKPT_RANK)
		return err_set(e,
			       "tensor %s: invalid shape (expected a list of at most %d numbers)",
			       t->name, CKPT_RANK);
	t->rank = (int)json_array_size(shape);
	t->len = 1;
	for (int i = 0; i < t->rank; i++) {
		const json_t *n = json_array_get(shape, (size_t)i);
		json_int_t d = json_is_integer(n) ? json_integer_value(n) : -1;

		if (d < 1 || (uint64_t)d > FILE_LIMIT || t->len > FILE_LIMIT / (size_t)d)
			return err_set(e,
				       "tensor %s: invalid dimension %d of its shape (expected a "
				       "whole number that fits a file)",
				       t->name, i + 1);
		t->dim[i] = (size_t)d;
		t->len *= (size_t)d;
	}
	return 0;
}

static int
read_offsets(const json_t *j, uint64_t size, struct entry *t, struct err *e)
{
	const json_t *at = json_object_get(j, "data_offsets");
	const json_t *from = json_array_get(at, 0), *to = json_array_get(at, 1);

	if (json_array_size(at) != 2 || !json_is_integer(from) || !json_is_integer(to))
		return err_set(e,
			       "tensor %s: invalid data_offsets (expected a pair of whole numbers)",
			       t->name);
	if (json_integer_value(from) < 0 || json_integer_value(to) < json_integer_value(from) ||
	    (uint64_t)json_integer_value(to) > size)
		return err_set(e,
			       "tensor %s: data_offsets %lld..%lld are outside of the %llu bytes "
			       "of data",
			       t->name, (long long)json_integer_value(from),
			       (long long)json_integer_value(to), (unsigned long long)size);
	t->from = (uint64_t)json_integer_value(from);
	t->to = (uint64_t)json_integer_value(to);
	if (t->type != SKIPPED && t->to - t->from != (uint64_t)t->len * ckpt_type_size(t->type))
		return err_set(e, "tensor %s: %llu bytes of data (expected %llu by shape and type)",
			       t->name, (unsigned long long)(t->to - t->from),
			       (unsigned long long)t->len * ckpt_type_size(t->type));
	return 0;
}

static int
by_offset(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return x->from < y->from ? -1 : x->from > y->from;
}

/* Check that the tensors cover the data without overlap or hole. */
static int
check_cover(struct entry *t, size_t n, uint64_t size, struct err *e)
{
	uint64_t at = 0;

	qsort(t, n, sizeof *t, by_offset);
	for (size_t i = 0; i < n; i++) {
		if (t[i].from != at)
			return err_set(e, "tensor %s: data start at %llu and %s", t[i].name,
				       (unsigned long long)t[i].from,
				       t[i].from < at ? "overlap another tensor" : "leave a gap");
		at = t[i].to;
	}
	if (at != size)
		return err_set(e, "%llu bytes of data belong to no tensor",
			       (unsigned long long)(size - at));
	return 0;
}

static int
read_values(const struct entry *t, const unsigned char *data, struct ckpt *c, struct err *e)
{
	struct ckpt_tensor *out;

	if (t->type == SKIPPED)
		return 0;
	out = ckpt_add(c, t->name, t->rank, t->dim, NULL);
	for (size_t i = 0; i < t->len; i++) {
		if (i % UNCHECKED == 0 && sig_check(e) < 0)
			return -1;
		out->data[i] =
			ckpt_type_number(data + t->from + i * ckpt_type_size(t->type), t->type);
		if (!isfinite(out->data[i]))
			return err_set(e, "tensor %s: number %zu is not finite", t->name, i);
	}
	return 0;
}

static int
read_notes(const json_t *j, struct ckpt *c, struct err *e)
{
	const char *key;
	json_t *value;

	if (!json_is_object(j))
		return err_set(e, "__metadata__ is not an object");
	json_object_foreach((json_t *)(uintptr_t)j, key, value)
	{
		if (!json_is_string(value))
			return err_set(e, "__metadata__ '%.60s' is not text", key);
		ckpt_note(c, key, json_string_value(value));
	}
	return 0;
}

static int
read_entries(json_t *root, const unsigned char *data, uint64_t size, ckpt_wants *wants,
	     struct ckpt *c, struct err *e)
{
	size_t n = 0;
	struct entry *t;
	const char *key;
	json_t *value;
	int status = 0;

	if (json_object_size(root) > TENSORS)
		return err_set(e, "%zu tensors (expected at most %d)", json_object_size(root),
			       TENSORS);
	t = mem_array(json_object_size(root) + 1, sizeof *t);
	json_object_foreach(root, key, value)
	{
		if (strcmp(key, "__metadata__") == 0) {
			status = read_notes(value, c, e);
		} else if (strlen(key) >= CKPT_NAME) {
			status = err_set(e, "tensor %.40s...: name longer than %d bytes", key,
					 CKPT_NAME - 1);
		} else {
			t[n].name = key;
			status = read_type(key, value, wants, &t[n].type, e);
			status = status < 0 ? status : read_shape(value, &t[n], e);
			status = status < 0 ? status : read_offsets(value, size, &t[n], e);
			n++;
		}
		if (status < 0)
			break;
	}
	if (status == 0)
		status = check_cover(t, n, size, e);
	for (size_t i = 0; status == 0 && i < n; i++)
		status = read_values(&t[i], data, c, e);
	mem_free(t);
	return status;
}

int
ckpt_parse_some(const char *bytes, size_t size, ckpt_wants *wants, struct ckpt **out, struct err *e)
{
	uint64_t header;
	json_error_t where;
	json_t *root;
	struct ckpt *c;
	int status;

	if (size < 8)
		return err_set(e, "%zu bytes: too short for a safetensors file", size);
	header = ckpt_type_integer((const unsigned char *)bytes, 8);
	if (header > HEADER_LIMIT || header > size - 8)
		return err_set(e, "header of %llu bytes, but only %zu bytes follow",
			       (unsigned long long)header, size - 8);
	root = jsonparse_load(bytes + 8, (size_t)header, &where);
	if (!root && where.position <= 0) /* of the header as a whole */
		return err_set(e, "header: %s", where.text);
	if (!root)
		return err_set(e, "header: %s at byte %d", where.text, where.position);
	if (!json_is_object(root)) {
		json_decref(root);
		return err_set(e, "header: not a JSON object");
	}
	c = ckpt_new();
	status = read_entries(root, (const unsigned char *)bytes + 8 + header, size - 8 - header,
			      wants, c, e);
	json_decref(root);
	if (status < 0) {
		ckpt_free(c);
		return -1;
	}
	*out = c;
	return 0;
}

int
ckpt_parse(const char *bytes, size_t size, struct ckpt **out, struct err *e)
{
	return ckpt_parse_some(bytes, size, NULL, out, e);
}

int
ckpt_read_some(const char *path, ckpt_wants *wants, struct ckpt **out, struct err *e)
{
	char *bytes;
	size_t size;
	int status;

	if (io_read(path, FILE_LIMIT, &bytes, &size, e) < 0)
		return -1;
	status = ckpt_parse_some(bytes, size, wants, out, e);
	if (status < 0) /* afterwards: the length of a header may look like another format */
		magic_check(bytes, size, e);
	mem_free(bytes);
	return status < 0 ? err_wrap(e, "%s", path) : 0;
}

int
ckpt_read(const char *path, struct ckpt **out, struct err *e)
{
	return ckpt_read_some(path, NULL, out, e);
}
