/* test_hf_keys.c: every key of config.json of every family: refused with a value that is not
 * supported, honoured, or without effect; keys that no table has are listed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "published.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/nn/hf/hf.h"
#include "retort/nn/hf/hf_layout.h"

/* A published model of the family, parsed with another configuration. */
struct family {
	json_t *config;
	struct ckpt *theirs;
};

static void
open_family(struct family *f, const char *name)
{
	char dir[1024], path[1100];
	struct err e = { .msg = "" };
	json_error_t where;

	snprintf(dir, sizeof dir, RETORT_SRCDIR "/tests/vectors/hf-families/%s", name);
	snprintf(path, sizeof path, "%s/config.json", dir);
	if (!(f->config = json_load_file(path, 0, &where))) {
		snprintf(dir, sizeof dir, RETORT_SRCDIR "/tests/vectors/hf/%s", name);
		snprintf(path, sizeof path, "%s/config.json", dir);
		f->config = json_load_file(path, 0, &where);
	}
	CHECK(f->config != NULL);
	snprintf(path, sizeof path, "%s/model.safetensors", dir);
	if (ckpt_read_some(path, hf_wants, &f->theirs, &e) < 0)
		fail_msg("%s", e.msg);
}

static void
close_family(struct family *f)
{
	json_decref(f->config);
	ckpt_free(f->theirs);
}

/* Set a key to a value, NULL: delete it. */
static void
set_key(json_t *config, const char *key, const char *value)
{
	if (value)
		json_object_set_new(config, key, json_loads(value, JSON_DECODE_ANY, NULL));
	else
		json_object_del(config, key);
}

/* Parse with a key of another value, NULL: without it. NULL and an error. */
static struct ckpt *
parse_with(const struct family *f, const char *key, const char *value, struct err *e)
{
	json_t *config = json_deep_copy(f->config);
	struct ckpt *c = NULL;
	char *text;

	set_key(config, key, value);
	text = json_dumps(config, 0);
	if (hf_parse(text, strlen(text), f->theirs, false, &c, e) < 0)
		c = NULL;
	free(text);
	json_decref(config);
	return c;
}

/* Whether an unsupported value of the key has to be refused. */
static bool
has_meaning(const struct hf_key *k)
{
	return k->kind != HF_PLAIN && k->kind != HF_TWIN && k->kind != HF_LAST &&
	       k->kind != HF_COUNT && k->kind != HF_NEW_ACT;
}

static void
check_key(const struct family *f, const char *family, const struct hf_key *k)
{
	struct err e = { .msg = "" };
	struct ckpt *c = parse_with(f, k->name, "{\"x\": [1]}", &e);
	char want[100];

	snprintf(want, sizeof want, "config.json: %s: ", k->name);
	if (has_meaning(k) && (c || strncmp(e.msg, want, strlen(want)) != 0))
		fail_msg("%s: %s: '%s'", family, k->name, e.msg);
	if (!has_meaning(k) && !c)
		fail_msg("%s: %s has no effect, but '%s'", family, k->name, e.msg);
	ckpt_free(c);
}

static bool
has_key(const struct hf_layout *l, const char *name)
{
	for (const struct hf_key *k = l->key; k->name; k++)
		if (strcmp(k->name, name) == 0)
			return true;
	return false;
}

static void
keys_of_every_table_are_refused_by_name_or_have_no_effect(void **state)
{
	(void)state;
	for (size_t i = 0; i < hf_layout_table_count; i++) {
		const struct hf_layout *l = &hf_layout_table[i];
		struct family f;

		open_family(&f, strcmp(l->name, "llama") == 0 ? "llama-biases" : l->name);
		for (const struct hf_key *k = l->key; k->name; k++)
			check_key(&f, l->name, k);
		for (const struct hf_key *k = hf_layout_common_keys; k->name; k++)
			if (!has_key(l, k->name))
				check_key(&f, l->name, k);
		close_family(&f);
	}
}

/* Values of keys: the expected message, or words of the description of the network (NULL: only
 * accepted). */
