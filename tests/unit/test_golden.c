/* test_golden.c: operators against values and gradients computed by torch (tests/vectors), in
 * double. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "play.h"

#include <jansson.h>

#include "retort/nn/gemm/act.h"
#include "retort/nn/gemm/blas.h"
#include "retort/kd/loss.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/nn/ops/op_table.h"

/* The file has 11 significant digits. */
#define TOLERANCE 2e-10

#define COMPARED "compared" /* mark in the JSON of a tensor, beside shape and data */

static json_t *cases;    /* an array */
static const char *name; /* name of the current case */

/* ---------------------------------------------------------------- numbers of a case */

struct numbers {
	int rank;
	size_t dim[5], len;
	real *data;
};

static struct numbers
numbers(const json_t *c, const char *part, const char *of)
{
	const json_t *t = json_object_get(json_object_get(c, part), of),
		     *shape = json_object_get(t, "shape");
	const json_t *data = json_object_get(t, "data");
	struct numbers n = { .rank = (int)json_array_size(shape), .len = json_array_size(data) };
	size_t len = 1;

	if (!t || n.rank > 5)
		fail_msg("%s: no '%s' of '%s'", name, of, part);
	for (int i = 0; i < n.rank; i++) {
		n.dim[i] = (size_t)json_integer_value(json_array_get(shape, (size_t)i));
		len *= n.dim[i];
	}
	CHECK_INT(n.len, len);
	n.data = mem_array(len + 1, sizeof *n.data);
	for (size_t i = 0; i < len; i++)
		n.data[i] = (real)json_number_value(json_array_get(data, i));
	return n;
}

static double
attr(const json_t *c, const char *of)
{
	const json_t *v = json_object_get(json_object_get(c, "attr"), of);

	if (!v)
		fail_msg("%s: no attribute '%s'", name, of);
	return json_is_number(v) ? json_number_value(v) : json_is_true(v);
}

/* Compare runs of `n` numbers, `stride` apart in `got`, with those of the file, and mark them as
 * compared. */
static void
compare_runs(const json_t *c, const char *part, const char *of, const real *got, size_t n,
	     size_t stride)
{
	struct numbers want = numbers(c, part, of);

	for (size_t i = 0; i < want.len; i++) {
		double x = (double)got[i / n * stride + i % n], y = (double)want.data[i];

		if (!(fabs(x - y) <= TOLERANCE * (1 + fabs(y))))
			fail_msg("%s: %s %s[%zu] is %.12g, expected %.12g", name, part, of, i, x,
				 y);
	}
	json_object_set_new(json_object_get(json_object_get(c, part), of), COMPARED, json_true());
	mem_free(want.data);
}

static void
compare(const json_t *c, const char *part, const char *of, const real *got)
{
	compare_runs(c, part, of, got, 1, 1);
}

static real *
room(size_t n)
{
	real *x = mem_array(n + 1, sizeof *x);

	for (size_t i = 0; i < n; i++)
		x[i] = (real)NAN; /* NaN where nothing is written */
	return x;
}

/* ---------------------------------------------------------------- operators */

/* layer_norm and rms_norm */
static void
norm(const json_t *c, enum norm_kind kind)
{
	struct numbers x = numbers(c, "in", "x"), gain = numbers(c, "in", "gamma"),
		       mix = numbers(c, "mix", "y");
	struct numbers bias = kind == NORM_LAYER ? numbers(c, "in", "beta") : (struct numbers){ 0 };
	real *y = room(x.len), *dx = room(x.len), *dgain = room(gain.len), *dbias = room(gain.len);
	struct play p = {
		.op = "norm",
		.attr = { [NORM_KIND] = kind, [NORM_EPS] = attr(c, "eps") },
		.mix = mix.data,
		.in = { { .rank = 2, .dim = { x.dim[0], x.dim[1] }, .data = x.data, .grad = dx } },
		.value = { { .name = "gain", .data = gain.data, .grad = dgain },
			   { .name = bias.data ? "bias" : NULL, .data = bias.data, .grad = dbias } }
	};

	play_run(&p, y, x.len);
	compare(c, "out", "y", y);
	compare(c, "grad", "x", dx);
	compare(c, "grad", "gamma", dgain);
	if (bias.data)
		compare(c, "grad", "beta", dbias);
	mem_free(x.data), mem_free(gain.data), mem_free(mix.data), mem_free(bias.data);
	mem_free(y), mem_free(dx), mem_free(dgain), mem_free(dbias);
}

