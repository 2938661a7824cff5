/* conv_job.c: shapes and tiles of a convolution. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/ops/conv_job.h"

#include "retort/nn/gemm/shard.h"
#include "retort/nn/ops/op_table.h"

#define TILE \
	65536    /* numbers in the gathered windows of a tile: 256 KiB, an eighth of the L2 cache */
#define LEAST 64 /* positions in a tile at least: the product packs all of W for each tile */
#define ROOM (1u << 21) /* numbers in the sums of all pieces, unless there are but two */

size_t
conv_job_groups(const struct node *n)
{
	return n->attr[CONV_GROUPS] > 0 ? (size_t)n->attr[CONV_GROUPS] : 1;
}

int
conv_job_window(const struct graph *g, const struct node *n, struct window *w, struct err *e)
{
	double stride = n->attr[CONV_STRIDE] == 0 ? 1 : n->attr[CONV_STRIDE];

	return window_make(w, &g->node[n->in[0]].out, n->attr[CONV_KERNEL], stride,
			   n->attr[CONV_PADDING], e);
}

bool
conv_job_pointwise(const struct window *w)
{
	return w->size == 1 && w->stride == 1 && w->padding == 0;
}

size_t
conv_job_tile(size_t k, size_t out)
{
	size_t n = TILE / (k > out ? k : out);

	return n > LEAST ? n : LEAST;
}

int
conv_job_weight_pieces(size_t len, size_t rows, size_t row_work)
{
	int n = shard_pieces(rows, row_work), most = (int)(ROOM / len);

	most = most < 2 ? 2 : most > CONV_JOB_PIECES ? CONV_JOB_PIECES : most;
	return n < most ? n : most;
}

struct conv_job
conv_job_of(struct graph *g, struct node *n)
{
	const struct param *p = g->layout->param;
	const struct node *from = &g->node[n->in[0]];
	struct conv_job j = { .g = g,
			      .n = n,
			      .x = from->out.data,
			      .dx = from->grad,
			      .dx_adds = n->adds[0],
			      .rows = g->rows };
	size_t work;

	conv_job_window(g, n, &j.win, NULL);
	j.groups = conv_job_groups(n);
	j.take = j.win.channels / j.groups;
	j.out = n->out.dim[3];
	j.each = j.out / j.groups;
	j.loops = conv_direct_plan(&j.direct, &j.win, j.groups, j.out);
	j.back_fits = j.loops && conv_direct_plan_back(&j.direct, &j.back);
	j.k = j.win.size * j.win.size * j.take;
	j.area = j.win.down * j.win.across;
	j.w_len = j.k * j.out;
	j.act = (enum act)(int)n->attr[CONV_ACT];
	j.w = g->value + p[n->param[0]].offset;
	j.b = n->n_params > 1 ? g->value + p[n->param[1]].offset : NULL;
	work = j.area * j.out * (1 + j.k / 16); /* sixteen multiply-adds take about as long as
						   reading a number */
	j.pieces = shard_pieces(j.rows, work);
	j.w_pieces = conv_job_weight_pieces(j.w_len + j.out, j.rows, work);
	if (g->grad) {
		j.dw = g->grad + p[n->param[0]].offset;
		j.db = n->n_params > 1 ? g->grad + p[n->param[1]].offset : NULL;
	}
	return j;
}

struct conv_job_tiles
conv_job_tiles(const struct conv_job *j, int pieces, int index)
{
	size_t from = shard_from(j->rows, pieces, index),
	       n = shard_from(j->rows, pieces, index + 1) - from;
	size_t tile = conv_job_tile(j->k, j->out);

	return (struct conv_job_tiles){ from * j->area, n * j->area,
					(n * j->area + tile - 1) / tile };
}

size_t
conv_job_tile_at(const struct conv_job_tiles *t, size_t index, size_t *n)
{
	size_t from = t->n * index / t->tiles;

	*n = t->n * (index + 1) / t->tiles - from;
	return t->from + from;
}

const real *
conv_job_windows(const struct conv_job *j, size_t group, size_t at, size_t n, real *scratch,
		 size_t *ld)
{
	*ld = j->k;
	if (conv_job_pointwise(&j->win)) {
		*ld = j->win.channels;
		return j->x + at * j->win.channels + group * j->take;
	}
	window_gather(&j->win, j->x, group * j->take, j->take, at, n, scratch);
	return scratch;
}
