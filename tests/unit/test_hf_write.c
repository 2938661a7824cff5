/* test_hf_write.c: published models written and read again, and networks of our own as published
 * ones; in double. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "published.h"
#include "tmpfolder.h"

#include <jansson.h>
#include <unistd.h>

#include "retort/base/mem.h"
#include "retort/nn/gemm/blas.h"
#include "retort/nn/hf/hf.h"
#include "retort/nn/models/model_table.h"
#include "retort/nn/models/net_ckpt.h"
#include "retort/nn/net.h"

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
	for (size_t k = 0; k < published_count; k++) {
		struct ckpt *theirs = NULL, *first = NULL, *again = NULL, *file = NULL;
		char dir[TMPFOLDER_PATH], path[1024], deeper[64];
		json_t *was = published_json(published_models[k], "config.json"), *is;
		struct err e = { .msg = "" };

		tmpfolder_make(dir);
		snprintf(deeper, sizeof deeper, "%s/new/", dir);
		if (ckpt_read_some(published_path(published_models[k], "model.safetensors", path,
						  sizeof path),
				   hf_wants, &theirs, &e) < 0 ||
		    hf_read(published_path(published_models[k], "", path, sizeof path), false,
			    &first, &e) < 0 ||
		    hf_write(first, NULL, deeper, &e) < 0 ||
		    hf_write(first, NULL, deeper, &e) < 0 || hf_read(deeper, false, &again, &e) < 0)
			fail_msg("%s", e.msg);
		published_same_tensors(published_models[k], first, again);
		CHECK_STR(ckpt_get(first, "model"), ckpt_get(again, "model"));
		snprintf(path, sizeof path, "%smodel.safetensors", deeper);
		CHECK_INT(ckpt_read(path, &file, &e), 0);
		CHECK_STR(ckpt_get(file, "format"), "pt");
		if (strcmp(published_models[k], "gpt2-bare") != 0) /* its names get their prefix */
			published_same_tensors(published_models[k], theirs, file);
		snprintf(path, sizeof path, "%sconfig.json", deeper);
		is = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
		CHECK(is != NULL);
		same_config(published_models[k], was, is);
		snprintf(path, sizeof path,
			 "[ \"$(ls %s | tr '\\n' ' ')\" = 'config.json model.safetensors ' ]",
			 deeper);
		CHECK_INT(system(path), 0);
		json_decref(was), json_decref(is);
		ckpt_free(theirs), ckpt_free(first), ckpt_free(again), ckpt_free(file);
		tmpfolder_remove(dir);
	}
}

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
	struct err e = { .msg = "" };

	if (model_table_parse(model, &spec, &e) < 0 ||
	    !(*net = net_new("s", &spec, &io, 4, NULL, NULL, &e)) ||
	    net_finish(*net, false, &e) < 0)
		fail_msg("%s: %s", model, e.msg);
	*value = mem_try((*net)->layout.len, sizeof(real));
	param_start_all(&(*net)->layout, NULL, *value, 5, "s");
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
	{ "decoder layers=62 width=8 heads=2", NULL },
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
	{ "decoder norm=rms activation=swiglu position=rotary", NULL }, /* Llama with biases */
	{ "decoder layers=2 width=8 heads=2 norm=rms activation=geglu position=rotary bias=off "
	  "head-width=6 attention-bias=on rope-scaling=yarn rope-factor=3 rope-high=32",
	  NULL },
	{ "decoder layers=3 width=8 heads=2 norm=rms activation=swiglu position=rotary bias=off "
	  "attention-bias=qkv window=3 window-blocks=5",
	  NULL },
	{ "decoder layers=2 width=8 heads=2 norm=rms activation=swiglu position=rotary bias=off "
	  "tied=off rotary-part=0.5 rope-scaling=longrope rope-original=3 rope-short=1.1 "
	  "rope-long=2.5 rope-gain=1.2",
	  NULL },
	{ "decoder layers=2 width=8 heads=2 norm=rms activation=swiglu position=rotary bias=off "
	  "tied=off rotary-part=0.5 rope-scaling=linear rope-factor=2",
	  "no published layout fits; the nearest, llama, differs in rotary-part=0.5 (it has 1); a "
	  "plain file name always works" },
	{ "decoder norm=rms activation=swiglu position=rotary bias=off qk-norm=on tied=off "
	  "parallel=on",
	  "no published layout fits; the nearest, qwen3, differs in parallel=on (it has off); a "
	  "plain "
	  "file name always works" },
	{ "mlp 4",
	  "mlp: no published layout (expected one of bert, distilbert, roberta, "
	  "xlm-roberta, camembert, electra, albert, mpnet, gpt2, gpt_neox, opt, llama, mistral, "
	  "qwen2, qwen3, gemma, phi3); a plain file name always works" },
	{ "lstm",
	  "lstm: no published layout (expected one of bert, distilbert, roberta, "
	  "xlm-roberta, camembert, electra, albert, mpnet, gpt2, gpt_neox, opt, llama, mistral, "
	  "qwen2, qwen3, gemma, phi3); a plain file name always works" },
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
		struct err e = { .msg = "" };
		real *value, *read;
		char dir[TMPFOLDER_PATH];

		tmpfolder_make(dir);
		c = network(own[i].model, &net, &value);
		ckpt_note(c, "step", "12");
		ckpt_add(c, "moment1.embed.token", 1, (size_t[]){ 1 }, NULL);
		if (hf_write(c, NULL, dir, &e) != (own[i].want ? -1 : 0))
			fail_msg("%s: %s", own[i].model, e.msg);
		if (own[i].want) {
			CHECK_STR(e.msg, own[i].want);
		} else {
			io = net->io;
			if (hf_read(dir, false, &again, &e) < 0 ||
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
	CHECK_INT(hf_parse(config, strlen(config), theirs, false, &again, &e), 0);
	CHECK_STR(ckpt_get(again, "label.1"), names[1]);
	ckpt_free(theirs), mem_free(config), ckpt_free(again), ckpt_free(c);
	net_free(net), mem_free(value);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reading_and_writing_preserves_bits),
		TEST(networks_that_fit_a_layout_are_written_and_read_with_the_same_outputs),
		TEST(names_of_classes_are_written),
	};

	blas_init(1, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
