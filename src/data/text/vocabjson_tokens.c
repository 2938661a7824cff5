/* vocabjson_tokens.c: tokens, ids, merges and scores of vocabularies in JSON. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/text/vocabjson_tokens.h"

#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/data/text/tokenizer_kinds.h"
#include "retort/data/text/vocabjson.h"

/* ---------------------------------------------------------------- tokens and ids */

/* Tokens by id. */
struct token_table {
	const char **name; /* [n] borrowed from the JSON; NULL: id not assigned yet */
	bool *model;       /* [n] a token of the model */
	size_t n;
};

static int
set_token(struct token_table *b, const char *name, const json_t *id, bool model, struct err *e)
{
	json_int_t i = json_is_integer(id) ? json_integer_value(id) : -1;

	if (i < 0 || (size_t)i >= b->n)
		return err_set(e, "'%.40s': invalid id %s%lld (expected 0 to %zu for %zu tokens)",
			       name, json_is_integer(id) ? "" : "not an integer, ", (long long)i,
			       b->n - 1, b->n);
	if (b->name[i])
		return err_set(e, "duplicate id %lld: '%.40s' and '%.40s'", (long long)i,
			       b->name[i], name);
	b->name[i] = name;
	b->model[i] = model;
	return 0;
}

/* Decode characters that represent bytes. Returns -1 for a name with any other character. */
static int
letters_to_bytes(const char *name, struct text *out)
{
	size_t len = strlen(name);
	uint32_t cp;

	text_clear(out);
	for (size_t at = 0; at < len;) {
		int byte;
		char c;

		at += text_utf8(name + at, len - at, &cp);
		byte = byte_letter_byte(cp);
		c = (char)byte;
		if (byte < 0)
			return -1;
		text_bytes(out, &c, 1);
	}
	return 0;
}

int
vocabjson_tokens_add(struct tokenizer *t, const char *s, size_t len, size_t id, struct err *e)
{
	if (t->pieces.n == TOKENIZER_VOCAB)
		return err_set(e, "more than %d tokens", TOKENIZER_VOCAB);
	if ((size_t)token_trie_add(&t->pieces, s, len) != id)
		return err_set(e, "id %zu: duplicate token '%.*s', which has id %d", id,
			       (int)(len < 40 ? len : 40), s, token_trie_find(&t->pieces, s, len));
	return 0;
}

/*
 * Add the token `id`. One of a byte-level model is stored as bytes, and replaces an added one of
 * the same bytes; a name that is not of characters that represent bytes stands for no text.
 */
static int
add_token(struct tokenizer *t, const struct token_table *b, size_t id, struct text *bytes,
	  struct err *e)
{
	const char *s = b->name[id];
	size_t len = strlen(s);
	int32_t before;

	if (t->bytes && b->model[id] && letters_to_bytes(s, bytes) == 0) {
		s = text_get(bytes);
		len = bytes->len;
	}
	before = token_trie_find(&t->pieces, s, len);
	if (before < 0)
		return vocabjson_tokens_add(t, s, len, id, e);
	if (t->bytes && !b->model[id])
		token_trie_add_hidden(&t->pieces, s, len);
	else if (t->bytes && !b->model[before])
		token_trie_add_duplicate(&t->pieces, s, len);
	else
		return vocabjson_tokens_add(t, s, len, id, e);
	return 0;
}

static int
add_tokens(struct tokenizer *t, const struct token_table *b, struct err *e)
{
	struct text bytes = { 0 };
	int status = 0;

	t->role = mem_array(b->n + 1, 1);
	for (size_t i = 0; i < b->n && status == 0; i++) {
		t->role[i] = b->model[i] ? TOKENIZER_MODEL : 0;
		status = add_token(t, b, i, &bytes, e);
	}
	text_release(&bytes);
	return status;
}

const char *
vocabjson_tokens_content(const json_t *added)
{
	return json_string_value(json_object_get(added, "content"));
}

/* An added token that is in the vocabulary, too, has the same id there. */
static int
check_same(const char *name, const json_t *vocab, const json_t *added, struct err *e)
{
	if (json_is_integer(vocab) && json_is_integer(added) &&
	    json_integer_value(vocab) == json_integer_value(added))
		return 0;
	return err_set(e, "added_tokens: '%.40s' has id %lld, and %lld in the vocabulary", name,
		       (long long)json_integer_value(added), (long long)json_integer_value(vocab));
}

