/* vocabjson.c: tokenizer.json, encoder.json and arrays of tokens, through Jansson. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/text/vocabjson.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "retort/base/mem.h"
#include "retort/data/text/normalize.h"
#include "retort/data/text/tokenizer_kinds.h"

/* ---------------------------------------------------------------- tokens and ids */

/* Tokens by id while they are collected. */
struct table {
	const char **name; /* [n] borrowed from the JSON; NULL: none has this id yet */
	bool *plain;       /* [n] a token of BPE that is text, not letters that stand for bytes */
	size_t n;
};

static int
set_name(struct table *b, const char *name, const json_t *id, bool plain, struct err *e)
{
	json_int_t i = json_is_integer(id) ? json_integer_value(id) : -1;

	if (i < 0 || (size_t)i >= b->n)
		return err_set(e, "'%.40s': its id is %s%lld; %zu tokens have ids in 0..%zu", name,
			       json_is_integer(id) ? "" : "no number, ", (long long)i, b->n,
			       b->n - 1);
	if (b->name[i])
		return err_set(e, "id %lld twice: '%.40s' and '%.40s'", (long long)i, b->name[i],
			       name);
	b->name[i] = name;
	b->plain[i] = plain;
	return 0;
}

/* Letters that stand for bytes become these. -1 where one does not. */
static int
letters_to_bytes(const char *name, struct text *out, struct err *e)
{
	size_t len = strlen(name);
	uint32_t cp;

	text_clear(out);
	for (size_t at = 0; at < len;) {
		int byte;
		char c;

		at += text_utf8(name + at, len - at, &cp);
		byte = tokenizer_bpe_byte(cp);
		c = (char)byte;
		if (byte < 0)
			return err_set(e, "'%.40s': U+%04X stands for no byte in a byte-level BPE",
				       name, (unsigned)cp);
		text_bytes(out, &c, 1);
	}
	return 0;
}

static int
add_piece(struct tokenizer *t, const char *s, size_t len, size_t id, struct err *e)
{
	if (t->pieces.n == TOKENIZER_VOCAB)
		return err_set(e, "more than %d tokens", TOKENIZER_VOCAB);
	if ((size_t)token_trie_add(&t->pieces, s, len) != id)
		return err_set(e, "id %zu: the token '%.*s' again, that of id %d", id,
			       (int)(len < 40 ? len : 40), s, token_trie_find(&t->pieces, s, len));
	return 0;
}

static int
add_all(struct tokenizer *t, const struct table *b, struct err *e)
{
	struct text bytes = { 0 };
	int status = 0;

	for (size_t i = 0; i < b->n && status == 0; i++) {
		if (t->kind != TOKENIZER_BPE || b->plain[i])
			status = add_piece(t, b->name[i], strlen(b->name[i]), i, e);
		else if ((status = letters_to_bytes(b->name[i], &bytes, e)) == 0)
			status = add_piece(t, text_get(&bytes), bytes.len, i, e);
	}
	text_release(&bytes);
	return status;
}

static const char *
content(const json_t *added)
{
	return json_string_value(json_object_get(added, "content"));
}

/* An object of tokens and ids, and tokens that were added to it later: NULL, or an array of
 * objects. */
static int
read_object(struct tokenizer *t, json_t *vocab, json_t *added, struct err *e)
{
	struct table b = { .n = json_object_size(vocab) };
	const char *key;
	json_t *value;
	size_t i;
	int status = 0;

	json_array_foreach(added, i, value)
	{
		if (!content(value))
			return err_set(e, "added_tokens: number %zu has no content", i + 1);
		b.n += !json_object_get(vocab, content(value));
	}
	if (b.n > TOKENIZER_VOCAB)
		return err_set(e, "%zu tokens, at most %d are accepted", b.n, TOKENIZER_VOCAB);
	b.name = mem_array(b.n + 1, sizeof *b.name);
	b.plain = mem_array(b.n + 1, sizeof *b.plain);
	json_array_foreach(added, i, value) if (status == 0) status =
		set_name(&b, content(value), json_object_get(value, "id"), true, e);
	json_object_foreach(vocab, key, value)
	{
		json_int_t id = json_is_integer(value) ? json_integer_value(value) : -1;
		bool again = added && id >= 0 && (size_t)id < b.n && b.name[id] &&
			     strcmp(b.name[id], key) == 0;

		if (status == 0 && !again)
			status = set_name(&b, key, value, false, e);
	}
	if (status == 0)
		status = add_all(t, &b,
				 e); /* as many distinct ids below n as tokens: none is missing */
	mem_free(b.name);
	mem_free(b.plain);
	return status;
}

