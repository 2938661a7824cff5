/* test_hf_families.c: logits of published models of every family against those of torch, and the
 * models written and read again; in double. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "published.h"
#include "tmpfolder.h"

#include <jansson.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/nn/gemm/blas.h"
#include "retort/nn/hf/hf.h"
#include "retort/nn/hf/hf_layout.h"
#include "retort/nn/models/net_ckpt.h"
#include "retort/nn/net.h"

#define TOLERANCE 1e-9

static const char *const models[] = {
	"roberta",      "xlm-roberta",  "camembert",     "electra",         "electra-even",
	"albert",       "mpnet",        "gpt_neox",      "gpt_neox-serial", "opt",
	"llama-biases", "llama-linear", "llama-dynamic", "llama-llama3",    "llama-yarn",
	"mistral",      "qwen2",        "qwen3",         "gemma",           "gemma-exact",
	"phi3",         "phi3-short",   "phi3-long",     "llama-longrope",
};
#define MODELS (sizeof models / sizeof *models)

static const char *
path_of(const char *model, char *buf, size_t size)
{
	snprintf(buf, size, RETORT_SRCDIR "/tests/vectors/hf-families/%s", model);
	return buf;
}

static json_t *
vectors_of(const char *model)
{
	char path[1024], file[1100];
	json_error_t e;
	json_t *j;

	snprintf(file, sizeof file, "%s/vectors.json", path_of(model, path, sizeof path));
	j = json_load_file(file, 0, &e);
	if (!j)
		fail_msg("%s: %s", file, e.text);
	return j;
}

static struct ckpt *
read_model(const char *model)
{
	struct err e = { .msg = "" };
	struct ckpt *c = NULL;
	char path[1024];

	if (hf_read(path_of(model, path, sizeof path), false, &c, &e) < 0)
		fail_msg("%s", e.msg);
	return c;
}

static size_t
note(const struct ckpt *c, const char *key)
{
	int64_t n = 0;

	CHECK_INT(text_to_int(ckpt_get(c, key), &n), 0);
	return (size_t)n;
}

/* The network of the model, with the rows of the vectors as its input: ids [rows, length]. */
static struct net *
build(const char *model, const struct ckpt *c, size_t length, real **value)
{
	struct model_io io = { .kind = DATASET_TOKENS, .length = length };
	struct model_spec spec;
	struct err e = { .msg = "" };
	struct net *net;

	io.next_token = strcmp(ckpt_get(c, "tells"), "next-token") == 0;
	io.vocab = note(c, "vocabulary");
	io.classes = note(c, "classes");
	if (net_ckpt_spec(c, &spec, &io, &e) < 0 ||
	    !(net = net_new("s", &spec, &io, 4, NULL, NULL, &e)))
		fail_msg("%s: %s", model, e.msg);
	*value = mem_try(net->layout.len, sizeof **value);
	if (net_finish(net, false, &e) < 0 || net_ckpt_load(net, *value, c, &e) < 0)
		fail_msg("%s: %s", model, e.msg);
	return net;
}

static double
number(const json_t *j, const char *key, size_t r, size_t t)
{
	return json_number_value(json_array_get(json_array_get(json_object_get(j, key), r), t));
}

static void
compare(const char *model, const struct net *net, const json_t *v, const int32_t *ids,
	size_t length)
{
	const json_t *data = json_object_get(json_object_get(v, "logits"), "data");
	size_t n = json_array_size(data), classes = net->io.classes, seen = 0;
	const real *got = net->graph->node[net_logits(net)].out.data;

	CHECK_INT(n % classes, 0);
	for (size_t i = 0; i < n; i++) {
		double want = json_number_value(json_array_get(data, i));

		if (net->io.next_token && ids[i / classes] < 0)
			continue;
		seen++;
		if (!(fabs((double)got[i] - want) <= TOLERANCE))
			fail_msg("%s: logit %zu is %.12g, expected %.12g", model, i, (double)got[i],
				 want);
	}
	CHECK(seen >= 2 * classes);
	(void)length;
}

