/* golden_ops.c: adapters from the operators of torch to ours. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "golden.h"
#include "play.h"

#include "retort/base/mem.h"
#include "retort/kd/loss.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/nn/gemm/act.h"
#include "retort/nn/ops/op_table.h"

/* layer_norm and rms_norm */
static void
norm(const json_t *c, enum norm_kind kind)
{
	struct golden_numbers x = golden_numbers(c, "in", "x"),
			      gain = golden_numbers(c, "in", "gamma"),
			      mix = golden_numbers(c, "mix", "y");
	struct golden_numbers bias =
		kind == NORM_LAYER ? golden_numbers(c, "in", "beta") : (struct golden_numbers){ 0 };
	real *y = golden_room(x.len), *dx = golden_room(x.len), *dgain = golden_room(gain.len),
	     *dbias = golden_room(gain.len);
	struct play p = {
		.op = "norm",
		.attr = { [NORM_KIND] = kind, [NORM_EPS] = golden_attr(c, "eps") },
		.mix = mix.data,
		.in = { { .rank = 2, .dim = { x.dim[0], x.dim[1] }, .data = x.data, .grad = dx } },
		.value = { { .name = "gain", .data = gain.data, .grad = dgain },
			   { .name = bias.data ? "bias" : NULL, .data = bias.data, .grad = dbias } }
	};

	play_run(&p, y, x.len);
	golden_compare(c, "out", "y", y);
	golden_compare(c, "grad", "x", dx);
	golden_compare(c, "grad", "gamma", dgain);
	if (bias.data)
		golden_compare(c, "grad", "beta", dbias);
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
	struct golden_numbers x = golden_numbers(c, "in", "x"), mix = golden_numbers(c, "mix", "y");
	enum act act = golden_attr(c, "tanh") != 0 ? ACT_GELU_TANH : ACT_GELU;
	real *y = golden_room(x.len);

	memcpy(y, x.data, x.len * sizeof *y);
	act_forward(act, y, x.len);
	golden_compare(c, "out", "y", y);
	act_backward(act, mix.data, x.data, y, x.len);
	golden_compare(c, "grad", "x", mix.data);
	mem_free(x.data), mem_free(mix.data), mem_free(y);
}

/* Retort stores gate and value in one array. */
static void
swiglu(const json_t *c)
{
	struct golden_numbers gate = golden_numbers(c, "in", "gate"),
			      up = golden_numbers(c, "in", "up"),
			      mix = golden_numbers(c, "mix", "y");
	size_t n = gate.dim[0], d = gate.dim[1];
	real *x = golden_room(2 * gate.len), *dx = golden_room(2 * gate.len),
	     *y = golden_room(gate.len);
	struct play p = { .op = "gate",
			  .mix = mix.data,
			  .in = { { .rank = 2, .dim = { n, 2 * d }, .data = x, .grad = dx } } };

	for (size_t i = 0; i < gate.len; i++) {
		x[i / d * 2 * d + i % d] = gate.data[i];
		x[i / d * 2 * d + d + i % d] = up.data[i];
	}
	play_run(&p, y, gate.len);
	golden_compare(c, "out", "y", y);
	golden_compare_runs(c, "grad", "gate", dx, d, 2 * d);
	golden_compare_runs(c, "grad", "up", dx + d, d, 2 * d);
	mem_free(gate.data), mem_free(up.data), mem_free(mix.data);
	mem_free(x), mem_free(dx), mem_free(y);
}

static void
embedding(const json_t *c)
{
	struct golden_numbers id = golden_numbers(c, "in", "ids"),
			      table = golden_numbers(c, "in", "table"),
			      mix = golden_numbers(c, "mix", "y");
	real *y = golden_room(mix.len), *dtable = golden_room(table.len);
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
	golden_compare(c, "out", "y", y);
	golden_compare(c, "grad", "table", dtable);
	mem_free(id.data), mem_free(table.data), mem_free(mix.data);
	mem_free(y), mem_free(dtable), mem_free(ids);
}

/* Padded queries give 0 in Retort and are not compared: their weight in the loss is 0, and their
 * probabilities are blanked. */
static void
blank_padded(const real *mask, const struct golden_numbers *want, real *got, bool by_head)
{
	size_t per = want->len / want->dim[0], length = want->dim[by_head ? 2 : 1];
	size_t n = want->dim[3] * (by_head ? 1 : want->dim[2]);

	for (size_t i = 0; i < want->len; i++)
		if (!(mask[i / per * length + i % per / n % length] > 0)) {
			CHECK_NEAR(got[i], 0, 0);
			got[i] = want->data[i];
		}
}

/* Queries, keys and values side by side: x [positions, width] from three parts, each `run` wide. */
static void
lay_side_by_side(const struct golden_numbers *part, const size_t *run, size_t width, real *x)
{
	size_t at = 0;

	for (int k = 0; k < 3; at += run[k++])
		for (size_t i = 0; i < part[k].len; i++)
			x[i / run[k] * width + at + i % run[k]] = part[k].data[i];
}

