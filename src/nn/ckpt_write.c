/* ckpt_write.c: a checkpoint as a safetensors file. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/ckpt.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"

static json_t *
make_header(const struct ckpt *c)
{
	json_t *root = json_object(), *notes = json_object();
	size_t at = 0;

	for (size_t i = 0; i < c->n_notes; i++)
		json_object_set_new(notes, c->note[i].key, json_string(c->note[i].value));
	json_object_set_new(root, "__metadata__", notes);
	for (size_t i = 0; i < c->n_tensors; i++) {
		const struct ckpt_tensor *t = &c->tensor[i];
		json_t *shape = json_array();

		for (int k = 0; k < t->rank; k++)
			json_array_append_new(shape, json_integer((json_int_t)t->dim[k]));
		json_object_set_new(root, t->name,
				    json_pack("{s:s, s:o, s:[I,I]}", "dtype", "F32", "shape", shape,
					      "data_offsets", (json_int_t)at,
					      (json_int_t)(at + t->len * 4)));
		at += t->len * 4;
	}
	return root;
}

int
ckpt_write(const struct ckpt *c, const char *path, struct err *e)
{
	json_t *root = make_header(c);
	char *text = json_dumps(root, JSON_COMPACT | JSON_PRESERVE_ORDER);
	static const char blanks[8] = "        ";
	size_t len = text ? strlen(text) : 0, pad = (8 - len % 8) % 8, n = 3 + c->n_tensors;
	unsigned char length[8];
	const void **part = mem_array(n, sizeof *part);
	size_t *size = mem_array(n, sizeof *size);
	int status;

	for (int i = 0; i < 8; i++)
		length[i] = (unsigned char)((uint64_t)(len + pad) >> (8 * i));
	part[0] = length;
	size[0] = 8;
	part[1] = text;
	size[1] = len;
	part[2] = blanks;
	size[2] = pad;
	for (size_t i = 0; i < c->n_tensors; i++) {
		part[3 + i] = c->tensor[i].data; /* little-endian machines only: x86-64, arm64 */
		size[3 + i] = c->tensor[i].len * 4;
	}
	status = text ? io_write(path, part, size, n, e)
		      : err_set(e, "%s: no memory for the header", path);
	free(text);
	json_decref(root);
	mem_free(part);
	mem_free(size);
	return status;
}
