/* vocabjson.c: tokenizer.json, encoder.json and arrays of tokens. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/text/vocabjson.h"

#include <string.h>

#include "retort/base/jsonparse.h"
#include "retort/base/mem.h"
#include "retort/data/text/normalize.h"
#include "retort/data/text/tokenizer_kinds.h"
#include "retort/data/text/vocabjson_rules.h"
#include "retort/data/text/vocabjson_tokens.h"

void
vocabjson_guess_case(struct tokenizer *t)
{
	const char *known;
	size_t len;

	t->normal = NORMALIZE_CLEAN | NORMALIZE_CHINESE | NORMALIZE_NFD | NORMALIZE_ACCENTS |
		    NORMALIZE_LOWER;
	for (size_t i = 0; i < t->pieces.n; i++) {
		const char *s = token_trie_get(&t->pieces, i, &len);

		if (tokenizer_special_of(s, len, &known) >= 0)
			continue;
		for (size_t k = 0; k < len; k++)
			if (s[k] >= 'A' && s[k] <= 'Z')
				t->normal = NORMALIZE_CLEAN | NORMALIZE_CHINESE;
	}
}

/* Set the unknown token from "unk_token" of the model; without one the model has none. */
static int
read_unknown(struct tokenizer *t, const json_t *model, const char *absent, struct err *e)
{
	const char *name = json_string_value(json_object_get(model, "unk_token"));

	name = name ? name : absent;
	if (!name)
		return 0;
	t->special[TOKENIZER_UNKNOWN] = token_trie_find(&t->pieces, name, strlen(name));
	if (t->special[TOKENIZER_UNKNOWN] < 0 && json_object_get(model, "unk_token"))
		return err_set(e, "model: unk_token '%.40s' is not a token", name);
	return 0;
}

static char *
copy_mark(const json_t *model, const char *key)
{
	const char *s = vocabjson_rules_string(model, key);

	return s ? mem_text(s) : NULL;
}

static int
read_bpe(struct tokenizer *t, const json_t *model, struct err *e)
{
	const json_t *dropout = json_object_get(model, "dropout");

	if (json_is_number(dropout) && json_number_value(dropout) != 0)
		return err_set(e,
			       "model: dropout %g: tokens by chance are not supported (expected "
			       "null or 0)",
			       json_number_value(dropout));
	t->fuse_unknown = vocabjson_rules_is_on(model, "fuse_unk", false);
	t->ignore_merges = vocabjson_rules_is_on(model, "ignore_merges", false);
	if (read_unknown(t, model, NULL, e) < 0)
		return -1;
	return vocabjson_tokens_merge_list(t, json_object_get(model, "merges"), e);
}

static int
read_wordpiece(struct tokenizer *t, const json_t *model, struct err *e)
{
	json_t *longest = json_object_get(model, "max_input_chars_per_word");

	if (!t->prefix && json_is_string(json_object_get(model, "continuing_subword_prefix")))
		t->prefix = mem_text("");
	if (json_is_integer(longest) && json_integer_value(longest) > 0)
		t->longest = (size_t)json_integer_value(longest);
	return read_unknown(t, model, "[UNK]", e);
}

/* Add the added tokens that the list of pieces lacks; they follow it. */
static int
add_missing(struct tokenizer *t, const json_t *added, struct err *e)
{
	size_t model = t->pieces.n, cap = t->pieces.n + 1, i;
	json_t *one;

	json_array_foreach(added, i, one)
	{
		json_t *id = json_object_get(one, "id");
		const char *s = vocabjson_tokens_content(one);
		int32_t have = s ? token_trie_find(&t->pieces, s, strlen(s)) : -1;

		if (have >= 0 && have == (int32_t)json_integer_value(id))
			continue;
		if (!s || !json_is_integer(id) || json_integer_value(id) != (json_int_t)t->pieces.n)
			return err_set(e, "added_tokens: '%.40s': expected %s, %zu", s ? s : "",
				       have >= 0 ? "its id" : "the next id",
				       have >= 0 ? (size_t)have : t->pieces.n);
		mem_grow(&t->score, &cap, t->pieces.n + 2, sizeof *t->score);
		if (vocabjson_tokens_add(t, s, strlen(s), t->pieces.n, e) < 0)
			return -1;
		t->score[t->pieces.n - 1] = 0;
	}
	t->role = mem_array(t->pieces.n + 1, 1);
	memset(t->role, TOKENIZER_MODEL, model);
	return 0;
}

