/* test_hf.c: outputs of published models against those of torch, and data that does not fit them;
 * in double. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "published.h"

#include <jansson.h>

#include "retort/base/mem.h"
#include "retort/nn/gemm/blas.h"
#include "retort/nn/hf/hf.h"
#include "retort/nn/net.h"
#include "retort/nn/models/net_ckpt.h"
#include "retort/nn/models/model_table.h"

#define TOLERANCE 1e-9

/* A network with the parameters of a published model, and the rows of its vectors. */
struct asked {
	const char *model;
	json_t *vectors;
	struct net *net;
	real *value;
	size_t rows, length;
	int32_t *ids;  /* [rows, length] -1 is padding */
	bool *visible; /* [rows, length] */
};

static json_int_t
whole_at(const json_t *j, const char *key, size_t r, size_t t)
{
	return json_integer_value(json_array_get(json_array_get(json_object_get(j, key), r), t));
}

/*
 * Retort embeds the first token type only. Rows whose second sentence has the second type use a
 * table of twice as many tokens, with the difference of both types added in the upper half, which
 * gives the same sum.
 */
static void
double_table(struct asked *a, const struct ckpt *c)
{
	const struct ckpt_tensor *table = ckpt_find(c, "embed.token"),
				 *type = ckpt_find(c, "embed.type");

	for (size_t i = 0; i < a->net->own; i++) {
		const struct param *p = &a->net->layout.param[i];
		size_t width = table->dim[1];
		const struct ckpt_tensor *t = ckpt_find(c, p->name);
		bool is_table = strcmp(p->name, "embed.token") == 0;

		CHECK(t != NULL);
		CHECK_INT(p->len, is_table ? 2 * t->len : t->len);
		for (size_t k = 0; k < p->len; k++) {
			double more = is_table && k >= t->len
					      ? (double)type->data[width + k % width] -
							(double)type->data[k % width]
					      : 0;

			a->value[p->offset + k] = (real)((double)t->data[k % t->len] + more);
		}
	}
}

static void
ask_rows(struct asked *a, bool doubled)
{
	a->rows = json_array_size(json_object_get(a->vectors, "input_ids"));
	a->length = json_array_size(json_array_get(json_object_get(a->vectors, "input_ids"), 0));
	a->ids = mem_array(a->rows * a->length, sizeof *a->ids);
	a->visible = mem_array(a->rows * a->length, sizeof *a->visible);
	for (size_t r = 0; r < a->rows; r++)
		for (size_t t = 0; t < a->length; t++) {
			json_int_t id = whole_at(a->vectors, "input_ids", r, t);

			if (doubled && whole_at(a->vectors, "token_type_ids", r, t))
				id += (json_int_t)a->net->io.vocab / 2;
			a->visible[r * a->length + t] =
				whole_at(a->vectors, "attention_mask", r, t) != 0;
			a->ids[r * a->length + t] =
				a->visible[r * a->length + t] ? (int32_t)id : -1;
		}
}

static size_t
note(const struct ckpt *c, const char *key)
{
	int64_t n = 0;

	CHECK_INT(text_to_int(ckpt_get(c, key), &n), 0);
	return (size_t)n;
}

static void
ask(struct asked *a, const char *model)
{
	struct model_io io = { .kind = DATASET_TOKENS };
	unsigned wants[MODEL_LAYERS] = { 0 };
	struct model_spec spec;
	struct ckpt *c = NULL;
	struct err e = { .msg = "" };
	char path[1024];
	bool doubled;

	*a = (struct asked){ .model = model, .vectors = published_json(model, "vectors.json") };
	doubled = json_object_get(a->vectors, "token_type_ids") != NULL;
	if (hf_read(published_path(model, "", path, sizeof path), false, &c, &e) < 0)
		fail_msg("%s", e.msg);
	io.next_token = strcmp(ckpt_get(c, "tells"), "next-token") == 0;
	io.length = json_array_size(json_array_get(json_object_get(a->vectors, "input_ids"), 0));
	io.vocab = io.next_token ? note(c, "vocabulary") : 7;
	io.classes = note(c, "classes");
	if (net_ckpt_spec(c, &spec, &io, &e) < 0)
		fail_msg("%s: %s", model, e.msg);
	io.vocab *= doubled ? 2 : 1;
	for (int i = 0; i < MODEL_LAYERS; i++)
		wants[i] = 1u << MODEL_HIDDEN | 1u << MODEL_ATTENTION;
	a->net = net_new(model, &spec, &io, 8, NULL, wants, &e);
	if (!a->net)
		fail_msg("%s: %s", model, e.msg);
	for (int i = 0; i < a->net->graph->n_nodes; i++)
		if (i != a->net->input)
			graph_tap(a->net->graph, i);
	a->value = mem_try(a->net->layout.len, sizeof *a->value);
	if (net_finish(a->net, false, &e) < 0 ||
	    (!doubled && net_ckpt_load(a->net, a->value, c, &e) < 0))
		fail_msg("%s: %s", model, e.msg);
	if (doubled)
		double_table(a, c);
	ask_rows(a, doubled);
	graph_bind(a->net->graph, a->value, NULL);
	graph_feed_ids(a->net->graph, a->net->input, a->ids, a->rows);
	graph_forward(a->net->graph, a->net->graph->n_nodes - 1);
	ckpt_free(c);
}

static void
ask_end(struct asked *a)
{
	net_free(a->net);
	json_decref(a->vectors);
	mem_free(a->value);
	mem_free(a->ids);
	mem_free(a->visible);
}

/* Compare numbers of a node with the file's. `position(i)` maps number i to [rows, length]; or it
 * is skipped. */
