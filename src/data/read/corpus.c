/* corpus.c: text becomes rows of token ids. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/corpus.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/data/texts.h"
#include "retort/data/text/vocabfile.h"

int
corpus_alloc(struct dataset *ds, size_t length, size_t more, struct err *e)
{
	if (ds->n > DATASET_IDS / length)
		return err_set(e, "too many tokens: %zu rows of %zu (expected at most %zu tokens)",
			       ds->n, length, DATASET_IDS);
	ds->kind = DATASET_TOKENS;
	ds->d = ds->length = length;
	ds->ids = mem_try(ds->n * length + more, sizeof *ds->ids);
	if (!ds->ids)
		return err_set(e, "no memory for %zu rows of %zu tokens", ds->n, length);
	memset(ds->ids, 0xFF, (ds->n * length + more) * sizeof *ds->ids);
	return 0;
}

int
corpus_windows(const int32_t *ids, size_t n, size_t length, size_t vocab, struct dataset **out,
	       struct err *e)
{
	size_t rows = n > 0 ? (n - 1) / length : 0;
	struct dataset *ds;

	if (rows < DATASET_ROWS)
		return err_set(e, "%zu tokens: %zu windows of length %zu (expected at least %d)", n,
			       rows, length, DATASET_ROWS);
	if (vocab < 2)
		return err_set(e, "a vocabulary of one token (expected at least 2)");
	ds = mem_new(sizeof *ds);
	ds->n = rows;
	ds->vocab = vocab;
	ds->next_token = true;
	ds->classes = (int)vocab;
	ds->y = mem_try(rows, sizeof *ds->y);
	if (corpus_alloc(ds, length, 1, e) < 0 || !ds->y) {
		if (ds->ids)
			err_set(e, "no memory for the labels of %zu rows", rows);
		dataset_free(ds);
		return -1;
	}
	memcpy(ds->ids, ids, (rows * length + 1) * sizeof *ids);
	*out = ds;
	return 0;
}

/* Make the tokenizer that o->tokens names, or read it from a vocabulary file. Join its name, the
 * length, the frame, a size of the vocabulary that is given, and the hash of the file to *key. */
static int
choose_tokenizer(const struct dataset_options *o, struct tokenizer *t, struct hash *key,
		 struct err *e)
{
	bool fixed = !corpus_tokens_named(o->tokens);
	char options[80], vocab[32] = "";
	struct hash said;

	if (o->vocab)
		snprintf(vocab, sizeof vocab, " vocab %zu", o->vocab);
	snprintf(options, sizeof options, "tokens %s length %zu%s%s%s",
		 fixed ? "vocabulary" : o->tokens, o->length, o->frame ? " frame" : "",
		 o->special ? " special" : "", vocab);
	said = hash_of(options, strlen(options));
	*key = hash_join(key, &said);
	if (!fixed && o->special)
		return err_set(e, "special: goes with tokens FILE, whose special tokens it finds");
	if (!fixed) {
		tokenizer_init(t, o->tokens[0] == 'b' ? TOKENIZER_BYTE : TOKENIZER_CHAR);
		if (strchr(o->tokens, '+') && t->kind == TOKENIZER_BYTE)
			tokenizer_reserve_mask(t);
		return 0;
	}
	if (vocabfile_read(o->tokens, t, &said, e) < 0)
		return err_wrap(e, "tokens");
	*key = hash_join(key, &said);
	t->cuts_special = o->special;
	return 0;
}

bool
corpus_tokens_named(const char *tokens)
{
	static const char *const names[] = { "byte", "char", "byte+mask", "char+mask" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(tokens, names[i]) == 0)
			return true;
	return false;
}

/* Whether the vocabulary is learned from the text: char without a vocabulary file. */
static bool
learns_characters(const struct tokenizer *t)
{
	return t->kind == TOKENIZER_CHAR && !t->point;
}

/* After all texts: number the characters. */
static int
settle_characters(struct tokenizer *t, const struct dataset_options *o, struct err *e)
{
	if (tokenizer_assign_ids(t, e) < 0)
		return -1;
	if (t->vocab && strchr(o->tokens, '+'))
		tokenizer_reserve_mask(t);
	return t->vocab ? 0 : err_set(e, "every text is empty");
}

/* The number of token ids: of the tokenizer, or more, as in a padded table of embeddings. 0: it has
 * more than `vocab` says. */
static size_t
padded_vocab(const struct tokenizer *t, const struct dataset_options *o, struct err *e)
{
	if (!o->vocab || o->vocab >= t->vocab)
		return o->vocab ? o->vocab : t->vocab;
	err_set(e, "invalid vocab %zu (expected at least %zu, the tokens of the tokenizer)",
		o->vocab, t->vocab);
	return 0;
}