int
vocabjson_tokens_object(struct tokenizer *t, json_t *vocab, json_t *added, struct err *e)
{
	struct token_table b = { .n = json_object_size(vocab) };
	const char *key;
	json_t *value;
	size_t i;
	int status = 0;

	json_array_foreach(added, i, value)
	{
		if (!vocabjson_tokens_content(value))
			return err_set(e, "added_tokens: entry %zu has no content", i + 1);
		b.n += !json_object_get(vocab, vocabjson_tokens_content(value));
	}
	if (b.n > TOKENIZER_VOCAB)
		return err_set(e, "%zu tokens (expected at most %d)", b.n, TOKENIZER_VOCAB);
	b.name = mem_array(b.n + 1, sizeof *b.name);
	b.model = mem_array(b.n + 1, sizeof *b.model);
	json_object_foreach(vocab, key, value)
	{
		if (status == 0)
			status = set_token(&b, key, value, true, e);
	}
	json_array_foreach(added, i, value)
	{
		json_t *id = json_object_get(value, "id");
		const char *name = vocabjson_tokens_content(value);

		if (status == 0 && json_object_get(vocab, name))
			status = check_same(name, json_object_get(vocab, name), id, e);
		else if (status == 0)
			status = set_token(&b, name, id, false, e);
	}
	if (status == 0)
		status = add_tokens(t, &b, e); /* n distinct ids below n: none is missing */
	mem_free(b.name);
	mem_free(b.model);
	return status;
}

/* The id of an added token; -1: none. */
static int32_t
find_added(const struct tokenizer *t, const json_t *vocab, const json_t *one)
{
	const char *name = vocabjson_tokens_content(one);
	const json_t *id = json_object_get(vocab, name);

	id = id ? id : json_object_get(one, "id");
	if (json_is_object(vocab) && json_is_integer(id) && json_integer_value(id) >= 0 &&
	    (size_t)json_integer_value(id) < t->pieces.n)
		return (int32_t)json_integer_value(id);
	return token_trie_find(&t->pieces, name, strlen(name));
}

int
vocabjson_tokens_added(struct tokenizer *t, const json_t *vocab, const json_t *added, struct err *e)
{
	json_t *one;
	size_t i;

	json_array_foreach(added, i, one)
	{
		const char *name = vocabjson_tokens_content(one);
		bool special = json_is_true(json_object_get(one, "special"));
		const json_t *normalized = json_object_get(one, "normalized");
		struct added_token token = {
			.content = (char *)name,
			.id = name ? find_added(t, vocab, one) : -1,
			.single_word = json_is_true(json_object_get(one, "single_word")),
			.lstrip = json_is_true(json_object_get(one, "lstrip")),
			.rstrip = json_is_true(json_object_get(one, "rstrip")),
			.normalized =
				json_is_boolean(normalized) ? json_is_true(normalized) : !special,
			.special = special,
		};

		if (token.id < 0)
			return err_set(e, "added_tokens: entry %zu: no content, or no id", i + 1);
		if (special)
			t->role[token.id] |= TOKENIZER_RESERVED;
		if (*name)
			added_add(&t->added, &token);
	}
	return 0;
}

/* ---------------------------------------------------------------- merges */

/* A token of a merge as it is stored. */
static int
put_name(const struct tokenizer *t, const char *name, struct text *out)
{
	if (t->bytes)
		return letters_to_bytes(name, out);
	text_add(out, name);
	return 0;
}

/* Merge two tokens into the one that both make; the second without its mark. */
static int
add_merge(struct tokenizer *t, const char *left, const char *right, size_t rank, struct err *e)
{
	struct text a = { 0 }, b = { 0 };
	int32_t ids[3] = { -1, -1, -1 };
	int status;

	if (put_name(t, left, &a) == 0 && put_name(t, right, &b) == 0) {
		size_t mark = t->prefix ? strlen(t->prefix) : 0;

		mark = mark < b.len ? mark : b.len;
		ids[0] = token_trie_find(&t->pieces, text_get(&a), a.len);
		ids[1] = token_trie_find(&t->pieces, text_get(&b), b.len);
		text_bytes(&a, text_get(&b) + mark, b.len - mark);
		ids[2] = token_trie_find(&t->pieces, text_get(&a), a.len);
	}
	if (ids[0] < 0 || ids[1] < 0)
		status = err_set(e, "merge %zu: '%.40s' is not a token", rank,
				 ids[0] < 0 ? left : right);
	else if (ids[2] < 0)
		status = err_set(e, "merge %zu: '%.40s' and '%.40s' do not make a token", rank,
				 left, right);
	else
		status = tokenizer_bpe_merge(t, ids[0], ids[1], ids[2], e) < 0
				 ? err_wrap(e, "merge %zu", rank)
				 : 0;
	text_release(&a);
	text_release(&b);
	return status;
}