static const struct {
	const char *family, *key, *value;
	bool is_refused;
	const char *want;
} cases[] = {
	{ "mpnet", "relative_attention_num_buckets", "64", true,
	  "config.json: relative_attention_num_buckets: unsupported value 64 (expected 32)" },
	{ "mpnet", "relative_attention_num_buckets", NULL, false, "relative=32" },
	{ "mpnet", "pad_token_id", "0", true,
	  "config.json: pad_token_id: unsupported value 0 (expected 1)" },
	{ "mpnet", "layer_norm_eps", NULL, false, "eps=1e-12" },
	{ "mpnet", "is_encoder_decoder", "true", true,
	  "config.json: is_encoder_decoder: unsupported value true (expected one of "
	  "[false,null])" },
	{ "roberta", "normalize_embeddings", "true", false, "transformer" },
	{ "bert", "per_layer_config", "{\"1\":{\"hidden_act\":\"relu\"}}", true,
	  "config.json: per_layer_config: unsupported value {\"1\":{\"hidden_act\":\"relu\"}} "
	  "(expected one of [null,{}])" },
	{ "bert", "compression_config", "{\"bits\":4}", true,
	  "config.json: compression_config: unsupported value {\"bits\":4} (expected null)" },
	{ "phi3", "rms_norm_eps", NULL, false, "decoder" },
	{ "phi3", "head_dim", "4", true,
	  "tensor model.layers.0.self_attn.qkv_proj.weight: shape [32, 16], but hidden_size of "
	  "config.json is 16 (expected [16, 16])" },
	{ "phi3", "rope_scaling", "{\"type\":\"yarn\",\"factor\":2}", true,
	  "config.json: rope_scaling: short_factor: missing" },
	{ "phi3", "rope_scaling", "{\"type\":\"linear\",\"factor\":2}", true,
	  "config.json: rope_scaling: unsupported value \"linear\" (expected null or a rope_type "
	  "of default, longrope)" },
	/* every scaling is longrope; without another key it begins at 4096 positions */
	{ "phi3", "rope_scaling",
	  "{\"type\":\"yarn\",\"short_factor\":[1,1.1],\"long_factor\":[2,2.5]}", false,
	  "rope-scaling=longrope rope-original=4096 rope-short=1,1.1 rope-long=2,2.5" },
	{ "phi3-long", "original_max_position_embeddings", "12", false,
	  "rope-original=12 rope-gain=1.18098" },
	{ "phi3-long", "original_max_position_embeddings", "0", true,
	  "config.json: original_max_position_embeddings: invalid value 0 (expected a whole number "
	  "above 0)" },
	{ "llama-longrope", "original_max_position_embeddings", NULL, false, "rope-original=30 " },
	{ "llama-longrope", "original_max_position_embeddings", "9", false, "rope-original=9 " },
	{ "llama-yarn", "original_max_position_embeddings", "20", false, "rope-original=20 " },
	/* rope_scaling takes the place of rope_parameters */
	{ "llama-linear", "rope_parameters",
	  "{\"rope_type\":\"yarn\",\"factor\":4,\"rope_theta\":7}", false,
	  "rope-base=100 bias=off rope-scaling=linear rope-factor=2.5" },
	{ "llama-linear", "original_max_position_embeddings", "20", false,
	  "rope-scaling=linear rope-factor=2.5" },
	{ "phi3", "rope_parameters", "{\"rope_type\":\"default\",\"rope_theta\":500}", false,
	  "rope-base=500" },
	{ "mistral", "num_key_value_heads", NULL, true,
	  "config.json: num_attention_heads: 2 is not a multiple of num_key_value_heads, which is "
	  "8" },
	{ "mistral", "partial_rotary_factor", "0.5", true,
	  "config.json: partial_rotary_factor: unsupported value 0.5 (expected one of [null,1])" },
	{ "gemma", "partial_rotary_factor", "0.5", true,
	  "config.json: partial_rotary_factor: unsupported value 0.5 (expected one of [null,1])" },
	{ "gemma", "use_bidirectional_attention", "true", true,
	  "config.json: use_bidirectional_attention: unsupported value true (expected one of "
	  "[null,false])" },
	{ "qwen2", "head_dim", "4", true,
	  "tensor model.layers.0.self_attn.q_proj.weight: shape [16, 16], but num_attention_heads "
	  "of config.json is 2 (expected [8, 16])" },
	{ "qwen2", "use_mrope", "true", true,
	  "config.json: use_mrope: unsupported value true (expected one of [false,null])" },
	{ "qwen3", "rope_parameters",
	  "{\"full_attention\":{\"rope_type\":\"default\"},\"chunked_attention\":{}}", true,
	  "config.json: rope_parameters: unsupported keys beside those of layer types (expected "
	  "full_attention and sliding_attention alone)" },
	{ "qwen3", "layer_types", "[\"full_attention\",\"chunked_attention\"]", true,
	  "config.json: layer_types: unsupported value \"chunked_attention\" (expected one of "
	  "full_attention, sliding_attention)" },
	{ "gpt_neox", "partial_rotary_factor", "0.5", false, "rotary-part=0.5" },
	{ "gpt_neox", "partial_rotary_factor", "0.25", true,
	  "config.json: partial_rotary_factor: unsupported value 0.25 (expected 0.5, as "
	  "rotary_pct)" },
	{ "gpt_neox", "rope_theta", "10000", true,
	  "config.json: rope_theta: unsupported value 10000 (expected 100, as rotary_emb_base)" },
	{ "gpt2", "hidden_size", "32", true,
	  "config.json: hidden_size: unsupported value 32 (expected 20, as n_embd)" },
	{ "distilbert", "num_hidden_layers", "5", true,
	  "config.json: num_hidden_layers: unsupported value 5 (expected 2, as n_layers)" },
	{ "opt", "word_embed_proj_dim", "8", true,
	  "config.json: word_embed_proj_dim: unsupported value 8 (expected 12, as hidden_size)" },
	{ "opt", "do_layer_norm_before", "false", true,
	  "config.json: do_layer_norm_before: unsupported value false (expected true)" },
	{ "albert", "num_hidden_groups", "2", true,
	  "config.json: num_hidden_groups: unsupported value 2 (expected 1)" },
};