static void
layer_norm(const json_t *c)
{
	norm(c, NORM_LAYER);
}

static void
rms_norm(const json_t *c)
{
	norm(c, NORM_RMS);
}

static void
gelu(const json_t *c)
{
	struct numbers x = numbers(c, "in", "x"), mix = numbers(c, "mix", "y");
	enum act act = attr(c, "tanh") != 0 ? ACT_GELU_TANH : ACT_GELU;
	real *y = room(x.len);

	memcpy(y, x.data, x.len * sizeof *y);
	act_forward(act, y, x.len);
	compare(c, "out", "y", y);
	act_backward(act, mix.data, x.data, y, x.len);
	compare(c, "grad", "x", mix.data);
	mem_free(x.data), mem_free(mix.data), mem_free(y);
}

/* Retort stores gate and value in one array. */
static void
swiglu(const json_t *c)
{
	struct numbers gate = numbers(c, "in", "gate"), up = numbers(c, "in", "up"),
		       mix = numbers(c, "mix", "y");
	size_t n = gate.dim[0], d = gate.dim[1];
	real *x = room(2 * gate.len), *dx = room(2 * gate.len), *y = room(gate.len);
	struct play p = { .op = "gate",
			  .mix = mix.data,
			  .in = { { .rank = 2, .dim = { n, 2 * d }, .data = x, .grad = dx } } };

	for (size_t i = 0; i < gate.len; i++) {
		x[i / d * 2 * d + i % d] = gate.data[i];
		x[i / d * 2 * d + d + i % d] = up.data[i];
	}
	play_run(&p, y, gate.len);
	compare(c, "out", "y", y);
	compare_runs(c, "grad", "gate", dx, d, 2 * d);
	compare_runs(c, "grad", "up", dx + d, d, 2 * d);
	mem_free(gate.data), mem_free(up.data), mem_free(mix.data);
	mem_free(x), mem_free(dx), mem_free(y);
}

static void
embedding(const json_t *c)
{
	struct numbers id = numbers(c, "in", "ids"), table = numbers(c, "in", "table"),
		       mix = numbers(c, "mix", "y");
	real *y = room(mix.len), *dtable = room(table.len);
	int32_t *ids = mem_array(id.len, sizeof *ids);
	struct play p = { .op = "embed",
			  .mix = mix.data,
			  .attr = { [EMBED_VOCAB] = (double)table.dim[0],
				    [EMBED_WIDTH] = (double)table.dim[1] },
			  .in = { { .rank = 2, .dim = { id.dim[0], id.dim[1] }, .ids = ids } },
			  .value = { { .name = "token", .data = table.data, .grad = dtable } } };

	for (size_t i = 0; i < id.len; i++)
		ids[i] = (int32_t)id.data[i];
	play_run(&p, y, mix.len);
	compare(c, "out", "y", y);
	compare(c, "grad", "table", dtable);
	mem_free(id.data), mem_free(table.data), mem_free(mix.data);
	mem_free(y), mem_free(dtable), mem_free(ids);
}

/* Padded queries give 0 in Retort and are not compared: their weight in the loss is 0, and their
 * probabilities are blanked. */
static void
blank_padded(const real *mask, const struct numbers *want, real *got, bool by_head)
{
	size_t per = want->len / want->dim[0], length = want->dim[by_head ? 2 : 1];
	size_t n = want->dim[3] * (by_head ? 1 : want->dim[2]);

	for (size_t i = 0; i < want->len; i++)
		if (!(mask[i / per * length + i % per / n % length] > 0)) {
			CHECK_NEAR(got[i], 0, 0);
			got[i] = want->data[i];
		}
}

