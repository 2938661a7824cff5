/* Checkpoints: named tensors and text in a safetensors file. */
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

/* Text of the header's __metadata__. */
struct ckpt_note {
	char *key, *value; /* owned */
};

struct ckpt {
	size_t n_tensors, cap_tensors;
	struct ckpt_tensor *tensor;
	size_t n_notes, cap_notes;
	struct ckpt_note *note;
};

struct ckpt *ckpt_new(void);
void ckpt_free(struct ckpt *c);

/* Add a tensor; `data` is copied (NULL: zeros). Asserts name length and rank. */
struct ckpt_tensor *ckpt_add(struct ckpt *c, const char *name, int rank, const size_t *dim,
			     const float *data);
void ckpt_note(struct ckpt *c, const char *key, const char *value);

/* By name, or NULL. */
const struct ckpt_tensor *ckpt_find(const struct ckpt *c, const char *name);
const char *ckpt_get(const struct ckpt *c, const char *key);

/* SHA-256 over every tensor in turn, its name, shape and numbers: of what was read, however the
 * file stores it. */
struct hash ckpt_hash(const struct ckpt *c);

/*
 * Bytes of a safetensors file: 8 bytes little-endian header length, JSON header, data. Accepted:
 * F32, F16, BF16, F64 (converted to float) and I32/I64/U8 are refused by name; offsets must be in
 * range, non-overlapping, cover the data without holes and agree with shape and type; the header is
 * at most 100 MB; names at most CKPT_NAME - 1 bytes; every number finite. Nothing of the file is
 * trusted before it is checked.
 */
int ckpt_parse(const char *bytes, size_t size, struct ckpt **out, struct err *e);
int ckpt_read(const char *path, struct ckpt **out, struct err *e);

/*
 * The same of a file that somebody else wrote: `wants` is asked about every tensor and its type,
 * and says 1: read it; 0: leave it out, whatever its type; -1 and an error: refuse the file.
 */
typedef int ckpt_wants(const char *name, const char *type, struct err *e);
int ckpt_parse_some(const char *bytes, size_t size, ckpt_wants *wants, struct ckpt **out,
		    struct err *e);
int ckpt_read_some(const char *path, ckpt_wants *wants, struct ckpt **out, struct err *e);

/* Written atomically, header keys in the order added, header padded to 8 bytes with blanks. */
int ckpt_write(const struct ckpt *c, const char *path, struct err *e);

#endif
