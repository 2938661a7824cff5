/* branch.c: one network in training: its state, its loss terms, its step. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/train/branch.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/thread.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/nn/ckpt.h"
#include "retort/train/freeze.h"
#include "retort/train/optim.h"
#include "retort/train/trainer_checkpoint.h"
#include "retort/train/terms.h"
#include "retort/nn/models/projection.h"

/* Bytes before the arrays: they begin at a cache line. */
static size_t
state_header(void)
{
	return mem_arena_round(sizeof(struct branch_state));
}

static real *
state_array(const struct branch *b, size_t index)
{
	return (real *)((char *)b->state + state_header()) + index * b->net->layout.len;
}

real *
branch_value(const struct branch *b)
{
	return state_array(b, 0);
}

real *
branch_moment1(const struct branch *b)
{
	return state_array(b, 1);
}

real *
branch_moment2(const struct branch *b)
{
	return state_array(b, 2);
}

void
branch_free(struct branch *b)
{
	if (!b)
		return;
	net_free(b->net);
	mem_free(b->state);
	mem_free(b->grad);
	mem_free(b->partial);
	mem_free(b->scratch);
	mem_free(b->square);
	mem_free(b->stands);
	mem_free(b->gathered);
	mix_release(&b->mix);
	mem_free(b->label);
	mem_free(b->other);
	mem_free(b->share);
	ckpt_free(b->saved);
	for (int i = 0; i < BRANCH_MEANS; i++)
		mem_free(b->weight[i]);
	mem_free(b);
}

/* Allocate buffers for mixing teachers; only the student has them. */
static int
alloc_mix(struct branch *b, const struct knobs *k)
{
	const struct tensor *out = &b->net->graph->node[net_logits(b->net)].out;
	size_t classes = b->net->io.classes;
	int targets = 0;

	for (int i = 0; i < b->n_terms; i++)
		targets += b->term[i].map < 0 && b->term[i].loss->needs & LOSS_LOGITS;
	if (b->id != BRANCH_STUDENT)
		return 0;
	return mix_init(&b->mix, k ? (enum mix_mode)k->mix : MIX_SUM,
			b->net->graph->capacity * (tensor_width(out) / classes), classes, targets);
}

/* Allocate sums of chunks, scratch of every thread, weights of positions. */
static int
alloc_terms(struct branch *b)
{
	size_t sums = terms_sums(), pieces = (size_t)optim_pieces(&b->net->layout) + 1;
	size_t positions = b->net->io.kind == DATASET_TOKENS ? b->net->io.length : 1;

	b->n_scratch = terms_scratch(b);
	b->partial = mem_try(sums > pieces ? sums : pieces, sizeof(double));
	b->scratch = mem_try((size_t)pool_threads(b->pool) * b->n_scratch, sizeof(real));
	for (int i = 0; i < BRANCH_MEANS; i++)
		if (!(b->weight[i] = mem_try(b->net->graph->capacity * positions, sizeof(real))))
			return -1;
	b->label = mem_try(b->net->graph->capacity * positions, sizeof *b->label);
	b->other = mem_try(b->net->graph->capacity, sizeof *b->other);
	b->share = mem_try(b->net->graph->capacity, sizeof *b->share);
	b->gathered = mem_try(terms_gathered(b), sizeof(real));
	return b->partial && b->scratch && b->gathered && b->label && b->other && b->share ? 0 : -1;
}

/* Allocate memory of the finished graph and the state, and bind the graph to it. */
static int
alloc_memory(struct branch *b, uint64_t seed, const struct knobs *k, struct err *e)
{
	size_t len, size;

	if (net_finish(b->net, true, e) < 0)
		return -1;
	len = b->net->layout.len;
	size = state_header() + 3 * len * sizeof(real);
	b->state = mem_try(size, 1);
	b->grad = mem_try(len, sizeof(real));
	if (!b->state || !b->grad || alloc_terms(b) < 0 || alloc_mix(b, k) < 0)
		return err_set(e, "no memory for %zu parameters", b->net->layout.count);
	b->state->size = size;
	b->state->seed = seed;
	param_start_all(&b->net->layout, branch_value(b), seed, b->net->name);
	graph_bind(b->net->graph, branch_value(b), b->grad);
	b->net->graph->square = b->square = mem_array(b->net->layout.n + 1, sizeof *b->square);
	b->net->graph->seed = seed;
	b->stands = mem_array(b->net->layout.n + 1, sizeof *b->stands);
	return 0;
}

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
	t->told = loss->told ? metric_find(loss->told) : METRIC_NONE;
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

