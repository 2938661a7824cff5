/* teacher.c: what a teacher says about rows, asked once where its answers can be kept. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/teacher.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/nn/gemm/blas.h"
#include "retort/nn/gemm/shard.h"
#include "retort/nn/predict.h"
#include "retort/kd/spatial.h"

#define LOOPS                                                                                  \
	1 /* of the engine between the products of a library: counted up when one of them gets \
	     other bits */
#define CHUNK_ROWS 64        /* rows asked together, */
#define CHUNK_POSITIONS 4096 /* or positions, where a row has many */

const char *const teacher_cache_name[] = { "auto", "off", "memory", "disk", NULL };

/* The node that an answer comes from. */
static int
node_of(const struct teacher *t, int layer, int what)
{
	return net_node(t->net, layer,
			what == TEACHER_PLACES ? MODEL_HIDDEN : (enum model_tap)what);
}

static size_t
chunks(const struct teacher *t)
{
	return (t->ds->n + t->chunk - 1) / t->chunk;
}

static int
logits_layer(const struct teacher *t)
{
	return t->net->n_layers - 1;
}

static bool
is_top(const struct teacher *t, int layer, int what)
{
	return t->options.top && what == MODEL_HIDDEN && layer == logits_layer(t);
}

size_t
teacher_width(const struct teacher *t, int layer, int what)
{
	const struct tensor *out = &t->net->graph->node[node_of(t, layer, what)].out;

	return what == TEACHER_PLACES ? tensor_places(out) : tensor_width(out);
}

/* Numbers a row that are kept: of the largest logits their ids, themselves, and the tail. */
static size_t
kept_width(const struct teacher *t, int layer, int what)
{
	if (is_top(t, layer, what))
		return net_positions(t->net, node_of(t, layer, what)) * (2 * t->options.top + 1);
	return teacher_width(t, layer, what);
}

static bool
wanted(const struct teacher *t, int layer, int what)
{
	return t->wants[layer] & 1u << what;
}

static void
free_net(struct teacher *t)
{
	for (int i = 0; i < MODEL_LAYERS; i++) {
		mem_free(t->places[i]);
		t->places[i] = NULL;
	}
	net_free(t->net);
}

static void
forget(struct teacher *t)
{
	for (int i = 0; i < MODEL_LAYERS; i++)
		for (int what = 0; what < TEACHER_ASKS; what++)
			logit_cache_close(&t->kept[i][what]);
	batch_release(&t->batch);
	mem_free(t->rows);
	mem_free(t->top);
	free_net(t);
	memset(t, 0, sizeof *t);
}

void
teacher_close(struct teacher *t)
{
	forget(t);
}

size_t
teacher_size(const struct teacher *t)
{
	size_t sum = 0;

	for (int i = 0; i < t->net->n_layers; i++)
		for (int what = 0; what < TEACHER_ASKS; what++)
			if (wanted(t, i, what))
				sum += logit_cache_size(t->ds->n, chunks(t),
							kept_width(t, i, what));
	return sum;
}

/* Weights, inputs, the kernels that compute, and how precisely: another of any of these is another
 * key. */
static struct hash
key_of(const struct net *like, const real *value, const struct hash *inputs,
       const struct teacher_options *o)
{
	struct hash weights = net_hash(like, value), key = hash_join(&weights, inputs), how;
	char text[160];

	snprintf(text, sizeof text, "%s %s %d %zu %d", blas_name(), PACKAGE_VERSION, LOOPS, o->top,
		 o->bf16);
	how = hash_of(text, strlen(text));
	return hash_join(&key, &how);
}

/* A layer that only says where its map is large is looked at as soon as it is there, and lives no
 * longer than its readers. */
static int
take_places(struct teacher *t, size_t capacity, struct err *e)
{
	for (int i = 0; i < t->net->n_layers; i++) {
		size_t width =
			wanted(t, i, TEACHER_PLACES) ? teacher_width(t, i, TEACHER_PLACES) : 0;

		if (width && !(t->places[i] = mem_try(capacity * width, sizeof(real))))
			return err_set(e, "no memory for %zu rows of %zu places", capacity, width);
	}
	return 0;
}

