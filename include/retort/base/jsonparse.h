/* Parse JSON in memory that is bounded by the size of the text, and show values in messages. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_JSONPARSE_H
#define RETORT_BASE_JSONPARSE_H

#include <stddef.h>

struct json_t;
struct json_error_t;

/*
 * Parse a text, refusing repeated keys. The values take at most 16 times its size and 64 MiB: a
 * list of small values would take 44 times. Returns NULL with `where` filled in; released with
 * json_decref.
 */
struct json_t *jsonparse_load(const char *bytes, size_t size, struct json_error_t *where);

/* Write a value as JSON, truncated to `size`, for messages; NULL is "nothing". Returns buf. */
const char *jsonparse_show(const struct json_t *value, char *buf, size_t size);

#endif
