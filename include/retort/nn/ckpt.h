/* Checkpoints: named tensors and notes in a safetensors file. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_CKPT_H
#define RETORT_NN_CKPT_H

#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"
#include "retort/base/hash.h"

#define CKPT_RANK 8
#define CKPT_NAME 128

struct ckpt_tensor {
	char name[CKPT_NAME];
	int rank;
	size_t dim[CKPT_RANK];
	size_t len;  /* numbers: the product of dim */
	float *data; /* [len] owned by the checkpoint */
};

/* An entry of the header's __metadata__. */
struct ckpt_note {
	char *key, *value; /* owned */
};

struct ckpt {
	size_t n_tensors, cap_tensors;
	struct ckpt_tensor *tensor;
	size_t n_notes, cap_notes;
	struct ckpt_note *note;
};

/* An empty checkpoint; free with ckpt_free, which accepts NULL. */
struct ckpt *ckpt_new(void);
void ckpt_free(struct ckpt *c);

/* Add a tensor with a copy of `data` (NULL: zeros) and return it. Asserts name length and rank. */
struct ckpt_tensor *ckpt_add(struct ckpt *c, const char *name, int rank, const size_t *dim,
			     const float *data);
/* Add a note. */
void ckpt_note(struct ckpt *c, const char *key, const char *value);

/* The tensor, or the text of the note, with this name; NULL: none. */
const struct ckpt_tensor *ckpt_find(const struct ckpt *c, const char *name);
const char *ckpt_get(const struct ckpt *c, const char *key);

/* SHA-256 over name, shape and numbers of every tensor in order, after conversion to float: does
 * not depend on the number type of the file. -1 and an error if a signal ends the process. */
int ckpt_hash(const struct ckpt *c, struct hash *out, struct err *e);

/*
 * Parse the bytes of a safetensors file: header length in 8 bytes little-endian, JSON header, data.
 * F32, F16, BF16 and F64 are converted to float, other types refused. Offsets must be in range,
 * cover the data without overlap or hole and agree with shape and type; the header has at most
 * 100 MB, names at most CKPT_NAME - 1 bytes; every number must be finite. Everything is checked
 * before it is used. *out belongs to the caller. 0, or -1 and an error.
 */
int ckpt_parse(const char *bytes, size_t size, struct ckpt **out, struct err *e);
/* The same from a file, of at most 4 GiB. */
int ckpt_read(const char *path, struct ckpt **out, struct err *e);

/*
 * The same for files of other programs. `wants` is called for every tensor and returns 1 to read
 * it, 0 to skip it, whatever its type, -1 and an error to refuse the file.
 */
typedef int ckpt_wants(const char *name, const char *type, struct err *e);
int ckpt_parse_some(const char *bytes, size_t size, ckpt_wants *wants, struct ckpt **out,
		    struct err *e);
int ckpt_read_some(const char *path, ckpt_wants *wants, struct ckpt **out, struct err *e);

/* Write a file atomically, header keys in the order added, the header padded with blanks to a
 * multiple of 8 bytes. 0, or -1 and an error. */
int ckpt_write(const struct ckpt *c, const char *path, struct err *e);

#endif
