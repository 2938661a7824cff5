/* terms.c: the loss calls of all terms of a branch over one batch. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/train/terms.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "retort/train/mix.h"
#include "retort/train/term_visit.h"

static bool
is_batch_loss(const struct branch_term *t)
{
	return t->loss->needs & LOSS_BATCH;
}

/* Numbers of scratch of a term: tile by tile, and of its own over a whole batch, or as it states.
 */
static size_t
term_scratch(const struct branch *b, const struct branch_term *t)
{
	size_t per = tensor_width(&b->net->graph->node[t->node].out) / t->width, own = 0;
	size_t tiles = term_visit_scratch(t->width, b->net->graph->capacity * per);

	if (t->loss->scratch)
		own = t->loss->scratch(&t->shape);
	else if (is_batch_loss(t))
		own = LOSS_SCRATCH * t->shape.rows * t->width;
	return own > tiles ? own : tiles;
}

size_t
terms_scratch(const struct branch *b)
{
	size_t most = term_visit_scratch(b->net->io.classes, 1); /* an evaluation, row by row */

	for (int i = 0; i < b->n_terms; i++) {
		size_t here = term_scratch(b, &b->term[i]);

		most = here > most ? here : most;
	}
	return mem_arena_round(most * sizeof(real)) / sizeof(real);
}

size_t
terms_gathered(const struct branch *b)
{
	size_t most = 1;

	for (int i = 0; i < b->n_terms; i++) {
		const struct branch_term *t = &b->term[i];
		size_t here = is_batch_loss(t) ? t->shape.rows * (t->t_width + t->t_before) : 0;

		most = here > most ? here : most;
	}
	return most;
}

static struct term_call *
add_call(struct term_visit *v, const struct branch_term *t, const struct terms_job *job,
	 double temperature, double scale, bool with_gradient)
{
	struct branch *b = v->b;
	struct node *n = &b->net->graph->node[t->node];
	struct term_call *c = &v->call[v->n++];
	bool on_map = t->loss->needs & LOSS_MAP;

	assert(v->n <= TERM_VISIT_CALLS);
	c->loss = t->loss;
	c->factor = 1;
	c->row = NULL;
	c->args = (struct loss_args){
		.width = t->width,
		.channels = n->out.dim[n->out.rank - 1],
		.t_width = t->t_width,
		.positions = t->width == tensor_width(&n->out) ? t->shape.positions : 1,
		.heads = t->heads,
		.causal = b->net->io.next_token,
		.seen = t->pads && t->loss->needs & LOSS_ROW ? b->weight[BRANCH_TOKENS] : NULL,
		.x = n->out.data,
		.label = b->label,
		.other = b->is_mixed ? b->other : NULL,
		.share = b->is_mixed ? b->share : NULL,
		.weight = b->weight[t->mean],
		.temperature = temperature,
		.knobs = job->knobs,
		.scale = scale,
		.dx = with_gradient && !on_map ? n->grad : NULL,
		.grad_factor = with_gradient && on_map ? n->grad_factor : NULL,
		.shape = t->shape,
		.seed = b->state->seed,
		.step = b->state->step,
		.training = job->training,
	};
	return c;
}

/* Teacher logits of the batch, as input of mix_run. */
static struct mix_job
mix_input(const struct branch *b, const struct terms_job *job)
{
	const struct branch_feed *f = job->feed;
	const struct node *logits = &b->net->graph->node[net_logits(b->net)];
	size_t classes = b->net->io.classes;

	return (struct mix_job){
		.n = f->n_teachers,
		.logit = f->t_logits,
		.typed = f->t_weight,
		.positions = b->net->graph->rows * (tensor_width(&logits->out) / classes),
		.classes = classes,
		.x = logits->out.data,
		.weight = b->weight[b->net->io.next_token ? BRANCH_TOKENS : BRANCH_ROWS],
		.label = b->label,
		.temperature = loss_temperature(&loss_kd, job->knobs),
		.most = job->knobs->mix_box,
		.pool = b->pool,
	};
}

/* Add one loss call on the mixed target of all teachers. */
static void
add_mixture(struct term_visit *v, const struct branch_term *t, const struct terms_job *job,
	    double scale, double *raw)
{
	struct branch *b = v->b;
	struct mix_job mixed = mix_input(b, job);
	double temperature = loss_temperature(t->loss, job->knobs), all = 0;
	struct term_call *c;
	int index = 0;

	for (int k = 0; k < mixed.n; k++)
		all += b->mix.share[k];
	if (all <= 0)
		return; /* every teacher's weight is 0 */
	for (const struct branch_term *other = b->term; other < t; other++)
		index += other->map < 0 && other->loss->needs & LOSS_LOGITS;
	c = add_call(v, t, job, temperature, scale, job->with_gradient && scale != 0);
	c->args.target = mix_target(&b->mix, &mixed, index, temperature);
	c->sum = raw;
}

