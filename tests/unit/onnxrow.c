/* onnxrow.c: run the adapter of a row on its test and compare the outputs; layouts. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "onnxrow.h"

#include "retort/base/mem.h"

static size_t
product(const size_t *dim, int from, int to)
{
	size_t n = 1;

	for (int i = from; i < to; i++)
		n *= dim[i];
	return n;
}

real *
onnxrow_axis_last(const struct onnx_tensor *x, int axis)
{
	size_t inner = product(x->dim, axis + 1, x->rank), n = x->dim[axis];
	real *y = mem_array(x->len ? x->len : 1, sizeof *y);

	for (size_t i = 0; i < x->len; i++)
		y[(i / (inner * n) * inner + i % inner) * n + i / inner % n] = (real)x->data[i];
	return y;
}

void
onnxrow_axis_back(const struct onnx_tensor *x, int axis, const real *y, real *out)
{
	size_t inner = product(x->dim, axis + 1, x->rank), n = x->dim[axis];

	for (size_t i = 0; i < x->len; i++)
		out[i] = y[(i / (inner * n) * inner + i % inner) * n + i / inner % n];
}

real *
onnxrow_copy(const struct onnx_tensor *x)
{
	real *y = mem_array(x->len ? x->len : 1, sizeof *y);

	for (size_t i = 0; i < x->len; i++)
		y[i] = (real)x->data[i];
	return y;
}

static void
compare(const struct onnxrow *row, const struct onnx_case *c, real *const *got)
{
	for (int k = 0; k < ONNX_PORTS; k++) {
		const struct onnx_tensor *want = &c->out[k];

		if (!((row->ports ? row->ports : 1) >> k & 1))
			continue;
		CHECK(want->data && want->len > 0);
		for (size_t i = 0; i < want->len; i++) {
			double off =
				fabs((double)got[k][i] - want->data[i]) / (1 + fabs(want->data[i]));

			if (!(off <= (row->tolerance > 0 ? row->tolerance : 1e-6)))
				fail_msg("%s: number %zu of output %d is %.9g, expected %.9g",
					 row->path, i, k, (double)got[k][i], want->data[i]);
		}
	}
}

void
onnxrow_agrees(void **state)
{
	const struct onnxrow *row = *state;
	struct onnx_case c;
	struct err e = { .msg = "" };
	real *got[ONNX_PORTS] = { NULL };

	if (onnx_case_load(row->path, &c, &e) < 0)
		fail_msg("%s", e.msg);
	for (int k = 0; k < ONNX_PORTS; k++) {
		got[k] = mem_array(c.out[k].len ? c.out[k].len : 1, sizeof **got);
		for (size_t i = 0; i < c.out[k].len; i++)
			got[k][i] = (real)NAN; /* NaN where an adapter writes nothing */
	}
	row->adapter(&c, got);
	compare(row, &c, got);
	for (int k = 0; k < ONNX_PORTS; k++)
		mem_free(got[k]);
	onnx_case_release(&c);
}

bool
onnxrow_skips(void)
{
	if (onnx_folder())
		return false;
	/* cmocka's skip() writes "not ok", which automake counts as a failure */
	puts("1..0 # SKIP libonnx-testdata is not installed");
	return true;
}
