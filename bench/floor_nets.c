/* floor_nets.c: the products of the benchmark's networks, forward and backward. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "floor_nets.h"

#define IMAGES 8 /* maximum number of images in a piece */

/* A linear layer: y = x W. W lies [in, out]; `tied`: [out, in], as an embedding does. */
struct dense {
	size_t rows, in, out;
	bool tied;
	real *x, *w, *y, *gx, *gw, *gy;
};

/* With `like`, an earlier layer of the same shape, temporary values share its buffers. */
static struct dense
dense_new(struct floor *f, size_t rows, size_t in, size_t out, bool train, const struct dense *like)
{
	struct dense d = { .rows = rows, .in = in, .out = out };

	d.w = floor_block(f, in * out);
	d.x = like && !train ? like->x : floor_block(f, rows * in);
	d.y = like && !train ? like->y : floor_block(f, rows * out);
	if (train) {
		d.gw = floor_block(f, in * out);
		d.gx = like ? like->gx : floor_block(f, rows * in);
		d.gy = like ? like->gy : floor_block(f, rows * out);
	}
	return d;
}

static void
dense_forward(struct floor *f, const struct dense *d)
{
	floor_add(f, (struct blas_product){ .trans_b = d->tied,
					    .m = d->rows,
					    .n = d->out,
					    .k = d->in,
					    .a = d->x,
					    .lda = d->in,
					    .b = d->w,
					    .ldb = d->tied ? d->in : d->out,
					    .c = d->y,
					    .ldc = d->out });
}

/* gW = x' gy; gx = gy W' if the gradient of the input is needed. */
static void
dense_backward(struct floor *f, const struct dense *d, bool first)
{
	struct blas_product gw = { .trans_a = true,
				   .m = d->in,
				   .n = d->out,
				   .k = d->rows,
				   .a = d->x,
				   .lda = d->in,
				   .b = d->gy,
				   .ldb = d->out,
				   .c = d->gw,
				   .ldc = d->out };
	struct blas_product tied = { .trans_a = true,
				     .m = d->out,
				     .n = d->in,
				     .k = d->rows,
				     .a = d->gy,
				     .lda = d->out,
				     .b = d->x,
				     .ldb = d->in,
				     .c = d->gw,
				     .ldc = d->in };

	floor_add(f, d->tied ? tied : gw);
	if (!first)
		floor_add(f, (struct blas_product){ .trans_b = !d->tied,
						    .m = d->rows,
						    .n = d->in,
						    .k = d->out,
						    .a = d->gy,
						    .lda = d->out,
						    .b = d->w,
						    .ldb = d->tied ? d->in : d->out,
						    .c = d->gx,
						    .ldc = d->in });
}

void
floor_mlp(struct floor *f, const size_t *width, int layers, bool train)
{
	struct dense d[4];

	for (int i = 0; i < layers; i++) {
		d[i] = dense_new(f, f->batch, width[i], width[i + 1], train, NULL);
		dense_forward(f, &d[i]);
	}
	for (int i = layers - 1; train && i >= 0; i--)
		dense_backward(f, &d[i], i == 0);
}

/* Queries, keys and values are adjacent in a row of 3 x width; y has the heads side by side. */
struct attention {
	real *qkv, *map, *y, *gqkv, *gmap, *gy;
};

static struct attention
attention_new(struct floor *f, const struct shape *s, bool train, const struct attention *like)
{
	size_t row = f->batch * s->length * s->width,
	       map = f->batch * s->heads * s->length * s->length;
	struct attention a = { 0 };

	if (like && !train)
		return *like;
	a.qkv = floor_block(f, 3 * row);
	a.map = floor_block(f, map);
	a.y = floor_block(f, row);
	if (train) {
		a.gqkv = like ? like->gqkv : floor_block(f, 3 * row);
		a.gmap = like ? like->gmap : floor_block(f, map);
		a.gy = like ? like->gy : floor_block(f, row);
	}
	return a;
}

