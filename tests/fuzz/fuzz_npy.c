/* fuzz_npy.c: bytes of a .npy file. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <math.h>

#include "retort/base/mem.h"
#include "retort/data/read/labels.h"
#include "retort/data/read/npyfile.h"
#include "retort/data/read/read.h"

static bool
is_same(double a, double b)
{
	return isnan(a) ? isnan(b) != 0 : a == b;
}

/* The data set has the numbers of the array, in the order of its indices. */
static void
check_set(const struct array *a, const char *bytes, size_t size)
{
	struct dataset_options o = { .unlabelled = true, .beside = true };
	struct err e = { .msg = "" };
	struct dataset *ds;

	if (read_bytes("fuzz.npy", bytes, size, &o, &ds, &e) < 0) {
		MUST(e.msg[0]);
		return;
	}
	MUST(a->rank >= 2 && !array_is_text(a));
	MUST(ds->n == a->dim[0] && ds->n * ds->d == a->len && !ds->column);
	for (size_t i = 0; i < a->len; i++)
		MUST(is_same(ds->wide ? ds->wide[i] : (double)ds->x[i], array_at(a, i)));
	dataset_free(ds);
}

/* As labels of as many rows as the array has elements. */
static void
check_labels(const struct array *a)
{
	struct dataset *ds = mem_new(sizeof *ds);
	struct err e = { .msg = "" };

	ds->n = a->len;
	if (labels_set(a, true, ds, &e) < 0)
		MUST(e.msg[0]);
	else
		for (size_t i = 0; i < ds->n; i++)
			MUST(ds->y[i] >= -1 && ds->y[i] < ds->classes);
	dataset_free(ds);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes =
		malloc(size + (size ==
			       0)); /* not NUL-terminated: a sanitizer detects reads past the end */
	struct err e = { .msg = "" };
	struct array a;

	if (!bytes)
		abort();
	if (size)
		memcpy(bytes, data, size);
	if (npyfile_parse(bytes, size, &a, &e) < 0) {
		MUST(e.msg[0]);
	} else {
		MUST(a.rank >= 1 && a.rank <= ARRAY_DIMS && a.len >= 1);
		MUST((const char *)a.data + a.len * a.width == bytes + size);
		check_labels(&a);
		check_set(&a, bytes, size);
	}
	free(bytes);
	return 0;
}
