/* The encoding of the data of a lab, and that of a network loaded into it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_SETUP_ENCODING_H
#define RETORT_LAB_SETUP_ENCODING_H

#include "retort/data/encoding.h"
#include "retort/lab/trainer_state.h"
#include "retort/nn/ckpt.h"

/* Store the encoding of the data in the checkpoint of a network. 0, or -1 without memory. */
int setup_encoding_add(const struct trainer_state *w, struct ckpt *c, struct err *e);

/*
 * Read the encoding of the network in a checkpoint, owned by the caller, and check it against the
 * data; `from` names the file. `note` says if columns were taken by position, "" else. 0, or -1 and
 * an error.
 */
int setup_encoding_read(const struct trainer_state *w, const struct ckpt *c, const char *from,
			struct encoding *out, char *note, size_t size, struct err *e);

/*
 * Fold the difference between the scale that a network was trained with and that of the data into
 * its first layer, x' = x spread/spread' + (mean - mean')/spread', so that it has the same outputs
 * for the same row. Only a dense first layer takes it; others see the scale of the data, which is
 * noted in `note`, with both scales. "" else.
 */
void setup_encoding_fold(const struct trainer_state *w, const struct encoding *net,
			 struct branch *b, const char *from, char *note, size_t size);

#endif
