/* test_hfbad.c: published models that are refused, and unusual ones that are read. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "tmpfolder.h"
#include <jansson.h>
#include <unistd.h>

#include "published.h"
#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/nn/hf/hf.h"

/* ---------------------------------------------------------------- refused models */

static struct ckpt *
tensors_of(const char *model)
{
	struct ckpt *c = NULL;
	struct err e = { .msg = "" };
	char path[1024];

	if (ckpt_read_some(published_path(model, "model.safetensors", path, sizeof path), hf_wants,
			   &c, &e) < 0)
		fail_msg("%s", e.msg);
	return c;
}

static void
parse(const char *what, const json_t *config, const struct ckpt *theirs, const char *want)
{
	char *text = json_dumps(config, JSON_ENCODE_ANY);
	struct ckpt *c = NULL;
	struct err e = { .msg = "" };
	int status = hf_parse(text, strlen(text), theirs, false, &c, &e);

	if (want && (status == 0 || strcmp(e.msg, want) != 0))
		fail_msg("%s: '%s', expected '%s'", what, e.msg, want);
	if (!want && status < 0)
		fail_msg("%s: %s", what, e.msg);
	ckpt_free(c);
	free(text);
}

/* A key of config.json with another value, or without; the expected message, NULL: accepted. */
static const struct config_case {
	const char *model, *key, *value, *want;
} configs[] = {
	{ "bert", "model_type", "\"t5\"",
	  "config.json: model_type: unsupported value \"t5\" (expected one of bert, distilbert, "
	  "roberta, xlm-roberta, camembert, electra, albert, mpnet, gpt2, gpt_neox, opt, llama, "
	  "mistral, "
	  "qwen2, qwen3, gemma, phi3)" },
	{ "bert", "model_type", NULL,
	  "config.json: model_type: unsupported value nothing (expected one of bert, distilbert, "
	  "roberta, xlm-roberta, camembert, electra, albert, mpnet, gpt2, gpt_neox, opt, llama, "
	  "mistral, "
	  "qwen2, qwen3, gemma, phi3)" },
	{ "bert", "hidden_act", "\"gelu_new\"", NULL },
	{ "bert", "hidden_act", "\"tanh\"",
	  "config.json: hidden_act: unsupported value \"tanh\" (expected one of gelu, gelu_new, "
	  "relu, gelu_python, gelu_pytorch_tanh, gelu_fast)" },
	{ "bert", "hidden_act", "7",
	  "config.json: hidden_act: unsupported value 7 (expected one of gelu, gelu_new, relu, "
	  "gelu_python, gelu_pytorch_tanh, gelu_fast)" },
	{ "bert", "position_embedding_type", "\"relative_key\"",
	  "config.json: position_embedding_type: unsupported value \"relative_key\" (expected "
	  "\"absolute\")" },
	{ "bert", "position_embedding_type", NULL, NULL },
	{ "bert", "is_decoder", "true",
	  "config.json: is_decoder: unsupported value true (expected false)" },
	{ "bert", "pruned_heads", "{\"0\": [1]}",
	  "config.json: pruned_heads: unsupported value {\"0\":[1]} (expected one of [null,{}])" },
	{ "bert", "quantization_config", "{\"bits\": 4}",
	  "config.json: quantization_config: unsupported value {\"bits\":4} (expected null)" },
	{ "bert", "problem_type", "\"regression\"",
	  "config.json: problem_type: unsupported value \"regression\" (expected one of "
	  "[null,\"single_label_classification\"])" },
	{ "bert", "architectures", "[\"BertForMaskedLM\"]",
	  "config.json: architectures: unsupported value [\"BertForMaskedLM\"] (expected "
	  "BertForSequenceClassification or BertModel; `head new` leaves another head out)" },
	{ "bert", "architectures", NULL, NULL },
	{ "bert", "layer_norm_eps", NULL, NULL },
	{ "bert", "layer_norm_eps", "\"x\"",
	  "config.json: layer_norm_eps: invalid value \"x\" (expected a number)" },
	{ "bert", "layer_norm_eps", "7.5",
	  "config.json: layer_norm_eps: transformer: invalid eps '7.5' (expected 1e-12 to 0.1)" },
	{ "bert", "hidden_size", NULL,
	  "config.json: hidden_size: invalid value nothing (expected a number)" },
	{ "bert", "hidden_size", "1000000000000",
	  "config.json: hidden_size: transformer: invalid width '1000000000000' (expected a whole "
	  "number from 1 to 16384)" },
	{ "bert", "num_attention_heads", "5",
	  "config.json: hidden_size: 24 is not a multiple of num_attention_heads, which is 5" },
	{ "bert", "num_attention_heads", "0",
	  "config.json: num_attention_heads: invalid value 0 (expected above 0)" },
	{ "bert", "num_hidden_layers", "63",
	  "config.json: num_hidden_layers: transformer: invalid layers '63' (expected a whole "
	  "number from 1 to 62)" },
	{ "bert", "vocab_size", "1048577",
	  "config.json: vocab_size: invalid value 1048577 (expected a whole number from 1 to "
	  "1048576)" },
	{ "bert", "vocab_size", "-1",
	  "config.json: vocab_size: invalid value -1 (expected a whole number from 1 to 1048576)" },
	{ "bert", "id2label", "{\"0\": \"a\", \"2\": \"b\"}",
	  "config.json: id2label: 2 names without \"1\"" },
	{ "bert", "id2label", "[\"a\"]",
	  "config.json: id2label: invalid value (expected an object of 1 to 1000 names)" },
	/* contradictions with the tensors */
	{ "bert", "vocab_size", "130",
	  "tensor bert.embeddings.word_embeddings.weight: shape [120, 24], but vocab_size of "
	  "config.json is 130 (expected [130, 24])" },
	{ "bert", "hidden_size", "48",
	  "tensor bert.embeddings.word_embeddings.weight: shape [120, 24], but hidden_size of "
	  "config.json is 48 (expected [120, 48])" },
	{ "bert", "max_position_embeddings", "512",
	  "tensor bert.embeddings.position_embeddings.weight: shape [16, 24], but "
	  "max_position_embeddings of config.json is 512 (expected [512, 24])" },
	{ "bert", "type_vocab_size", "1",
	  "tensor bert.embeddings.token_type_embeddings.weight: shape [2, 24], but type_vocab_size "
	  "of config.json is 1 (expected [1, 24])" },
	{ "bert", "intermediate_size", "44",
	  "tensor bert.encoder.layer.0.intermediate.dense.weight: shape [40, 24], but "
	  "intermediate_size of config.json is 44 (expected [44, 24])" },
	{ "bert", "num_hidden_layers", "3",
	  "tensor bert.encoder.layer.2.attention.self.query.weight: missing; num_hidden_layers of "
	  "config.json is 3" },
	{ "bert", "num_hidden_layers", "1",
	  "tensor bert.encoder.layer.1.attention.output.LayerNorm.bias: beyond the last layer; "
	  "num_hidden_layers of config.json is 1, counted from 0" },
	{ "bert", "id2label", "{\"0\": \"a\", \"1\": \"b\", \"2\": \"c\"}",
	  "config.json: label2id: 'negative' is 0, but id2label says 0 is 'a'; correct "
	  "the one that is wrong" },
	{ "bert", "label2id", "{\"negative\": 2}",
	  "config.json: label2id: 'negative' is 2, but id2label says 2 is 'positive'; correct "
	  "the one that is wrong" },
	{ "bert", "label2id", "{\"negative\": 3}",
	  "config.json: label2id: 'negative': invalid id (expected each of 0 to 2 once)" },
	{ "bert", "label2id", "7",
	  "config.json: label2id: invalid value (expected an object of 1 to 1000 names)" },
	{ "bert", "label2id", NULL, NULL },
	{ "bert", "id2label", NULL, NULL }, /* label2id has the names */
	{ "distilbert", "id2label", "{\"0\": \"LABEL_0\", \"1\": \"LABEL_1\", \"2\": \"c\"}",
	  "tensor classifier.weight: shape [2, 16], but id2label of config.json has 3 labels "
	  "(expected [3, 16])" },
	{ "distilbert", "activation", "\"relu\"", NULL },
	{ "distilbert", "sinusoidal_pos_embds", "true", NULL },
	{ "distilbert", "dim", "32",
	  "tensor distilbert.embeddings.word_embeddings.weight: shape [100, 16], but dim of "
	  "config.json is 32 (expected [100, 32])" },
	{ "distilbert", "id2label", NULL, NULL }, /* two labels by default */
	{ "gpt2", "scale_attn_by_inverse_layer_idx", "true",
	  "config.json: scale_attn_by_inverse_layer_idx: unsupported value true (expected false)" },
	{ "gpt2", "scale_attn_weights", "false",
	  "config.json: scale_attn_weights: unsupported value false (expected true)" },
	{ "gpt2", "add_cross_attention", "true",
	  "config.json: add_cross_attention: unsupported value true (expected false)" },
	{ "gpt2", "architectures", "[\"GPT2ForSequenceClassification\"]",
	  "config.json: architectures: unsupported value [\"GPT2ForSequenceClassification\"] "
	  "(expected GPT2LMHeadModel or GPT2Model; `head new` leaves another head out)" },
	{ "gpt2", "n_inner", "80", NULL },
	{ "gpt2", "n_inner", "60",
	  "tensor transformer.h.0.mlp.c_fc.weight: shape [20, 80], but n_inner of config.json is "
	  "60 (expected [20, 60])" },
	{ "gpt2", "tie_word_embeddings", "false",
	  "tensor lm_head.weight: missing; tie_word_embeddings of config.json is false" },
	{ "gpt2", "tie_word_embeddings", "3",
	  "config.json: tie_word_embeddings: invalid value 3 (expected true or false)" },
	{ "gpt2-f16", "resid_pdrop", "1.5",
	  "config.json: resid_pdrop: decoder: invalid dropout '1.5' (expected 0 to 0.99)" },
	{ "llama", "hidden_act", "\"gelu\"", NULL },
	{ "llama", "hidden_act", "\"relu\"",
	  "config.json: hidden_act: unsupported value \"relu\" (expected one of silu, swish, "
	  "gelu_pytorch_tanh, gelu, gelu_new)" },
	{ "llama", "head_dim", "8", NULL },
	{ "llama", "head_dim", "16",
	  "tensor model.layers.0.self_attn.q_proj.weight: shape [32, 32], but num_attention_heads "
	  "of "
	  "config.json is 4 (expected [64, 32])" },
	{ "llama", "num_key_value_heads", "4",
	  "tensor model.layers.0.self_attn.k_proj.weight: shape [16, 32], but num_key_value_heads "
	  "of config.json is 4 (expected [32, 32])" },
	{ "llama", "num_key_value_heads", NULL,
	  "tensor model.layers.0.self_attn.k_proj.weight: shape [16, 32], but num_key_value_heads "
	  "of config.json is 4 (expected [32, 32])" },
	{ "llama", "num_key_value_heads", "3",
	  "config.json: num_attention_heads: 4 is not a multiple of num_key_value_heads, which is "
	  "3" },
	{ "llama", "tie_word_embeddings", "true",
	  "tensor lm_head.weight: differs from the embedding, but tie_word_embeddings of "
	  "config.json is true" },
	{ "torch-mlp", "torch_dtype", NULL,
	  "config.json: model_type: unsupported value nothing (expected one of bert, distilbert, "
	  "roberta, xlm-roberta, camembert, electra, albert, mpnet, gpt2, gpt_neox, opt, llama, "
	  "mistral, "
	  "qwen2, qwen3, gemma, phi3)" },
};

