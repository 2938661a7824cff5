/* feed.c: the first half of a step: rows in order, gathered, and the teachers asked about them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/train/feed.h"

#include <string.h>

#include "retort/train/mix.h"

static void
free_top(struct trainer_state_top *top)
{
	mem_free(top->id);
	mem_free(top->logit);
	mem_free(top->tail);
	memset(top, 0, sizeof *top);
}

void
feed_release(struct trainer_state *w)
{
	for (int i = 0; i < TRAIN_TEACHERS; i++) {
		mem_free(w->t_logits[i]);
		w->t_logits[i] = NULL;
		free_top(&w->t_top[i]);
	}
	mem_free(w->rows);
	w->rows = NULL;
	augment_close(&w->augmenter);
	batch_release(&w->batch);
}

static int
take(real **p, size_t rows, size_t width, struct err *e)
{
	*p = mem_try(rows * width, sizeof(real));
	return *p ? 0
		  : err_set(e, "no memory for %zu rows of %zu numbers of a teacher", rows, width);
}

static int
take_top(struct trainer_state_top *top, size_t positions, size_t k, struct err *e)
{
	top->k = k;
	top->id = mem_try(positions * k, sizeof *top->id);
	if (!top->id)
		return err_set(e, "no memory for %zu positions of %zu logits of a teacher",
			       positions, k);
	return take(&top->logit, positions, k, e) < 0 || take(&top->tail, positions, 1, e) < 0 ? -1
											       : 0;
}

static int
asks(const struct layer_pair *m)
{
	return m->match->needs & LOSS_MAP ? TEACHER_PLACES : (int)m->on;
}

/* What the maps ask of teacher i besides its logits. */
static void
wants_of(const struct trainer_state *w, int teacher, unsigned *wants)
{
	memset(wants, 0, MODEL_LAYERS * sizeof *wants);
	for (int i = 0; i < w->info.run.settings.n_maps; i++)
		if (w->info.run.settings.map[i].teacher == teacher) {
			const struct layer_pair *m = &w->info.run.settings.map[i];

			wants[m->t_layer] |= 1u << asks(m);
			if (m->match->needs & LOSS_BEFORE)
				wants[m->t_layer - 1] |= 1u << asks(m);
		}
}

int
feed_open(struct trainer_state *w, int i, struct err *e)
{
	struct trainer_state_teacher *t = &w->teacher[i];
	struct net_info *info = &w->info.teacher[i];
	unsigned wants[MODEL_LAYERS];

	wants_of(w, i, wants);
	if (teacher_open(&t->says, t->branch->net, branch_value(t->branch), w->ds, &w->inputs,
			 wants, &info->options, trainer_state_batch(w),
			 augment_any(&w->info.run.settings.knobs, w->ds->kind), e) < 0)
		return err_wrap(e, "teacher %s", info->name);
	info->kept = t->says.keeps ? teacher_size(&t->says) : 0;
	info->effect = t->says.effect;
	return 0;
}

static int
prepare_teacher(struct trainer_state *w, int i, struct err *e)
{
	struct trainer_state_teacher *t = &w->teacher[i];
	struct net_info *info = &w->info.teacher[i];
	size_t labels = w->ds->next_token ? w->ds->length : 1, rows = trainer_state_batch(w);

	if (t->file)
		return take(&w->t_logits[i], rows, t->file->classes, e);
	if (feed_open(w, i, e) < 0)
		return -1;
	if (info->options.top)
		return take_top(&w->t_top[i], rows * labels, info->options.top, e);
	return t->says.keeps ? take(&w->t_logits[i], rows, labels * t->says.net->io.classes, e) : 0;
}

static int
prepare_teachers(struct trainer_state *w, struct err *e)
{
	for (int i = 0; i < w->info.n_teachers; i++)
		if (w->info.teacher[i].ready && prepare_teacher(w, i, e) < 0)
			return -1;
	return 0;
}

