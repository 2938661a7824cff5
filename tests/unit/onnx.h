/* Reader of ONNX operator tests: a model of one node, its inputs and expected outputs. For tests
 * only. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TESTS_ONNX_H
#define RETORT_TESTS_ONNX_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"

/*
 * A test is a folder: model.onnx, test_data_set_0/input_0.pb, .., output_0.pb, .. Debian has 1000
 * of them in the package libonnx-testdata. Messages and field numbers: onnx.proto of the ONNX
 * specification, IR version 3 and later; their encoding: protobuf's wire format. Skipped: graphs in
 * attributes, sparse tensors, external data, strings in tensors (an error).
 */
#define ONNX_NAME 64
#define ONNX_RANK 8
#define ONNX_PORTS 10 /* inputs or outputs of a node */
#define ONNX_ATTRS 16

/* Any numeric type, as doubles; `data` is NULL where an optional input is left out. */
struct onnx_tensor {
	char name[ONNX_NAME];
	int rank;
	size_t dim[ONNX_RANK];
	size_t len;   /* product of dim */
	double *data; /* owned */
};

struct onnx_attr {
	char name[ONNX_NAME];
	char text[ONNX_NAME]; /* of a string attribute, else "" */
	size_t n;             /* one number, or a list */
	double number[ONNX_RANK * 2];
};

struct onnx_node {
	char op[ONNX_NAME];
	int n_in, n_out;
	char in[ONNX_PORTS][ONNX_NAME], out[ONNX_PORTS][ONNX_NAME]; /* "": left out */
	int n_attrs;
	struct onnx_attr attr[ONNX_ATTRS];
};

struct onnx_model {
	struct onnx_node node; /* the only one */
	int n_in, n_fixed;
	char in[ONNX_PORTS][ONNX_NAME];       /* the graph's inputs, in the order of the files */
	struct onnx_tensor fixed[ONNX_PORTS]; /* initializers: inputs that are in the model */
};

struct onnx_case {
	struct onnx_model model;
	struct onnx_tensor in[ONNX_PORTS], out[ONNX_PORTS]; /* in the order of the node's inputs */
};

/* Parse a TensorProto. 0, or -1 with an error and nothing to free. */
int onnx_tensor_parse(const void *data, size_t size, struct onnx_tensor *t, struct err *e);

/* Parse a ModelProto with exactly one node. 0, or -1 with an error and nothing to free. */
int onnx_model_parse(const void *data, size_t size, struct onnx_model *m, struct err *e);
void onnx_model_release(struct onnx_model *m);

/* The folder of all tests, which contains "node"; NULL if the package is not installed.
 * $ONNX_TESTDATA overrides it. */
const char *onnx_folder(void);

/* Read a test by its path in onnx_folder(), as "node/test_relu". 0, or -1 with an error and nothing
 * to free. */
int onnx_case_load(const char *path, struct onnx_case *c, struct err *e);
void onnx_case_release(struct onnx_case *c);

/* Attributes: a number, number i of a list, a string; or the default if absent. */
double onnx_number(const struct onnx_node *n, const char *name, double absent);
double onnx_item(const struct onnx_node *n, const char *name, size_t i, double absent);
const char *onnx_word(const struct onnx_node *n, const char *name, const char *absent);

#endif
