/* shift_run.c: two sets of rows are copied, then compared. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/probe/shift/shift_run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/data/sets.h"
#include "retort/nn/predict.h"
#include "retort/probe/net_copy.h"
#include "retort/probe/row_copy.h"
#include "retort/probe/row_set.h"

#define CHUNK 50 /* rows of a forward pass of the student */

/* One of the two sets. */
struct half {
	struct row_set set;
	size_t *number;       /* [n] rows within their set, from 1 */
	double *x;            /* [n, d] features, see row_set_read */
	double *teacher;      /* [n, classes] logits; NULL without a teacher */
	struct row_copy rows; /* inputs of the student */
};

/* What the results that do not depend on the student were computed from. */
struct key {
	uint64_t data, teacher, steps; /* number of the data, of the teacher (0: none), its steps */
	size_t top;
	int weigh, select; /* numbers of remedies */
};

struct shift_run {
	struct key key;
	struct shift_report
		out; /* after the first measurement; the student's part is new at each */
	bool measured;
	struct half half[2];
	uint64_t seed, step;
	size_t d, classes;
	bool has_columns;
	size_t image_width, channels; /* 0: the columns are not pixels */
	char (*column)[48];           /* [d] names; NULL: they have none */
	struct net_copy student;
	bool has_student;
};

void
shift_run_free(struct shift_run *c)
{
	for (int k = 0; c && k < 2; k++) {
		struct half *h = &c->half[k];

		row_set_release(&h->set);
		mem_free(h->number);
		mem_free(h->x);
		mem_free(h->teacher);
		row_copy_release(&h->rows);
	}
	if (c) {
		mem_free(c->column);
		net_copy_release(&c->student);
	}
	mem_free(c);
}

/* ---- on the trainer's thread ---- */

static int
copy_half(struct trainer_state *w, struct half *h, const char *name, size_t d, struct err *e)
{
	struct row_set *s = &h->set;

	if (row_set_find(w, name, true, s, e) < 0)
		return -1;
	row_set_draw(w, s, SHIFT_RUN_ROWS);
	h->number = mem_array(s->n, sizeof *h->number);
	h->x = mem_array(s->n * d, sizeof *h->x);
	for (size_t i = 0; i < s->n; i++) {
		h->number[i] =
			s->rows[i] -
			(w->train.ds->n_sets
				 ? w->train.ds->set[sets_of_row(w->train.ds, s->rows[i])].from
				 : 0) +
			1;
		row_set_read(w->train.ds, s->rows[i], h->x + i * d);
	}
	if (row_set_logits(w, s, false, &h->teacher, e) < 0)
		return -1;
	return row_copy_take(&h->rows, w->train.ds, s->rows, s->n, CHUNK, e);
}

static void
copy_columns(const struct dataset *ds, struct shift_run *c)
{
	c->has_columns = ds->kind != DATASET_TOKENS;
	if (ds->kind == DATASET_IMAGE) {
		c->image_width = ds->width;
		c->channels = ds->channels;
	}
	if (!ds->column || !c->has_columns)
		return;
	c->column = mem_array(c->d, sizeof *c->column);
	for (size_t i = 0; i < c->d; i++)
		snprintf(c->column[i], sizeof c->column[i], "%s", ds->column[i]);
}

void
shift_run_student(struct shift_run *c, const struct trainer_state *w)
{
	c->has_student = w->run->student != NULL;
	c->step = c->has_student ? w->run->student->state->step : 0;
	if (c->has_student)
		net_copy_take(&c->student, w->run->student);
}

/* The key of now; its teacher is the first that is not muted. */
static struct key
key_of(const struct trainer_state *w)
{
	struct key key = { .data = w->data_made,
			   .weigh = w->info.run->settings.remedy[REMEDY_KIND_weigh],
			   .select = w->info.run->settings.remedy[REMEDY_KIND_select] };

	for (int i = 0; i < w->info.n_teachers; i++)
		if (train_teaches(&w->train, &w->info.run->settings, i)) {
			key.teacher = w->train.teacher[i].made;
			key.steps = w->train.teacher[i].branch
					    ? w->train.teacher[i].branch->state->step
					    : 0;
			key.top = w->info.teacher[i].options.top;
			break;
		}
	return key;
}

