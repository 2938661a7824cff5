/* A convolution to compute: its shapes, pointers and tiles, for forward and backward. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_OPS_CONV_JOB_H
#define RETORT_NN_OPS_CONV_JOB_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"
#include "retort/base/real.h"
#include "retort/nn/gemm/act.h"
#include "retort/nn/graph.h"
#include "retort/nn/ops/conv_direct.h"
#include "retort/nn/ops/window.h"

#define CONV_JOB_PIECES 8 /* of the weight gradient, at most, each with a sum of its own */

struct conv_job {
	struct graph *g;
	struct node *n;
	struct window win;
	bool loops;     /* plain loops (conv_direct.h), not products */
	bool back_fits; /* the gradient of the input by loops too */
	struct conv_direct direct, back;
	const real *x;
	real *dx, *dw, *db;
	bool dx_adds;
	size_t groups;        /* of channels */
	size_t take, each;    /* channels of a group: in, out */
	size_t out;           /* channels out */
	size_t k, area, rows; /* numbers in a window of a group; positions of a map; images */
	size_t w_len;         /* numbers in W */
	const real *w, *b;    /* b NULL: no bias */
	enum act act;
	int pieces, w_pieces; /* of the images; of the weight gradient */
};

/* Groups of channels of a conv node: 1 by default. */
size_t conv_job_groups(const struct node *n);

/* The windows of a conv node. 0, or -1 and an error. */
int conv_job_window(const struct graph *g, const struct node *n, struct window *w, struct err *e);

/* Whether a window is the channels of one position and windows follow each other: nothing to
 * gather. */
bool conv_job_pointwise(const struct window *w);

/* Positions in a tile, for windows of k numbers and `out` channels out. */
size_t conv_job_tile(size_t k, size_t out);

/*
 * Pieces of the weight gradient, for `len` parameters and `rows` images of row_work numbers of work
 * each. Fewer for a large W: the sum of a piece is as long as W and b.
 */
int conv_job_weight_pieces(size_t len, size_t rows, size_t row_work);

struct conv_job conv_job_of(struct graph *g, struct node *n);

/* Positions of all images, counted together: `n` from `from` on, divided evenly in `tiles` tiles.
 */
struct conv_job_tiles {
	size_t from, n, tiles;
};

/* The tiles of piece `index` of `pieces` of the images. */
struct conv_job_tiles conv_job_tiles(const struct conv_job *j, int pieces, int index);

/* First position of tile `index`, and in *n the number of positions. */
size_t conv_job_tile_at(const struct conv_job_tiles *t, size_t index, size_t *n);

/*
 * The left side [n, k] of a group's product for n positions from `at` on: gathered into scratch, or
 * x itself. *ld is set to the row stride.
 */
const real *conv_job_windows(const struct conv_job *j, size_t group, size_t at, size_t n,
			     real *scratch, size_t *ld);

#endif