int
feed_prepare(struct trainer_state *w, struct err *e)
{
	feed_release(w);
	w->rows = mem_try(trainer_state_batch(w), sizeof *w->rows);
	if (!w->rows)
		return err_set(e, "no memory for a batch of %zu rows", trainer_state_batch(w));
	if (batch_init(&w->batch, trainer_state_batch(w), w->ds, e) < 0 ||
	    augment_open(&w->augmenter, w->ds, w->split.train, w->split.n_train, w->pool, e) < 0 ||
	    augment_learn(&w->augmenter, w->wordnet, e) < 0)
		return -1;
	w->augmenter.retold = w->retold;
	return prepare_teachers(w, e);
}

/* What teacher i says about the batch: the whole of its logits, or the largest. */
static void
hear(struct trainer_state *w, int i, struct branch_feed *out)
{
	const struct teacher *says = &w->teacher[i].says;
	struct trainer_state_top *top = &w->t_top[i];
	int k = out->n_teachers++;

	out->t_top[k].k = 0; /* places go to other teachers when one is drawn */
	out->t_logits[k] = NULL;
	if (w->teacher[i].file) {
		logit_file_gather(w->teacher[i].file, batch_i32(&w->batch, BATCH_ROW),
				  w->batch.rows, w->t_logits[i]);
		out->t_logits[k] = w->t_logits[i];
	} else if (top->k) {
		teacher_answer_top(says, &w->batch, top->id, top->logit, top->tail);
		out->t_top[k] = (struct loss_top){ top->k, top->id, top->logit, top->tail };
	} else {
		out->t_logits[k] = teacher_answer(says, says->net->n_layers - 1, MODEL_HIDDEN,
						  &w->batch, w->t_logits[i]);
	}
	out->t_index[k] = i;
	out->t_weight[k] = w->info.run.settings.teacher_weight[i];
}

/* The one teacher that the batch of a step is for, where one is drawn; -1: they all are. */
static int
drawn(const struct trainer_state *w, uint64_t step)
{
	double weight[TRAIN_TEACHERS] = { 0 };

	if (w->info.run.settings.knobs.mix != MIX_RANDOM)
		return -1;
	for (int i = 0; i < w->info.n_teachers; i++)
		weight[i] =
			trainer_state_teaches(w, i) ? w->info.run.settings.teacher_weight[i] : 0;
	return mix_draw(weight, w->info.n_teachers, w->info.seed, step);
}

static bool
is_mapped(const struct trainer_state *w, int teacher)
{
	for (int i = 0; i < w->info.run.settings.n_maps; i++)
		if (w->info.run.settings.map[i].teacher == teacher)
			return true;
	return false;
}

/* With `only` >= 0 nobody else is heard; who is not needed for maps either is not even asked. */
static void
ask(struct trainer_state *w, bool maps, int only, struct branch_feed *out)
{
	out->n_teachers = 0;
	for (int i = 0; i < w->info.n_teachers; i++) {
		bool heard = only < 0 || only == i;

		if (!trainer_state_teaches(w, i) || (!heard && !(maps && is_mapped(w, i))))
			continue;
		if (!w->teacher[i].file)
			teacher_ask(&w->teacher[i].says, &w->batch);
		if (heard)
			hear(w, i, out);
	}
	for (int i = 0; maps && i < w->info.run.settings.n_maps; i++) {
		const struct layer_pair *m = &w->info.run.settings.map[i];

		const struct teacher *says = &w->teacher[m->teacher].says;

		out->t_layer[i] = NULL;
		if (!trainer_state_teaches(w, m->teacher))
			continue;
		out->t_layer[i] =
			teacher_look(says, m->t_layer, asks(m), &w->batch, &out->t_row[i]);
		if (m->match->needs & LOSS_BEFORE)
			out->t_before[i] = teacher_look(says, m->t_layer - 1, asks(m), &w->batch,
							&out->t_before_row[i]);
	}
}

