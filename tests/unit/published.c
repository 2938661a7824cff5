/* published.c: the published models of tests/vectors/hf. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "published.h"

const char *const published_models[] = { "bert",     "distilbert", "gpt2",  "gpt2-bare",
					 "gpt2-f16", "gpt2-bf16",  "llama", "llama-tied" };
const size_t published_count = sizeof published_models / sizeof *published_models;

const char *
published_path(const char *model, const char *file, char *buf, size_t size)
{
	snprintf(buf, size, RETORT_SRCDIR "/tests/vectors/hf/%s%s%s", model, file[0] ? "/" : "",
		 file);
	return buf;
}

json_t *
published_json(const char *model, const char *file)
{
	char path[1024];
	json_error_t e;
	json_t *j = json_load_file(published_path(model, file, path, sizeof path), 0, &e);

	if (!j)
		fail_msg("%s: %s", path, e.text);
	return j;
}

void
published_same_tensors(const char *model, const struct ckpt *a, const struct ckpt *b)
{
	CHECK_INT(a->n_tensors, b->n_tensors);
	for (size_t i = 0; i < a->n_tensors; i++) {
		const struct ckpt_tensor *x = &a->tensor[i], *y = ckpt_find(b, x->name);

		if (!y || x->rank != y->rank ||
		    memcmp(x->dim, y->dim, (size_t)x->rank * sizeof *x->dim) != 0 ||
		    memcmp(x->data, y->data, x->len * sizeof *x->data) != 0)
			fail_msg("%s: tensor %s is another", model, x->name);
	}
}
