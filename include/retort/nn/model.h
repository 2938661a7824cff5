/* Kinds of networks, and descriptions of networks: "mlp 256,256 activation=gelu". */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_MODEL_H
#define RETORT_NN_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"
#include "retort/base/text.h"
#include "retort/data/dataset.h"
#include "retort/nn/gemm/act.h"
#include "retort/nn/graph.h"

#define MODEL_BLOCKS 62 /* blocks, at most: with input and logits, bits of a uint64_t */
#define MODEL_LAYERS (MODEL_BLOCKS + 2)
#define MODEL_WIDTH 16384
#define MODEL_OPTIONS 40
#define MODEL_LISTS 2     /* options of one kind that are lists, at most */
#define MODEL_ENTRIES 128 /* numbers in a list, at most */
#define MODEL_TEXT 8192   /* bytes of a description, at most */

struct model;

/* One option=value of a description; `initial`, the default, is parsed like a typed value. */
struct model_option {
	const char *name;
	enum { MODEL_WHOLE, MODEL_REAL, MODEL_PICK, MODEL_LIST } type; /* LIST: "1,1.5,2" */
	const char *initial;
	double least, most;  /* WHOLE, REAL; LIST: of each number */
	const char *choices; /* PICK: words separated by blanks */
	const char *doc;
};

/* A parsed description; plain data. */
struct model_spec {
	const struct model *kind;
	int n_widths;
	size_t width[MODEL_BLOCKS];  /* kinds that take widths: "256,128" */
	double value[MODEL_OPTIONS]; /* by index in kind->option; PICK: index of the choice; LIST:
					how many numbers */
	float list[MODEL_LISTS][MODEL_ENTRIES]; /* LIST: those of the kind in their order */
};

/* The shapes of inputs and outputs. */
struct model_io {
	enum dataset_kind kind;
	size_t features;                /* numbers in a row; tokens: length */
	size_t height, width, channels; /* images */
	size_t length, vocab;           /* tokens */
	size_t classes;
	bool next_token; /* logits for the next token at every position; else for the class of a row
			  */
};

/* What a layer map, a loss or a probe can read from a layer. */
enum model_tap {
	MODEL_HIDDEN,
	MODEL_ATTENTION, /* the attention weights of each head, after the softmax */
	MODEL_VALUE,
	MODEL_QUERY,
	MODEL_KEY,
	MODEL_SCORES, /* the same before the softmax */
	MODEL_TAPS,
};
extern const char
	*const model_tap_name[]; /* "hidden", "attention", "value", "query", "key", "scores" */

/* The taps that are [positions, positions] for each head, with 0 for padding, instead of a vector
 * for each position. */
#define MODEL_SQUARES (1u << MODEL_ATTENTION | 1u << MODEL_SCORES)

/* A layer that maps and losses refer to; node -1: the layer has no such tap, or it was not built.
 */
struct model_layer {
	int node[MODEL_TAPS];
	size_t heads, kv_heads; /* of its attention; 0: none */
};

/* A network being built by build() of its model, which adds nodes and layers. */
struct model_build {
	struct graph *g;
	const struct model_spec *spec;
	const struct model_io *io;
	const unsigned
		*wants; /* [MODEL_LAYERS] bits 1 << tap: taps to build as well; may be NULL */
	int input;      /* node of the input */
	int n_layers;
	struct model_layer layer[MODEL_LAYERS]; /* 0: input or embedding, k: output of block k,
						   last: logits */
	struct err *e;
};

struct model {
	const char *name;
	const char *doc;
	bool has_widths;                   /* "mlp 256,256" */
	unsigned reads;                    /* bits 1 << enum dataset_kind */
	bool predicts_next;                /* can predict the next token */
	const struct model_option *option; /* at most MODEL_OPTIONS, then one with a NULL name */
	/* Refuse combinations of options that cannot be built; 0, or -1 and an error. NULL: none.
	 */
	int (*check)(const struct model_spec *spec, const struct model_io *io, struct err *e);
	/* Add the nodes from b->input to the logits, and each layer with model_add_layer. 0, or -1
	 * and an error. */
	int (*build)(struct model_build *b);
};

/* The shapes that a data set requires of a network. */
struct model_io model_io_of(const struct dataset *ds);

/*
 * Parse what follows the kind in a description, "256,256 activation=relu residual=off"; `words` is
 * modified. Options that are not given have their defaults. 0, or -1 and an error that names what
 * would be accepted.
 */
int model_parse(const struct model *kind, char *words, struct model_spec *out, struct err *e);

/* Set every option to its default, without widths. */
void model_defaults(const struct model *kind, struct model_spec *out);

/* Write the description: kind, widths and the options that differ from their defaults, in the order
 * of the table. Returns buf. */
const char *model_print(const struct model_spec *spec, char *buf, size_t size);

/* Write the synopsis, "mlp WIDTH[,WIDTH]... [activation=relu|gelu|tanh] ...". Returns buf. */
const char *model_synopsis(const struct model *m, char *buf, size_t size);

/* Refuse data that this kind cannot read, and what kind->check refuses. 0, or -1 and an error. */
int model_check(const struct model_spec *spec, const struct model_io *io, struct err *e);

/* The row of spec->list with the numbers of option i, which is a LIST. */
int model_list(const struct model *m, int i);

/* Append the n numbers of a list as they are typed, "1,1.5,2". */
void model_print_list(const float *list, size_t n, struct text *out);

/* Index of option `name` in the table of the kind; -1: none. */
int model_option(const struct model *m, const char *name);

/*
 * For build(): add a node and return its index, or -1 and an error. An input of -1, from a failed
 * call before, fails without changing the error, so that a builder need check only its last node.
 * attr may be NULL.
 */
int model_add(struct model_build *b, const struct op *op, const char *name, int n_in, const int *in,
	      const double *attr);

/* For build(): add a layer whose hidden state is `node`; returns it, for its other taps to be set.
 */
struct model_layer *model_add_layer(struct model_build *b, int node);

/* Whether this tap of the next layer is in b->wants. */
bool model_wanted(const struct model_build *b, enum model_tap tap);

#endif
