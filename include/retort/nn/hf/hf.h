/* Model directories in the layouts that are published on the Hugging Face hub. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_HF_HF_H
#define RETORT_NN_HF_HF_H

#include <stddef.h>

#include "retort/base/err.h"
#include "retort/nn/ckpt.h"

/*
 * A directory holds config.json, which says what is computed, and model.safetensors, the numbers.
 * Read and written are bert and distilbert (for classes), gpt2 and llama (for the next token). What
 * goes in and out here is Retort's own checkpoint: its tensors, and the notes "model", "length",
 * "vocabulary", "classes", "tells" and "label.0", "label.1" ... that net_ckpt_spec and net_ckpt_of
 * know: nobody behind this file sees where a network came from.
 *
 * Refused, by name: a key of config.json whose value asks for something that Retort does not
 * compute; a tensor that is missing, has no place, or has another shape than config.json says; a
 * type other than F32, F16 and BF16. Buffers that old files carry (position ids, causal masks,
 * rotary frequencies) are left out.
 */

/* Any thread. *out belongs to the caller. 0, or -1 with an error that names the file. */
int hf_read(const char *dir, struct ckpt **out, struct err *e);

/*
 * Make the directory, or replace the two files in it: both are written under other names first,
 * then renamed, config.json last. Notes and tensors that are not the network's own (moments, scale,
 * step) are left out. -1 where the network's options fit no layout: the error names those that
 * stand in the way.
 */
int hf_write(const struct ckpt *c, const char *dir, struct err *e);

/* The same without files: text of config.json and what was read of model.safetensors. */
int hf_parse(const char *config, size_t size, const struct ckpt *theirs, struct ckpt **out,
	     struct err *e);

/* *theirs gets the tensors of the layout that fits, *config the text of config.json; caller frees
 * both. */
int hf_print(const struct ckpt *c, struct ckpt **theirs, char **config, struct err *e);

/* For ckpt_parse_some: leaves the buffers out, refuses types. */
int hf_wants(const char *name, const char *type, struct err *e);

#endif