/* The node that a pair compares, behind its projection where it has one; -1 and an error. */
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
branch_has_outputs(const struct branch *b, const struct knobs *k)
{
	int n = 0;

	if (b->id == BRANCH_STUDENT && (int64_t)b->mix.mode != k->mix)
		return false;
	for (unsigned i = 0; i < LOSS_OUTPUTS; i++)
		if (is_output(b, k, i) && (n == b->n_terms || b->term[n++].loss != loss_table[i]))
			return false;
	return n == b->n_terms || b->term[n].map >= 0;
}

/* Taps of the student's layers that the map compares. */
static void
mapped_taps(const struct branch_plan *plan, unsigned wants[MODEL_LAYERS])
{
	for (int i = 0; plan && i < plan->n_maps; i++) {
		const struct layer_pair *m = &plan->map[i];

		wants[m->s_layer] |= 1u << m->on;
		if (m->match->needs & LOSS_BEFORE)
			wants[m->s_layer - 1] |= 1u << m->on;
	}
}

static struct branch *
build(int id, const char *name, const struct model_spec *spec, const struct model_io *io,
      size_t capacity, uint64_t seed, struct pool *pool, const struct branch_plan *plan,
      struct err *e)
{
	struct branch *b = mem_new(sizeof *b);
	unsigned wants[MODEL_LAYERS] = { 0 };
	int status = 0;

	mapped_taps(plan, wants);
	b->id = id;
	b->pool = pool;
	b->net = net_new(name, spec, io, capacity, pool, wants, e);
	if (!b->net) {
		branch_free(b);
		return NULL;
	}
	add_outputs(b, plan);
	for (int i = 0; plan && i < plan->n_maps && status == 0; i++)
		status = add_map(b, plan, i, e);
	if (status < 0 || alloc_memory(b, seed, plan ? plan->knobs : NULL, e) < 0) {
		branch_free(b);
		return NULL;
	}
	return b;
}

struct branch *
branch_new(int id, const char *name, const struct model_spec *spec, const struct model_io *io,
	   size_t capacity, uint64_t seed, struct pool *pool, struct err *e)
{
	return build(id, name, spec, io, capacity, seed, pool, NULL, e);
}

/* Copy update counts by group name: the indices of groups change with the map. */
static void
copy_updates(struct branch *to, const struct branch *from)
{
	const struct param_layout *a = &to->net->layout, *b = &from->net->layout;

	for (int i = 0; i < a->n_groups; i++)
		for (int k = 0; k < b->n_groups; k++)
			if (strcmp(a->group[i].name, b->group[k].name) == 0)
				to->state->updates[i] = from->state->updates[k];
}

/* A deep copy of a checkpoint, or NULL of NULL. */
static struct ckpt *
copy_checkpoint(const struct ckpt *from)
{
	struct ckpt *to = from ? ckpt_new() : NULL;

	for (size_t i = 0; from && i < from->n_tensors; i++)
		ckpt_add(to, from->tensor[i].name, from->tensor[i].rank, from->tensor[i].dim,
			 from->tensor[i].data);
	for (size_t i = 0; from && i < from->n_notes; i++)
		ckpt_note(to, from->note[i].key, from->note[i].value);
	return to;
}

struct branch *
branch_rebuilt(const struct branch *old, size_t capacity, const struct branch_plan *plan,
	       struct err *e)
{
	const struct net *n = old->net;
	struct branch *new = build(old->id, n->name, &n->spec, &n->io, capacity, old->state->seed,
				   old->pool, plan, e);