static void
attention(const json_t *c)
{
	struct numbers part[3] = { numbers(c, "in", "q"), numbers(c, "in", "k"),
				   numbers(c, "in", "v") };
	struct numbers mask = numbers(c, "in", "mask"), mix = numbers(c, "mix", "y"),
		       y = numbers(c, "out", "y");
	struct numbers map = numbers(c, "out", "p");
	size_t rows = y.dim[0], length = y.dim[1], width = 0, at = 0, run[3];
	real *x, *dx, *got = room(y.len), *got_map = room(map.len);
	int32_t *ids = mem_array(mask.len, sizeof *ids);
	struct play p = { .op = "attention",
			  .mix = mix.data,
			  .attr = { [ATTENTION_HEADS] = (double)y.dim[2],
				    [ATTENTION_KV] = (double)part[1].dim[2],
				    [ATTENTION_CAUSAL] = attr(c, "causal"),
				    [ATTENTION_ROPE] = attr(c, "theta") } };
	static const char *const names[] = { "q", "k", "v" };

	for (int k = 0; k < 3; k++)
		width += run[k] = part[k].dim[2] * part[k].dim[3];
	x = room(rows * length * width);
	dx = room(rows * length * width);
	for (int k = 0; k < 3; at += run[k++])
		for (size_t i = 0; i < part[k].len; i++)
			x[i / run[k] * width + at + i % run[k]] = part[k].data[i];
	for (size_t i = 0; i < mask.len; i++)
		ids[i] = mask.data[i] > 0 ? 0 : -1;
	p.in[0] = (struct play_input){
		.rank = 3, .dim = { rows, length, width }, .data = x, .grad = dx
	};
	p.in[1] = (struct play_input){ .rank = 2, .dim = { rows, length }, .ids = ids };
	play_run(&p, got, y.len);
	blank_padded(mask.data, &y, got, false);
	compare(c, "out", "y", got);
	at = 0;
	for (int k = 0; k < 3; at += run[k++])
		compare_runs(c, "grad", names[k], dx + at, run[k], width);
	p.op = "attention_map";
	p.mix = NULL;
	play_run(&p, got_map, map.len);
	blank_padded(mask.data, &map, got_map, true);
	compare(c, "out", "p", got_map);
	for (int k = 0; k < 3; k++)
		mem_free(part[k].data);
	mem_free(mask.data), mem_free(mix.data), mem_free(y.data), mem_free(map.data);
	mem_free(x), mem_free(dx), mem_free(got), mem_free(got_map), mem_free(ids);
}

/* Retort starts from a zero state and has one bias, whose gradient is that of both biases of torch.
 */
static void
lstm(const json_t *c)
{
	struct numbers x = numbers(c, "in", "x"), input = numbers(c, "in", "w_in"),
		       state = numbers(c, "in", "w_state");
	struct numbers bias = numbers(c, "in", "b_in"), more = numbers(c, "in", "b_state"),
		       mix = numbers(c, "mix", "y");
	real *y = room(mix.len), *dx = room(x.len), *di = room(input.len), *ds = room(state.len),
	     *db = room(bias.len);
	struct play p = { .op = "lstm",
			  .attr = { [LSTM_WIDTH] = (double)state.dim[0] },
			  .mix = mix.data,
			  .in = { { .rank = 3,
				    .dim = { x.dim[0], x.dim[1], x.dim[2] },
				    .data = x.data,
				    .grad = dx } },
			  .value = { { .name = "input", .data = input.data, .grad = di },
				     { .name = "state", .data = state.data, .grad = ds },
				     { .name = "bias", .data = bias.data, .grad = db } } };

	for (size_t i = 0; i < bias.len; i++)
		bias.data[i] += more.data[i];
	play_run(&p, y, mix.len);
	compare(c, "out", "y", y);
	compare(c, "grad", "x", dx);
	compare(c, "grad", "w_in", di);
	compare(c, "grad", "w_state", ds);
	compare(c, "grad", "b_in", db);
	compare(c, "grad", "b_state", db);
	mem_free(x.data), mem_free(input.data), mem_free(state.data), mem_free(bias.data),
		mem_free(more.data);
	mem_free(mix.data), mem_free(y), mem_free(dx), mem_free(di), mem_free(ds), mem_free(db);
}

static void
cross_entropy(const json_t *c)
{
	struct numbers z = numbers(c, "in", "z"), label = numbers(c, "in", "label"),
		       mix = numbers(c, "mix", "loss");
	real *dz = mem_array(z.len, sizeof *dz), *share = room(label.len),
	     *scratch = room(LOSS_SCRATCH * z.len), loss;
	int32_t *class = mem_array(label.len, sizeof *class);
	struct loss_args a = { .rows = z.dim[0],
			       .width = z.dim[1],
			       .x = z.data,
			       .label = class,
			       .weight = share,
			       .temperature = 1,
			       .scale = (double)mix.data[0],
			       .dx = dz,
			       .scratch = scratch };

	for (size_t i = 0; i < label.len; i++) {
		class[i] = (int32_t)label.data[i];
		share[i] = 1 / (real)label.len;
	}
	loss = (real)loss_ce.run(&a);
	compare(c, "out", "loss", &loss);
	compare(c, "grad", "z", dz);
	mem_free(z.data), mem_free(label.data), mem_free(mix.data);
	mem_free(dz), mem_free(share), mem_free(scratch), mem_free(class);
}

