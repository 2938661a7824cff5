/* Shared by the attention operators: heads within rows, and scores and their softmax in blocks of
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
#include "retort/nn/ops/rope.h"

/* Queries in a block: with a few hundred keys its scores stay in the cache. */
#define HEADS_BLOCK 64

/*
 * A position holds all query heads, then all key heads, then all value heads, each of `dim`
 * numbers. They are read in place, with `width` as leading dimension. A group is a key and value
 * head of one row with the query heads that share it; it is the smallest piece of work, since the
 * gradients of key and value are sums over its query heads.
 */
struct heads {
	const struct graph *g;
	const struct node *n;
	size_t length, dim, heads, kv, per; /* per: query heads in a group */
	size_t width;                       /* (heads + 2 kv) dim */
	bool causal, raw;
	bool turns;       /* positions are rotary (Su et al. 2021) */
	struct rope rope; /* of the first rope.width numbers; pairs are i and i + rope.width / 2 */
	double gain;      /* of cosines and sines */
	size_t window;    /* keys that a query attends to; 0: all before it */
	real scale;       /* 1 / sqrt(dim) */
	const int32_t *ids; /* NULL: no padding */
	const real *bias; /* [rows, heads, 2 length - 1] that of key k for query q is added to their
			     score, at k - q + length - 1; NULL: none */
	real *dbias;      /* NULL: not needed */
	bool bias_adds;
	const real *qkv;
	real *dqkv; /* NULL: not needed */
	bool adds;
	size_t groups; /* rows times kv */
	int pieces;
};

/* The group that a thread works on, and its scratch. */
struct heads_group {
	const struct heads *h;
	size_t row, kv;
	size_t keys;        /* positions up to the last one that is not padding */
	bool holes;         /* there is padding between them */
	const int32_t *ids; /* of this row; NULL: no padding */
	const real *k;      /* keys, rotated where positions are rotary */
	size_t ldk;
	real *rotation;       /* [length, rope.width] cosines and sines of every position */
	real *rotated_k;      /* [length, dim] */
	real *turned_q;       /* [HEADS_BLOCK, dim] */
	real *dq, *dk;        /* gradients of rotated queries and keys */
	real *score, *dscore; /* [HEADS_BLOCK, length] each */
};

/*
 * Check inputs and attributes (ATTENTION_ in op_table.h) and set *h except its pointers to numbers;
 * for shape(). 0, or -1 and an error.
 */
int heads_check(const struct graph *g, const struct node *n, struct heads *h, struct err *e);

/* The node of the bias; NULL: none. */
const struct node *heads_check_bias(const struct graph *g, const struct node *n);

/* All of it, for forward and backward. */
struct heads heads_of(const struct graph *g, const struct node *n);

/* Numbers of scratch that a struct heads_group needs. */
size_t heads_scratch(const struct heads *h);

/* Called for one query head of a group. */
typedef void heads_visit(const void *arg, const struct heads_group *group, size_t head);

/*
 * Visit the query heads of the groups in piece `index` of h->pieces, with the keys of the group
 * prepared. With `gradients` the part of dqkv that belongs to a group is set to 0 first, unless
 * h->adds, and the gradients of rotated keys are added to it after its last head. From inside a
 * piece of work: uses the scratch of the thread.
 */
void heads_each(const struct heads *h, int index, bool gradients, heads_visit *visit,
		const void *arg);

/* Number of keys, from the first, that queries before `to` attend to. At least 1 where group->keys
 * is. */
size_t heads_keys(const struct heads_group *group, size_t to);

/*
 * Compute the attention weights of queries [from, to) of `head` over the first heads_keys(group,
 * to) keys, or with h->raw their scores. 0 where masked, and in all of a row whose query is
 * padding. out: [to - from, ld].
 */
void heads_scores(const struct heads_group *group, size_t head, size_t from, size_t to, real *out,
		  size_t ld);

/*
 * Add to the queries and keys in dqkv the gradients that follow from dp, the gradient of these
 * weights p (raw: of the scores, p unused). Destroys dp.
 */
void heads_scores_back(const struct heads_group *group, size_t head, size_t from, size_t to,
		       const real *p, real *dp, size_t ld);

/* Number of scores computed for a row and head, including those above the diagonal of a block. */
double heads_count(const struct heads *h);

#endif
