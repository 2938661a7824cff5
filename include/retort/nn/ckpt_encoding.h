/* The encoding of its data in the file of a network. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_CKPT_ENCODING_H
#define RETORT_NN_CKPT_ENCODING_H

#include "retort/data/encoding.h"
#include "retort/nn/ckpt.h"

#define CKPT_ENCODING_STATE "state" /* the note that lab/state_file.h writes */

/* Add the encoding as the note "encoding". 0, or -1 without memory. */
int ckpt_encoding_add(struct ckpt *c, const struct encoding *enc, struct err *e);

/*
 * The encoding in a checkpoint; classes that it has not are those of the notes "label.0", "label.1"
 * ... In a file without the note it is partial: the scale of the tensors
 * "input.mean" and "input.spread", which older versions wrote, and the classes; without either its
 * d is 0. *out is owned. 0, or -1 and an error if the
 * note is invalid.
 */
int ckpt_encoding_of(const struct ckpt *c, struct encoding *out, struct err *e);

/* The same, refused with `path` in the error if there is none. */
int ckpt_encoding_need(const struct ckpt *c, const char *path, struct encoding *out, struct err *e);

/* The same of a safetensors file, of which no other tensors are kept. */
int ckpt_encoding_read(const char *path, struct encoding *out, struct err *e);

/* The hash that names a file: that of its tensors, joined with those of this note and of the note
 * "state" (lab/state_file.h), where there are any.
 * -1: as of ckpt_hash. */
int ckpt_encoding_hash(const struct ckpt *c, struct hash *out, struct err *e);

#endif
