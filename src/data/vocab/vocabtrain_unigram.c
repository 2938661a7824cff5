/* vocabtrain_unigram.c: trains a unigram vocabulary by EM and pruning of repeated substrings (Kudo
 * 2018). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/sig.h"
#include "retort/data/vocab/unigram_model.h"

#define CHARS_MAX 16       /* maximum length of a token, characters; SentencePiece's */
#define SEEDS_PER_TOKEN 16 /* initial candidates for each token of the vocabulary */
#define KEEP_SHARE 0.75    /* share of candidates left by a pruning round */
#define EM_STEPS 2         /* EM steps before each pruning */

static size_t
char_size(const char *s, size_t len)
{
	uint32_t cp;

	return text_utf8(s, len, &cp);
}

static void
count_piece(struct unigram_model *m, const char *s, size_t len, uint64_t count)
{
	int32_t id = token_trie_add(&m->pieces, s, len);

	mem_grow(&m->piece, &m->cap, m->pieces.n, sizeof *m->piece);
	m->piece[id].count += (double)count;
}

/* Whether a substring has a count of 2 or more; else no longer one has. */
static bool
is_repeated(const struct unigram_model *m, const char *s, size_t len)
{
	int32_t id = token_trie_find(&m->pieces, s, len);

	return id >= 0 && m->piece[id].count >= 2;
}

/* Count substrings of `chars` characters whose prefix and suffix of one less repeat. Returns the
 * number of distinct ones. */
static size_t
count_substrings(struct unigram_model *m, size_t chars)
{
	size_t before = m->pieces.n, len;

	for (size_t w = 0; w < m->words->word.n; w++) {
		const char *s = token_trie_get(&m->words->word, w, &len);
		size_t end = 0, last = 0, have = 0;

		for (size_t at = 0, n; at < len; at += n, have--) {
			while (end < len && have < chars) {
				last = end;
				end += char_size(s + end, len - end);
				have++;
			}
			if (have < chars)
				break;
			n = char_size(s + at, len - at);
			if (chars == 1 || (is_repeated(m, s + at, last - at) &&
					   is_repeated(m, s + at + n, end - at - n)))
				count_piece(m, s + at, end - at, m->words->count[w]);
		}
	}
	return m->pieces.n - before;
}

struct ranked {
	double value;
	size_t id;
	const struct unigram_model *of;
};

/* Highest first; ties by bytes, so that the order of words has no effect. */
static int
by_value(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	size_t n, m;
	const char *s, *t;
	int order;

	if (x->value > y->value || x->value < y->value)
		return x->value > y->value ? -1 : 1;
	s = token_trie_get(&x->of->pieces, x->id, &n);
	t = token_trie_get(&y->of->pieces, y->id, &m);
	order = memcmp(s, t, n < m ? n : m);
	return order ? order : (n > m) - (n < m);
}

/* Keep all single characters, and of the other pieces those of highest value, at least `least`, up
 * to `most` in total. */
static void
keep_best(struct unigram_model *m, double (*value)(const struct unigram_model *m, size_t id),
	  double least, size_t most)
{
	struct ranked *rank = mem_array(m->pieces.n, sizeof *rank);
	struct token_trie kept = { 0 };
	struct unigram_model_piece *piece = mem_array(m->pieces.n, sizeof *piece);
	size_t singles = 0, len;

	for (size_t i = 0; i < m->pieces.n; i++) {
		singles += m->piece[i].single;
		rank[i] = (struct ranked){ value(m, i), i, m };
	}
	qsort(rank, m->pieces.n, sizeof *rank, by_value);
	most = most > singles ? most - singles : 0;
	for (size_t i = 0; i < m->pieces.n; i++) {
		const struct unigram_model_piece *p = &m->piece[rank[i].id];
		const char *s = token_trie_get(&m->pieces, rank[i].id, &len);

		if (!p->single && (most == 0 || rank[i].value < least))
			continue;
		most -= !p->single;
		piece[token_trie_add(&kept, s, len)] = *p;
	}
	mem_free(rank);
	mem_free(m->piece);
	token_trie_release(&m->pieces);
	m->pieces = kept;
	m->piece = piece;
	m->cap = kept.n;
}

/* Characters of the text covered by a piece, 0 if it does not repeat. */
static double
coverage_of(const struct unigram_model *m, size_t id)
{
	size_t len;

	token_trie_get(&m->pieces, id, &len);
	return m->piece[id].count >= 2 || m->piece[id].single ? m->piece[id].count * (double)len
							      : 0;
}

static int
seed_pieces(struct unigram_model *m, size_t most, struct err *e)
{
	size_t len;
	double sum = 0;

	for (size_t chars = 1; chars <= CHARS_MAX && count_substrings(m, chars); chars++)
		if (sig_check(e) < 0)
			return -1;
	for (size_t i = 0; i < m->pieces.n; i++) {
		const char *s = token_trie_get(&m->pieces, i, &len);

		m->piece[i].single = char_size(s, len) == len;
	}
	keep_best(m, coverage_of, 1, most); /* pieces that do not repeat have value 0 */
	for (size_t i = 0; i < m->pieces.n; i++)
		sum += m->piece[i].count;
	for (size_t i = 0; i < m->pieces.n; i++)
		m->piece[i].score = log(m->piece[i].count / sum);
	return 0;
}

static double
loss_of(const struct unigram_model *m, size_t id)
{
	return m->piece[id].loss;
}

static int
prune_pieces(struct unigram_model *m, size_t most, struct err *e)
{
	size_t before;

	do {
		size_t next = (size_t)(KEEP_SHARE * (double)m->pieces.n);

		before = m->pieces.n;
		if (unigram_model_prepare(m, e) < 0)
			return -1;
		for (int i = 0; i < EM_STEPS; i++) {
			if (sig_check(e) < 0)
				return -1;
			unigram_model_em(m);
		}
		if (before <= most)
			return 0;
		unigram_model_losses(m);
		keep_best(m, loss_of, -INFINITY, next > most ? next : most);
	} while (m->pieces.n < before);
	return 0;
}

static double
score_of(const struct unigram_model *m, size_t id)
{
	return m->piece[id].score;
}

static void
store_pieces(struct unigram_model *m, struct tokenizer *t, size_t size)
{
	size_t len, room = size - t->pieces.n;

	keep_best(m, score_of, -INFINITY, m->pieces.n); /* most probable first */
	t->score = mem_array(size, sizeof *t->score);
	for (size_t i = 0; i < m->pieces.n && room; i++, room--) {
		const char *s = token_trie_get(&m->pieces, i, &len);
		size_t id = (size_t)token_trie_add(&t->pieces, s, len);

		t->score[id] = m->piece[i].score;
	}
}

int
vocabtrain_unigram_make(struct tokenizer *t, const struct vocabtrain_words *w, size_t size,
			struct err *e)
{
	struct unigram_model m;
	size_t room = size - t->pieces.n;
	int status;

	unigram_model_init(&m, w, 4 * CHARS_MAX);
	status = seed_pieces(&m, SEEDS_PER_TOKEN * room, e);
	if (status == 0)
		status = prune_pieces(&m, room, e);
	if (status == 0)
		store_pieces(&m, t, size);
	unigram_model_release(&m);
	return status;
}