/* Copy the tokenizer into the set, which owns it from now on. */
static void
set_tokenizer(struct dataset *ds, const struct tokenizer *t)
{
	ds->tokenizer = mem_new(sizeof *ds->tokenizer);
	*ds->tokenizer = *t;
}

static int
encode_stream(struct tokenizer *t, const char *text, size_t size, const struct dataset_options *o,
	      struct dataset **out, struct err *e)
{
	struct tokenizer_ids ids = { .id = mem_try(size, sizeof *ids.id), .cap = size };
	size_t vocab = 0;
	int status = 0;

	if (!ids.id)
		return err_set(e, "no memory for %zu tokens", size);
	if (learns_characters(t) &&
	    (tokenizer_add_chars(t, text, size, e) < 0 || settle_characters(t, o, e) < 0))
		status = -1;
	if (status == 0)
		status = (vocab = padded_vocab(t, o, e)) ? 0 : -1;
	if (status == 0)
		status = tokenizer_encode(t, text, size, &ids, e);
	if (status == 0)
		status = corpus_windows(ids.id, ids.n, o->length, vocab, out, e);
	mem_free(ids.id);
	return status;
}

int
corpus_stream(const char *text, size_t size, const struct dataset_options *o, struct dataset **out,
	      struct err *e)
{
	struct hash key = hash_of(text, size);
	struct tokenizer t;
	int status;

	if (choose_tokenizer(o, &t, &key, e) < 0)
		return -1;
	status = encode_stream(&t, text, size, o, out, e);
	if (status < 0) {
		tokenizer_release(&t);
		return -1;
	}
	(*out)->hash = key;
	set_tokenizer(*out, &t);
	return 0;
}

static int
learn_texts(struct tokenizer *t, const struct dataset *ds, const size_t *line,
	    const struct dataset_options *o, struct err *e)
{
	for (size_t i = 0; i < ds->n; i++) {
		const char *text = texts_row(ds, i);

		if (tokenizer_add_chars(t, text, strlen(text), e) < 0)
			return err_wrap(e, "line %zu: the text", line[i]);
	}
	return settle_characters(t, o, e);
}

int
corpus_row(const struct tokenizer *t, const char *s, bool frame, size_t length,
	   struct tokenizer_ids *spare, int32_t *row, struct err *e)
{
	const int32_t *before = NULL, *after = NULL;
	size_t n_before = 0, n_after = 0, n;

	spare->n = 0;
	if ((frame && tokenizer_frame(t, &before, &n_before, &after, &n_after, e) < 0) ||
	    tokenizer_encode(t, s, strlen(s), spare, e) < 0)
		return -1;
	n = length - n_before - n_after;
	n = spare->n < n ? spare->n : n;
	memset(row, 0xFF, length * sizeof *row);
	if (n)
		memcpy(row + n_before, spare->id, n * sizeof *row);
	if (n_before)
		memcpy(row, before, n_before * sizeof *row);
	if (n_after)
		memcpy(row + n_before + n, after, n_after * sizeof *row);
	return 0;
}

static int
encode_texts(const struct tokenizer *t, const size_t *line, bool frame, struct dataset *ds,
	     struct err *e)
{
	struct tokenizer_ids ids = { 0 };
	int status = 0;

	for (size_t i = 0; i < ds->n && status == 0; i++)
		if ((status = corpus_row(t, texts_row(ds, i), frame, ds->length, &ids,
					 ds->ids + i * ds->length, e)) < 0)
			err_wrap(e, "line %zu: the text", line[i]);
	ds->frame = frame;
	mem_free(ids.id);
	return status;
}

static int
check_frame(const struct tokenizer *t, size_t length, struct err *e)
{
	const int32_t *before, *after;
	size_t n, m;

	if (tokenizer_frame(t, &before, &n, &after, &m, e) < 0)
		return -1;
	return length > n + m ? 0
			      : err_set(e,
					"frame: invalid length %zu (expected at least %zu, for "
					"begin, text and end)",
					length, n + m + 1);
}

int
corpus_texts(struct dataset *ds, const size_t *line, const struct dataset_options *o, struct err *e)
{
	struct tokenizer t;
	int status = 0;

	if (choose_tokenizer(o, &t, &ds->hash, e) < 0)
		return -1;
	if (learns_characters(&t))
		status = learn_texts(&t, ds, line, o, e);
	if (status == 0)
		status = (ds->vocab = padded_vocab(&t, o, e)) ? 0 : -1;
	if (status == 0 && o->frame)
		status = check_frame(&t, o->length, e);
	if (status == 0)
		status = corpus_alloc(ds, o->length, 0, e);
	if (status == 0)
		status = encode_texts(&t, line, o->frame, ds, e);
	if (status < 0) {
		tokenizer_release(&t);
		return -1;
	}
	set_tokenizer(ds, &t);
	return 0;
}
