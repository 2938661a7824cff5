/* mismatch.c: how far two sets of rows are apart, as the teacher sees them and without it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/learn/mismatch.h"

#include <math.h>
#include <string.h>

#include "retort/base/rng.h"
#include "retort/base/text.h"
#include "retort/data/gauge.h"
#include "retort/data/sets.h"
#include "retort/learn/apply.h"
#include "retort/learn/feed.h"

#define BUCKETS 256 /* that tokens and pairs of tokens are counted in */
#define DRIFTS 5    /* columns that are named */

/* One of the two. */
struct side {
	const char *name;
	uint32_t *rows;    /* [n] looked at */
	size_t n, of;      /* of how many */
	double *x;         /* [n,d] what networks read */
	double *logits;    /* [n,classes] what the teacher says; NULL without one */
	double *prior;     /* [classes] shares of labels, over all rows; NULL where there are none */
	double *predicted; /* [classes] mean probabilities of the teacher */
	double confidence, entropy;
};

static void
release(struct side *s)
{
	mem_free(s->rows);
	mem_free(s->x);
	mem_free(s->logits);
	mem_free(s->prior);
	mem_free(s->predicted);
}

/* The rows by name, all of them. */
static int
find_rows(const struct work *w, struct side *s, struct err *e)
{
	const struct split *p = &w->split;
	bool held = strcmp(s->name, "held-out") == 0;
	int k;

	s->rows = mem_array(w->ds->n, sizeof *s->rows);
	if (held || strcmp(s->name, "train") == 0) {
		for (size_t i = 0; i < (held ? p->n_held : p->n_train); i++)
			if (held || p->train[i] < sets_main(w->ds))
				s->rows[s->of++] = (held ? p->held : p->train)[i];
		return 0;
	}
	if ((k = sets_find(w->ds, s->name, e)) < 0)
		return -1;
	for (size_t i = 0; i < w->ds->set[k].n; i++)
		s->rows[s->of++] = (uint32_t)(w->ds->set[k].from + i);
	return 0;
}

static void
count_labels(const struct dataset *ds, struct side *s)
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

static int
take_rows(const struct work *w, struct side *s, struct err *e)
{
	if (find_rows(w, s, e) < 0)
		return -1;
	if (s->of < 10)
		return err_set(e, "%s has %zu rows: at least 10 are needed", s->name, s->of);
	count_labels(w->ds, s);
	rng_shuffle(rng_stream(w->info.seed, "mismatch", s->rows[0], 0), s->rows, (uint32_t)s->of);
	s->n = s->of < MISMATCH_ROWS ? s->of : MISMATCH_ROWS;
	return 0;
}

/* Shares of tokens and of pairs of them, by hash. */
static void
count_tokens(const struct dataset *ds, uint32_t row, double *out)
{
	const int32_t *ids = ds->ids + (size_t)row * ds->length;
	double sum = 0;

	memset(out, 0, BUCKETS * sizeof *out);
	for (size_t i = 0; i < ds->length && ids[i] >= 0; i++) {
		uint64_t one = rng_bits(rng_stream((uint64_t)ids[i], "token", 0, 0), 0);
		uint64_t two = i ? rng_bits(rng_stream((uint64_t)ids[i], "pair", (uint64_t)ids[i - 1], 0), 0) : one;

		out[one % BUCKETS]++;
		out[two % BUCKETS]++;
		sum += 2;
	}
	for (size_t c = 0; c < BUCKETS && sum > 0; c++)
		out[c] /= sum;
}

static size_t
input_width(const struct dataset *ds)
{
	return ds->kind == DATASET_TOKENS ? BUCKETS : ds->d;
}

static void
read_inputs(const struct dataset *ds, struct side *s)
{
	size_t d = input_width(ds);

	s->x = mem_array(s->n * d, sizeof *s->x);
	for (size_t i = 0; i < s->n; i++) {
		if (ds->kind == DATASET_TOKENS)
			count_tokens(ds, s->rows[i], s->x + i * d);
		for (size_t c = 0; ds->kind != DATASET_TOKENS && c < d; c++)
			s->x[i * d + c] = (double)ds->x[(size_t)s->rows[i] * d + c];
	}
}

/* Probabilities of one row at temperature 1, added up; its confidence and its entropy. */
static void
add_row(struct side *s, const double *z, size_t classes)
{
	double most = z[0], sum = 0, best = 0;

	for (size_t c = 1; c < classes; c++)
		most = fmax(most, z[c]);
	for (size_t c = 0; c < classes; c++)
		sum += exp(z[c] - most);
	for (size_t c = 0; c < classes; c++) {
		double p = exp(z[c] - most) / sum;

		s->predicted[c] += p / (double)s->n;
		best = fmax(best, p);
		s->entropy -= p > 0 ? p * log(p) / (double)s->n : 0;
	}
	s->confidence += best / (double)s->n;
}

