/* feed_rows.c: which rows a network draws, in which order. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/train/feed_rows.h"

bool
feed_rows_restrict(const struct settings *s, struct sampler *order)
{
	unsigned sets = 0;

	for (int i = 0; i < s->n_sets; i++)
		sets |= s->set_weight[i] > 0 ? 1u << i : 0;
	return sampler_restrict(order, sets) || !sampler_restrict(order, SAMPLER_ALL);
}

struct sampler *
feed_rows_student(struct train *t, const struct settings *s)
{
	struct remedy_result_made *m =
		remedy_result_get(&t->remedies, s->remedy[REMEDY_KIND_select]);
	bool labelled = s->labelled || t->orders->main.rows == t->split.shown;

	if (m && labelled && m->few.n)
		return &m->few;
	if (m && !labelled)
		return &m->order;
	return s->labelled && t->orders->labelled.n ? &t->orders->labelled : &t->orders->main;
}

struct sampler *
feed_rows_baseline(struct train *t, const struct settings *s)
{
	struct remedy_result_made *m =
		remedy_result_get(&t->remedies, s->remedy[REMEDY_KIND_select]);

	return m && m->plain.n ? &m->plain : &t->orders->baseline;
}

void
feed_rows_draw(const struct settings *s, struct sampler *order, uint64_t step, uint32_t *rows)
{
	feed_rows_restrict(s, order); /* the settings' check makes sure that some set counts */
	sampler_next(order, step, train_batch(s), rows);
}

size_t
feed_rows_epoch(struct train *t, const struct settings *s, int teacher)
{
	feed_rows_restrict(s, &t->teacher[teacher].order);
	return t->teacher[teacher].order.n;
}
