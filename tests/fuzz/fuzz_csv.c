/* fuzz_csv.c: bytes of a table, up to a data set. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <math.h>

#include "retort/data/csvfile.h"
#include "retort/data/dataset.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dataset_options o = { 0 };
	struct csvfile t;
	struct dataset *ds;
	struct err e = { "" };

	if (csvfile_parse((const char *)data, size, ',', &t, &e) < 0) {
		MUST(e.msg[0]);
		return 0;
	}
	MUST(t.rows >= 1 && t.columns >= 1);
	for (size_t i = 0; i < t.rows * t.columns; i++)
		MUST(t.cell[i] && strlen(t.cell[i]) <= size);
	if (dataset_from_table(&t, &o, &ds, &e) < 0) {
		MUST(e.msg[0]);
	} else {
		dataset_free(ds);
	}
	csvfile_release(&t);
	return 0;
}
