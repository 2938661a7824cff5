/* loss_jsd.c: generalised Jensen-Shannon divergence, between forward and reverse KL. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <float.h>

#include "retort/kd/losses/loss_table.h"
#include "retort/nn/gemm/vmath.h"
#include "retort/kd/softmax_rows.h"

#define BLOCK 64 /* classes computed together */

#ifdef RETORT_REAL_DOUBLE
#define FAR 700       /* exp overflows beyond it */
#define LEAST DBL_MIN /* smallest share whose inverse is finite */
#else
#define FAR 80
#define LEAST FLT_MIN
#endif

/* The smaller share of the mixture, and whether it belongs to the teacher. */
struct mixture {
	double share;
	bool is_teacher;
};

/* mix = log(1 - b + b e^u), accurate for small b; w = b (e^u - 1). */
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
 * without a division by b: the second part uses sum (A - B) = 0 and vanishes with b. A is the side
 *with the smaller share. The gradient of q, log(q/m) / beta, is stored in log_p.
 */
static double
run_block(const struct row *r, const struct mixture *d, size_t from, size_t n)
{
	const real *a = (d->is_teacher ? r->p : r->q) + from,
		   *other = (d->is_teacher ? r->q : r->p) + from;
	real b = (real)d->share, sign = d->is_teacher ? 1 : -1, toward_a[BLOCK], w[BLOCK],
	     mix[BLOCK];
	double sum = 0;

	for (size_t c = 0; c < n; c++)
		toward_a[c] = sign * (r->log_p[from + c] - r->log_q[from + c]);
	log_mix(b, toward_a, n, w, mix);
	for (size_t c = 0; c < n; c++) {
		sum += (double)(a[c] * (toward_a[c] - mix[c]) / (1 - b)) +
		       (double)((a[c] - other[c]) * (w[c] == 0 ? 0 : 1 - mix[c] / w[c]));
		r->log_p[from + c] = d->is_teacher ? -mix[c] / b : (toward_a[c] - mix[c]) / (1 - b);
	}
	return sum;
}

static double
run_row(const struct row *r, void *arg)
{
	double sum = 0;

	for (size_t c = 0; c < r->n; c += BLOCK)
		sum += run_block(r, arg, c, r->n - c < BLOCK ? r->n - c : BLOCK);
	if (r->dx)
		softmax_rows_back(r->q, r->log_p, (real)r->step, r->n, r->dx);
	return sum;
}

/* The limits at beta 0 and 1 are forward and reverse KL; the raw form is 0 there. */
static double
run(const struct loss_args *a)
{
	double beta = a->knobs->jsd_beta, squared = a->temperature * a->temperature;
	double raw = a->knobs->jsd_form == KNOB_RAW ? beta * (1 - beta) : 1;
	struct mixture d = { beta <= 0.5 ? beta : 1 - beta, beta <= 0.5 };

	if (raw < LEAST)
		return 0;
	if (d.share < LEAST)
		return d.is_teacher ? loss_kd.run(a) : loss_rkl.run(a);
	return softmax_rows_sum(a, a->temperature, a->temperature * raw, run_row, &d) * squared *
	       raw;
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
