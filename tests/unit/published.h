/* The published models of tests/vectors/hf. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TESTS_PUBLISHED_H
#define RETORT_TESTS_PUBLISHED_H

#include <jansson.h>
#include <stddef.h>

#include "retort/nn/ckpt.h"

/* Write the path of a file of `model`, or of its directory for file "", to `buf`; returns buf. */
const char *published_path(const char *model, const char *file, char *buf, size_t size);

/* Read a file of `model`; the caller releases it. Fails the test if that is not possible. */
json_t *published_json(const char *model, const char *file);

/* Fail the test unless both have the same tensors to the bit. */
void published_same_tensors(const char *model, const struct ckpt *a, const struct ckpt *b);

/* The models of tests/vectors/hf. */
extern const char *const published_models[];
extern const size_t published_count;

#endif
