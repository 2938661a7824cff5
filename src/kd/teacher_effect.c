/* teacher_effect.c: compare the logits of rounded and of exact weights. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/teacher_effect.h"

#include <math.h>

#include "retort/base/mem.h"
#include "retort/kd/loss.h"
#include "retort/nn/predict.h"

static struct teacher_effect
compare_logits(const real *exact, const real *rounded, size_t positions, size_t classes)
{
	struct teacher_effect effect = { .positions = positions };

	for (size_t i = 0; i < positions; i++, exact += classes, rounded += classes) {
		double all = loss_log_sum_exp(exact, classes),
		       other_all = loss_log_sum_exp(rounded, classes);
		size_t best = 0, other = 0;

		for (size_t c = 0; c < classes; c++) {
			double log_p = (double)exact[c] - all,
			       log_q = (double)rounded[c] - other_all;

			effect.kl += exp(log_p) * (log_p - log_q);
			effect.largest =
				fmax(effect.largest, fabs((double)exact[c] - (double)rounded[c]));
			best = exact[c] > exact[best] ? c : best;
			other = rounded[c] > rounded[other] ? c : other;
		}
		effect.agreement += best == other;
	}
	effect.kl /= (double)positions;
	effect.agreement /= (double)positions;
	return effect;
}

int
teacher_effect_measure(struct net *rounded, const struct net *like, real *value,
		       const struct dataset *ds, size_t most, struct teacher_effect *out,
		       struct err *e)
{
	size_t rows = ds->n < most ? ds->n : most,
	       width = tensor_width(&rounded->graph->node[net_logits(rounded)].out);
	uint32_t *row = mem_array(rows, sizeof *row);
	struct net *exact =
		net_new(like->name, &like->spec, &like->io, rows, like->graph->pool, NULL, e);
	struct batch b = { 0 };
	int status = -1;

	for (size_t i = 0; i < rows; i++)
		row[i] = (uint32_t)i;
	if (exact && net_finish(exact, false, e) == 0 && batch_init(&b, rows, ds, e) == 0) {
		graph_bind(exact->graph, value, NULL);
		batch_fill(&b, ds, row, rows, NULL);
		*out = compare_logits(predict_batch(exact, &b), predict_batch(rounded, &b),
				      rows * width / rounded->io.classes, rounded->io.classes);
		status = 0;
	}
	batch_release(&b);
	net_free(exact);
	mem_free(row);
	return status;
}
