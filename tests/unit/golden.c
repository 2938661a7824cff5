/* golden.c: tensors and attributes of a case, and their comparison. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "golden.h"

#include "retort/base/mem.h"

/* The file has 11 significant digits. */
#define TOLERANCE 2e-10

const char *golden_name;

struct golden_numbers
golden_numbers(const json_t *c, const char *part, const char *of)
{
	const json_t *t = json_object_get(json_object_get(c, part), of),
		     *shape = json_object_get(t, "shape");
	const json_t *data = json_object_get(t, "data");
	struct golden_numbers n = { .rank = (int)json_array_size(shape),
				    .len = json_array_size(data) };
	size_t len = 1;

	if (!t || n.rank > 5)
		fail_msg("%s: no '%s' of '%s'", golden_name, of, part);
	for (int i = 0; i < n.rank; i++) {
		n.dim[i] = (size_t)json_integer_value(json_array_get(shape, (size_t)i));
		len *= n.dim[i];
	}
	CHECK_INT(n.len, len);
	n.data = mem_array(len + 1, sizeof *n.data);
	for (size_t i = 0; i < len; i++)
		n.data[i] = (real)json_number_value(json_array_get(data, i));
	return n;
}

double
golden_attr(const json_t *c, const char *of)
{
	const json_t *v = json_object_get(json_object_get(c, "attr"), of);

	if (!v)
		fail_msg("%s: no attribute '%s'", golden_name, of);
	return json_is_number(v) ? json_number_value(v) : json_is_true(v);
}

void
golden_compare_runs(const json_t *c, const char *part, const char *of, const real *got, size_t n,
		    size_t stride)
{
	struct golden_numbers want = golden_numbers(c, part, of);

	for (size_t i = 0; i < want.len; i++) {
		double x = (double)got[i / n * stride + i % n], y = (double)want.data[i];

		if (!(fabs(x - y) <= TOLERANCE * (1 + fabs(y))))
			fail_msg("%s: %s %s[%zu] is %.12g, expected %.12g", golden_name, part, of,
				 i, x, y);
	}
	json_object_set_new(json_object_get(json_object_get(c, part), of), GOLDEN_COMPARED,
			    json_true());
	mem_free(want.data);
}

void
golden_compare(const json_t *c, const char *part, const char *of, const real *got)
{
	golden_compare_runs(c, part, of, got, 1, 1);
}

real *
golden_room(size_t n)
{
	real *x = mem_array(n + 1, sizeof *x);

	for (size_t i = 0; i < n; i++)
		x[i] = (real)NAN; /* NaN where nothing is written */
	return x;
}