static void
keys_of_config_json_are_honoured_or_refused_by_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof configs / sizeof *configs; i++) {
		const struct config_case *k = &configs[i];
		json_t *config = published_json(k->model, "config.json");
		struct ckpt *theirs = tensors_of(k->model);
		char what[200];

		if (k->value)
			json_object_set_new(config, k->key,
					    json_loads(k->value, JSON_DECODE_ANY, NULL));
		else
			json_object_del(config, k->key);
		snprintf(what, sizeof what, "%s: %s %s", k->model, k->key,
			 k->value ? k->value : "");
		parse(what, config, theirs, k->want);
		json_decref(config);
		ckpt_free(theirs);
	}
}

static void
text_that_is_no_object_is_refused(void **state)
{
	static const struct {
		const char *text, *want;
	} bad[] = {
		{ "[1]", "config.json: not a JSON object" },
		{ "", "config.json: '[' or '{' expected near end of file at line 1" },
		{ "{\"model_type\": \"bert\", \"model_type\": \"gpt2\"}",
		  "config.json: duplicate object key near '\"model_type\"' at line 1" },
		{ "{\"model_type\": {}}",
		  "config.json: model_type: unsupported value {} (expected "
		  "one of bert, distilbert, roberta, xlm-roberta, camembert, electra, albert, "
		  "mpnet, "
		  "gpt2, gpt_neox, opt, llama, mistral, qwen2, qwen3, gemma, phi3)" },
	};
	struct ckpt *none = ckpt_new(), *c;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK_INT(hf_parse(bad[i].text, strlen(bad[i].text), none, false, &c, &e), -1);
		CHECK_STR(e.msg, bad[i].want);
	}
	ckpt_free(none);
}

