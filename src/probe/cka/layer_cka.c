/* layer_cka.c: CKA of every layer of a teacher with every layer of the student. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/probe/cka/layer_cka.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/kd/cka.h"
#include "retort/nn/predict.h"

int
layer_cka_copy_rows(struct row_copy *rows, const struct dataset *ds, const struct split *split,
		    struct err *e)
{
	size_t n = split->n_held < LAYER_CKA_ROWS ? split->n_held : LAYER_CKA_ROWS;

	return row_copy_take(rows, ds, split->held, n, LAYER_CKA_CHUNK, e);
}

void
layer_cka_release_grams(struct layer_cka_grams *g)
{
	for (int i = 0; i < MODEL_LAYERS; i++)
		mem_free(g->layer[i]);
	memset(g, 0, sizeof *g);
}

static const struct tensor *
layer_out(const struct net *n, int layer)
{
	return &n->graph->node[net_node(n, layer, MODEL_HIDDEN)].out;
}

/* Average a row over its positions: without padding where there are ids, else over all. */
static void
average_row(const real *from, size_t positions, size_t width, const int32_t *ids, double *to)
{
	size_t n = 0;

	memset(to, 0, width * sizeof *to);
	for (size_t k = 0; k < positions; k++) {
		if (ids && ids[k] < 0)
			continue;
		n++;
		for (size_t c = 0; c < width; c++)
			to[c] += (double)from[k * width + c];
	}
	for (size_t c = 0; c < width && n; c++)
		to[c] /= (double)n;
}

/* Average a layer's hidden state over positions: to[rows of the batch, width]. */
static void
average_layer(const struct net *n, int layer, const struct batch *b, double *to)
{
	const struct tensor *out = layer_out(n, layer);
	size_t width = tensor_last(out), positions = tensor_positions(out);
	const int32_t *ids = n->io.kind == DATASET_TOKENS && positions == n->io.length
				     ? batch_i32(b, BATCH_IDS)
				     : NULL;

	for (size_t i = 0; i < b->rows; i++)
		average_row(out->data + i * positions * width, positions, width,
			    ids ? ids + i * positions : NULL, to + i * width);
}

/* Run all rows forward; mean[layer] is [rows, width]. -1: stopped. */
static int
run_rows(struct net *n, const struct row_copy *rows, const atomic_bool *stop, double *const *mean)
{
	size_t at = 0;

	for (size_t i = 0; i < rows->n; at += rows->batch[i++].rows) {
		if (stop && atomic_load(stop))
			return -1;
		predict_nodes(n, &rows->batch[i]);
		for (int k = 0; k < n->n_layers; k++)
			average_layer(n, k, &rows->batch[i],
				      mean[k] + at * tensor_last(layer_out(n, k)));
	}
	return 0;
}

static int
fill_grams(struct net *n, const struct row_copy *rows, const atomic_bool *stop,
	   struct layer_cka_grams *out)
{
	double *mean[MODEL_LAYERS] = { NULL };
	int status;

	for (int k = 0; k < n->n_layers; k++)
		mean[k] = mem_array(rows->rows * tensor_last(layer_out(n, k)), sizeof **mean);
	status = run_rows(n, rows, stop, mean);
	for (out->n = 0; status == 0 && out->n < n->n_layers; out->n++) {
		if (stop && atomic_load(stop))
			status = -1;
		out->layer[out->n] = mem_array(cka_len(rows->rows), sizeof **mean);
		cka_gram(mean[out->n], rows->rows, tensor_last(layer_out(n, out->n)),
			 out->layer[out->n]);
	}
	for (int k = 0; k < n->n_layers; k++)
		mem_free(mean[k]);
	return status;
}

int
layer_cka_grams_of(const struct net_copy *net, const struct row_copy *rows, struct pool *pool,
		   const atomic_bool *stop, struct layer_cka_grams *out, struct err *e)
{
	struct net *n = net_copy_open(net, LAYER_CKA_CHUNK, true, pool, e);
	int status;

	layer_cka_release_grams(out);
	if (!n)
		return -1;
	status = fill_grams(n, rows, stop, out);
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

int
layer_cka_run(struct trainer_state *w, int teacher, struct lab_cka *out, struct err *e)
{
	const struct net_copy t_net = net_copy_borrow(w->train.teacher[teacher].branch),
			      s_net = net_copy_borrow(w->run->student);
	struct layer_cka_grams t = { 0 }, s = { 0 };
	struct row_copy rows = { 0 };
	int status = -1;

	if (layer_cka_copy_rows(&rows, w->train.ds, &w->train.split, e) == 0 &&
	    layer_cka_grams_of(&t_net, &rows, w->train.pool, NULL, &t, e) == 0 &&
	    layer_cka_grams_of(&s_net, &rows, w->train.pool, NULL, &s, e) == 0) {
		layer_cka_compare(&t, &s, rows.rows, out);
		out->teacher = teacher;
		out->step = w->run->student->state->step;
		status = 0;
	}
	layer_cka_release_grams(&t);
	layer_cka_release_grams(&s);
	row_copy_release(&rows);
	return status;
}

/* best[c][r]: the largest sum for columns 0..c with column c at row r; NAN: there is none. */
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
		if (layer_pair_fit(t, &w->info.run->student, &m, &why) == 0)
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