/* A network of its own, that runs forward only and keeps no more than what was wanted. */
static int
make_net(struct teacher *t, const struct net *like, real *value, size_t capacity, struct err *e)
{
	t->net = net_new(like->name, &like->spec, &like->io, capacity, like->graph->pool, t->wants,
			 e);
	if (!t->net)
		return -1;
	t->wants[logits_layer(t)] |= 1u << MODEL_HIDDEN;
	for (int i = 0; i < t->net->n_layers; i++)
		for (int tap = 0; tap < MODEL_TAPS; tap++)
			if (wanted(t, i, tap) && node_of(t, i, tap) != t->net->input)
				graph_tap(t->net->graph, node_of(t, i, tap));
	if (net_pack(t->net, value, t->options.bf16, e) < 0 || net_finish(t->net, false, e) < 0)
		return -1;
	graph_bind(t->net->graph, value, NULL);
	return take_places(t, capacity, e);
}

static char *
file_of(const struct teacher *t, int layer, int what, struct err *e)
{
	char *dir = io_xdg("XDG_CACHE_HOME", ".cache"),
	     *answers = dir ? io_join(dir, "answers") : NULL, *path = NULL;
	char hex[65], name[120];

	hash_hex(&t->key, hex);
	snprintf(name, sizeof name, "%.24s-%d-%s", hex, layer,
		 what == TEACHER_PLACES ? "places" : model_tap_name[what]);
	if (!answers)
		err_set(e, "cache disk: neither XDG_CACHE_HOME nor HOME names a directory");
	else if (io_mkdirs(answers, e) == 0)
		path = io_join(answers, name);
	mem_free(answers);
	mem_free(dir);
	return path;
}

static int
keep(struct teacher *t, int layer, int what, struct err *e)
{
	char *path = NULL;
	int status;

	if (t->options.cache == TEACHER_DISK && !(path = file_of(t, layer, what, e)))
		return -1;
	status = logit_cache_open(&t->kept[layer][what], t->ds->n, chunks(t),
				  kept_width(t, layer, what), path, &t->key, e);
	mem_free(path);
	return status;
}

/* Everything wanted has its place, once it is known whether answers are kept. */
static int
keep_all(struct teacher *t, struct err *e)
{
	for (int i = 0; i < t->net->n_layers; i++)
		for (int what = 0; what < TEACHER_ASKS; what++)
			if (wanted(t, i, what) && keep(t, i, what, e) < 0)
				return -1;
	t->rows = mem_array(t->chunk, sizeof *t->rows);
	t->top = mem_array(2 * t->options.top + 1, sizeof *t->top);
	return batch_init(&t->batch, t->chunk, t->ds, e);
}

static size_t
chunk_of(const struct net *like)
{
	size_t positions = like->io.kind == DATASET_TOKENS ? like->io.length : 1;
	size_t rows = CHUNK_POSITIONS / positions;

	return rows < 1 ? 1 : rows < CHUNK_ROWS ? rows : CHUNK_ROWS;
}

/* A network for as many rows, if it is one for fewer: what was kept stays. */
static int
grow_net(struct teacher *t, const struct net *like, real *value, size_t capacity, struct err *e)
{
	if (t->net->graph->capacity >= capacity)
		return 0;
	free_net(t);
	t->net = NULL;
	return make_net(t, like, value, capacity, e);
}

