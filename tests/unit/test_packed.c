/* test_packed.c: packed products against sums in double, in bfloat16 of numbers rounded
 * arithmetically, and networks that use them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "rounding.h"

#include "retort/base/mem.h"
#include "retort/base/rng.h"
#include "retort/nn/gemm/blas.h"
#include "retort/nn/gemm/gemm_repack.h"
#include "retort/nn/net.h"
#include "retort/nn/gemm/gemm_packed.h"
#include "retort/nn/models/model_table.h"

#ifdef RETORT_REAL_DOUBLE
#define WITHIN 1e-14 /* relative to the sum of absolute values */
#else
#define WITHIN 3e-7
#endif

struct rig {
	bool bf16;
	size_t rows, in, out, ldx, ldy;
	real *w, *x, *y;
	struct gemm_packed *packed;
	struct gemm_packed_product p;
	struct pool *pool;
	real *scratch; /* scratch for each thread */
};

static void
rig_open(struct rig *r, size_t rows, size_t in, size_t out, bool transposed, bool bf16)
{
	struct rng w = rng_stream(1, "w", in, out), x = rng_stream(1, "x", rows, in);

	*r = (struct rig){
		.bf16 = bf16, .rows = rows, .in = in, .out = out, .ldx = in + 3, .ldy = out + 5
	};
	r->w = mem_array(
		in * out,
		sizeof *r->w); /* exact allocation: a sanitizer detects reads past the end */
	r->x = mem_array(rows * r->ldx - 3, sizeof *r->x);
	r->y = mem_array(rows * r->ldy, sizeof *r->y);
	for (size_t i = 0; i < in * out; i++)
		r->w[i] = (real)rng_normal(w, i);
	for (size_t i = 0; i < rows * r->ldx - 3; i++)
		r->x[i] = (real)rng_normal(x, i);
	for (size_t i = 0; i < rows * r->ldy; i++)
		r->y[i] = 77;
	r->packed = gemm_packed_new(r->w, in, out, transposed, r->bf16);
	r->p = (struct gemm_packed_product){ r->packed, r->x, rows, r->ldx, r->y, r->ldy };
}

static void
rig_close(struct rig *r)
{
	gemm_packed_free(r->packed);
	mem_free(r->w);
	mem_free(r->x);
	mem_free(r->y);
	mem_free(r->scratch);
}

static void
piece(void *arg, int index)
{
	struct rig *r = arg;
	size_t row, column, rows, columns;

	gemm_packed_piece(&r->p, index,
			  r->scratch + (size_t)pool_worker() * gemm_packed_scratch(r->in), &row,
			  &column, &rows, &columns);
	CHECK(row + rows <= r->rows && column + columns <= r->out && rows > 0 && columns > 0);
}

static void
run(struct rig *r, int threads)
{
	struct pool *pool = pool_new(threads);

	mem_free(r->scratch);
	r->scratch = mem_try((size_t)threads * gemm_packed_scratch(r->in), sizeof *r->scratch);
	pool_run(pool, gemm_packed_pieces(&r->p), piece, r);
	pool_free(pool);
}

/* Check all numbers of y, and that memory after the rows is unchanged. */
static void
check_sums(const struct rig *r, bool transposed)
{
	for (size_t i = 0; i < r->rows; i++) {
		for (size_t c = 0; c < r->out; c++) {
			double sum = 0, size = 0;

			for (size_t k = 0; k < r->in; k++) {
				double x = (double)(float)r->x[i * r->ldx + k];
				double w =
					(double)(float)
						r->w[transposed ? c * r->in + k : k * r->out + c];
				double term = r->bf16 ? rounding_bf16(x) * rounding_bf16(w) : x * w;

				sum += term;
				size += fabs(term);
			}
			CHECK_NEAR(r->y[i * r->ldy + c], sum, WITHIN * size);
		}
		for (size_t c = r->out; c < r->ldy; c++)
			CHECK(r->y[i * r->ldy + c] == 77);
	}
}

static const size_t shapes[][3] = {
	/* rows, in, out */
	{ 1, 1, 1 },    { 1, 7, 3 },    { 2, 31, 16 },     { 31, 32, 33 },    { 33, 33, 31 },
	{ 64, 48, 17 }, { 65, 17, 64 }, { 130, 301, 131 }, { 300, 129, 200 }, { 1, 1500, 40 },
};

static void
sums_are_those_of_rounded_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
		for (int transposed = 0; transposed < 2; transposed++) {
			struct rig r;

			rig_open(&r, shapes[i][0], shapes[i][1], shapes[i][2], transposed, true);
			run(&r, 1);
			check_sums(&r, transposed);
			rig_close(&r);
		}
}

/* Weights are packed only if the processor has the instructions; otherwise the name is empty. */
static void
sums_in_single_precision_are_those_of_the_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
		for (int transposed = 0; transposed < 2; transposed++) {
			struct rig r;

			rig_open(&r, shapes[i][0], shapes[i][1], shapes[i][2], transposed, false);
			CHECK_INT(r.packed != NULL, gemm_packed_size(r.in, r.out, false) > 0);
			if (r.packed) {
				run(&r, 1);
				check_sums(&r, transposed);
			}
			rig_close(&r);
		}
}

