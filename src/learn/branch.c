/* branch.c: one network in training: its block of state, its loss terms, its half of a step. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/learn/branch.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "retort/learn/optim.h"

/* Arrays behind the struct begin at a cache line. */
static size_t
head(void)
{
	return mem_arena_round(sizeof(struct branch_state));
}

static real *
array(const struct branch *b, size_t index)
{
	return (real *)((char *)b->state + head()) + index * b->net->layout.len;
}

real *
branch_value(const struct branch *b)
{
	return array(b, 0);
}

real *
branch_moment1(const struct branch *b)
{
	return array(b, 1);
}

real *
branch_moment2(const struct branch *b)
{
	return array(b, 2);
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
	mem_free(b);
}

static size_t
widest(const struct net *n)
{
	size_t most = 1;

	for (int i = 0; i < n->graph->n_nodes; i++) {
		size_t width = tensor_width(&n->graph->node[i].out);

		most = width > most ? width : most;
	}
	return most;
}

/* Once the graph is whole: its memory, the slab, and the graph bound to the slab. */
static int
take_memory(struct branch *b, uint64_t seed, struct err *e)
{
	size_t len, size;

	if (net_finish(b->net, true, e) < 0)
		return -1;
	len = b->net->layout.len;
	size = head() + 3 * len * sizeof(real);
	b->state = mem_try(size, 1);
	b->grad = mem_try(len, sizeof(real));
	b->partial = mem_try((size_t)optim_pieces(&b->net->layout) + 1, sizeof(double));
	b->scratch = mem_try(3 * widest(b->net), sizeof(real));
	if (!b->state || !b->grad || !b->partial || !b->scratch)
		return err_set(e, "no memory for %zu parameters", b->net->layout.count);
	b->state->size = size;
	b->state->seed = seed;
	param_start_all(&b->net->layout, branch_value(b), seed, b->net->name);
	graph_bind(b->net->graph, branch_value(b), b->grad);
	b->net->graph->seed = seed;
	return 0;
}

static void
add_term(struct branch *b, const struct loss *loss, int map, int node, unsigned train, unsigned weighted,
	 unsigned share)
{
	b->term[b->n_terms++] = (struct branch_term){ loss, map, node, train, weighted, share };
	graph_tap(b->net->graph, node);
}

/* The pair of layers gets a projection where widths differ, and a term. */
static int
add_map(struct branch *b, const struct lab_map *m, int index, const struct lab_net *teacher, struct err *e)
{
	const struct lab_net *t = &teacher[m->teacher];
	size_t width = t->layer[m->t_layer].width;
	int node = b->net->tap[m->s_layer];
	char name[PARAM_NAME];

	if (net_width(b->net, m->s_layer) != width) {
		snprintf(name, sizeof name, "map.%s.%s.%d", t->name, t->layer[m->t_layer].name, m->s_layer);
		node = net_project(b->net, name, m->s_layer, width, e);
		if (node < 0)
			return -1;
	}
	add_term(b, &loss_hidden, index, node, metric_map(m->slot, METRIC_MAP_TRAIN),
		 metric_map(m->slot, METRIC_MAP_WEIGHTED), metric_map(m->slot, METRIC_MAP_SHARE));
	return 0;
}

static struct branch *
build(int id, const char *name, const struct model_spec *spec, size_t features, size_t classes, size_t capacity,
      uint64_t seed, struct pool *pool, const struct lab_map *map, int n_maps, const struct lab_net *teacher,
      struct err *e)
{
	struct branch *b = mem_new(sizeof *b);
	int status = 0;

	b->id = id;
	b->pool = pool;
	b->net = net_new(name, spec, features, classes, capacity, pool, e);
	if (!b->net) {
		branch_free(b);
		return NULL;
	}
	add_term(b, &loss_ce, -1, net_logits(b->net), METRIC_TRAIN_CE, METRIC_WEIGHTED_CE, METRIC_SHARE_CE);
	if (id == LAB_MAIN)
		add_term(b, &loss_kd, -1, net_logits(b->net), METRIC_TRAIN_KD, METRIC_WEIGHTED_KD, METRIC_SHARE_KD);
	for (int i = 0; i < n_maps && status == 0; i++)
		status = add_map(b, &map[i], i, teacher, e);
	if (status < 0 || take_memory(b, seed, e) < 0) {
		branch_free(b);
		return NULL;
	}
	return b;
}