static void
logits_are_those_of_torch(void **state)
{
	(void)state;
	for (size_t k = 0; k < MODELS; k++) {
		json_t *v = vectors_of(models[k]);
		size_t rows = json_array_size(json_object_get(v, "input_ids"));
		size_t length = json_array_size(json_array_get(json_object_get(v, "input_ids"), 0));
		struct ckpt *c = read_model(models[k]);
		int32_t *ids = mem_array(rows * length, sizeof *ids);
		real *value;
		struct net *net = build(models[k], c, length, &value);

		for (size_t i = 0; i < rows * length; i++)
			ids[i] = number(v, "attention_mask", i / length, i % length) > 0
					 ? (int32_t)number(v, "input_ids", i / length, i % length)
					 : -1;
		graph_bind(net->graph, value, NULL);
		graph_feed_ids(net->graph, net->input, ids, rows);
		graph_forward(net->graph, net->graph->n_nodes - 1);
		compare(models[k], net, v, ids, length);
		net_free(net), ckpt_free(c), json_decref(v);
		mem_free(value), mem_free(ids);
	}
}

static void
written_models_are_read_as_the_same(void **state)
{
	(void)state;
	for (size_t k = 0; k < MODELS; k++) {
		struct ckpt *c = read_model(models[k]), *again = NULL;
		char dir[TMPFOLDER_PATH], deeper[64];
		struct err e = { .msg = "" };

		tmpfolder_make(dir);
		snprintf(deeper, sizeof deeper, "%s/new/", dir);
		if (hf_write(c, NULL, deeper, &e) < 0 || hf_read(deeper, false, &again, &e) < 0)
			fail_msg("%s: %s", models[k], e.msg);
		CHECK_STR(ckpt_get(again, "model"), ckpt_get(c, "model"));
		published_same_tensors(models[k], c, again);
		ckpt_free(c), ckpt_free(again);
		tmpfolder_remove(dir);
	}
}

/* A key of the configuration of a Llama with another value; the expected message, NULL: accepted.
 */
