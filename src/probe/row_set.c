/* row_set.c: rows by the name of their set, their features, and logits for them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/probe/row_set.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/rng.h"
#include "retort/data/sets.h"
#include "retort/lab/idle_change.h"
#include "retort/nn/predict.h"
#include "retort/train/feed.h"

#define BUCKETS 256 /* hash buckets for tokens and pairs of tokens */
#define LEAST 10    /* rows of a set */

/* What remedies give each row of the data; NULL: not in force. */
struct remedies {
	const float *weight;
	const uint8_t *keep;
};

static struct remedies
remedies_in_force(const struct trainer_state *w)
{
	const struct remedy_result_made *weigh = remedy_result_get(
		&w->train.remedies, w->info.run->settings.remedy[REMEDY_KIND_weigh]);
	const struct remedy_result_made *select = remedy_result_get(
		&w->train.remedies, w->info.run->settings.remedy[REMEDY_KIND_select]);

	return (struct remedies){ weigh ? weigh->weight : NULL, select ? select->keep : NULL };
}

void
row_set_release(struct row_set *s)
{
	mem_free(s->rows);
	mem_free(s->weight);
	mem_free(s->prior);
	memset(s, 0, sizeof *s);
}

/* All rows of the set s->name; *learns: whether the student trains on them. */
static int
find_all(const struct trainer_state *w, struct row_set *s, bool *learns, struct err *e)
{
	const struct split *p = &w->train.split;
	bool held = strcmp(s->name, "held-out") == 0;
	int k;

	*learns = strcmp(s->name, "train") == 0;
	if (held || *learns) {
		for (size_t i = 0; i < (held ? p->n_held : p->n_train); i++)
			if (held || p->train[i] < sets_main_rows(w->train.ds))
				s->rows[s->of++] = (held ? p->held : p->train)[i];
		return 0;
	}
	if ((k = sets_find(w->train.ds, s->name, e)) < 0)
		return -1;
	*learns = sets_role_trains(w->train.ds->set[k].role);
	for (size_t i = 0; i < w->train.ds->set[k].n; i++)
		s->rows[s->of++] = (uint32_t)(w->train.ds->set[k].from + i);
	return 0;
}

/* Leave the rows that `remedy select` keeps, with the weights of `remedy weigh`. */
static void
apply_remedies(const struct trainer_state *w, struct row_set *s)
{
	const struct remedies r = remedies_in_force(w);
	size_t n = 0;

	for (size_t i = 0; i < s->of; i++)
		if (!r.keep || r.keep[s->rows[i]])
			s->rows[n++] = s->rows[i];
	s->of = n;
	if (!r.weight)
		return;
	s->weight = mem_array(n, sizeof *s->weight);
	for (size_t i = 0; i < n; i++)
		s->weight[i] = (double)r.weight[s->rows[i]];
}

/* Equal weights are as good as none. */
static void
drop_equal_weights(struct row_set *s)
{
	for (size_t i = 1; s->weight && i < s->of; i++)
		if (s->weight[i] != s->weight[0])
			return;
	mem_free(s->weight);
	s->weight = NULL;
}

int
row_set_find(const struct trainer_state *w, const char *name, bool visited, struct row_set *s,
	     struct err *e)
{
	bool learns;

	if (!w->train.ds)
		return err_set(e, "no data yet; `data digits` first");
	if (w->train.ds->next_token)
		return err_set(e, "%s: next-token data has no rows to compare", w->train.ds->name);
	snprintf(s->name, sizeof s->name, "%s", name);
	s->rows = mem_array(w->train.ds->n, sizeof *s->rows);
	if (find_all(w, s, &learns, e) < 0)
		return -1;
	if (visited && learns)
		apply_remedies(w, s);
	drop_equal_weights(s);
	s->n = s->of;
	return s->n < LEAST ? err_set(e, "%s: %zu rows (expected at least %d)", name, s->n, LEAST)
			    : 0;
}

void
row_set_taught(const struct trainer_state *w, struct row_set *s)
{
	const struct remedies r = remedies_in_force(w);

	s->rows = mem_array(w->train.split.n_train, sizeof *s->rows);
	s->weight = mem_array(w->train.split.n_train, sizeof *s->weight);
	for (size_t i = 0; i < w->train.split.n_train; i++) {
		uint32_t row = w->train.split.train[i];
		double weight = w->info.run->settings.set_weight[sets_of_row(w->train.ds, row)] *
				(r.weight ? (double)r.weight[row] : 1);

		if ((r.keep && !r.keep[row]) || weight == 0)
			continue;
		s->weight[s->n] = weight;
		s->rows[s->n++] = row;
	}
	s->of = s->n;
}

int
row_set_learns(const struct trainer_state *w, const char *name, struct err *e)
{
	struct row_set s = { 0 };
	bool learns;
	int status;

	if (!w->train.ds)
		return err_set(e, "no data yet; `data digits` first");
	snprintf(s.name, sizeof s.name, "%s", name);
	s.rows = mem_array(w->train.ds->n, sizeof *s.rows);
	status = find_all(w, &s, &learns, e);
	row_set_release(&s);
	if (status < 0)
		return -1;
	return learns ? 0 : err_set(e, "%s: not a training set of the student", name);
}