/* Independent of the other rows and of the partition. */
static void
sums_of_a_row_do_not_depend_on_other_rows(void **state)
{
	struct rig many, one;

	(void)state;
	rig_open(&many, 300, 129, 200, false, false);
	rig_open(&one, 1, 129, 200, false, false);
	if (many.packed) {
		run(&many, 3);
		for (size_t i = 0; i < 300; i += 7) {
			memcpy(one.x, many.x + i * many.ldx, 129 * sizeof *one.x);
			run(&one, 1);
			CHECK_INT(memcmp(one.y, many.y + i * many.ldy, 200 * sizeof *one.y), 0);
		}
	}
	rig_close(&many);
	rig_close(&one);
}

static void
numbers_are_rounded_to_the_nearest_and_ties_to_even(void **state)
{
	(void)state;
	for (size_t i = 0; i < rounding_count; i++) {
		real one = 1, x = (real)rounding_cases[i].from, y = 77;
		struct rig r = { .rows = 1, .in = 1, .out = 1 };

		for (int weight = 0; weight < 2;
		     weight++) { /* the operand that is rounded: x or the weight */
			r.packed = gemm_packed_new(weight ? &x : &one, 1, 1, false, true);
			r.p = (struct gemm_packed_product){ r.packed, weight ? &one : &x, 1, 1, &y,
							    1 };
			run(&r, 1);
			CHECK(isnan(rounding_cases[i].to) ? isnan(y)
							  : y == (real)rounding_cases[i].to);
			gemm_packed_free(r.packed);
		}
		mem_free(r.scratch);
	}
}

static void
bits_are_the_same_with_any_number_of_threads(void **state)
{
	struct rig r;
	real *first;

	(void)state;
	for (size_t rows = 40; rows <= 520; rows += 480) {
		size_t n;

		rig_open(&r, rows, 300, 411, false, true);
		CHECK_INT(gemm_packed_pieces(&r.p), 8);
		n = rows * r.ldy;
		first = mem_array(n, sizeof *first);
		run(&r, 1);
		memcpy(first, r.y, n * sizeof *first);
		for (int threads = 2; threads <= 4; threads++) {
			memset(r.y, 0, n * sizeof *first);
			run(&r, threads);
			for (size_t i = 0; i < rows; i++)
				CHECK(memcmp(r.y + i * r.ldy, first + i * r.ldy,
					     r.out * sizeof *first) == 0);
		}
		mem_free(first);
		rig_close(&r);
	}
}

static void
blas_name_contains_the_packed_kernel(void **state)
{
	(void)state;
	CHECK(!gemm_packed_name()[0] || strstr(blas_name(), gemm_packed_name()) != NULL);
#ifdef RETORT_REAL_DOUBLE
	CHECK_STR(gemm_packed_name(), "");
#else
	print_message("# products of packed weights: %s\n",
		      gemm_packed_name()[0] ? gemm_packed_name() : "BLAS");
#endif
}

/* Logits of a network over some tokens, packed or not, with a number of threads. */
static void
logits(const char *text, bool packs, int threads, real *out, size_t *n)
{
	struct model_io io = { .kind = DATASET_TOKENS,
			       .length = 5,
			       .vocab = 50,
			       .classes = 50,
			       .features = 5,
			       .next_token = true };
	struct pool *pool = pool_new(threads);
	struct model_spec spec;
	int32_t ids[8 * 5];
	struct err e;
	struct net *net;
	real *value;

	CHECK_INT(model_table_parse(text, &spec, &e), 0);
	net = net_new("big", &spec, &io, 8, pool, NULL, &e);
	CHECK(net != NULL);
	value = mem_try(net->layout.len, sizeof *value);
	param_start_all(&net->layout, NULL, value, 3, "big");
	CHECK_INT(packs ? net_pack(net, value, true, &e) : 0, 0);
	CHECK_INT(net_finish(net, false, &e), 0);
	graph_bind(net->graph, value, NULL);
	for (int i = 0; i < 40; i++)
		ids[i] = i * 7 % 50;
	graph_feed_ids(net->graph, net->input, ids, 8);
	graph_forward(net->graph, net->graph->n_nodes - 1);
	*n = 8 * tensor_width(&net->graph->node[net_logits(net)].out);
	memcpy(out, net->graph->node[net_logits(net)].out.data, *n * sizeof *out);
	net_free(net);
	pool_free(pool);
	mem_free(value);
}

static void
packed_networks_give_nearly_the_same_logits(void **state)
{
	static const char *const specs[] = { "decoder layers=2 width=32 heads=2 tied=on",
					     "decoder layers=2 width=48 heads=2 tied=off" };
	static real plain[8 * 5 * 50], packed[8 * 5 * 50], again[8 * 5 * 50];

	(void)state;
	for (size_t s = 0; s < 2; s++) {
		double largest = 0, size = 0;
		size_t n;

		logits(specs[s], false, 1, plain, &n);
		logits(specs[s], true, 1, packed, &n);
		logits(specs[s], true, 3, again, &n);
		CHECK(memcmp(packed, again, n * sizeof *again) == 0);
		for (size_t i = 0; i < n; i++) {
			largest = fmax(largest, fabs((double)plain[i] - (double)packed[i]));
			size = fmax(size, fabs((double)plain[i]));
		}
		CHECK(largest > 0);
		CHECK_NEAR(largest, 0, 0.02 * size); /* a few roundings of 1/512 each */
	}
}

