/* Data augmentation: random changes of the rows of a training batch, seen by teacher and student.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_AUGMENT_AUGMENT_H
#define RETORT_DATA_AUGMENT_AUGMENT_H

#include <stdbool.h>

#include "retort/base/err.h"
#include "retort/base/pool.h"
#include "retort/base/rng.h"
#include "retort/conf/knob.h"
#include "retort/data/batch.h"
#include "retort/data/dataset.h"
#include "retort/data/translate/translate.h"
#include "retort/data/vocab/vocab.h"

/* Data of augmentations besides the batch; filled by augment_open. */
struct augmenter {
	const struct dataset *ds; /* borrowed */
	const uint32_t *rows;     /* [n_rows] training rows, from which cells and tokens are drawn;
				     borrowed */
	size_t n_rows;
	struct pool *pool;        /* borrowed; NULL: the calling thread only */
	uint8_t *kind;            /* [vocab] enum words_kind; NULL unless rows are tokens */
	int32_t blank, mask, end; /* tokens: a blank, -1 if none; the default mask; the end of a
				     text, -2 if none */
	const struct round_trip *round_trip; /* back-translations of rows; borrowed; NULL: none */
	float *spare;                        /* [threads, d] NULL unless rows are images */
	struct synonyms synonyms;            /* of the rows' words; empty without a WordNet */
	int32_t *tokens;                     /* [threads, length + 1] NULL without a WordNet */
};

/* One row, as passed to an augmentation. */
struct augment_row {
	const struct augmenter *a;
	const struct knobs *knobs;
	struct rng rng;      /* stream of this augmentation, step and row */
	uint32_t row;        /* index in the data set */
	float *x;            /* [d] or NULL */
	int32_t *ids;        /* [length] or NULL */
	int32_t *label;      /* with next_token [length], else NULL */
	float *label_weight; /* with next_token [length], else NULL */
	float *spare;        /* [d] scratch of the calling thread; NULL unless rows are images */
	int32_t *tokens; /* [length + 1] scratch of the calling thread; NULL without a WordNet */
};

struct augment {
	const char *name; /* also the purpose of its random stream */
	unsigned kinds;   /* bits 1 << enum dataset_kind: rows that it applies to */
	const char *doc;  /* one sentence */
	const char *what; /* for error messages: "words of a text are masked" */
	size_t on;        /* offset in struct knobs of a REAL; above 0: enabled */
	bool wordnet;     /* uses augmenter.synonyms */
	void (*row)(const struct augment_row *r); /* changes one row; NULL with `batch` */
	/* Changes all rows at once, after the others; rng: stream of this augmentation and step. */
	void (*batch)(const struct knobs *k, struct rng rng, struct batch *b);
};

extern const struct augment *const augment_table[];
extern const size_t augment_count;
#define AUGMENT(id) extern const struct augment augment_##id;
#include "retort/data/augment/augments.def"
enum augment_id {
#define AUGMENT(id) AUGMENT_##id,
#include "retort/data/augment/augments.def"
	AUGMENTS,
};

bool augment_is_on(const struct augment *a, const struct knobs *k);

/* The augmentation that a knob belongs to: the knob's name starts with its name. NULL: none. */
const struct augment *augment_of_knob(const struct knob *k);

/* Whether an augmentation for rows of that kind is enabled. */
bool augment_any(const struct knobs *k, enum dataset_kind kind);

/* Whether rows of that kind are augmented in the same way. */
bool augment_is_same(const struct knobs *a, const struct knobs *b, enum dataset_kind kind);

/* Check that enabled augmentations apply to rows of `ds` and have their WordNet or
 * back-translations
 * (`round_trip`). Returns 0, or -1 with an error. */
int augment_fits(const struct knobs *k, const struct dataset *ds,
		 const struct round_trip *round_trip, const struct wordnet *wn, struct err *e);

/* Initialize for rows of `ds`. Returns -1 when out of memory. */
int augment_open(struct augmenter *a, const struct dataset *ds, const uint32_t *rows, size_t n_rows,
		 struct pool *pool, struct err *e);

/* Look up synonyms of the words of the rows; no effect unless they are texts and `wn` is not NULL.
 * Between steps. Returns -1 when out of memory. */
int augment_learn(struct augmenter *a, const struct wordnet *wn, struct err *e);
void augment_close(struct augmenter *a);

/*
 * Apply the enabled augmentations to a batch from batch_fill; b->augmented is set if there are any.
 * Random draws are a function of seed, augmentation, step and the row's BATCH_DRAW. Allocates
 * nothing.
 */
void augment_batch(const struct augmenter *a, const struct knobs *k, uint64_t seed, uint64_t step,
		   struct batch *b);

#endif
