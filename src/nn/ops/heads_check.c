/* heads_check.c: inputs and attributes of the attention operators. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/ops/heads.h"

#include <math.h>
#include <string.h>

#include "retort/nn/ops/op_table.h"
#include "retort/nn/ops/seq.h"

static int
check_counts(const struct node *n, const struct heads *h, struct err *e)
{
	const double *a = n->attr;

	if (!(a[ATTENTION_HEADS] >= 1 && a[ATTENTION_HEADS] <= 1024))
		return err_set(e, "invalid heads %g (expected 1 to 1024)", a[ATTENTION_HEADS]);
	if (!(a[ATTENTION_KV] >= 0) || h->kv > h->heads || h->heads % h->kv)
		return err_set(
			e, "invalid key and value heads %g (expected a divisor of %zu query heads)",
			a[ATTENTION_KV], h->heads);
	if (h->width % (h->heads + 2 * h->kv) || h->dim == 0)
		return err_set(e,
			       "invalid input width %zu (expected a multiple of %zu query, %zu key "
			       "and %zu value heads)",
			       h->width, h->heads, h->kv, h->kv);
	return 0;
}

static int
check_rope(const struct node *n, const struct heads *h, struct err *e)
{
	const double *a = n->attr;

	if (!(a[ATTENTION_ROPE] == 0 || a[ATTENTION_ROPE] > 1))
		return err_set(e, "invalid rotary base %g (expected above 1, or 0 for none)",
			       a[ATTENTION_ROPE]);
	if (h->turns && h->rope.width == h->dim && h->dim % 2)
		return err_set(e, "invalid head width %zu (expected even for rotary positions)",
			       h->dim);
	if (h->turns && (h->rope.width % 2 || h->rope.width > h->dim))
		return err_set(e,
			       "invalid rotary width %zu (expected even for rotary positions, at "
			       "most %zu)",
			       h->rope.width, h->dim);
	if (h->turns && h->rope.scaling != ROPE_PLAIN &&
	    !(h->rope.factor > 0 && h->rope.original > 0 && h->rope.low > 0 &&
	      h->rope.high > h->rope.low))
		return err_set(e,
			       "invalid scaling of rotary positions: factor %g, original %g, low "
			       "%g, high %g (expected above 0, and high above low)",
			       h->rope.factor, h->rope.original, h->rope.low, h->rope.high);
	if (h->turns && h->rope.scaling == ROPE_LONG && !h->rope.divisor)
		return err_set(e,
			       "invalid divisors of rotary positions (expected a list of %zu, one "
			       "for each pair)",
			       h->rope.width / 2);
	if (!(a[ATTENTION_WINDOW] >= 0) || (h->window && !h->causal))
		return err_set(e, "invalid window %g (expected 0, or at least 1 and causal)",
			       a[ATTENTION_WINDOW]);
	return 0;
}

/* The divisors of the pairs; NULL: none, or not one for each. */
static const float *
divisors(const struct graph *g, const struct node *n, const struct heads *h)
{
	double number = n->attr[ATTENTION_DIVISORS];
	const struct graph_list *list =
		number >= 1 && number <= (double)g->n_lists ? &g->list[(size_t)number - 1] : NULL;

	return list && list->n == h->rope.width / 2 ? list->x : NULL;
}

static void
set_rope(const struct node *n, struct heads *h)
{
	const double *a = n->attr;

	h->turns = a[ATTENTION_ROPE] > 0;
	h->gain = a[ATTENTION_GAIN] > 0 ? a[ATTENTION_GAIN] : 1;
	h->window = a[ATTENTION_WINDOW] >= 1 ? (size_t)a[ATTENTION_WINDOW] : 0;
	h->rope = (struct rope){ .base = a[ATTENTION_ROPE],
				 .width = a[ATTENTION_ROTARY] >= 1 ? (size_t)a[ATTENTION_ROTARY]
								   : h->dim,
				 .scaling = (enum rope_scaling)(int)a[ATTENTION_SCALING],
				 .factor = a[ATTENTION_FACTOR],
				 .original = a[ATTENTION_ORIGINAL],
				 .low = a[ATTENTION_LOW],
				 .high = a[ATTENTION_HIGH],
				 .length = h->length };
}

/* Check the bias, the third input unless it is a map. */
static int
check_bias(const struct graph *g, const struct node *n, const struct heads *h, struct err *e)
{
	const struct node *bias = heads_check_bias(g, n);

	if (!bias || (bias->out.rank == 3 && !bias->ids && bias->out.dim[1] == h->heads &&
		      bias->out.dim[2] == 2 * h->length - 1))
		return 0;
	return err_set(e,
		       "%s: neither the attention map of this node nor a bias of %zu heads and %zu "
		       "distances",
		       bias->name, h->heads, 2 * h->length - 1);
}

const struct node *
heads_check_bias(const struct graph *g, const struct node *n)
{
	const struct node *third = n->n_in > 2 ? &g->node[n->in[2]] : NULL;

	return third && third->op != &op_attention_map ? third : NULL;
}

int
heads_check(const struct graph *g, const struct node *n, struct heads *h, struct err *e)
{
	const struct tensor *x = &g->node[n->in[0]].out;

	memset(h, 0, sizeof *h);
	if (seq_check(g, n, 0, e) < 0 || (n->n_in > 1 && seq_check_ids(g, n, 1, x->dim[1], e) < 0))
		return -1;
	h->g = g;
	h->n = n;
	h->length = x->dim[1];
	h->width = x->dim[2];
	h->heads = n->attr[ATTENTION_HEADS] >= 1 ? (size_t)n->attr[ATTENTION_HEADS] : 1;
	h->kv = n->attr[ATTENTION_KV] >= 1 ? (size_t)n->attr[ATTENTION_KV] : h->heads;
	h->per = h->heads / h->kv;
	h->dim = h->width / (h->heads + 2 * h->kv);
	h->causal = n->attr[ATTENTION_CAUSAL] != 0;
	h->raw = n->attr[ATTENTION_RAW] != 0;
	set_rope(n, h);
	h->rope.divisor = divisors(g, n, h);
	h->scale = (real)(1 / sqrt((double)h->dim));
	return check_counts(n, h, e) < 0 || check_rope(n, h, e) < 0 ? -1 : check_bias(g, n, h, e);
}
