/* setup_encoding.c: the encoding of the data of a lab, and that of a loaded network. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/setup_encoding.h"

#include "retort/nn/ckpt_encoding.h"

static void
encoding_of_data(const struct trainer_state *w, struct encoding *out)
{
	encoding_of(w->train.ds, &w->train.scale, encoding_seed(w->train.ds, w->info.seed), out);
}

int
setup_encoding_add(const struct trainer_state *w, struct ckpt *c, struct err *e)
{
	struct encoding data;
	int status;

	encoding_of_data(w, &data);
	status = ckpt_encoding_add(c, &data, e);
	encoding_release(&data);
	return status;
}

int
setup_encoding_read(const struct trainer_state *w, const struct ckpt *c, const char *from,
		    struct encoding *out, char *note, size_t size, struct err *e)
{
	struct encoding data;
	int status;

	note[0] = '\0';
	if (ckpt_encoding_of(c, out, e) < 0)
		return -1;
	encoding_of_data(w, &data);
	status = encoding_check(out, &data, from, note, size, e);
	encoding_release(&data);
	if (status < 0)
		encoding_release(out);
	return status;
}

/* A number of the data's scale; an older file has floats, to which it is compared as one. */
static double
as_saved(const struct encoding *net, double x)
{
	return net->rounded ? (double)(float)x : x;
}

void
setup_encoding_fold(const struct trainer_state *w, const struct encoding *net, struct branch *b)
{
	const struct param *weight = &b->net->layout.param[0], *bias = &b->net->layout.param[1];
	size_t d = w->train.scale.d;
	real *value = branch_value(b);

	if (!net->n_scale || d == 0 || net->d != d || weight->rank != 2 || weight->dim[0] != d ||
	    (net->rounded && w->train.ds->kind != DATASET_NUMBERS))
		return;
	for (size_t i = 0; i < d; i++) {
		size_t at = net->n_scale == 1 ? 0 : i;
		double spread = net->spread[at];
		double scale = as_saved(net, w->train.scale.spread[i]) / spread;
		double shift = (as_saved(net, w->train.scale.mean[i]) - net->mean[at]) / spread;

		if (scale == 1 && shift == 0)
			continue;
		for (size_t k = 0; k < weight->dim[1]; k++) {
			real *x = &value[weight->offset + i * weight->dim[1] + k];

			value[bias->offset + k] += (real)(shift * (double)*x);
			*x = (real)(scale * (double)*x);
		}
	}
}