static const struct {
	const char *key, *value, *want;
} keys[] = {
	{ "rope_scaling", "{\"rope_type\":\"llama3\",\"factor\":8.0}",
	  "config.json: rope_scaling: original_max_position_embeddings: missing" },
	{ "rope_scaling", "{\"type\":\"linear\"}", "config.json: rope_scaling: factor: missing" },
	{ "rope_scaling", "{\"type\":\"linear\",\"factor\":0}",
	  "config.json: rope_scaling: factor: invalid value 0 (expected a number above 0)" },
	{ "rope_scaling", "{\"type\":\"linear\",\"factor\":2,\"beta_fast\":3}",
	  "config.json: rope_scaling: beta_fast: unsupported value 3 (expected nothing)" },
	{ "rope_scaling", "{\"type\":\"longrope\",\"factor\":2}",
	  "config.json: rope_scaling: short_factor: missing" },
	{ "rope_scaling", "{\"type\":\"longrope\",\"short_factor\":[1,2,3,4],\"long_factor\":[1]}",
	  "config.json: rope_scaling: long_factor: 1 numbers (expected 4, one for each pair of a "
	  "head that is rotated)" },
	{ "rope_scaling", "{\"type\":\"longrope\",\"short_factor\":[1,0],\"long_factor\":[1]}",
	  "config.json: rope_scaling: short_factor: invalid value 0 (expected numbers above 0)" },
	{ "rope_scaling", "{\"type\":\"longrope\",\"short_factor\":2}",
	  "config.json: rope_scaling: short_factor: invalid value 2 (expected a list of at most "
	  "128 numbers)" },
	{ "rope_scaling", "{\"type\":\"su\",\"short_factor\":[1]}",
	  "config.json: rope_scaling: unsupported value \"su\" (expected null or a rope_type of "
	  "default, linear, dynamic, llama3, yarn, longrope)" },
	{ "rope_scaling", "{\"rope_type\":\"proportional\"}",
	  "config.json: rope_scaling: unsupported value \"proportional\" (expected null or a "
	  "rope_type of default, linear, dynamic, llama3, yarn, longrope)" },
	{ "rope_scaling", "{\"rope_type\":\"default\",\"partial_rotary_factor\":0.5}",
	  "config.json: rope_scaling: partial_rotary_factor: unsupported value 0.5 (expected 1)" },
	{ "rope_scaling", "{\"type\":\"yarn\",\"factor\":2,\"truncate\":false}",
	  "config.json: rope_scaling: truncate: unsupported value false (expected true)" },
	{ "rope_scaling", "{\"type\":\"yarn\",\"factor\":2,\"mscale\":1,\"mscale_all_dim\":1}",
	  NULL },
	{ "rope_scaling", "{\"rope_type\":\"default\"}", NULL },
	{ "rope_scaling",
	  "{\"full_attention\":{\"type\":\"linear\",\"factor\":2},\"sliding_attention\":{\"type\":"
	  "\"linear\",\"factor\":3}}",
	  "config.json: rope_scaling: full_attention and sliding_attention differ (expected equal "
	  "tables: in the published code of llama all layers share one)" },
	{ "rope_scaling", "{\"full_attention\":{\"type\":\"linear\",\"factor\":2}}", NULL },
	{ "rope_scaling", "[]",
	  "config.json: rope_scaling: unsupported value [] (expected null or a rope_type of "
	  "default, linear, dynamic, llama3, yarn, longrope)" },
	{ "rope_parameters", "{\"rope_type\":\"default\",\"rope_theta\":0}",
	  "config.json: rope_parameters: rope_theta: invalid value 0 (expected a number above 0)" },
	{ "attention_bias", "true",
	  "tensor model.layers.0.self_attn.q_proj.bias: missing; num_hidden_layers of config.json "
	  "is "
	  "2" },
	{ "attention_bias", "1",
	  "config.json: attention_bias: invalid value 1 (expected true or false)" },
	{ "mlp_bias", "true",
	  "tensor model.layers.0.mlp.gate_proj.bias: missing; num_hidden_layers of config.json is "
	  "2" },
};

static void
rotary_positions_and_biases_are_honoured_or_refused(void **state)
{
	char path[1024];
	struct err e = { .msg = "" };
	struct ckpt *theirs = NULL;

	(void)state;
	if (ckpt_read_some(published_path("llama", "model.safetensors", path, sizeof path),
			   hf_wants, &theirs, &e) < 0)
		fail_msg("%s", e.msg);
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		json_t *config = published_json("llama", "config.json");
		struct ckpt *c = NULL;
		char *text;
		int status;

		json_object_set_new(config, keys[i].key,
				    json_loads(keys[i].value, JSON_DECODE_ANY, NULL));
		text = json_dumps(config, 0);
		status = hf_parse(text, strlen(text), theirs, false, &c, &e);
		if (status != (keys[i].want ? -1 : 0) ||
		    (status && strcmp(e.msg, keys[i].want) != 0))
			fail_msg("%s %s: %s", keys[i].key, keys[i].value, e.msg);
		ckpt_free(c), json_decref(config), free(text);
	}
	ckpt_free(theirs);
}

/* Every model_type has a model above or in tests/vectors/hf. */
static void
every_family_has_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < hf_layout_table_count; i++) {
		const char *name = hf_layout_table[i].name;
		bool found = false;

		for (size_t k = 0; k < MODELS; k++)
			found |= strcmp(models[k], name) == 0;
		for (size_t k = 0; k < published_count; k++)
			found |= strcmp(published_models[k], name) == 0;
		if (!found)
			fail_msg("%s has no vectors", name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(logits_are_those_of_torch),
		TEST(written_models_are_read_as_the_same),
		TEST(rotary_positions_and_biases_are_honoured_or_refused),
		TEST(every_family_has_vectors),
	};

	blas_init(1, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
