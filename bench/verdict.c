/* verdict.c: measured ratios beside their targets. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "verdict.h"

#include <stdio.h>
#include <string.h>

static const char *const names[VERDICT_WHO] = {
	[VERDICT_FLOOR_ASKED] = "matrix products",
	[VERDICT_FLOOR_KEPT] = "products of the student",
	[VERDICT_ASKED] = "Retort, no cache",
	[VERDICT_BF16] = "Retort, no cache, bf16",
	[VERDICT_KEPT] = "Retort, cached logits",
	[VERDICT_PEER_ASKED] = "PyTorch, no cache",
	[VERDICT_PEER_KEPT] = "PyTorch, cached logits",
};

/* Target ratios of speed; of a step over its products, which is a ratio of times, less is better.
 */
static const struct target {
	double asked, kept, bf16, step;
} targets[FLOOR_WORKLOADS + 1] = {
	{ 0, 3, 0, 0 },        { 1.25, 2, 0, 1.12 },  { 10, 55, 0, 1.25 },
	{ 1.25, 3.5, 2, 1.1 }, { 1.45, 3, 2.2, 1.1 }, { 1.3, 2.5, 0, 1.1 },
};

const char *
verdict_name(enum verdict_who who)
{
	return names[who];
}

/* Table of a contestant: [1] cached logits, [0] the other. PyTorch without a cache is in both. */
void
verdict_note(struct verdict *v, int workload, bool busy, enum verdict_who who,
	     const struct rig_result *r, int i)
{
	int w = busy ? 0 : workload;
	bool kept = who != VERDICT_FLOOR_ASKED && who != VERDICT_ASKED && who != VERDICT_BF16;

	if (who == VERDICT_PEER_ASKED)
		kept = v->seen[w][0][who].rounds >
		       0; /* its first table is the one in which all are asked */
	v->seen[w][kept][who].rounds = r->rounds;
	memcpy(v->seen[w][kept][who].rate, r->rate[i], sizeof r->rate[i]);
}

/* Median over the rounds of the rate of a over that of b; 0 if one did not take part. */
static double
ratio(const struct verdict *v, int w, int kept, enum verdict_who a, enum verdict_who b)
{
	const double *x = v->seen[w][kept][a].rate, *y = v->seen[w][kept][b].rate;
	double each[RIG_ROUNDS];
	int n = v->seen[w][kept][a].rounds;

	if (n == 0 || v->seen[w][kept][b].rounds != n)
		return 0;
	for (int i = 0; i < n; i++)
		each[i] = x[i] / y[i];
	return rig_spread(each, n).middle;
}

static void
print_one(double got, double target, bool less)
{
	char text[48], want[16] = "";

	if (target > 0)
		snprintf(want, sizeof want, less ? "<=%g" : "%g", target);
	if (got <= 0)
		snprintf(text, sizeof text, "-");
	else if (target <= 0)
		snprintf(text, sizeof text, "%.2f", got);
	else
		snprintf(text, sizeof text, "%.2f of %s%s", got, want,
			 (less ? got <= target : got >= target) ? "" : " missed");
	printf("  %-20s", text);
}

void
verdict_print(const struct verdict *v)
{
	printf("\n%-10s  %-20s  %-20s  %-20s  %-20s  %-20s  %-20s\n", "", "both no cache",
	       "cached / PyTorch no", "bf16 / PyTorch no", "both cached", "step / products",
	       "cached / products");
	for (int w = 1; w <= FLOOR_WORKLOADS; w++) {
		const struct target *t = &targets[w];
		double step = ratio(v, w, 0, VERDICT_FLOOR_ASKED, VERDICT_ASKED);

		if (step <= 0)
			continue;
		printf("W%-9d", w);
		print_one(ratio(v, w, 0, VERDICT_ASKED, VERDICT_PEER_ASKED), t->asked, false);
		print_one(ratio(v, w, 1, VERDICT_KEPT, VERDICT_PEER_ASKED), t->kept, false);
		print_one(ratio(v, w, 0, VERDICT_BF16, VERDICT_PEER_ASKED), t->bf16, false);
		print_one(ratio(v, w, 1, VERDICT_KEPT, VERDICT_PEER_KEPT), 0, false);
		print_one(step, t->step, true);
		print_one(ratio(v, w, 1, VERDICT_FLOOR_KEPT, VERDICT_KEPT), 0, true);
		printf("\n");
	}
	if (ratio(v, 0, 1, VERDICT_KEPT, VERDICT_PEER_KEPT) > 0) {
		printf("W1 busy    ");
		print_one(ratio(v, 0, 1, VERDICT_KEPT, VERDICT_PEER_KEPT), targets[0].kept, false);
		printf("  of PyTorch, both with cached logits, while another program keeps a "
		       "processor busy\n");
	}
}
