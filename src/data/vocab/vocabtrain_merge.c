/* vocabtrain_merge.c: trains BPE (Sennrich et al. 2016) and WordPiece by merging frequent pairs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/sig.h"
#include "retort/data/text/tokenizer_kinds.h"
#include "retort/data/vocab/vocabtrain.h"

#define COUNT_MIN 2 /* a pair that occurs once is not merged */

/* A pair of adjacent tokens, its count and the words it occurs in. */
struct pair {
	int32_t left, right;
	int64_t count;
	uint32_t *word; /* [n] words that contain it, or did */
	size_t n, cap;
	int64_t queued; /* highest count of its entries in the heap; 0: none */
	bool merged, touched;
};

/* Heap entry: the count at insertion, compared with the current one when it is removed. */
struct entry {
	int64_t count;
	uint32_t pair;
};

struct trainer {
	struct tokenizer *t;
	const struct vocabtrain_words *words;
	int32_t *symbol;         /* tokens of all words, concatenated */
	size_t *start;           /* [words] first token of each in `symbol` */
	uint32_t *len, *visited; /* [words] number of tokens; last merge that visited it */
	struct pair *pair;
	size_t n, cap;
	uint32_t *slot; /* [slots] hash table of pair + 1; 0: free */
	size_t slots;
	struct entry *heap;
	size_t in_heap, cap_heap;
	uint32_t *touched; /* pairs that the current merge created */
	size_t n_touched, cap_touched;
};

/* ---------------------------------------------------------------- pairs */

static size_t
find_slot(const struct trainer *r, int32_t left, int32_t right)
{
	uint64_t h = ((uint64_t)(uint32_t)left << 32 | (uint32_t)right) * 0x9E3779B97F4A7C15u;
	size_t at = (size_t)(h ^ h >> 32) & (r->slots - 1);

	while (r->slot[at] &&
	       (r->pair[r->slot[at] - 1].left != left || r->pair[r->slot[at] - 1].right != right))
		at = (at + 1) & (r->slots - 1);
	return at;
}

static uint32_t
find_pair(struct trainer *r, int32_t left, int32_t right)
{
	size_t at;

	if (2 * r->n >= r->slots) {
		mem_free(r->slot);
		r->slots = r->slots ? 2 * r->slots : 1024;
		r->slot = mem_array(r->slots, sizeof *r->slot);
		for (size_t i = 0; i < r->n; i++)
			r->slot[find_slot(r, r->pair[i].left, r->pair[i].right)] = (uint32_t)i + 1;
	}
	at = find_slot(r, left, right);
	if (!r->slot[at]) {
		mem_grow(&r->pair, &r->cap, r->n + 1, sizeof *r->pair);
		r->pair[r->n++] = (struct pair){ .left = left, .right = right };
		r->slot[at] = (uint32_t)r->n;
	}
	return r->slot[at] - 1;
}

static int
compare_pieces(const struct trainer *r, int32_t a, int32_t b)
{
	size_t n, m;
	const char *x = token_trie_get(&r->t->pieces, (size_t)a, &n),
		   *y = token_trie_get(&r->t->pieces, (size_t)b, &m);
	int order = memcmp(x, y, n < m ? n : m);

	return order ? order : (n > m) - (n < m);
}

/* Whether a has priority over b: higher count, then byte order. */
static bool
has_priority(const struct trainer *r, const struct entry *a, const struct entry *b)
{
	const struct pair *p = &r->pair[a->pair], *q = &r->pair[b->pair];
	int order;

	if (a->count != b->count)
		return a->count > b->count;
	order = compare_pieces(r, p->left, q->left);
	return order ? order < 0 : compare_pieces(r, p->right, q->right) < 0;
}

static void
push_pair(struct trainer *r, uint32_t pair)
{
	struct entry item = { r->pair[pair].count, pair };
	size_t at = r->in_heap;

	r->pair[pair].touched = false;
	if (item.count < COUNT_MIN || item.count <= r->pair[pair].queued)
		return; /* an entry with a higher count is in the heap, and will be checked */
	r->pair[pair].queued = item.count;
	r->in_heap++;
	mem_grow(&r->heap, &r->cap_heap, r->in_heap, sizeof *r->heap);
	for (; at && has_priority(r, &item, &r->heap[(at - 1) / 2]); at = (at - 1) / 2)
		r->heap[at] = r->heap[(at - 1) / 2];
	r->heap[at] = item;
}

