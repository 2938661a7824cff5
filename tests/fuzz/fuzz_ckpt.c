/* fuzz_ckpt.c: bytes of a safetensors file. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <math.h>

#include "retort/nn/ckpt.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ckpt *c = NULL;
	struct err e = { .msg = "" };

	if (ckpt_parse((const char *)data, size, &c, &e) < 0) {
		MUST(e.msg[0]);
		return 0;
	}
	for (size_t i = 0; i < c->n_tensors; i++) {
		const struct ckpt_tensor *t = &c->tensor[i];
		size_t len = 1;

		for (int k = 0; k < t->rank; k++)
			len *= t->dim[k];
		MUST(len == t->len && t->len <= size && strlen(t->name) < CKPT_NAME);
		for (size_t k = 0; k < t->len; k++)
			MUST(isfinite(t->data[k]));
		MUST(ckpt_find(c, t->name) == t);
	}
	ckpt_free(c);
	return 0;
}
