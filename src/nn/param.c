/* param.c: the layout of the slab, and initialization. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/param.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/rng.h"
#include "retort/base/text.h"

#define ROUND 16 /* numbers: parameters begin at a cache line */

void
param_layout_init(struct param_layout *l)
{
	memset(l, 0, sizeof *l);
	param_group_add(l, "net", 1, 1);
}

void
param_layout_release(struct param_layout *l)
{
	mem_free(l->param);
	memset(l, 0, sizeof *l);
}

int
param_group_add(struct param_layout *l, const char *name, double lr_factor, double sign)
{
	struct param_group *g = &l->group[l->n_groups];

	assert(l->n_groups < PARAM_GROUPS);
	snprintf(g->name, sizeof g->name, "%s", name);
	g->lr_factor = lr_factor;
	g->sign = sign;
	return l->n_groups++;
}

int
param_add(struct param_layout *l, int group, const char *name, int rank, const size_t *dim,
	  bool decays, enum param_init init)
{
	struct param *p;

	assert(rank >= 1 && rank <= TENSOR_RANK && group < l->n_groups && !param_find(l, name));
	mem_grow(&l->param, &l->cap, l->n + 1, sizeof *l->param);
	p = &l->param[l->n];
	snprintf(p->name, sizeof p->name, "%s", name);
	p->rank = rank;
	p->len = 1;
	for (int i = 0; i < rank; i++) {
		p->dim[i] = dim[i];
		p->len *= dim[i];
	}
	p->offset = l->len;
	p->group = group;
	p->decays = decays;
	p->init = init;
	l->len += (p->len + ROUND - 1) / ROUND * ROUND;
	l->count += p->len;
	return (int)l->n++;
}

int
param_add_state(struct param_layout *l, int group, const char *name, int rank, const size_t *dim,
		enum param_init init)
{
	int i = param_add(l, group, name, rank, dim, false, init);

	l->param[i].is_state = true;
	return i;
}

const char *
param_print_shape(int rank, const size_t *dim, char *buf, size_t size)
{
	struct text t = { 0 };

	for (int i = 0; i < rank; i++)
		text_item(&t, "%zu", dim[i]);
	snprintf(buf, size, "[%s]", text_get(&t));
	text_release(&t);
	return buf;
}

const struct param *
param_find(const struct param_layout *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->param[i].name, name) == 0)
			return &l->param[i];
	return NULL;
}

/* Standard deviation of normal initial values, bound of uniform ones. */
static double
spread_of(const struct param *p)
{
	double in = (double)(p->len / p->dim[p->rank - 1]);

	if (p->init == PARAM_NARROW)
		return 0.02;
	if (p->init == PARAM_UNIT)
		return sqrt(3 / (double)p->dim[p->rank - 1]);
	return sqrt((p->init == PARAM_HE ? 2 : 1) / in);
}

void
param_start(const struct param *p, real *value, uint64_t seed, const char *net)
{
	bool drawn = p->init != PARAM_ZERO && p->init != PARAM_ONE;
	double spread = spread_of(p);
	char purpose[160];
	struct rng r;

	snprintf(purpose, sizeof purpose, "start %s %s", net, p->name);
	r = rng_stream(seed, purpose, 0, 0);
	for (size_t i = 0; i < p->len && p->init == PARAM_UNIT; i++)
		value[p->offset + i] = (real)(spread * (2 * rng_unit(r, i) - 1));
	for (size_t i = 0; i < p->len && p->init != PARAM_UNIT; i++)
		value[p->offset + i] =
			drawn ? (real)(spread * rng_normal(r, i)) : p->init == PARAM_ONE;
}

static bool
same_shape(const struct param *a, const struct param *b)
{
	return a->rank == b->rank &&
	       memcmp(a->dim, b->dim, (size_t)a->rank * sizeof a->dim[0]) == 0;
}

void
param_start_all(const struct param_layout *l, const struct param_layout *known, real *value,
		uint64_t seed, const char *net)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct param *p = &l->param[i],
				   *q = known ? param_find(known, p->name) : NULL;

		if (!q || !same_shape(p, q))
			param_start(p, value, seed, net);
	}
}

void
param_copy(const struct param_layout *to, real *value, const struct param_layout *from,
	   const real *old)
{
	for (size_t i = 0; i < to->n; i++) {
		const struct param *p = &to->param[i], *q = param_find(from, p->name);

		if (q && same_shape(p, q))
			memcpy(value + p->offset, old + q->offset, p->len * sizeof *value);
	}
}
