/* tokenizer_spbpe.c: byte-pair encoding by scores, as SentencePiece does it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/data/text/tokenizer_kinds.h"

/* A part of the text during merging, in a linked list. */
struct symbol {
	size_t from, len;     /* bytes; len 0: merged into the one before */
	int32_t before, next; /* -1: none */
	bool fixed;           /* a user-defined symbol, which is not merged */
};

struct work {
	const struct tokenizer *t;
	const char *text;
	struct symbol *symbol;
	size_t n, cap;
	struct tokenizer_heap heap; /* rank << 32 | left symbol */
};

struct ranked {
	double score;
	int32_t id;
};

static int
by_score(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return (x->score < y->score) - (x->score > y->score);
}

/* Rank pieces by their scores, the highest first; equal scores have one rank. */
void
tokenizer_spbpe_rank(struct tokenizer *t)
{
	struct ranked *r = mem_array(t->pieces.n, sizeof *r);
	uint32_t rank = 0;

	t->rank = mem_array(t->pieces.n, sizeof *t->rank);
	for (size_t i = 0; i < t->pieces.n; i++) {
		size_t len;

		token_trie_get(&t->pieces, i, &len);
		t->longest = len > t->longest ? len : t->longest;
		r[i] = (struct ranked){ t->score[i], (int32_t)i };
	}
	qsort(r, t->pieces.n, sizeof *r, by_score);
	for (size_t i = 0; i < t->pieces.n; i++) {
		rank += i && r[i].score < r[i - 1].score;
		t->rank[r[i].id] = rank;
	}
	mem_free(r);
}

/* The piece that a symbol and the one after it make; -1: none. */
static int32_t
find_pair(const struct work *w, int32_t left)
{
	const struct symbol *a = left < 0 ? NULL : &w->symbol[left],
			    *b = a && a->next >= 0 ? &w->symbol[a->next] : NULL;

	if (!b || !a->len || a->fixed || b->fixed || a->len + b->len > w->t->longest)
		return -1;
	return tokenizer_find(w->t, w->text + a->from, a->len + b->len);
}

static void
push_pair(struct work *w, int32_t left)
{
	int32_t id = find_pair(w, left);

	if (id >= 0)
		tokenizer_heap_push(&w->heap, (uint64_t)w->t->rank[id] << 32 | (uint32_t)left);
}

static void
add_symbols(struct work *w, size_t size)
{
	uint32_t cp;

	for (size_t at = 0, len; at < size; at += len) {
		bool fixed = (len = byte_trie_longest(&w->t->symbols, w->text + at, size - at)) > 0;

		if (!fixed)
			len = text_utf8(w->text + at, size - at, &cp);
		mem_grow(&w->symbol, &w->cap, w->n + 1, sizeof *w->symbol);
		w->symbol[w->n] =
			(struct symbol){ at, len, (int32_t)w->n - 1,
					 at + len < size ? (int32_t)w->n + 1 : -1, fixed };
		w->n++;
	}
}

static void
merge(struct work *w)
{
	for (size_t i = 0; i < w->n; i++)
		push_pair(w, (int32_t)i);
	while (w->heap.n) {
		uint64_t top = tokenizer_heap_pop(&w->heap);
		int32_t left = (int32_t)(uint32_t)top, id = find_pair(w, left);
		struct symbol *a = &w->symbol[left], *b;

		if (id < 0 || w->t->rank[id] != (uint32_t)(top >> 32))
			continue; /* one of the two has been merged since */
		b = &w->symbol[a->next];
		a->len += b->len;
		b->len = 0;
		a->next = b->next;
		if (a->next >= 0)
			w->symbol[a->next].before = left;
		push_pair(w, a->before);
		push_pair(w, left);
	}
}

/* Append the tokens; consecutive unknown characters are one, or the tokens of their bytes. */
static int
put_symbols(struct work *w, struct tokenizer_ids *out, struct err *e)
{
	int32_t unknown = w->t->special[TOKENIZER_UNKNOWN];
	bool before = false;

	for (int32_t i = w->n ? 0 : -1; i >= 0; i = w->symbol[i].next) {
		const struct symbol *s = &w->symbol[i];
		int32_t id = tokenizer_find(w->t, w->text + s->from, s->len);

		if (id >= 0)
			tokenizer_add_id(out, id);
		else if (w->t->byte_fallback) {
			if (!tokenizer_add_bytes(w->t, w->text + s->from, s->len, out))
				return err_set(e, "the model has no pieces for all bytes");
		} else if (!before)
			tokenizer_add_id(out, unknown);
		before = id < 0;
	}
	return 0;
}

int
tokenizer_spbpe_word(const struct tokenizer *t, const char *word, size_t size,
		     struct tokenizer_ids *out, struct err *e)
{
	struct work w = { .t = t, .text = word };
	int status;

	add_symbols(&w, size);
	merge(&w);
	status = put_symbols(&w, out, e);
	mem_free(w.symbol);
	mem_free(w.heap.item);
	return status;
}
