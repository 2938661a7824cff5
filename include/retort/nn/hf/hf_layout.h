/* The published layouts as tables: names of tensors, keys of config.json; for hf*.c. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_HF_HF_LAYOUT_H
#define RETORT_NN_HF_HF_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"
#include "retort/nn/model.h"

/* The meaning of a key of config.json. */
enum hf_kind {
	HF_OPTION,    /* value of option `arg` of the network */
	HF_TWIN,      /* written like HF_OPTION, not read: another key has the same meaning */
	HF_QUADRUPLE, /* HF_OPTION; null means four times the width */
	HF_SHARED,    /* HF_OPTION; null or absent means as many as `heads` */
	HF_SWITCH, /* option `arg`, true or false; not written where true and true is the default */
	HF_BIAS,   /* option `arg`, "on" where true; absent: false */
	HF_HEAD,   /* head-width; null or absent: the width divided by the heads */
	HF_EMBED,  /* option embed; the width itself: 0, no map */
	HF_FIRST,  /* first-position is one more than this id */
	HF_PLACES, /* option positions and the unused ones before first-position */
	HF_WINDOW, /* option window; null: 0; absent: `absent` */
	HF_ACT,    /* option `arg`, name of an activation */
	HF_NEW_ACT, /* HF_ACT, read in files of version 5 and later without the key of HF_ACT */
	HF_VOCAB,   /* size of the vocabulary */
	HF_LAST,    /* written as the last id of the vocabulary, not read */
	HF_LABELS,  /* {"0": name, ...}; HF_LABEL_IDS: {name: 0, ...}, which must agree */
	HF_LABEL_IDS,
	HF_COUNT, /* number of labels, where they have no names; not written */
	HF_TYPE,  /* model_type */
	HF_CLASS, /* ["name"]: one of those in `arg`, separated by blanks; the first is written */
	HF_ONLY,  /* one of the JSON values in the list `arg`; default, and written: the first */
	HF_NEVER, /* HF_ONLY, not written: a rare key */
	HF_ROPE,  /* null, or an object with the scaling of rotary positions, the base and the
		     part that rotates, see hf_rope.h; written where `arg` is set */
	HF_LONG_ROPE,   /* HF_ROPE of the scaling longrope alone */
	HF_ORIGINAL,    /* positions before scaling; written where `arg` is set */
	HF_SAME,        /* must be option `arg`, where it is there; written like it */
	HF_ALIAS,       /* HF_SAME, not written: another name of a key */
	HF_USES_WINDOW, /* false: no block has the window; absent: false */
	HF_WINDOW_FROM, /* first block with the window, from 0 */
	HF_LAYER_TYPES, /* ["full_attention", "sliding_attention", ...]; written where
			   HF_WINDOW_FROM cannot say it */
	HF_PLAIN, /* does not change the computation: not read, written as the JSON in `arg` */
};

struct hf_key {
	const char *name;
	enum hf_kind kind;
	const char *arg;
	const char *absent; /* default where the key is absent; NULL: required */
};

/*
 * A tensor of the published model and its name in Retort. "%d" is the number of the block: from 0
 * in `theirs`, from 1 in `ours`. Consecutive rows with the same `ours` are parts of one tensor,
 * side by side in its last dimension.
 */
struct hf_tensor {
	const char *theirs, *ours;
	const char *dim;  /* a letter for each dimension of `theirs`, see hf_layout_size */
	unsigned flags;   /* HF_... */
	const char *when; /* "option=value" or "option!=value" that it needs; NULL: always */
};
#define HF_TURNED 1u  /* `theirs` is [out, in], `ours` [in, out] */
#define HF_MIXED 2u   /* `theirs` has query, key and value of a head side by side */
#define HF_IN_HEAD 4u /* part of the head: absent from a body, replaced by `head new` */

struct hf_layout {
	const char *name;   /* model_type */
	const char *prefix; /* of most names; absent in files of the model without a head */
	const char *model; /* description of such a network; only options with a key may differ from
			      it */
	const struct hf_key *key;       /* alphabetical, up to a NULL name */
	const struct hf_tensor *tensor; /* up to a NULL name */
};

/* A network in conversion: the contents of config.json or the notes of a checkpoint. */
struct hf_model {
	const struct hf_layout *layout;
	struct model_spec spec;
	size_t vocab, classes; /* classes: 0 where it predicts the next token */
	char **label;          /* [classes] owned, or NULL */
	char *vocabulary;      /* owned: hash of the vocabulary it was trained with, or NULL */
	char *encoding;        /* owned: JSON of the encoding of its data, or NULL */
	bool head_new;         /* the head is left out: it will be a new one */
	/* while config.json is read: which blocks have the window, see hf_window.h */
	bool no_window;
	double window_from;
	bool has_types; /* window_blocks is given: bits 1 << block, from 0 */
	uint64_t window_blocks;
	double original; /* positions before scaling of rotary ones, beside their object; 0: not
			    given */
	char *unknown;   /* owned: keys of config.json that no table has, "a, b"; NULL: none */
};

/* Keys and tensors of the layouts, in hf_layout_encoders.c, hf_layout_decoders.c and
 * hf_layout_llama.c. */
#define HF_LAYOUT(file, id, name, prefix, model)                   \
	extern const struct hf_key hf_layout_##file##_keys_##id[]; \
	extern const struct hf_tensor hf_layout_##file##_tensors_##id[];
#include "retort/nn/hf/layouts.def"
extern const struct hf_key hf_layout_common_keys[]; /* of every layout, in hf_layout_common.c */
extern const struct hf_layout hf_layout_table[];
extern const size_t hf_layout_table_count;

void hf_layout_release(struct hf_model *m);

/* Write "bert, distilbert, gpt2, llama" and so on into buf; returns buf. */
const char *hf_layout_names(char *buf, size_t size);

/* Write the value of an option as it is typed ("post", "24") into buf; returns buf. */
const char *hf_layout_value(const struct model_spec *spec, int option, char *buf, size_t size);

/* Set an option from text, with the checks of the parser. 0, or -1 and an error. */
int hf_layout_set(struct hf_model *m, const char *option, const char *value, struct err *e);
double hf_layout_get(const struct hf_model *m, const char *option); /* 0: no such option */

/* The size that a letter stands for: V vocabulary, P positions with the unused ones, T types, D
 * width, H width of all queries, K of all keys, Q of queries, keys and values, h of a head, F
 * feed-forward, G gate and value of it, E embedding, C classes, R buckets of relative positions, N
 * heads. */
size_t hf_layout_size(const struct hf_model *m, char letter);
const char *hf_layout_key(const struct hf_layout *l, char letter); /* its key in config.json */

/* The key for an option, or NULL. */
const struct hf_key *hf_layout_find(const struct hf_layout *l, const char *option);

/* A name of an activation in config.json; one activation may have several. */
struct hf_act {
	const char *theirs, *ours;
};
extern const struct hf_act hf_layout_table_act[]; /* up to a NULL name; the first of several
						     names is written */

/* Whether networks of the layout predict the next token; else classes. */
bool hf_layout_predicts(const struct hf_model *m);

/* Whether a network has a row of the table of tensors. */
bool hf_layout_applies(const struct hf_model *m, const struct hf_tensor *t);

/* Write options that say the same in one way: kv-heads as many as heads is 0, ff 0 is four times
 * the width, biases each for its layers. */
void hf_layout_normalize(struct model_spec *s);

/* Set m->layout to the one that m->spec fits. -1 and an error that names the options that do not
 * fit the nearest one. */
int hf_layout_fit(struct hf_model *m, struct err *e);

#endif