static int
read_unigram(struct tokenizer *t, json_t *model, json_t *added, struct err *e)
{
	json_t *unknown = json_object_get(model, "unk_id"),
	       *vocab = json_object_get(model, "vocab");

	if (!json_is_array(vocab) || vocabjson_tokens_scores(t, vocab, false, e) < 0)
		return json_is_array(vocab)
			       ? -1
			       : err_set(e, "model: vocab: expected a list of tokens and scores");
	if (add_missing(t, added, e) < 0)
		return -1;
	if (json_is_integer(unknown)) {
		if (json_integer_value(unknown) < 0 ||
		    (size_t)json_integer_value(unknown) >= t->pieces.n)
			return err_set(e, "model: invalid unk_id (expected 0 to %zu)",
				       t->pieces.n - 1);
		t->special[TOKENIZER_UNKNOWN] = (int32_t)json_integer_value(unknown);
	}
	return 0;
}

/* Read the model and the tokens. */
static int
read_model(struct tokenizer *t, json_t *model, json_t *added, struct err *e)
{
	json_t *vocab = json_object_get(model, "vocab");

	if (t->kind == TOKENIZER_UNIGRAM)
		return read_unigram(t, model, added, e);
	if (!json_is_object(vocab))
		return err_set(e, "model: vocab: expected an object of tokens and ids");
	if (vocabjson_tokens_object(t, vocab, added, e) < 0)
		return -1;
	if (t->kind == TOKENIZER_BPE)
		return read_bpe(t, model, e);
	return t->kind == TOKENIZER_WORDPIECE ? read_wordpiece(t, model, e)
					      : read_unknown(t, model, "<unk>", e);
}

static int
read_whole(struct tokenizer *t, json_t *root, struct err *e)
{
	static const char *const types[TOKENIZER_KINDS] = {
		[TOKENIZER_BPE] = "BPE",
		[TOKENIZER_WORDPIECE] = "WordPiece",
		[TOKENIZER_UNIGRAM] = "Unigram",
		[TOKENIZER_WORDLEVEL] = "WordLevel",
	};
	json_t *model = json_object_get(root, "model"),
	       *added = json_object_get(root, "added_tokens");
	const char *type = vocabjson_rules_type(model);
	size_t kind = 0;

	while (kind < TOKENIZER_KINDS && (!types[kind] || strcmp(type, types[kind]) != 0))
		kind++;
	if (kind == TOKENIZER_KINDS)
		return err_set(e,
			       "model: unsupported type '%.40s' (expected one of BPE, WordPiece, "
			       "Unigram, WordLevel)",
			       type);
	t->kind = (enum tokenizer_kind)kind;
	t->has_model = true;
	t->prefix = copy_mark(model, "continuing_subword_prefix");
	t->suffix = copy_mark(model, "end_of_word_suffix");
	t->byte_fallback = vocabjson_rules_is_on(model, "byte_fallback", false);
	if (vocabjson_normalizer(t, json_object_get(root, "normalizer"), e) < 0 ||
	    vocabjson_splitter(t, json_object_get(root, "pre_tokenizer"), e) < 0 ||
	    read_model(t, model, added, e) < 0 ||
	    vocabjson_tokens_added(t, json_object_get(model, "vocab"), added, e) < 0)
		return -1;
	return vocabjson_frame(t, json_object_get(root, "post_processor"), e);
}

static int
read_root(struct tokenizer *t, json_t *root, const char *merges, size_t size_merges, struct err *e)
{
	if (json_is_object(root) && json_is_object(json_object_get(root, "model")))
		return read_whole(t, root, e);
	if (json_is_object(root)) {
		t->kind = TOKENIZER_BPE;
		t->bytes = true;
		if (!merges)
			return err_set(e,
				       "tokens without merges: expected vocab.bpe or merges.txt in "
				       "the same directory");
		return vocabjson_tokens_object(t, root, NULL, e) < 0
			       ? -1
			       : vocabjson_tokens_merges(t, merges, size_merges, e);
	}
	if (json_array_size(root) == 0)
		return err_set(e, "empty: no tokens");
	if (json_is_string(json_array_get(root, 0)))
		return vocabjson_tokens_strings(t, root, e);
	t->blank = TOKENIZER_BLANK_ALWAYS;
	t->normal = NORMALIZE_NFKC;
	return vocabjson_tokens_scores(t, root, true, e);
}

int
vocabjson_parse(const char *bytes, size_t size, const char *merges, size_t size_merges,
		struct tokenizer *t, struct err *e)
{
	json_error_t wrong;
	json_t *root = jsonparse_load(bytes, size, &wrong);
	int status;

	if (!root)
		return err_set(e, "line %d, column %d: %.160s", wrong.line, wrong.column,
			       wrong.text);
	status = read_root(t, root, merges, size_merges, e);
	json_decref(root);
	return status;
}

bool
vocabjson_needs_merges(const char *bytes, size_t size)
{
	const char *p = bytes, *end = bytes + size;

	/* tokenizer.json has "model": {...}; a token "model" is followed by a number */
	while ((p = memmem(p, (size_t)(end - p), "\"model\"", 7))) {
		for (p += 7; p < end && strchr(" \t\r\n:", *p) && *p; p++)
			;
		if (p < end && *p == '{')
			return false;
	}
	return true;
}
