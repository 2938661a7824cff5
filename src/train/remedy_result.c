/* remedy_result.c: results of remedies, by number. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/train/remedy_result.h"

#include <string.h>

#include "retort/base/mem.h"

static void
free_made(struct remedy_result_made *m)
{
	mem_free(m->weight);
	mem_free(m->keep);
	mem_free(m->rows);
	mem_free(m->shown);
	sampler_release(&m->order);
	sampler_release(&m->few);
	sampler_release(&m->plain);
	mem_free(m->shift);
	mem_free(m);
}

void
remedy_result_release(struct remedy_result *r)
{
	for (size_t i = 0; i < r->n; i++)
		free_made(r->made[i]);
	mem_free(r->made);
	memset(r, 0, sizeof *r);
}

struct remedy_result_made *
remedy_result_add(struct remedy_result *r, enum remedy_kind kind)
{
	struct remedy_result_made *m = mem_new(sizeof *m);

	m->kind = kind;
	mem_grow(&r->made, &r->cap, r->n + 1, sizeof *r->made);
	r->made[r->n++] = m;
	return m;
}

void
remedy_result_drop(struct remedy_result *r)
{
	free_made(r->made[--r->n]);
}

struct remedy_result_made *
remedy_result_get(const struct remedy_result *r, int number)
{
	return number > 0 && (size_t)number <= r->n ? r->made[number - 1] : NULL;
}

static size_t
filter(const uint32_t *from, size_t n, const uint8_t *keep, uint32_t **to)
{
	size_t kept = 0;

	*to = mem_array(n + 1, sizeof **to);
	for (size_t i = 0; i < n; i++)
		if (keep[from[i]])
			(*to)[kept++] = from[i];
	return kept;
}

void
remedy_result_choose(struct remedy_result_made *m, const struct dataset *ds, const struct split *s,
		     uint64_t main, uint64_t few, uint64_t plain)
{
	m->n = filter(s->train, s->n_train, m->keep, &m->rows);
	m->n_shown = filter(s->shown, s->n_shown, m->keep, &m->shown);
	if (m->n)
		sampler_init(&m->order, ds, m->rows, m->n, main);
	if (m->n_shown) {
		sampler_init(&m->few, ds, m->shown, m->n_shown, few);
		sampler_init(&m->plain, ds, m->shown, m->n_shown, plain);
	}
}

void
remedy_result_weigh(const struct remedy_result_made *m, struct batch *b)
{
	float *label = batch_f32(b, BATCH_LABEL_WEIGHT), *row = batch_f32(b, BATCH_ROW_WEIGHT);
	const int32_t *which = batch_i32(b, BATCH_ROW);
	size_t labels = batch_width(b, BATCH_LABEL_WEIGHT);

	for (size_t i = 0; m && i < b->rows; i++) {
		row[i] *= m->weight[which[i]];
		for (size_t k = 0; k < labels; k++)
			label[i * labels + k] *= m->weight[which[i]];
	}
}

void
remedy_result_shift(const struct remedy_result_made *off, const struct remedy_result_made *on,
		    real *bias, size_t classes, real *before, real *after)
{
	for (size_t c = 0; off && c < classes; c++)
		bias[c] = bias[c] == after[c] ? before[c] : (real)((double)bias[c] - off->shift[c]);
	if (!on)
		return;
	memcpy(before, bias, classes * sizeof *bias);
	for (size_t c = 0; c < classes; c++)
		bias[c] = (real)((double)bias[c] + on->shift[c]);
	memcpy(after, bias, classes * sizeof *bias);
}
