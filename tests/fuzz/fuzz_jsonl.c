/* fuzz_jsonl.c: bytes of JSON lines, up to a data set. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "retort/data/dataset.h"
#include "retort/data/read/jsonlines.h"
#include "retort/data/read/table.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = malloc(
		size + (size == 0)); /* no NUL behind them: reading one byte further is noticed */
	struct dataset_options o = { 0 };
	struct err e = { "" };
	struct dataset *ds;
	struct csvfile t;

	if (!bytes)
		abort();
	if (size)
		memcpy(bytes, data, size);
	(void)jsonlines_is(bytes, size);
	if (jsonlines_parse(bytes, size, &t, &e) < 0) {
		MUST(e.msg[0]);
		free(bytes);
		return 0;
	}
	MUST(t.rows >= 2 && t.columns >= 1 && t.named);
	for (size_t i = 0; i < t.rows * t.columns; i++)
		MUST(t.cell[i] && strlen(t.cell[i]) <= size);
	for (size_t i = 1; i < t.rows; i++)
		MUST(t.line[i] > 0 && (i == 1 || t.line[i] > t.line[i - 1]));
	e.msg[0] = '\0';
	if (table_make(&t, &o, &ds, &e) < 0)
		MUST(e.msg[0]);
	else
		dataset_free(ds);
	csvfile_release(&t);
	free(bytes);
	return 0;
}
