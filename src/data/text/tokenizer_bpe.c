/* tokenizer_bpe.c: byte-pair encoding, merges by rank (Sennrich et al. 2016). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/data/text/tokenizer_kinds.h"

/* A merge: two ids and their result. */
struct pair {
	int32_t left, right, made;
};

struct tokenizer_bpe {
	struct pair *pair; /* [n] by rank */
	size_t n, cap;
	uint32_t *slot; /* [slots] hash table of rank + 1; 0: free */
	size_t slots;
	int32_t byte[256]; /* ids of single bytes */
};

static size_t
find_slot(const struct tokenizer_bpe *b, int32_t left, int32_t right)
{
	uint64_t h = ((uint64_t)(uint32_t)left << 32 | (uint32_t)right) * 0x9E3779B97F4A7C15u;
	size_t at = (size_t)(h ^ h >> 32) & (b->slots - 1);

	for (; b->slot[at]; at = (at + 1) & (b->slots - 1)) {
		const struct pair *p = &b->pair[b->slot[at] - 1];

		if (p->left == left && p->right == right)
			break;
	}
	return at;
}

static void
grow_slots(struct tokenizer_bpe *b)
{
	mem_free(b->slot);
	b->slots = b->slots ? 2 * b->slots : 256;
	b->slot = mem_array(b->slots, sizeof *b->slot);
	for (size_t i = 0; i < b->n; i++)
		b->slot[find_slot(b, b->pair[i].left, b->pair[i].right)] = (uint32_t)i + 1;
}

int
tokenizer_bpe_merge(struct tokenizer *t, int32_t left, int32_t right, int32_t made, struct err *e)
{
	struct tokenizer_bpe *b = t->bpe;
	size_t at;

	if (!b)
		b = t->bpe = mem_new(sizeof *b);
	if (2 * b->n >= b->slots)
		grow_slots(b);
	at = find_slot(b, left, right);
	if (b->slot[at])
		return err_set(e, "duplicate of merge %u", (unsigned)b->slot[at]);
	mem_grow(&b->pair, &b->cap, b->n + 1, sizeof *b->pair);
	b->pair[b->n++] = (struct pair){ left, right, made };
	b->slot[at] = (uint32_t)b->n;
	return 0;
}

bool
tokenizer_bpe_get(const struct tokenizer *t, size_t i, int32_t *left, int32_t *right)
{
	if (!t->bpe || i >= t->bpe->n)
		return false;
	*left = t->bpe->pair[i].left;
	*right = t->bpe->pair[i].right;
	return true;
}

void
tokenizer_bpe_release(struct tokenizer *t)
{
	if (!t->bpe)
		return;
	mem_free(t->bpe->pair);
	mem_free(t->bpe->slot);
	mem_free(t->bpe);
}

int
tokenizer_bpe_finish(struct tokenizer *t, struct err *e)
{
	if (!t->bpe)
		t->bpe = mem_new(sizeof *t->bpe);
	if (!t->bpe->slots)
		grow_slots(t->bpe);
	if (!t->words && !t->splitter)
		t->words = pretoken_new(PRETOKEN_PATTERN, NULL, false, e);
	if (!t->words && !t->splitter)
		return -1;
	if (t->byte_fallback)
		tokenizer_find_bytes(t);
	if (t->sentencepiece)
		tokenizer_spbpe_rank(t);
	for (int byte = 0; byte < 256; byte++) {
		char c = (char)byte;

		t->bpe->byte[byte] = tokenizer_find(t, &c, 1);
	}
	return 0;
}

/* A token of a word during merging, in a linked list. */
struct part {
	int32_t id;           /* -1: merged into its predecessor */
	int32_t before, next; /* -1: none */
};

struct word {
	struct part *part;
	size_t cap;
	struct tokenizer_heap heap; /* rank << 32 | left part: lowest rank first, then leftmost */
};

