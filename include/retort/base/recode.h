/* Text in another encoding becomes UTF-8; the only user of iconv. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_RECODE_H
#define RETORT_BASE_RECODE_H

#include <stddef.h>

#include "retort/base/err.h"

struct recode;

/* The encoding that a byte order mark at the beginning shows: "UTF-16LE", "UTF-16BE", "UTF-32LE",
 * "UTF-32BE"; NULL: none. *mark: its size. */
const char *recode_by_mark(const char *bytes, size_t size, size_t *mark);

/* `encoding` as iconv names it: latin1, utf-16, windows-1252, ... Refused: one that iconv does not
 * know. NULL and an error; else the caller closes it. */
struct recode *recode_open(const char *encoding, struct err *e);
void recode_close(struct recode *r);

/*
 * Convert the next bytes of a text. *out, *n: the UTF-8 text, valid until the next call; an
 * incomplete character waits for the next bytes, or is an error if these are the `last`. Refused:
 * bytes that are no text in the encoding, with their offset.
 */
int recode_next(struct recode *r, const char *bytes, size_t size, int last, const char **out,
		size_t *n, struct err *e);

#endif