/* What the first teacher that teaches says about the rows; nothing where there is none that keeps all its logits. */
static void
ask(struct work *w, struct side *s)
{
	size_t step = work_batch(w), classes = (size_t)w->ds->classes;

	for (size_t at = 0; at < s->n; at += step) {
		size_t n = s->n - at < step ? s->n - at : step;
		struct branch_feed f = { 0 };

		batch_fill(&w->batch, w->ds, s->rows + at, n, NULL);
		feed_teachers(w, false, &f);
		if (f.n_teachers == 0 || !f.t_logits[0])
			return;
		if (!s->logits)
			s->logits = mem_array(s->n * classes, sizeof *s->logits);
		for (size_t i = 0; i < n * classes; i++)
			s->logits[at * classes + i] = (double)f.t_logits[0][i];
	}
	s->predicted = mem_array(classes, sizeof *s->predicted);
	for (size_t i = 0; i < s->n; i++)
		add_row(s, s->logits + i * classes, classes);
}

static void
tell_gauge(struct text *t, const char *what, const struct gauge *g)
{
	text_addf(t, "%-24s energy distance %.4g (p %.3g)  AUC %.3f  coverage %.1f%%\n", what, g->energy, g->p, g->auc,
		  100 * g->coverage);
}

static void
column(const struct side *s, size_t d, size_t c, double *out)
{
	for (size_t i = 0; i < s->n; i++)
		out[i] = s->x[i * d + c];
}

/* The columns of a table that have drifted most, by PSI. */
static void
tell_columns(struct text *t, const struct dataset *ds, const struct side *a, const struct side *b)
{
	double *x = mem_array(a->n, sizeof *x), *y = mem_array(b->n, sizeof *y), psi[DRIFTS + 1] = { 0 };
	size_t which[DRIFTS + 1], n = 0;

	for (size_t c = 0; c < ds->d; c++) {
		size_t at = n;
		double here;

		column(a, ds->d, c, x);
		column(b, ds->d, c, y);
		here = gauge_psi(x, a->n, y, b->n);
		for (; at > 0 && psi[at - 1] < here; at--) {
			psi[at] = psi[at - 1];
			which[at] = which[at - 1];
		}
		psi[at] = here;
		which[at] = c;
		n += n < DRIFTS;
	}
	for (size_t i = 0; i < n; i++) {
		column(a, ds->d, which[i], x);
		column(b, ds->d, which[i], y);
		text_addf(t, "  %-22s PSI %.3g  KS %.3f\n", ds->column ? ds->column[which[i]] : "pixel", psi[i], gauge_ks(x, a->n, y, b->n));
	}
	mem_free(x);
	mem_free(y);
}

static void
tell_far(struct text *t, const struct dataset *ds, const struct side *b, const struct gauge *g)
{
	text_add(t, "rows farthest out       ");
	for (size_t i = 0; i < g->n_far; i++) {
		uint32_t row = b->rows[g->far[i]];
		size_t from = ds->n_sets ? ds->set[sets_of(ds, row)].from : 0;

		text_addf(t, " %zu (%.3g)", row - from + 1, g->far_by[i]);
	}
	text_addf(t, " of %s, by distances usual in the other\n", b->name);
}

static void
tell(struct work *w, const struct side *a, const struct side *b, struct text *t)
{
	size_t d = input_width(w->ds), classes = (size_t)w->ds->classes;
	struct gauge seen = { 0 }, bare;

	text_addf(t, "%-24s %zu of %zu rows\n%-24s %zu of %zu rows\n", a->name, a->n, a->of, b->name, b->n, b->of);
	if (a->prior && b->prior)
		text_addf(t, "%-24s %.3f apart (total variation)\n", "class priors", gauge_variation(a->prior, b->prior, classes));
	gauge_measure(&(struct gauge_rows){ a->x, b->x, a->n, b->n, d, NULL, NULL }, w->info.seed, &bare);
	if (a->logits && b->logits) {
		gauge_measure(&(struct gauge_rows){ a->logits, b->logits, a->n, b->n, classes, NULL, NULL }, w->info.seed, &seen);
		tell_gauge(t, "as the teacher sees it", &seen);
		text_addf(t, "  confidence             %.3f against %.3f\n  entropy                %.3f against %.3f\n"
			     "  predicted priors       %.3f apart\n", a->confidence, b->confidence, a->entropy, b->entropy,
			  gauge_variation(a->predicted, b->predicted, classes));
	}
	tell_gauge(t, "without it", &bare);
	if (w->ds->kind != DATASET_TOKENS)
		tell_columns(t, w->ds, a, b);
	tell_far(t, w->ds, b, &bare);
	text_addf(t, "%s and %s %s\n", a->name, b->name, bare.p < 0.05 || (a->logits && seen.p < 0.05) ?
		  "differ more than chance would have it" : "are not told apart");
}

int
mismatch_request(struct work *w, struct request *r, struct err *e)
{
	struct side a = { .name = r->name }, b = { .name = r->spec };
	struct text t = { 0 };
	int status = -1;

	if (!w->ds)
		return err_set(e, "mismatch: no data yet; `data digits` first");
	if (w->ds->next_token)
		return err_set(e, "mismatch: %s tells the next token: it has no rows to compare", w->ds->name);
	if (take_rows(w, &a, e) == 0 && take_rows(w, &b, e) == 0 && (w->info.phase != LAB_IDLE || apply_prepare(w, e) == 0)) {
		read_inputs(w->ds, &a);
		read_inputs(w->ds, &b);
		ask(w, &a);
		ask(w, &b);
		tell(w, &a, &b, &t);
		r->said = t.s;
		status = 0;
	}
	release(&a);
	release(&b);
	return status < 0 ? err_wrap(e, "mismatch") : 0;
}
