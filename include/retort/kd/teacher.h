/* Teacher: untempered logits and layers of a trained network for rows of the data, computed once
 * and cached. */
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
#include "retort/kd/teacher_effect.h"

#define TEACHER_AUTO_BYTES                                                                        \
	((size_t)1 << 30) /* largest cache of TEACHER_AUTO; a constant, so that the decision does \
			     not depend on the machine */

enum teacher_cache {
	TEACHER_AUTO,   /* in memory up to TEACHER_AUTO_BYTES, else off */
	TEACHER_OFF,    /* forward pass at every step */
	TEACHER_MEMORY, /* in memory */
	TEACHER_DISK,   /* in files of the cache directory, named by the key, read by later sessions
			 */
};
extern const char *const teacher_cache_name[]; /* by enum, NULL at the end */

/*
 * Output of a layer: its enum model_tap, or TEACHER_SPATIAL, the attention map of its hidden tap
 * (spatial.h), which has one number for each position instead of one for each channel.
 */
#define TEACHER_SPATIAL MODEL_TAPS
#define TEACHER_TAPS (MODEL_TAPS + 1)

struct teacher_options {
	enum teacher_cache cache;
	size_t top;  /* cache the `top` largest logits and the log sum exp of the rest; 0: all */
	bool bf16;   /* weights of products rounded to bfloat16 and packed once */
	bool shared; /* auto: in files of the cache directory that the processes of this machine
			share, in memory where there can be none; disk: these files */
};

struct teacher {
	struct net *net;          /* owned: forward only, with the taps in `wants` */
	const struct dataset *ds; /* borrowed */
	struct hash key;          /* of weights, inputs, precision and kernel: names the cache */
	bool is_open;
	bool is_cached; /* outputs are cached; else the network runs for every batch */
	struct teacher_options options;
	struct teacher_effect effect; /* with options.bf16, measured by teacher_open */
	unsigned wants[MODEL_LAYERS]; /* by layer: bits 1 << (tap or TEACHER_SPATIAL) */
	size_t chunk; /* rows of a forward pass that fills the cache; a function of shapes alone, so
			 that bits do not depend on the order of batches */
	struct logit_cache cache[MODEL_LAYERS][TEACHER_TAPS];
	real *spatial[MODEL_LAYERS]; /* [capacity, positions] attention maps of the last forward
					pass; NULL where not wanted */
	struct batch batch;
	uint32_t *rows;   /* [chunk] */
	real *top;        /* [2 top + 1] largest logits of one position, packed */
	uint64_t forward; /* rows that went through the network since teacher_open */
};

/*
 * Open a teacher for `ds`, whose inputs hash to `inputs`. `like` and its parameters `value` are
 * borrowed until teacher_close. wants[MODEL_LAYERS]: outputs needed besides the logits. `capacity`:
 * largest batch; 0: a chunk. `anew`: augmented batches will be passed although outputs are cached.
 * If the teacher is open with the same weights, inputs and options, its cache stays; else it is
 * dropped. With options->bf16 the weights are rounded now, and the effect is measured. 0, or -1 and
 * an error; the teacher is then closed, and can be opened again.
 */
int teacher_open(struct teacher *t, const struct net *like, real *value, const struct dataset *ds,
		 const struct hash *inputs, const unsigned *wants,
		 const struct teacher_options *options, size_t capacity, bool anew, struct err *e);
void teacher_close(struct teacher *t);

/* Bytes of the caches of all wanted outputs. */
size_t teacher_size(const struct teacher *t);

/* Compute the outputs for the rows of `b`: of chunks that are not cached, or of the batch itself if
 * it is augmented or nothing is cached. Trainer thread. Allocates nothing. */
void teacher_run(struct teacher *t, const struct batch *b);

/*
 * Outputs for the rows of `b`, after teacher_run: copied from the cache to out [rows, width], or
 * the network's own memory, valid until the next teacher_run. Not for logits with options.top.
 */
const real *teacher_outputs(const struct teacher *t, int layer, int tap, const struct batch *b,
			    real *out);

/*
 * The same without a copy: outputs [.., width] of all rows of the data, with the row numbers of `b`
 * in *row, or of the rows of `b` alone, *row NULL. Valid until the next teacher_run.
 */
const real *teacher_borrow(const struct teacher *t, int layer, int tap, const struct batch *b,
			   const int32_t **row);

/* With options.top: largest logits of the positions of `b`, into id and logit [positions, top] and
 * tail [positions]. */
void teacher_top(const struct teacher *t, const struct batch *b, int32_t *id, real *logit,
		 real *tail);

/* Numbers in a row of an output. */
size_t teacher_width(const struct teacher *t, int layer, int tap);

/* For teacher_open: node of an output; whether it is wanted; shape of its cache. */
int teacher_node(const struct teacher *t, int layer, int tap);
bool teacher_wants(const struct teacher *t, int layer, int tap);
struct logit_cache_shape teacher_cache_shape(const struct teacher *t, int layer, int tap);

/* Free the network and what is sized by its capacity; the cache stays. */
void teacher_free_net(struct teacher *t);

#endif
