/* tokenizer_unigram.c: the most probable segmentation of a text (Kudo 2018), by Viterbi over a
 * trie. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/data/text/tokenizer_kinds.h"

#define ROOT BYTE_TRIE_ROOT
/* Score of an unknown character below the least likely token; SentencePiece's. */
#define UNKNOWN_PENALTY 10.0

/* The best segmentation up to a byte of the text. */
struct step {
	double score;
	int32_t id;    /* last token; -1: an unknown character */
	uint32_t len;  /* its length, bytes; 0: not reachable */
	uint32_t next; /* length of the token after it in the best segmentation */
};

/* Whether a token stands for no text; of a bare list, the leading tokens with score 0, too. */
static bool
is_reserved(const struct tokenizer *t, size_t id, bool *front)
{
	*front = *front && !t->role && t->score[id] >= 0;
	return *front || !tokenizer_takes(t, (int32_t)id);
}

static int
build_tree(struct tokenizer *t, struct err *e)
{
	struct byte_trie_item *item = mem_array(t->pieces.n, sizeof *item);
	bool front = true;
	size_t n = 0, len;
	int status;

	for (size_t i = 0; i < t->pieces.n; i++) {
		const char *s = token_trie_get(&t->pieces, i, &len);

		if (is_reserved(t, i, &front) || !len)
			continue;
		item[n++] = (struct byte_trie_item){ s, (uint32_t)len, (int32_t)i };
		t->longest = len > t->longest ? len : t->longest;
	}
	status = byte_trie_init(&t->tree, item, n, e);
	mem_free(item);
	return status;
}

int
tokenizer_unigram_finish(struct tokenizer *t, struct err *e)
{
	double least = INFINITY;

	for (size_t i = 0; i < t->pieces.n; i++) {
		if (!isfinite(t->score[i]))
			return err_set(e, "id %zu: the score is not finite", i);
		if ((!t->role || t->role[i] & TOKENIZER_MODEL) && t->score[i] < least)
			least = t->score[i];
	}
	if (build_tree(t, e) < 0)
		return -1;
	if (t->byte_fallback)
		tokenizer_find_bytes(t);
	if (!t->sentencepiece)
		t->unknown_score = least - UNKNOWN_PENALTY;
	return 0;
}

static inline void
improve_step(const struct tokenizer *t, struct step *to, double score, int32_t id, size_t len)
{
	if (to->len && to->score >= score)
		return;
	if (t->sentencepiece)
		score = (double)(float)score;
	*to = (struct step){ score, id, (uint32_t)len, 0 };
}

/* Extend the best segmentation at byte `at` by each token; `step` starts at byte `from` and has
 * room. Returns the end of the longest token. */
static size_t
extend_steps(const struct tokenizer *t, const char *text, size_t size, size_t at, struct step *step,
	     size_t from)
{
	uint32_t node = ROOT, cp;
	size_t n = text_utf8(text + at, size - at, &cp), furthest = at + n;
	double score = step[at - from].score, unknown = score + t->unknown_score;
	bool single = false;

	if (t->sentencepiece) /* in single precision there */
		unknown = (double)((float)score + (float)t->unknown_score);

	for (size_t i = at;
	     i < size && (node = byte_trie_step(&t->tree, node, (unsigned char)text[i])); i++) {
		int32_t id = t->tree.node[node].id;

		if (id < 0)
			continue;
		single |= i + 1 == at + n;
		furthest = i + 1 > furthest ? i + 1 : furthest;
		improve_step(t, &step[i + 1 - from], score + t->score[id], id, i + 1 - at);
	}
	if (!single)
		improve_step(t, &step[at + n - from], unknown, -1, n);
	return furthest;
}

/* The tokens of a word on the way to ids: a run of unknown characters is one token. */
struct run {
	const struct tokenizer *t;
	const char *text;
	size_t from, to; /* the run; empty: none */
	struct tokenizer_ids *out;
};

/* End a run of unknown characters. */
static int
end_run(struct run *r, struct err *e)
{
	const struct tokenizer *t = r->t;
	const char *s = r->text + r->from;
	size_t len = r->to - r->from;
	int32_t id = len && !t->sentencepiece ? tokenizer_find(t, s, len) : -1;
	uint32_t cp;

	r->from = r->to;
	if (!len || (id < 0 && t->byte_fallback && tokenizer_add_bytes(t, s, len, r->out)))
		return 0;
	if (id < 0)
		id = t->special[TOKENIZER_UNKNOWN];
	if (id < 0) {
		text_utf8(s, len, &cp);
		return err_set(e, "the vocabulary has neither U+%04X nor an unknown token",
			       (unsigned)cp);
	}
	tokenizer_add_id(r->out, id);
	return 0;
}

/* Append the tokens of the best segmentation of the n bytes from `from` on, in order. */
static int
append_best(struct run *r, struct step *step, size_t from, size_t n, struct err *e)
{
	for (size_t at = n; at > 0; at -= step[at].len)
		step[at - step[at].len].next = step[at].len;
	for (size_t at = 0; at < n;) {
		int32_t id;

		at += step[at].next;
		id = step[at].id;
		if (id < 0 || id == r->t->special[TOKENIZER_UNKNOWN]) {
			r->to = from + at;
			continue;
		}
		if (end_run(r, e) < 0)
			return -1;
		tokenizer_add_id(r->out, id);
		r->from = r->to = from + at;
	}
	return 0;
}

/*
 * At a byte that no token crosses, the best segmentation so far is part of the overall best one, so
 * steps are stored for the text between two such bytes only.
 */
int
tokenizer_unigram_word(const struct tokenizer *t, const char *text, size_t size,
		       struct tokenizer_ids *out, struct err *e)
{
	struct run run = { .t = t, .text = text, .out = out };
	struct step *step = NULL;
	size_t cap = 0, from = 0, furthest = 0;
	int status = 0;

	for (size_t at = 0; at < size && status == 0; at++) {
		if (at == furthest && at > 0) {
			double score = step[at - from].score;

			status = append_best(&run, step, from, at - from, e);
			memset(step, 0, (at - from + 1) * sizeof *step);
			step[0].score = score;
			from = at;
		}
		mem_grow(&step, &cap, at - from + t->longest + 5, sizeof *step);
		if (status == 0 && (at == from || step[at - from].len)) {
			size_t to = extend_steps(t, text, size, at, step, from);

			furthest = to > furthest ? to : furthest;
		}
	}
	if (status == 0 && size)
		status = append_best(&run, step, from, size - from, e);
	if (status == 0)
		status = end_run(&run, e);
	mem_free(step);
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
	for (size_t i = 0; i < n; i++)
		if (ids[i] >= 0)
			tokenizer_put_piece(t, ids[i], out);
	return 0;
}
