/* Texts that read the same become the same bytes: case, compatible characters and white space
 * folded.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TEXT_FOLD_H
#define RETORT_DATA_TEXT_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/text.h"

/* Buffers, reused for many texts. One thread. */
struct fold {
	struct text out; /* owned: the text folded last */
	char chunk[1024];
	size_t n;         /* bytes of the chunk */
	bool blank;       /* white space since the last character */
	uint32_t *simple; /* owned [65536] the folded character of each, or see fold.c */
	int32_t *point;   /* owned */
	size_t cap;
};

void fold_init(struct fold *f);
void fold_release(struct fold *f);

/*
 * Fold a text into f->out: NFKD with case folded and Default_Ignorable_Code_Point left out; white
 * space as one blank, and none at the ends. Bytes that are not UTF-8 are copied. Returns f->out.s,
 * "" when empty, of f->out.len bytes.
 */
const char *fold_text(struct fold *f, const char *text, size_t size);

#endif