static void
values_are_honoured_or_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err e = { .msg = "" };
		struct family f;
		struct ckpt *c;

		open_family(&f, cases[i].family);
		c = parse_with(&f, cases[i].key, cases[i].value, &e);
		if (cases[i].is_refused && (c || strcmp(e.msg, cases[i].want) != 0))
			fail_msg("%s: %s: '%s'", cases[i].family, cases[i].key, e.msg);
		if (!cases[i].is_refused && (!c || !strstr(ckpt_get(c, "model"), cases[i].want)))
			fail_msg("%s: %s: '%s'", cases[i].family, cases[i].key,
				 c ? ckpt_get(c, "model") : e.msg);
		ckpt_free(c);
		close_family(&f);
	}
}

/* The default of phi3 is that of the options of a decoder, 1e-5, and not that of Llama. */
static void
defaults_are_those_of_the_published_classes(void **state)
{
	struct family f;
	struct err e = { .msg = "" };
	struct ckpt *c;

	(void)state;
	open_family(&f, "phi3");
	c = parse_with(&f, "rms_norm_eps", NULL, &e);
	CHECK(c && !strstr(ckpt_get(c, "model"), "eps="));
	ckpt_free(c), close_family(&f);
	open_family(&f, "llama-biases");
	c = parse_with(&f, "rms_norm_eps", NULL, &e);
	CHECK(c && strstr(ckpt_get(c, "model"), "eps=1e-06"));
	ckpt_free(c), close_family(&f);
}

/* Gemma with hidden_activation, hidden_act and a version of the program that wrote the file; NULL:
 * without the key. The activation of the network, or the error. */
static const struct {
	const char *old, *new, *version, *want;
} gemmas[] = {
	{ "null", "\"gelu\"", "\"4.40.0\"", "activation=geglu-tanh" },
	{ NULL, "\"gelu\"", "\"4.57.1\"", "activation=geglu-tanh" },
	{ NULL, "\"gelu\"", NULL, "activation=geglu-tanh" },
	{ NULL, "\"gelu\"", "\"5.0.0\"", "activation=geglu " },
	{ NULL, "\"gelu_pytorch_tanh\"", "\"5.2.0\"", "activation=geglu-tanh" },
	{ NULL, NULL, "\"5.0.0\"", "activation=geglu-tanh" },
	{ "\"gelu\"", "\"gelu_pytorch_tanh\"", "\"5.0.0\"", "activation=geglu " },
	{ NULL, "\"relu\"", "\"5.0.0\"",
	  "config.json: hidden_act: unsupported value \"relu\" (expected one of silu, swish, "
	  "gelu_pytorch_tanh, gelu, gelu_new)" },
	{ "\"relu\"", NULL, NULL,
	  "config.json: hidden_activation: unsupported value \"relu\" (expected one of silu, "
	  "swish, "
	  "gelu_pytorch_tanh, gelu, gelu_new)" },
};