	if (!new)
		return NULL;
	param_copy(&new->net->layout, branch_value(new), &n->layout, branch_value(old));
	param_copy(&new->net->layout, branch_moment1(new), &n->layout, branch_moment1(old));
	param_copy(&new->net->layout, branch_moment2(new), &n->layout, branch_moment2(old));
	copy_updates(new, old);
	new->saved = copy_checkpoint(old->saved);
	trainer_checkpoint_restore(new, &n->layout);
	new->state->step = old->state->step;
	freeze_set(new, old->frozen);
	return new;
}

int
branch_rebuild(struct branch **b, size_t capacity, const struct branch_plan *plan, struct err *e)
{
	struct branch *new = branch_rebuilt(*b, capacity, plan, e);

	if (!new)
		return -1;
	branch_free(*b);
	*b = new;
	return 0;
}

static bool
same_layout(const struct param_layout *a, const struct param_layout *b)
{
	if (a->n != b->n || a->len != b->len)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (a->param[i].offset != b->param[i].offset ||
		    strcmp(a->param[i].name, b->param[i].name) != 0)
			return false;
	return true;
}

bool
branch_fits(const struct branch *to, const struct branch *from)
{
	if (!to || !from)
		return to == from;
	if (to->net->graph->capacity != from->net->graph->capacity ||
	    to->n_terms != from->n_terms || to->mix.mode != from->mix.mode ||
	    !same_layout(&to->net->layout, &from->net->layout))
		return false;
	for (int i = 0; i < to->n_terms; i++)
		if (to->term[i].loss != from->term[i].loss ||
		    to->term[i].map != from->term[i].map || to->term[i].node != from->term[i].node)
			return false;
	return true;
}

void
branch_assign(struct branch *to, const struct branch *from)
{
	memcpy(to->state, from->state, from->state->size);
	to->net->graph->seed = from->state->seed;
	ckpt_free(to->saved);
	to->saved = copy_checkpoint(from->saved);
	freeze_set(to, from->frozen);
}

struct branch *
branch_copy(const struct branch *from, const struct branch_plan *plan, struct err *e)
{
	const struct net *n = from->net;
	struct branch *to = build(from->id, n->name, &n->spec, &n->io, n->graph->capacity,
				  from->state->seed, from->pool, plan, e);

	if (to)
		branch_assign(to, from);
	return to;
}

double
branch_weight(const struct branch *b, int term, const struct knobs *k, const struct layer_pair *map)
{
	const struct branch_term *t = &b->term[term];

	if (b->id != BRANCH_STUDENT)
		return 1; /* teachers and the baseline train on labels alone */
	if (t->map >= 0)
		return map[t->map].weight;
	return loss_weight(t->loss, k);
}

/* Whether a term has a target in this feed: a teacher that teaches, or labels. */
static bool
has_target(const struct branch_term *t, const struct branch_feed *f)
{
	if (t->map >= 0)
		return f->t_layer[t->map] != NULL;
	return !(t->loss->needs & LOSS_LOGITS) || f->n_teachers > 0;
}

void
branch_weights(const struct branch *b, const struct branch_feed *f, const struct knobs *k,
	       const struct layer_pair *map, double *weight)
{
	double sum = 0;

	for (int i = 0; i < b->n_terms; i++) {
		weight[i] = branch_weight(b, i, k, map);
		sum += has_target(&b->term[i], f) ? weight[i] : 0;
	}
	if (!k->normalize || b->id != BRANCH_STUDENT || sum == 0)
		return;
	for (int i = 0; i < b->n_terms; i++)
		weight[i] /= sum;
}

static void
forward(struct branch *b, const struct branch_feed *f, bool training)
{
	struct graph *g = b->net->graph;

	g->training = training;
	g->keeps = true;
	g->step = b->state->step;
	net_feed(b->net, f->batch);
	graph_forward(g, g->n_nodes - 1);
	terms_means(b, f->batch);
}

enum copy { COPY_AWAY, COPY_BACK, COPY_FROZEN_BACK };

/*
 * Running statistics and memory banks change before it is known whether the step is applied. Their
 * slot of the first moment, which no optimizer uses, holds the former values: of a bank, those of
 * the rows of the batch, the only ones that change.
 */