static void
count_labels(const struct dataset *ds, struct row_set *s)
{
	double sum = 0;

	s->prior = mem_array((size_t)ds->classes, sizeof *s->prior);
	for (size_t i = 0; i < s->of; i++)
		if (ds->y[s->rows[i]] >= 0) {
			s->prior[ds->y[s->rows[i]]]++;
			sum++;
		}
	for (int c = 0; c < ds->classes && sum > 0; c++)
		s->prior[c] /= sum;
	if (sum > 0)
		return;
	mem_free(s->prior);
	s->prior = NULL;
}

void
row_set_draw(const struct trainer_state *w, struct row_set *s, size_t most)
{
	const float *weight = remedies_in_force(w).weight;

	count_labels(w->train.ds, s);
	rng_shuffle(rng_stream(w->info.seed, "mismatch", s->rows[0], 0), s->rows, (uint32_t)s->of);
	s->n = s->of < most ? s->of : most;
	for (size_t i = 0; s->weight && i < s->n; i++)
		s->weight[i] = (double)weight[s->rows[i]];
}

size_t
row_set_width(const struct dataset *ds)
{
	return ds->kind == DATASET_TOKENS ? BUCKETS : ds->d;
}

static void
count_tokens(const struct dataset *ds, uint32_t row, double *out)
{
	const int32_t *ids = ds->ids + (size_t)row * ds->length;
	double sum = 0;

	memset(out, 0, BUCKETS * sizeof *out);
	for (size_t i = 0; i < ds->length && ids[i] >= 0; i++) {
		uint64_t one = rng_bits(rng_stream((uint64_t)ids[i], "token", 0, 0), 0);
		uint64_t two =
			i ? rng_bits(rng_stream((uint64_t)ids[i], "pair", (uint64_t)ids[i - 1], 0),
				     0)
			  : one;

		out[one % BUCKETS]++;
		out[two % BUCKETS]++;
		sum += 2;
	}
	for (size_t c = 0; c < BUCKETS && sum > 0; c++)
		out[c] /= sum;
}

void
row_set_read(const struct dataset *ds, uint32_t row, double *x)
{
	if (ds->kind == DATASET_TOKENS) {
		count_tokens(ds, row, x);
		return;
	}
	for (size_t c = 0; c < ds->d; c++)
		x[c] = (double)ds->x[(size_t)row * ds->d + c];
}

struct logits_job {
	struct trainer_state *w;
	bool student;
	size_t rows, classes;
	double *logits; /* [rows, classes] NULL until the first chunk */
};

/* Logits of the first teacher for the rows in the batch; NULL without one. */
static const real *
teacher_logits(struct trainer_state *w)
{
	struct branch_feed f = { 0 };

	feed_teachers(&w->train, &w->info.run->settings, false, &f);
	return f.n_teachers ? f.t_logits[0] : NULL;
}

/* Append a chunk of logits. 1: there are none. */
static int
add_logits(void *arg, const struct predict_chunk *c)
{
	struct logits_job *j = arg;
	const real *z = j->student ? c->logits : teacher_logits(j->w);

	if (!z)
		return 1;
	if (!j->logits)
		j->logits = mem_array(j->rows * j->classes, sizeof *j->logits);
	for (size_t i = 0; i < c->batch->rows * j->classes; i++)
		j->logits[c->at * j->classes + i] = (double)z[i];
	return 0;
}

int
row_set_logits(struct trainer_state *w, const struct row_set *s, bool student, double **logits,
	       struct err *e)
{
	struct logits_job job = { w, student, s->n, (size_t)w->train.ds->classes, NULL };
	const struct predict_rows rows = { .ds = w->train.ds,
					   .row = s->rows,
					   .of = s->n,
					   .n = s->n,
					   .batch = &w->train.batch,
					   .chunk = train_batch(&w->info.run->settings) };

	*logits = NULL;
	if (!student && w->info.phase == LAB_TRAINING)
		return 0; /* the teacher in training may be the first */
	if (w->info.phase == LAB_IDLE ? idle_change_prepare(w, e) < 0
				      : feed_ensure(&w->train, &w->info.run->settings, e) < 0)
		return -1;
	predict_rows(student && w->run->student ? w->run->student->net : NULL, &rows, add_logits,
		     &job);
	*logits = job.logits;
	return 0;
}

void
row_set_softmax(double *z, size_t classes)
{
	double most = z[0], sum = 0;

	for (size_t c = 1; c < classes; c++)
		most = fmax(most, z[c]);
	for (size_t c = 0; c < classes; c++)
		sum += z[c] = exp(z[c] - most);
	for (size_t c = 0; c < classes; c++)
		z[c] /= sum;
}
