/* loss.c: weights, temperatures and softmax, which several losses use. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/loss.h"

#include <math.h>

#include "retort/base/multi.h"
#include "retort/nn/gemm/vmath.h"

#define FEW 32

bool
loss_on_layers(const struct loss *l)
{
	return l->needs & (LOSS_LAYER | LOSS_MAP);
}

int
loss_classes(const struct loss_args *a, size_t i, struct loss_class out[2])
{
	double share = a->other && a->other[i] >= 0 ? (double)a->share[i] : 1;

	out[0] = (struct loss_class){ (size_t)a->label[i], share };
	if (share >= 1)
		return 1;
	out[1] = (struct loss_class){ (size_t)a->other[i], 1 - share };
	return 2;
}

static double
knob_at(const struct knobs *k, size_t offset)
{
	return *(const double *)((const char *)k + offset);
}

double
loss_weight(const struct loss *l, const struct knobs *k)
{
	return knob_at(k, l->weight);
}

_Static_assert(offsetof(struct knobs, temperature) == 0,
	       "a loss without a temperature of its own has the common one");

double
loss_temperature(const struct loss *l, const struct knobs *k)
{
	double own = knob_at(k, l->temperature);

	return own > 0 ? own : k->temperature;
}

/* Sums of a few numbers are not worth a call; which it is follows from n alone. */
static MULTI_INLINE real
largest(const real *x, size_t n)
{
	real most = x[0];

	if (n > FEW)
		return vmath_max(x, n);
	for (size_t i = 1; i < n; i++)
		most = x[i] > most ? x[i] : most;
	return most;
}

static MULTI_INLINE real
sum_of(const real *x, size_t n)
{
	real sum = 0;

	if (n > FEW)
		return vmath_sum(x, n);
	for (size_t i = 0; i < n; i++)
		sum += x[i];
	return sum;
}

/* z minus its largest, over the temperature, for every row. */
MULTIVERSION static void
shift_rows(const real *z, size_t rows, size_t n, real beta, real *out)
{
	for (size_t i = 0; i < rows; i++) {
		real most = largest(z + i * n, n);

		for (size_t c = i * n; c < (i + 1) * n; c++)
			out[c] = (z[c] - most) * beta;
	}
}

MULTIVERSION static void
share_rows(size_t rows, size_t n, real *log_p, real *p)
{
	for (size_t i = 0; i < rows; i++) {
		real sum = sum_of(p + i * n, n), log_sum = REAL_LOG(sum), share = 1 / sum;

		for (size_t c = i * n; c < (i + 1) * n; c++) {
			log_p[c] -= log_sum;
			p[c] *= share;
		}
	}
}

void
loss_softmax_rows(const real *z, size_t rows, size_t n, double temperature, real *log_p, real *p)
{
	shift_rows(z, rows, n, (real)(1 / temperature), log_p);
	vmath_exp(log_p, rows * n, p);
	share_rows(rows, n, log_p, p);
}

void
loss_student(const struct loss_args *a, double temperature, const real **log_q, const real **q)
{
	struct loss_memo *m = a->memo;
	real *to[2] = { a->scratch, a->scratch + a->rows * a->width };

	for (int i = 0; m && i < m->used; i++)
		if (m->temperature[i] == temperature) {
			*log_q = m->log_q[i];
			*q = m->q[i];
			return;
		}
	if (m && m->used < LOSS_TEMPERATURES) {
		m->temperature[m->used] = temperature;
		to[0] = m->log_q[m->used];
		to[1] = m->q[m->used++];
	}
	loss_softmax_rows(a->x, a->rows, a->width, temperature, to[0], to[1]);
	*log_q = to[0];
	*q = to[1];
}

void
loss_log_softmax(const real *z, size_t n, double temperature, real *out)
{
	real most = vmath_max(z, n), beta = (real)(1 / temperature);
	real log_sum = REAL_LOG(vmath_exp_sum(z, n, most, beta, NULL));

	for (size_t i = 0; i < n; i++)
		out[i] = (z[i] - most) * beta - log_sum;
}

double
loss_log_sum_exp(const real *z, size_t n)
{
	double most = (double)z[0], sum = 0;

	for (size_t c = 1; c < n; c++)
		most = fmax(most, (double)z[c]);
	for (size_t c = 0; c < n; c++)
		sum += exp((double)z[c] - most);
	return most + log(sum);
}