/* One product for each row and head. */
static void
heads(struct floor *f, const struct shape *s, struct blas_product p, struct stride a,
      struct stride b, struct stride c)
{
	struct item *i = floor_add(f, p);

	i->count = f->batch * s->heads;
	i->fold = s->heads;
	i->a = a;
	i->b = b;
	i->c = c;
}

static void
attention_forward(struct floor *f, const struct shape *s, const struct attention *a)
{
	size_t t = s->length, d = s->width, each = d / s->heads;
	struct stride wide = { t * 3 * d, each }, narrow = { t * d, each },
		      square = { s->heads * t * t, t * t };
	struct blas_product score = { .trans_b = true,
				      .m = t,
				      .n = t,
				      .k = each,
				      .a = a->qkv,
				      .lda = 3 * d,
				      .b = a->qkv + d,
				      .ldb = 3 * d,
				      .c = a->map,
				      .ldc = t };
	struct blas_product mix = { .m = t,
				    .n = each,
				    .k = t,
				    .a = a->map,
				    .lda = t,
				    .b = a->qkv + 2 * d,
				    .ldb = 3 * d,
				    .c = a->y,
				    .ldc = d };

	heads(f, s, score, wide, wide, square);
	heads(f, s, mix, square, wide, narrow);
}

/* Gradients of the map and of the values. */
static void
attention_backward_map(struct floor *f, const struct shape *s, const struct attention *a)
{
	size_t t = s->length, d = s->width, each = d / s->heads;
	struct stride wide = { t * 3 * d, each }, narrow = { t * d, each },
		      square = { s->heads * t * t, t * t };
	struct blas_product gmap = { .trans_b = true,
				     .m = t,
				     .n = t,
				     .k = each,
				     .a = a->gy,
				     .lda = d,
				     .b = a->qkv + 2 * d,
				     .ldb = 3 * d,
				     .c = a->gmap,
				     .ldc = t };
	struct blas_product gv = { .trans_a = true,
				   .m = t,
				   .n = each,
				   .k = t,
				   .a = a->map,
				   .lda = t,
				   .b = a->gy,
				   .ldb = d,
				   .c = a->gqkv + 2 * d,
				   .ldc = 3 * d };

	heads(f, s, gmap, narrow, wide, square);
	heads(f, s, gv, square, narrow, wide);
}

/* Gradients of the queries, and transposed of the keys: of the map with the other of both. */
static void
attention_backward_scores(struct floor *f, const struct shape *s, const struct attention *a)
{
	size_t t = s->length, d = s->width, each = d / s->heads;
	struct stride wide = { t * 3 * d, each }, square = { s->heads * t * t, t * t };
	struct blas_product gq = { .m = t,
				   .n = each,
				   .k = t,
				   .a = a->gmap,
				   .lda = t,
				   .b = a->qkv + d,
				   .ldb = 3 * d,
				   .c = a->gqkv,
				   .ldc = 3 * d };
	struct blas_product gk = gq;

	gk.trans_a = true;
	gk.b = a->qkv;
	gk.c = a->gqkv + d;
	heads(f, s, gq, square, wide, wide);
	heads(f, s, gk, square, wide, wide);
}

void
floor_transformer(struct floor *f, const struct shape *s, bool train)
{
	size_t d = s->width, rows = f->batch * s->length;
	const size_t size[4][2] = { { d, 3 * d }, { d, d }, { d, s->wide }, { s->wide, d } };
	struct dense layer[6][4], map[2], head;
	struct attention a[6];

	for (size_t l = 0; l < s->blocks; l++)
		for (int k = 0; k < 4; k++) {
			layer[l][k] = dense_new(f, rows, size[k][0], size[k][1], train,
						l ? &layer[0][k] : NULL);
			dense_forward(f, &layer[l][k]);
			if (k > 0)
				continue;
			a[l] = attention_new(f, s, train, l ? &a[0] : NULL);
			if (f->out_of_memory)
				return;
			attention_forward(f, s, &a[l]);
		}
	head = dense_new(f, s->words ? rows : f->batch, d, s->words + s->classes, train, NULL);
	head.tied = s->words > 0;
	dense_forward(f, &head);
	for (size_t m = 0; m < s->maps; m++) {
		map[m] = dense_new(f, rows, d, s->map_to, train, m ? &map[0] : NULL);
		dense_forward(f, &map[m]);
	}
	if (!train)
		return;
	for (size_t m = 0; m < s->maps; m++)
		dense_backward(f, &map[m], false);
	dense_backward(f, &head, false);
	for (size_t l = s->blocks; l-- > 0;) {
		for (int k = 3; k > 0; k--)
			dense_backward(f, &layer[l][k], false);
		attention_backward_map(f, s, &a[l]);
		attention_backward_scores(f, s, &a[l]);
		dense_backward(f, &layer[l][0], false);
	}
}

