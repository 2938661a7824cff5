/* branch.c: one network in training: its memory, created, rebuilt, copied. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/train/branch.h"

#include <string.h>

#include "retort/nn/ckpt.h"
#include "retort/train/best.h"
#include "retort/train/branch_terms.h"
#include "retort/train/freeze.h"
#include "retort/train/optim.h"
#include "retort/train/term_visit.h"
#include "retort/train/terms.h"
#include "retort/train/trainer_checkpoint.h"

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
	row_filters_drop(b->rows.loaded);
	mem_free(b->best.value);
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
	size_t sums = term_visit_sums(), pieces = (size_t)optim_pieces(&b->net->layout) + 1;
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

/* Allocate memory of the finished graph and the state, and bind the graph to it. Parameters of
 * `known` are copied by the caller, and not drawn: drawing takes longer than all else. */
static int
alloc_memory(struct branch *b, uint64_t seed, const struct knobs *k,
	     const struct param_layout *known, struct err *e)
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
	param_start_all(&b->net->layout, known, branch_value(b), seed, b->net->name);
	graph_bind(b->net->graph, branch_value(b), b->grad);
	b->net->graph->square = b->square = mem_array(b->net->layout.n + 1, sizeof *b->square);
	b->net->graph->seed = seed;
	b->stands = mem_array(b->net->layout.n + 1, sizeof *b->stands);
	return 0;
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
      const struct param_layout *known, struct err *e)
{
	struct branch *b = mem_new(sizeof *b);
	unsigned wants[MODEL_LAYERS] = { 0 };

	mapped_taps(plan, wants);
	b->id = id;
	b->pool = pool;
	b->net = net_new(name, spec, io, capacity, pool, wants, e);
	if (!b->net) {
		branch_free(b);
		return NULL;
	}
	if (branch_terms_add(b, plan, e) < 0 ||
	    alloc_memory(b, seed, plan ? plan->knobs : NULL, known, e) < 0) {
		branch_free(b);
		return NULL;
	}
	return b;
}

struct branch *
branch_new(int id, const char *name, const struct model_spec *spec, const struct model_io *io,
	   size_t capacity, uint64_t seed, struct pool *pool, struct err *e)
{
	return build(id, name, spec, io, capacity, seed, pool, NULL, NULL, e);
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

void
branch_copy_rows(struct branch *to, const struct branch *from)
{
	struct row_filters *loaded = row_filters_share(from->rows.loaded);

	row_filters_drop(to->rows.loaded);
	to->rows = from->rows;
	to->rows.loaded = loaded;
}

struct branch *
branch_blank(const struct branch *old, size_t capacity, const struct branch_plan *plan,
	     struct err *e)
{
	const struct net *n = old->net;
	struct branch *new = build(old->id, n->name, &n->spec, &n->io, capacity, old->state->seed,
				   old->pool, plan, &n->layout, e);

	if (!new)
		return NULL;
	new->saved = copy_checkpoint(old->saved);
	branch_copy_rows(new, old);
	return new;
}

struct branch *
branch_rebuilt(const struct branch *old, size_t capacity, const struct branch_plan *plan,
	       struct err *e)
{
	const struct net *n = old->net;
	struct branch *new = branch_blank(old, capacity, plan, e);

	if (!new)
		return NULL;
	if (best_copy(new, old, e) < 0) {
		branch_free(new);
		return NULL;
	}
	param_copy(&new->net->layout, branch_value(new), &n->layout, branch_value(old));
	param_copy(&new->net->layout, branch_moment1(new), &n->layout, branch_moment1(old));
	param_copy(&new->net->layout, branch_moment2(new), &n->layout, branch_moment2(old));
	copy_updates(new, old);
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
	    !to->best.value != !from->best.value ||
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
	branch_copy_rows(to, from);
	best_copy(to, from, NULL); /* it has room */
	freeze_set(to, from->frozen);
}

struct branch *
branch_copy(const struct branch *from, const struct branch_plan *plan, struct err *e)
{
	const struct net *n = from->net;
	struct branch *to = build(from->id, n->name, &n->spec, &n->io, n->graph->capacity,
				  from->state->seed, from->pool, plan, &n->layout, e);

	if (to && from->best.value && best_open(to, e) < 0) {
		branch_free(to);
		return NULL;
	}
	if (to)
		branch_assign(to, from);
	return to;
}
