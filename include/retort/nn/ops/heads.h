/* What the attention operators share: heads inside rows, scores and their softmax in blocks of
 * queries. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_OPS_HEADS_H
#define RETORT_NN_OPS_HEADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"
#include "retort/base/real.h"
#include "retort/nn/graph.h"

/* Queries whose scores are worked out together: with a few hundred keys they stay in the cache. */
#define HEADS_BLOCK 64

/*
 * Queries, keys and values of a sequence stand side by side in a position's numbers: all query
 * heads, then all key heads, then all value heads, each of `dim` numbers. They are never moved:
 * products find them by the leading dimension `width`. A group is one row's key and value head with
 * the query heads that use it; it is the smallest piece of work, since the gradients of key and
 * value are sums over its query heads.
 */
struct heads {
	const struct graph *g;
	const struct node *n;
	size_t length, dim, heads, kv, per; /* per: query heads of a group */
	size_t width;                       /* (heads + 2 kv) dim */
	bool causal, raw;
	double rope; /* base of rotary positions, 0: none (Su et al. 2021; pairs are i and i + dim /
			2) */
	real scale;  /* 1 / sqrt(dim) */
	const int32_t *ids; /* NULL: no padding */
	const real *qkv;
	real *dqkv; /* NULL where nobody needs it */
	bool adds;
	size_t groups; /* rows times kv */
	int pieces;
};

/* One group, and the scratch of the thread that works on it. */
struct heads_group {
	const struct heads *h;
	size_t row, kv;
	size_t keys;        /* positions up to the last that is no padding */
	bool holes;         /* there is padding before it */
	const int32_t *ids; /* of this row; NULL: no padding */
	const real *k;      /* keys as the products see them: turned, where positions are rotary */
	size_t ldk;
	real *turns;          /* [length, dim] cosines and sines of every position */
	real *turned_k;       /* [length, dim] */
	real *turned_q;       /* [HEADS_BLOCK, dim] */
	real *dq, *dk;        /* gradients of what was turned */
	real *score, *dscore; /* [HEADS_BLOCK, length] each */
};

/*
 * Check inputs and attributes (ATTENTION_ in op.h), in shape(); sets *h but for its pointers to
 * numbers. 0, or -1 and an error.
 */
int heads_check(const struct graph *g, const struct node *n, struct heads *h, struct err *e);

/* Everything, in forward and backward. */
struct heads heads_of(const struct graph *g, const struct node *n);

/* Numbers of scratch for a struct heads_group. */
size_t heads_scratch(const struct heads *h);

/* What is done with one query head of a group. */
typedef void heads_visit(const void *arg, const struct heads_group *group, size_t head);

/*
 * Visit the query heads of the groups of piece `index` of h->pieces, keys ready; with `gradients`
 * their part of dqkv is set to 0 first, unless h->adds, and receives what was held back for the
 * keys after the last head of a group. From inside a piece of work: uses the scratch of the thread.
 */
void heads_each(const struct heads *h, int index, bool gradients, heads_visit *visit,
		const void *arg);

/* Keys that queries [.., to) of the group can see: 0..that. At least 1 where group->keys is. */
size_t heads_keys(const struct heads_group *group, size_t to);

/*
 * What queries [from, to) of `head` make of the first heads_keys(group, to) keys: probabilities, or
 * scores where raw; 0 where masked, in whole rows where the query is padding. out: [to - from, ld].
 */
void heads_scores(const struct heads_group *group, size_t head, size_t from, size_t to, real *out,
		  size_t ld);

/*
 * From dp, the gradient of those probabilities p (raw: of scores, p unused), to the queries and
 * keys in dqkv. Destroys dp.
 */
void heads_scores_down(const struct heads_group *group, size_t head, size_t from, size_t to,
		       const real *p, real *dp, size_t ld);

/* Scores that are worked out for a row and head, those above the diagonal in a block among them. */
double heads_count(const struct heads *h);

#endif
