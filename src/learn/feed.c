/* feed.c: the first half of a step: rows in order, gathered, and the teachers asked about them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/learn/feed.h"

#include <string.h>

void
feed_release(struct work *w)
{
	for (int i = 0; i < LAB_TEACHERS; i++) {
		mem_free(w->t_logits[i]);
		w->t_logits[i] = NULL;
	}
	for (int i = 0; i < LAB_MAPS; i++) {
		mem_free(w->t_layer[i]);
		w->t_layer[i] = NULL;
	}
	mem_free(w->rows);
	w->rows = NULL;
	batch_release(&w->batch);
}

static int
take(real **p, size_t rows, size_t width, struct err *e)
{
	*p = mem_try(rows * width, sizeof(real));
	return *p ? 0 : err_set(e, "no memory for %zu rows of %zu numbers of a teacher", rows, width);
}

static int
prepare_teachers(struct work *w, struct err *e)
{
	for (int i = 0; i < w->info.n_teachers; i++) {
		struct work_teacher *t = &w->teacher[i];

		if (!w->info.teacher[i].ready)
			continue;
		if (teacher_open(&t->says, t->branch->net, branch_value(t->branch), w->ds, &w->inputs, e) < 0 ||
		    take(&w->t_logits[i], work_batch(w), (size_t)w->ds->classes, e) < 0)
			return -1;
	}
	for (int i = 0; i < w->info.n_maps; i++) {
		const struct lab_map *m = &w->info.map[i];
		struct work_teacher *t = &w->teacher[m->teacher];

		if (!w->info.teacher[m->teacher].ready)
			continue;
		if (teacher_want(&t->says, m->t_layer, e) < 0 ||
		    take(&w->t_layer[i], work_batch(w), net_width(t->branch->net, m->t_layer), e) < 0)
			return -1;
	}
	return 0;
}

int
feed_prepare(struct work *w, struct err *e)
{
	feed_release(w);
	w->rows = mem_try(work_batch(w), sizeof *w->rows);
	if (!w->rows)
		return err_set(e, "no memory for a batch of %zu rows", work_batch(w));
	if (batch_init(&w->batch, work_batch(w), w->ds->d, e) < 0)
		return -1;
	return prepare_teachers(w, e);
}

void
feed_main(struct work *w, uint64_t step, struct branch_feed *out)
{
	size_t n = work_batch(w);

	memset(out, 0, sizeof *out);
	sampler_next(&w->order, step, n, w->rows);
	batch_fill(&w->batch, w->ds, w->rows, n, w->split.visible);
	out->batch = &w->batch;
	for (int i = 0; i < w->info.n_teachers; i++) {
		if (!work_teaches(w, i))
			continue;
		teacher_fill(&w->teacher[i].says, w->info.teacher[i].n_layers - 1, w->rows, n, w->t_logits[i]);
		out->t_logits[out->n_teachers] = w->t_logits[i];
		out->t_weight[out->n_teachers++] = w->info.teacher[i].weight;
	}
	for (int i = 0; i < w->info.n_maps; i++) {
		const struct lab_map *m = &w->info.map[i];

		if (!work_teaches(w, m->teacher))
			continue;
		teacher_fill(&w->teacher[m->teacher].says, m->t_layer, w->rows, n, w->t_layer[i]);
		out->t_layer[i] = w->t_layer[i];
	}
}

void
feed_labelled(struct work *w, int teacher, uint64_t step, struct branch_feed *out)
{
	struct sampler *order = teacher < 0 ? &w->plain_order : &w->teacher[teacher].order;
	size_t n = work_batch(w);

	memset(out, 0, sizeof *out);
	sampler_next(order, step, n, w->rows);
	batch_fill(&w->batch, w->ds, w->rows, n, NULL);
	out->batch = &w->batch;
}