static struct ckpt_tensor *
tensor(struct ckpt *c, const char *name)
{
	struct ckpt_tensor *t = (struct ckpt_tensor *)(uintptr_t)ckpt_find(c, name);

	CHECK(t != NULL);
	return t;
}

static void
rename_to(struct ckpt_tensor *t, const char *name)
{
	snprintf(t->name, sizeof t->name, "%s", name);
}

static void
missing_extra_and_transposed_tensors_are_named(void **state)
{
	json_t *bert = published_json("bert", "config.json"),
	       *gpt2 = published_json("gpt2", "config.json");
	struct ckpt *c = tensors_of("bert");
	struct ckpt_tensor *t;

	(void)state;
	t = tensor(c, "bert.pooler.dense.bias");
	rename_to(t, "cls.bias");
	parse("missing", bert, c,
	      "tensor bert.pooler.dense.bias: missing: the file has the head of another task "
	      "(cls.bias); `head new` makes one for the data");
	rename_to(t, "bert.pooler.dense.bias");
	ckpt_add(c, "cls.predictions.bias", 1, (size_t[]){ 2 }, NULL);
	parse("extra", bert, c,
	      "tensor cls.predictions.bias: not part of a bert that predicts classes; `head new` "
	      "leaves it out");
	rename_to(tensor(c, "cls.predictions.bias"), "bert.embeddings.position_ids");
	parse("a buffer", bert, c, NULL);
	t = tensor(c, "bert.encoder.layer.1.output.dense.weight");
	t->dim[0] = 40, t->dim[1] = 24;
	parse("turned", bert, c,
	      "tensor bert.encoder.layer.1.output.dense.weight: shape [40, 24], transposed "
	      "(expected [24, 40])");
	t->rank = 1;
	parse("rank", bert, c,
	      "tensor bert.encoder.layer.1.output.dense.weight: shape [40] (expected [24, 40])");
	ckpt_free(c);
	c = tensors_of("gpt2");
	t = tensor(c, "transformer.h.0.attn.c_attn.weight");
	t->dim[0] = 60, t->dim[1] = 20;
	parse("turned", gpt2, c,
	      "tensor transformer.h.0.attn.c_attn.weight: shape [60, 20], transposed (expected "
	      "[20, 60])");
	t->dim[0] = 20, t->dim[1] = 61;
	parse("wide", gpt2, c,
	      "tensor transformer.h.0.attn.c_attn.weight: shape [20, 61], but n_embd of "
	      "config.json is 20 (expected [20, 60])");
	ckpt_free(c);
	json_decref(bert), json_decref(gpt2);
}

