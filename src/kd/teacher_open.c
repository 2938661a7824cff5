/* teacher_open.c: build a teacher's network and open the caches of its outputs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "retort/base/io.h"
#include "retort/nn/gemm/blas.h"
#include "retort/kd/teacher.h"

#define LOOPS 1              /* part of the key: raised when our own kernels change their bits */
#define CHUNK_ROWS 64        /* rows of a chunk at most, and */
#define CHUNK_POSITIONS 4096 /* positions, where a row has many */

/* The key changes with weights, inputs, BLAS kernel, version and options that change outputs. */
static struct hash
make_key(const struct net *like, const real *value, const struct hash *inputs,
	 const struct teacher_options *o)
{
	struct hash weights = net_hash(like, value), key = hash_join(&weights, inputs), how;
	char text[160];

	snprintf(text, sizeof text, "%s %s %d %zu %d", blas_name(), PACKAGE_VERSION, LOOPS, o->top,
		 o->bf16);
	how = hash_of(text, strlen(text));
	return hash_join(&key, &how);
}

static int
alloc_spatial(struct teacher *t, size_t capacity, struct err *e)
{
	for (int i = 0; i < t->net->n_layers; i++) {
		size_t width = teacher_wants(t, i, TEACHER_SPATIAL)
				       ? teacher_width(t, i, TEACHER_SPATIAL)
				       : 0;

		if (width && !(t->spatial[i] = mem_try(capacity * width, sizeof(real))))
			return err_set(e, "no memory for attention maps: %zu rows of %zu numbers",
				       capacity, width);
	}
	return 0;
}

/* Build the network: forward only, with memory for the wanted taps alone. */
static int
make_net(struct teacher *t, const struct net *like, real *value, size_t capacity, struct err *e)
{
	t->net = net_new(like->name, &like->spec, &like->io, capacity, like->graph->pool, t->wants,
			 e);
	if (!t->net)
		return -1;
	t->wants[t->net->n_layers - 1] |= 1u << MODEL_HIDDEN;
	for (int i = 0; i < t->net->n_layers; i++)
		for (int tap = 0; tap < MODEL_TAPS; tap++)
			if (teacher_wants(t, i, tap) && teacher_node(t, i, tap) != t->net->input)
				graph_tap(t->net->graph, teacher_node(t, i, tap));
	if (net_pack(t->net, value, t->options.bf16, e) < 0 || net_finish(t->net, false, e) < 0)
		return -1;
	graph_bind(t->net->graph, value, NULL);
	return alloc_spatial(t, capacity, e);
}

/* Path of a cache file; its directory is made. NULL and an error; the caller frees it. One that
 * processes share while they fill it has the name of the machine: a file system of a network does
 * not keep maps of two machines alike. */
static char *
make_path(const struct teacher *t, int layer, int tap, struct err *e)
{
	char *outputs = io_xdg(IO_CACHE, "answers"), *path = NULL;
	char hex[65], name[200], host[65] = "";

	if (t->options.shared && gethostname(host, sizeof host - 1) < 0)
		host[0] = '\0';
	hash_hex(&t->key, hex);
	snprintf(name, sizeof name, "%.24s-%d-%s%s%s", hex, layer,
		 tap == TEACHER_SPATIAL ? "places" : model_tap_name[tap], host[0] ? "-" : "", host);
	if (!outputs)
		err_set(e, "cache disk: neither XDG_CACHE_HOME nor HOME names a directory");
	else if (io_mkdirs(outputs, e) == 0)
		path = io_join(outputs, name);
	mem_free(outputs);
	return path;
}

static int
open_cache(struct teacher *t, int layer, int tap, struct err *e)
{
	struct logit_cache_shape shape = teacher_cache_shape(t, layer, tap);
	bool disk = t->options.cache == TEACHER_DISK,
	     file = disk || (t->options.cache == TEACHER_AUTO && t->options.shared);
	char *path = file ? make_path(t, layer, tap, e) : NULL;
	int status = -1;

	if (path)
		status = logit_cache_open(&t->cache[layer][tap], &shape, path, &t->key, e);
	mem_free(path);
	if (status < 0 && !disk)
		status = logit_cache_open(&t->cache[layer][tap], &shape, NULL, &t->key, e);
	return status;
}

