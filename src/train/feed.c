/* feed.c: the first half of a step: rows drawn, gathered and augmented, and teacher outputs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/train/feed.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/train/feed_rows.h"
#include "retort/train/mix_share.h"

/* ---- buffers ---- */

static void
release_top(struct train_top *top)
{
	mem_free(top->id);
	mem_free(top->logit);
	mem_free(top->tail);
	memset(top, 0, sizeof *top);
}

static void
release_logits(struct train *t, int i)
{
	mem_free(t->teacher_logits[i]);
	t->teacher_logits[i] = NULL;
	release_top(&t->teacher_top[i]);
}

void
feed_release(struct train *t)
{
	for (int i = 0; i < TRAIN_TEACHERS; i++)
		release_logits(t, i);
	mem_free(t->rows);
	t->rows = NULL;
	augment_close(&t->augmenter);
	batch_release(&t->batch);
}

static int
alloc_reals(real **p, size_t rows, size_t width, struct err *e)
{
	*p = mem_try(rows * width, sizeof(real));
	return *p ? 0
		  : err_set(e, "no memory for teacher outputs (%zu rows of %zu numbers)", rows,
			    width);
}

static int
alloc_top(struct train_top *top, size_t positions, size_t k, struct err *e)
{
	top->k = k;
	top->id = mem_try(positions * k, sizeof *top->id);
	if (!top->id)
		return err_set(e, "no memory for teacher outputs (%zu positions of %zu logits)",
			       positions, k);
	return alloc_reals(&top->logit, positions, k, e) < 0 ||
			       alloc_reals(&top->tail, positions, 1, e) < 0
		       ? -1
		       : 0;
}

/* The tap that a pair needs of its teacher's layer. */
static int
tap_of(const struct layer_pair *m)
{
	return m->match->needs & LOSS_MAP ? TEACHER_SPATIAL : (int)m->on;
}

/* Add the layers that the map needs of teacher i besides its logits: wants[layer] has bits
 * 1 << tap. */
static void
mapped_layers(const struct settings *s, int teacher, unsigned *wants)
{
	for (int i = 0; i < s->n_maps; i++) {
		const struct layer_pair *m = &s->map[i];

		if (m->teacher != teacher)
			continue;
		wants[m->t_layer] |= 1u << tap_of(m);
		if (m->match->needs & LOSS_BEFORE)
			wants[m->t_layer - 1] |= 1u << tap_of(m);
	}
}

int
feed_open(struct train *t, const struct settings *s, int i, struct err *e)
{
	struct train_teacher *teacher = &t->teacher[i];
	struct net_info *info = &t->teacher_info[i];
	struct teacher_options options = info->options;
	unsigned wants[MODEL_LAYERS] = { 0 };
	bool augmented = augment_any(&s->knobs, t->ds->kind);

	options.shared = t->shares_outputs;
	mapped_layers(s, i, wants);
	for (int k = 0; k < t->n_beside; k++) {
		mapped_layers(t->beside[k], i, wants);
		augmented = augmented || augment_any(&t->beside[k]->knobs, t->ds->kind);
	}
	if (teacher_open(&teacher->outputs, teacher->branch->net, branch_value(teacher->branch),
			 t->ds, &t->inputs, wants, &options, train_batch(s), augmented, e) < 0) {
		info->cache_bytes = 0; /* it is closed */
		return err_wrap(e, "teacher %s", info->name);
	}
	info->cache_bytes = teacher->outputs.is_cached ? teacher_size(&teacher->outputs) : 0;
	info->effect = teacher->outputs.effect;
	return 0;
}

static int
prepare_teacher(struct train *t, const struct settings *s, int i, struct err *e)
{
	struct train_teacher *teacher = &t->teacher[i];
	size_t labels = t->ds->next_token ? t->ds->length : 1, rows = train_batch(s),
	       top = t->teacher_info[i].options.top;

	if (teacher->file && top && alloc_top(&t->teacher_top[i], rows * labels, top, e) < 0)
		return -1;
	if (teacher->file)
		return alloc_reals(&t->teacher_logits[i], rows, labels * teacher->file->classes, e);
	if (feed_open(t, s, i, e) < 0)
		return -1;
	if (top)
		return alloc_top(&t->teacher_top[i], rows * labels, top, e);
	return teacher->outputs.is_cached
		       ? alloc_reals(&t->teacher_logits[i], rows,
				     labels * teacher->outputs.net->io.classes, e)
		       : 0;
}

