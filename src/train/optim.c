/* optim.c: clip and update. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/train/optim.h"

#include <math.h>

#include "retort/base/multi.h"

#define PIECE 65536 /* numbers in a chunk: the four arrays take a quarter of a core's L2 cache */

int
optim_pieces(const struct param_layout *l)
{
	return (int)((l->len + PIECE - 1) / PIECE);
}

struct norm_job {
	const struct param_layout *layout;
	const real *x;
	const double *known; /* [layout->n] sums of squares, NAN where not known; may be NULL */
	double *partial;
};

/* Sum of squares in eight lanes, then the rest. */
MULTIVERSION static double
sum_squares(const real *x, size_t n)
{
	double lane[8] = { 0 }, sum = 0;
	size_t i = 0;

	for (; i + 8 <= n; i += 8)
		for (size_t k = 0; k < 8; k++)
			lane[k] += (double)x[i + k] * (double)x[i + k];
	for (; i < n; i++)
		sum += (double)x[i] * (double)x[i];
	return sum + ((lane[0] + lane[1]) + (lane[2] + lane[3])) +
	       ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

/* Sum the squares of a chunk, without parameters whose sum is known and state. */
static void
norm_chunk(void *arg, int index)
{
	const struct norm_job *j = arg;
	size_t from = (size_t)index * PIECE, to = from + PIECE;
	double sum = 0;

	for (size_t i = 0; i < j->layout->n; i++) {
		const struct param *p = &j->layout->param[i];
		size_t a = p->offset > from ? p->offset : from;
		size_t b = p->offset + p->len < to ? p->offset + p->len : to;

		if (a < b && !p->is_state && !(j->known && !isnan(j->known[i])))
			sum += sum_squares(j->x + a, b - a);
	}
	j->partial[index] = sum;
}

double
optim_norm(struct pool *pool, const struct param_layout *l, const real *x, const double *known,
	   double *partial)
{
	struct norm_job j = { l, x, known, partial };
	int pieces = optim_pieces(l);
	double sum = 0;

	pool_run(pool, pieces, norm_chunk, &j);
	for (int i = 0; i < pieces; i++)
		sum += partial[i];
	for (size_t i = 0; known && i < l->n; i++)
		sum += isnan(known[i]) ? 0 : known[i];
	return sqrt(sum);
}

bool
optim_diverges(struct pool *pool, const struct optim_slab *s, const struct knobs *k, double lr,
	       double norm, double *partial)
{
	double clipped = k->clip > 0 && norm > k->clip ? k->clip : norm;
	/* AdamW changes each number by about lr, independent of its gradient */
	double move = lr * (k->optimizer == KNOB_ADAMW ? sqrt((double)s->layout->count) : clipped);

	if (k->optimizer == KNOB_MOMENTUM)
		move /= 1 - k->momentum;
	if (move <= 100) /* below the limit for any weights: skip the pass */
		return false;
	return move > 100 * (1 + optim_norm(pool, s->layout, s->value, NULL, partial));
}

struct apply_job {
	const struct optim_slab *s;
	const struct knobs *k;
	double lr;
	real scale;
};

/* Update part of one parameter; plain loops, which the compiler vectorises. */
MULTIVERSION static void
update_part(const struct apply_job *j, const struct param *p, size_t from, size_t n)
{
	const struct knobs *k = j->k;
	const struct param_group *group = &j->s->layout->group[p->group];
	double lr = j->lr * group->lr_factor, t = (double)j->s->updates[p->group] + 1;
	real *restrict w = j->s->value + from, *restrict m = j->s->m + from,
		       *restrict v = j->s->v + from;
	const real *restrict g = j->s->grad + from;
	real scale = j->scale * (real)group->sign, rate = (real)lr, mu = (real)k->momentum;
	real decay = (real)(p->decays ? lr * k->weight_decay : 0);
	real b1 = (real)k->beta1, b2 = (real)k->beta2, eps = (real)1e-8;
	real c1 = 0, c2 = 0;

	if (k->optimizer == KNOB_ADAMW) {
		c1 = (real)(lr / (1 - pow(k->beta1, t)));
		c2 = (real)(1 / (1 - pow(k->beta2, t)));
	}
	switch ((enum knob_optimizer)k->optimizer) {
	case KNOB_SGD:
		for (size_t i = 0; i < n; i++)
			w[i] -= rate * (g[i] * scale) + decay * w[i];
		return;
	case KNOB_MOMENTUM:
		for (size_t i = 0; i < n; i++) {
			m[i] = mu * m[i] + g[i] * scale;
			w[i] -= rate * m[i] + decay * w[i];
		}
		return;
	case KNOB_ADAMW:
		for (size_t i = 0; i < n; i++) {
			real d = g[i] * scale;

			m[i] = b1 * m[i] + (1 - b1) * d;
			v[i] = b2 * v[i] + (1 - b2) * d * d;
			w[i] -= c1 * m[i] / (REAL_SQRT(v[i] * c2) + eps) + decay * w[i];
		}
		return;
	}
}

static void
apply_chunk(void *arg, int index)
{
	const struct apply_job *j = arg;
	const struct param_layout *l = j->s->layout;
	size_t from = (size_t)index * PIECE, to = from + PIECE;

	for (size_t i = 0; i < l->n; i++) {
		const struct param *p = &l->param[i];
		size_t a = p->offset > from ? p->offset : from;
		size_t b = p->offset + p->len < to ? p->offset + p->len : to;

		if (a < b && !p->is_state && !(j->s->stands && j->s->stands[i]))
			update_part(j, p, a, b - a);
	}
}

void
optim_apply(struct pool *pool, const struct optim_slab *s, const struct knobs *k, double lr,
	    double norm)
{
	bool clips = k->clip > 0 && norm > k->clip;
	struct apply_job j = { s, k, lr, clips ? (real)(k->clip / norm) : 1 };

	pool_run(pool, optim_pieces(s->layout), apply_chunk, &j);
	for (int i = 0; i < s->layout->n_groups; i++)
		s->updates[i]++;
}