struct branch *
branch_new(int id, const char *name, const struct model_spec *spec, size_t features, size_t classes,
	   size_t capacity, uint64_t seed, struct pool *pool, struct err *e)
{
	return build(id, name, spec, features, classes, capacity, seed, pool, NULL, 0, NULL, e);
}

/* Update counts by group name: groups are numbered anew when maps change. */
static void
copy_updates(struct branch *to, const struct branch *from)
{
	const struct param_layout *a = &to->net->layout, *b = &from->net->layout;

	for (int i = 0; i < a->n_groups; i++)
		for (int k = 0; k < b->n_groups; k++)
			if (strcmp(a->group[i].name, b->group[k].name) == 0)
				to->state->updates[i] = from->state->updates[k];
}

int
branch_rebuild(struct branch **b, size_t capacity, const struct lab_map *map, int n_maps,
	       const struct lab_net *teacher, struct err *e)
{
	struct branch *old = *b;
	const struct net *n = old->net;
	struct branch *new = build(old->id, n->name, &n->spec, n->features, n->classes, capacity,
				   old->state->seed, old->pool, map, n_maps, teacher, e);

	if (!new)
		return -1;
	param_copy(&new->net->layout, branch_value(new), &n->layout, branch_value(old));
	param_copy(&new->net->layout, branch_moment1(new), &n->layout, branch_moment1(old));
	param_copy(&new->net->layout, branch_moment2(new), &n->layout, branch_moment2(old));
	copy_updates(new, old);
	new->state->step = old->state->step;
	branch_free(old);
	*b = new;
	return 0;
}

double
branch_weight(const struct branch *b, int term, const struct knobs *k, const struct lab_map *map)
{
	const struct branch_term *t = &b->term[term];

	if (b->id != LAB_MAIN)
		return 1; /* a teacher, or the student without one, learns from labels alone */
	if (t->map >= 0)
		return map[t->map].weight;
	return t->loss == &loss_ce ? k->ce_weight : k->kd_weight;
}

/* The distillation term is the sum over teachers, each with its weight as typed. */
static double
run_kd(const struct branch_feed *f, struct loss_args *a)
{
	double sum = 0, scale = a->scale;

	for (int i = 0; i < f->n_teachers; i++) {
		a->target = f->t_logits[i];
		a->scale = scale * f->t_weight[i];
		sum += f->t_weight[i] * loss_kd.run(a);
	}
	return sum;
}

/* Raw value of one term; adds its gradient times `scale` to its node where `with_gradient`. */
static double
run_term(struct branch *b, int term, const struct branch_feed *f, double temperature, double scale,
	 bool with_gradient)
{
	const struct branch_term *t = &b->term[term];
	struct node *n = &b->net->graph->node[t->node];
	struct loss_args a = {
		.rows = b->net->graph->rows,
		.width = tensor_width(&n->out),
		.x = n->out.data,
		.label = batch_i32(f->batch, BATCH_LABEL),
		.label_weight = batch_f32(f->batch, BATCH_LABEL_WEIGHT),
		.row_weight = batch_f32(f->batch, BATCH_ROW_WEIGHT),
		.temperature = temperature,
		.scale = scale,
		.dx = with_gradient ? n->grad : NULL,
		.scratch = b->scratch,
	};

	if (t->loss == &loss_kd)
		return run_kd(f, &a);
	if (t->map >= 0) {
		a.target = f->t_layer[t->map];
		if (!a.target)
			return 0; /* a muted teacher says nothing */
	}
	return t->loss->run(&a);
}