static int
prepare(struct train *t, const struct settings *s, struct err *e)
{
	size_t rows = train_batch(s);

	t->rows = mem_try(rows, sizeof *t->rows);
	if (!t->rows)
		return err_set(e, "no memory for a batch of %zu rows", rows);
	if (batch_init(&t->batch, rows, t->ds, e) < 0 ||
	    augment_open(&t->augmenter, t->ds, t->split.train, t->split.n_train, t->pool, e) < 0 ||
	    augment_learn(&t->augmenter, t->wordnet, e) < 0)
		return -1;
	t->augmenter.round_trip = t->round_trip;
	for (int i = 0; i < s->n_teachers; i++)
		if (t->teacher_info[i].ready && prepare_teacher(t, s, i, e) < 0)
			return -1;
	return 0;
}

int
feed_prepare(struct train *t, const struct settings *s, struct err *e)
{
	feed_release(t);
	if (prepare(t, s, e) == 0)
		return 0;
	feed_release(t);
	return -1;
}

/* Whether teacher i gives the outputs that the settings need: others may have opened it. */
static bool
is_open_for(const struct train *t, const struct settings *s, int i)
{
	const struct teacher *o = &t->teacher[i].outputs;
	unsigned wants[MODEL_LAYERS] = { 0 };
	bool missing = false;

	if (!t->teacher_info[i].ready || t->teacher[i].file)
		return true;
	if (!o->is_open)
		return false;
	mapped_layers(s, i, wants);
	for (int k = 0; k < MODEL_LAYERS; k++)
		missing |= (wants[k] & ~o->wants[k]) != 0;
	if (!o->is_cached || augment_any(&s->knobs, t->ds->kind))
		missing |= o->net->graph->capacity < train_batch(s);
	return !missing;
}

int
feed_ensure(struct train *t, const struct settings *s, struct err *e)
{
	bool open = t->batch.capacity == train_batch(s);

	for (int i = 0; open && i < s->n_teachers; i++)
		open = is_open_for(t, s, i);
	return open ? 0 : feed_prepare(t, s, e);
}

/* ---- teacher outputs ---- */

/* The largest logits of teacher i for the batch. */
static void
take_top(struct train *t, int i, struct train_top *top)
{
	if (t->teacher[i].file)
		logit_file_top(t->teacher[i].file, batch_i32(&t->batch, BATCH_ROW), t->batch.rows,
			       top->id, top->logit, top->tail);
	else
		teacher_top(&t->teacher[i].outputs, &t->batch, top->id, top->logit, top->tail);
}

/* Gather the outputs of teacher i for the batch, once: all logits, or the largest. */
static void
gather(struct train *t, int i, struct train_top *top)
{
	const struct teacher *outputs = &t->teacher[i].outputs;

	if (t->gathered & 1u << i)
		return;
	t->gathered |= 1u << i;
	if (top->k) {
		take_top(t, i, top);
	} else if (t->teacher[i].file) {
		logit_file_gather(t->teacher[i].file, batch_i32(&t->batch, BATCH_ROW),
				  t->batch.rows, t->teacher_logits[i]);
		t->gathered_logits[i] = t->teacher_logits[i];
	} else {
		t->gathered_logits[i] =
			teacher_outputs(outputs, outputs->net->n_layers - 1, MODEL_HIDDEN,
					&t->batch, t->teacher_logits[i]);
	}
}

/* Append the outputs of teacher i for the batch. */
static void
add_outputs(struct train *t, const struct settings *s, int i, struct branch_feed *out)
{
	struct train_top *top = &t->teacher_top[i];
	int k = out->n_teachers++;

	gather(t, i, top);
	out->t_top[k].k = 0; /* another teacher's, when one is drawn for every batch */
	out->t_logits[k] = NULL;
	if (top->k)
		out->t_top[k] = (struct loss_top){ top->k, top->id, top->logit, top->tail };
	else
		out->t_logits[k] = t->gathered_logits[i];
	out->t_index[k] = i;
	out->t_weight[k] = s->teacher_weight[i];
}

/* The teacher drawn for the batch of a step, with mix random; -1: all of them. */
static int
drawn_teacher(const struct train *t, const struct settings *s, uint64_t step)
{
	double weight[TRAIN_TEACHERS] = { 0 };

	if (s->knobs.mix != MIX_RANDOM)
		return -1;
	for (int i = 0; i < s->n_teachers; i++)
		weight[i] = train_teaches(t, s, i) ? s->teacher_weight[i] : 0;
	return mix_share_draw(weight, s->n_teachers, t->seed, step);
}

