/* branch_terms.c: loss terms of a branch, added to its graph. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/train/branch_terms.h"

#include <stdio.h>
#include <string.h>

#include "retort/kd/losses/loss_table.h"
#include "retort/nn/models/projection.h"

/* Whether a row of the loss is a whole row of the batch, not a position. */
static bool
is_row_loss(const struct loss *l, enum branch_mean mean)
{
	return mean == BRANCH_ROWS || l->needs & (LOSS_BATCH | LOSS_IMAGE | LOSS_ROW);
}

/* Add the loss's own parameters, each in a group of its own with its learning rate and sign. */
static void
add_own_params(struct branch *b, struct branch_term *t, const char *where)
{
	for (int i = 0; i < LOSS_OWN; i++)
		t->own[i] = -1;
	for (int i = 0; t->loss->own && t->loss->own[i].name; i++) {
		const struct loss_own *o = &t->loss->own[i];
		size_t dim[2] = { 1, 1 };
		int rank = o->shape(&t->shape, dim), group;
		char name[PARAM_NAME];

		snprintf(name, sizeof name, "loss.%s%s.%s", t->loss->name, where, o->name);
		group = o->is_state ? 0
				    : param_group_add(&b->net->layout, name, o->lr_factor, o->sign);
		t->own[i] = o->is_state ? param_add_state(&b->net->layout, group, name, rank, dim,
							  o->init)
					: param_add(&b->net->layout, group, name, rank, dim, false,
						    o->init);
		b->net->layout.param[t->own[i]].by_row = o->by_row;
	}
}

static struct branch_term *
add_term(struct branch *b, const struct loss *loss, int map, int node, enum branch_mean mean)
{
	struct branch_term *t = &b->term[b->n_terms++];
	const struct tensor *out = &b->net->graph->node[node].out;
	size_t width = tensor_width(out);

	*t = (struct branch_term){
		.loss = loss, .map = map, .node = node, .before = -1, .heads = 1, .mean = mean
	};
	t->state_metric = loss->state_metric ? metric_find(loss->state_metric) : METRIC_NONE;
	t->width = is_row_loss(loss, mean) ? width : width / net_positions(b->net, node);
	t->t_width = t->width;
	t->shape = (struct loss_shape){ .rows = b->net->graph->capacity,
					.width = t->width,
					.t_width = t->t_width,
					.positions = width / out->dim[out->rank - 1],
					.channels = out->dim[out->rank - 1],
					.classes = b->net->io.classes };
	if (!(loss->needs & LOSS_MAP)) {
		graph_tap(b->net->graph, node);
		return t;
	}
	t->t_width = tensor_positions(&b->net->graph->node[node].out);
	graph_tap_positions(b->net->graph, node);
	return t;
}

/* Node of an earlier pair that uses the same shared projection, or -1. */
static int
find_shared(const struct branch *b, const struct branch_plan *plan, const struct layer_pair *m,
	    size_t width, size_t to)
{
	for (int i = 0; i < b->n_terms; i++) {
		const struct layer_pair *x =
			b->term[i].map >= 0 ? &plan->map[b->term[i].map] : NULL;

		if (x && x->through == THROUGH_SHARED && x->teacher == m->teacher &&
		    x->on == m->on &&
		    tensor_last(&b->net->graph->node[b->term[i].node].out) == to &&
		    tensor_last(&b->net->graph->node[net_node(b->net, x->s_layer, x->on)].out) ==
			    width)
			return b->term[i].node;
	}
	return -1;
}

/* Add a shared projection. Its name has its widths, so it survives when any of its pairs is
 * removed. */
static int
add_shared_projection(struct branch *b, const struct branch_plan *plan, const struct layer_pair *m,
		      const char *tap, int node, struct err *e)
{
	size_t width = tensor_last(&b->net->graph->node[node].out),
	       to = m->match->project ? m->match->project : m->t_width;
	int like = find_shared(b, plan, m, width, to);
	char name[PARAM_NAME];

	snprintf(name, sizeof name, "map.%s.shared%s.%zu.%zu", plan->teacher[m->teacher].name, tap,
		 width, to);
	return like < 0 ? projection_add(b->net, name, node, to, e)
			: projection_share(b->net, name, node, like, e);
}

/* The node that a pair compares, after its projection where it has one; -1 and an error. */
static int
add_projection(struct branch *b, const struct branch_plan *plan, const struct layer_pair *m,
	       struct err *e)
{
	const struct net_info *t = &plan->teacher[m->teacher];
	const struct layer_info *l = &t->layer[m->t_layer];
	int node = net_node(b->net, m->s_layer, m->on);
	char name[PARAM_NAME], tap[16] = "";

	if (node < 0)
		return err_set(e, "s:%d has no %s", m->s_layer, model_tap_name[m->on]);
	if (!m->projected)
		return node;
	if (m->on != MODEL_HIDDEN)
		snprintf(tap, sizeof tap, ".%s", model_tap_name[m->on]);
	if (m->through == THROUGH_SHARED)
		return add_shared_projection(b, plan, m, tap, node, e);
	snprintf(name, sizeof name, "map.%s.%s.%d%s", t->name, l->name, m->s_layer, tap);
	return projection_add(b->net, name, node,
			      m->match->project ? m->match->project : m->t_width, e);
}

