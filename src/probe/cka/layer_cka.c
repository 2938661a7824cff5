/* layer_cka.c: every layer of a teacher beside every layer of the student, on the same few rows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/probe/cka/layer_cka.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/kd/cka.h"
#include "retort/nn/predict.h"

void
layer_cka_release_rows(struct layer_cka_rows *p)
{
	for (int i = 0; i < LAYER_CKA_CHUNKS; i++)
		batch_release(&p->chunk[i]);
	memset(p, 0, sizeof *p);
}

int
layer_cka_take_rows(struct layer_cka_rows *p, const struct dataset *ds, const struct split *split,
		    struct err *e)
{
	layer_cka_release_rows(p);
	p->rows = split->n_held < LAYER_CKA_ROWS ? split->n_held : LAYER_CKA_ROWS;
	for (size_t i = 0; i * LAYER_CKA_CHUNK < p->rows; i++) {
		size_t left = p->rows - i * LAYER_CKA_CHUNK,
		       n = left < LAYER_CKA_CHUNK ? left : LAYER_CKA_CHUNK;

		if (batch_init(&p->chunk[i], n, ds, e) < 0) {
			layer_cka_release_rows(p);
			return -1;
		}
		batch_fill(&p->chunk[i], ds, split->held + i * LAYER_CKA_CHUNK, n, NULL);
	}
	return 0;
}

void
layer_cka_release_grams(struct layer_cka_grams *g)
{
	for (int i = 0; i < MODEL_LAYERS; i++)
		mem_free(g->layer[i]);
	memset(g, 0, sizeof *g);
}

/* Runs forward only, and every layer outlives the pass. */
static struct net *
make_net(const struct layer_cka_like *like, real *value, struct pool *pool, struct err *e)
{
	struct net *n = net_new(like->name, like->spec, like->io, LAYER_CKA_CHUNK, pool, NULL, e);

	if (!n)
		return NULL;
	for (int i = 0; i < n->n_layers; i++)
		if (net_node(n, i, MODEL_HIDDEN) != n->input)
			graph_tap(n->graph, net_node(n, i, MODEL_HIDDEN));
	if (net_finish(n, false, e) < 0) {
		net_free(n);
		return NULL;
	}
	graph_bind(n->graph, value, NULL);
	return n;
}

/* The mean over positions of a row: over tokens that are seen, or over the places of a map. */
static void
pool_row(const real *from, size_t positions, size_t width, const int32_t *ids, double *to)
{
	size_t seen = 0;

	memset(to, 0, width * sizeof *to);
	for (size_t k = 0; k < positions; k++) {
		if (ids && ids[k] < 0)
			continue;
		seen++;
		for (size_t c = 0; c < width; c++)
			to[c] += (double)from[k * width + c];
	}
	for (size_t c = 0; c < width && seen; c++)
		to[c] /= (double)seen;
}

static void
pool_layer(const struct net *n, int layer, const struct batch *b, double *to)
{
	const struct tensor *out = &n->graph->node[net_node(n, layer, MODEL_HIDDEN)].out;
	size_t width = tensor_last(out), positions = tensor_positions(out);
	const int32_t *ids = n->io.kind == DATASET_TOKENS && positions == n->io.length
				     ? batch_i32(b, BATCH_IDS)
				     : NULL;

	for (size_t i = 0; i < b->rows; i++)
		pool_row(out->data + i * positions * width, positions, width,
			 ids ? ids + i * positions : NULL, to + i * width);
}

/* All chunks through the network, their layers side by side in `seen`. -1: it was told to stop. */
static int
run_all(struct net *n, const struct layer_cka_rows *p, const atomic_bool *stop, double *const *seen)
{
	for (size_t i = 0; i * LAYER_CKA_CHUNK < p->rows; i++) {
		if (stop && atomic_load(stop))
			return -1;
		predict_nodes(n, &p->chunk[i]);
		for (int k = 0; k < n->n_layers; k++)
			pool_layer(n, k, &p->chunk[i],
				   seen[k] + i * LAYER_CKA_CHUNK *
						     tensor_last(
							     &n->graph->node[net_node(n, k,
										      MODEL_HIDDEN)]
								      .out));
	}
	return 0;
}

static int
look(struct net *n, const struct layer_cka_rows *p, const atomic_bool *stop,
     struct layer_cka_grams *out)
{
	double *seen[MODEL_LAYERS] = { NULL };
	int status;

	for (int k = 0; k < n->n_layers; k++)
		seen[k] = mem_array(
			p->rows * tensor_last(&n->graph->node[net_node(n, k, MODEL_HIDDEN)].out),
			sizeof **seen);
	status = run_all(n, p, stop, seen);
	for (out->n = 0; status == 0 && out->n < n->n_layers; out->n++) {
		if (stop && atomic_load(stop))
			status = -1;
		out->layer[out->n] = mem_array(cka_len(p->rows), sizeof **seen);
		cka_gram(seen[out->n], p->rows,
			 tensor_last(&n->graph->node[net_node(n, out->n, MODEL_HIDDEN)].out),
			 out->layer[out->n]);
	}
	for (int k = 0; k < n->n_layers; k++)
		mem_free(seen[k]);
	return status;
}