static void
conv2d(const json_t *c)
{
	struct numbers x = numbers(c, "in", "x"), w = numbers(c, "in", "weight"),
		       b = numbers(c, "in", "bias");
	struct numbers mix = numbers(c, "mix", "y");
	real *y = room(mix.len), *dx = room(x.len), *dw = room(w.len), *db = room(b.len);
	struct play p = { .op = "conv",
			  .mix = mix.data,
			  .attr = { [CONV_CHANNELS] = (double)b.len,
				    [CONV_KERNEL] = (double)w.dim[0],
				    [CONV_STRIDE] = attr(c, "stride_h"),
				    [CONV_PADDING] = attr(c, "pad_h"),
				    [CONV_GROUPS] = attr(c, "groups") },
			  .in = { { .rank = 4,
				    .dim = { x.dim[0], x.dim[1], x.dim[2], x.dim[3] },
				    .data = x.data,
				    .grad = dx } },
			  .value = { { .name = "weight", .data = w.data, .grad = dw },
				     { .name = "bias", .data = b.data, .grad = db } } };

	CHECK(w.dim[0] == w.dim[1]);
	CHECK(attr(c, "stride_h") == attr(c, "stride_w") && attr(c, "pad_h") == attr(c, "pad_w"));
	play_run(&p, y, mix.len);
	compare(c, "out", "y", y);
	compare(c, "grad", "x", dx);
	compare(c, "grad", "weight", dw);
	compare(c, "grad", "bias", db);
	mem_free(x.data), mem_free(w.data), mem_free(b.data), mem_free(mix.data);
	mem_free(y), mem_free(dx), mem_free(dw), mem_free(db);
}

/* Input x [N,H,W,C] only. */
static void
maps(const json_t *c, struct play *p)
{
	struct numbers x = numbers(c, "in", "x"), mix = numbers(c, "mix", "y");
	real *y = room(mix.len), *dx = room(x.len);

	p->mix = mix.data;
	p->in[0] = (struct play_input){ .rank = 4,
					.dim = { x.dim[0], x.dim[1], x.dim[2], x.dim[3] },
					.data = x.data,
					.grad = dx };
	play_run(p, y, mix.len);
	compare(c, "out", "y", y);
	compare(c, "grad", "x", dx);
	mem_free(x.data), mem_free(mix.data), mem_free(y), mem_free(dx);
}

static void
pool(const json_t *c, enum op_pool_kind kind)
{
	struct play p = { .op = "pool",
			  .attr = { [POOL_KIND] = kind,
				    [POOL_SIZE] = attr(c, "kernel"),
				    [POOL_STRIDE] = attr(c, "stride"),
				    [POOL_PADDING] = attr(c, "pad") } };

	maps(c, &p);
}

static void
max_pool(const json_t *c)
{
	pool(c, POOL_MAX);
}

static void
average_pool(const json_t *c)
{
	CHECK(attr(c, "pad") == 0 || attr(c, "count_pad") != 0); /* Retort counts the padding */
	pool(c, POOL_AVERAGE);
}

static void
global_pool(const json_t *c)
{
	maps(c, &(struct play){ .op = "global_pool" });
}