/* Rank + 1 of the pair that begins at a part; 0 if it has no merge. */
static uint32_t
rank_at(const struct tokenizer_bpe *b, const struct word *w, int32_t at)
{
	int32_t next = at < 0 ? -1 : w->part[at].next;

	if (next < 0 || w->part[at].id < 0 || w->part[next].id < 0)
		return 0;
	return b->slot[find_slot(b, w->part[at].id, w->part[next].id)];
}

static void
push_pair(const struct tokenizer_bpe *b, struct word *w, int32_t at)
{
	uint32_t rank = rank_at(b, w, at);

	if (rank)
		tokenizer_heap_push(&w->heap, (uint64_t)(rank - 1) << 32 | (uint32_t)at);
}

static void
merge_word(const struct tokenizer_bpe *b, struct word *w)
{
	while (w->heap.n) {
		uint64_t top = tokenizer_heap_pop(&w->heap);
		int32_t at = (int32_t)(uint32_t)top, gone;

		if (rank_at(b, w, at) != (uint32_t)(top >> 32) + 1)
			continue; /* stale: one of the two has been merged since */
		gone = w->part[at].next;
		w->part[at].id = b->pair[top >> 32].made;
		w->part[gone].id = -1;
		w->part[at].next = w->part[gone].next;
		if (w->part[at].next >= 0)
			w->part[w->part[at].next].before = at;
		push_pair(b, w, w->part[at].before);
		push_pair(b, w, at);
	}
}

/* The symbols that a word begins with: characters or bytes. */
struct symbols {
	const struct tokenizer *t;
	struct word *w;
	int32_t n;
	bool unknown;       /* an unknown token is due */
	struct text marked; /* a character with the marks of its place */
};

static void
add_symbol(struct symbols *s, int32_t id)
{
	struct word *w = s->w;

	mem_grow(&w->part, &w->cap, (size_t)s->n + 1, sizeof *w->part);
	w->part[s->n] = (struct part){ id, s->n - 1, -1 };
	if (s->n)
		w->part[s->n - 1].next = s->n;
	s->n++;
}

static void
add_unknown(struct symbols *s)
{
	if (s->unknown)
		add_symbol(s, s->t->special[TOKENIZER_UNKNOWN]);
	s->unknown = false;
}

/* Put a character with the marks of its place. */
static void
mark_character(struct symbols *s, const char *c, size_t n, bool first, bool last)
{
	text_clear(&s->marked);
	text_add(&s->marked, first || !s->t->prefix ? "" : s->t->prefix);
	text_bytes(&s->marked, c, n);
	text_add(&s->marked, last && s->t->suffix ? s->t->suffix : "");
}

/* A character without a token: the tokens of its bytes, or the unknown one, which is added before
 * the next symbol that has a token. */
static int
add_missing(struct symbols *s, const char *c, size_t n, struct err *e)
{
	const struct tokenizer *t = s->t;
	bool all = t->byte_fallback;

	for (size_t i = 0; i < n && all; i++)
		all = t->byte_id[(unsigned char)c[i]] >= 0;
	if (all) {
		for (size_t i = 0; i < n; i++)
			add_symbol(s, t->byte_id[(unsigned char)c[i]]);
		return 0;
	}
	if (t->special[TOKENIZER_UNKNOWN] < 0) {
		return t->bytes ? err_set(e,
					  "the vocabulary has neither byte 0x%02X nor an unknown "
					  "token",
					  (unsigned)(unsigned char)*c)
				: err_set(e,
					  "the vocabulary has neither '%.*s' nor an unknown token",
					  (int)n, c);
	}
	if (!t->fuse_unknown)
		add_unknown(s);
	s->unknown = true;
	return 0;
}

static int
add_symbol_at(struct symbols *s, const char *word, size_t len, size_t i, size_t n, struct err *e)
{
	const struct tokenizer *t = s->t;
	const char *c = word + i;
	int32_t id;

	if (t->bytes)
		id = t->bpe->byte[(unsigned char)*c];
	else {
		if (t->prefix || t->suffix) {
			mark_character(s, c, n, i == 0, i + n == len);
			c = s->marked.s;
			n = s->marked.len;
		}
		id = tokenizer_find(t, c, n);
	}
	if (id < 0)
		return add_missing(s, c, n, e);
	add_unknown(s);
	add_symbol(s, id);
	return 0;
}

