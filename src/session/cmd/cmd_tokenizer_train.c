/* cmd_tokenizer_train.c: train a tokenizer and write its vocabulary. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd/cmd_tokenizer_train.h"

#include <string.h>

#include "retort/base/gzip.h"
#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/data/read/bundled.h"
#include "retort/data/read/csvfile.h"
#include "retort/data/text/vocabfile.h"
#include "retort/data/vocab/vocab.h"

#define LIMIT ((size_t)1 << 30) /* maximum size of a decompressed text, bytes */

/* Options of `train`, and the texts. */
struct training {
	struct vocabtrain_options o;
	const char *into;
	const char *column; /* column of the texts in tables; NULL: the files are texts */
	char **text;        /* [n] */
	size_t *size, n, cap, cap_size;
	bool *tabs; /* [n] separated by tabs, by the name of the file */
	size_t cap_tabs;
};

/* Read a text: a bundled set, or a file relative to the script. */
static int
read_text(struct cmd_call *c, struct training *t, const char *word, struct err *e)
{
	char *path = NULL;
	const char *name;
	size_t len = strlen(word);
	int status;

	for (size_t i = 0; (name = bundled_name(i)); i++)
		if (strcmp(name, word) == 0 && !(path = bundled_path(word, e)))
			return -1;
	if (!path)
		path = io_join(c->dir, word);
	mem_grow(&t->text, &t->cap, t->n + 1, sizeof *t->text);
	mem_grow(&t->size, &t->cap_size, t->n + 1, sizeof *t->size);
	mem_grow(&t->tabs, &t->cap_tabs, t->n + 1, sizeof *t->tabs);
	t->tabs[t->n] = (len > 4 && strcmp(word + len - 4, ".tsv") == 0) ||
			(len > 7 && strcmp(word + len - 7, ".tsv.gz") == 0);
	status = gzip_read(path, LIMIT, &t->text[t->n], &t->size[t->n], e);
	t->n += status == 0;
	mem_free(path);
	return status;
}

/* Find a column by its name in the first row, or by its number from 1; *header is true if found by
 * name. */
static int
find_column(const struct csvfile *f, const char *column, size_t *at, bool *header, struct err *e)
{
	int64_t n;

	*header = true;
	for (*at = 0; *at < f->columns; (*at)++)
		if (strcmp(f->cell[*at], column) == 0)
			return 0;
	*header = false;
	if (text_to_int(column, &n) < 0 || n < 1 || (size_t)n > f->columns)
		return err_set(e, "text '%.60s': no such column; columns are 1..%zu", column,
			       f->columns);
	*at = (size_t)n - 1;
	return 0;
}

/* Replace text i, a table, by its column of texts, one line for each row. */
static int
extract_column(struct training *t, size_t i, struct err *e)
{
	struct text lines = { 0 };
	struct csvfile f;
	size_t at;
	bool header;
	int status;

	if (csvfile_parse(t->text[i], t->size[i], t->tabs[i] ? '\t' : ',', &f, e) < 0)
		return err_wrap(e, "text %zu", i + 1);
	text_add(&lines, "");
	status = find_column(&f, t->column, &at, &header, e);
	for (size_t row = header; row < f.rows && status == 0; row++) {
		text_add(&lines, f.cell[row * f.columns + at]);
		text_add(&lines, "\n");
	}
	csvfile_release(&f);
	if (status < 0) {
		text_release(&lines);
		return -1;
	}
	mem_free(t->text[i]);
	t->size[i] = lines.len;
	t->text[i] = lines.s;
	return 0;
}

static int
parse_kind(struct training *t, const char *word, struct err *e)
{
	for (size_t kind = TOKENIZER_CHAR; kind < TOKENIZER_KINDS; kind++)
		if (strcmp(tokenizer_kind_name(kind), word) == 0) {
			t->o.kind = (enum tokenizer_kind)kind;
			return 0;
		}
	return err_set(e, "'%.40s' is none of char, wordpiece, bpe, unigram", word);
}

/* Parse an option: text COLUMN, size N, into FILE, lower yes|no. */
static int
parse_option(struct training *t, const char *key, const char *value, struct err *e)
{
	int64_t n;

	if (strcmp(key, "into") == 0 || strcmp(key, "text") == 0) {
		*(key[0] == 'i' ? &t->into : &t->column) = value;
		return 0;
	}
	if (strcmp(key, "size") == 0) {
		if (cmd_number("size", value, &n, e) < 0 || n < 1 || n > TOKENIZER_VOCAB)
			return err_set(e, "size: '%.40s' is no number in 1..%d", value,
				       TOKENIZER_VOCAB);
		t->o.size = (size_t)n;
		return 0;
	}
	if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
		return err_set(e, "lower: '%.40s' is neither yes nor no", value);
	t->o.lower = strcmp(value, "yes") == 0;
	return 0;
}

static bool
is_option(const char *word)
{
	return strcmp(word, "size") == 0 || strcmp(word, "into") == 0 ||
	       strcmp(word, "lower") == 0 || strcmp(word, "text") == 0;
}

static int
parse_words(struct cmd_call *c, struct training *t, struct err *e)
{
	if (c->argc < 2)
		return err_set(e, "`train KIND FILE... size N into FILE`");
	if (parse_kind(t, c->argv[1], e) < 0)
		return -1;
	for (int i = 2; i < c->argc; i++) {
		bool option = is_option(c->argv[i]);

		if (option && i + 1 == c->argc)
			return err_set(e, "'%s' has no value", c->argv[i]);
		if ((option ? parse_option(t, c->argv[i], c->argv[i + 1], e)
			    : read_text(c, t, c->argv[i], e)) < 0)
			return -1;
		i += option;
	}
	if (!t->n || !t->o.size || !t->into)
		return err_set(e, "%s; `train KIND FILE... size N into FILE`",
			       !t->n        ? "no text to learn from"
			       : !t->o.size ? "no size"
					    : "no file to write to");
	if (t->o.lower && t->o.kind == TOKENIZER_CHAR)
		return err_set(e, "lower does not go with char");
	for (size_t i = 0; i < t->n && t->column; i++)
		if (extract_column(t, i, e) < 0)
			return -1;
	return 0;
}

/* Check that the output file is none of the texts. 0, or -1 and an error. */
static int
check_output_path(struct cmd_call *c, const struct training *t, struct err *e)
{
	char *into = io_join(c->dir, t->into);
	int status = 0;

	for (int i = 2; i < c->argc && status == 0; i++) {
		char *path = is_option(c->argv[i]) ? NULL : io_join(c->dir, c->argv[i]);

		if (!path)
			i++;
		else if (io_same(path, into))
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
	int status = parse_words(c, &t, e);

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
	mem_free(t.tabs);
	return status;
}
