/* What a teacher says about rows: asked once, kept untempered, read ever after. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_TEACHER_H
#define RETORT_KD_TEACHER_H

#include <stdint.h>

#include "retort/base/err.h"
#include "retort/base/hash.h"
#include "retort/data/batch.h"
#include "retort/data/dataset.h"
#include "retort/engine/net.h"

#define TEACHER_CHUNK 64 /* rows asked together: fixed, so that the bits do not depend on who asks when */

struct teacher {
	struct net *net;          /* borrowed, bound to its weights */
	const struct dataset *ds; /* borrowed */
	struct hash key;          /* of the weights and of the inputs as the teacher sees them */
	bool is_open;
	real *out[NET_TAPS];      /* [ds->n, width] by layer; NULL where nobody asked */
	uint8_t *known[NET_TAPS]; /* [chunks] which are filled */
	struct batch batch;
	uint32_t rows[TEACHER_CHUNK];
};

/*
 * Get ready to answer about `ds`, whose inputs hash to `inputs`. What is kept is kept only while
 * weights and inputs hash to the same key; else it is dropped, never used. `net` has room for
 * TEACHER_CHUNK rows. 0, or -1 without memory.
 */
int teacher_open(struct teacher *t, struct net *net, real *value, const struct dataset *ds,
		 const struct hash *inputs, struct err *e);
void teacher_close(struct teacher *t);

/* Make room for a layer's answers. Call between steps, before teacher_fill asks for it. */
int teacher_want(struct teacher *t, int tap, struct err *e);

/*
 * What layer `tap` says about n rows of the dataset, into out[n, width]. Runs the network for
 * chunks that are not known yet. Trainer thread. Allocates nothing.
 */
void teacher_fill(struct teacher *t, int tap, const uint32_t *rows, size_t n, real *out);

#endif
