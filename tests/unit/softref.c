/* softref.c: losses on outputs by their formulas, in logarithms and long double, row by row. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "softref.h"

#include <math.h>
#include "retort/kd/losses/loss_table.h"

/* Class `skip` is excluded; -1: none. */
static long double
log_sum(const real *z, size_t n, double t, long skip)
{
	long double most = -INFINITY, sum = 0;

	for (size_t c = 0; c < n; c++)
		if ((long)c != skip && (long double)z[c] / t > most)
			most = (long double)z[c] / t;
	for (size_t c = 0; c < n; c++)
		if ((long)c != skip)
			sum += expl((long double)z[c] / t - most);
	return most + logl(sum);
}

/* log of (a e^x + b e^y) */
static long double
log_add(long double a, long double x, long double b, long double y)
{
	long double u = a > 0 ? logl(a) + x : -INFINITY, v = b > 0 ? logl(b) + y : -INFINITY;

	return fmaxl(u, v) + log1pl(expl(-fabsl(u - v)));
}

struct view {
	const struct knobs *k;
	const real *s, *t;
	size_t n, y;
	double temperature;
	long double all_s, all_t;
};

static long double
lq(const struct view *v, size_t c)
{
	return (long double)v->s[c] / v->temperature - v->all_s;
}

static long double
lp(const struct view *v, size_t c)
{
	return (long double)v->t[c] / v->temperature - v->all_t;
}

static long double
ref_kd(const struct view *v)
{
	long double sum = 0;

	for (size_t c = 0; c < v->n; c++)
		sum += expl(lp(v, c)) * (lp(v, c) - lq(v, c));
	return sum * v->temperature * v->temperature;
}

static long double
ref_rkl(const struct view *v)
{
	long double sum = 0;

	for (size_t c = 0; c < v->n; c++)
		sum += expl(lq(v, c)) * (lq(v, c) - lp(v, c));
	return sum * v->temperature * v->temperature;
}

static long double
ref_sce(const struct view *v)
{
	long double sum = 0;

	for (size_t c = 0; c < v->n; c++)
		sum -= expl(lp(v, c)) * lq(v, c);
	return sum * v->temperature * v->temperature;
}

static long double
ref_jsd(const struct view *v)
{
	long double b = v->k->jsd_beta, sum = 0;

	for (size_t c = 0; c < v->n; c++) {
		long double m = log_add(b, lp(v, c), 1 - b, lq(v, c));

		sum += b * expl(lp(v, c)) * (lp(v, c) - m) +
		       (1 - b) * expl(lq(v, c)) * (lq(v, c) - m);
	}
	return sum * v->temperature * v->temperature / (b * (1 - b));
}

static long double
ref_skl(const struct view *v)
{
	long double a = v->k->skl_alpha, sum = 0;

	for (size_t c = 0; c < v->n; c++)
		sum += expl(lp(v, c)) * (lp(v, c) - log_add(a, lp(v, c), 1 - a, lq(v, c)));
	return sum * v->temperature * v->temperature;
}

static long double
ref_srkl(const struct view *v)
{
	long double a = v->k->srkl_alpha, sum = 0;

	for (size_t c = 0; c < v->n; c++)
		sum += expl(lq(v, c)) * (lq(v, c) - log_add(1 - a, lp(v, c), a, lq(v, c)));
	return sum * v->temperature * v->temperature;
}

static long double
ref_tvd(const struct view *v)
{
	long double sum = 0;

	for (size_t c = 0; c < v->n; c++)
		sum += fabsl(expl(lp(v, c)) - expl(lq(v, c)));
	return sum / 2;
}

static long double
ref_mse(const struct view *v)
{
	long double sum = 0;

	for (size_t c = 0; c < v->n; c++)
		sum += ((long double)v->s[c] - v->t[c]) * ((long double)v->s[c] - v->t[c]);
	return sum / v->n;
}

static long double
ref_cosine(const struct view *v)
{
	long double st = 0, ss = 0, tt = 0;

	for (size_t c = 0; c < v->n; c++) {
		st += (long double)v->s[c] * v->t[c];
		ss += (long double)v->s[c] * v->s[c];
		tt += (long double)v->t[c] * v->t[c];
	}
	return 1 - st / sqrtl(ss * tt);
}

static long double
ref_ls(const struct view *v)
{
	long double all = log_sum(v->s, v->n, 1, -1), e = v->k->ls_epsilon, sum = 0;

	for (size_t c = 0; c < v->n; c++)
		sum -= ((c == v->y ? 1 - e : 0) + e / v->n) * (v->s[c] - all);
	return sum;
}

static long double
ref_dkd(const struct view *v)
{
	double t = v->temperature;
	long double rest_s = log_sum(v->s, v->n, t, (long)v->y),
		    rest_t = log_sum(v->t, v->n, t, (long)v->y), rest = 0, target;

	for (size_t c = 0; c < v->n; c++)
		if (c != v->y)
			rest += expl(v->t[c] / (long double)t - rest_t) *
				(v->t[c] / (long double)t - rest_t - v->s[c] / (long double)t +
				 rest_s);
	rest_s -= v->all_s;
	rest_t -= v->all_t;
	target = expl(lp(v, v->y)) * (lp(v, v->y) - lq(v, v->y)) + expl(rest_t) * (rest_t - rest_s);
	return t * t * (v->k->dkd_alpha * target + v->k->dkd_beta * rest);
}