static int
open_new(struct teacher *t, const struct net *like, real *value, size_t capacity, bool anew,
	 struct err *e)
{
	t->chunk = chunk_of(like);
	/* sizes are known once there are nodes: the network is built for a chunk, and again for a
	 * batch where nothing is kept */
	if (make_net(t, like, value, t->chunk, e) < 0)
		return -1;
	if (t->options.top &&
	    (t->options.top >= t->net->io.classes || t->options.cache == TEACHER_OFF))
		return err_set(e, "top %zu: %s", t->options.top,
			       t->options.cache == TEACHER_OFF
				       ? "is what is kept, and cache is off"
				       : "there are no more classes than that");
	t->keeps = t->options.cache != TEACHER_OFF &&
		   (t->options.cache != TEACHER_AUTO || teacher_size(t) <= TEACHER_KEPT);
	if (t->keeps)
		return keep_all(t, e) < 0 ? -1 : grow_net(t, like, value, anew ? capacity : 0, e);
	if (t->options.top)
		return err_set(e,
			       "top %zu: %zu bytes are more than `auto` keeps; say `cache memory` "
			       "or `cache disk`",
			       t->options.top, teacher_size(t));
	free_net(t);
	return make_net(t, like, value, capacity, e);
}

static struct teacher_effect
effect_of(const real *exact, const real *rounded, size_t positions, size_t classes)
{
	struct teacher_effect effect = { .positions = positions };

	for (size_t i = 0; i < positions; i++, exact += classes, rounded += classes) {
		double all = loss_log_sum_exp(exact, classes),
		       other_all = loss_log_sum_exp(rounded, classes);
		size_t best = 0, other = 0;

		for (size_t c = 0; c < classes; c++) {
			double log_p = (double)exact[c] - all,
			       log_q = (double)rounded[c] - other_all;

			effect.kl += exp(log_p) * (log_p - log_q);
			effect.largest =
				fmax(effect.largest, fabs((double)exact[c] - (double)rounded[c]));
			best = exact[c] > exact[best] ? c : best;
			other = rounded[c] > rounded[other] ? c : other;
		}
		effect.agreement += best == other;
	}
	effect.kl /= (double)positions;
	effect.agreement /= (double)positions;
	return effect;
}

/* The first rows, up to a chunk of them, through this network and through an exact one. */
static int
measure_effect(struct teacher *t, const struct net *like, real *value, struct err *e)
{
	size_t room = t->net->graph->capacity < t->chunk ? t->net->graph->capacity : t->chunk;
	size_t rows = t->ds->n < room ? t->ds->n : room,
	       width = tensor_width(&t->net->graph->node[net_logits(t->net)].out);
	uint32_t *row = mem_array(rows, sizeof *row);
	struct net *exact =
		net_new(like->name, &like->spec, &like->io, rows, like->graph->pool, NULL, e);
	struct batch b = { 0 };
	int status = -1;

	for (size_t i = 0; i < rows; i++)
		row[i] = (uint32_t)i;
	if (exact && net_finish(exact, false, e) == 0 && batch_init(&b, rows, t->ds, e) == 0) {
		graph_bind(exact->graph, value, NULL);
		batch_fill(&b, t->ds, row, rows, NULL);
		t->effect = effect_of(predict_batch(exact, &b), predict_batch(t->net, &b),
				      rows * width / t->net->io.classes, t->net->io.classes);
		status = 0;
	}
	batch_release(&b);
	net_free(exact);
	mem_free(row);
	return status;
}

static bool
same_options(const struct teacher_options *a, const struct teacher_options *b)
{
	return a->cache == b->cache && a->top == b->top && a->bf16 == b->bf16;
}

int
teacher_open(struct teacher *t, const struct net *like, real *value, const struct dataset *ds,
	     const struct hash *inputs, const unsigned *wants,
	     const struct teacher_options *options, size_t capacity, bool anew, struct err *e)
{
	struct hash key = key_of(like, value, inputs, options);
	unsigned all[MODEL_LAYERS];
	bool same;

	memcpy(all, wants, sizeof all);
	all[like->n_layers - 1] |= 1u << MODEL_HIDDEN;
	same = t->is_open && t->ds == ds && memcmp(&key, &t->key, sizeof key) == 0 &&
	       same_options(&t->options, options) && memcmp(all, t->wants, sizeof all) == 0;
	if (same && grow_net(t, like, value, t->keeps && !anew ? 0 : capacity, e) == 0) {
		graph_bind(t->net->graph, value, NULL);
		return 0;
	}
	forget(t);
	t->ds = ds;
	t->key = key;
	t->options = *options;
	memcpy(t->wants, all, sizeof all);
	if (open_new(t, like, value, capacity, anew, e) < 0 ||
	    (options->bf16 && measure_effect(t, like, value, e) < 0)) {
		forget(t);
		return -1;
	}
	t->is_open = true;
	return 0;
}

