/* vocabtrain_unigram.c: trains a unigram vocabulary by EM and pruning of repeated substrings (Kudo
 * 2018). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/data/vocab/vocabtrain.h"

#define ROOT 1
#define CHARS_MAX 16       /* maximum length of a token, characters; SentencePiece's */
#define SEEDS_PER_TOKEN 16 /* initial candidates for each token of the vocabulary */
#define KEEP_SHARE 0.75    /* share of candidates left by a pruning round */
#define EM_STEPS 2         /* EM steps before each pruning */
#define EXPECTED_MIN 1e-3  /* lower limit of an expected count */

/* A candidate token. */
struct piece {
	double score; /* log probability */
	double count; /* expected count, or count in the best segmentations */
	double loss;  /* loss of log likelihood without it */
	bool single;  /* one character: never pruned */
};

struct trainer {
	const struct vocabtrain_words *words;
	struct token_trie pieces;
	struct piece *piece; /* [pieces.n] */
	size_t cap;
	struct token_trie_tree tree;
	double *forward, *backward; /* [longest word + 1] */
	int32_t *best; /* [longest word + 1] piece of the best segmentation that ends here */
	size_t longest;
	struct err *e;
};

/* ---------------------------------------------------------------- seeds */

static size_t
char_size(const char *s, size_t len)
{
	uint32_t cp;

	return text_utf8(s, len, &cp);
}

static void
count_piece(struct trainer *r, const char *s, size_t len, uint64_t count)
{
	int32_t id = token_trie_add(&r->pieces, s, len);

	mem_grow(&r->piece, &r->cap, r->pieces.n, sizeof *r->piece);
	r->piece[id].count += (double)count;
}

/* Whether a substring has a count of 2 or more; else no longer one has. */
static bool
is_repeated(const struct trainer *r, const char *s, size_t len)
{
	int32_t id = token_trie_find(&r->pieces, s, len);

	return id >= 0 && r->piece[id].count >= 2;
}

/* Count substrings of `chars` characters whose prefix and suffix of one less repeat. Returns the
 * number of distinct ones. */
static size_t
count_substrings(struct trainer *r, size_t chars)
{
	size_t before = r->pieces.n, len;

	for (size_t w = 0; w < r->words->word.n; w++) {
		const char *s = token_trie_get(&r->words->word, w, &len);
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
			if (chars == 1 || (is_repeated(r, s + at, last - at) &&
					   is_repeated(r, s + at + n, end - at - n)))
				count_piece(r, s + at, end - at, r->words->count[w]);
		}
	}
	return r->pieces.n - before;
}