/* Open the caches of all wanted outputs, and what fills them. */
static int
open_caches(struct teacher *t, struct err *e)
{
	for (int i = 0; i < t->net->n_layers; i++)
		for (int tap = 0; tap < TEACHER_TAPS; tap++)
			if (teacher_wants(t, i, tap) && open_cache(t, i, tap, e) < 0)
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

/* Build the network again if it has room for fewer than `capacity` rows; the cache stays. */
static int
grow_net(struct teacher *t, const struct net *like, real *value, size_t capacity, struct err *e)
{
	if (t->net->graph->capacity >= capacity)
		return 0;
	teacher_free_net(t);
	return make_net(t, like, value, capacity, e);
}

static int
check_top(const struct teacher *t, struct err *e)
{
	size_t top = t->options.top;

	if (top && t->options.cache == TEACHER_OFF)
		return err_set(e,
			       "top %zu: needs a cache, but cache is off; use `cache memory` or "
			       "`cache disk`",
			       top);
	if (top && top >= t->net->io.classes)
		return err_set(e, "invalid top %zu (expected less than %zu, the number of classes)",
			       top, t->net->io.classes);
	return 0;
}

static int
open_new(struct teacher *t, const struct net *like, real *value, size_t capacity, bool anew,
	 struct err *e)
{
	t->chunk = chunk_of(like);
	/* the size of the cache is known once there are nodes: build for a chunk first, and again
	 * for a batch if nothing is cached */
	if (make_net(t, like, value, t->chunk, e) < 0 || check_top(t, e) < 0)
		return -1;
	t->is_cached = t->options.cache != TEACHER_OFF &&
		       (t->options.cache != TEACHER_AUTO || teacher_size(t) <= TEACHER_AUTO_BYTES);
	if (t->is_cached)
		return open_caches(t, e) < 0 ? -1
					     : grow_net(t, like, value, anew ? capacity : 0, e);
	if (t->options.top)
		return err_set(e,
			       "top %zu: %zu bytes exceed the limit of cache auto; use `cache "
			       "memory` or `cache disk`",
			       t->options.top, teacher_size(t));
	if (!capacity)
		return 0;
	teacher_free_net(t);
	return make_net(t, like, value, capacity, e);
}

static int
measure_effect(struct teacher *t, const struct net *like, real *value, struct err *e)
{
	size_t room = t->net->graph->capacity < t->chunk ? t->net->graph->capacity : t->chunk;

	return teacher_effect_measure(t->net, like, value, t->ds, room, &t->effect, e);
}

static bool
same_options(const struct teacher_options *a, const struct teacher_options *b)
{
	return a->cache == b->cache && a->top == b->top && a->bf16 == b->bf16 &&
	       a->shared == b->shared;
}

int
teacher_open(struct teacher *t, const struct net *like, real *value, const struct dataset *ds,
	     const struct hash *inputs, const unsigned *wants,
	     const struct teacher_options *options, size_t capacity, bool anew, struct err *e)
{
	struct hash key = make_key(like, value, inputs, options);
	unsigned all[MODEL_LAYERS];
	bool same;

	memcpy(all, wants, sizeof all);
	all[like->n_layers - 1] |= 1u << MODEL_HIDDEN;
	same = t->is_open && t->ds == ds && memcmp(&key, &t->key, sizeof key) == 0 &&
	       same_options(&t->options, options) && memcmp(all, t->wants, sizeof all) == 0;
	if (same && grow_net(t, like, value, t->is_cached && !anew ? 0 : capacity, e) == 0) {
		graph_bind(t->net->graph, value, NULL);
		return 0;
	}
	teacher_close(t);
	t->ds = ds;
	t->key = key;
	t->options = *options;
	memcpy(t->wants, all, sizeof all);
	if (open_new(t, like, value, capacity, anew, e) < 0 ||
	    (options->bf16 && measure_effect(t, like, value, e) < 0)) {
		teacher_close(t);
		return -1;
	}
	t->is_open = true;
	return 0;
}
