/* vocabjson.c: tokenizer.json, encoder.json and arrays of tokens. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/text/vocabjson.h"

#include <string.h>

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

static int
read_bpe(struct tokenizer *t, const json_t *model, struct err *e)
{
	static const char *const others[] = { "continuing_subword_prefix", "end_of_word_suffix" };

	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		const char *s = json_string_value(json_object_get(model, others[i]));

		if (s && *s)
			return err_set(e, "model: unsupported %s '%.20s'", others[i], s);
	}
	if (vocabjson_rules_is_on(model, "byte_fallback", false) ||
	    vocabjson_rules_is_on(model, "ignore_merges", false))
		return err_set(e, "model: byte_fallback and ignore_merges are not supported");
	return vocabjson_tokens_merge_list(t, json_object_get(model, "merges"), e);
}

static int
read_wordpiece(struct tokenizer *t, const json_t *model, struct err *e)
{
	const char *prefix = json_string_value(json_object_get(model, "continuing_subword_prefix"));
	const char *unknown = json_string_value(json_object_get(model, "unk_token"));
	json_t *longest = json_object_get(model, "max_input_chars_per_word");

	if (prefix && strcmp(prefix, "##") != 0)
		return err_set(e, "model: continuing_subword_prefix '%.20s' (expected ##)", prefix);
	if (json_is_integer(longest) && json_integer_value(longest) > 0)
		t->longest = (size_t)json_integer_value(longest);
	if (unknown)
		t->special[TOKENIZER_UNKNOWN] =
			token_trie_find(&t->pieces, unknown, strlen(unknown));
	return 0;
}

static int
read_unigram(struct tokenizer *t, json_t *model, json_t *added, struct err *e)
{
	json_t *unknown = json_object_get(model, "unk_id"),
	       *vocab = json_object_get(model, "vocab"), *one;
	size_t i;

	if (vocabjson_rules_is_on(model, "byte_fallback", false))
		return err_set(e, "model: byte_fallback is not supported");
	if (!json_is_array(vocab) || vocabjson_tokens_scores(t, vocab, false, e) < 0)
		return json_is_array(vocab)
			       ? -1
			       : err_set(e, "model: vocab: expected a list of tokens and scores");
	json_array_foreach(added, i, one)
	{ /* those missing in the list follow it */
		size_t cap = t->pieces.n + 1;
		json_t *id = json_object_get(one, "id");
		const char *s = vocabjson_tokens_content(one);

		if (s &&
		    token_trie_find(&t->pieces, s, strlen(s)) == (int32_t)json_integer_value(id))
			continue;
		if (!s || !json_is_integer(id) || json_integer_value(id) != (json_int_t)t->pieces.n)
			return err_set(e, "added_tokens: '%.40s': expected the next id, %zu",
				       s ? s : "", t->pieces.n);
		mem_grow(&t->score, &cap, t->pieces.n + 2, sizeof *t->score);
		if (vocabjson_tokens_add(t, s, strlen(s), t->pieces.n, e) < 0)
			return -1;
		t->score[t->pieces.n - 1] = 0;
	}
	if (json_is_integer(unknown)) {
		if (json_integer_value(unknown) < 0 ||
		    (size_t)json_integer_value(unknown) >= t->pieces.n)
			return err_set(e, "model: invalid unk_id (expected 0 to %zu)",
				       t->pieces.n - 1);
		t->special[TOKENIZER_UNKNOWN] = (int32_t)json_integer_value(unknown);
	}
	return 0;
}

static int
read_whole(struct tokenizer *t, json_t *root, struct err *e)
{
	json_t *model = json_object_get(root, "model"),
	       *added = json_object_get(root, "added_tokens"),
	       *vocab = json_object_get(model, "vocab");
	const char *type = vocabjson_rules_type(model);
	struct vocabjson_rules c = { false, false };

	t->kind = strcmp(type, "BPE") == 0         ? TOKENIZER_BPE
		  : strcmp(type, "WordPiece") == 0 ? TOKENIZER_WORDPIECE
		  : strcmp(type, "Unigram") == 0   ? TOKENIZER_UNIGRAM
						   : TOKENIZER_KINDS;
	if (t->kind == TOKENIZER_KINDS) {
		t->kind = TOKENIZER_BYTE;
		return err_set(
			e,
			"model: unsupported type '%.40s' (expected one of BPE, WordPiece, Unigram)",
			type);
	}
	if (vocabjson_rules_normalizer(t, json_object_get(root, "normalizer"), 0, e) < 0 ||
	    vocabjson_rules_pre_tokenizer(t, json_object_get(root, "pre_tokenizer"), &c, 0, e) < 0)
		return -1;
	if (t->kind == TOKENIZER_UNIGRAM)
		return read_unigram(t, model, added, e);
	if (t->kind == TOKENIZER_BPE && !c.bytes)
		return err_set(e, "model: BPE that is not byte-level is not supported");
	if (!json_is_object(vocab))
		return err_set(e, "model: vocab: expected an object of tokens and ids");
	if (vocabjson_tokens_object(t, vocab, added, e) < 0)
		return -1;
	return t->kind == TOKENIZER_BPE ? read_bpe(t, model, e) : read_wordpiece(t, model, e);
}

static int
read_root(struct tokenizer *t, json_t *root, const char *merges, size_t size_merges, struct err *e)
{
	if (json_is_object(root) && json_is_object(json_object_get(root, "model")))
		return read_whole(t, root, e);
	if (json_is_object(root)) {
		t->kind = TOKENIZER_BPE;
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
	json_t *root = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, &wrong);
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
