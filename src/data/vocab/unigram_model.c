/* unigram_model.c: likelihood of words under a unigram model: EM steps, best segmentations. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/vocab/unigram_model.h"

#include <math.h>

#include "retort/base/mem.h"

#define ROOT 1
#define EXPECTED_MIN 1e-3 /* lower limit of an expected count */

void
unigram_model_init(struct unigram_model *m, const struct vocabtrain_words *w, size_t least)
{
	size_t len;

	*m = (struct unigram_model){ .words = w, .longest = least };
	for (size_t i = 0; i < w->word.n; i++) {
		token_trie_get(&w->word, i, &len);
		m->longest = len > m->longest ? len : m->longest;
	}
	m->forward = mem_array(m->longest + 1, sizeof *m->forward);
	m->backward = mem_array(m->longest + 1, sizeof *m->backward);
	m->best = mem_array(m->longest + 1, sizeof *m->best);
}

void
unigram_model_release(struct unigram_model *m)
{
	token_trie_release(&m->pieces);
	token_trie_tree_release(&m->tree);
	mem_free(m->piece);
	mem_free(m->forward);
	mem_free(m->backward);
	mem_free(m->best);
}

int
unigram_model_prepare(struct unigram_model *m, struct err *e)
{
	token_trie_tree_release(&m->tree);
	if (token_trie_tree_init(&m->tree, m->pieces.size, e) < 0)
		return -1;
	for (size_t i = 0; i < m->pieces.n; i++) {
		size_t len;
		const char *s = token_trie_get(&m->pieces, i, &len);

		token_trie_tree_add(&m->tree, s, len, (int32_t)i);
	}
	return 0;
}

/* A walk over the pieces that begin at a place of a word, in the order of their ends. */
struct walk {
	const char *s;
	size_t len, end; /* of the word; of the piece, once walk_next has returned one */
	uint32_t node;
};

/* The next piece, or -1 after the last. */
static int32_t
walk_next(const struct token_trie_tree *tree, struct walk *w)
{
	while (w->end < w->len &&
	       (w->node = token_trie_tree_step(tree, w->node, (unsigned char)w->s[w->end]))) {
		w->end++;
		if (tree->id[w->node] >= 0)
			return tree->id[w->node];
	}
	return -1;
}

/* log(exp(a) + exp(b)) */
static double
add_logs(double a, double b)
{
	if (a < b)
		return b + log1p(exp(a - b));
	return isinf(a) ? a : a + log1p(exp(b - a));
}

/* E step: add the expected counts of pieces in a word of count `count` (forward-backward). */
static void
add_expected(struct unigram_model *m, const char *s, size_t len, double count)
{
	double *f = m->forward, *b = m->backward;

	for (size_t i = 0; i <= len; i++)
		f[i] = b[i] = i == 0 ? 0 : -INFINITY;
	b[0] = -INFINITY;
	b[len] = 0;
	for (size_t at = 0; at < len; at++) {
		struct walk w = { s, len, at, ROOT };

		for (int32_t id; !isinf(f[at]) && (id = walk_next(&m->tree, &w)) >= 0;)
			f[w.end] = add_logs(f[w.end], f[at] + m->piece[id].score);
	}
	for (size_t at = len; at-- > 0;) {
		struct walk w = { s, len, at, ROOT };

		for (int32_t id; !isinf(f[at]) && (id = walk_next(&m->tree, &w)) >= 0;) {
			struct unigram_model_piece *p = &m->piece[id];

			b[at] = add_logs(b[at], b[w.end] + p->score);
			p->count += count * exp(f[at] + p->score + b[w.end] - f[len]);
		}
	}
}

void
unigram_model_em(struct unigram_model *m)
{
	double sum = 0;
	size_t len;

	for (size_t i = 0; i < m->pieces.n; i++)
		m->piece[i].count = 0;
	for (size_t w = 0; w < m->words->word.n; w++) {
		const char *s = token_trie_get(&m->words->word, w, &len);

		add_expected(m, s, len, (double)m->words->count[w]);
	}
	for (size_t i = 0; i < m->pieces.n; i++) {
		struct unigram_model_piece *p = &m->piece[i];

		p->count = p->count > EXPECTED_MIN ? p->count : EXPECTED_MIN;
		sum += p->count;
	}
	for (size_t i = 0; i < m->pieces.n; i++)
		m->piece[i].score = log(m->piece[i].count / sum);
}

/* Find the most probable segmentation of a word into m->best, without piece `excluded`. Returns its
 * log probability. */
static double
best_segmentation(struct unigram_model *m, const char *s, size_t len, int32_t excluded)
{
	for (size_t i = 0; i <= len; i++)
		m->forward[i] = i == 0 ? 0 : -INFINITY;
	for (size_t at = 0; at < len; at++) {
		struct walk w = { s, len, at, ROOT };

		for (int32_t id; !isinf(m->forward[at]) && (id = walk_next(&m->tree, &w)) >= 0;) {
			if (id == excluded ||
			    m->forward[at] + m->piece[id].score <= m->forward[w.end])
				continue;
			m->forward[w.end] = m->forward[at] + m->piece[id].score;
			m->best[w.end] = id;
		}
	}
	return m->forward[len];
}

void
unigram_model_losses(struct unigram_model *m)
{
	size_t len, n;

	for (size_t i = 0; i < m->pieces.n; i++)
		m->piece[i].count = 0;
	for (size_t w = 0; w < m->words->word.n; w++) {
		const char *s = token_trie_get(&m->words->word, w, &len);

		best_segmentation(m, s, len, -1);
		for (size_t at = len; at > 0; at -= n) {
			m->piece[m->best[at]].count += (double)m->words->count[w];
			token_trie_get(&m->pieces, (size_t)m->best[at], &n);
		}
	}
	for (size_t i = 0; i < m->pieces.n; i++) {
		const char *s = token_trie_get(&m->pieces, i, &len);

		m->piece[i].loss =
			m->piece[i].single
				? 1
				: m->piece[i].count * (m->piece[i].score -
						       best_segmentation(m, s, len, (int32_t)i));
	}
}