static bool
is_mapped(const struct settings *s, int teacher)
{
	for (int i = 0; i < s->n_maps; i++)
		if (s->map[i].teacher == teacher)
			return true;
	return false;
}

/* Outputs of the mapped layers; NULL where the teacher does not teach. */
static void
add_layers(struct train *t, const struct settings *s, struct branch_feed *out)
{
	for (int i = 0; i < s->n_maps; i++) {
		const struct layer_pair *m = &s->map[i];
		const struct teacher *outputs = &t->teacher[m->teacher].outputs;

		out->t_layer[i] = NULL;
		if (!train_teaches(t, s, m->teacher))
			continue;
		out->t_layer[i] =
			teacher_borrow(outputs, m->t_layer, tap_of(m), &t->batch, &out->t_row[i]);
		if (m->match->needs & LOSS_BEFORE)
			out->t_before[i] = teacher_borrow(outputs, m->t_layer - 1, tap_of(m),
							  &t->batch, &out->t_before_row[i]);
	}
}

/* `only` >= 0: logits of that teacher alone; the forward pass of others only where they are mapped.
 */
static void
teach(struct train *t, const struct settings *s, bool maps, int only, struct branch_feed *out)
{
	out->n_teachers = 0;
	for (int i = 0; i < s->n_teachers; i++) {
		bool counts = only < 0 || only == i;

		if (!train_teaches(t, s, i) || (!counts && !(maps && is_mapped(s, i))))
			continue;
		if (!t->teacher[i].file && !(t->ran & 1u << i))
			teacher_run(&t->teacher[i].outputs, &t->batch);
		t->ran |= 1u << i;
		if (counts)
			add_outputs(t, s, i, out);
	}
	if (maps)
		add_layers(t, s, out);
}

void
feed_teachers(struct train *t, const struct settings *s, bool maps, struct branch_feed *out)
{
	t->ran = t->gathered = 0;
	teach(t, s, maps, -1, out);
}

/* ---- batches ---- */

static const struct remedy_result_made *
remedy_in_force(const struct train *t, const struct settings *s, enum remedy_kind kind)
{
	return remedy_result_get(&t->remedies, s->remedy[kind]);
}

void
feed_student(struct train *t, const struct settings *s, uint64_t step, bool augmented,
	     struct branch_feed *out)
{
	feed_rows_draw(s, feed_rows_student(t, s), step, t->rows);
	batch_fill(&t->batch, t->ds, t->rows, train_batch(s), t->split.visible);
	batch_weigh(&t->batch, t->ds, s->set_weight);
	remedy_result_weigh(remedy_in_force(t, s, REMEDY_KIND_weigh), &t->batch);
	if (augmented)
		augment_batch(&t->augmenter, &s->knobs, t->seed, step, &t->batch);
	t->ran = t->gathered = 0;
	feed_again(t, s, step, out);
}

void
feed_again(struct train *t, const struct settings *s, uint64_t step, struct branch_feed *out)
{
	memset(out, 0, sizeof *out);
	out->batch = &t->batch;
	out->label_index = &t->label_index;
	teach(t, s, true, drawn_teacher(t, s, step), out);
}

/* Labelled rows of step `step` of an order. */
static void
fill_labelled(struct train *t, const struct settings *s, struct sampler *order, uint64_t step,
	      struct branch_feed *out)
{
	bool counts = feed_rows_restrict(s, order);
	size_t n = train_batch(s);

	memset(out, 0, sizeof *out);
	sampler_next(order, step, n, t->rows);
	batch_fill(&t->batch, t->ds, t->rows, n, NULL);
	if (counts)
		batch_weigh(&t->batch, t->ds, s->set_weight);
	out->batch = &t->batch;
}

void
feed_teacher_training(struct train *t, const struct settings *s, int i, uint64_t step,
		      struct branch_feed *out)
{
	fill_labelled(t, s, &t->teacher[i].order, step, out);
}

void
feed_baseline(struct train *t, const struct settings *s, uint64_t step, struct branch_feed *out)
{
	fill_labelled(t, s, feed_rows_baseline(t, s), step, out);
	remedy_result_weigh(remedy_in_force(t, s, REMEDY_KIND_weigh), &t->batch);
	augment_batch(&t->augmenter, &s->knobs, t->seed, step, &t->batch);
}