/* "left right" */
static int
add_merge_line(struct tokenizer *t, const char *line, size_t len, size_t rank, struct err *e)
{
	const char *blank = memchr(line, ' ', len);
	char *left, *right;
	int status;

	if (!blank || memchr(blank + 1, ' ', len - (size_t)(blank + 1 - line)) ||
	    memchr(line, '\0', len))
		return err_set(e,
			       "merge %zu: invalid merge '%.*s' (expected two tokens with a blank "
			       "between)",
			       rank, (int)(len < 40 ? len : 40), line);
	left = strndup(line, (size_t)(blank - line));
	right = strndup(blank + 1, len - (size_t)(blank + 1 - line));
	status = !left || !right ? err_set(e, "no memory for merge %zu", rank)
				 : add_merge(t, left, right, rank, e);
	free(left);
	free(right);
	return status;
}

int
vocabjson_tokens_merges(struct tokenizer *t, const char *text, size_t size, struct err *e)
{
	const char *end = text + size;
	size_t rank = 0;

	for (const char *p = text; p < end;) {
		const char *feed = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((feed ? feed : end) - p),
		       used = len - (len && p[len - 1] == '\r');

		if (used && !(p == text && *p == '#') && add_merge_line(t, p, used, ++rank, e) < 0)
			return -1;
		p += len + (feed != NULL);
	}
	return rank ? 0 : err_set(e, "no merges");
}

int
vocabjson_tokens_merge_list(struct tokenizer *t, json_t *merges, struct err *e)
{
	json_t *one;
	size_t i;

	if (!json_is_array(merges))
		return err_set(e, "model: merges: expected a list");
	json_array_foreach(merges, i, one)
	{
		const char *line = json_string_value(one),
			   *left = json_string_value(json_array_get(one, 0)),
			   *right = json_string_value(json_array_get(one, 1));
		int status = line ? add_merge_line(t, line, strlen(line), i + 1, e)
			     : left && right
				     ? add_merge(t, left, right, i + 1, e)
				     : err_set(e, "merge %zu: expected a pair of tokens", i + 1);

		if (status < 0)
			return -1;
	}
	return 0;
}

/* ---------------------------------------------------------------- arrays */

int
vocabjson_tokens_strings(struct tokenizer *t, json_t *array, struct err *e)
{
	json_t *one;
	size_t i;

	t->kind = TOKENIZER_WORDPIECE;
	json_array_foreach(array, i, one)
	{
		const char *s = json_string_value(one);

		if (!s)
			return err_set(e, "token %zu: expected a string", i);
		if (vocabjson_tokens_add(t, s, strlen(s), i, e) < 0)
			return -1;
		t->marks_starts |= strncmp(s, TOKENIZER_BLANK, 3) == 0;
	}
	vocabjson_guess_case(t);
	return 0;
}

int
vocabjson_tokens_scores(struct tokenizer *t, json_t *array, bool bare, struct err *e)
{
	json_t *one;
	size_t i;

	t->kind = TOKENIZER_UNIGRAM;
	if (json_array_size(array) > TOKENIZER_VOCAB)
		return err_set(e, "%zu tokens (expected at most %d)", json_array_size(array),
			       TOKENIZER_VOCAB);
	t->score = mem_array(json_array_size(array) + 1, sizeof *t->score);
	json_array_foreach(array, i, one)
	{
		const char *s = json_string_value(json_array_get(one, 0));
		json_t *score = json_array_get(one, 1);

		if (!s || !(json_is_number(score) || (bare && json_is_null(score))))
			return err_set(e, "token %zu: expected a string and a score", i);
		if (bare && token_trie_find(&t->pieces, s, strlen(s)) >= 0)
			token_trie_add_duplicate(&t->pieces, s, strlen(s));
		else if (vocabjson_tokens_add(t, s, strlen(s), i, e) < 0)
			return -1;
		t->score[i] = json_is_null(score) ? 0 : json_number_value(score);
	}
	return 0;
}
