/* fuzz_model.c: the description of a network. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "retort/nn/model.h"
#include "retort/nn/models/model_table.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), once[256], twice[256];
	struct model_spec spec;
	struct err e = { .msg = "" };

	if (model_table_parse(text, &spec, &e) < 0) {
		MUST(e.msg[0]);
	} else {
		MUST(spec.n_widths >= 0 && spec.n_widths <= MODEL_BLOCKS);
		for (int i = 0; i < spec.n_widths; i++)
			MUST(spec.width[i] >= 1 && spec.width[i] <= MODEL_WIDTH);
		model_print(&spec, once,
			    sizeof once); /* a printed description parses to the same one */
		if (strlen(once) + 1 < sizeof once) {
			MUST(model_table_parse(once, &spec, &e) == 0);
			model_print(&spec, twice, sizeof twice);
			MUST(strcmp(once, twice) == 0);
		}
	}
	free(text);
	return 0;
}