/* ---------------------------------------------------------------- merges */

static int
merge(struct tokenizer *t, const char *left, const char *right, size_t rank, struct err *e)
{
	struct text a = { 0 }, b = { 0 };
	int32_t ids[3] = { -1, -1, -1 };
	int status;

	if (letters_to_bytes(left, &a, e) == 0 && letters_to_bytes(right, &b, e) == 0) {
		ids[0] = token_trie_find(&t->pieces, text_get(&a), a.len);
		ids[1] = token_trie_find(&t->pieces, text_get(&b), b.len);
		text_bytes(&a, text_get(&b), b.len);
		ids[2] = token_trie_find(&t->pieces, text_get(&a), a.len);
	}
	if (ids[0] < 0 || ids[1] < 0)
		status = err_set(e, "merge %zu: '%.40s' is no token", rank,
				 ids[0] < 0 ? left : right);
	else if (ids[2] < 0)
		status = err_set(e, "merge %zu: '%.40s' and '%.40s' make no token", rank, left,
				 right);
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
merge_line(struct tokenizer *t, const char *line, size_t len, size_t rank, struct err *e)
{
	const char *blank = memchr(line, ' ', len);
	char *left, *right;
	int status;

	if (!blank || memchr(blank + 1, ' ', len - (size_t)(blank + 1 - line)) ||
	    memchr(line, '\0', len))
		return err_set(e, "merge %zu: '%.*s' is not two tokens with a blank between", rank,
			       (int)(len < 40 ? len : 40), line);
	left = strndup(line, (size_t)(blank - line));
	right = strndup(blank + 1, len - (size_t)(blank + 1 - line));
	status = !left || !right ? err_set(e, "no memory for merge %zu", rank)
				 : merge(t, left, right, rank, e);
	free(left);
	free(right);
	return status;
}

static int
read_merges(struct tokenizer *t, const char *text, size_t size, struct err *e)
{
	const char *end = text + size;
	size_t rank = 0;

	for (const char *p = text; p < end;) {
		const char *feed = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((feed ? feed : end) - p),
		       used = len - (len && p[len - 1] == '\r');

		if (used && !(p == text && *p == '#') && merge_line(t, p, used, ++rank, e) < 0)
			return -1;
		p += len + (feed != NULL);
	}
	return rank ? 0 : err_set(e, "no merges");
}

static int
read_merge_list(struct tokenizer *t, json_t *merges, struct err *e)
{
	json_t *one;
	size_t i;

	if (!json_is_array(merges))
		return err_set(e, "model: merges are no list");
	json_array_foreach(merges, i, one)
	{
		const char *line = json_string_value(one),
			   *left = json_string_value(json_array_get(one, 0)),
			   *right = json_string_value(json_array_get(one, 1));
		int status = line            ? merge_line(t, line, strlen(line), i + 1, e)
			     : left && right ? merge(t, left, right, i + 1, e)
					     : err_set(e, "merge %zu is no pair of tokens", i + 1);

		if (status < 0)
			return -1;
	}
	return 0;
}

/* ---------------------------------------------------------------- arrays */

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
read_strings(struct tokenizer *t, json_t *array, struct err *e)
{
	json_t *one;
	size_t i;

	t->kind = TOKENIZER_WORDPIECE;
	json_array_foreach(array, i, one)
	{
		const char *s = json_string_value(one);

		if (!s)
			return err_set(e, "token %zu is no string", i);
		if (add_piece(t, s, strlen(s), i, e) < 0)
			return -1;
		t->marks_starts |= strncmp(s, TOKENIZER_BLANK, 3) == 0;
	}
	vocabjson_guess_case(t);
	return 0;
}

/*
 * [token, score]. A bare list is read as JavaScript does: null is 0, and of a token that is there
 * twice the last counts, as in the one published with the Universal Sentence Encoder Lite.
 */
static int
read_scores(struct tokenizer *t, json_t *array, bool bare, struct err *e)
{
	json_t *one;
	size_t i;

	t->kind = TOKENIZER_UNIGRAM;
	if (json_array_size(array) > TOKENIZER_VOCAB)
		return err_set(e, "%zu tokens, at most %d are accepted", json_array_size(array),
			       TOKENIZER_VOCAB);
	t->score = mem_array(json_array_size(array) + 1, sizeof *t->score);
	json_array_foreach(array, i, one)
	{
		const char *s = json_string_value(json_array_get(one, 0));
		json_t *score = json_array_get(one, 1);

		if (!s || !(json_is_number(score) || (bare && json_is_null(score))))
			return err_set(e, "token %zu is no pair of a string and a score", i);
		if (bare && token_trie_find(&t->pieces, s, strlen(s)) >= 0)
			token_trie_again(&t->pieces, s, strlen(s));
		else if (add_piece(t, s, strlen(s), i, e) < 0)
			return -1;
		t->score[i] = json_is_null(score) ? 0 : json_number_value(score);
	}
	return 0;
}

/* ---------------------------------------------------------------- tokenizer.json */

static const char *
type_of(const json_t *j)
{
	const char *type = json_string_value(json_object_get(j, "type"));

	return type ? type : "nothing";
}

/* A switch, `absent` where it is not there or null. */
static bool
is_on(const json_t *j, const char *key, bool absent)
{
	const json_t *value = json_object_get(j, key);

	return json_is_boolean(value) ? json_is_true(value) : absent;
}

static void
read_bert_normalizer(struct tokenizer *t, const json_t *j)
{
	bool lower = is_on(j, "lowercase", true);

	t->normal |= (is_on(j, "clean_text", true) ? NORMALIZE_CLEAN : 0u) |
		     (is_on(j, "handle_chinese_chars", true) ? NORMALIZE_CHINESE : 0u) |
		     (lower ? NORMALIZE_LOWER : 0u) |
		     (is_on(j, "strip_accents", lower) ? NORMALIZE_NFD | NORMALIZE_ACCENTS : 0u);
}

#define DEEP 8 /* sequences in sequences, at most */

static int
read_normalizer(struct tokenizer *t, const json_t *j, int deep, struct err *e)
{
	static const struct {
		const char *type;
		unsigned bit;
	} simple[] = {
		{ "NFC", NORMALIZE_NFC },         { "NFD", NORMALIZE_NFD },
		{ "NFKC", NORMALIZE_NFKC },       { "NFKD", NORMALIZE_NFKD },
		{ "Lowercase", NORMALIZE_LOWER }, { "StripAccents", NORMALIZE_ACCENTS },
	};
	json_t *one;
	size_t i;

	if (!j || json_is_null(j))
		return 0;
	for (i = 0; i < sizeof simple / sizeof *simple; i++)
		if (strcmp(type_of(j), simple[i].type) == 0) {
			t->normal |= simple[i].bit;
			return 0;
		}
	if (strcmp(type_of(j), "BertNormalizer") == 0) {
		read_bert_normalizer(t, j);
		return 0;
	}
	if (strcmp(type_of(j), "Sequence") != 0 || deep == DEEP)
		return err_set(e,
			       "normalizer: %.40s is not done here; NFC, NFD, NFKC, NFKD, "
			       "Lowercase, StripAccents and BertNormalizer are",
			       type_of(j));
	json_array_foreach(json_object_get(j, "normalizers"), i,
			   one) if (read_normalizer(t, one, deep + 1, e) < 0) return -1;
	return 0;
}

/* Which pre-tokenizers were found. */
struct cutting {
	bool bytes; /* ByteLevel */
	bool split; /* Split, with a pattern */
};

/*
 * Isolated: matches and what lies between are words. Removed with `invert`: matches alone, as in
 * conversions of tiktoken's encodings.
 */
static int
read_split(struct tokenizer *t, const json_t *j, struct cutting *c, struct err *e)
{
	const char *regex = json_string_value(
			   json_object_get(json_object_get(j, "pattern"), "Regex")),
		   *behavior = json_string_value(json_object_get(j, "behavior"));
	bool removed = behavior && strcasecmp(behavior, "Removed") == 0;

	if (!regex)
		return err_set(e, "pre_tokenizer: Split without a pattern {\"Regex\": ...}");
	if (c->split)
		return err_set(e, "pre_tokenizer: more than one Split is not supported");
	if (behavior && (removed ? !is_on(j, "invert", false) : strcasecmp(behavior, "Isolated")))
		return err_set(e,
			       "pre_tokenizer: Split with behavior '%.20s' (expected Isolated, or "
			       "Removed with invert)",
			       behavior);
	c->split = true;
	t->words = pretoken_new(PRETOKEN_PATTERN, regex, removed, e);
	return t->words ? 0 : err_wrap(e, "pre_tokenizer");
}

static int
read_metaspace(struct tokenizer *t, const json_t *j, struct err *e)
{
	const char *mark = json_string_value(json_object_get(j, "replacement")),
		   *scheme = json_string_value(json_object_get(j, "prepend_scheme"));

	if (mark && strcmp(mark, TOKENIZER_BLANK) != 0)
		return err_set(e, "pre_tokenizer: Metaspace with '%.20s'; U+2581 is accepted",
			       mark);
	t->blank = scheme ? strcmp(scheme, "never") != 0 ? TOKENIZER_BLANK_UNLESS_THERE
							 : TOKENIZER_AS_IT_IS
		   : is_on(j, "add_prefix_space", true) ? TOKENIZER_BLANK_UNLESS_THERE
							: TOKENIZER_AS_IT_IS;
	return 0;
}

static int
read_cutter(struct tokenizer *t, const json_t *j, struct cutting *c, int deep, struct err *e)
{
	const char *type = type_of(j);
	json_t *one;
	size_t i;

	if (!j || json_is_null(j))
		return 0;
	if (strcmp(type, "ByteLevel") == 0) {
		c->bytes = true;
		t->blank = is_on(j, "add_prefix_space", true) ? TOKENIZER_BLANK_UNLESS_THERE
							      : TOKENIZER_AS_IT_IS;
		if (!c->split && !is_on(j, "use_regex", true))
			return err_set(e, "pre_tokenizer: ByteLevel without a pattern");
		return 0;
	}
	if (strcmp(type, "Split") == 0)
		return read_split(t, j, c, e);
	if (strcmp(type, "BertPreTokenizer") == 0)
		return t->kind == TOKENIZER_WORDPIECE
			       ? 0
			       : err_set(e, "pre_tokenizer: BertPreTokenizer goes with WordPiece "
					    "alone");
	if (strcmp(type, "Metaspace") == 0)
		return read_metaspace(t, j, e);
	if (strcmp(type, "Sequence") != 0 || deep == DEEP)
		return err_set(e,
			       "pre_tokenizer: %.40s is not done here; ByteLevel, Split, "
			       "BertPreTokenizer and Metaspace are",
			       type);
	json_array_foreach(json_object_get(j, "pretokenizers"), i,
			   one) if (read_cutter(t, one, c, deep + 1, e) < 0) return -1;
	return 0;
}

static int
read_bpe(struct tokenizer *t, const json_t *model, struct err *e)
{
	static const char *const others[] = { "continuing_subword_prefix", "end_of_word_suffix" };

	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		const char *s = json_string_value(json_object_get(model, others[i]));

		if (s && *s)
			return err_set(e, "model: %s '%.20s' is not done here", others[i], s);
	}
	if (is_on(model, "byte_fallback", false) || is_on(model, "ignore_merges", false))
		return err_set(e, "model: neither byte_fallback nor ignore_merges is done here");
	return read_merge_list(t, json_object_get(model, "merges"), e);
}