static void
old_names_and_names_without_prefix_are_read(void **state)
{
	json_t *config = published_json("bert", "config.json"),
	       *gpt2 = published_json("gpt2", "config.json");
	struct ckpt *c = tensors_of("bert");
	char name[CKPT_NAME];

	(void)state;
	for (size_t i = 0; i < c->n_tensors; i++) {
		const char *at = c->tensor[i].name, *norm = strstr(at, "LayerNorm.");
		int from = strncmp(at, "bert.", 5) == 0 && i % 2 ? 5 : 0;

		if (norm)
			snprintf(name, sizeof name, "%.*sLayerNorm.%s", (int)(norm - at) - from,
				 at + from,
				 strcmp(norm, "LayerNorm.weight") == 0 ? "gamma" : "beta");
		else
			snprintf(name, sizeof name, "%s", at + from);
		rename_to(&c->tensor[i], name);
	}
	parse("old names", config, c, NULL);
	ckpt_free(c);
	c = tensors_of("gpt2"); /* logits with the table of the embedding */
	ckpt_add(c, "lm_head.weight", 2, (size_t[]){ 80, 20 },
		 tensor(c, "transformer.wte.weight")->data);
	parse("tied", gpt2, c, NULL);
	json_object_set_new(gpt2, "tie_word_embeddings", json_false());
	parse("its own", gpt2, c, NULL);
	ckpt_free(c);
	json_decref(config), json_decref(gpt2);
}

