/* best.c: the weights of a network at its best evaluation. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/train/best.h"

#include <math.h>
#include <string.h>

#include "retort/base/mem.h"

/* The choices of best-by are the metrics from val-nll to target-kl, in their order. */
_Static_assert(METRIC_TARGET_KL - METRIC_VAL_NLL == 8, "best-by has nine choices");

unsigned
best_metric(const struct knobs *k)
{
	return (unsigned)METRIC_VAL_NLL + (unsigned)k->best_by;
}

size_t
best_numbers(const struct branch *b)
{
	const struct param_layout *l = &b->net->layout;

	return b->net->own < l->n ? l->param[b->net->own].offset : l->len;
}

int
best_open(struct branch *b, struct err *e)
{
	if (b->best.value)
		return 0;
	b->best.value = mem_try(best_numbers(b), sizeof *b->best.value);
	if (!b->best.value)
		return err_set(e, "no memory for the best weights of %zu parameters",
			       b->net->layout.count);
	return 0;
}

static bool
is_better(unsigned metric, double score, double than)
{
	return metric_info(metric)->better > 0 ? score > than : score < than;
}

void
best_offer(struct branch *b, unsigned metric, double score)
{
	struct branch_best *best = &b->best;

	if (!best->value || isnan(score))
		return;
	if (best->known && best->metric == metric && !is_better(metric, score, best->score))
		return;
	memcpy(best->value, branch_value(b), best_numbers(b) * sizeof *best->value);
	best->known = true;
	best->metric = metric;
	best->score = score;
	best->step = b->state->step;
}

int
best_copy(struct branch *to, const struct branch *from, struct err *e)
{
	real *value;

	if (!from->best.value)
		return 0;
	if (best_open(to, e) < 0)
		return -1;
	value = to->best.value;
	if (from->best.known)
		memcpy(value, from->best.value, best_numbers(from) * sizeof *value);
	to->best = from->best;
	to->best.value = value;
	return 0;
}
