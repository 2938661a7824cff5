/* Base64 (RFC 4648); wraps Nettle. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_BASE64_H
#define RETORT_BASE_BASE64_H

#include <stddef.h>
#include <stdint.h>

#include "retort/base/text.h"

/* Characters of `size` bytes, with padding. */
size_t base64_length(size_t size);

/* Bytes of `len` characters, by their number and padding. */
size_t base64_size(const char *s, size_t len);

/* Append the bytes. */
void base64_encode(const void *bytes, size_t size, struct text *out);

/* Decode exactly `size` bytes: 0, or -1 for another length, another character, or missing padding.
 */
int base64_decode(const char *s, size_t len, uint8_t *bytes, size_t size);

#endif
