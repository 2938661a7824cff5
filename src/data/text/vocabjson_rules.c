/* vocabjson_rules.c: normalizer and pre-tokenizer of tokenizer.json. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/text/vocabjson_rules.h"

#include <string.h>
#include <strings.h>

#include "retort/data/text/normalize.h"
#include "retort/data/text/tokenizer_kinds.h"

const char *
vocabjson_rules_type(const json_t *j)
{
	const char *type = json_string_value(json_object_get(j, "type"));

	return type ? type : "nothing";
}

bool
vocabjson_rules_is_on(const json_t *j, const char *key, bool absent)
{
	const json_t *value = json_object_get(j, key);

	return json_is_boolean(value) ? json_is_true(value) : absent;
}

static void
read_bert_normalizer(struct tokenizer *t, const json_t *j)
{
	bool lower = vocabjson_rules_is_on(j, "lowercase", true);

	t->normal |=
		(vocabjson_rules_is_on(j, "clean_text", true) ? NORMALIZE_CLEAN : 0u) |
		(vocabjson_rules_is_on(j, "handle_chinese_chars", true) ? NORMALIZE_CHINESE : 0u) |
		(lower ? NORMALIZE_LOWER : 0u) |
		(vocabjson_rules_is_on(j, "strip_accents", lower)
			 ? NORMALIZE_NFD | NORMALIZE_ACCENTS
			 : 0u);
}

#define DEPTH_MAX 8 /* maximum nesting of sequences */

int
vocabjson_rules_normalizer(struct tokenizer *t, const json_t *j, int depth, struct err *e)
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
		if (strcmp(vocabjson_rules_type(j), simple[i].type) == 0) {
			t->normal |= simple[i].bit;
			return 0;
		}
	if (strcmp(vocabjson_rules_type(j), "BertNormalizer") == 0) {
		read_bert_normalizer(t, j);
		return 0;
	}
	if (strcmp(vocabjson_rules_type(j), "Sequence") != 0 || depth == DEPTH_MAX)
		return err_set(
			e,
			"normalizer: unsupported type '%.40s' (expected one of NFC, NFD, NFKC, "
			"NFKD, Lowercase, StripAccents, BertNormalizer)",
			vocabjson_rules_type(j));
	json_array_foreach(json_object_get(j, "normalizers"), i,
			   one) if (vocabjson_rules_normalizer(t, one, depth + 1, e) < 0) return -1;
	return 0;
}

/*
 * Isolated: matches and what lies between are words. Removed with `invert`: matches alone, as in
 * conversions of tiktoken's encodings.
 */
static int
read_split(struct tokenizer *t, const json_t *j, struct vocabjson_rules *c, struct err *e)
{
	const char *regex = json_string_value(
			   json_object_get(json_object_get(j, "pattern"), "Regex")),
		   *behavior = json_string_value(json_object_get(j, "behavior"));
	bool removed = behavior && strcasecmp(behavior, "Removed") == 0;

	if (!regex)
		return err_set(e, "pre_tokenizer: Split without a pattern {\"Regex\": ...}");
	if (c->split)
		return err_set(e, "pre_tokenizer: more than one Split is not supported");
	if (behavior && (removed ? !vocabjson_rules_is_on(j, "invert", false)
				 : strcasecmp(behavior, "Isolated")))
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
		return err_set(e, "pre_tokenizer: Metaspace with '%.20s' (expected U+2581)", mark);
	t->blank = scheme ? strcmp(scheme, "never") != 0 ? TOKENIZER_BLANK_UNLESS_THERE
							 : TOKENIZER_AS_IT_IS
		   : vocabjson_rules_is_on(j, "add_prefix_space", true)
			   ? TOKENIZER_BLANK_UNLESS_THERE
			   : TOKENIZER_AS_IT_IS;
	return 0;
}

int
vocabjson_rules_pre_tokenizer(struct tokenizer *t, const json_t *j, struct vocabjson_rules *c,
			      int depth, struct err *e)
{
	const char *type = vocabjson_rules_type(j);
	json_t *one;
	size_t i;

	if (!j || json_is_null(j))
		return 0;
	if (strcmp(type, "ByteLevel") == 0) {
		c->bytes = true;
		t->blank = vocabjson_rules_is_on(j, "add_prefix_space", true)
				   ? TOKENIZER_BLANK_UNLESS_THERE
				   : TOKENIZER_AS_IT_IS;
		if (!c->split && !vocabjson_rules_is_on(j, "use_regex", true))
			return err_set(e, "pre_tokenizer: ByteLevel without a pattern");
		return 0;
	}
	if (strcmp(type, "Split") == 0)
		return read_split(t, j, c, e);
	if (strcmp(type, "BertPreTokenizer") == 0)
		return t->kind == TOKENIZER_WORDPIECE
			       ? 0
			       : err_set(e, "pre_tokenizer: BertPreTokenizer requires model "
					    "WordPiece");
	if (strcmp(type, "Metaspace") == 0)
		return read_metaspace(t, j, e);
	if (strcmp(type, "Sequence") != 0 || depth == DEPTH_MAX)
		return err_set(
			e,
			"pre_tokenizer: unsupported type '%.40s' (expected one of ByteLevel, "
			"Split, BertPreTokenizer, Metaspace)",
			type);
	json_array_foreach(json_object_get(j, "pretokenizers"), i,
			   one) if (vocabjson_rules_pre_tokenizer(t, one, c, depth + 1, e) <
				    0) return -1;
	return 0;
}
