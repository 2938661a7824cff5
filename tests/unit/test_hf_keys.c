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
	struct err e = { "" };
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

/* Parse with a key of another value, NULL: without it. NULL and an error. */
static struct ckpt *
parse_with(const struct family *f, const char *key, const char *value, struct err *e)
{
	json_t *config = json_deep_copy(f->config);
	struct ckpt *c = NULL;
	char *text;

	if (value)
		json_object_set_new(config, key, json_loads(value, JSON_DECODE_ANY, NULL));
	else
		json_object_del(config, key);
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
	       k->kind != HF_COUNT;
}

static void
check_key(const struct family *f, const char *family, const struct hf_key *k)
{
	struct err e = { "" };
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
	  "config.json: rope_scaling: unsupported value \"yarn\" (expected null or a rope_type of "
	  "default)" },
	{ "phi3", "rope_scaling",
	  "{\"type\":\"longrope\",\"short_factor\":[1,1],\"long_factor\":[2,2]}", true,
	  "config.json: rope_scaling: unsupported value \"longrope\" (expected null or a rope_type "
	  "of default)" },
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
		struct err e = { "" };
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
	struct err e = { "" };
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

static void
keys_that_no_table_has_are_listed(void **state)
{
	struct err e = { "" };
	struct family f;
	struct ckpt *c;

	(void)state;
	for (size_t i = 0; i < hf_layout_table_count; i++) {
		const char *name = hf_layout_table[i].name;

		open_family(&f, strcmp(name, "llama") == 0 ? "llama-biases" : name);
		c = parse_with(&f, "no_such_key", NULL, &e);
		if (ckpt_get(c, HF_UNKNOWN_NOTE) && strcmp(name, "gemma") != 0)
			fail_msg("%s: %s is not known", name, ckpt_get(c, HF_UNKNOWN_NOTE));
		ckpt_free(c);
		c = parse_with(&f, "no_such_key", "3", &e);
		CHECK(strstr(ckpt_get(c, HF_UNKNOWN_NOTE), "no_such_key"));
		ckpt_free(c);
		c = parse_with(&f, "no_such_key", "null", &e);
		CHECK(!ckpt_get(c, HF_UNKNOWN_NOTE) || strcmp(name, "gemma") == 0);
		ckpt_free(c);
		close_family(&f);
	}
}

/* Models of other tasks: tensors of their heads, in the place of that of classes. */
static const struct head_case {
	const char *family, *task, *tensor[3], *missing;
} heads[] = {
	{ "bert",
	  "BertForMaskedLM",
	  { "cls.predictions.transform.dense.weight", "cls.predictions.bias" },
	  "bert.pooler.dense.weight" },
	{ "distilbert",
	  "DistilBertForMaskedLM",
	  { "vocab_transform.weight", "vocab_layer_norm.weight", "vocab_projector.bias" },
	  "pre_classifier.weight" },
	{ "roberta",
	  "RobertaForMaskedLM",
	  { "lm_head.dense.weight", "lm_head.layer_norm.bias" },
	  "classifier.dense.weight" },
	{ "electra",
	  "ElectraForPreTraining",
	  { "discriminator_predictions.dense.weight" },
	  "classifier.dense.weight" },
	{ "electra",
	  "ElectraForMaskedLM",
	  { "generator_predictions.dense.weight", "generator_lm_head.bias" },
	  "classifier.dense.weight" },
	{ "albert",
	  "AlbertForPreTraining",
	  { "predictions.dense.weight", "sop_classifier.classifier.weight" },
	  "albert.pooler.weight" },
	{ "mpnet",
	  "MPNetForMaskedLM",
	  { "lm_head.dense.weight", "lm_head.decoder.bias" },
	  "classifier.dense.weight" },
	{ "bert", "BertForQuestionAnswering", { "qa_outputs.weight" }, "bert.pooler.dense.weight" },
};

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
	for (size_t i = 0; i < 3 && h->tensor[i]; i++)
		ckpt_add(c, h->tensor[i], 1, &one, NULL);
	return c;
}

static void
parse_head(const struct family *f, const struct ckpt *theirs, bool head_new, const char *want)
{
	char *text = json_dumps(f->config, 0);
	struct err e = { "" };
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
		TEST(keys_that_no_table_has_are_listed),
		TEST(heads_of_other_tasks_are_named_and_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