void
feed_teachers(struct trainer_state *w, bool maps, struct branch_feed *out)
{
	ask(w, maps, -1, out);
}

/* Draw from the sets that count, as bits. */
static bool
draw_from(struct sampler *order, int n_sets, const double *weight)
{
	unsigned sets = 0;

	for (int i = 0; i < n_sets; i++)
		sets |= weight[i] > 0 ? 1u << i : 0;
	return sampler_sets(order, sets);
}

/* False: from all that there are, because none of the sets that count has a row that may be drawn.
 */
static bool
draw_counting(const struct trainer_state *w, struct sampler *order, const double *weight)
{
	return draw_from(order, w->info.n_sets, weight) || !sampler_sets(order, SAMPLER_ALL);
}

/*
 * The order of rows of the main line, or of the student without a teacher, where a remedy has
 * chosen among them; else the one there is without. The student sees labelled rows alone where it
 * is told to, and where nobody teaches.
 */
static struct sampler *
order_of(struct trainer_state *w, int choice, bool plain)
{
	struct remedy_result_made *m = remedy_result_get(&w->remedies, choice);
	bool labelled = w->info.run.settings.labelled || w->order.rows == w->split.shown;

	if (plain)
		return m && m->plain.n ? &m->plain : &w->plain_order;
	if (m && labelled && m->few.n)
		return &m->few;
	if (m && !labelled)
		return &m->order;
	return w->info.run.settings.labelled && w->few.n ? &w->few : &w->order;
}

struct sampler *
feed_order(struct trainer_state *w)
{
	return order_of(w, w->info.run.settings.remedy[REMEDY_KIND_select], false);
}

void
feed_draw(struct trainer_state *w, struct sampler *order, uint64_t step, uint32_t *rows)
{
	draw_counting(
		w, order,
		w->info.run.settings.set_weight); /* settings see to it that some set counts */
	sampler_next(order, step, trainer_state_batch(w), rows);
}

void
feed_main(struct trainer_state *w, uint64_t step, const struct knobs *k, struct branch_feed *out)
{
	size_t n = trainer_state_batch(w);

	memset(out, 0, sizeof *out);
	feed_draw(w, feed_order(w), step, w->rows);
	batch_fill(&w->batch, w->ds, w->rows, n, w->split.visible);
	batch_weigh(&w->batch, w->ds, w->info.run.settings.set_weight);
	remedy_result_weigh(
		remedy_result_get(&w->remedies, w->info.run.settings.remedy[REMEDY_KIND_weigh]),
		&w->batch);
	if (k)
		augment_batch(&w->augmenter, k, w->info.seed, step, &w->batch);
	out->batch = &w->batch;
	out->known = &w->known;
	ask(w, true, drawn(w, step), out);
}

size_t
feed_epoch(struct trainer_state *w, int teacher)
{
	draw_counting(w, &w->teacher[teacher].order, w->info.run.settings.set_weight);
	return w->teacher[teacher].order.n;
}

void
feed_labelled(struct trainer_state *w, int teacher, uint64_t step, const struct knobs *k,
	      const double *weight, const int *remedy, struct branch_feed *out)
{
	struct sampler *order = teacher < 0 ? order_of(w, remedy[REMEDY_KIND_select], true)
					    : &w->teacher[teacher].order;
	bool counts = draw_counting(w, order, weight);
	size_t n = trainer_state_batch(w);

	memset(out, 0, sizeof *out);
	sampler_next(order, step, n, w->rows);
	batch_fill(&w->batch, w->ds, w->rows, n, NULL);
	if (counts)
		batch_weigh(&w->batch, w->ds, weight);
	if (remedy)
		remedy_result_weigh(remedy_result_get(&w->remedies, remedy[REMEDY_KIND_weigh]),
				    &w->batch);
	if (k)
		augment_batch(&w->augmenter, k, w->info.seed, step, &w->batch);
	out->batch = &w->batch;
}