struct ranked {
	double value;
	size_t id;
	const struct trainer *of;
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
keep_best(struct trainer *r, double (*value)(const struct trainer *r, size_t id), double least,
	  size_t most)
{
	struct ranked *rank = mem_array(r->pieces.n, sizeof *rank);
	struct token_trie kept = { 0 };
	struct piece *piece = mem_array(r->pieces.n, sizeof *piece);
	size_t singles = 0, len;

	for (size_t i = 0; i < r->pieces.n; i++) {
		singles += r->piece[i].single;
		rank[i] = (struct ranked){ value(r, i), i, r };
	}
	qsort(rank, r->pieces.n, sizeof *rank, by_value);
	most = most > singles ? most - singles : 0;
	for (size_t i = 0; i < r->pieces.n; i++) {
		const struct piece *p = &r->piece[rank[i].id];
		const char *s = token_trie_get(&r->pieces, rank[i].id, &len);

		if (!p->single && (most == 0 || rank[i].value < least))
			continue;
		most -= !p->single;
		piece[token_trie_add(&kept, s, len)] = *p;
	}
	mem_free(rank);
	mem_free(r->piece);
	token_trie_release(&r->pieces);
	r->pieces = kept;
	r->piece = piece;
	r->cap = kept.n;
}

/* Characters of the text covered by a piece, 0 if it does not repeat. */
static double
coverage_of(const struct trainer *r, size_t id)
{
	size_t len;

	token_trie_get(&r->pieces, id, &len);
	return r->piece[id].count >= 2 || r->piece[id].single ? r->piece[id].count * (double)len
							      : 0;
}

static void
seed_pieces(struct trainer *r, size_t most)
{
	size_t len;
	double sum = 0;

	for (size_t chars = 1; chars <= CHARS_MAX && count_substrings(r, chars); chars++)
		;
	for (size_t i = 0; i < r->pieces.n; i++) {
		const char *s = token_trie_get(&r->pieces, i, &len);

		r->piece[i].single = char_size(s, len) == len;
	}
	keep_best(r, coverage_of, 1, most); /* pieces that do not repeat have value 0 */
	for (size_t i = 0; i < r->pieces.n; i++)
		sum += r->piece[i].count;
	for (size_t i = 0; i < r->pieces.n; i++)
		r->piece[i].score = log(r->piece[i].count / sum);
}

/* ---------------------------------------------------------------- likelihood */

static int
build_tree(struct trainer *r)
{
	token_trie_tree_release(&r->tree);
	if (token_trie_tree_init(&r->tree, r->pieces.size, r->e) < 0)
		return -1;
	for (size_t i = 0; i < r->pieces.n; i++) {
		size_t len;
		const char *s = token_trie_get(&r->pieces, i, &len);

		token_trie_tree_add(&r->tree, s, len, (int32_t)i);
	}
	return 0;
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
add_expected(struct trainer *r, const char *s, size_t len, double count)
{
	double *f = r->forward, *b = r->backward;

	for (size_t i = 0; i <= len; i++)
		f[i] = b[i] = i == 0 ? 0 : -INFINITY;
	b[0] = -INFINITY;
	b[len] = 0;
	for (size_t at = 0; at < len; at++) {
		uint32_t node = isinf(f[at]) ? 0 : ROOT;

		for (size_t i = at;
		     i < len && node &&
		     (node = token_trie_tree_step(&r->tree, node, (unsigned char)s[i]));
		     i++)
			if (r->tree.id[node] >= 0)
				f[i + 1] = add_logs(f[i + 1],
						    f[at] + r->piece[r->tree.id[node]].score);
	}
	for (size_t at = len; at-- > 0;) {
		uint32_t node = isinf(f[at]) ? 0 : ROOT;

		for (size_t i = at;
		     i < len && node &&
		     (node = token_trie_tree_step(&r->tree, node, (unsigned char)s[i]));
		     i++)
			if (r->tree.id[node] >= 0) {
				struct piece *p = &r->piece[r->tree.id[node]];

				b[at] = add_logs(b[at], b[i + 1] + p->score);
				p->count += count * exp(f[at] + p->score + b[i + 1] - f[len]);
			}
	}
}

static void
em_step(struct trainer *r)
{
	double sum = 0;
	size_t len;

	for (size_t i = 0; i < r->pieces.n; i++)
		r->piece[i].count = 0;
	for (size_t w = 0; w < r->words->word.n; w++) {
		const char *s = token_trie_get(&r->words->word, w, &len);

		add_expected(r, s, len, (double)r->words->count[w]);
	}
	for (size_t i = 0; i < r->pieces.n; i++) {
		struct piece *p = &r->piece[i];

		p->count = p->count > EXPECTED_MIN ? p->count : EXPECTED_MIN;
		sum += p->count;
	}
	for (size_t i = 0; i < r->pieces.n; i++)
		r->piece[i].score = log(r->piece[i].count / sum);
}

/* Find the most probable segmentation of a word into r->best, without piece `excluded`. Returns its
 * log probability. */
static double
best_segmentation(struct trainer *r, const char *s, size_t len, int32_t excluded)
{
	for (size_t i = 0; i <= len; i++)
		r->forward[i] = i == 0 ? 0 : -INFINITY;
	for (size_t at = 0; at < len; at++) {
		uint32_t node = isinf(r->forward[at]) ? 0 : ROOT;

		for (size_t i = at;
		     i < len && node &&
		     (node = token_trie_tree_step(&r->tree, node, (unsigned char)s[i]));
		     i++) {
			int32_t id = r->tree.id[node];

			if (id < 0 || id == excluded ||
			    r->forward[at] + r->piece[id].score <= r->forward[i + 1])
				continue;
			r->forward[i + 1] = r->forward[at] + r->piece[id].score;
			r->best[i + 1] = id;
		}
	}
	return r->forward[len];
}

/* Estimate the loss without each piece: in the best segmentations, its own best segmentation would
 * replace it. */
static void
compute_losses(struct trainer *r)
{
	size_t len, n;

	for (size_t i = 0; i < r->pieces.n; i++)
		r->piece[i].count = 0;
	for (size_t w = 0; w < r->words->word.n; w++) {
		const char *s = token_trie_get(&r->words->word, w, &len);

		best_segmentation(r, s, len, -1);
		for (size_t at = len; at > 0; at -= n) {
			r->piece[r->best[at]].count += (double)r->words->count[w];
			token_trie_get(&r->pieces, (size_t)r->best[at], &n);
		}
	}
	for (size_t i = 0; i < r->pieces.n; i++) {
		const char *s = token_trie_get(&r->pieces, i, &len);

		r->piece[i].loss =
			r->piece[i].single
				? 1
				: r->piece[i].count * (r->piece[i].score -
						       best_segmentation(r, s, len, (int32_t)i));
	}
}

static double
loss_of(const struct trainer *r, size_t id)
{
	return r->piece[id].loss;
}

static int
prune_pieces(struct trainer *r, size_t most)
{
	size_t before;

	do {
		size_t next = (size_t)(KEEP_SHARE * (double)r->pieces.n);

		before = r->pieces.n;
		if (build_tree(r) < 0)
			return -1;
		for (int i = 0; i < EM_STEPS; i++)
			em_step(r);
		if (before <= most)
			return 0;
		compute_losses(r);
		keep_best(r, loss_of, -INFINITY, next > most ? next : most);
	} while (r->pieces.n < before);
	return 0;
}

/* ---------------------------------------------------------------- the vocabulary */

static double
score_of(const struct trainer *r, size_t id)
{
	return r->piece[id].score;
}

static void
store_pieces(struct trainer *r, struct tokenizer *t, size_t size)
{
	size_t len, room = size - t->pieces.n;

	keep_best(r, score_of, -INFINITY, r->pieces.n); /* most probable first */
	t->score = mem_array(size, sizeof *t->score);
	for (size_t i = 0; i < r->pieces.n && room; i++, room--) {
		const char *s = token_trie_get(&r->pieces, i, &len);
		size_t id = (size_t)token_trie_add(&t->pieces, s, len);

		t->score[id] = r->piece[i].score;
	}
}

int
vocabtrain_unigram_make(struct tokenizer *t, const struct vocabtrain_words *w, size_t size,
			struct err *e)
{
	struct trainer r = { .words = w, .e = e };
	size_t len, room = size - t->pieces.n;
	int status;

	for (size_t i = 0; i < w->word.n; i++) {
		token_trie_get(&w->word, i, &len);
		r.longest = len > r.longest ? len : r.longest;
	}
	r.longest = r.longest > 4 * CHARS_MAX ? r.longest : 4 * CHARS_MAX;
	r.forward = mem_array(r.longest + 1, sizeof *r.forward);
	r.backward = mem_array(r.longest + 1, sizeof *r.backward);
	r.best = mem_array(r.longest + 1, sizeof *r.best);
	seed_pieces(&r, SEEDS_PER_TOKEN * room);
	status = prune_pieces(&r, room);
	if (status == 0)
		store_pieces(&r, t, size);
	token_trie_release(&r.pieces);
	token_trie_tree_release(&r.tree);
	mem_free(r.piece);
	mem_free(r.forward);
	mem_free(r.backward);
	mem_free(r.best);
	return status;
}
