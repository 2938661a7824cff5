/* hf_tensor_names.c: tensors of published models that a network does not have. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "retort/nn/hf/hf_tensors.h"

bool
hf_tensor_names_buffer(const char *name)
{
	static const char *const buffer[] = { "embeddings.position_ids", "attn.bias",
					      "attn.masked_bias",        "rotary_emb.inv_freq",
					      "attention.bias",          "attention.masked_bias" };

	for (size_t i = 0; i < sizeof buffer / sizeof *buffer; i++) {
		size_t len = strlen(name), tail = strlen(buffer[i]);

		if (len >= tail && strcmp(name + len - tail, buffer[i]) == 0 &&
		    (len == tail || name[len - tail - 1] == '.'))
			return true;
	}
	return false;
}

bool
hf_tensor_names_of_head(const char *name)
{
	static const char *const head[] = { "cls.",        "classifier.",     "pre_classifier.",
					    "lm_head.",    "embed_out.",      "score.",
					    "qa_outputs.", "vocab_",          "predictions.",
					    "generator_",  "sop_classifier.", "discriminator_" };

	for (size_t i = 0; i < sizeof head / sizeof *head; i++)
		if (strncmp(name, head[i], strlen(head[i])) == 0)
			return true;
	return strstr(name, "pooler.") != NULL;
}

const char *
hf_tensor_names_other_head(const struct ckpt *theirs)
{
	for (size_t i = 0; i < theirs->n_tensors; i++) {
		const char *name = theirs->tensor[i].name;

		if (hf_tensor_names_of_head(name) && !strstr(name, "pooler.") &&
		    strncmp(name, "classifier.", 11) != 0)
			return name;
	}
	return NULL;
}
