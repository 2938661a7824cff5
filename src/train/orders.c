/* orders.c: which rows the steps of a run draw. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/train/orders.h"

#include "retort/data/augment/augment.h"

void
orders_release(struct train_orders *o)
{
	sampler_release(&o->main);
	sampler_release(&o->labelled);
	sampler_release(&o->baseline);
}

static void
copy_order(struct sampler *to, const struct sampler *from, const struct dataset *ds)
{
	if (from->of)
		sampler_init(to, ds, from->rows, from->of, from->seed);
}

void
orders_copy(struct train_orders *to, const struct train_orders *from, const struct dataset *ds)
{
	copy_order(&to->main, &from->main, ds);
	copy_order(&to->labelled, &from->labelled, ds);
	copy_order(&to->baseline, &from->baseline, ds);
}

bool
orders_same(const struct settings *a, const struct settings *b, enum dataset_kind kind)
{
	if (a->knobs.batch != b->knobs.batch || a->labelled != b->labelled ||
	    a->n_sets != b->n_sets ||
	    a->remedy[REMEDY_KIND_weigh] != b->remedy[REMEDY_KIND_weigh] ||
	    a->remedy[REMEDY_KIND_select] != b->remedy[REMEDY_KIND_select])
		return false;
	for (int i = 0; i < a->n_sets; i++)
		if (a->set_weight[i] != b->set_weight[i])
			return false;
	return augment_is_same(&a->knobs, &b->knobs, kind);
}