static void
attention(const json_t *c)
{
	struct golden_numbers part[3] = { golden_numbers(c, "in", "q"),
					  golden_numbers(c, "in", "k"),
					  golden_numbers(c, "in", "v") };
	struct golden_numbers mask = golden_numbers(c, "in", "mask"),
			      mix = golden_numbers(c, "mix", "y"),
			      y = golden_numbers(c, "out", "y");
	struct golden_numbers map = golden_numbers(c, "out", "p");
	size_t rows = y.dim[0], length = y.dim[1], width = 0, at = 0, run[3];
	real *x, *dx, *got = golden_room(y.len), *got_map = golden_room(map.len);
	int32_t *ids = mem_array(mask.len, sizeof *ids);
	struct play p = { .op = "attention",
			  .mix = mix.data,
			  .attr = { [ATTENTION_HEADS] = (double)y.dim[2],
				    [ATTENTION_KV] = (double)part[1].dim[2],
				    [ATTENTION_CAUSAL] = golden_attr(c, "causal"),
				    [ATTENTION_ROPE] = golden_attr(c, "theta") } };
	static const char *const names[] = { "q", "k", "v" };

	for (int k = 0; k < 3; k++)
		width += run[k] = part[k].dim[2] * part[k].dim[3];
	x = golden_room(rows * length * width);
	dx = golden_room(rows * length * width);
	lay_side_by_side(part, run, width, x);
	for (size_t i = 0; i < mask.len; i++)
		ids[i] = mask.data[i] > 0 ? 0 : -1;
	p.in[0] = (struct play_input){
		.rank = 3, .dim = { rows, length, width }, .data = x, .grad = dx
	};
	p.in[1] = (struct play_input){ .rank = 2, .dim = { rows, length }, .ids = ids };
	play_run(&p, got, y.len);
	blank_padded(mask.data, &y, got, false);
	golden_compare(c, "out", "y", got);
	for (int k = 0; k < 3; at += run[k++])
		golden_compare_runs(c, "grad", names[k], dx + at, run[k], width);
	p.op = "attention_map";
	p.mix = NULL;
	play_run(&p, got_map, map.len);
	blank_padded(mask.data, &map, got_map, true);
	golden_compare(c, "out", "p", got_map);
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
	struct golden_numbers x = golden_numbers(c, "in", "x"),
			      input = golden_numbers(c, "in", "w_in"),
			      state = golden_numbers(c, "in", "w_state");
	struct golden_numbers bias = golden_numbers(c, "in", "b_in"),
			      more = golden_numbers(c, "in", "b_state"),
			      mix = golden_numbers(c, "mix", "y");
	real *y = golden_room(mix.len), *dx = golden_room(x.len), *di = golden_room(input.len),
	     *ds = golden_room(state.len), *db = golden_room(bias.len);
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
	golden_compare(c, "out", "y", y);
	golden_compare(c, "grad", "x", dx);
	golden_compare(c, "grad", "w_in", di);
	golden_compare(c, "grad", "w_state", ds);
	golden_compare(c, "grad", "b_in", db);
	golden_compare(c, "grad", "b_state", db);
	mem_free(x.data), mem_free(input.data), mem_free(state.data), mem_free(bias.data),
		mem_free(more.data);
	mem_free(mix.data), mem_free(y), mem_free(dx), mem_free(di), mem_free(ds), mem_free(db);
}

static void
cross_entropy(const json_t *c)
{
	struct golden_numbers z = golden_numbers(c, "in", "z"),
			      label = golden_numbers(c, "in", "label"),
			      mix = golden_numbers(c, "mix", "loss");
	real *dz = mem_array(z.len, sizeof *dz), *share = golden_room(label.len),
	     *scratch = golden_room(LOSS_SCRATCH * z.len), loss;
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
	golden_compare(c, "out", "loss", &loss);
	golden_compare(c, "grad", "z", dz);
	mem_free(z.data), mem_free(label.data), mem_free(mix.data);
	mem_free(dz), mem_free(share), mem_free(scratch), mem_free(class);
}

static void
conv2d(const json_t *c)
{
	struct golden_numbers x = golden_numbers(c, "in", "x"),
			      w = golden_numbers(c, "in", "weight"),
			      b = golden_numbers(c, "in", "bias");
	struct golden_numbers mix = golden_numbers(c, "mix", "y");
	real *y = golden_room(mix.len), *dx = golden_room(x.len), *dw = golden_room(w.len),
	     *db = golden_room(b.len);
	struct play p = { .op = "conv",
			  .mix = mix.data,
			  .attr = { [CONV_CHANNELS] = (double)b.len,
				    [CONV_KERNEL] = (double)w.dim[0],
				    [CONV_STRIDE] = golden_attr(c, "stride_h"),
				    [CONV_PADDING] = golden_attr(c, "pad_h"),
				    [CONV_GROUPS] = golden_attr(c, "groups") },
			  .in = { { .rank = 4,
				    .dim = { x.dim[0], x.dim[1], x.dim[2], x.dim[3] },
				    .data = x.data,
				    .grad = dx } },
			  .value = { { .name = "weight", .data = w.data, .grad = dw },
				     { .name = "bias", .data = b.data, .grad = db } } };

	CHECK(w.dim[0] == w.dim[1]);
	CHECK(golden_attr(c, "stride_h") == golden_attr(c, "stride_w") &&
	      golden_attr(c, "pad_h") == golden_attr(c, "pad_w"));
	play_run(&p, y, mix.len);
	golden_compare(c, "out", "y", y);
	golden_compare(c, "grad", "x", dx);
	golden_compare(c, "grad", "weight", dw);
	golden_compare(c, "grad", "bias", db);
	mem_free(x.data), mem_free(w.data), mem_free(b.data), mem_free(mix.data);
	mem_free(y), mem_free(dx), mem_free(dw), mem_free(db);
}

