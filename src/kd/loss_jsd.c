/* loss_jsd.c: generalised Jensen-Shannon divergence: one dial from forward to reverse KL. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <float.h>

#include "retort/kd/rows.h"

#ifdef RETORT_REAL_DOUBLE
#define FAR 700 /* beyond it exp has no value */
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

/* log(1 - b + b e^u), exact to the last digits however small b is; w is b (e^u - 1). */
static real
log_mix(real b, real u, real w)
{
	return u < FAR ? REAL_LOG1P(w) : u + REAL_LOG(b + (1 - b) * REAL_EXP(-u));
}

/*
 * With m = b A + (1 - b) B and w = b (A/B - 1) the divergence over b (1 - b) is
 *	sum A log(A/m) / (1 - b) + (A - B) (1 - log(1 + w) / w),
 * in which nothing is divided by b: the second part has taken sum (A - B) = 0 along, and goes to 0 with b.
 * A is whose share is the smaller one. The gradient with respect to q, log(q/m) / beta, goes into log_p.
 */
static double
each(const struct row *r, void *arg)
{
	const struct dial *d = arg;
	real b = (real)d->share, sign = d->is_teachers ? 1 : -1;
	double sum = 0;

	for (size_t c = 0; c < r->n; c++) {
		real toward_a = sign * (r->log_p[c] - r->log_q[c]), w = b * REAL_EXPM1(toward_a), mix = log_mix(b, toward_a, w);
		real in_a = d->is_teachers ? r->p[c] : r->q[c], gap = sign * (r->p[c] - r->q[c]);

		sum += (double)(in_a * (toward_a - mix) / (1 - b)) + (double)(gap * (w == 0 ? 0 : 1 - mix / w));
		r->log_p[c] = d->is_teachers ? -mix / b : (toward_a - mix) / (1 - b);
	}
	if (r->dx)
		rows_back(r->q, r->log_p, (real)r->step, r->n, r->dx);
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
	return rows_sum(a, a->temperature, a->temperature * raw, each, &d) * squared * raw;
}

const struct loss loss_jsd = {
	.name = "jsd",
	.title = "generalised Jensen-Shannon",
	.doc = "Generalised Jensen-Shannon divergence, times temperature squared; normalized, it goes from kd at beta 0 to rkl at beta 1.",
	.formula = "T^2 [beta KL(p || m) + (1 - beta) KL(q || m)] / (beta (1 - beta)), m = beta p + (1 - beta) q;  "
		   "gradient T q (g - <q,g>), g = log(q/m) / beta",
	.reference = "Agarwal et al. 2024, On-Policy Distillation of Language Models (GKD), section 2, eq. 1",
	.needs = LOSS_LOGITS,
	.weight = offsetof(struct knobs, jsd_weight),
	.temperature = offsetof(struct knobs, jsd_temperature),
	.run = run,
};