/* The k largest of n logits, largest first, into id and z; returns log sum exp of the rest. */
static real
take_top(const real *logit, size_t n, size_t k, real *id, real *z)
{
	real rest = 0;

	for (size_t c = 0; c < n; c++) {
		size_t at;

		if (c >= k && logit[c] <= z[k - 1])
			continue;
		at = c < k ? c : k - 1;
		for (; at > 0 && z[at - 1] < logit[c]; at--) {
			z[at] = z[at - 1];
			id[at] = id[at - 1];
		}
		z[at] = logit[c];
		id[at] = (real)c;
	}
	for (size_t c = 0; c < n; c++)
		rest += REAL_EXP(logit[c] - z[0]);
	for (size_t c = 0; c < k; c++)
		rest -= REAL_EXP(z[c] - z[0]);
	return z[0] + REAL_LOG(rest > (real)1e-30 ? rest : (real)1e-30);
}

static void
keep_top(const struct teacher *t, const real *logit, size_t rows, real *out)
{
	size_t k = t->options.top, n = t->net->io.classes;
	size_t positions = rows * net_positions(t->net, net_logits(t->net));

	for (size_t i = 0; i < positions; i++) {
		real *to = out + i * (2 * k + 1);

		to[2 * k] = take_top(logit + i * n, n, k, to, to + k);
	}
}

/* What the network said when it was last run. */
static const real *
said(const struct teacher *t, int layer, int what)
{
	return what == TEACHER_PLACES ? t->places[layer]
				      : t->net->graph->node[node_of(t, layer, what)].out.data;
}

static void
keep_rows(struct teacher *t, int layer, int what, size_t chunk, size_t n)
{
	struct logit_cache *k = &t->kept[layer][what];
	real *to = k->out + chunk * t->chunk * k->width;
	const real *from = said(t, layer, what);

	if (is_top(t, layer, what))
		keep_top(t, from, n, to);
	else
		memcpy(to, from, n * k->width * sizeof *to);
	k->known[chunk] = 1;
}

struct placing {
	const struct tensor *map;
	size_t rows;
	int pieces;
	real *out;
};

static void
place_piece(void *arg, int index)
{
	const struct placing *p = arg;
	size_t from = shard_from(p->rows, p->pieces, index),
	       n = shard_from(p->rows, p->pieces, index + 1) - from;
	size_t width = tensor_width(p->map), places = tensor_places(p->map);

	spatial_map(p->map->data + from * width, n, places, width / places, p->out + from * places,
		    NULL);
}

static void
run_net(struct teacher *t, const struct batch *b)
{
	struct graph *g = t->net->graph;
	int next = 0;

	g->training = g->keeps = false;
	net_feed(t->net, b);
	for (int i = 0; i < t->net->n_layers; i++) {
		int node = node_of(t, i, TEACHER_PLACES);
		struct placing p = { &g->node[node].out, b->rows,
				     shard_pieces(b->rows, tensor_width(&g->node[node].out)),
				     t->places[i] };

		if (!t->places[i])
			continue;
		graph_forward_from(g, next, node);
		next = node + 1;
		pool_run(g->pool, p.pieces, place_piece, &p);
	}
	graph_forward_from(g, next, g->n_nodes - 1);
	t->asked += b->rows;
}

