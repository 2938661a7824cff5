/* Kinds of networks, and the language that describes one: "mlp 256,256 activation=gelu". */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_MODEL_H
#define RETORT_NN_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"
#include "retort/data/dataset.h"
#include "retort/nn/gemm/act.h"
#include "retort/nn/graph.h"

#define MODEL_BLOCKS 32 /* blocks at most */
#define MODEL_LAYERS (MODEL_BLOCKS + 2)
#define MODEL_WIDTH 16384
#define MODEL_OPTIONS 24

struct model;

/* One word=value of a description. `initial` goes through the same parser as what a person types.
 */
struct model_option {
	const char *name;
	enum { MODEL_WHOLE, MODEL_REAL, MODEL_PICK } type;
	const char *initial;
	double least, most;  /* WHOLE, REAL */
	const char *choices; /* PICK: words with blanks between */
	const char *doc;
};

/* A parsed description: plain data. */
struct model_spec {
	const struct model *kind;
	int n_widths;
	size_t width[MODEL_BLOCKS];  /* kinds that take widths: "256,128" */
	double value[MODEL_OPTIONS]; /* by index in kind->option; PICK: index of the choice */
};

/* What a network reads, and what it must say. */
struct model_io {
	enum dataset_kind kind;
	size_t features;                /* numbers in a row; tokens: length */
	size_t height, width, channels; /* images */
	size_t length, vocab;           /* tokens */
	size_t classes;
	bool next_token; /* logits for every position */
};

/* What of a layer may be looked at. */
enum model_tap {
	MODEL_HIDDEN,
	MODEL_ATTENTION, /* the maps of its heads: what the softmax puts out */
	MODEL_VALUE,
	MODEL_QUERY,
	MODEL_KEY,
	MODEL_SCORES, /* what that softmax is taken of */
	MODEL_TAPS,
};
extern const char
	*const model_tap_name[]; /* "hidden", "attention", "value", "query", "key", "scores" */

/* What is a square of positions for every head, without padding's part in it, and not numbers of
 * each position. */
#define MODEL_SQUARES (1u << MODEL_ATTENTION | 1u << MODEL_SCORES)

/* A layer that maps and losses can name; node -1 where it has no such thing, or nobody wants it. */
struct model_layer {
	int node[MODEL_TAPS];
	size_t heads, kv_heads; /* of its attention; 0: it has none */
};

/* A network being built: a model's build() adds nodes and layers. */
struct model_build {
	struct graph *g;
	const struct model_spec *spec;
	const struct model_io *io;
	const unsigned
		*wants; /* [MODEL_LAYERS] bits 1 << tap: build these nodes too; may be NULL */
	int input;      /* node of the input */
	int n_layers;
	struct model_layer layer[MODEL_LAYERS]; /* 0 the input or embedding, k what block k puts
						   out, the last the logits */
	struct err *e;
};

struct model {
	const char *name;
	const char *doc;
	bool has_widths;                   /* "mlp 256,256" */
	unsigned reads;                    /* bits 1 << enum dataset_kind */
	bool tells_next;                   /* can say the next token */
	const struct model_option *option; /* up to a NULL name; at most MODEL_OPTIONS */
	/* Impossible combinations, told before anything is built. NULL: there are none. */
	int (*check)(const struct model_spec *spec, const struct model_io *io, struct err *e);
	/* Nodes from b->input to the logits, with model_layer for each layer. 0, or -1 and an
	 * error. */
	int (*build)(struct model_build *b);
};

/* What the rows of a dataset ask of a network. */
struct model_io model_io_of(const struct dataset *ds);

/*
 * Parse what follows the kind in a description, "256,256 activation=relu residual=off"; `words` is
 * modified. Options that are not given have their defaults. 0, or -1 and an error that names what
 * would be accepted.
 */
int model_parse(const struct model *kind, char *words, struct model_spec *out, struct err *e);

/* Everything at its default, without widths. */
void model_defaults(const struct model *kind, struct model_spec *out);

/* The description again: what differs from the defaults, in the order of the table. Returns buf. */
const char *model_print(const struct model_spec *spec, char *buf, size_t size);

/* "mlp WIDTH[,WIDTH]... [activation=relu|gelu|tanh] ...", from the table. Returns buf. */
const char *model_synopsis(const struct model *m, char *buf, size_t size);

/* Refuses data this kind cannot read and what kind->check refuses. */
int model_check(const struct model_spec *spec, const struct model_io *io, struct err *e);

/* Index of option `name` in the kind's table, -1 where there is none. */
int model_option(const struct model *m, const char *name);

/*
 * For build(): a node named `name`; -1 once anything has failed (the error stays the first), so
 * that a builder reads straight on and checks once. in[] of -1 means a failure before. attr may be
 * NULL.
 */
int model_add(struct model_build *b, const struct op *op, const char *name, int n_in, const int *in,
	      const double *attr);

/* The next layer is what `node` puts out; returns it, for what else it has to be noted. */
struct model_layer *model_add_layer(struct model_build *b, int node);

/* Somebody wants this tap of the layer that comes next. */
bool model_wanted(const struct model_build *b, enum model_tap tap);

#endif
