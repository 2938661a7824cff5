/* terms.c: loss terms over one batch, in one pass over the positions. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/train/terms.h"

#include <assert.h>
#include <string.h>

#include "retort/kd/losses/loss_table.h"
#include "retort/nn/gemm/shard.h"
#include "retort/nn/gemm/vmath.h"

#define TILE                                                                                  \
	8192 /* numbers in a tile: logits, gradient, teacher logits and scratch fit in the L2 \
		cache */

/* One loss call for all positions. */
struct call {
	const struct loss *loss;
	struct loss_args args; /* of the whole batch */
	double factor;         /* of the value, in the sum it goes to */
	double *sum;           /* where the value is added: of a term, or kl */
	const int32_t *row;    /* rows of the target, see branch_feed; may be NULL */
};

/* All loss calls on one node, and their chunks. */
struct visit {
	struct branch *b;
	int n;
	struct call call[TERMS_CALLS];
	size_t rows, width; /* positions, numbers in one */
	size_t per;         /* positions in a row of the batch */
	bool by_row;  /* a call does not span rows: rows of the target may not be contiguous */
	real *clears; /* gradient to clear before the first write; NULL: it is cleared */
	int pieces;
	bool counts; /* count accuracy: the node has the logits */
	double *sum; /* [pieces, n + 2] */
};

size_t
terms_sums(void)
{
	return SHARD_PIECES * (TERMS_CALLS + 2);
}

static bool
is_batch_loss(const struct branch_term *t)
{
	return t->loss->needs & LOSS_BATCH;
}

/* Numbers of scratch of a loss over a whole batch, or of one that states its need. */
static size_t
loss_scratch(const struct branch_term *t)
{
	if (t->loss->scratch)
		return t->loss->scratch(&t->shape);
	return is_batch_loss(t) ? LOSS_SCRATCH * t->shape.rows * t->width : 0;
}

size_t
terms_scratch(const struct branch *b)
{
	size_t most = 1, whole = 0;

	for (int i = 0; i < b->n_terms; i++) {
		size_t here = loss_scratch(&b->term[i]);

		most = b->term[i].width > most ? b->term[i].width : most;
		whole = here > whole ? here : whole;
	}
	most = most > TILE ? most : TILE; /* one row, or as many as fill a tile */
	most = (LOSS_SCRATCH + 2 * LOSS_TEMPERATURES) * most + 2;
	return mem_arena_round((most > whole ? most : whole) * sizeof(real)) / sizeof(real);
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

/* Divide weights by their sum; all 0 where it is 0. */
static void
normalise(real *weight, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)weight[i];
	for (size_t i = 0; i < n; i++)
		weight[i] = sum > 0 ? (real)((double)weight[i] / sum) : 0;
}

/* Second class of mixed rows, and the share of the first. */
static void
set_mixture(struct branch *b, const struct batch *batch)
{
	b->is_mixed = false;
	for (size_t i = 0;
	     batch->augmented && batch_width(batch, BATCH_OTHER_LABEL) && i < batch->rows; i++) {
		b->other[i] = batch_i32(batch, BATCH_OTHER_LABEL)[i];
		b->share[i] = (real)batch_f32(batch, BATCH_LABEL_SHARE)[i];
		b->is_mixed = b->is_mixed || b->other[i] >= 0;
	}
}

void
terms_means(struct branch *b, const struct batch *batch)
{
	size_t labels = batch_width(batch, BATCH_LABEL), length = batch_width(batch, BATCH_IDS);
	const float *row = batch_f32(batch, BATCH_ROW_WEIGHT),
		    *weight = batch_f32(batch, BATCH_LABEL_WEIGHT);
	const int32_t *ids = batch_i32(batch, BATCH_IDS), *label = batch_i32(batch, BATCH_LABEL);

	for (size_t i = 0; i < batch->rows; i++) {
		b->weight[BRANCH_ROWS][i] = (real)row[i];
		for (size_t k = i * labels; k < (i + 1) * labels; k++) {
			b->weight[BRANCH_LABELS][k] = label[k] >= 0 ? (real)weight[k] : 0;
			b->label[k] = b->weight[BRANCH_LABELS][k] > 0 ? label[k] : -1;
		}
		for (size_t k = i * length; k < (i + 1) * length; k++)
			b->weight[BRANCH_TOKENS][k] = ids[k] >= 0 ? (real)row[i] : 0;
	}
	set_mixture(b, batch);
	normalise(b->weight[BRANCH_ROWS], batch->rows);
	normalise(b->weight[BRANCH_LABELS], batch->rows * labels);
	normalise(b->weight[BRANCH_TOKENS], batch->rows * length);
}