/* Sizes that the loss of a pair allocates its own parameters for. */
static void
fill_shape(struct branch *b, struct branch_term *t, const struct branch_plan *plan,
	   const struct layer_pair *m)
{
	const struct net_info *teacher = &plan->teacher[m->teacher];
	const struct layer_info *l = &teacher->layer[m->t_layer];

	t->shape.t_width = t->t_width;
	t->shape.t_channels = net_info_width(l, m->on);
	t->shape.tokens = l->is_tokens;
	t->shape.data_rows = plan->data_rows;
	if (t->before < 0)
		return;
	t->shape.before = tensor_width(&b->net->graph->node[t->before].out);
	t->shape.before_positions = tensor_positions(&b->net->graph->node[t->before].out);
	t->shape.t_before = t->t_before;
	t->shape.t_before_positions = t->t_before / teacher->layer[m->t_layer - 1].last;
}

/* Losses by position average over tokens, without padding; losses over a whole row get the mask. */
static enum branch_mean
mean_of(const struct layer_pair *m, const struct layer_info *l)
{
	return l->is_tokens && !(1u << m->on & MODEL_SQUARES) && !(m->match->needs & LOSS_ROW)
		       ? BRANCH_TOKENS
		       : BRANCH_ROWS;
}

static int
add_map(struct branch *b, const struct branch_plan *plan, int index, struct err *e)
{
	const struct layer_pair *m = &plan->map[index];
	const struct net_info *teacher = &plan->teacher[m->teacher];
	const struct layer_info *l = &teacher->layer[m->t_layer];
	int node = add_projection(b, plan, m, e);
	struct branch_term *t;
	char where[PARAM_NAME];

	if (node < 0)
		return -1;
	t = add_term(b, m->match, index, node, mean_of(m, l));
	t->pads = l->is_tokens;
	if (m->match->needs & LOSS_ROW)
		t->shape.positions = l->width / l->last; /* for attention maps too */
	if (m->match->needs & LOSS_WIDTHS || m->match->project)
		t->t_width =
			is_row_loss(m->match, t->mean) ? net_info_numbers(l, m->on) : m->t_width;
	if (m->match->needs & LOSS_BEFORE) {
		t->before = net_node(b->net, m->s_layer - 1, m->on);
		t->t_before = teacher->layer[m->t_layer - 1].width;
		graph_tap(b->net->graph, t->before);
	}
	t->heads = net_info_heads(l, m->on);
	fill_shape(b, t, plan, m);
	t->train = metric_map(m->slot, METRIC_TRAIN);
	t->weighted = metric_map(m->slot, METRIC_WEIGHTED);
	t->share = metric_map(m->slot, METRIC_SHARE);
	snprintf(where, sizeof where, ".%s.%s.%d%s%s", teacher->name, l->name, m->s_layer,
		 m->on == MODEL_HIDDEN ? "" : ".",
		 m->on == MODEL_HIDDEN ? "" : model_tap_name[m->on]);
	add_own_params(b, t, where);
	return 0;
}

/* Terms on outputs: ce, of the student also kd, and losses with a weight above 0. */
static bool
is_output(const struct branch *b, const struct knobs *k, unsigned i)
{
	return i == LOSS_OUTPUT_ce ||
	       (b->id == BRANCH_STUDENT &&
		(i == LOSS_OUTPUT_kd || (k && loss_weight(loss_table[i], k) > 0)));
}

static void
add_outputs(struct branch *b, const struct branch_plan *plan)
{
	int node = net_logits(b->net);

	for (unsigned i = 0; i < LOSS_OUTPUTS; i++) {
		bool by_label = !(loss_table[i]->needs & LOSS_LOGITS);
		struct branch_term *t;

		if (!is_output(b, plan ? plan->knobs : NULL, i))
			continue;
		t = add_term(b, loss_table[i], -1, node,
			     by_label                ? BRANCH_LABELS
			     : b->net->io.next_token ? BRANCH_TOKENS
						     : BRANCH_ROWS);
		t->train = metric_output(i, METRIC_TRAIN);
		t->weighted = metric_output(i, METRIC_WEIGHTED);
		t->share = metric_output(i, METRIC_SHARE);
		add_own_params(b, t, "");
	}
}

bool
branch_terms_match(const struct branch *b, const struct knobs *k)
{
	int n = 0;

	if (b->id == BRANCH_STUDENT && (int64_t)b->mix.mode != k->mix)
		return false;
	for (unsigned i = 0; i < LOSS_OUTPUTS; i++)
		if (is_output(b, k, i) && (n == b->n_terms || b->term[n++].loss != loss_table[i]))
			return false;
	return n == b->n_terms || b->term[n].map >= 0;
}

int
branch_terms_add(struct branch *b, const struct branch_plan *plan, struct err *e)
{
	add_outputs(b, plan);
	for (int i = 0; plan && i < plan->n_maps; i++)
		if (add_map(b, plan, i, e) < 0)
			return -1;
	return 0;
}