/* A safetensors file with one tensor of two numbers. */
static int
parse_type(const char *name, const char *type, size_t size, struct err *e)
{
	char bytes[512], header[300];
	struct ckpt *c = NULL;
	uint64_t len = (uint64_t)snprintf(
		header, sizeof header,
		"{\"%s\":{\"dtype\":\"%s\",\"shape\":[2],\"data_offsets\":[0,%zu]}}", name, type,
		2 * size);
	int status;

	memset(bytes, 0, sizeof bytes);
	memcpy(bytes, &len, 8);
	memcpy(bytes + 8, header, len);
	status = ckpt_parse_some(bytes, 8 + len + 2 * size, hf_wants, &c, e);
	if (status == 0)
		status = (int)c->n_tensors;
	ckpt_free(c);
	return status;
}

static void
other_types_are_named_and_buffers_of_any_type_are_left_out(void **state)
{
	struct err e;

	(void)state;
	CHECK_INT(parse_type("wte.weight", "F32", 4, &e), 1);
	CHECK_INT(parse_type("wte.weight", "F64", 8, &e), -1);
	CHECK_STR(e.msg, "tensor wte.weight: invalid type 'F64' (expected one of F32, F16, BF16)");
	CHECK_INT(parse_type("wte.weight", "I8", 1, &e), -1);
	CHECK_STR(e.msg, "tensor wte.weight: invalid type 'I8' (expected one of F32, F16, BF16)");
	CHECK_INT(parse_type("embeddings.position_ids", "I64", 8, &e), 0);
	CHECK_INT(parse_type("h.0.attn.bias", "BOOL", 1, &e), 0);
	CHECK_INT(parse_type("h.0.attn.masked_bias", "F32", 4, &e), 0);
	CHECK_INT(parse_type("model.layers.0.self_attn.rotary_emb.inv_freq", "F32", 4, &e), 0);
	CHECK_INT(parse_type("h.0.c_attn.bias", "BOOL", 1, &e), -1);
}

/* ---------------------------------------------------------------- directories */

static void
copy(const char *model, const char *file, const char *dir, const char *name)
{
	char command[2200], path[1024];

	snprintf(command, sizeof command, "cp '%s' '%s/%s'",
		 published_path(model, file, path, sizeof path), dir, name);
	CHECK_INT(system(command), 0);
}