static struct entry
pop_entry(struct trainer *r)
{
	struct entry top = r->heap[0], last = r->heap[--r->in_heap];
	size_t at = 0, child;

	while ((child = 2 * at + 1) < r->in_heap) {
		child += child + 1 < r->in_heap &&
			 has_priority(r, &r->heap[child + 1], &r->heap[child]);
		if (!has_priority(r, &r->heap[child], &last))
			break;
		r->heap[at] = r->heap[child];
		at = child;
	}
	r->heap[at] = last;
	return top;
}

/* ---------------------------------------------------------------- words */

/* Add sign times the count of a word to the counts of its pairs. Pairs with token `made` are new in
 * the word; -1: all are. */
static void
count_pairs(struct trainer *r, uint32_t word, int sign, int32_t made)
{
	const int32_t *s = r->symbol + r->start[word];
	int64_t count = (int64_t)r->words->count[word] * sign;

	for (uint32_t i = 0; i + 1 < r->len[word]; i++) {
		uint32_t k = find_pair(r, s[i], s[i + 1]);
		struct pair *p = &r->pair[k];

		p->count += count;
		if (sign < 0 || (made >= 0 && s[i] != made && s[i + 1] != made))
			continue;
		if (!p->n || p->word[p->n - 1] != word) {
			mem_grow(&p->word, &p->cap, p->n + 1, sizeof *p->word);
			p->word[p->n++] = word;
		}
		if (made >= 0 && !p->touched) {
			p->touched = true;
			mem_grow(&r->touched, &r->cap_touched, r->n_touched + 1,
				 sizeof *r->touched);
			r->touched[r->n_touched++] = k;
		}
	}
}

static void
merge_in_word(struct trainer *r, uint32_t word, int32_t left, int32_t right, int32_t made)
{
	int32_t *s = r->symbol + r->start[word];
	uint32_t n = 0;

	count_pairs(r, word, -1, made);
	for (uint32_t i = 0; i < r->len[word]; i++) {
		bool both = i + 1 < r->len[word] && s[i] == left && s[i + 1] == right;

		s[n++] = both ? made : s[i];
		i += both;
	}
	r->len[word] = n;
	count_pairs(r, word, 1, made);
}

/* Add the concatenation of two tokens; in WordPiece the second loses its ##. */
static int32_t
add_joined(struct trainer *r, int32_t left, int32_t right)
{
	struct text both = { 0 };
	size_t len, skip = r->t->kind == TOKENIZER_WORDPIECE ? 2 : 0;
	const char *s = token_trie_get(&r->t->pieces, (size_t)left, &len);
	int32_t id;

	text_bytes(&both, s, len);
	s = token_trie_get(&r->t->pieces, (size_t)right, &len);
	text_bytes(&both, s + skip, len - skip);
	id = token_trie_add(&r->t->pieces, both.s, both.len);
	text_release(&both);
	return id;
}

static int
merge_best(struct trainer *r, uint32_t best, uint32_t turn, struct err *e)
{
	int32_t left = r->pair[best].left, right = r->pair[best].right,
		made = add_joined(r, left, right);

	if (r->t->kind == TOKENIZER_BPE && !r->pair[best].merged &&
	    tokenizer_bpe_merge(r->t, left, right, made, e) < 0)
		return -1;
	r->pair[best].merged = true;
	for (size_t i = 0; i < r->pair[best].n; i++) {
		uint32_t word = r->pair[best].word[i];

		if (r->visited[word] == turn)
			continue;
		r->visited[word] = turn;
		merge_in_word(r, word, left, right, made);
	}
	for (; r->n_touched; r->n_touched--)
		push_pair(r, r->touched[r->n_touched - 1]);
	return 0;
}

/* ---------------------------------------------------------------- the alphabet */

static size_t
char_size(const struct trainer *r, const char *s, size_t len)
{
	uint32_t cp;

	return r->t->kind == TOKENIZER_BPE ? 1 : text_utf8(s, len, &cp);
}

/* The initial token at byte `at` of a word: a byte or character; in WordPiece with ##, except the
 * first. Returns its size in buf. */