static void
copy_state(const struct branch *b, const struct batch *batch, enum copy what)
{
	const int32_t *row = batch_i32(batch, BATCH_ROW);
	bool back = what != COPY_AWAY;

	for (size_t i = 0; i < b->net->layout.n; i++) {
		const struct param *p = &b->net->layout.param[i];
		real *value = branch_value(b) + p->offset, *was = branch_moment1(b) + p->offset;
		real *to = back ? value : was, *from = back ? was : value;
		size_t width = p->by_row ? p->len / p->dim[0] : p->len;

		if (!p->is_state || (what == COPY_FROZEN_BACK && !b->stands[i]))
			continue;
		for (size_t k = 0; k < (p->by_row ? batch->rows : 1); k++) {
			size_t at = p->by_row ? (size_t)row[k] * width : 0;

			memcpy(to + at, from + at, width * sizeof *to);
		}
	}
}

/* Value of the loss's own metric. */
static double
own_metric(const struct branch *b, const struct branch_term *t, const struct knobs *k)
{
	real *own[LOSS_OWN] = { NULL };

	for (int i = 0; i < LOSS_OWN; i++)
		if (t->own[i] >= 0)
			own[i] = branch_value(b) + b->net->layout.param[t->own[i]].offset;
	return t->loss->tell(k, own);
}

static void
run_terms(struct branch *b, const struct branch_feed *f, const struct knobs *k,
	  const struct layer_pair *map, struct branch_result *out)
{
	double weight[BRANCH_TERMS];
	struct terms_job job = { f, k, weight, -1, true, true };
	struct terms_result r;

	branch_weights(b, f, k, map, weight);
	terms_run(b, &job, &r);
	out->loss = 0;
	for (int i = 0; i < b->n_terms; i++) {
		out->raw[i] = r.raw[i];
		out->weighted[i] = weight[i] * r.raw[i];
		out->loss += out->weighted[i];
		if (b->term[i].told != METRIC_NONE)
			out->told[i] = own_metric(b, &b->term[i], k);
	}
	out->kl = b->id == BRANCH_STUDENT ? r.kl : NAN;
	memcpy(out->share, r.share, sizeof out->share);
	out->accuracy = r.accuracy;
}

void
branch_step(struct branch *b, const struct branch_feed *f, const struct knobs *k,
	    const struct layer_pair *map, double lr, struct branch_result *out)
{
	struct optim_slab slab = { &b->net->layout,
				   branch_value(b),
				   b->grad,
				   branch_moment1(b),
				   branch_moment2(b),
				   b->state->updates,
				   b->frozen ? b->stands : NULL };

	thread_flush_denormals(); /* the same floating-point mode as the workers */
	copy_state(b, f->batch, COPY_AWAY);
	forward(b, f, true);
	run_terms(b, f, k, map, out);
	out->lr = lr;
	graph_backward(b->net->graph);
	freeze_squares(b);
	out->grad_norm = optim_norm(b->pool, &b->net->layout, b->grad, b->square, b->partial);
	out->applied = isfinite(out->loss) && isfinite(out->grad_norm) &&
		       !optim_is_wild(b->pool, &slab, k, lr, out->grad_norm, b->partial);
	if (!out->applied) {
		copy_state(b, f->batch, COPY_BACK);
		return;
	}
	optim_apply(b->pool, &slab, k, lr, out->grad_norm);
	if (b->frozen)
		copy_state(b, f->batch, COPY_FROZEN_BACK);
	b->state->step++;
}

void
branch_shares(struct branch *b, const struct branch_feed *f, const struct knobs *k,
	      const struct layer_pair *map, double *share)
{
	double sum = 0, weight[BRANCH_TERMS];

	branch_weights(b, f, k, map, weight);
	for (int i = 0; i < b->n_terms; i++) {
		struct terms_job job = { f, k, weight, i, true, false };
		struct terms_result r;

		share[i] = 0;
		if (weight[i] == 0)
			continue;
		forward(b, f, false);
		terms_run(b, &job, &r);
		graph_backward(b->net->graph);
		freeze_squares(b);
		share[i] = optim_norm(b->pool, &b->net->layout, b->grad, b->square, b->partial);
		sum += share[i];
	}
	for (int i = 0; i < b->n_terms && sum > 0; i++)
		share[i] /= sum;
}