struct shift_run *
shift_run_take(struct trainer_state *w, const char *a, const char *b, struct err *e)
{
	struct shift_run *c = mem_new(sizeof *c);

	c->seed = w->info.seed;
	c->d = w->train.ds ? row_set_width(w->train.ds) : 0;
	c->classes = w->train.ds ? (size_t)w->train.ds->classes : 0;
	if (copy_half(w, &c->half[0], a, c->d, e) < 0 ||
	    copy_half(w, &c->half[1], b, c->d, e) < 0) {
		shift_run_free(c);
		return NULL;
	}
	copy_columns(w->train.ds, c);
	c->key = key_of(w);
	shift_run_student(c, w);
	return c;
}

bool
shift_run_is_of(const struct shift_run *c, const struct trainer_state *w, const char *a,
		const char *b)
{
	struct key now = key_of(w);

	return c && strcmp(c->half[0].set.name, a) == 0 && strcmp(c->half[1].set.name, b) == 0 &&
	       c->key.data == now.data && c->key.teacher == now.teacher &&
	       c->key.steps == now.steps && c->key.top == now.top && c->key.weigh == now.weigh &&
	       c->key.select == now.select;
}

/* ---- on any thread ---- */

static struct two_sample
compare_rows(const struct shift_run *c, const double *a, const double *b, size_t d)
{
	const struct row_set *s = &c->half[0].set, *t = &c->half[1].set;
	struct two_sample g;

	two_sample_measure(&(struct two_sample_rows){ a, b, s->n, t->n, d, s->weight, t->weight },
			   c->seed, &g);
	return g;
}

/* Mean confidence, entropy and probabilities[classes] of n rows of logits. */
static void
mean_outputs(const double *logits, size_t n, size_t classes, double *confidence, double *entropy,
	     double *predicted)
{
	double *p = mem_array(classes, sizeof *p);

	for (size_t i = 0; i < n; i++) {
		double best = 0;

		memcpy(p, logits + i * classes, classes * sizeof *p);
		row_set_softmax(p, classes);
		for (size_t k = 0; k < classes; k++) {
			predicted[k] += p[k] / (double)n;
			best = fmax(best, p[k]);
			*entropy -= p[k] > 0 ? p[k] * log(p[k]) / (double)n : 0;
		}
		*confidence += best / (double)n;
	}
	mem_free(p);
}

static void
measure_network(const struct shift_run *c, const double *a, const double *b,
		struct shift_report_result *out)
{
	const double *z[2] = { a, b };
	double *mean[2];

	if (!a || !b)
		return;
	out->known = true;
	out->gauge = compare_rows(c, a, b, c->classes);
	for (int k = 0; k < 2; k++) {
		mean[k] = mem_array(c->classes, sizeof **mean);
		mean_outputs(z[k], c->half[k].set.n, c->classes, &out->confidence[k],
			     &out->entropy[k], mean[k]);
	}
	out->predicted = two_sample_variation(mean[0], mean[1], c->classes);
	mem_free(mean[0]);
	mem_free(mean[1]);
}

/* Logits of the student for a half, [n, classes], owned by the caller. */
static double *
student_logits(const struct shift_run *c, struct net *n, const struct half *h)
{
	double *out = mem_array(h->set.n * c->classes, sizeof *out), *to = out;

	for (size_t k = 0; k < h->rows.n; k++) {
		const real *z = predict_batch(n, &h->rows.batch[k]);

		for (size_t i = 0; i < h->rows.batch[k].rows * c->classes; i++)
			*to++ = (double)z[i];
	}
	return out;
}

static int
measure_student(struct shift_run *c, struct shift_report_result *out, struct err *e)
{
	struct net *n = net_copy_open(&c->student, CHUNK, false, NULL, e);
	double *a, *b;

	if (!n)
		return -1;
	a = student_logits(c, n, &c->half[0]);
	b = student_logits(c, n, &c->half[1]);
	measure_network(c, a, b, out);
	net_free(n);
	mem_free(a);
	mem_free(b);
	return 0;
}

