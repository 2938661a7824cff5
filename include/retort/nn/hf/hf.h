/* Model directories in the layouts of the Hugging Face hub. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_HF_HF_H
#define RETORT_NN_HF_HF_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"
#include "retort/nn/ckpt.h"

/*
 * A directory holds config.json, the architecture, and model.safetensors, the numbers. Supported
 * are the layouts of layouts.def, encoders for classes and decoders for the next token. They are
 * converted from and to Retort's own checkpoints: tensors, and the notes "model", "length",
 * "vocabulary", "classes", "tells" and "label.0", "label.1" ... of net_ckpt.h, and "encoding" of
 * ckpt_encoding.h. The rest of the program does not know where a network came from.
 *
 * Refused, by name: a key of config.json with a value that Retort does not compute; a tensor that
 * is missing, unknown, or of another shape than config.json gives; a type other than F32, F16 and
 * BF16. Buffers in old files (position ids, causal masks, rotary frequencies) are skipped.
 */

/* Key of the note of a checkpoint that was read: keys of config.json that are not known, "a, b". */
#define HF_UNKNOWN_NOTE "unknown-keys"

/* Read a directory; with `head_new` without its head, whatever it is, and with a note "head": the
 * tensors of the head are left out. *out belongs to the caller. 0, or -1 and an error that names
 * the file. Any thread. */
int hf_read(const char *dir, bool head_new, struct ckpt **out, struct err *e);

/*
 * Create the directory, or replace the two files in it: both are written under other names first,
 * then renamed, config.json last. Before that the tokenizer files of a list, see hf_files.h, are
 * copied; NULL: none. Notes and tensors that are not the network's own (moments, scale,
 * step) are not written. -1 where the options of the network fit no layout; the error names those
 * that do not.
 */
int hf_write(const struct ckpt *c, const char *files, const char *dir, struct err *e);

/* hf_read without files: from the text of config.json and the tensors of model.safetensors. */
int hf_parse(const char *config, size_t size, const struct ckpt *theirs, bool head_new,
	     struct ckpt **out, struct err *e);

/* hf_write without files: *theirs are the tensors, *config the text of config.json; both belong to
 * the caller. */
int hf_print(const struct ckpt *c, struct ckpt **theirs, char **config, struct err *e);

/* For ckpt_parse_some: skips buffers, refuses unsupported types. */
int hf_wants(const char *name, const char *type, struct err *e);

#endif