/* Input x [N,H,W,C] only. */
static void
maps(const json_t *c, struct play *p)
{
	struct golden_numbers x = golden_numbers(c, "in", "x"), mix = golden_numbers(c, "mix", "y");
	real *y = golden_room(mix.len), *dx = golden_room(x.len);

	p->mix = mix.data;
	p->in[0] = (struct play_input){ .rank = 4,
					.dim = { x.dim[0], x.dim[1], x.dim[2], x.dim[3] },
					.data = x.data,
					.grad = dx };
	play_run(p, y, mix.len);
	golden_compare(c, "out", "y", y);
	golden_compare(c, "grad", "x", dx);
	mem_free(x.data), mem_free(mix.data), mem_free(y), mem_free(dx);
}

static void
pool(const json_t *c, enum op_pool_kind kind)
{
	struct play p = { .op = "pool",
			  .attr = { [POOL_KIND] = kind,
				    [POOL_SIZE] = golden_attr(c, "kernel"),
				    [POOL_STRIDE] = golden_attr(c, "stride"),
				    [POOL_PADDING] = golden_attr(c, "pad") } };

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
	CHECK(golden_attr(c, "pad") == 0 ||
	      golden_attr(c, "count_pad") != 0); /* Retort counts the padding */
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
	struct golden_numbers x = golden_numbers(c, "in", "x"), mix = golden_numbers(c, "mix", "y"),
			      gain = golden_numbers(c, "in", "gamma");
	struct golden_numbers bias = golden_numbers(c, "in", "beta"),
			      mean = golden_numbers(c, "in", "running_mean");
	struct golden_numbers var = golden_numbers(c, "in", "running_var");
	real *y = golden_room(x.len), *dx = golden_room(x.len), *dgain = golden_room(gain.len),
	     *dbias = golden_room(bias.len);
	real *new_mean = golden_room(mean.len), *new_var = golden_room(var.len);
	struct play p = { .op = "batch_norm",
			  .mix = mix.data,
			  .training = golden_attr(c, "training") != 0,
			  .attr = { [BATCH_NORM_EPS] = golden_attr(c, "eps"),
				    [BATCH_NORM_MOMENTUM] = golden_attr(c, "momentum") },
			  .in = { { .rank = x.rank, .data = x.data, .grad = dx } },
			  .value = {
				  { .name = "gain", .data = gain.data, .grad = dgain },
				  { .name = "bias", .data = bias.data, .grad = dbias },
				  { .name = "running_mean", .data = mean.data, .after = new_mean },
				  { .name = "running_var", .data = var.data, .after = new_var } } };

	CHECK(x.rank <= TENSOR_RANK);
	memcpy(p.in[0].dim, x.dim, (size_t)x.rank * sizeof *x.dim);
	play_run(&p, y, x.len);
	golden_compare(c, "out", "y", y);
	golden_compare(c, "grad", "x", dx);
	golden_compare(c, "grad", "gamma", dgain);
	golden_compare(c, "grad", "beta", dbias);
	golden_compare(c, p.training ? "out" : "in", p.training ? "new_mean" : "running_mean",
		       new_mean);
	golden_compare(c, p.training ? "out" : "in", p.training ? "new_var" : "running_var",
		       new_var);
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
	struct golden_numbers x = golden_numbers(c, "in", "x"), mix = golden_numbers(c, "mix", "y");
	size_t t = x.dim[1], heads = x.dim[2], d = x.dim[3], run = heads * d, width = 3 * run,
	       len = d * heads * t * t;
	real *qkv = mem_array(d * t * width, sizeof *qkv), *dqkv = golden_room(d * t * width),
	     *score = golden_room(len);
	real *dscore = mem_array(len, sizeof *dscore), *y = golden_room(x.len),
	     *dx = mem_array(x.len, sizeof *dx);
	struct play p = {
		.op = "attention_map",
		.mix = dscore,
		.attr = { [ATTENTION_HEADS] = (double)heads,
			  [ATTENTION_ROPE] = golden_attr(c, "theta"),
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
	golden_compare(c, "out", "y", y);
	golden_compare(c, "grad", "x", dx);
	mem_free(x.data), mem_free(mix.data), mem_free(qkv), mem_free(dqkv), mem_free(score);
	mem_free(dscore), mem_free(y), mem_free(dx);
}

const struct golden_row golden_rows[] = {
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
const size_t golden_row_count = sizeof golden_rows / sizeof *golden_rows;