/* Mean over the teachers, by weight, of the KL divergence at temperature 1. */
static double
kl_at_one(struct branch *b, const struct branch_feed *f)
{
	struct branch_feed even = *f;
	double sum = 0;

	for (int i = 0; i < f->n_teachers; i++)
		sum += f->t_weight[i];
	if (f->n_teachers == 0)
		return NAN;
	for (int i = 0; i < f->n_teachers; i++)
		even.t_weight[i] = sum > 0 ? f->t_weight[i] / sum : 1.0 / f->n_teachers;
	for (int i = 0; i < b->n_terms; i++)
		if (b->term[i].loss == &loss_kd)
			return run_term(b, i, &even, 1, 0, false);
	return NAN;
}

static double
accuracy(const struct branch *b, const struct branch_feed *f)
{
	const struct node *n = &b->net->graph->node[net_logits(b->net)];
	const int32_t *label = batch_i32(f->batch, BATCH_LABEL);
	const float *weight = batch_f32(f->batch, BATCH_LABEL_WEIGHT);
	size_t width = tensor_width(&n->out), right = 0, seen = 0;

	for (size_t i = 0; i < b->net->graph->rows; i++) {
		const real *z = n->out.data + i * width;
		size_t best = 0;

		if (label[i] < 0 || weight[i] <= 0)
			continue;
		for (size_t c = 1; c < width; c++)
			best = z[c] > z[best] ? c : best;
		right += (int32_t)best == label[i];
		seen++;
	}
	return seen ? (double)right / (double)seen : NAN;
}

static void
forward(struct branch *b, const struct branch_feed *f, bool training)
{
	struct graph *g = b->net->graph;

	g->training = training;
	g->keeps = true;
	g->step = b->state->step;
	graph_feed(g, b->net->tap[0], batch_f32(f->batch, BATCH_INPUT), f->batch->rows);
	graph_forward(g, g->n_nodes - 1);
	graph_zero(g);
}

void
branch_step(struct branch *b, const struct branch_feed *f, const struct knobs *k, const struct lab_map *map,
	    double lr, struct branch_result *out)
{
	struct optim_slab slab = { &b->net->layout, branch_value(b), b->grad, branch_moment1(b),
				   branch_moment2(b), b->state->updates };

	forward(b, f, true);
	out->loss = 0;
	for (int i = 0; i < b->n_terms; i++) {
		double weight = branch_weight(b, i, k, map);

		out->raw[i] = run_term(b, i, f, k->temperature, weight, true);
		out->weighted[i] = weight * out->raw[i];
		out->loss += out->weighted[i];
	}
	out->kl = kl_at_one(b, f);
	out->accuracy = accuracy(b, f);
	out->lr = lr;
	graph_backward(b->net->graph);
	out->grad_norm = optim_norm(b->pool, &b->net->layout, b->grad, b->partial);
	out->applied = isfinite(out->loss) && isfinite(out->grad_norm) &&
		       !optim_is_wild(b->pool, &slab, k, lr, out->grad_norm, b->partial);
	if (!out->applied)
		return;
	optim_apply(b->pool, &slab, k, lr, out->grad_norm);
	b->state->step++;
}

void
branch_shares(struct branch *b, const struct branch_feed *f, const struct knobs *k, const struct lab_map *map,
	      double *share)
{
	double sum = 0;

	for (int i = 0; i < b->n_terms; i++) {
		double weight = branch_weight(b, i, k, map);

		share[i] = 0;
		if (weight == 0)
			continue;
		forward(b, f, false);
		run_term(b, i, f, k->temperature, weight, true);
		graph_backward(b->net->graph);
		share[i] = optim_norm(b->pool, &b->net->layout, b->grad, b->partial);
		sum += share[i];
	}
	for (int i = 0; i < b->n_terms && sum > 0; i++)
		share[i] /= sum;
}

const real *
branch_logits(struct branch *b, const float *x, size_t rows)
{
	struct graph *g = b->net->graph;

	g->training = g->keeps = false;
	graph_feed(g, b->net->tap[0], x, rows);
	graph_forward(g, net_logits(b->net));
	return g->node[net_logits(b->net)].out.data;
}