static void
compare(const struct asked *a, const char *what, const json_t *want, int node, size_t of_row,
	size_t of_position)
{
	const json_t *data = json_object_get(want, "data");
	size_t n = json_array_size(data), seen = 0;
	const real *got;

	if (node < 0 || n == 0)
		fail_msg("%s: no %s", a->model, what);
	got = a->net->graph->node[node].out.data;
	CHECK_INT(n, a->rows * tensor_width(&a->net->graph->node[node].out));
	for (size_t i = 0; i < n; i++) {
		double x = (double)got[i], y = json_number_value(json_array_get(data, i));
		size_t place =
			of_position ? i / of_row * a->length + i % of_row / of_position % a->length
				    : 0;

		if (of_position && !a->visible[place])
			continue;
		seen++;
		if (!(fabs(x - y) <= TOLERANCE))
			fail_msg("%s: %s[%zu] is %.10g, expected %.10g", a->model, what, i, x, y);
	}
	CHECK(seen > 0);
}

/* [rows, length, width] */
static void
compare_positions(const struct asked *a, const char *what, const json_t *want, int node)
{
	size_t width = tensor_width(&a->net->graph->node[node].out);

	compare(a, what, want, node, width, width / a->length);
}

static int
node_named(const struct asked *a, const char *name)
{
	for (int i = 0; i < a->net->graph->n_nodes; i++)
		if (strcmp(a->net->graph->node[i].name, name) == 0)
			return i;
	return -1;
}

static void
published_models_match_torch(void **state)
{
	(void)state;
	for (size_t k = 0; k < published_count; k++) {
		const json_t *map, *hidden;
		struct asked a;
		int layer;

		ask(&a, published_models[k]);
		hidden = json_object_get(a.vectors, "hidden_states");
		CHECK_INT(json_array_size(hidden), a.net->n_layers - 1);
		for (int i = 0; i < a.net->n_layers - 1; i++)
			compare_positions(&a, "hidden state", json_array_get(hidden, (size_t)i),
					  net_node(a.net, i, MODEL_HIDDEN));
		map = json_object_get(a.vectors, "attention");
		layer = (int)json_integer_value(json_object_get(map, "layer"));
		compare(&a, "attention", json_object_get(map, "probabilities"),
			net_node(a.net, layer + 1, MODEL_ATTENTION),
			a.net->layer[layer + 1].heads * a.length * a.length, a.length);
		if (a.net->io.next_token) {
			compare_positions(&a, "final norm",
					  json_object_get(a.vectors, "final_norm"),
					  node_named(&a, "norm"));
			compare_positions(&a, "logits", json_object_get(a.vectors, "logits"),
					  net_logits(a.net));
		} else {
			compare(&a, "pooled", json_object_get(a.vectors, "pooled"),
				node_named(&a, "pooler"), 0, 0);
			compare(&a, "logits", json_object_get(a.vectors, "logits"),
				net_logits(a.net), 0, 0);
		}
		ask_end(&a);
	}
}

static void
data_that_does_not_fit_is_refused_by_net_spec_of(void **state)
{
	struct model_io io = { .kind = DATASET_TOKENS, .length = 9, .vocab = 121, .classes = 3 };
	struct model_spec spec;
	struct ckpt *c = NULL;
	struct err e = { .msg = "" };
	char path[1024];

	(void)state;
	CHECK_INT(hf_read(published_path("bert", "", path, sizeof path), false, &c, &e), 0);
	CHECK_INT(net_ckpt_spec(c, &spec, &io, &e), -1);
	CHECK(strstr(e.msg, "121") && strstr(e.msg, "embedding, 120"));
	io.vocab = 100;
	io.length = 17;
	CHECK_INT(net_ckpt_spec(c, &spec, &io, &e), -1);
	CHECK(strstr(e.msg, "17 tokens") && strstr(e.msg, "16 positions"));
	io.length = 16;
	io.classes = 2;
	CHECK_INT(net_ckpt_spec(c, &spec, &io, &e), -1);
	CHECK(strstr(e.msg, "3 classes") && strstr(e.msg, "have 2"));
	io.classes = 3;
	CHECK_INT(net_ckpt_spec(c, &spec, &io, &e), 0);
	CHECK_INT(io.vocab, 120);
	ckpt_free(c);
}

/* Rows of five tokens with a table of sixteen positions: after saving and loading the table has its
 * length. */
static void
position_tables_keep_their_length(void **state)
{
	struct model_io io = { .kind = DATASET_TOKENS, .length = 5, .vocab = 120, .classes = 3 };
	struct ckpt *c = NULL, *saved;
	struct model_spec spec;
	struct err e = { .msg = "" };
	struct net *net;
	char path[1024];
	real *value;

	(void)state;
	CHECK_INT(hf_read(published_path("bert", "", path, sizeof path), false, &c, &e), 0);
	CHECK_INT(net_ckpt_spec(c, &spec, &io, &e), 0);
	net = net_new("s", &spec, &io, 4, NULL, NULL, &e);
	CHECK(net != NULL);
	value = mem_try(net->layout.len, sizeof *value);
	CHECK_INT(net_ckpt_load(net, value, c, &e), 0);
	saved = net_ckpt_of(net, value);
	CHECK_STR(ckpt_get(saved, "length"), "5");
	io.length = 11;
	CHECK_INT(net_ckpt_spec(saved, &spec, &io, &e), 0);
	CHECK_INT(spec.value[model_option(spec.kind, "positions")], 16);
	ckpt_free(c), ckpt_free(saved), net_free(net), mem_free(value);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(published_models_match_torch),
		TEST(data_that_does_not_fit_is_refused_by_net_spec_of),
		TEST(position_tables_keep_their_length),
	};

	blas_init(1, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