static void
name_column(const struct shift_run *c, size_t at, char *buf, size_t size)
{
	if (c->column)
		snprintf(buf, size, "%s", c->column[at]);
	else if (c->image_width)
		snprintf(buf, size, "pixel %zu,%zu", at / c->channels % c->image_width + 1,
			 at / c->channels / c->image_width + 1);
	else
		snprintf(buf, size, "feature %zu", at + 1);
}

static void
read_column(const struct half *h, size_t d, size_t at, double *out)
{
	for (size_t i = 0; i < h->set.n; i++)
		out[i] = h->x[i * d + at];
}

/* Find the columns with the largest PSI. */
static void
measure_columns(const struct shift_run *c, struct shift_report *out)
{
	const struct half *a = &c->half[0], *b = &c->half[1];
	double *x = mem_array(a->set.n, sizeof *x), *y = mem_array(b->set.n, sizeof *y);

	for (size_t i = 0; c->has_columns && i < c->d; i++) {
		struct shift_report_drift here;
		int at = out->n_drifts;

		read_column(a, c->d, i, x);
		read_column(b, c->d, i, y);
		here.psi = two_sample_psi(x, a->set.n, y, b->set.n);
		while (at > 0 && out->drift[at - 1].psi < here.psi)
			at--;
		if (at == SHIFT_REPORT_DRIFTS)
			continue;
		here.ks = two_sample_ks(x, a->set.n, y, b->set.n);
		name_column(c, i, here.column, sizeof here.column);
		out->n_drifts += out->n_drifts < SHIFT_REPORT_DRIFTS;
		memmove(&out->drift[at + 1], &out->drift[at],
			(size_t)(out->n_drifts - 1 - at) * sizeof here);
		out->drift[at] = here;
	}
	mem_free(x);
	mem_free(y);
}

static void
measure_features(const struct shift_run *c, struct shift_report *out)
{
	struct two_sample g = compare_rows(c, c->half[0].x, c->half[1].x, c->d);

	out->result[SHIFT_REPORT_FEATURES].known = true;
	out->result[SHIFT_REPORT_FEATURES].gauge = g;
	for (size_t i = 0; i < g.n_far; i++)
		out->far[i] = c->half[1].number[g.far[i]];
	measure_columns(c, out);
}

static bool
is_stopped(const atomic_bool *stop)
{
	return stop && atomic_load(stop);
}

/* Everything that does not depend on the student. */
static void
measure_fixed(const struct shift_run *c, const atomic_bool *stop, struct shift_report *out)
{
	const struct half *a = &c->half[0], *b = &c->half[1];

	memset(out, 0, sizeof *out);
	for (int k = 0; k < 2; k++) {
		snprintf(out->name[k], sizeof out->name[k], "%.63s", c->half[k].set.name);
		out->rows[k] = c->half[k].set.n;
		out->of[k] = c->half[k].set.of;
		out->weighed |= c->half[k].set.weight != NULL;
	}
	out->priors = a->set.prior && b->set.prior
			      ? two_sample_variation(a->set.prior, b->set.prior, c->classes)
			      : NAN;
	if (!is_stopped(stop))
		measure_network(c, a->teacher, b->teacher, &out->result[SHIFT_REPORT_TEACHER]);
	if (!is_stopped(stop))
		measure_features(c, out);
}

int
shift_run_measure(struct shift_run *c, const atomic_bool *stop, struct shift_report *out,
		  struct err *e)
{
	if (!c->measured)
		measure_fixed(c, stop, &c->out);
	c->measured = !is_stopped(stop);
	memset(&c->out.result[SHIFT_REPORT_STUDENT], 0, sizeof c->out.result[SHIFT_REPORT_STUDENT]);
	c->out.step = c->step;
	if (!is_stopped(stop) && c->has_student &&
	    measure_student(c, &c->out.result[SHIFT_REPORT_STUDENT], e) < 0)
		return -1;
	*out = c->out;
	return is_stopped(stop) ? err_set(e, "stopped") : 0;
}