static void
activations_of_gemma_have_an_older_and_a_newer_key(void **state)
{
	struct family f;

	(void)state;
	open_family(&f, "gemma");
	for (size_t i = 0; i < sizeof gemmas / sizeof *gemmas; i++) {
		struct err e = { .msg = "" };
		struct ckpt *c;

		set_key(f.config, "hidden_act", gemmas[i].new);
		set_key(f.config, "transformers_version", gemmas[i].version);
		c = parse_with(&f, "hidden_activation", gemmas[i].old, &e);
		if (!strstr(c ? ckpt_get(c, "model") : e.msg, gemmas[i].want))
			fail_msg("%zu: '%s'", i, c ? ckpt_get(c, "model") : e.msg);
		ckpt_free(c);
	}
	close_family(&f);
}

/* Blocks with the window are a number of 53 bits. */
static void
windows_of_some_of_many_layers_are_refused(void **state)
{
	static const struct {
		const char *layers, *first;
	} from[] = { { "60", "1" }, { "60", "59" }, { "54", "53" }, { "60", "0" } };
	static const char *const want[] = {
		"config.json: sliding_window above layer 53 (expected it in the first 53 layers "
		"alone, or in all)",
		"config.json: sliding_window above layer 53",
		"config.json: sliding_window above layer 53",
		"tensor model.layers.2.",
	};
	struct family f;

	(void)state;
	open_family(&f, "qwen2");
	for (size_t i = 0; i < sizeof from / sizeof *from; i++) {
		struct err e = { .msg = "" };

		set_key(f.config, "num_hidden_layers", from[i].layers);
		ckpt_free(parse_with(&f, "max_window_layers", from[i].first, &e));
		CHECK(strncmp(e.msg, want[i], strlen(want[i])) == 0);
	}
	close_family(&f);
}

static void
keys_that_no_table_has_are_listed(void **state)
{
	struct err e = { .msg = "" };
	struct family f;
	struct ckpt *c;

	(void)state;
	for (size_t i = 0; i < hf_layout_table_count; i++) {
		const char *name = hf_layout_table[i].name;

		open_family(&f, strcmp(name, "llama") == 0 ? "llama-biases" : name);
		c = parse_with(&f, "no_such_key", NULL, &e);
		if (ckpt_get(c, HF_UNKNOWN_NOTE))
			fail_msg("%s: %s is not known", name, ckpt_get(c, HF_UNKNOWN_NOTE));
		ckpt_free(c);
		c = parse_with(&f, "no_such_key", "3", &e);
		CHECK(strstr(ckpt_get(c, HF_UNKNOWN_NOTE), "no_such_key"));
		ckpt_free(c);
		c = parse_with(&f, "no_such_key", "null", &e);
		CHECK(!ckpt_get(c, HF_UNKNOWN_NOTE));
		ckpt_free(c);
		close_family(&f);
	}
}

/* Models of other tasks: tensors of their heads, in the place of that of classes. A decoder is tied
 * to the embedding: it has the same numbers. */
#define HEAD_TENSORS 8
#define LM_HEAD                                                                      \
	"lm_head.dense.weight", "lm_head.dense.bias", "lm_head.layer_norm.weight",   \
		"lm_head.layer_norm.bias", "lm_head.bias", "lm_head.decoder.weight", \
		"lm_head.decoder.bias"
static const struct head_case {
	const char *family, *task, *tensor[HEAD_TENSORS], *missing;
} heads[] = {
	{ "bert",
	  "BertForMaskedLM",
	  { "cls.predictions.transform.dense.weight", "cls.predictions.transform.dense.bias",
	    "cls.predictions.transform.LayerNorm.weight",
	    "cls.predictions.transform.LayerNorm.bias", "cls.predictions.bias",
	    "cls.predictions.decoder.weight", "cls.predictions.decoder.bias" },
	  "bert.pooler.dense.weight" },
	{ "bert", /* with the older names of norms */
	  "BertForPreTraining",
	  { "cls.predictions.transform.LayerNorm.gamma", "cls.predictions.transform.LayerNorm.beta",
	    "cls.seq_relationship.weight", "cls.seq_relationship.bias" },
	  "bert.pooler.dense.weight" },
	{ "distilbert",
	  "DistilBertForMaskedLM",
	  { "vocab_transform.weight", "vocab_transform.bias", "vocab_layer_norm.weight",
	    "vocab_layer_norm.bias", "vocab_projector.weight", "vocab_projector.bias" },
	  "pre_classifier.weight" },
	{ "roberta", "RobertaForMaskedLM", { LM_HEAD }, "classifier.dense.weight" },
	{ "xlm-roberta", "XLMRobertaForMaskedLM", { LM_HEAD }, "classifier.dense.weight" },
	{ "camembert", "CamembertForMaskedLM", { LM_HEAD }, "classifier.dense.weight" },
	{ "electra",
	  "ElectraForPreTraining",
	  { "discriminator_predictions.dense.weight", "discriminator_predictions.dense.bias",
	    "discriminator_predictions.dense_prediction.weight",
	    "discriminator_predictions.dense_prediction.bias" },
	  "classifier.dense.weight" },
	{ "electra",
	  "ElectraForMaskedLM",
	  { "generator_predictions.dense.weight", "generator_predictions.dense.bias",
	    "generator_predictions.LayerNorm.weight", "generator_predictions.LayerNorm.bias",
	    "generator_lm_head.weight", "generator_lm_head.bias" },
	  "classifier.dense.weight" },
	{ "albert",
	  "AlbertForMaskedLM",
	  { "predictions.dense.weight", "predictions.dense.bias", "predictions.LayerNorm.weight",
	    "predictions.LayerNorm.bias", "predictions.bias", "predictions.decoder.weight",
	    "predictions.decoder.bias" },
	  "albert.pooler.weight" },
	{ "albert",
	  "AlbertForPreTraining",
	  { "predictions.dense.weight", "sop_classifier.classifier.weight" },
	  "albert.pooler.weight" },
	{ "mpnet", "MPNetForMaskedLM", { LM_HEAD }, "classifier.dense.weight" },
	{ "bert", "BertForQuestionAnswering", { "qa_outputs.weight" }, "bert.pooler.dense.weight" },
};