/* Rows or maps. Running statistics change in training only. */
static void
batch_norm(const json_t *c)
{
	struct numbers x = numbers(c, "in", "x"), mix = numbers(c, "mix", "y"),
		       gain = numbers(c, "in", "gamma");
	struct numbers bias = numbers(c, "in", "beta"), mean = numbers(c, "in", "running_mean");
	struct numbers var = numbers(c, "in", "running_var");
	real *y = room(x.len), *dx = room(x.len), *dgain = room(gain.len), *dbias = room(bias.len);
	real *new_mean = room(mean.len), *new_var = room(var.len);
	struct play p = { .op = "batch_norm",
			  .mix = mix.data,
			  .training = attr(c, "training") != 0,
			  .attr = { [BATCH_NORM_EPS] = attr(c, "eps"),
				    [BATCH_NORM_MOMENTUM] = attr(c, "momentum") },
			  .in = { { .rank = x.rank, .data = x.data, .grad = dx } },
			  .value = {
				  { .name = "gain", .data = gain.data, .grad = dgain },
				  { .name = "bias", .data = bias.data, .grad = dbias },
				  { .name = "running_mean", .data = mean.data, .after = new_mean },
				  { .name = "running_var", .data = var.data, .after = new_var } } };

	CHECK(x.rank <= TENSOR_RANK);
	memcpy(p.in[0].dim, x.dim, (size_t)x.rank * sizeof *x.dim);
	play_run(&p, y, x.len);
	compare(c, "out", "y", y);
	compare(c, "grad", "x", dx);
	compare(c, "grad", "gamma", dgain);
	compare(c, "grad", "beta", dbias);
	compare(c, p.training ? "out" : "in", p.training ? "new_mean" : "running_mean", new_mean);
	compare(c, p.training ? "out" : "in", p.training ? "new_var" : "running_var", new_var);
	mem_free(x.data), mem_free(mix.data), mem_free(gain.data), mem_free(bias.data),
		mem_free(mean.data);
	mem_free(var.data), mem_free(y), mem_free(dx), mem_free(dgain), mem_free(dbias);
	mem_free(new_mean), mem_free(new_var);
}

/*
 * Retort rotates inside of attention only, which raw scores show: row i of the feed has the keys x,
 * and queries that are sqrt(D) at number i of position 0, which is not rotated, and 0 elsewhere.
 * The scores of its first query are numbers i of the rotated keys; the gradient of the keys, summed
 * over rows, is that of x.
 */
static void
rotary(const json_t *c)
{
	struct numbers x = numbers(c, "in", "x"), mix = numbers(c, "mix", "y");
	size_t t = x.dim[1], heads = x.dim[2], d = x.dim[3], run = heads * d, width = 3 * run,
	       len = d * heads * t * t;
	real *qkv = mem_array(d * t * width, sizeof *qkv), *dqkv = room(d * t * width),
	     *score = room(len);
	real *dscore = mem_array(len, sizeof *dscore), *y = room(x.len),
	     *dx = mem_array(x.len, sizeof *dx);
	struct play p = {
		.op = "attention_map",
		.mix = dscore,
		.attr = { [ATTENTION_HEADS] = (double)heads,
			  [ATTENTION_ROPE] = attr(c, "theta"),
			  [ATTENTION_RAW] = 1 },
		.in = { { .rank = 3, .dim = { d, t, width }, .data = qkv, .grad = dqkv } }
	};

	CHECK_INT(x.dim[0], 1);
	for (size_t i = 0; i < d * x.len; i++) { /* number k of the keys of row i / x.len */
		size_t row = i / x.len, k = i % x.len;

		qkv[row * t * width + k / run * width + run + k % run] = x.data[k];
		qkv[row * t * width + k % run] = k % d == row ? REAL_SQRT((real)d) : 0;
		if (k % d == row)
			dscore[(row * heads + k / d % heads) * t * t + k / run] = mix.data[k];
	}
	play_run(&p, score, len);
	for (size_t i = 0; i < d * x.len; i++) {
		size_t row = i / x.len, k = i % x.len;

		dx[k] += dqkv[row * t * width + k / run * width + run + k % run];
		if (k % d == row)
			y[k] = score[(row * heads + k / d % heads) * t * t + k / run];
	}
	compare(c, "out", "y", y);
	compare(c, "grad", "x", dx);
	mem_free(x.data), mem_free(mix.data), mem_free(qkv), mem_free(dqkv), mem_free(score);
	mem_free(dscore), mem_free(y), mem_free(dx);
}

/* ---------------------------------------------------------------- the tables */

/* Operators of the file, with their adapters. */
static const struct row {
	const char *op;
	void (*adapter)(const json_t *c);
} rows[] = {
	{ "layer_norm", layer_norm },
	{ "rms_norm", rms_norm },
	{ "batch_norm", batch_norm },
	{ "conv2d", conv2d },
	{ "max_pool", max_pool },
	{ "avg_pool", average_pool },
	{ "global_pool", global_pool },
	{ "gelu", gelu },
	{ "swiglu", swiglu },
	{ "embedding", embedding },
	{ "attention", attention },
	{ "rotary", rotary },
	{ "lstm", lstm },
	{ "cross_entropy", cross_entropy },
};

