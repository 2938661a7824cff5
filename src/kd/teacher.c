/* teacher.c: run a teacher, and read its outputs from the cache or from its network. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/teacher.h"

#include <assert.h>
#include <string.h>

#include "retort/nn/gemm/shard.h"
#include "retort/kd/spatial.h"
#include "retort/kd/top_logits.h"

const char *const teacher_cache_name[] = { "auto", "off", "memory", "disk", NULL };

int
teacher_node(const struct teacher *t, int layer, int tap)
{
	return net_node(t->net, layer, tap == TEACHER_SPATIAL ? MODEL_HIDDEN : (enum model_tap)tap);
}

static int
logits_layer(const struct teacher *t)
{
	return t->net->n_layers - 1;
}

/* Whether the cache of an output holds its largest logits only. */
static bool
is_top(const struct teacher *t, int layer, int tap)
{
	return t->options.top && tap == MODEL_HIDDEN && layer == logits_layer(t);
}

size_t
teacher_width(const struct teacher *t, int layer, int tap)
{
	const struct tensor *out = &t->net->graph->node[teacher_node(t, layer, tap)].out;

	return tap == TEACHER_SPATIAL ? tensor_positions(out) : tensor_width(out);
}

struct logit_cache_shape
teacher_cache_shape(const struct teacher *t, int layer, int tap)
{
	struct logit_cache_shape s = { .rows = t->ds->n,
				       .chunk = t->chunk,
				       .width = teacher_width(t, layer, tap) };

	if (is_top(t, layer, tap)) {
		s.top = t->options.top;
		s.classes = t->net->io.classes;
		s.width = net_positions(t->net, teacher_node(t, layer, tap)) * (2 * s.top + 1);
	}
	return s;
}

bool
teacher_wants(const struct teacher *t, int layer, int tap)
{
	return t->wants[layer] & 1u << tap;
}

void
teacher_free_net(struct teacher *t)
{
	for (int i = 0; i < MODEL_LAYERS; i++) {
		mem_free(t->spatial[i]);
		t->spatial[i] = NULL;
	}
	net_free(t->net);
	t->net = NULL;
}

void
teacher_close(struct teacher *t)
{
	for (int i = 0; i < MODEL_LAYERS; i++)
		for (int tap = 0; tap < TEACHER_TAPS; tap++)
			logit_cache_close(&t->cache[i][tap]);
	batch_release(&t->batch);
	mem_free(t->rows);
	mem_free(t->top);
	teacher_free_net(t);
	memset(t, 0, sizeof *t);
}

size_t
teacher_size(const struct teacher *t)
{
	size_t sum = 0;

	for (int i = 0; i < t->net->n_layers; i++)
		for (int tap = 0; tap < TEACHER_TAPS; tap++)
			if (teacher_wants(t, i, tap)) {
				struct logit_cache_shape s = teacher_cache_shape(t, i, tap);

				sum += logit_cache_size(&s);
			}
	return sum;
}

/* An output of the last forward pass. */
static const real *
forward_output(const struct teacher *t, int layer, int tap)
{
	return tap == TEACHER_SPATIAL ? t->spatial[layer]
				      : t->net->graph->node[teacher_node(t, layer, tap)].out.data;
}

/* Copy the n rows of the last forward pass to the cache. */
static void
cache_rows(struct teacher *t, int layer, int tap, size_t chunk, size_t n)
{
	struct logit_cache *c = &t->cache[layer][tap];
	real *to = logit_cache_at(c, chunk * t->chunk);
	const real *from = forward_output(t, layer, tap);

	if (is_top(t, layer, tap))
		top_logits_pack(from, n * net_positions(t->net, net_logits(t->net)),
				t->net->io.classes, t->options.top, to);
	else
		memcpy(to, from, n * c->shape.width * sizeof *to);
	logit_cache_commit(c, chunk);
}

struct spatial_job {
	const struct tensor *map;
	size_t rows;
	int pieces;
	real *out;
};

static void
spatial_piece(void *arg, int index)
{
	const struct spatial_job *p = arg;
	size_t from = shard_from(p->rows, p->pieces, index),
	       n = shard_from(p->rows, p->pieces, index + 1) - from;
	size_t width = tensor_width(p->map), positions = tensor_positions(p->map);

	spatial_map(p->map->data + from * width, n, positions, width / positions,
		    p->out + from * positions, NULL);
}

/* Forward pass. An attention map is computed as soon as its feature map is there, because the
 * memory of a feature map is reused after its last reader. */
