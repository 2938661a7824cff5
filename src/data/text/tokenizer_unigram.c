/* tokenizer_unigram.c: the most probable segmentation of a text (Kudo 2018), by Viterbi over a
 * trie. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/data/text/tokenizer_kinds.h"

#define ROOT 1
/* Score of an unknown character below the least likely token; SentencePiece's. */
#define UNKNOWN_PENALTY 10.0

/* The best segmentation up to a byte of the text. */
struct step {
	double score;
	int32_t id;   /* last token; -1: an unknown character */
	uint32_t len; /* its length, bytes; 0: not reachable */
};

/* Whether a token is reserved: a special one, or one of the leading tokens with score >= 0. */
static bool
is_reserved(const struct tokenizer *t, size_t id, bool *front)
{
	*front = *front && t->score[id] >= 0;
	return *front || tokenizer_is_special(t, (int32_t)id);
}

int
tokenizer_unigram_finish(struct tokenizer *t, struct err *e)
{
	bool front = true;
	double least = 0;

	if (token_trie_tree_init(&t->tree, t->pieces.size, e) < 0)
		return -1;
	for (size_t i = 0; i < t->pieces.n; i++) {
		size_t len;
		const char *s = token_trie_get(&t->pieces, i, &len);

		if (!isfinite(t->score[i]))
			return err_set(e, "id %zu: the score is not finite", i);
		if (is_reserved(t, i, &front) || !len)
			continue;
		token_trie_tree_add(&t->tree, s, len, (int32_t)i);
		t->longest = len > t->longest ? len : t->longest;
		t->crosses |= memmem(s + 1, len - 1, TOKENIZER_BLANK, 3) != NULL;
		least = t->score[i] < least ? t->score[i] : least;
	}
	t->crosses |= token_trie_find(&t->pieces, TOKENIZER_BLANK, 3) <
		      0; /* an unknown blank joins the unknown characters before it */
	t->unknown_score = least - UNKNOWN_PENALTY;
	return 0;
}

void
tokenizer_unigram_mark_blanks(const char *text, size_t size, struct text *out)
{
	for (size_t at = 0; at < size;) {
		const char *blank = memchr(text + at, ' ', size - at);
		size_t n = blank ? (size_t)(blank - text) - at : size - at;

		text_bytes(out, text + at, n);
		if (blank)
			text_add(out, TOKENIZER_BLANK);
		at += n + (blank != NULL);
	}
}

static void
improve_step(struct step *to, double score, int32_t id, size_t len)
{
	if (to->len && to->score >= score)
		return;
	*to = (struct step){ score, id, (uint32_t)len };
}

/* Extend the best segmentation at byte `at` by each token; `step` starts at byte `from` and has
 * room. Returns the end of the longest token. */
static size_t
extend_steps(const struct tokenizer *t, const char *text, size_t size, size_t at, struct step *step,
	     size_t from)
{
	uint32_t node = ROOT, cp;
	size_t n = text_utf8(text + at, size - at, &cp), furthest = at + n;
	double score = step[at - from].score;
	bool single = false;

	for (size_t i = at;
	     i < size && (node = token_trie_tree_step(&t->tree, node, (unsigned char)text[i]));
	     i++) {
		if (t->tree.id[node] < 0)
			continue;
		single |= i + 1 == at + n;
		furthest = i + 1 > furthest ? i + 1 : furthest;
		improve_step(&step[i + 1 - from], score + t->score[t->tree.id[node]],
			     t->tree.id[node], i + 1 - at);
	}
	if (!single)
		improve_step(&step[at + n - from], score + t->unknown_score, -1, n);
	return furthest;
}

/* Append the tokens of the best segmentation of n bytes, in order. Consecutive unknown characters
 * are one token, also across calls; the ids of the text begin at `start`. */
static int
append_best(const struct tokenizer *t, const char *text, const struct step *step, size_t n,
	    size_t start, struct tokenizer_ids *out, struct err *e)
{
	size_t first = out->n, last;
	uint32_t cp;

	for (size_t at = n; at > 0; at -= step[at].len) {
		int32_t id = step[at].id >= 0 ? step[at].id : t->special[TOKENIZER_UNKNOWN];

		if (id < 0) {
			text_utf8(text + at - step[at].len, step[at].len, &cp);
			return err_set(e, "the vocabulary has neither U+%04X nor an unknown token",
				       (unsigned)cp);
		}
		if (step[at].id < 0 && out->n > first && out->id[out->n - 1] == id)
			continue;
		mem_grow(&out->id, &out->cap, out->n + 1, sizeof *out->id);
		out->id[out->n++] = id;
	}
	last = out->n;
	if (first > start && last > first && out->id[last - 1] == t->special[TOKENIZER_UNKNOWN] &&
	    out->id[first - 1] == out->id[last - 1])
		last = --out->n; /* continues the unknown run before */
	for (size_t a = first, b = last; a + 1 < b; a++) {
		int32_t id = out->id[a];

		out->id[a] = out->id[--b];
		out->id[b] = id;
	}
	return 0;
}

/*
 * At a byte that no token crosses, the best segmentation so far is part of the overall best one, so
 * steps are stored for the text between two such bytes only.
 */
static int
encode_marked(const struct tokenizer *t, const char *text, size_t size, struct tokenizer_ids *out,
	      struct err *e)
{
	struct step *step = NULL;
	size_t cap = 0, from = 0, furthest = 0, start = out->n;
	int status = 0;

	for (size_t at = 0; at < size && status == 0; at++) {
		if (at == furthest) {
			status = append_best(t, text + from, step, at - from, start, out, e);
			if (step)
				memset(step, 0, (at - from + 1) * sizeof *step);
			from = at;
		}
		mem_grow(&step, &cap, at - from + t->longest + 5, sizeof *step);
		if (status == 0 && (at == from || step[at - from].len)) {
			size_t to = extend_steps(t, text, size, at, step, from);

			furthest = to > furthest ? to : furthest;
		}
	}
	if (status == 0 && size)
		status = append_best(t, text + from, step, size - from, start, out, e);
	if (status < 0)
		out->n = start;
	mem_free(step);
	return status;
}

int
tokenizer_unigram_encode(const struct tokenizer *t, const char *text, size_t size,
			 struct tokenizer_ids *out, struct err *e)
{
	struct text marked = { 0 };
	int status;

	tokenizer_unigram_mark_blanks(text, size, &marked);
	status = encode_marked(t, text_get(&marked), marked.len, out, e);
	text_release(&marked);
	return status;
}

bool
tokenizer_unigram_starts(const struct tokenizer *t, int32_t id)
{
	size_t len;
	const char *s = token_trie_get(&t->pieces, (size_t)id, &len);

	return len >= 3 && memcmp(s, TOKENIZER_BLANK, 3) == 0;
}

int
tokenizer_unigram_decode(const struct tokenizer *t, const int32_t *ids, size_t n, struct text *out)
{
	for (size_t i = 0, len; i < n; i++) {
		const char *s = ids[i] < 0 ? "" : token_trie_get(&t->pieces, (size_t)ids[i], &len),
			   *mark;

		if (ids[i] < 0)
			continue;
		for (; (mark = memmem(s, len, TOKENIZER_BLANK, 3)); s = mark + 3) {
			text_bytes(out, s, (size_t)(mark - s));
			text_add(out, " ");
			len -= (size_t)(mark - s) + 3;
		}
		text_bytes(out, s, len);
	}
	return 0;
}
