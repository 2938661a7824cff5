/* Rows of tables of ONNX operator tests: what is run, what may differ, and what adapters share. For
 * tests only. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TESTS_ONNXROW_H
#define RETORT_TESTS_ONNXROW_H

#include "retort/base/real.h"

#include "onnx.h"

/*
 * A row is a test of the package; its adapter computes the node's outputs with Retort's own
 * routines. Expected values were computed in single precision, hence the tolerances; the vectors
 * say whether conventions are the same (axes, padding, which variance), central differences
 * elsewhere say how exact we are.
 */
struct onnxrow {
	const char *path;
	void (*adapter)(const struct onnx_case *c, real *const *got);
	unsigned ports;   /* outputs to be compared, by bit; 0: the first */
	double tolerance; /* relative to 1 + |expected|; 0: 1e-6 */
};

/* A cmocka test of one row. check.h goes first. */
#define ONNXROW(where, ...)                                                              \
	{                                                                                \
		"agrees with onnx " where, onnxrow_agrees, NULL, NULL, &(struct onnxrow) \
		{                                                                        \
			.path = where, .adapter = __VA_ARGS__                            \
		}                                                                        \
	}

/* The test: *state is the row. */
void onnxrow_agrees(void **state);

/* The package is not installed: says so in TAP, and main returns 0. */
bool onnxrow_skips(void);

/* The numbers of x, which may be left out; caller frees. */
real *onnxrow_copy(const struct onnx_tensor *x);

/* Turn `axis` of x to the end: channels of an image [N,C,H,W] to [N,H,W,C]. Caller frees. */
real *onnxrow_axis_last(const struct onnx_tensor *x, int axis);

/* The other way: out is laid out like x, and y has the axis at the end. */
void onnxrow_axis_back(const struct onnx_tensor *x, int axis, const real *y, real *out);

#endif
