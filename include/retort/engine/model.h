/* Kinds of networks, and the language that describes one: "mlp 256,256 activation=gelu". */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_ENGINE_MODEL_H
#define RETORT_ENGINE_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"
#include "retort/engine/act.h"
#include "retort/engine/graph.h"

#define MODEL_BLOCKS 32 /* hidden blocks at most */
#define MODEL_WIDTH 16384

struct model;

/* A parsed description: plain data. */
struct model_spec {
	const struct model *kind;
	int n_blocks;
	size_t width[MODEL_BLOCKS];
	enum act act;
	bool residual;  /* a block adds its input to what it puts out, where widths agree */
	double dropout; /* after every block */
};

struct model {
	const char *name;
	const char *synopsis; /* "mlp WIDTH,... [activation=relu|gelu|tanh] ..." */
	const char *doc;
	/*
	 * Add the nodes from `input` to logits of `classes`. tap[0] is the input, tap[k] what block k
	 * puts out, the last the logits. Returns the number of taps, or -1 and an error.
	 */
	int (*build)(const struct model_spec *spec, struct graph *g, int input, size_t classes, int *tap,
		     struct err *e);
};

extern const struct model *const model_table[];
extern const size_t model_count;

/*
 * "mlp 256,256 activation=relu residual=off dropout=0": the first word is the kind. Unknown
 * words and impossible numbers are refused with what would be accepted.
 */
int model_parse(const char *text, struct model_spec *out, struct err *e);

/* The description again: what differs from the defaults, in a fixed order. Returns buf. */
const char *model_print(const struct model_spec *spec, char *buf, size_t size);

#define MODEL(id) extern const struct model model_##id;
#include "retort/engine/models.def"

#endif
