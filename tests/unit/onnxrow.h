/* Tables of ONNX operator tests: adapter, tolerance, and helpers of adapters. For tests only. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TESTS_ONNXROW_H
#define RETORT_TESTS_ONNXROW_H

#include "retort/base/real.h"

#include "onnx.h"

/*
 * A row is a test of the package; its adapter computes the node's outputs with Retort's routines.
 * Expected values were computed in single precision, hence the tolerances. These tests check
 * conventions (axes, padding, kind of variance); central differences in other tests check
 * precision.
 */
struct onnxrow {
	const char *path;
	void (*adapter)(const struct onnx_case *c, real *const *got);
	unsigned ports;   /* outputs to compare, as bits; 0: the first */
	double tolerance; /* relative to 1 + |expected|; 0: 1e-6 */
};

/* A cmocka test of one row. Include check.h first. */
#define ONNXROW(where, ...)                                                              \
	{                                                                                \
		"agrees with onnx " where, onnxrow_agrees, NULL, NULL, &(struct onnxrow) \
		{                                                                        \
			.path = where, .adapter = __VA_ARGS__                            \
		}                                                                        \
	}

/* The test; *state is the row. */
void onnxrow_agrees(void **state);

/* Print a TAP line that skips all, as the package is not installed; main then returns 0. */
bool onnxrow_skips(void);

/* Copy the numbers of x, which may be absent; caller frees. */
real *onnxrow_copy(const struct onnx_tensor *x);

/* Move `axis` of x to the end, as channels of an image [N,C,H,W] to [N,H,W,C]. Caller frees. */
real *onnxrow_axis_last(const struct onnx_tensor *x, int axis);

/* The inverse: out has the layout of x, y has the axis at the end. */
void onnxrow_axis_back(const struct onnx_tensor *x, int axis, const real *y, real *out);

#endif
