/* fuzz_npy.c: bytes of a .npy file. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <math.h>

#include "retort/data/read/npyfile.h"
#include "retort/data/read/read.h"

/* The data set has the numbers of the array; an array with infinite numbers is refused. */
static void
check_set(const struct npyfile *f, const char *bytes, size_t size)
{
	struct dataset_options o = { .unlabelled = true, .beside = true };
	struct err e = { "" };
	struct dataset *ds;

	if (read_bytes("fuzz.npy", bytes, size, &o, &ds, &e) < 0) {
		MUST(e.msg[0]);
		return;
	}
	MUST(ds->n == f->rows && ds->d == f->columns && !ds->column);
	for (size_t i = 0; i < ds->n * ds->d; i++)
		MUST(isnan(ds->x[i]) ? isnan(npyfile_at(f, i)) != 0
				     : ds->x[i] == (float)npyfile_at(f, i));
	dataset_free(ds);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes =
		malloc(size + (size ==
			       0)); /* not NUL-terminated: a sanitizer detects reads past the end */
	struct err e = { "" };
	struct npyfile f;

	if (!bytes)
		abort();
	if (size)
		memcpy(bytes, data, size);
	if (npyfile_parse(bytes, size, &f, &e) < 0) {
		MUST(e.msg[0]);
	} else {
		MUST(f.rows >= 1 && f.columns >= 1 && f.rows <= size / f.columns);
		MUST(f.data + f.rows * f.columns * (f.is_double ? 8 : 4) == bytes + size);
		for (size_t i = 0; i < f.rows * f.columns; i++)
			(void)npyfile_at(&f, i);
		check_set(&f, bytes, size);
	}
	free(bytes);
	return 0;
}