static void
write_text(const char *dir, const char *name, const char *text)
{
	char path[100];
	struct err e;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	CHECK_INT(io_write(path, (const void *[]){ text }, (size_t[]){ strlen(text) }, 1, &e), 0);
}

static void
says(const char *dir, const char *behind)
{
	struct ckpt *c = NULL;
	struct err e = { .msg = "" };
	char want[400];

	CHECK_INT(hf_read(dir, false, &c, &e), -1);
	snprintf(want, sizeof want, "%s%s", dir, behind);
	CHECK_STR(e.msg, want);
}

static void
a_directory_without_its_files_is_refused_with_their_names(void **state)
{
	char dir[TMPFOLDER_PATH];

	(void)state;
	tmpfolder_make(dir);
	says(dir, "/config.json: No such file or directory");
	copy("bert", "config.json", dir, "config.json");
	says(dir, "/model.safetensors: No such file or directory");
	write_text(dir, "pytorch_model.bin", "x");
	says(dir, "/pytorch_model.bin: a pickle can run code and is not read (expected "
		  "model.safetensors)");
	write_text(dir, "model.safetensors.index.json", "{}");
	says(dir, "/model.safetensors.index.json: weight_map: no tensors");
	write_text(dir, "model.safetensors.index.json", "{\"weight_map\": {\"a\": \"../b\"}}");
	says(dir, "/model.safetensors.index.json: weight_map: invalid file name '../b' (expected a "
		  "file in this directory)");
	write_text(dir, "model.safetensors.index.json",
		   "{\"weight_map\": {\"a\": \"gone.safetensors\"}}");
	says(dir, "/gone.safetensors: No such file or directory");
	write_text(dir, "model.safetensors", "x");
	says(dir, "/model.safetensors: 1 bytes: too short for a safetensors file");
	tmpfolder_remove(dir);
}

static void
a_model_in_pieces_is_read(void **state)
{
	struct ckpt *all = tensors_of("llama"), *half[2] = { ckpt_new(), ckpt_new() }, *c = NULL,
		    *want = NULL;
	char dir[TMPFOLDER_PATH], path[1024];
	struct err e = { .msg = "" };

	(void)state;
	tmpfolder_make(dir);
	copy("llama", "config.json", dir, "config.json");
	for (size_t i = 0; i < all->n_tensors; i++) {
		const struct ckpt_tensor *t = &all->tensor[i];

		ckpt_add(half[i % 2], t->name, t->rank, t->dim, t->data);
	}
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/%d.safetensors", dir, i);
		CHECK_INT(ckpt_write(half[i], path, &e), 0);
	}
	write_text(dir, "model.safetensors.index.json",
		   "{\"weight_map\": {\"a\": \"0.safetensors\", \"b\": \"1.safetensors\", \"c\": "
		   "\"0.safetensors\"}}");
	if (hf_read(dir, false, &c, &e) < 0)
		fail_msg("%s", e.msg);
	CHECK_INT(hf_read(published_path("llama", "", path, sizeof path), false, &want, &e), 0);
	published_same_tensors("pieces", want, c);
	ckpt_free(c);
	copy("llama", "model.safetensors", dir, "1.safetensors");
	CHECK_INT(hf_read(dir, false, &c, &e), -1);
	CHECK(strstr(e.msg, "1.safetensors: tensor ") && strstr(e.msg, ": in more than one file"));
	ckpt_free(all), ckpt_free(half[0]), ckpt_free(half[1]), ckpt_free(want);
	tmpfolder_remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(keys_of_config_json_are_honoured_or_refused_by_name),
		TEST(text_that_is_no_object_is_refused),
		TEST(missing_extra_and_transposed_tensors_are_named),
		TEST(old_names_and_names_without_prefix_are_read),
		TEST(other_types_are_named_and_buffers_of_any_type_are_left_out),
		TEST(a_directory_without_its_files_is_refused_with_their_names),
		TEST(a_model_in_pieces_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