static long double
ref_nkd(const struct view *v)
{
	double t = v->temperature;
	long double rest_s = log_sum(v->s, v->n, t, (long)v->y),
		    rest_t = log_sum(v->t, v->n, t, (long)v->y), rest = 0;

	for (size_t c = 0; c < v->n; c++)
		if (c != v->y)
			rest -= expl(v->t[c] / (long double)t - rest_t) *
				(v->s[c] / (long double)t - rest_s);
	return -expl(v->t[v->y] - log_sum(v->t, v->n, 1, -1)) *
		       (v->s[v->y] - log_sum(v->s, v->n, 1, -1)) +
	       v->k->nkd_gamma * t * t * rest;
}

static void
ref_standard(const real *x, size_t n, real *out)
{
	long double mean = 0, squares = 0;

	for (size_t c = 0; c < n; c++)
		mean += (long double)x[c] / n;
	for (size_t c = 0; c < n; c++)
		squares += (x[c] - mean) * (x[c] - mean);
	for (size_t c = 0; c < n; c++)
		out[c] = (double)((x[c] - mean) / (sqrtl(squares / (n - 1)) + 1e-7L));
}

static long double
ref_lskd(const struct view *v)
{
	real s[CLASSES], t[CLASSES];
	struct view w = *v;

	ref_standard(v->s, v->n, s);
	ref_standard(v->t, v->n, t);
	w.s = s;
	w.t = t;
	w.all_s = log_sum(s, v->n, v->temperature, -1);
	w.all_t = log_sum(t, v->n, v->temperature, -1);
	return ref_kd(&w);
}

static long double
ref_wsld(const struct view *v)
{
	long double ce_s = log_sum(v->s, v->n, 1, -1) - v->s[v->y],
		    ce_t = log_sum(v->t, v->n, 1, -1) - v->t[v->y];

	return (1 - expl(-ce_s / (ce_t + 1e-7L))) * ref_sce(v);
}

static long double
pearson(const long double *a, const long double *b, size_t n)
{
	long double ma = 0, mb = 0, ab = 0, aa = 0, bb = 0;

	for (size_t i = 0; i < n; i++) {
		ma += a[i] / n;
		mb += b[i] / n;
	}
	for (size_t i = 0; i < n; i++) {
		ab += (a[i] - ma) * (b[i] - mb);
		aa += (a[i] - ma) * (a[i] - ma);
		bb += (b[i] - mb) * (b[i] - mb);
	}
	return ab / (sqrtl(aa) * sqrtl(bb) + 1e-8L);
}

static long double
ref_dist(const struct pair *p, double t)
{
	static long double q[ROWS * CLASSES], r[ROWS * CLASSES], x[ROWS], y[ROWS];
	long double inter = 0, intra = 0;

	for (size_t i = 0; i < p->rows; i++)
		for (size_t c = 0; c < p->n; c++) {
			size_t at = i * p->n + c;

			q[at] = expl((long double)p->s[at] / t -
				     log_sum(p->s + i * p->n, p->n, t, -1));
			r[at] = expl((long double)p->t[at] / t -
				     log_sum(p->t + i * p->n, p->n, t, -1));
		}
	for (size_t i = 0; i < p->rows; i++)
		inter += (1 - pearson(q + i * p->n, r + i * p->n, p->n)) / p->rows;
	for (size_t c = 0; c < p->n; c++) {
		for (size_t i = 0; i < p->rows; i++) {
			x[i] = q[i * p->n + c];
			y[i] = r[i * p->n + c];
		}
		intra += (1 - pearson(x, y, p->rows)) / p->n;
	}
	return t * t * (p->knobs.dist_beta * inter + p->knobs.dist_gamma * intra);
}

const struct softref softref_table[] = {
	{ &loss_kd, ref_kd },     { &loss_rkl, ref_rkl },       { &loss_jsd, ref_jsd },
	{ &loss_skl, ref_skl },   { &loss_srkl, ref_srkl },     { &loss_tvd, ref_tvd },
	{ &loss_mse, ref_mse },   { &loss_cosine, ref_cosine }, { &loss_sce, ref_sce },
	{ &loss_ls, ref_ls },     { &loss_dkd, ref_dkd },       { &loss_nkd, ref_nkd },
	{ &loss_lskd, ref_lskd }, { &loss_wsld, ref_wsld },     { &loss_dist, NULL },
};
const size_t softref_count = sizeof softref_table / sizeof *softref_table;

long double
softref_value(const struct softref *r, const struct pair *p, double t)
{
	long double sum = 0;

	if (!r->row)
		return ref_dist(p, t);
	for (size_t i = 0; i < p->rows; i++) {
		struct view v = { .k = &p->knobs,
				  .s = p->s + i * p->n,
				  .t = p->t + i * p->n,
				  .n = p->n,
				  .temperature = t,
				  .y = (size_t)p->label[i] };

		v.all_s = log_sum(v.s, v.n, t, -1);
		v.all_t = log_sum(v.t, v.n, t, -1);
		sum += p->weight[i] * r->row(&v);
	}
	return sum;
}