static const struct ckpt_tensor *
embedding_of(const struct ckpt *c)
{
	for (size_t i = 0; i < c->n_tensors; i++)
		if (strstr(c->tensor[i].name, "word_embeddings.weight"))
			return &c->tensor[i];
	fail_msg("no embedding");
	return NULL;
}

/* The tensors of a model with the head of another task. */
static struct ckpt *
with_head(const struct family *f, const struct head_case *h)
{
	struct ckpt *c = ckpt_new();
	size_t one = 1;

	for (size_t i = 0; i < f->theirs->n_tensors; i++) {
		const struct ckpt_tensor *t = &f->theirs->tensor[i];

		if (!strstr(t->name, "classifier") && !strstr(t->name, "pooler"))
			ckpt_add(c, t->name, t->rank, t->dim, t->data);
	}
	for (size_t i = 0; i < HEAD_TENSORS && h->tensor[i]; i++) {
		const struct ckpt_tensor *table =
			strstr(h->tensor[i], "decoder.weight") ? embedding_of(c) : NULL;

		if (table)
			ckpt_add(c, h->tensor[i], table->rank, table->dim, table->data);
		else
			ckpt_add(c, h->tensor[i], 1, &one, NULL);
	}
	return c;
}

static void
parse_head(const struct family *f, const struct ckpt *theirs, bool head_new, const char *want)
{
	char *text = json_dumps(f->config, 0);
	struct err e = { .msg = "" };
	struct ckpt *c = NULL;
	int status = hf_parse(text, strlen(text), theirs, head_new, &c, &e);

	if (status != (want ? -1 : 0) || (want && !strstr(e.msg, want)))
		fail_msg("'%s', expected '%s'", e.msg, want ? want : "");
	CHECK(want || !ckpt_find(c, "logits.weight"));
	ckpt_free(c);
	free(text);
}

static void
heads_of_other_tasks_are_named_and_left_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		struct ckpt *theirs;
		struct family f;
		char want[200];

		open_family(&f, heads[i].family);
		theirs = with_head(&f, &heads[i]);
		json_object_del(f.config, "architectures");
		snprintf(want, sizeof want,
			 "tensor %s: missing: the file has the head of another task (%s); `head "
			 "new`",
			 heads[i].missing, heads[i].tensor[0]);
		parse_head(&f, theirs, false, want);
		parse_head(&f, theirs, true, NULL);
		json_object_set_new(f.config, "architectures", json_pack("[s]", heads[i].task));
		snprintf(want, sizeof want, "architectures: unsupported value [\"%s\"]",
			 heads[i].task);
		parse_head(&f, theirs, false, want);
		parse_head(&f, theirs, true, NULL);
		ckpt_free(theirs);
		close_family(&f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(keys_of_every_table_are_refused_by_name_or_have_no_effect),
		TEST(values_are_honoured_or_refused),
		TEST(defaults_are_those_of_the_published_classes),
		TEST(activations_of_gemma_have_an_older_and_a_newer_key),
		TEST(windows_of_some_of_many_layers_are_refused),
		TEST(keys_that_no_table_has_are_listed),
		TEST(heads_of_other_tasks_are_named_and_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
