/* Files of kept states, written beside the training. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_PAST_STORE_H
#define RETORT_LAB_PAST_STORE_H

#include "retort/lab/past_state.h"

/*
 * A folder of files in the cache, made when the first is written, and the thread that writes them,
 * one at a time. After a failure, such as a full disk, no further ones are written: a message in
 * w->kept_notice. All functions: trainer's thread.
 */
struct past_store;

/* Remove the files in the cache of processes that ended without past_store_free. */
void past_store_clean(void);

/* Stop writing and remove all files. past_store_free(NULL) is fine. */
void past_store_free(struct past_store *store);

/* Whether a state is being written, as far as past_store_reap knows. */
bool past_store_is_busy(const struct trainer_state *w);

/* Whether writing has failed. */
bool past_store_has_failed(const struct trainer_state *w);

/* Begin to write a state that is in memory; nothing is being written. -1: that has failed. */
int past_store_write(struct trainer_state *w, struct past_state *s);

/* Free the blocks of the state whose file is complete; `wait`: until it is. Return whether one was
 * finished, or has failed, in which case it is in memory as before. */
bool past_store_reap(struct trainer_state *w, bool wait);

#endif
