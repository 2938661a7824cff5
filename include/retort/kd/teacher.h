/* What a teacher says about rows: asked once where its answers can be kept, untempered, and read
 * ever after. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_TEACHER_H
#define RETORT_KD_TEACHER_H

#include <stdint.h>

#include "retort/base/err.h"
#include "retort/base/hash.h"
#include "retort/data/batch.h"
#include "retort/data/dataset.h"
#include "retort/nn/net.h"
#include "retort/kd/logit_cache.h"
#include "retort/kd/loss.h"

#define TEACHER_KEPT                                                                            \
	((size_t)1 << 30) /* bytes that `auto` keeps at most: a constant, so that every machine \
			     decides alike */

enum teacher_cache {
	TEACHER_AUTO, /* in memory up to TEACHER_KEPT bytes, else not at all */
	TEACHER_OFF,  /* asked at every step */
	TEACHER_MEMORY,
	TEACHER_DISK, /* in a file of the cache directory, under the key; found again by later
			 sessions */
};
extern const char *const teacher_cache_name[]; /* by enum, NULL at the end */

/*
 * What a teacher can be asked about a layer: what stands at an enum model_tap, or where the map of
 * its hidden tap is large (places.h), which is as many times smaller as the map has channels. The
 * map itself is not kept for that.
 */
#define TEACHER_PLACES MODEL_TAPS
#define TEACHER_ASKS (MODEL_TAPS + 1)

/* How a teacher is asked; plain data. */
struct teacher_options {
	enum teacher_cache cache;
	size_t top; /* keep the `top` largest logits and a bucket for the rest; 0: all of them */
	bool bf16;  /* weights of products rounded to bfloat16 and packed once */
};

/* What rounding to bfloat16 does to the logits of the first rows of the data, positions counted one
 * by one. */
struct teacher_effect {
	size_t positions; /* that were compared; 0: nothing was */
	double kl;        /* mean KL of the rounded from the exact, temperature 1 */
	double agreement; /* share with the same largest logit */
	double largest;   /* largest difference of a logit */
};

struct teacher {
	struct net *net;          /* owned: forward only, with the taps that were wanted */
	const struct dataset *ds; /* borrowed */
	struct hash key; /* of weights, precision and inputs: what its answers are kept under */
	bool is_open;
	bool keeps; /* answers are kept; else the network runs for every batch */
	struct teacher_options options;
	struct teacher_effect effect; /* where options.bf16 is on: measured by teacher_open */
	unsigned wants[MODEL_LAYERS];
	size_t chunk; /* rows asked together: fixed by shapes, so that the bits do not depend on who
			 asks when */
	struct logit_cache kept[MODEL_LAYERS][TEACHER_ASKS];
	real *places[MODEL_LAYERS]; /* [capacity, places] of the rows the network was last run for;
				       NULL where not wanted */
	struct batch batch;
	uint32_t *rows; /* [chunk] */
	real *top;      /* [2 top + 1] of one position: ids, logits, tail */
	uint64_t asked; /* rows that the network was run for */
};

/*
 * Get ready to answer about `ds`, whose inputs hash to `inputs`. `like` and `value` are the network
 * and its numbers, borrowed while open; wants[MODEL_LAYERS] are bits 1 << (tap or TEACHER_PLACES)
 * of what will be asked besides the logits; `capacity` rows at most are asked together. What was
 * kept is kept only while weights, inputs and options agree; else it is dropped, never used. With
 * `anew`, batches of `capacity` rows that are augmented are asked about too, though answers are
 * kept: of other rows than those that were kept. With options->bf16 the weights are rounded here,
 * and a network with exact ones is built for as long as it takes to run it once. 0, or -1 and an
 * error with the size that was asked for.
 */
int teacher_open(struct teacher *t, const struct net *like, real *value, const struct dataset *ds,
		 const struct hash *inputs, const unsigned *wants,
		 const struct teacher_options *options, size_t capacity, bool anew, struct err *e);
void teacher_close(struct teacher *t);

/* Bytes that keeping everything wanted takes. After teacher_open. */
size_t teacher_size(const struct teacher *t);

/* Make the rows of `b` known: run the network where they are not, and for a batch that is
 * augmented. Trainer thread. Allocates nothing. */
void teacher_ask(struct teacher *t, const struct batch *b);

/*
 * What was said about the rows of `b`, after teacher_ask: [rows, width] in `out`, or where the
 * network ran for the batch its own memory, until the next teacher_ask. Not for logits of which
 * only the largest are kept.
 */
const real *teacher_answer(const struct teacher *t, int layer, int what, const struct batch *b,
			   real *out);

/*
 * The same without a copy: what is kept of all rows, [.., width], and in *row which of them the
 * rows of `b` are; *row is NULL where the answer is the batch's alone. Until the next teacher_ask.
 */
const real *teacher_look(const struct teacher *t, int layer, int what, const struct batch *b,
			 const int32_t **row);

/* The largest logits of the positions of `b`, where options.top is not 0. Filled: id, logit, tail
 * with room for them. */
void teacher_answer_top(const struct teacher *t, const struct batch *b, int32_t *id, real *logit,
			real *tail);

/* Numbers of a row of that answer. */
size_t teacher_width(const struct teacher *t, int layer, int what);

#endif
