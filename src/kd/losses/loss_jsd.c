/* loss_jsd.c: generalised Jensen-Shannon divergence: one dial from forward to reverse KL. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <float.h>

#include "retort/kd/losses/loss_table.h"
#include "retort/nn/gemm/vmath.h"
#include "retort/kd/softmax_rows.h"

#define BLOCK 64 /* classes at a time */

#ifdef RETORT_REAL_DOUBLE
#define FAR 700       /* beyond it exp has no value */
#define LEAST DBL_MIN /* a share that can be divided by */
#else
#define FAR 80
#define LEAST FLT_MIN
#endif

/* The smaller share of the mixture, and whether it is the teacher's. */
struct dial {
	double share;
	bool is_teachers;
};

/* mix = log(1 - b + b e^u), exact to the last digits however small b is; w = b (e^u - 1). */
static void
log_mix(real b, const real *u, size_t n, real *w, real *mix)
{
	vmath_expm1(u, n, w);
	vmath_scale(w, n, b);
	vmath_log1p(w, n, mix);
	for (size_t c = 0; c < n; c++)
		if (u[c] >= FAR)
			mix[c] = u[c] + REAL_LOG(b + (1 - b) * REAL_EXP(-u[c]));
}

/*
 * With m = b A + (1 - b) B and w = b (A/B - 1) the divergence over b (1 - b) is
 *	sum A log(A/m) / (1 - b) + (A - B) (1 - log(1 + w) / w),
 * in which nothing is divided by b: the second part has taken sum (A - B) = 0 along, and goes to 0
 *with b. A is whose share is the smaller one. The gradient with respect to q, log(q/m) / beta, goes
 *into log_p.
 */
static double
block(const struct row *r, const struct dial *d, size_t from, size_t n)
{
	const real *a = (d->is_teachers ? r->p : r->q) + from,
		   *other = (d->is_teachers ? r->q : r->p) + from;
	real b = (real)d->share, sign = d->is_teachers ? 1 : -1, toward_a[BLOCK], w[BLOCK],
	     mix[BLOCK];
	double sum = 0;

	for (size_t c = 0; c < n; c++)
		toward_a[c] = sign * (r->log_p[from + c] - r->log_q[from + c]);
	log_mix(b, toward_a, n, w, mix);
	for (size_t c = 0; c < n; c++) {
		sum += (double)(a[c] * (toward_a[c] - mix[c]) / (1 - b)) +
		       (double)((a[c] - other[c]) * (w[c] == 0 ? 0 : 1 - mix[c] / w[c]));
		r->log_p[from + c] =
			d->is_teachers ? -mix[c] / b : (toward_a[c] - mix[c]) / (1 - b);
	}
	return sum;
}

static double
each(const struct row *r, void *arg)
{
	double sum = 0;

	for (size_t c = 0; c < r->n; c += BLOCK)
		sum += block(r, arg, c, r->n - c < BLOCK ? r->n - c : BLOCK);
	if (r->dx)
		softmax_rows_back(r->q, r->log_p, (real)r->step, r->n, r->dx);
	return sum;
}

/* The limits at the ends are the two divergences themselves; the raw form is 0 there. */
static double
run(const struct loss_args *a)
{
	double beta = a->knobs->jsd_beta, squared = a->temperature * a->temperature;
	double raw = a->knobs->jsd_form == KNOB_RAW ? beta * (1 - beta) : 1;
	struct dial d = { beta <= 0.5 ? beta : 1 - beta, beta <= 0.5 };

	if (raw < LEAST)
		return 0;
	if (d.share < LEAST)
		return d.is_teachers ? loss_kd.run(a) : loss_rkl.run(a);
	return softmax_rows_sum(a, a->temperature, a->temperature * raw, each, &d) * squared * raw;
}

const struct loss loss_jsd = {
	.name = "jsd",
	.title = "generalised Jensen-Shannon",
	.doc = "Generalised Jensen-Shannon divergence, times temperature squared; normalized, it "
	       "goes from kd at beta 0 to rkl at beta 1.",
	.formula = "T^2 [beta KL(p || m) + (1 - beta) KL(q || m)] / (beta (1 - beta)), m = beta p "
		   "+ (1 - beta) q;  "
		   "gradient T q (g - <q,g>), g = log(q/m) / beta",
	.reference = "Agarwal et al. 2024, On-Policy Distillation of Language Models (GKD), "
		     "section 2, eq. 1",
	.needs = LOSS_LOGITS,
	.weight = offsetof(struct knobs, jsd_weight),
	.temperature = offsetof(struct knobs, jsd_temperature),
	.run = run,
};
