/* softmax_rows.c: softmax of rows and sums over rows, for losses on outputs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/softmax_rows.h"

#include "retort/base/multi.h"
#include "retort/nn/gemm/vmath.h"

#define LANES 16

double
softmax_rows_sum(const struct loss_args *a, double temperature, double factor,
		 softmax_rows_each *each, void *arg)
{
	size_t n = a->width, len = a->rows * n;
	struct row r = { .n = n,
			 .log_p = a->scratch + 2 * len,
			 .p = a->scratch + 3 * len,
			 .spare = a->scratch + 4 * len,
			 .args = a };
	double sum = 0;

	loss_student(a, temperature, &r.log_q, &r.q);
	loss_softmax_rows(a->target, a->rows, n, temperature, r.log_p, r.p);
	for (size_t i = 0; i < a->rows; i++) {
		double weight = (double)a->weight[i];

		r.x = a->x + i * n;
		r.target = a->target + i * n;
		r.label = a->label ? a->label[i] : -1;
		r.step = weight * a->scale * factor;
		r.dx = a->dx ? a->dx + i * n : NULL;
		if (weight > 0)
			sum += weight * each(&r, arg);
		r.log_q += n;
		r.q += n;
		r.log_p += n;
		r.p += n;
		r.spare += n;
	}
	return sum;
}

struct loss_args
softmax_rows_of_positions(const struct loss_args *a)
{
	struct loss_args b = *a;

	if (a->positions > 1) {
		b.rows *= a->positions;
		b.width /= a->positions;
		b.t_width = b.width;
		b.positions = 1;
	}
	return b;
}

double
softmax_rows_forward(const struct row *r, void *arg)
{
	(void)arg;
	if (r->dx)
		softmax_rows_add_gap(r->q, r->p, (real)r->step, r->n, r->dx);
	return (double)softmax_rows_divergence(r->p, r->log_p, r->q, r->log_q, 0, r->n);
}

#define NEAR (real)0.5 /* largest |d| for which e^d - 1 - d is computed by its series */
#ifdef RETORT_REAL_DOUBLE
#define TERMS 15
#else
#define TERMS 8
#endif

/* 1 / (k + 2)! */
static const real inverse[16] = { (real)(1 / 2.0),
				  (real)(1 / 6.0),
				  (real)(1 / 24.0),
				  (real)(1 / 120.0),
				  (real)(1 / 720.0),
				  (real)(1 / 5040.0),
				  (real)(1 / 40320.0),
				  (real)(1 / 362880.0),
				  (real)(1 / 3628800.0),
				  (real)(1 / 39916800.0),
				  (real)(1 / 479001600.0),
				  (real)(1 / 6227020800.0),
				  (real)(1 / 87178291200.0),
				  (real)(1 / 1307674368000.0),
				  (real)(1 / 20922789888000.0),
				  (real)(1 / 355687428096000.0) };

/* p (e^d - 1 - d), with q = p e^d. */
static MULTI_INLINE real
excess(real p, real q, real d)
{
	real series = inverse[TERMS - 1];

	MULTI_UNROLL
	for (int k = TERMS - 2; k >= 0; k--)
		series = series * d + inverse[k];
	return REAL_ABS(d) < NEAR ? p * d * d * series : (q - p) - p * d;
}

MULTIVERSION real
softmax_rows_divergence(const real *p, const real *log_p, const real *q, const real *log_q,
			real shift, size_t n)
{
	real lane[LANES] = { 0 }, sum = 0;
	size_t c = 0;

	for (; c + LANES <= n; c += LANES)
		for (size_t k = 0; k < LANES; k++)
			lane[k] += excess(p[c + k], q[c + k], log_q[c + k] - log_p[c + k] + shift);
	for (; c < n; c++)
		sum += excess(p[c], q[c], log_q[c] - log_p[c] + shift);
	for (size_t k = 0; k < LANES; k++)
		sum += lane[k];
	return sum;
}

MULTIVERSION void
softmax_rows_add_gap(const real *q, const real *p, real step, size_t n, real *dx)
{
	for (size_t c = 0; c < n; c++)
		dx[c] += step * (q[c] - p[c]);
}

MULTIVERSION static void
mix(const real *a, const real *b, real alpha, size_t n, real *out)
{
	for (size_t c = 0; c < n; c++)
		out[c] = alpha * a[c] + (1 - alpha) * b[c];
}

/* Terms have both signs and are added in double. On entry `ratio` holds log m. */
MULTIVERSION static double
sum_skewed(const real *a, const real *log_a, const real *b, real alpha, size_t n, real *ratio,
	   real *gap)
{
	double sum = 0;

	for (size_t c = 0; c < n; c++) {
		real m = alpha * a[c] + (1 - alpha) * b[c];

		gap[c] = m > 0 ? log_a[c] - ratio[c] : 0;
		ratio[c] = m > 0 ? a[c] / m : 0;
	}
	for (size_t c = 0; c < n; c++)
		sum += (double)(a[c] * gap[c]);
	return sum;
}

double
softmax_rows_skewed(const real *a, const real *log_a, const real *b, real alpha, size_t n,
		    real *ratio, real *gap)
{
	mix(a, b, alpha, n, ratio);
	vmath_log(ratio, n, ratio);
	return sum_skewed(a, log_a, b, alpha, n, ratio, gap);
}

MULTIVERSION static void
add_back(const real *q, const real *g, real mean, real step, size_t n, real *dx)
{
	for (size_t c = 0; c < n; c++)
		dx[c] += step * q[c] * (g[c] - mean);
}

void
softmax_rows_back(const real *q, const real *g, real step, size_t n, real *dx)
{
	add_back(q, g, vmath_dot(q, g, n), step, n, dx);
}

/* Log of the total probability of all classes but y. */
static real
log_rest(const real *z, size_t n, size_t y, real *hat, real *share)
{
	size_t after = n - y - 1;
	real low = vmath_max(z, y), high = vmath_max(z + y + 1, after),
	     most = low > high ? low : high, sum;

	sum = vmath_exp_sum(z, y, most, 1, hat) +
	      vmath_exp_sum(z + y + 1, after, most, 1, hat ? hat + y + 1 : NULL);
	*share = 1 / sum;
	return most + REAL_LOG(sum);
}

real
softmax_rows_rest(const real *log_p, size_t n, size_t y, real *hat)
{
	real share, rest = log_rest(log_p, n, y, hat, &share);

	hat[y] = 0;
	vmath_scale(hat, n, share);
	return rest;
}

/* Accurate where the probability of y is close to 1, since wsld divides one by another. */
double
softmax_rows_nll(const real *z, size_t n, size_t y)
{
	real share;
	double gap = n > 1 ? (double)(log_rest(z, n, y, NULL, &share) - z[y]) : -INFINITY;

	return gap > 0 ? gap + log1p(exp(-gap)) : log1p(exp(gap));
}
