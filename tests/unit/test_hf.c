/* test_hf.c: published models: outputs against tests/vectors/hf, writing and reading, in double. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "tmpfolder.h"
#include <jansson.h>
#include <unistd.h>

#include "published.h"
#include "retort/base/mem.h"
#include "retort/nn/gemm/blas.h"
#include "retort/nn/hf/hf.h"
#include "retort/nn/net.h"
#include "retort/nn/models/net_ckpt.h"
#include "retort/nn/models/model_table.h"

#define TOLERANCE 1e-9

static const char *const models[] = { "bert",     "distilbert", "gpt2",  "gpt2-bare",
				      "gpt2-f16", "gpt2-bf16",  "llama", "llama-tied" };
#define MODELS (sizeof models / sizeof *models)

/* ---------------------------------------------------------------- outputs */

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
	struct err e = { "" };
	char path[1024];
	bool doubled;

	*a = (struct asked){ .model = model, .vectors = published_json(model, "vectors.json") };
	doubled = json_object_get(a->vectors, "token_type_ids") != NULL;
	if (hf_read(published_path(model, "", path, sizeof path), &c, &e) < 0)
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
	for (size_t k = 0; k < MODELS; k++) {
		const json_t *map, *hidden;
		struct asked a;
		int layer;

		ask(&a, models[k]);
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

/* ---------------------------------------------------------------- writing and reading */

/* Keys that may differ after writing: dropout rates that Retort does not have, the type of tensors.
 */
static bool
may_differ(const char *key)
{
	static const char *const keys[] = { "attention_probs_dropout_prob", "attention_dropout",
					    "attn_pdrop", "seq_classif_dropout", "torch_dtype" };

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return false;
}

static void
same_config(const char *model, const json_t *a, json_t *b)
{
	const char *key;
	json_t *value;

	json_object_foreach(b, key, value)
	{
		const json_t *was = json_object_get(a, key);

		if (!was)
			fail_msg("%s: config.json: %s was not there", model, key);
		if (!may_differ(key) && !json_equal(was, value))
			fail_msg("%s: config.json: %s is another", model, key);
	}
	CHECK_INT(json_object_size(a), json_object_size(b));
}

static void
reading_and_writing_preserves_bits(void **state)
{
	(void)state;
	for (size_t k = 0; k < MODELS; k++) {
		struct ckpt *theirs = NULL, *first = NULL, *again = NULL, *file = NULL;
		char dir[TMPFOLDER_PATH], path[1024], deeper[64];
		json_t *was = published_json(models[k], "config.json"), *is;
		struct err e = { "" };

		tmpfolder_make(dir);
		snprintf(deeper, sizeof deeper, "%s/new/", dir);
		if (ckpt_read_some(
			    published_path(models[k], "model.safetensors", path, sizeof path),
			    hf_wants, &theirs, &e) < 0 ||
		    hf_read(published_path(models[k], "", path, sizeof path), &first, &e) < 0 ||
		    hf_write(first, deeper, &e) < 0 || hf_write(first, deeper, &e) < 0 ||
		    hf_read(deeper, &again, &e) < 0)
			fail_msg("%s", e.msg);
		published_same_tensors(models[k], first, again);
		CHECK_STR(ckpt_get(first, "model"), ckpt_get(again, "model"));
		snprintf(path, sizeof path, "%smodel.safetensors", deeper);
		CHECK_INT(ckpt_read(path, &file, &e), 0);
		CHECK_STR(ckpt_get(file, "format"), "pt");
		if (strcmp(models[k], "gpt2-bare") != 0) /* its names get their prefix */
			published_same_tensors(models[k], theirs, file);
		snprintf(path, sizeof path, "%sconfig.json", deeper);
		is = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
		CHECK(is != NULL);
		same_config(models[k], was, is);
		snprintf(path, sizeof path,
			 "[ \"$(ls %s | tr '\\n' ' ')\" = 'config.json model.safetensors ' ]",
			 deeper);
		CHECK_INT(system(path), 0);
		json_decref(was), json_decref(is);
		ckpt_free(theirs), ckpt_free(first), ckpt_free(again), ckpt_free(file);
		tmpfolder_remove(dir);
	}
}

/* ---------------------------------------------------------------- networks of our own */

static struct ckpt *
network(const char *model, struct net **net, real **value)
{
	bool next = strncmp(model, "decoder", 7) == 0 || strncmp(model, "lstm", 4) == 0;
	bool tokens = next || strncmp(model, "transformer", 11) == 0;
	struct model_io io = { .kind = tokens ? DATASET_TOKENS : DATASET_NUMBERS,
			       .features = tokens ? 0 : 4,
			       .length = tokens ? 7 : 0,
			       .vocab = tokens ? 11 : 0,
			       .classes = next ? 11 : 3,
			       .next_token = next };
	struct model_spec spec;
	struct err e = { "" };

	if (model_table_parse(model, &spec, &e) < 0 ||
	    !(*net = net_new("s", &spec, &io, 4, NULL, NULL, &e)) ||
	    net_finish(*net, false, &e) < 0)
		fail_msg("%s: %s", model, e.msg);
	*value = mem_try((*net)->layout.len, sizeof(real));
	param_start_all(&(*net)->layout, *value, 5, "s");
	return net_ckpt_of(*net, *value);
}

static const struct {
	const char *model, *want;
} own[] = {
	{ "transformer layers=1 width=8 heads=2 order=post pool=first pooler=tanh embed-norm=on "
	  "types=2 activation=relu ff=10",
	  NULL },
	{ "transformer layers=2 width=8 heads=2 kv-heads=2 order=post pool=first pooler=tanh "
	  "embed-norm=on types=1 eps=0.001",
	  NULL },
	{ "transformer layers=2 width=8 heads=2 order=post pool=first pooler=relu embed-norm=on "
	  "eps=1e-12 positions=20 dropout=0.2",
	  NULL },
	{ "decoder layers=2 width=8 heads=2", NULL },
	{ "decoder layers=1 width=8 heads=4 tied=off activation=gelu-tanh ff=11 positions=9 "
	  "dropout=0.1",
	  NULL },
	{ "decoder layers=2 width=8 heads=4 kv-heads=2 norm=rms activation=swiglu position=rotary "
	  "bias=off rope-base=77 dropout=0.1",
	  NULL },
	{ "decoder layers=2 width=8 heads=4 norm=rms activation=swiglu position=rotary bias=off "
	  "tied=off",
	  NULL },
	{ "transformer",
	  "no published layout fits; the nearest, bert, differs in order=pre (it has post), "
	  "pool=mean (it has first), pooler=off (it has tanh), embed-norm=off (it has on), types=0 "
	  "(it has 2); a plain file name always works" },
	{ "transformer order=post pool=first pooler=relu embed-norm=on",
	  "no published layout fits; the nearest, distilbert, differs in eps=1e-05 (it has 1e-12); "
	  "a plain file name always works" },
	{ "decoder kv-heads=2", "no published layout fits; the nearest, gpt2, differs in "
				"kv-heads=2 (it has 0); a plain file name always works" },
	{ "decoder norm=rms activation=swiglu position=rotary",
	  "no published layout fits; the nearest, llama, differs in bias=on (it has off); a plain "
	  "file name always works" },
	{ "mlp 4", "mlp: no published layout (expected one of bert, distilbert, gpt2, llama); a "
		   "plain file name always works" },
	{ "lstm", "lstm: no published layout (expected one of bert, distilbert, gpt2, llama); a "
		  "plain file name always works" },
};

static void
networks_that_fit_a_layout_are_written_and_read_with_the_same_outputs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
		struct net *net = NULL, *other = NULL;
		struct ckpt *c, *again = NULL;
		struct model_io io;
		struct model_spec spec;
		struct err e = { "" };
		real *value, *read;
		char dir[TMPFOLDER_PATH];

		tmpfolder_make(dir);
		c = network(own[i].model, &net, &value);
		ckpt_note(c, "step", "12");
		ckpt_add(c, "moment1.embed.token", 1, (size_t[]){ 1 }, NULL);
		CHECK_INT(hf_write(c, dir, &e), own[i].want ? -1 : 0);
		if (own[i].want) {
			CHECK_STR(e.msg, own[i].want);
		} else {
			io = net->io;
			if (hf_read(dir, &again, &e) < 0 ||
			    net_ckpt_spec(again, &spec, &io, &e) < 0 ||
			    !(other = net_new("s", &spec, &io, 4, NULL, NULL, &e)))
				fail_msg("%s: %s", own[i].model, e.msg);
			read = mem_try(other->layout.len, sizeof *read);
			CHECK_INT(other->layout.len, net->layout.len);
			CHECK_INT(net_ckpt_load(other, read, again, &e), 0);
			for (size_t k = 0; k < net->layout.len; k++)
				CHECK_NEAR(read[k], (float)value[k], 0);
			mem_free(read);
			net_free(other);
		}
		net_free(net), mem_free(value), ckpt_free(c), ckpt_free(again);
		tmpfolder_remove(dir);
	}
}

