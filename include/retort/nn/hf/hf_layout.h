/* The published layouts as tables: names of tensors, keys of config.json. For hf*.c. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_HF_HF_LAYOUT_H
#define RETORT_NN_HF_HF_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"
#include "retort/nn/model.h"

/* What a key of config.json is to us. */
enum hf_kind {
	HF_OPTION,    /* the number of the network's option `arg` */
	HF_TWIN,      /* written like HF_OPTION; not read: another key says the same */
	HF_QUADRUPLE, /* HF_OPTION, where null stands for four times the width */
	HF_SHARED,    /* HF_OPTION, where null or nothing stands for as many as `heads` */
	HF_SWITCH, /* option `arg`, true or false; not written where it is true and that is what its
		      absence means */
	HF_ACT,    /* option `arg`, by the names of activations */
	HF_VOCAB,  /* token ids there are */
	HF_LAST,   /* an id: the last of the vocabulary; not read */
	HF_LABELS, /* {"0": name, ...}; HF_LABEL_IDS the other way round, not read */
	HF_LABEL_IDS,
	HF_COUNT, /* how many labels there are, where nothing names them; not written */
	HF_TYPE,  /* model_type */
	HF_CLASS, /* ["name"]: `arg` has what is accepted, with blanks between; the first is written
		   */
	HF_ONLY, /* one of the JSON values in the list `arg`, the first when there is none, and that
		    is written */
	HF_NEVER, /* HF_ONLY, not written: a key that few files have */
	HF_HEAD,  /* width of a head, which is the width divided by the heads; not written */
	HF_ROPE,  /* null, or an object that asks for nothing unusual; may have the base; written
		     where there is `arg` */
	HF_PLAIN, /* changes nothing that is computed: not read, written as the JSON `arg` */
};

struct hf_key {
	const char *name;
	enum hf_kind kind;
	const char *arg;
	const char *absent; /* number or word that is meant where the key is missing; NULL: it must
			       be there */
};

/*
 * A tensor of theirs and where it goes. "%d" is the block's number: from 0 in theirs, from 1 in
 * ours. Rows one behind the other with the same `ours` are parts of one tensor, side by side in its
 * last dimension.
 */
struct hf_tensor {
	const char *theirs, *ours;
	const char *dim; /* a letter for each dimension of theirs, see hf_layout_size */
	bool turned;     /* theirs is [out, in], ours [in, out] */
	bool untied;     /* only where the logits have a table of their own */
};

struct hf_layout {
	const char *name;   /* model_type */
	const char *prefix; /* of most names; files of the bare model lack it */
	const char *model;  /* description of such a network; keys say what may differ from it */
	const struct hf_key *key;       /* up to a NULL name, in alphabetical order */
	const struct hf_tensor *tensor; /* up to a NULL name */
};

/* A network between the two: what config.json says, or the notes of a checkpoint. */
struct hf_model {
	const struct hf_layout *layout;
	struct model_spec spec;
	size_t vocab, classes; /* classes: 0 where the next token is told */
	char **label;          /* [classes] owned, or NULL */
};

extern const struct hf_layout hf_layout_table[];
extern const size_t hf_layout_table_count;

void hf_layout_release(struct hf_model *m);

/* "bert, distilbert, gpt2, llama" into buf; returns buf. */
const char *hf_layout_names(char *buf, size_t size);

/* An option's value as it is typed ("post", "24") into buf; returns buf. */
const char *hf_layout_value(const struct model_spec *spec, int option, char *buf, size_t size);

/* Set an option as if it had been typed, with its limits. */
int hf_layout_set(struct hf_model *m, const char *option, const char *value, struct err *e);
double hf_layout_get(const struct hf_model *m,
		     const char *option); /* 0 where there is no such option */

/* V vocabulary, P positions, T types, D width, Q three times that, K width of all keys, F
 * feed-forward, C classes. */
size_t hf_layout_size(const struct hf_model *m, char letter);
const char *hf_layout_key(const struct hf_layout *l,
			  char letter); /* the key of config.json that says it */

/* The key that says option `name`, or NULL. */
const struct hf_key *hf_layout_find(const struct hf_layout *l, const char *option);

/* Names of an activation in config.json, several for one. */
struct hf_act {
	const char *theirs, *ours;
};
extern const struct hf_act hf_layout_table_act[]; /* up to a NULL name; of several that mean the
						     same the first is written */

/* Sets m->layout to the one that m->spec fits; refused with the options that stand in the way of
 * the nearest. */
int hf_layout_fit(struct hf_model *m, struct err *e);

#endif