static int
read_wordpiece(struct tokenizer *t, const json_t *model, struct err *e)
{
	const char *prefix = json_string_value(json_object_get(model, "continuing_subword_prefix"));
	const char *unknown = json_string_value(json_object_get(model, "unk_token"));
	json_t *longest = json_object_get(model, "max_input_chars_per_word");

	if (prefix && strcmp(prefix, "##") != 0)
		return err_set(e, "model: continuing_subword_prefix '%.20s'; ## is accepted",
			       prefix);
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

	if (is_on(model, "byte_fallback", false))
		return err_set(e, "model: byte_fallback is not done here");
	if (!json_is_array(vocab) || read_scores(t, vocab, false, e) < 0)
		return json_is_array(vocab)
			       ? -1
			       : err_set(e, "model: vocab is no list of tokens and scores");
	json_array_foreach(added, i, one)
	{ /* those that are not in the list come behind it */
		size_t cap = t->pieces.n + 1;
		json_t *id = json_object_get(one, "id");
		const char *s = content(one);

		if (s &&
		    token_trie_find(&t->pieces, s, strlen(s)) == (int32_t)json_integer_value(id))
			continue;
		if (!s || !json_is_integer(id) || json_integer_value(id) != (json_int_t)t->pieces.n)
			return err_set(
				e, "added_tokens: '%.40s' has an id that is not the next one, %zu",
				s ? s : "", t->pieces.n);
		mem_grow(&t->score, &cap, t->pieces.n + 2, sizeof *t->score);
		if (add_piece(t, s, strlen(s), t->pieces.n, e) < 0)
			return -1;
		t->score[t->pieces.n - 1] = 0;
	}
	if (json_is_integer(unknown)) {
		if (json_integer_value(unknown) < 0 ||
		    (size_t)json_integer_value(unknown) >= t->pieces.n)
			return err_set(e, "model: unk_id is not in 0..%zu", t->pieces.n - 1);
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
	const char *type = type_of(model);
	struct cutting c = { false, false };

	t->kind = strcmp(type, "BPE") == 0         ? TOKENIZER_BPE
		  : strcmp(type, "WordPiece") == 0 ? TOKENIZER_WORDPIECE
		  : strcmp(type, "Unigram") == 0   ? TOKENIZER_UNIGRAM
						   : TOKENIZER_KINDS;
	if (t->kind == TOKENIZER_KINDS) {
		t->kind = TOKENIZER_BYTE;
		return err_set(e, "model: %.40s is none of BPE, WordPiece, Unigram", type);
	}
	if (read_normalizer(t, json_object_get(root, "normalizer"), 0, e) < 0 ||
	    read_cutter(t, json_object_get(root, "pre_tokenizer"), &c, 0, e) < 0)
		return -1;
	if (t->kind == TOKENIZER_UNIGRAM)
		return read_unigram(t, model, added, e);
	if (t->kind == TOKENIZER_BPE && !c.bytes)
		return err_set(e, "model: BPE that is not on bytes is not done here");
	if (!json_is_object(vocab))
		return err_set(e, "model: vocab is no list of tokens and ids");
	if (read_object(t, vocab, added, e) < 0)
		return -1;
	return t->kind == TOKENIZER_BPE ? read_bpe(t, model, e) : read_wordpiece(t, model, e);
}

/* ---------------------------------------------------------------- the door */

static int
read_root(struct tokenizer *t, json_t *root, const char *merges, size_t size_merges, struct err *e)
{
	if (json_is_object(root) && json_is_object(json_object_get(root, "model")))
		return read_whole(t, root, e);
	if (json_is_object(root)) {
		t->kind = TOKENIZER_BPE;
		if (!merges)
			return err_set(e, "tokens and ids without merges; vocab.bpe or merges.txt "
					  "belongs beside");
		return read_object(t, root, NULL, e) < 0 ? -1
							 : read_merges(t, merges, size_merges, e);
	}
	if (json_array_size(root) == 0)
		return err_set(e, "empty: no tokens");
	if (json_is_string(json_array_get(root, 0)))
		return read_strings(t, root, e);
	t->blank = TOKENIZER_BLANK_ALWAYS;
	t->normal = NORMALIZE_NFKC;
	return read_scores(t, root, true, e);
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

	/* tokenizer.json has "model": {...}; where "model" is a token, a number comes behind it */
	while ((p = memmem(p, (size_t)(end - p), "\"model\"", 7))) {
		for (p += 7; p < end && strchr(" \t\r\n:", *p) && *p; p++)
			;
		if (p < end && *p == '{')
			return false;
	}
	return true;
}
