/* Augmentation: what is done to the rows of a training batch before teacher and student see them.
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
#include "retort/data/translate/round_trip.h"
#include "retort/data/vocab/synonyms.h"

/* What augmentations look at besides the batch; filled by augment_open. */
struct augmenter {
	const struct dataset *ds; /* borrowed */
	const uint32_t *rows; /* [n_rows] training rows: where cells and tokens of other rows come
				 from; borrowed */
	size_t n_rows;
	struct pool *pool;        /* borrowed; NULL: the caller alone */
	uint8_t *kind;            /* [vocab] see words.h; NULL unless rows are tokens */
	int32_t blank, mask, end; /* tokens: a blank, or -1; what stands for a masked one; what ends
				     a text, or -2 */
	const struct round_trip *retold; /* translations of rows; borrowed; NULL: there are none */
	float *spare;                    /* [threads, d] NULL unless rows are images */
	struct synonyms synonyms;        /* of the rows' words; none without a WordNet */
	int32_t *tokens;                 /* [threads, length + 1] NULL without a WordNet */
};

/* One row in the hands of one augmentation. */
struct augment_row {
	const struct augmenter *a;
	const struct knobs *knobs;
	struct rng rng;      /* of this augmentation, this step and this row alone */
	uint32_t row;        /* of the data set */
	float *x;            /* [d] or NULL */
	int32_t *ids;        /* [length] or NULL */
	int32_t *label;      /* with next_token [length], else NULL */
	float *label_weight; /* with next_token [length], else NULL */
	float *spare;        /* [d] of the calling thread; NULL unless rows are images */
	int32_t *tokens;     /* [length + 1] of the calling thread; NULL without a WordNet */
};

struct augment {
	const char *name; /* that of its stream of random numbers too */
	unsigned kinds;   /* bits 1 << enum dataset_kind of rows that it can be done to */
	const char *doc;  /* one sentence */
	const char *what; /* for a refusal: "words of a text are masked" */
	size_t on;        /* offset in struct knobs of the REAL that turns it on above 0 */
	bool wordnet;     /* looks at augmenter.synonyms */
	void (*row)(const struct augment_row *r); /* every row by itself; NULL with `batch` */
	/* All rows at once, after the others: rng is of this augmentation and step. */
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

/* Whose a knob is: its name begins with the augmentation's. NULL: no augmentation's. */
const struct augment *augment_of_knob(const struct knob *k);

/* Whether rows of that kind are augmented as the knobs stand. */
bool augment_any(const struct knobs *k, enum dataset_kind kind);

/* 0, or -1: an augmentation is on that cannot be done to rows of `ds`, or not without a WordNet,
 * and why; `retold` as in struct augmenter. */
int augment_fits(const struct knobs *k, const struct dataset *ds, const struct round_trip *retold,
		 const struct wordnet *wn, struct err *e);

/* Get ready for rows of `ds`. 0, or -1 when there is no memory. */
int augment_open(struct augmenter *a, const struct dataset *ds, const uint32_t *rows, size_t n_rows,
		 struct pool *pool, struct err *e);

/* Look up what words of the rows may become, where they are texts. Between steps. 0, or -1 when
 * there is no memory. */
int augment_learn(struct augmenter *a, const struct wordnet *wn, struct err *e);
void augment_close(struct augmenter *a);

/*
 * Augment a batch that batch_fill has just filled, as the knobs stand; b->augmented says whether
 * there was anything to do. What is drawn is a function of seed, augmentation, step and the row's
 * BATCH_DRAW alone. Allocates nothing.
 */
void augment_batch(const struct augmenter *a, const struct knobs *k, uint64_t seed, uint64_t step,
		   struct batch *b);

#endif