static void
run_net(struct teacher *t, const struct batch *b)
{
	struct graph *g = t->net->graph;
	int next = 0;

	g->training = g->saves = false;
	net_feed(t->net, b);
	for (int i = 0; i < t->net->n_layers; i++) {
		int node = teacher_node(t, i, TEACHER_SPATIAL);
		struct spatial_job p = { &g->node[node].out, b->rows,
					 shard_pieces(b->rows, tensor_width(&g->node[node].out)),
					 t->spatial[i] };

		if (!t->spatial[i])
			continue;
		graph_forward_from(g, next, node);
		next = node + 1;
		pool_run(g->pool, p.pieces, spatial_piece, &p);
	}
	graph_forward_from(g, next, g->n_nodes - 1);
	t->forward += b->rows;
}

/* Run the network for the rows of a chunk and cache every wanted output. */
static void
fill_chunk(struct teacher *t, size_t chunk)
{
	size_t from = chunk * t->chunk, n = t->ds->n - from < t->chunk ? t->ds->n - from : t->chunk;

	for (size_t i = 0; i < n; i++)
		t->rows[i] = (uint32_t)(from + i);
	batch_fill(&t->batch, t->ds, t->rows, n, NULL);
	run_net(t, &t->batch);
	for (int i = 0; i < t->net->n_layers; i++)
		for (int tap = 0; tap < TEACHER_TAPS; tap++)
			if (t->cache[i][tap].out)
				cache_rows(t, i, tap, chunk, n);
}

/* Whether every cache has the chunk; files may have been filled by different sessions. */
static bool
has_chunk(struct teacher *t, size_t chunk)
{
	for (int i = 0; i < t->net->n_layers; i++)
		for (int tap = 0; tap < TEACHER_TAPS; tap++)
			if (t->cache[i][tap].out && !logit_cache_has(&t->cache[i][tap], chunk))
				return false;
	return true;
}

/* The same, unless another process has done it in the meantime. */
static void
need_chunk(struct teacher *t, size_t chunk)
{
	const struct logit_cache *logits = &t->cache[logits_layer(t)][MODEL_HIDDEN];

	if (has_chunk(t, chunk))
		return;
	logit_cache_lock(logits, chunk);
	if (!has_chunk(t, chunk))
		fill_chunk(t, chunk);
	logit_cache_unlock(logits, chunk);
}

/* Whether the outputs of a batch are those of the last forward pass, not of the cache. */
static bool
is_direct(const struct teacher *t, const struct batch *b)
{
	return !t->is_cached || b->augmented;
}

void
teacher_run(struct teacher *t, const struct batch *b)
{
	const int32_t *row = batch_i32(b, BATCH_ROW);

	if (is_direct(t, b)) {
		run_net(t, b);
		return;
	}
	for (size_t i = 0; i < b->rows; i++)
		need_chunk(t, (size_t)row[i] / t->chunk);
}

const real *
teacher_outputs(const struct teacher *t, int layer, int tap, const struct batch *b, real *out)
{
	const struct logit_cache *c = &t->cache[layer][tap];
	const int32_t *row = batch_i32(b, BATCH_ROW);
	size_t width = c->shape.width;

	if (is_direct(t, b))
		return forward_output(t, layer, tap);
	assert(c->out && !is_top(t, layer, tap));
	for (size_t i = 0; i < b->rows; i++)
		memcpy(out + i * width, logit_cache_at(c, (size_t)row[i]), width * sizeof *out);
	return out;
}

const real *
teacher_borrow(const struct teacher *t, int layer, int tap, const struct batch *b,
	       const int32_t **row)
{
	*row = is_direct(t, b) ? NULL : batch_i32(b, BATCH_ROW);
	assert(is_direct(t, b) || (t->cache[layer][tap].out && !is_top(t, layer, tap)));
	return is_direct(t, b) ? forward_output(t, layer, tap) : t->cache[layer][tap].out;
}

/* Packed largest logits of position p of row i of the batch. */
static const real *
top_at(const struct teacher *t, const struct batch *b, size_t i, size_t p, size_t positions)
{
	const struct logit_cache *c = &t->cache[logits_layer(t)][MODEL_HIDDEN];
	size_t k = t->options.top, n = t->net->io.classes;

	if (!is_direct(t, b))
		return logit_cache_at(c, (size_t)batch_i32(b, BATCH_ROW)[i]) + p * (2 * k + 1);
	top_logits_pack(forward_output(t, logits_layer(t), MODEL_HIDDEN) + (i * positions + p) * n,
			1, n, k, t->top);
	return t->top;
}

void
teacher_top(const struct teacher *t, const struct batch *b, int32_t *id, real *logit, real *tail)
{
	size_t k = t->options.top, positions = net_positions(t->net, net_logits(t->net));

	for (size_t i = 0; i < b->rows; i++)
		for (size_t p = 0; p < positions; p++) {
			size_t at = i * positions + p;

			top_logits_unpack(top_at(t, b, i, p, positions), k, id + at * k,
					  logit + at * k, tail + at);
		}
}
