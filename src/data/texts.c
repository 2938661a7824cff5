/* texts.c: texts behind one another, and where each begins. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/texts.h"

#include <string.h>

#include "retort/base/mem.h"

/* Room for n texts of so many bytes. */
static int
make_room(struct dataset_texts *t, size_t n, size_t size, struct err *e)
{
	t->at = mem_try(n + 1, sizeof *t->at);
	t->bytes = mem_try(size + 1, 1);
	if (t->at && t->bytes)
		return 0;
	mem_free(t->at);
	mem_free(t->bytes);
	return err_set(e, "no memory for %zu texts of %zu bytes", n, size);
}

int
texts_keep(struct dataset *ds, const char *const *text, size_t stride, struct err *e)
{
	struct dataset_texts t;
	size_t size = 0;

	for (size_t i = 0; i < ds->n; i++)
		size += strlen(text[i * stride]) + 1;
	if (make_room(&t, ds->n, size, e) < 0)
		return -1;
	for (size_t i = 0, at = 0; i < ds->n; i++) {
		size_t len = strlen(text[i * stride]) + 1;

		memcpy(t.bytes + at, text[i * stride], len);
		t.at[i] = at;
		at += len;
		t.at[i + 1] = at;
	}
	ds->texts = t;
	return 0;
}

const char *
texts_of(const struct dataset *ds, size_t row)
{
	return ds->texts.at ? ds->texts.bytes + ds->texts.at[row] : "";
}

/* Rows of one set, from row `to` on, behind `at` bytes. Returns how many bytes there are then. */
static size_t
copy(struct dataset_texts *t, size_t to, size_t at, const struct dataset *from)
{
	for (size_t i = 0; i < from->n; i++) {
		const char *s = texts_of(from, i);
		size_t len = strlen(s) + 1;

		memcpy(t->bytes + at, s, len);
		t->at[to + i] = at;
		at += len;
	}
	return at;
}

int
texts_join(struct dataset *ds, const struct dataset *more, struct err *e)
{
	struct dataset_texts t;
	size_t size = 0, at;

	if (!ds->texts.at && !more->texts.at)
		return 0;
	for (size_t i = 0; i < ds->n; i++)
		size += strlen(texts_of(ds, i)) + 1;
	for (size_t i = 0; i < more->n; i++)
		size += strlen(texts_of(more, i)) + 1;
	if (make_room(&t, ds->n + more->n, size, e) < 0)
		return -1;
	at = copy(&t, 0, 0, ds);
	t.at[ds->n + more->n] = copy(&t, ds->n, at, more);
	texts_release(ds);
	ds->texts = t;
	return 0;
}

void
texts_release(struct dataset *ds)
{
	mem_free(ds->texts.at);
	mem_free(ds->texts.bytes);
	ds->texts = (struct dataset_texts){ 0 };
}
