/* seq.c: inputs of token ids, rotary angles, gradients of tables. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/ops/seq.h"

#include <assert.h>
#include <string.h>

#include "retort/nn/gemm/shard.h"

#define EXACT \
	64 /* positions from one exact angle to the next: errors of rounding stay below 1e-14 */
#define UNIT 16 /* columns in a piece are multiples of it: a cache line of single precision */

int
seq_check_ids(const struct graph *g, const struct node *n, int which, size_t length, struct err *e)
{
	const struct node *in = &g->node[n->in[which]];

	if (!in->ids)
		return err_set(e, "%s: not an input of token ids", in->name);
	if (length && in->out.dim[1] != length)
		return err_set(
			e, "invalid number of token ids %zu (expected %zu, one for each position)",
			in->out.dim[1], length);
	return 0;
}

int
seq_check(const struct graph *g, const struct node *n, int which, struct err *e)
{
	const struct node *in = &g->node[n->in[which]];

	if (in->out.rank != 3)
		return err_set(e, "%s: a row of %d dimensions (expected 2, positions and width)",
			       in->name, in->out.rank - 1);
	return 0;
}

const int32_t *
seq_ids(const struct graph *g, const struct node *n, int which)
{
	return which < n->n_in ? g->node[n->in[which]].ids : NULL;
}

void
seq_angles(double *angles, const struct rope *r, size_t t, bool fresh)
{
	size_t pairs = (r->width + 1) / 2;
	double *c = angles, *s = c + pairs, *dc = s + pairs, *ds = dc + pairs;

	for (size_t i = 0; i < pairs; i++) {
		if (fresh || t % EXACT == 0) {
			double slow = rope_frequency(r, i);

			dc[i] = cos(slow);
			ds[i] = sin(slow);
			c[i] = cos((double)t * slow);
			s[i] = sin((double)t * slow);
		} else {
			double was = c[i];

			c[i] = was * dc[i] - s[i] * ds[i];
			s[i] = s[i] * dc[i] + was * ds[i];
		}
	}
}

/* At the start of the work, followed by two lists of rows: that of the step before, and the
 * caller's.
 */
struct head {
	const real *dw; /* gradient that the list belongs to; NULL before the first step */
	size_t n;
};

#define HEAD (64 / sizeof(real))

static size_t
list_room(size_t most)
{
	return (most * sizeof(int32_t) + sizeof(real) - 1) / sizeof(real);
}

size_t
seq_table_work(size_t most)
{
	return HEAD + 2 * list_room(most);
}

static int32_t *
list_before(real *work)
{
	return (int32_t *)(void *)(work + HEAD);
}

int32_t *
seq_list(real *work, size_t most)
{
	return (int32_t *)(void *)(work + HEAD + list_room(most));
}

struct job {
	const struct seq_table *t;
	const struct head *head;
	int pieces;
};

static void
clear(const struct job *j, size_t from, size_t columns)
{
	const struct seq_table *t = j->t;
	const int32_t *row = list_before(t->work);

	if (j->head->dw != t->dw) {
		for (size_t i = 0; i < t->rows; i++)
			memset(t->dw + i * t->width + from, 0, columns * sizeof(real));
		return;
	}
	for (size_t i = 0; i < j->head->n; i++)
		if (row[i] >= 0)
			memset(t->dw + (size_t)row[i] * t->width + from, 0, columns * sizeof(real));
}

static void
add_piece(void *arg, int index)
{
	const struct job *j = arg;
	const struct seq_table *t = j->t;
	size_t units = (t->width + UNIT - 1) / UNIT;
	size_t from = shard_from(units, j->pieces, index) * UNIT,
	       to = shard_from(units, j->pieces, index + 1) * UNIT;

	to = to < t->width ? to : t->width;
	if (!t->adds)
		clear(j, from, to - from);
	for (size_t i = 0; i < t->n; i++) {
		const real *dy = t->dy + i / t->share * t->width;
		real *dw = t->dw + (size_t)(t->row[i] < 0 ? 0 : t->row[i]) * t->width;

		for (size_t k = from; t->row[i] >= 0 && k < to; k++)
			dw[k] += t->factor * dy[k];
	}
}

void
seq_table_add(struct pool *pool, const struct seq_table *t)
{
	struct head head;
	struct job j = { .t = t, .head = &head };

	assert(t->n <= t->most);
	memcpy(&head, t->work, sizeof head);
	j.pieces = shard_pieces((t->width + UNIT - 1) / UNIT, UNIT * (t->n + 1));
	pool_run(pool, j.pieces, add_piece, &j);
	head = (struct head){ t->dw, t->n };
	memcpy(t->work, &head, sizeof head);
	memcpy(list_before(t->work), t->row, t->n * sizeof *t->row);
}