int
layer_cka_look(const struct layer_cka_like *like, real *value, const struct layer_cka_rows *p,
	       struct pool *pool, const atomic_bool *stop, struct layer_cka_grams *out,
	       struct err *e)
{
	struct net *n = make_net(like, value, pool, e);
	int status;

	layer_cka_release_grams(out);
	if (!n)
		return -1;
	status = look(n, p, stop, out);
	net_free(n);
	return status < 0 ? err_set(e, "stopped") : 0;
}

void
layer_cka_compare(const struct layer_cka_grams *teacher, const struct layer_cka_grams *student,
		  size_t rows, struct lab_cka *out)
{
	out->n_teacher = teacher->n;
	out->n_student = student->n;
	for (int t = 0; t < teacher->n; t++)
		for (int s = 0; s < student->n; s++)
			out->value[t][s] = cka_of(teacher->layer[t], student->layer[s], rows);
}

static int
look_at(struct trainer_state *w, const struct branch *b, const struct layer_cka_rows *p,
	struct layer_cka_grams *out, struct err *e)
{
	const struct net *n = b->net;

	return layer_cka_look(&(struct layer_cka_like){ n->name, &n->spec, &n->io },
			      branch_value(b), p, w->train.pool, NULL, out, e);
}

int
layer_cka_run(struct trainer_state *w, int teacher, struct lab_cka *out, struct err *e)
{
	struct layer_cka_rows p = { 0 };
	struct layer_cka_grams t = { 0 }, s = { 0 };
	int status = -1;

	if (layer_cka_take_rows(&p, w->train.ds, &w->train.split, e) == 0 &&
	    look_at(w, w->train.teacher[teacher].branch, &p, &t, e) == 0 &&
	    look_at(w, w->run.student, &p, &s, e) == 0) {
		layer_cka_compare(&t, &s, p.rows, out);
		out->teacher = teacher;
		out->step = w->run.student->state->step;
		status = 0;
	}
	layer_cka_release_grams(&t);
	layer_cka_release_grams(&s);
	layer_cka_release_rows(&p);
	return status;
}

/* best[c][r]: the largest sum for columns 0..c with column c at row r; NAN where there is none. */
bool
layer_cka_assign(const double *value, int rows, int columns, int *row)
{
	double best[MODEL_LAYERS][MODEL_LAYERS], top = NAN;
	int from[MODEL_LAYERS][MODEL_LAYERS], at = -1;

	for (int c = 0; c < columns; c++) {
		double before = c ? NAN : 0;
		int which = -1;

		for (int r = 0; r < rows; r++) {
			best[c][r] = before + value[r * columns + c];
			from[c][r] = which;
			if (c && !isnan(best[c - 1][r]) && !(best[c - 1][r] <= before)) {
				before = best[c - 1][r];
				which = r;
			}
		}
	}
	for (int r = 0; r < rows && columns > 0; r++)
		if (!isnan(best[columns - 1][r]) && !(best[columns - 1][r] <= top)) {
			top = best[columns - 1][r];
			at = r;
		}
	for (int c = columns - 1; c >= 0 && at >= 0; c--) {
		row[c] = at;
		at = from[c][at];
	}
	return !isnan(top);
}

/* CKA of blocks, NAN for pairs that cannot be mapped; the first reason goes to `e`. */
static void
fill_values(const struct trainer_state *w, struct layer_pair m, const struct lab_cka *cka, int many,
	    int few, double *value, struct err *e)
{
	const struct net_info *t = &w->info.teacher[m.teacher];
	bool has_reason = false;

	for (int i = 0; i < many * few; i++) {
		struct err why;

		m.t_layer = 1 + i / few;
		m.s_layer = 1 + i % few;
		value[i] = cka->value[m.t_layer][m.s_layer];
		if (layer_pair_fit(t, &w->info.run.student, &m, &why) == 0)
			continue;
		value[i] = NAN;
		if (!has_reason)
			err_set(e, "%s", why.msg);
		has_reason = true;
	}
}

int
layer_cka_choose(struct trainer_state *w, const struct layer_pair *m, int few, int *block,
		 double *value, struct err *e)
{
	int many = w->info.teacher[m->teacher].n_layers - 2, row[MODEL_LAYERS];
	double all[MODEL_BLOCKS * MODEL_BLOCKS];
	struct lab_cka cka;

	if (layer_cka_run(w, m->teacher, &cka, e) < 0)
		return -1;
	fill_values(w, *m, &cka, many, few, all, e);
	if (!layer_cka_assign(all, many, few, row))
		return err_wrap(e, "no ascending pairs that can all be mapped");
	for (int k = 0; k < few; k++) {
		block[k] = 1 + row[k];
		value[k] = all[row[k] * few + k];
	}
	return 0;
}
