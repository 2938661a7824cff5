/* texts.c: texts one after the other in one block. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/texts.h"

#include <string.h>

#include "retort/base/mem.h"

/* Allocate n texts of `size` bytes in total. */
static int
alloc_texts(struct dataset_texts *t, size_t n, size_t size, struct err *e)
{
	t->at = mem_try(n + 1, sizeof *t->at);
	t->bytes = mem_try(size + 1, 1);
	if (t->at && t->bytes)
		return 0;
	mem_free(t->at);
	mem_free(t->bytes);
	*t = (struct dataset_texts){ 0 };
	return err_set(e, "no memory for %zu texts of %zu bytes", n, size);
}

int
texts_add(struct dataset *ds, struct texts_writer *w, size_t row, const char *text, struct err *e)
{
	size_t len = strlen(text) + 1;

	if (mem_try_grow(&ds->texts.at, &w->cap_rows, row + 2, sizeof *ds->texts.at) < 0 ||
	    mem_try_grow(&ds->texts.bytes, &w->cap_bytes, w->used + len, 1) < 0)
		return err_set(e, "no memory for %zu texts of %zu bytes", row + 1, w->used + len);
	memcpy(ds->texts.bytes + w->used, text, len);
	ds->texts.at[row] = w->used;
	w->used += len;
	ds->texts.at[row + 1] = w->used;
	return 0;
}

const char *
texts_row(const struct dataset *ds, size_t row)
{
	return ds->texts.at ? ds->texts.bytes + ds->texts.at[row] : "";
}

/* Copy the texts of a set to rows `to` and after, at offset `at`. Return the offset after them. */
static size_t
copy_texts(struct dataset_texts *t, size_t to, size_t at, const struct dataset *from)
{
	for (size_t i = 0; i < from->n; i++) {
		const char *s = texts_row(from, i);
		size_t len = strlen(s) + 1;

		memcpy(t->bytes + at, s, len);
		t->at[to + i] = at;
		at += len;
	}
	return at;
}

int
texts_join(const struct dataset *ds, const struct dataset *more, struct dataset_texts *out,
	   struct err *e)
{
	size_t size = 0, at;

	*out = (struct dataset_texts){ 0 };
	if (!ds->texts.at && !more->texts.at)
		return 0;
	for (size_t i = 0; i < ds->n; i++)
		size += strlen(texts_row(ds, i)) + 1;
	for (size_t i = 0; i < more->n; i++)
		size += strlen(texts_row(more, i)) + 1;
	if (alloc_texts(out, ds->n + more->n, size, e) < 0)
		return -1;
	at = copy_texts(out, 0, 0, ds);
	out->at[ds->n + more->n] = copy_texts(out, ds->n, at, more);
	return 0;
}

void
texts_release(struct dataset_texts *t)
{
	mem_free(t->at);
	mem_free(t->bytes);
	*t = (struct dataset_texts){ 0 };
}
