/* fuzz_metrics.c: a file of curves. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "retort/curve/curves_file.h"

/* Every sample is in order, and every name can be written. */
static void
check_series(const struct curves *c, unsigned run, unsigned branch, unsigned metric)
{
	const struct series *s = curves_series(c, run, branch, metric);
	char label[CURVES_LABEL];
	uint32_t before = 0, step;
	double value;

	for (size_t i = 0; s && i < series_len(s); i++) {
		series_get(s, i, &step, &value);
		MUST(step >= before);
		before = step;
	}
	MUST(!s || strlen(curves_label(c, run, branch, label)) > 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = malloc(size + (size == 0)); /* not NUL-terminated */
	struct curves *c = curves_new(true);
	struct err e = { .msg = "" };

	if (!bytes)
		abort();
	if (size)
		memcpy(bytes, data, size);
	if (curves_file_read_text(bytes, size, c, &e) < 0)
		MUST(strncmp(e.msg, "line ", 5) == 0);
	else
		for (size_t i = 0; i < c->n_runs; i++)
			for (unsigned b = 0; b < BRANCH_IDS; b++)
				for (unsigned m = 0; m < METRIC_COUNT; m++)
					check_series(c, c->run[i].run.number, b, m);
	curves_free(c);
	free(bytes);
	return 0;
}
