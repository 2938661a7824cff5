/* test_predict.c: rows of a data set through a network, a chunk at a time. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/mem.h"
#include "retort/base/rng.h"
#include "retort/nn/models/model_table.h"
#include "retort/nn/predict.h"

#define ROWS 23
#define WIDTH 6
#define CLASSES 3
#define CHUNK 5

struct rig {
	struct dataset ds;
	float x[ROWS * WIDTH];
	int32_t y[ROWS];
	struct net *net;
	struct batch batch;
	real *value;
	size_t seen, visits, stop_at;
	uint32_t row[ROWS];
	real logits[ROWS * CLASSES];
};

static void
rig_open(struct rig *r, const char *model)
{
	struct rng draw = rng_stream(5, "rows", 0, 0);
	struct model_spec spec;
	struct model_io io;
	struct err e;

	memset(r, 0, sizeof *r);
	r->ds = (struct dataset){ .n = ROWS, .d = WIDTH, .classes = CLASSES, .x = r->x, .y = r->y };
	for (size_t i = 0; i < ROWS * WIDTH; i++)
		r->x[i] = (float)rng_normal(draw, i);
	io = model_io_of(&r->ds);
	CHECK_INT(model_table_parse(model, &spec, &e), 0);
	CHECK((r->net = net_new("n", &spec, &io, CHUNK, NULL, NULL, &e)) != NULL);
	CHECK_INT(net_finish(r->net, false, &e), 0);
	r->value = mem_array(r->net->layout.len, sizeof *r->value);
	param_start_all(&r->net->layout, NULL, r->value, 3, "n");
	graph_bind(r->net->graph, r->value, NULL);
	CHECK_INT(batch_init(&r->batch, CHUNK, &r->ds, &e), 0);
	r->stop_at = SIZE_MAX;
}

static void
rig_close(struct rig *r)
{
	batch_release(&r->batch);
	net_free(r->net);
	mem_free(r->value);
}

static int
note_chunk(void *arg, const struct predict_chunk *c)
{
	struct rig *r = arg;

	CHECK_INT(c->at, r->seen);
	for (size_t i = 0; i < c->batch->rows; i++)
		r->row[c->at + i] = (uint32_t)batch_i32(c->batch, BATCH_ROW)[i];
	if (c->logits) {
		CHECK_INT(c->width, CLASSES);
		memcpy(r->logits + c->at * CLASSES, c->logits,
		       c->batch->rows * CLASSES * sizeof(real));
	}
	r->seen += c->batch->rows;
	return r->visits++ == r->stop_at ? 7 : 0;
}

/* Logits of a single row. */
static const real *
logits_of(struct rig *r, uint32_t row)
{
	batch_fill(&r->batch, &r->ds, &row, 1, NULL);
	return predict_batch(r->net, &r->batch);
}

static void
every_row_gets_its_logits_in_order(void **state)
{
	struct rig r;
	struct predict_rows p;

	(void)state;
	rig_open(&r, "mlp 8 dropout=0.5");
	r.net->graph->training = true; /* training flags as after a step */
	p = (struct predict_rows){
		.ds = &r.ds, .of = ROWS, .n = ROWS, .batch = &r.batch, .chunk = CHUNK
	};
	CHECK_INT(predict_rows(r.net, &p, note_chunk, &r), 0);
	CHECK_INT(r.seen, ROWS);
	CHECK_INT(r.visits, (ROWS + CHUNK - 1) / CHUNK);
	CHECK(!r.net->graph->training);
	for (uint32_t i = 0; i < ROWS; i++) {
		const real *z = logits_of(&r, i);

		CHECK_INT(r.row[i], i);
		for (int c = 0; c < CLASSES; c++)
			CHECK(fabs((double)(z[c] - r.logits[i * CLASSES + (size_t)c])) < 1e-5);
	}
	rig_close(&r);
}

static void
rows_are_taken_in_place_or_spread_evenly(void **state)
{
	static const uint32_t rows[9] = { 4, 22, 1, 0, 9, 9, 17, 3, 2 };
	struct rig r;
	struct predict_rows p;

	(void)state;
	rig_open(&r, "mlp 4");
	p = (struct predict_rows){
		.ds = &r.ds, .row = rows, .of = 9, .n = 9, .batch = &r.batch, .chunk = 2
	};
	CHECK_INT(predict_rows(r.net, &p, note_chunk, &r), 0);
	CHECK_INT(r.visits, 5);
	CHECK(memcmp(r.row, rows, sizeof rows) == 0);
	r.seen = r.visits = 0;
	p.n = 4;
	p.chunk = 3;
	CHECK_INT(predict_rows(r.net, &p, note_chunk, &r), 0);
	CHECK_INT(r.seen, 4);
	for (size_t i = 0; i < 4; i++)
		CHECK_INT(r.row[i], rows[i * 9 / 4]);
	rig_close(&r);
}

static void
a_visit_ends_the_prediction(void **state)
{
	struct rig r;
	struct predict_rows p;

	(void)state;
	rig_open(&r, "mlp 4");
	r.stop_at = 1;
	p = (struct predict_rows){
		.ds = &r.ds, .of = ROWS, .n = ROWS, .batch = &r.batch, .chunk = CHUNK
	};
	CHECK_INT(predict_rows(r.net, &p, note_chunk, &r), 7);
	CHECK_INT(r.visits, 2);
	rig_close(&r);
}

static void
without_a_network_only_batches_are_filled(void **state)
{
	struct rig r;
	struct predict_rows p;

	(void)state;
	rig_open(&r, "mlp 4");
	p = (struct predict_rows){
		.ds = &r.ds, .of = ROWS, .n = ROWS, .batch = &r.batch, .chunk = CHUNK
	};
	CHECK_INT(predict_rows(NULL, &p, note_chunk, &r), 0);
	CHECK_INT(r.seen, ROWS);
	for (uint32_t i = 0; i < ROWS; i++)
		CHECK_INT(r.row[i], i);
	for (size_t i = 0; i < ROWS * CLASSES; i++)
		CHECK(r.logits[i] == 0);
	rig_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_row_gets_its_logits_in_order),
		TEST(rows_are_taken_in_place_or_spread_evenly),
		TEST(a_visit_ends_the_prediction),
		TEST(without_a_network_only_batches_are_filled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