/* Add the loss calls of a term on outputs, one for each teacher with its factor; factors by row are
 * in the weights of the rows. */
static void
add_teachers(struct term_visit *v, const struct branch_term *t, const struct terms_job *job,
	     double scale, double *raw)
{
	const struct branch_feed *f = job->feed;
	const struct mix *m = &v->b->mix;
	bool whole =
		t->loss->needs & LOSS_BATCH; /* a loss over the whole batch uses the mean share */

	if (mix_is_target(m->mode)) {
		add_mixture(v, t, job, scale, raw);
		return;
	}
	for (int k = 0; k < f->n_teachers; k++) {
		bool by_row = mix_is_by_row(m->mode) && !whole;
		double factor = mix_is_by_row(m->mode) && whole ? m->share[k] : m->factor[k];
		struct term_call *c = add_call(v, t, job, loss_temperature(t->loss, job->knobs),
					       scale * factor, job->with_gradient && scale != 0);

		c->args.target = f->t_logits[k];
		c->args.top = f->t_top[k];
		if (by_row)
			c->args.weight = m->weight[k];
		c->factor = factor;
		c->sum = raw;
	}
}

/* Add KL from the teachers at temperature 1, weighted mean: comparable across changes of losses. */
static void
add_divergence(struct term_visit *v, const struct branch_term *t, const struct terms_job *job,
	       double *kl)
{
	const struct branch_feed *f = job->feed;
	double total = 0;

	for (int k = 0; k < f->n_teachers; k++)
		total += f->t_weight[k];
	for (int k = 0; k < f->n_teachers; k++) {
		struct term_call *c = add_call(v, t, job, 1, 0, false);

		c->args.target = f->t_logits[k];
		c->args.top = f->t_top[k];
		c->factor = total > 0 ? f->t_weight[k] / total : 1.0 / f->n_teachers;
		c->sum = kl;
	}
}

static void
add_term_calls(struct term_visit *v, int i, const struct terms_job *job, struct terms_result *out)
{
	const struct branch_term *t = &v->b->term[i];
	struct term_call *c;

	if (t->loss->needs & LOSS_LOGITS) {
		add_teachers(v, t, job, job->weight[i], &out->raw[i]);
		if (t->loss == &loss_kd)
			add_divergence(v, t, job, &out->kl);
		return;
	}
	if (t->map >= 0 && !job->feed->t_layer[t->map])
		return; /* a muted teacher has no target */
	c = add_call(v, t, job,
		     t->map < 0 ? loss_temperature(t->loss, job->knobs) : job->knobs->temperature,
		     job->weight[i], job->with_gradient);
	if (t->map >= 0) {
		c->args.target = job->feed->t_layer[t->map];
		c->row = job->feed->t_row[t->map];
		v->by_row = true;
	}
	c->sum = &out->raw[i];
}

/* Whether term i is the first on its node, not counting losses over a whole batch. */
static bool
is_first(const struct branch *b, int i)
{
	int node = b->term[i].node;

	for (int k = 0; k < b->n_terms; k++)
		if ((k < i && b->term[k].node == node) ||
		    (is_batch_loss(&b->term[k]) &&
		     (b->term[k].node == node || b->term[k].before == node)))
			return false;
	return true;
}

/* Clear the gradient of a node before the first loss: in the pass, or here without one or with
 * factors. */
static void
clear_node(struct term_visit *v, int node)
{
	struct graph *g = v->b->net->graph;

	if (v->n > 0 && g->node[node].grad && !g->node[node].grad_factor)
		v->clears = g->node[node].grad;
	else
		graph_zero_node(g, node);
}

static void
visit_node(struct branch *b, int i, const struct terms_job *job, bool *done,
	   struct terms_result *out)
{
	const struct node *n = &b->net->graph->node[b->term[i].node];
	struct term_visit v; /* not zeroed as a whole: that costs as much as a small loss */

	v.b = b;
	v.n = 0;
	v.by_row = false;
	v.clears = NULL;
	v.width = b->term[i].width;
	v.per = tensor_width(&n->out) / v.width;
	v.rows = b->net->graph->rows * v.per;
	for (int k = i; k < b->n_terms; k++) {
		if (done[k] || b->term[k].node != b->term[i].node || b->term[k].width != v.width)
			continue;
		done[k] = true;
		if (job->only < 0 || job->only == k)
			add_term_calls(&v, k, job, out);
	}
	v.counts = b->term[i].node == net_logits(b->net) && b->term[i].map < 0 && v.n > 0 &&
		   job->only < 0;
	if (job->with_gradient && is_first(b, i))
		clear_node(&v, b->term[i].node);
	if (v.n > 0)
		term_visit_run(&v, &out->accuracy);
}