static bool
is_right(const real *z, size_t n, int32_t label)
{
	if (z[label] != vmath_max(z, n))
		return false;
	for (int32_t c = 0; c < label; c++)
		if (z[c] == z[label])
			return false; /* of equal logits the first is the prediction */
	return true;
}

static void
count_right(const struct visit *v, size_t from, size_t to, double *sum)
{
	const struct loss_args *a = &v->call[0].args;
	const real *weight = v->b->weight[BRANCH_LABELS];

	for (size_t i = from; i < to; i++) {
		if (weight[i] <= 0)
			continue;
		sum[0] += is_right(a->x + i * a->width, a->width, a->label[i]);
		sum[1] += 1;
	}
}

/* Arguments for some of the positions; `per` positions are a row. */
static struct loss_args
args_of_positions(const struct call *l, size_t from, size_t rows, size_t per,
		  struct loss_memo *memo, real *scratch)
{
	struct loss_args a = l->args;

	a.rows = rows;
	a.x += from * a.width;
	a.weight += from;
	a.seen = a.seen ? a.seen + from * a.positions : NULL;
	a.memo = memo;
	a.scratch = scratch;
	if (l->row)
		a.target += ((size_t)l->row[from / per] * per + from % per) * a.t_width;
	else
		a.target = a.target ? a.target + from * a.t_width : NULL;
	a.label = a.label ? a.label + from : NULL;
	a.other = a.other ? a.other + from : NULL;
	a.share = a.share ? a.share + from : NULL;
	a.dx = a.dx ? a.dx + from * a.width : NULL;
	a.grad_factor = a.grad_factor ? a.grad_factor + from * (a.width / a.channels) : NULL;
	if (a.top.k) {
		a.top.id += from * a.top.k;
		a.top.logit += from * a.top.k;
		a.top.tail += from;
	}
	return a;
}

static void
visit_chunk(void *arg, int index)
{
	const struct visit *v = arg;
	size_t from = shard_from(v->rows, v->pieces, index),
	       to = shard_from(v->rows, v->pieces, index + 1);
	size_t step = TILE / v->width ? TILE / v->width : 1;
	real *scratch = v->b->scratch + (size_t)pool_worker() * v->b->n_scratch;
	double *sum = v->sum + index * (v->n + 2);
	struct loss_memo memo;

	memset(sum, 0, (size_t)(v->n + 2) * sizeof *sum);
	for (int i = 0; i < LOSS_TEMPERATURES; i++) {
		memo.log_q[i] = scratch + (LOSS_SCRATCH + 2 * (size_t)i) * step * v->width;
		memo.q[i] = memo.log_q[i] + step * v->width;
	}
	for (size_t rows; from < to; from += rows) {
		size_t left = v->by_row ? v->per - from % v->per : to - from;

		left = left < to - from ? left : to - from;
		rows = left < step ? left : step;
		if (v->clears) /* just before it is used */
			memset(v->clears + from * v->width, 0, rows * v->width * sizeof *v->clears);
		memo.used = 0;
		for (int i = 0; i < v->n; i++) {
			struct loss_args a =
				args_of_positions(&v->call[i], from, rows, v->per, &memo, scratch);

			sum[i] += v->call[i].loss->run(&a);
		}
		if (v->counts)
			count_right(v, from, from + rows, sum + v->n);
	}
}