static void
names_of_classes_are_written(void **state)
{
	static const char *const names[] = { "b", "a \"quoted\" one", "b" };
	struct ckpt *theirs = NULL, *again = NULL, *c;
	struct net *net = NULL;
	struct err e;
	char *config = NULL, key[24];
	real *value;

	(void)state;
	c = network(own[0].model, &net, &value);
	CHECK_INT(hf_print(c, &theirs, &config, &e), 0);
	CHECK(strstr(config, "\"id2label\": {\n    \"0\": \"LABEL_0\",\n    \"1\": \"LABEL_1\",\n  "
			     "  \"2\": \"LABEL_2\"\n  }") != NULL);
	ckpt_free(theirs), mem_free(config);
	for (int i = 0; i < 3; i++) {
		snprintf(key, sizeof key, "label.%d", i);
		ckpt_note(c, key, names[i]);
	}
	CHECK_INT(hf_print(c, &theirs, &config, &e), 0);
	CHECK(strstr(config,
		     "\"label2id\": {\n    \"b\": 0,\n    \"a \\\"quoted\\\" one\": 1\n  }") !=
	      NULL);
	CHECK_INT(hf_parse(config, strlen(config), theirs, &again, &e), 0);
	CHECK_STR(ckpt_get(again, "label.1"), names[1]);
	ckpt_free(theirs), mem_free(config), ckpt_free(again), ckpt_free(c);
	net_free(net), mem_free(value);
}

static void
data_that_does_not_fit_is_refused_by_net_spec_of(void **state)
{
	struct model_io io = { .kind = DATASET_TOKENS, .length = 9, .vocab = 121, .classes = 3 };
	struct model_spec spec;
	struct ckpt *c = NULL;
	struct err e = { "" };
	char path[1024];

	(void)state;
	CHECK_INT(hf_read(published_path("bert", "", path, sizeof path), &c, &e), 0);
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
	struct err e = { "" };
	struct net *net;
	char path[1024];
	real *value;

	(void)state;
	CHECK_INT(hf_read(published_path("bert", "", path, sizeof path), &c, &e), 0);
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
		TEST(reading_and_writing_preserves_bits),
		TEST(networks_that_fit_a_layout_are_written_and_read_with_the_same_outputs),
		TEST(names_of_classes_are_written),
		TEST(data_that_does_not_fit_is_refused_by_net_spec_of),
		TEST(position_tables_keep_their_length),
	};

	blas_init(1, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