/* Run the network once for a chunk and keep every layer that somebody wants. */
static void
learn_chunk(struct teacher *t, size_t chunk)
{
	size_t from = chunk * t->chunk, n = t->ds->n - from < t->chunk ? t->ds->n - from : t->chunk;

	for (size_t i = 0; i < n; i++)
		t->rows[i] = (uint32_t)(from + i);
	batch_fill(&t->batch, t->ds, t->rows, n, NULL);
	run_net(t, &t->batch);
	for (int i = 0; i < t->net->n_layers; i++)
		for (int what = 0; what < TEACHER_ASKS; what++)
			if (t->kept[i][what].out)
				keep_rows(t, i, what, chunk, n);
}

/* One file may be older than another: what any of them lacks is asked for again. */
static bool
knows(const struct teacher *t, size_t chunk)
{
	for (int i = 0; i < t->net->n_layers; i++)
		for (int what = 0; what < TEACHER_ASKS; what++)
			if (t->kept[i][what].out && !t->kept[i][what].known[chunk])
				return false;
	return true;
}

/* What is said of a batch is of the network's last run, not of what was kept. */
static bool
is_fresh(const struct teacher *t, const struct batch *b)
{
	return !t->keeps || b->augmented;
}

void
teacher_ask(struct teacher *t, const struct batch *b)
{
	const int32_t *row = batch_i32(b, BATCH_ROW);

	if (is_fresh(t, b)) {
		run_net(t, b);
		return;
	}
	for (size_t i = 0; i < b->rows; i++)
		if (!knows(t, (size_t)row[i] / t->chunk))
			learn_chunk(t, (size_t)row[i] / t->chunk);
}

const real *
teacher_answer(const struct teacher *t, int layer, int what, const struct batch *b, real *out)
{
	const struct logit_cache *k = &t->kept[layer][what];
	const int32_t *row = batch_i32(b, BATCH_ROW);

	if (is_fresh(t, b))
		return said(t, layer, what);
	assert(k->out && !is_top(t, layer, what));
	for (size_t i = 0; i < b->rows; i++)
		memcpy(out + i * k->width, k->out + (size_t)row[i] * k->width,
		       k->width * sizeof *out);
	return out;
}

const real *
teacher_look(const struct teacher *t, int layer, int what, const struct batch *b,
	     const int32_t **row)
{
	*row = is_fresh(t, b) ? NULL : batch_i32(b, BATCH_ROW);
	assert(is_fresh(t, b) || (t->kept[layer][what].out && !is_top(t, layer, what)));
	return is_fresh(t, b) ? said(t, layer, what) : t->kept[layer][what].out;
}

/* The largest logits of position p of row i of the batch, as they are kept: ids, logits, tail. */
static const real *
top_at(const struct teacher *t, const struct batch *b, size_t i, size_t p, size_t positions)
{
	const struct logit_cache *kept = &t->kept[logits_layer(t)][MODEL_HIDDEN];
	size_t k = t->options.top, n = t->net->io.classes;

	if (!is_fresh(t, b))
		return kept->out + (size_t)batch_i32(b, BATCH_ROW)[i] * kept->width +
		       p * (2 * k + 1);
	t->top[2 * k] = take_top(said(t, logits_layer(t), MODEL_HIDDEN) + (i * positions + p) * n,
				 n, k, t->top, t->top + k);
	return t->top;
}

void
teacher_answer_top(const struct teacher *t, const struct batch *b, int32_t *id, real *logit,
		   real *tail)
{
	size_t k = t->options.top, positions = net_positions(t->net, net_logits(t->net));

	for (size_t i = 0; i < b->rows; i++)
		for (size_t p = 0; p < positions; p++) {
			const real *from = top_at(t, b, i, p, positions);
			size_t at = i * positions + p;

			for (size_t c = 0; c < k; c++)
				id[at * k + c] = (int32_t)from[c];
			memcpy(logit + at * k, from + k, k * sizeof *logit);
			tail[at] = from[2 * k];
		}
}