static void
run_visit(struct visit *v, struct terms_result *out)
{
	double right = 0, seen = 0;

	v->pieces = shard_pieces(v->rows, v->width);
	v->sum = v->b->partial;
	pool_run(v->b->pool, v->pieces, visit_chunk, v);
	for (int p = 0; p < v->pieces; p++) {
		const double *sum = v->sum + p * (v->n + 2);

		for (int i = 0; i < v->n; i++)
			*v->call[i].sum += v->call[i].factor * sum[i];
		right += sum[v->n];
		seen += sum[v->n + 1];
	}
	if (v->counts)
		out->accuracy = seen > 0 ? right / seen : NAN;
}

static struct call *
add_call(struct visit *v, const struct branch_term *t, const struct terms_job *job,
	 double temperature, double scale, bool with_gradient)
{
	struct branch *b = v->b;
	struct node *n = &b->net->graph->node[t->node];
	struct call *l = &v->call[v->n++];
	bool on_map = t->loss->needs & LOSS_MAP;

	assert(v->n <= TERMS_CALLS);
	l->loss = t->loss;
	l->factor = 1;
	l->row = NULL;
	l->args = (struct loss_args){
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
	return l;
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
add_mixture(struct visit *v, const struct branch_term *t, const struct terms_job *job, double scale,
	    double *raw)
{
	struct branch *b = v->b;
	struct mix_job mixed = mix_input(b, job);
	double temperature = loss_temperature(t->loss, job->knobs), all = 0;
	struct call *l;
	int index = 0;

	for (int k = 0; k < mixed.n; k++)
		all += b->mix.share[k];
	if (all <= 0)
		return; /* every teacher's weight is 0 */
	for (const struct branch_term *other = b->term; other < t; other++)
		index += other->map < 0 && other->loss->needs & LOSS_LOGITS;
	l = add_call(v, t, job, temperature, scale, job->with_gradient && scale != 0);
	l->args.target = mix_target(&b->mix, &mixed, index, temperature);
	l->sum = raw;
}

/* Add the loss calls of a term on outputs, one for each teacher with its factor; factors by row are
 * in the weights of the rows. */
static void
add_teachers(struct visit *v, const struct branch_term *t, const struct terms_job *job,
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
		struct call *l = add_call(v, t, job, loss_temperature(t->loss, job->knobs),
					  scale * factor, job->with_gradient && scale != 0);

		l->args.target = f->t_logits[k];
		l->args.top = f->t_top[k];
		if (by_row)
			l->args.weight = m->weight[k];
		l->factor = factor;
		l->sum = raw;
	}
}

/* Add KL from the teachers at temperature 1, weighted mean: comparable across changes of losses. */
static void
add_divergence(struct visit *v, const struct branch_term *t, const struct terms_job *job,
	       double *kl)
{
	const struct branch_feed *f = job->feed;
	double total = 0;

	for (int k = 0; k < f->n_teachers; k++)
		total += f->t_weight[k];
	for (int k = 0; k < f->n_teachers; k++) {
		struct call *l = add_call(v, t, job, 1, 0, false);

		l->args.target = f->t_logits[k];
		l->args.top = f->t_top[k];
		l->factor = total > 0 ? f->t_weight[k] / total : 1.0 / f->n_teachers;
		l->sum = kl;
	}
}

static void
add_term_calls(struct visit *v, int i, const struct terms_job *job, struct terms_result *out)
{
	const struct branch_term *t = &v->b->term[i];
	struct call *l;

	if (t->loss->needs & LOSS_LOGITS) {
		add_teachers(v, t, job, job->weight[i], &out->raw[i]);
		if (t->loss == &loss_kd)
			add_divergence(v, t, job, &out->kl);
		return;
	}
	if (t->map >= 0 && !job->feed->t_layer[t->map])
		return; /* a muted teacher has no target */
	l = add_call(v, t, job,
		     t->map < 0 ? loss_temperature(t->loss, job->knobs) : job->knobs->temperature,
		     job->weight[i], job->with_gradient);
	if (t->map >= 0) {
		l->args.target = job->feed->t_layer[t->map];
		l->row = job->feed->t_row[t->map];
		v->by_row = true;
	}
	l->sum = &out->raw[i];
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
clear_node(struct visit *v, int node)
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
	struct visit v; /* not zeroed as a whole: that costs as much as a small loss */

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
		run_visit(&v, out);
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
	struct visit v;

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