struct large {
	struct blas_product p;
	real *room;
};

static void
large_lays(void *arg, int index)
{
	struct large *l = arg;

	gemm_repack_pack_piece(&l->p, l->room, index);
}

static void
large_multiplies(void *arg, int index)
{
	struct large *l = arg;
	size_t row, column, rows, columns;

	gemm_repack_piece(&l->p, l->room, index, &row, &column, &rows, &columns);
}

/* Against sums in double; y holds 7 before, which is added to or overwritten. */
static void
check_large_sums(const struct blas_product *p)
{
	for (size_t i = 0; i < p->m; i++) {
		for (size_t j = 0; j < p->n; j++) {
			double sum = 7 * (double)p->beta, size = 7;

			for (size_t k = 0; k < p->k; k++) {
				double b =
					(double)p->b[p->trans_b ? j * p->ldb + k : k * p->ldb + j];
				double term = (double)p->a[i * p->lda + k] * b;

				sum += term;
				size += fabs(term);
			}
			CHECK_NEAR(p->c[i * p->ldc + j], sum, WITHIN * size);
		}
		CHECK(p->c[i * p->ldc + p->n] == 7);
	}
}

/* The stride of rows is larger than their length. */
static void
check_large(size_t m, size_t k, size_t n, bool turned, int beta)
{
	size_t lda = k + 3, ldb = (turned ? k : n) + 2, ldc = n + 1, b_len = (turned ? n : k) * ldb;
	real *a = mem_array(m * lda, sizeof *a), *b = mem_array(b_len, sizeof *b),
	     *c = mem_array(m * ldc, sizeof *c);
	struct rng r = rng_stream(1, "large", m, n);
	struct large l = { { .trans_b = turned,
			     .m = m,
			     .n = n,
			     .k = k,
			     .a = a,
			     .lda = lda,
			     .b = b,
			     .ldb = ldb,
			     .c = c,
			     .ldc = ldc,
			     .beta = (real)beta },
			   mem_try(gemm_repack_room(k, n), sizeof(real)) };
	struct pool *pool = pool_new(2);

	for (size_t i = 0; i < m * lda; i++)
		a[i] = (real)rng_normal(r, i);
	for (size_t i = 0; i < b_len; i++)
		b[i] = (real)rng_normal(r, m * lda + i);
	for (size_t i = 0; i < m * ldc; i++)
		c[i] = 7;
	if (gemm_repack_fits(&l.p)) { /* without the instructions, BLAS computes the product */
		pool_run(pool, gemm_repack_pack_pieces(&l.p), large_lays, &l);
		pool_run(pool, blas_pieces(&l.p), large_multiplies, &l);
		check_large_sums(&l.p);
	}
	pool_free(pool);
	mem_free(a);
	mem_free(b);
	mem_free(c);
	mem_free(l.room);
}

static void
repacked_weights_give_the_same_sums(void **state)
{
	(void)state;
	for (int how = 0; how < 4; how++) {
		check_large(515, 70, 131, how & 1, how >> 1);
		check_large(600, 33, 96, how & 1, how >> 1);
		check_large(777, 129, 17, how & 1, how >> 1);
	}
}

/* Few rows, sums over rows, factors other than 1: BLAS. */
static void
products_too_small_to_repack_use_blas(void **state)
{
	struct blas_product p = { .m = 2048,
				  .n = 128,
				  .k = 128,
				  .lda = 128,
				  .ldb = 128,
				  .ldc = 128 },
			    q;

	(void)state;
	CHECK(gemm_repack_fits(&p) == (strstr(gemm_packed_name(), "panels") != NULL));
	q = p, q.m = 100;
	CHECK(!gemm_repack_fits(&q));
	q = p, q.trans_a = true;
	CHECK(!gemm_repack_fits(&q));
	q = p, q.alpha = 2;
	CHECK(!gemm_repack_fits(&q));
	q = p, q.beta = (real)0.5;
	CHECK(!gemm_repack_fits(&q));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(repacked_weights_give_the_same_sums),
		TEST(products_too_small_to_repack_use_blas),
		TEST(sums_are_those_of_rounded_numbers),
		TEST(sums_in_single_precision_are_those_of_the_numbers),
		TEST(sums_of_a_row_do_not_depend_on_other_rows),
		TEST(numbers_are_rounded_to_the_nearest_and_ties_to_even),
		TEST(bits_are_the_same_with_any_number_of_threads),
		TEST(blas_name_contains_the_packed_kernel),
		TEST(packed_networks_give_nearly_the_same_logits),
	};

	blas_init(4, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