/* Make rows of a target contiguous. */
static const real *
gather_rows(const real *from, const int32_t *row, size_t rows, size_t width, real *to)
{
	if (!row)
		return from;
	for (size_t i = 0; i < rows; i++)
		memcpy(to + i * width, from + (size_t)row[i] * width, width * sizeof *to);
	return to;
}

/* Further arguments of a loss over a whole batch. */
static void
complete_batch_args(struct branch *b, const struct branch_term *t, const struct terms_job *job,
		    struct loss_args *a)
{
	const struct branch_feed *f = job->feed;
	struct graph *g = b->net->graph;

	a->rows = g->rows;
	a->row = batch_i32(f->batch, BATCH_ROW);
	a->label_index = f->label_index;
	a->seen = t->mean == BRANCH_TOKENS && t->map >= 0 ? b->weight[BRANCH_TOKENS] : NULL;
	a->weight = b->weight[t->map >= 0 ? BRANCH_ROWS : t->mean];
	a->scratch = b->scratch;
	if (t->map >= 0)
		a->target = gather_rows(f->t_layer[t->map], f->t_row[t->map], g->rows, t->t_width,
					b->gathered);
	if (t->before >= 0) {
		a->before = g->node[t->before].out.data;
		a->d_before = a->dx ? g->node[t->before].grad : NULL;
		a->before_width = tensor_width(&g->node[t->before].out);
		a->t_before_width = t->t_before;
		a->t_before = gather_rows(f->t_before[t->map], f->t_before_row[t->map], g->rows,
					  t->t_before, b->gathered + g->capacity * t->t_width);
	}
	for (int i = 0; i < LOSS_OWN; i++)
		if (t->own[i] >= 0) {
			const struct param *p = &b->net->layout.param[t->own[i]];

			a->own[i] = branch_value(b) + p->offset;
			a->own_grad[i] = a->dx && !p->is_state ? b->grad + p->offset : NULL;
		}
}

/* Run a loss over the whole batch: one call. */
static void
run_batch_loss(struct branch *b, int i, const struct terms_job *job, struct terms_result *out)
{
	struct term_visit v;

	v.b = b;
	v.n = 0;
	v.by_row = false;
	add_term_calls(&v, i, job, out);
	for (int k = 0; k < v.n; k++) {
		complete_batch_args(b, &b->term[i], job, &v.call[k].args);
		*v.call[k].sum += v.call[k].factor * v.call[k].loss->run(&v.call[k].args);
	}
}

/* Clear gradients of nodes of such losses, and of the losses' own parameters. */
static void
clear_batch_losses(struct branch *b)
{
	for (int i = 0; i < b->n_terms; i++) {
		const struct branch_term *t = &b->term[i];

		for (int k = 0; k < LOSS_OWN; k++) {
			const struct param *p =
				t->own[k] >= 0 ? &b->net->layout.param[t->own[k]] : NULL;

			if (p && !p->is_state) /* state has no gradient */
				memset(b->grad + p->offset, 0, p->len * sizeof *b->grad);
		}
		if (!is_batch_loss(t))
			continue;
		graph_zero_node(b->net->graph, t->node);
		if (t->before >= 0)
			graph_zero_node(b->net->graph, t->before);
	}
}

void
terms_run(struct branch *b, const struct terms_job *job, struct terms_result *out)
{
	bool done[BRANCH_TERMS] = { false };
	struct mix_job mixed = mix_input(b, job);

	memset(out, 0, sizeof *out);
	out->accuracy = NAN;
	if (b->id == BRANCH_STUDENT && mixed.n > 0) {
		mix_run(&b->mix, &mixed);
		memcpy(out->share, b->mix.share, (size_t)mixed.n * sizeof *out->share);
	}
	if (job->with_gradient)
		clear_batch_losses(b);
	for (int i = 0; i < b->n_terms; i++)
		done[i] = is_batch_loss(&b->term[i]);
	for (int i = 0; i < b->n_terms; i++)
		if (!done[i])
			visit_node(b, i, job, done, out);
	for (int i = 0; i < b->n_terms; i++)
		if (is_batch_loss(&b->term[i]) && (job->only < 0 || job->only == i))
			run_batch_loss(b, i, job, out);
	if (job->feed->n_teachers == 0)
		out->kl = NAN;
}
