/* Description of a network as plain data: layers, how it was made, its latest figures. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_NET_INFO_H
#define RETORT_TRAIN_NET_INFO_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"
#include "retort/kd/teacher.h"
#include "retort/nn/model.h"

#define NET_NAME 24  /* bytes of a network's name with its NUL: letters, digits, '-' and '_' */
#define NET_SPEC 256 /* bytes of a model description with its NUL */

/* Figures of one evaluation. NaN: not measured. */
struct scores {
	double accuracy, nll, ece, agreement, kl;
	uint64_t step;
};

/* Nothing measured yet. */
#define NET_INFO_NO_SCORES \
	((struct scores){ .accuracy = NAN, .nll = NAN, .ece = NAN, .agreement = NAN, .kl = NAN })

/* How one teacher counts and how closely the student follows it. NaN: not measured. */
struct teaching {
	double share; /* its share of the teaching signal at the last step, mean over rows */
	double agreement, kl; /* between the student and it, at the last evaluation */
};

struct layer_info {
	char name[12];   /* "0" the input, "1".. the output of block k, "logits" */
	size_t width;    /* numbers in a row */
	size_t last;     /* numbers in one position: of a token, or channels of a feature map */
	bool is_tokens;  /* positions are tokens: padding is left out */
	size_t heads;    /* attention heads; 0: no attention */
	size_t kv_heads; /* heads of its keys and values */
	bool learns;     /* it or a layer before it has trainable parameters */
};

/* Microseconds to predict a row: median over repeated passes, and half the distance of the
 * quartiles. rows: of a pass; 0: not measured. */
struct net_speed {
	double median, spread;
	size_t rows;
};

struct net_info {
	char name[NET_NAME]; /* "s" for the student */
	char spec[NET_SPEC]; /* "mlp 256,256"; a longer one ends in "..." */
	struct model_spec model;
	char origin[160]; /* file it was loaded from; "": trained in this session */
	bool is_file;     /* a teacher that is a file of outputs: no layers, no parameters */
	uint64_t parameters;
	uint64_t steps; /* optimizer steps done */
	int n_layers;
	struct layer_info layer[MODEL_LAYERS];
	bool ready;                     /* trained or loaded */
	struct teacher_options options; /* teachers: cache, top-k, precision */
	struct teacher_effect effect;   /* teachers with options.bf16: effect of the rounding,
					   known after the first forward pass */
	size_t cache_bytes;       /* teachers: bytes of cached outputs; 0: computed at every step */
	struct scores last, best; /* best: lowest nll */
	struct scores target;     /* on the target rows, with `last`; NaN: there are none */
	size_t seen_held, seen_target; /* held-out and target rows that it, or a teacher of it, was
					  trained on before it was loaded */
	struct net_speed batch, one;   /* prediction of a row: in batches, and alone */
};

/*
 * Index of a layer by number or name ("0", "2", "block2", "input", "embedding", "logits"), or -1
 * with an error. "block2.attention" also names the tap: *on is changed then.
 */
int net_info_layer(const struct net_info *net, const char *layer, enum model_tap *on,
		   struct err *e);

/*
 * A list of the student's layers, "1,block2 logits", as bits 1 << layer. -1 and an error that names
 * the word that is no layer, or the layer that has no trainable parameter.
 */
int net_info_layers(const struct net_info *student, const char *list, uint64_t *out, struct err *e);

/* "1, 2, logits": names of the layers whose bits are set; "none" without any. Returns buf. */
const char *net_info_layers_text(const struct net_info *student, uint64_t layers, char *buf,
				 size_t size);

/*
 * Numbers in one position of a tap: of keys and values, those of the key heads; of attention and
 * scores, the number of heads.
 */
size_t net_info_width(const struct layer_info *l, enum model_tap on);

/* Numbers in a row of a tap, and heads side by side in one position of it. */
size_t net_info_numbers(const struct layer_info *l, enum model_tap on);
size_t net_info_heads(const struct layer_info *l, enum model_tap on);

#endif
