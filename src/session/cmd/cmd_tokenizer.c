/* cmd_tokenizer.c: `tokenizer`: train a tokenizer, show its vocabulary, encode, decode. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"
#include "retort/session/cmd/cmd_tokenizer_train.h"
#include "retort/session/cmd/data_options.h"

#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/data/text/vocabfile.h"
#include "retort/data/vocab/vocab.h"

static void
print_normalization(const struct tokenizer *t, struct text *out)
{
	struct text steps = { 0 };

	if (t->normalizer)
		normalizer_describe(t->normalizer, &steps);
	if (t->blank && !(t->normalizer && normalizer_puts_blank(t->normalizer)))
		text_item(&steps, "a blank in front");
	text_addf(out, "text      %s\n", steps.len ? steps.s : "unchanged");
	text_release(&steps);
}

static int
show_vocabulary(struct cmd_call *c, const struct tokenizer *t, const struct hash *hash,
		struct err *e)
{
	char hex[65];
	int status = 0;

	text_addf(&c->output, "kind      %s\ntokens    %zu\nhash      %s\n",
		  tokenizer_kind_name(t->kind), t->vocab, hash_hex(hash, hex));
	for (size_t i = 0; tokenizer_special_word(i) && status == 0; i++) {
		text_addf(&c->output, "%-9s ", tokenizer_special_word(i));
		if (t->special[i] < 0)
			text_add(&c->output, "none\n");
		else {
			text_addf(&c->output, "%d ", t->special[i]);
			status = tokenizer_decode(t, &t->special[i], 1, &c->output, e);
			text_add(&c->output, "\n");
		}
	}
	print_normalization(t, &c->output);
	return status;
}

/* Print the ids of the words TEXT. */
static int
encode_text(struct cmd_call *c, const struct tokenizer *t, struct err *e)
{
	struct tokenizer_ids ids = { 0 };
	struct text text = { 0 };
	int status;

	args_join(&c->args, "TEXT", &text);
	status = tokenizer_encode(t, text_get(&text), text.len, &ids, e);
	for (size_t i = 0; i < ids.n && status == 0; i++)
		text_addf(&c->output, "%s%d", i ? " " : "", ids.id[i]);
	text_add(&c->output, "\n");
	text_release(&text);
	mem_free(ids.id);
	return status;
}

/* Print the text of the ids ID. */
static int
decode_ids(struct cmd_call *c, const struct tokenizer *t, struct err *e)
{
	struct tokenizer_ids ids = { .id = mem_array((size_t)c->argc, sizeof *ids.id) };
	const struct args *a = &c->args;
	int status;

	for (const struct args_value *v = args_get(a, "ID"); v; v = args_next(a, "ID", v))
		ids.id[ids.n++] = (int32_t)v->number;
	status = tokenizer_decode(t, ids.id, ids.n, &c->output, e);
	text_add(&c->output, "\n");
	mem_free(ids.id);
	return status;
}

/* Read the vocabulary FILE and call `use` with it. */
static int
use_vocabulary(struct cmd_call *c,
	       int (*use)(struct cmd_call *c, const struct tokenizer *t, struct err *e),
	       struct err *e)
{
	char *path = io_join(c->dir, args_word(&c->args, "FILE"));
	struct tokenizer t;
	struct hash hash;
	int status = vocabfile_read(path, &t, &hash, e);

	mem_free(path);
	if (status == 0) {
		t.cuts_special =
			args_get(&c->args, "special") && args_choice(&c->args, "special", 0) == 0;
		if (!use)
			status = show_vocabulary(c, &t, &hash, e);
		else
			status = use(c, &t, e);
		tokenizer_release(&t);
	}
	return status < 0 ? err_wrap(e, "tokenizer") : 0;
}

static int
exec_show(struct cmd_call *c, struct err *e)
{
	return use_vocabulary(c, NULL, e);
}

static int
exec_encode(struct cmd_call *c, struct err *e)
{
	return use_vocabulary(c, encode_text, e);
}

static int
exec_decode(struct cmd_call *c, struct err *e)
{
	return use_vocabulary(c, decode_ids, e);
}

static const struct grammar_form tokenizer_forms[] = {
	GRAMMAR_FORM(
		cmd_tokenizer_train, { .word = "train" },
		{ .name = "char|wordpiece|bpe|unigram",
		  .kind = GRAMMAR_CHOICE,
		  .choices = "char, wordpiece, bpe, unigram" },
		GRAMMAR_OPTION("text", "COLUMN", GRAMMAR_WORD, "column of the texts in a table"),
		DATA_OPTIONS_DIALECT,
		{ .word = "size",
		  .name = "N",
		  .kind = GRAMMAR_NUMBER,
		  .flags = GRAMMAR_ANY | GRAMMAR_NEEDED,
		  .min = 1,
		  .max = TOKENIZER_VOCAB,
		  .help = "tokens to learn" },
		GRAMMAR_ONE_OF("lower", "yes, no", "whether letters become lower case"),
		{ .word = "into",
		  .name = "FILE",
		  .kind = GRAMMAR_OUTPUT,
		  .flags = GRAMMAR_ANY | GRAMMAR_NEEDED,
		  .help = "file to write" },
		{ .name = "FILE",
		  .kind = GRAMMAR_FILE,
		  .flags = GRAMMAR_ANY | GRAMMAR_REPEAT | GRAMMAR_NEEDED }),
	GRAMMAR_FORM(exec_show, { .word = "show" }, { .name = "FILE", .kind = GRAMMAR_FILE }),
	GRAMMAR_FORM(exec_encode, { .word = "encode" },
		     GRAMMAR_ONE_OF("special", "yes, no", "find special tokens in the text"),
		     { .name = "FILE", .kind = GRAMMAR_FILE },
		     { .name = "TEXT", .kind = GRAMMAR_WORD, .flags = GRAMMAR_REPEAT }),
	GRAMMAR_FORM(exec_decode, { .word = "decode" }, { .name = "FILE", .kind = GRAMMAR_FILE },
		     { .name = "ID",
		       .kind = GRAMMAR_NUMBER,
		       .flags = GRAMMAR_REPEAT,
		       .max = TOKENIZER_VOCAB - 1 }),
	{ 0 }
};

const struct cmd cmd_tokenizer = {
	.name = "tokenizer",
	.form = tokenizer_forms,
	.doc = "Train a tokenizer on texts, show a vocabulary, or encode and decode with it.",
	.example = "tokenizer train bpe sums size 400 into sums.json",
};
