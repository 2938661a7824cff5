/* verdict.c: measured ratios and their targets. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "verdict.h"

#include <stdio.h>
#include <string.h>

static const char *const names[VERDICT_WHO] = {
	[VERDICT_FLOOR_UNCACHED] = "matrix products",
	[VERDICT_FLOOR_CACHED] = "products of the student",
	[VERDICT_UNCACHED] = "Retort, no cache",
	[VERDICT_BF16] = "Retort, no cache, bf16",
	[VERDICT_CACHED] = "Retort, cached logits",
	[VERDICT_PEER_UNCACHED] = "PyTorch, no cache",
	[VERDICT_PEER_CACHED] = "PyTorch, cached logits",
};

/* Target ratios of speed, larger is better; `step` is the ratio of a step's time to its products',
 * smaller is better. */
static const struct target {
	double uncached, cached, bf16, step;
} targets[FLOOR_WORKLOADS + 1] = {
	{ 0, 3, 0, 0 },        { 1.25, 2, 0, 1.12 },  { 10, 55, 0, 1.25 },
	{ 1.25, 3.5, 2, 1.1 }, { 1.45, 3, 2.2, 1.1 }, { 1.3, 2.5, 0, 1.1 },
};

const char *
verdict_name(enum verdict_who who)
{
	return names[who];
}

/* Store the rates of a contestant in its table: [1] with cached logits, [0] without. PyTorch
 * without a cache is in both. */
void
verdict_note(struct verdict *v, int workload, bool busy, enum verdict_who who,
	     const struct rig_result *r, int i)
{
	int w = busy ? 0 : workload;
	bool cached =
		who != VERDICT_FLOOR_UNCACHED && who != VERDICT_UNCACHED && who != VERDICT_BF16;

	if (who == VERDICT_PEER_UNCACHED)
		cached = v->seen[w][0][who].rounds >
			 0; /* its first table is the one without cache */
	v->seen[w][cached][who].rounds = r->rounds;
	memcpy(v->seen[w][cached][who].rate, r->rate[i], sizeof r->rate[i]);
}

/* Median over rounds of rate a / rate b; 0 if one was not measured. */
static double
ratio(const struct verdict *v, int w, int cached, enum verdict_who a, enum verdict_who b)
{
	const double *x = v->seen[w][cached][a].rate, *y = v->seen[w][cached][b].rate;
	double each[RIG_ROUNDS];
	int n = v->seen[w][cached][a].rounds;

	if (n == 0 || v->seen[w][cached][b].rounds != n)
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
		double step = ratio(v, w, 0, VERDICT_FLOOR_UNCACHED, VERDICT_UNCACHED);

		if (step <= 0)
			continue;
		printf("W%-9d", w);
		print_one(ratio(v, w, 0, VERDICT_UNCACHED, VERDICT_PEER_UNCACHED), t->uncached,
			  false);
		print_one(ratio(v, w, 1, VERDICT_CACHED, VERDICT_PEER_UNCACHED), t->cached, false);
		print_one(ratio(v, w, 0, VERDICT_BF16, VERDICT_PEER_UNCACHED), t->bf16, false);
		print_one(ratio(v, w, 1, VERDICT_CACHED, VERDICT_PEER_CACHED), 0, false);
		print_one(step, t->step, true);
		print_one(ratio(v, w, 1, VERDICT_FLOOR_CACHED, VERDICT_CACHED), 0, true);
		printf("\n");
	}
	if (ratio(v, 0, 1, VERDICT_CACHED, VERDICT_PEER_CACHED) > 0) {
		printf("W1 busy    ");
		print_one(ratio(v, 0, 1, VERDICT_CACHED, VERDICT_PEER_CACHED), targets[0].cached,
			  false);
		printf("  of PyTorch, both with cached logits, while another program keeps a "
		       "processor busy\n");
	}
}
