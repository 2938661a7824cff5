/* cmd_tokenizer_train.c: train a tokenizer and write its vocabulary. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd/cmd_tokenizer_train.h"

#include <string.h>

#include "retort/base/gzip.h"
#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/data/read/bundled.h"
#include "retort/data/read/read.h"
#include "retort/data/read/source.h"
#include "retort/data/text/vocabfile.h"
#include "retort/data/vocab/vocab.h"
#include "retort/session/cmd/data_options.h"

#define LIMIT ((size_t)1 << 30) /* maximum size of a decompressed text, bytes */

/* Options of `train`, and the texts. */
struct training {
	struct vocabtrain_options o;
	const char *into;
	const char *column;     /* column of the texts in tables; NULL: the files are texts */
	struct dialect dialect; /* of tables */
	char **text;            /* [n] */
	size_t *size, n, cap, cap_size;
};

/* The texts of a table, one line for each row. */
struct column_lines {
	struct source source;
	struct text lines;
};

static int
add_line(void *arg, const struct row *row, struct err *e)
{
	struct column_lines *c = arg;

	if (!row->cell)
		return err_set(e, "an array of numbers has no texts");
	text_add(&c->lines, row->cell[c->source.text]);
	text_add(&c->lines, "\n");
	return 0;
}

/* Read a column of a table as one text, with a line for each row. 0, or -1 and an error. */
static int
read_column(const char *path, const struct training *t, char **out, size_t *size, struct err *e)
{
	struct dataset_options o = {
		.text = t->column, .unlabelled = true, .beside = true, .dialect = t->dialect
	};
	struct column_lines c = { .lines = { 0 } };
	int status;

	if (source_open(&c.source, path, &o, e) < 0)
		return -1;
	text_add(&c.lines, "");
	status = read_wrap(source_rows(&c.source, add_line, &c, e), path, e);
	source_release(&c.source);
	if (status < 0) {
		text_release(&c.lines);
		return -1;
	}
	*out = c.lines.s;
	*size = c.lines.len;
	return 0;
}

/* Read a text: a bundled set, or a file relative to the script. */
static int
read_text(struct cmd_call *c, struct training *t, const char *word, struct err *e)
{
	char *path = NULL;
	const char *name;
	int status;

	for (size_t i = 0; (name = bundled_name(i)); i++)
		if (strcmp(name, word) == 0 && !(path = bundled_path(word, e)))
			return -1;
	if (!path)
		path = io_join(c->dir, word);
	mem_grow(&t->text, &t->cap, t->n + 1, sizeof *t->text);
	mem_grow(&t->size, &t->cap_size, t->n + 1, sizeof *t->size);
	status = t->column ? read_column(path, t, &t->text[t->n], &t->size[t->n], e)
			   : gzip_read(path, LIMIT, &t->text[t->n], &t->size[t->n], e);
	t->n += status == 0;
	mem_free(path);
	return status;
}

/* Store the options, and read the texts. */
static int
read_arguments(struct cmd_call *c, struct training *t, struct err *e)
{
	const struct args *a = &c->args;

	t->o.kind = (enum tokenizer_kind)(TOKENIZER_CHAR +
					  args_choice(a, "char|wordpiece|bpe|unigram", 0));
	t->o.size = (size_t)args_number(a, "size", 0);
	t->o.lower = args_choice(a, "lower", 1) == 0;
	t->into = args_word(a, "into");
	t->column = args_word(a, "text");
	if (data_options_dialect(a, &t->dialect, e) < 0)
		return -1;
	if (t->o.lower && t->o.kind == TOKENIZER_CHAR)
		return err_set(e, "lower does not go with char");
	for (const struct args_value *v = args_get(a, "FILE"); v; v = args_next(a, "FILE", v))
		if (read_text(c, t, a->argv[v->at], e) < 0)
			return -1;
	return 0;
}

/* Check that the output file is none of the texts. 0, or -1 and an error. */
static int
check_output_path(struct cmd_call *c, const struct training *t, struct err *e)
{
	const struct args *a = &c->args;
	char *into = io_join(c->dir, t->into);
	int status = 0;

	for (const struct args_value *v = args_get(a, "FILE"); v && status == 0;
	     v = args_next(a, "FILE", v)) {
		char *path = io_join(c->dir, a->argv[v->at]);

		if (io_same(path, into))
			status = err_set(
				e, "into: '%s' is a text to learn from, and would be written over",
				t->into);
		mem_free(path);
	}
	mem_free(into);
	return status;
}

static int
write_vocabulary(struct cmd_call *c, const struct training *t, const struct tokenizer *made,
		 size_t words, struct err *e)
{
	char *path = io_join(c->dir, t->into);
	struct text out = { 0 };
	const void *part;
	int status;

	vocabfile_write(made, &out);
	part = out.s;
	status = io_write(path, &part, &out.len, 1, e);
	if (status == 0)
		text_addf(&c->message, "%s: %s, %zu tokens of %zu distinct %s", t->into,
			  tokenizer_kind_name(made->kind), made->vocab, words,
			  made->kind == TOKENIZER_CHAR ? "characters" : "words");
	text_release(&out);
	mem_free(path);
	return status;
}

int
cmd_tokenizer_train(struct cmd_call *c, struct err *e)
{
	struct training t = { .into = NULL };
	struct tokenizer made;
	size_t words;
	int status = read_arguments(c, &t, e);

	if (status == 0)
		status = check_output_path(c, &t, e);
	if (status == 0)
		status = vocabtrain_make(&t.o, (const char *const *)t.text, t.size, t.n, &made,
					 &words, e);
	if (status == 0) {
		status = write_vocabulary(c, &t, &made, words, e);
		tokenizer_release(&made);
	}
	for (size_t i = 0; i < t.n; i++)
		mem_free(t.text[i]);
	mem_free(t.text);
	mem_free(t.size);
	return status < 0 ? err_wrap(e, "tokenizer") : 0;
}
