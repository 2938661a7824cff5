/* setup_encoding.c: the encoding of the data of a lab, and that of a loaded network. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/setup_encoding.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

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

/* How values of feature i of the data become those that the network was trained with. */
struct change {
	double scale, shift;
};

static struct change
change_of(const struct trainer_state *w, const struct encoding *net, size_t i)
{
	size_t at = net->n_scale == 1 ? 0 : i;
	double spread = net->spread[at];

	return (struct change){ as_saved(net, w->train.scale.spread[i]) / spread,
				(as_saved(net, w->train.scale.mean[i]) - net->mean[at]) / spread };
}

/* Whether the first layer is dense on the features. Images of older files were not folded. */
static bool
can_fold(const struct trainer_state *w, const struct encoding *net, const struct branch *b)
{
	const struct param *weight = &b->net->layout.param[0];

	return weight->rank == 2 && weight->dim[0] == w->train.scale.d &&
	       !(net->rounded && w->train.ds->kind != DATASET_NUMBERS);
}

#define NOTED 1e-6 /* change of a scale, in spreads, that a note is written of */

/* Note the first feature whose scale is another. */
static void
note_scale(const struct trainer_state *w, const struct encoding *net, const char *from, char *note,
	   size_t size)
{
	const struct scale *data = &w->train.scale;
	const char *slash = strrchr(from, '/');
	char what[40] = "pixels";

	for (size_t i = 0; i < data->d; i++) {
		struct change change = change_of(w, net, i);
		size_t at = net->n_scale == 1 ? 0 : i;

		if (fabs(change.scale - 1) < NOTED && fabs(change.shift) < NOTED)
			continue;
		if (net->n_scale > 1)
			snprintf(what, sizeof what, "feature %zu", i + 1);
		snprintf(note, size,
			 "%s: mean %.4g and spread %.4g (network: %.4g and %.4g); `data FILE like "
			 "%.40s`",
			 what, data->mean[i], data->spread[i], net->mean[at], net->spread[at],
			 slash ? slash + 1 : from);
		return;
	}
}

void
setup_encoding_fold(const struct trainer_state *w, const struct encoding *net, struct branch *b,
		    const char *from, char *note, size_t size)
{
	const struct param *weight = &b->net->layout.param[0], *bias = &b->net->layout.param[1];
	size_t d = w->train.scale.d;
	real *value = branch_value(b);

	note[0] = '\0';
	if (!net->n_scale || d == 0 || net->d != d)
		return;
	if (!can_fold(w, net, b)) {
		note_scale(w, net, from, note, size);
		return;
	}
	for (size_t i = 0; i < d; i++) {
		struct change change = change_of(w, net, i);

		if (change.scale == 1 && change.shift == 0)
			continue;
		for (size_t k = 0; k < weight->dim[1]; k++) {
			real *x = &value[weight->offset + i * weight->dim[1] + k];

			value[bias->offset + k] += (real)(change.shift * (double)*x);
			*x = (real)(change.scale * (double)*x);
		}
	}
}