static int
add_symbols(struct symbols *s, const char *word, size_t len, struct err *e)
{
	int status = 0;
	uint32_t cp;

	for (size_t i = 0, n; i < len && status == 0; i += n) {
		n = s->t->bytes ? 1 : text_utf8(word + i, len - i, &cp);
		status = add_symbol_at(s, word, len, i, n, e);
	}
	add_unknown(s);
	text_release(&s->marked);
	return status;
}

static int
encode_word(const struct tokenizer *t, struct word *w, const char *s, size_t len,
	    struct tokenizer_ids *out, struct err *e)
{
	struct symbols symbols = { .t = t, .w = w };
	int32_t whole = t->ignore_merges ? tokenizer_find(t, s, len) : -1;

	if (whole >= 0) {
		tokenizer_add_id(out, whole);
		return 0;
	}
	if (add_symbols(&symbols, s, len, e) < 0)
		return -1;
	mem_grow(&out->id, &out->cap, out->n + (size_t)symbols.n, sizeof *out->id);
	for (int32_t i = 0; i < symbols.n; i++)
		push_pair(t->bpe, w, i);
	merge_word(t->bpe, w);
	for (int32_t i = symbols.n ? 0 : -1; i >= 0; i = w->part[i].next)
		out->id[out->n++] = w->part[i].id;
	return 0;
}

int
tokenizer_bpe_word(const struct tokenizer *t, const char *word, size_t size,
		   struct tokenizer_ids *out, struct err *e)
{
	struct word w = { 0 };
	int status;

	if (t->sentencepiece)
		return tokenizer_spbpe_word(t, word, size, out, e);
	status = encode_word(t, &w, word, size, out, e);

	mem_free(w.part);
	mem_free(w.heap.item);
	return status;
}

/* Bytes of a word that are merged at a time; longer words are split. */
#define WORD_MAX ((size_t)1 << 24)

int
tokenizer_bpe_encode(const struct tokenizer *t, const char *text, size_t size,
		     struct tokenizer_ids *out, struct err *e)
{
	struct word w = { 0 };
	struct pretoken_run run;
	size_t word, len;
	int status;

	pretoken_begin(&run, t->words, text, size);
	while ((status = pretoken_next(&run, &word, &len, e)) > 0) {
		for (size_t i = 0, n; i < len && status > 0; i += n) {
			n = len - i < WORD_MAX ? len - i : WORD_MAX;
			if (encode_word(t, &w, text + word + i, n, out, e) < 0)
				status = -1;
		}
		if (status < 0)
			break;
	}
	pretoken_end(&run);
	mem_free(w.part);
	mem_free(w.heap.item);
	return status;
}

/* The text of a token without the marks of its place; the mark of a word's end is a blank. */
static void
put_piece(const struct tokenizer *t, int32_t id, bool last, struct text *out)
{
	size_t before = out->len, suffix = t->suffix ? strlen(t->suffix) : 0;

	tokenizer_put_piece(t, id, out);
	if (!suffix || out->len - before < suffix ||
	    memcmp(out->s + out->len - suffix, t->suffix, suffix) != 0)
		return;
	out->len -= suffix;
	out->s[out->len] = '\0';
	text_add(out, last ? "" : " ");
}

int
tokenizer_bpe_decode(const struct tokenizer *t, const int32_t *ids, size_t n, struct text *out)
{
	for (size_t i = 0; i < n; i++)
		if (ids[i] >= 0)
			put_piece(t, ids[i], i + 1 == n, out);
	return 0;
}

/* A blank, a line end or a sign begins a word; letters, digits and non-ASCII bytes continue one. */
bool
tokenizer_bpe_starts(const struct tokenizer *t, int32_t id)
{
	size_t len;
	const char *s = token_trie_get(&t->pieces, (size_t)id, &len);
	char c = len ? *s : ' ';

	if (t->marks_blanks)
		return len >= 3 && memcmp(s, TOKENIZER_BLANK, 3) == 0;
	return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		 (signed char)c < 0);
}