/* Not compared: a whole case, or one tensor. */
static const struct gap {
	const char *name, *of; /* of NULL: the whole case */
	const char *reason;
} gaps[] = {
	{ "conv2d-oblong", NULL,
	  "ours has square windows, and one stride and padding for both sides" },
	{ "avg-pool-overlap-pad", NULL, "in ours the border counts, as in avg-pool-border-counts" },
	{ "lstm", NULL, "ours starts from nothing, and its last states are not asked for" },
	{ "lstm-from-nothing", "h0", "ours starts from nothing, which is no input" },
	{ "lstm-from-nothing", "c0", "as h0" },
};

static const struct gap *
gap_at(const char *of)
{
	for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++)
		if (strcmp(gaps[i].name, name) == 0 &&
		    (of && gaps[i].of ? strcmp(gaps[i].of, of) == 0 : of == gaps[i].of))
			return &gaps[i];
	return NULL;
}

static const struct row *
row_of(const json_t *c)
{
	for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
		if (strcmp(json_string_value(json_object_get(c, "op")), rows[k].op) == 0)
			return &rows[k];
	return NULL;
}

static const json_t *
case_called(const char *wanted)
{
	size_t i;
	json_t *c;

	json_array_foreach(cases, i, c) if (strcmp(json_string_value(json_object_get(c, "name")),
						   wanted) == 0) return c;
	return NULL;
}

/* Every tensor of a part of the case just run must be marked, or listed as not compared. */
static void
nothing_was_left_out(const json_t *c, const char *part)
{
	const char *of;
	json_t *t;

	json_object_foreach(json_object_get(c, part), of, t)
	{
		bool compared = json_object_get(t, COMPARED) != NULL;

		if (compared == (gap_at(of) != NULL))
			fail_msg("%s: '%s' of '%s' is %s", name, of, part,
				 compared ? "compared, and a gap" : "not compared");
	}
}

static void
operators_have_golden_values_and_gradients(void **state)
{
	size_t i;
	json_t *c;

	(void)state;
	json_array_foreach(cases, i, c)
	{
		const struct row *row = row_of(c);

		name = json_string_value(json_object_get(c, "name"));
		if (!row || gap_at(NULL))
			continue;
		row->adapter(c);
		nothing_was_left_out(c, "out");
		nothing_was_left_out(c, "grad");
	}
}

static void
every_case_is_compared_or_skipped_with_a_reason(void **state)
{
	size_t i, met = 0;
	json_t *c;

	(void)state;
	json_array_foreach(cases, i, c)
	{
		name = json_string_value(json_object_get(c, "name"));
		if (!row_of(c) && !gap_at(NULL))
			fail_msg("%s: no adapter of '%s', and not among the gaps", name,
				 json_string_value(json_object_get(c, "op")));
		if (case_called(name) != c)
			fail_msg("%s: two cases have this name", name);
		met += !gap_at(NULL);
	}
	CHECK(met > 0);
}

static void
skipped_cases_are_listed_in_the_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++) {
		const json_t *c = case_called(gaps[i].name);

		if (!c || (gaps[i].of && !json_object_get(json_object_get(c, "out"), gaps[i].of) &&
			   !json_object_get(json_object_get(c, "grad"), gaps[i].of)))
			fail_msg("no '%s' in '%s'", gaps[i].of ? gaps[i].of : "case", gaps[i].name);
		CHECK(gaps[i].reason[0] != '\0');
	}
	for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
		size_t i, met = 0;
		json_t *c;

		json_array_foreach(cases, i, c)
		{
			name = json_string_value(json_object_get(c, "name"));
			met += row_of(c) == &rows[k] && !gap_at(NULL);
		}
		if (!met)
			fail_msg("the file has no case of '%s' to compare", rows[k].op);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(operators_have_golden_values_and_gradients),
		TEST(every_case_is_compared_or_skipped_with_a_reason),
		TEST(skipped_cases_are_listed_in_the_file),
	};
	json_error_t e;
	json_t *file = json_load_file(RETORT_SRCDIR "/tests/vectors/ops.json", 0, &e);
	int rc;

	cases = json_object_get(file, "cases");
	if (!cases) {
		fprintf(stderr, "tests/vectors/ops.json: %s\n", file ? "has no cases" : e.text);
		return 1;
	}
	blas_init(1, NULL);
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	json_decref(file);
	return rc;
}
