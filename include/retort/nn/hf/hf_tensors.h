/* Tensors of a published model, to and from a network's own. For hf*.c. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_HF_HF_TENSORS_H
#define RETORT_NN_HF_HF_TENSORS_H

#include "retort/nn/ckpt.h"
#include "retort/nn/hf/hf_layout.h"

/*
 * Add the network's tensors to `ours`. Every shape is compared with what m says before anything is
 * made: no more memory is taken than `theirs` has. Refused: a tensor that is missing, has another
 * shape, or has no place.
 */
int hf_tensors_read(const struct hf_model *m, const struct ckpt *theirs, struct ckpt *ours,
		    struct err *e);

/* Add tensors under the published names to `theirs`. Refused: one of ours that is missing or has
 * another shape. */
int hf_tensors_write(const struct hf_model *m, const struct ckpt *ours, struct ckpt *theirs,
		     struct err *e);

/* A buffer that old files carry and that holds nothing to be learned. */
bool hf_tensors_is_buffer(const char *name);

#endif
