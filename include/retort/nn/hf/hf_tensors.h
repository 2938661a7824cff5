/* Tensors of a published model, from and to those of a network; for hf*.c. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_HF_HF_TENSORS_H
#define RETORT_NN_HF_HF_TENSORS_H

#include "retort/nn/ckpt.h"
#include "retort/nn/hf/hf_layout.h"

/*
 * Add the tensors of the network to `ours`. Every shape is checked against m before anything is
 * allocated, so that no more memory is used than `theirs` has. Refuses a tensor that is missing,
 * unknown, or of another shape.
 */
int hf_tensors_read(const struct hf_model *m, const struct ckpt *theirs, struct ckpt *ours,
		    struct err *e);

/* Add the tensors under their published names to `theirs`. Refuses a tensor of `ours` that is
 * missing or of another shape. */
int hf_tensors_write(const struct hf_model *m, const struct ckpt *ours, struct ckpt *theirs,
		     struct err *e);

/* Whether a tensor is a buffer of old files that holds no parameters. */
bool hf_tensor_names_buffer(const char *name);

/* Whether a tensor belongs to a head, of this task or of another. */
bool hf_tensor_names_of_head(const char *name);

/* The first tensor of a head that is not of classes; NULL: there is none. */
const char *hf_tensor_names_other_head(const struct ckpt *theirs);

#endif