static size_t
initial_token(const struct trainer *r, const char *s, size_t at, size_t n, char *buf)
{
	size_t mark = r->t->kind == TOKENIZER_WORDPIECE && at ? 2 : 0;

	memcpy(buf, "##", mark);
	memcpy(buf + mark, s + at, n);
	return mark + n;
}

struct char_count {
	uint64_t count;
	size_t id;
};

static int
by_count(const void *a, const void *b)
{
	const struct char_count *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

/* Add initial tokens in order of count, up to `size`; for BPE all 256 bytes in order. */
static void
add_alphabet(struct trainer *r, size_t size)
{
	struct token_trie seen = { 0 };
	struct char_count *c = NULL;
	size_t cap = 0, len;
	char buf[8];

	for (int byte = 0; r->t->kind == TOKENIZER_BPE && byte < 256; byte++) {
		buf[0] = (char)byte;
		token_trie_add(&r->t->pieces, buf, 1);
	}
	for (size_t w = 0; r->t->kind != TOKENIZER_BPE && w < r->words->word.n; w++) {
		const char *s = token_trie_get(&r->words->word, w, &len);

		for (size_t at = 0, n, size_of; at < len; at += n) {
			size_t id;

			n = char_size(r, s + at, len - at);
			size_of = initial_token(r, s, at, n, buf);
			id = (size_t)token_trie_add(&seen, buf, size_of);
			mem_grow(&c, &cap, seen.n, sizeof *c);
			c[id].id = id;
			c[id].count += r->words->count[w];
		}
	}
	if (seen.n)
		qsort(c, seen.n, sizeof *c, by_count);
	for (size_t i = 0; i < seen.n && r->t->pieces.n < size; i++) {
		const char *s = token_trie_get(&seen, c[i].id, &len);

		token_trie_add(&r->t->pieces, s, len);
	}
	token_trie_release(&seen);
	mem_free(c);
}

/* Split words into initial tokens and count pairs; a word with a character that has no token is
 * skipped. */
static void
init_words(struct trainer *r)
{
	size_t len, used = 0, size_of;
	char buf[8];

	r->symbol = mem_array(r->words->word.size + 1, sizeof *r->symbol);
	r->start = mem_array(r->words->word.n, sizeof *r->start);
	r->len = mem_array(r->words->word.n, sizeof *r->len);
	r->visited = mem_array(r->words->word.n, sizeof *r->visited);
	for (size_t w = 0; w < r->words->word.n; w++) {
		const char *s = token_trie_get(&r->words->word, w, &len);
		bool whole = true;

		r->start[w] = used;
		for (size_t at = 0, n; at < len && whole; at += n) {
			n = char_size(r, s + at, len - at);
			size_of = initial_token(r, s, at, n, buf);
			r->symbol[used] = token_trie_find(&r->t->pieces, buf, size_of);
			whole = r->symbol[used++] >= 0;
		}
		r->len[w] = whole ? (uint32_t)(used - r->start[w]) : 0;
		count_pairs(r, (uint32_t)w, 1, -1);
	}
	for (size_t i = 0; i < r->n; i++)
		push_pair(r, (uint32_t)i);
}

static void
release_trainer(struct trainer *r)
{
	for (size_t i = 0; i < r->n; i++)
		mem_free(r->pair[i].word);
	mem_free(r->pair);
	mem_free(r->slot);
	mem_free(r->heap);
	mem_free(r->symbol);
	mem_free(r->start);
	mem_free(r->len);
	mem_free(r->visited);
	mem_free(r->touched);
}

int
vocabtrain_merge_make(struct tokenizer *t, const struct vocabtrain_words *w, size_t size,
		      struct err *e)
{
	struct trainer r = { .t = t, .words = w };
	uint32_t turn = 0;
	int status = 0;

	add_alphabet(&r, size);
	init_words(&r);
	while (t->pieces.n < size && r.in_heap && status == 0) {
		struct entry top = pop_entry(&r);

		if ((status = sig_check(e)) < 0)
			break;
		if (top.count != r.pair[top.pair].queued)
			continue; /* outdated: inserted again since */
		r.pair[top.pair].queued = 0;
		if (r.pair[top.pair].count != top.count)
			push_pair(&r, top.pair); /* its count has fallen since */
		else
			status = merge_best(&r, top.pair, ++turn, e);
	}
	release_trainer(&r);
	return status;
}