/* A convolution: k = 9 x input channels, at `places` positions of an image. */
struct conv {
	size_t places, k, out;
	size_t images; /* images of a piece: as many as keep its unfolded rows in the cache of a
			  core */
	real *w, *y, *gw, *gy;
};

static void
images(struct floor *f, const struct conv *c, struct blas_product p, size_t step_b, size_t step_c)
{
	struct item *i = floor_add(f, p);

	i->count = f->batch / c->images;
	i->b.outer = step_b;
	i->c.outer = step_c;
}

static struct conv
conv_forward(struct floor *f, size_t side, size_t in, size_t out, bool train)
{
	struct conv c = { .places = side * side, .k = 9 * in, .out = out, .images = IMAGES };
	size_t m;

	while (c.images > 1 && (c.images * c.places * c.k > FLOOR_SCRATCH || f->batch % c.images))
		c.images /= 2;
	m = c.images * c.places;
	c.w = floor_block(f, c.k * out);
	c.y = floor_block(f, f->batch * c.places * out);
	if (train) {
		c.gw = floor_block(f, f->batch / c.images * c.k *
					      out); /* partial sums, one for each piece */
		c.gy = floor_block(f, f->batch * c.places * out);
	}
	images(f, &c,
	       (struct blas_product){ .m = m,
				      .n = out,
				      .k = c.k,
				      .a = f->scratch,
				      .lda = c.k,
				      .b = c.w,
				      .ldb = out,
				      .c = c.y,
				      .ldc = out },
	       0, m * out);
	return c;
}

static void
conv_backward(struct floor *f, const struct conv *c, bool first)
{
	size_t m = c->images * c->places;
	struct item *gx;

	images(f, c,
	       (struct blas_product){ .trans_a = true,
				      .m = c->k,
				      .n = c->out,
				      .k = m,
				      .a = f->scratch,
				      .lda = c->k,
				      .b = c->gy,
				      .ldb = c->out,
				      .c = c->gw,
				      .ldc = c->out },
	       m * c->out, c->k * c->out);
	if (first)
		return;
	gx = floor_add(f, (struct blas_product){ .trans_b = true,
						 .m = m,
						 .n = c->k,
						 .k = c->out,
						 .a = c->gy,
						 .lda = c->out,
						 .b = c->w,
						 .ldb = c->out,
						 .c = f->scratch,
						 .ldc = c->k });
	gx->count = f->batch / c->images;
	gx->a.outer = m * c->out;
}

void
floor_cnn(struct floor *f, const size_t *channels, bool train)
{
	static const size_t side[] = { 28, 14, 7 };
	struct conv c[3];
	struct dense head;

	f->scratch = f->scratch ? f->scratch
				: floor_block(f, (size_t)pool_threads(f->pool) * FLOOR_SCRATCH);
	for (int i = 0; i < 3; i++)
		c[i] = conv_forward(f, side[i], i ? channels[i - 1] : 1, channels[i], train);
	head = dense_new(f, f->batch, 49 * channels[2], 10, train, NULL);
	dense_forward(f, &head);
	if (!train)
		return;
	dense_backward(f, &head, false);
	for (int i = 2; i >= 0; i--)
		conv_backward(f, &c[i], i == 0);
}
