/* fuzz_hf.c: a published model: the text of config.json, a NUL, a safetensors file. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "retort/base/mem.h"
#include "retort/nn/hf/hf.h"

/* A model that is read is printed, written and read again with the same numbers. */
static void
round_trip(const struct ckpt *c)
{
	struct ckpt *theirs = NULL, *again = NULL;
	char *config = NULL;
	struct err e = { .msg = "" };

	MUST(hf_print(c, &theirs, &config, &e) == 0);
	MUST(hf_parse(config, strlen(config), theirs, false, &again, &e) == 0);
	MUST(again->n_tensors == c->n_tensors);
	for (size_t i = 0; i < c->n_tensors; i++) {
		MUST(again->tensor[i].len == c->tensor[i].len);
		MUST(memcmp(again->tensor[i].data, c->tensor[i].data,
			    c->tensor[i].len * sizeof(float)) == 0);
	}
	ckpt_free(theirs);
	ckpt_free(again);
	mem_free(config);
}

/* Without its head: what is read has no numbers of one, and is the same as what is read of it with
 * its head, where that is possible. */
static void
without_head(const uint8_t *data, size_t config, const struct ckpt *theirs,
	     const struct ckpt *whole)
{
	struct ckpt *body = NULL;
	struct err e = { "" };

	if (hf_parse((const char *)data, config, theirs, true, &body, &e) < 0) {
		MUST(e.msg[0] && !body && !whole);
		return;
	}
	MUST(ckpt_get(body, "head") && !ckpt_find(body, "logits.weight"));
	for (size_t i = 0; whole && i < body->n_tensors; i++) {
		const struct ckpt_tensor *a = &body->tensor[i], *b = ckpt_find(whole, a->name);

		MUST(b && a->len == b->len &&
		     memcmp(a->data, b->data, a->len * sizeof(float)) == 0);
	}
	ckpt_free(body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
	size_t config = nul ? (size_t)(nul - data) : size, rest = nul ? size - config - 1 : 0;
	struct ckpt *theirs = NULL, *c = NULL;
	struct err e = { .msg = "" };

	if (!nul || ckpt_parse_some((const char *)nul + 1, rest, hf_wants, &theirs, &e) < 0)
		theirs = ckpt_new();
	if (hf_parse((const char *)data, config, theirs, false, &c, &e) < 0)
		MUST(e.msg[0] && !c);
	else
		round_trip(c);
	without_head(data, config, theirs, c);
	ckpt_free(theirs);
	ckpt_free(c);
	return 0;
}
