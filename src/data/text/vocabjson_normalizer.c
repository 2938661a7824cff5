/* vocabjson_normalizer.c: the normalizer of tokenizer.json. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "retort/base/base64.h"
#include "retort/base/mem.h"
#include "retort/data/text/normalize.h"
#include "retort/data/text/vocabjson_rules.h"

static int
add_bert(struct normalizer *n, const json_t *j, struct err *e)
{
	bool lower = vocabjson_rules_is_on(j, "lowercase", true);

	return normalizer_add(
		n,
		(vocabjson_rules_is_on(j, "clean_text", true) ? NORMALIZE_CLEAN : 0u) |
			(vocabjson_rules_is_on(j, "handle_chinese_chars", true) ? NORMALIZE_CHINESE
										: 0u) |
			(lower ? NORMALIZE_LOWER : 0u) |
			(vocabjson_rules_is_on(j, "strip_accents", lower)
				 ? NORMALIZE_NFD | NORMALIZE_ACCENTS
				 : 0u),
		e);
}

static int
add_replace(struct normalizer *n, const json_t *j, struct err *e)
{
	const json_t *pattern = json_object_get(j, "pattern");
	const char *find = json_string_value(json_object_get(pattern, "String")),
		   *regex = json_string_value(json_object_get(pattern, "Regex")),
		   *with = json_string_value(json_object_get(j, "content"));

	if ((!find && !regex) || !with)
		return err_set(e, "Replace: expected \"pattern\", as {\"String\": ...} or "
				  "{\"Regex\": ...}, and \"content\"");
	return find ? normalizer_add_replace(n, find, with, e)
		    : normalizer_add_pattern(n, regex, with, e);
}

static int
add_precompiled(struct normalizer *n, const json_t *j, struct err *e)
{
	const json_t *map = json_object_get(j, "precompiled_charsmap");
	const char *text = json_string_value(map);
	size_t len = json_string_length(map), size;
	uint8_t *bytes;
	int status;

	if (!json_is_string(map))
		return err_set(e, "Precompiled: expected \"precompiled_charsmap\" in base64");
	size = base64_size(text, len);
	bytes = mem_try(size + 1, 1);
	if (!bytes)
		return err_set(e, "no memory for a map of %zu characters", len);
	if (base64_decode(text, len, bytes, size) < 0)
		status = err_set(e, "Precompiled: precompiled_charsmap is not base64");
	else
		status = normalizer_add_charmap(n, bytes, size, e);
	mem_free(bytes);
	return status < 0 ? err_wrap(e, "Precompiled") : 0;
}

static int
add_component(struct normalizer *n, const json_t *j, struct err *e)
{
	static const struct {
		const char *type;
		unsigned bit;
	} simple[] = {
		{ "NFC", NORMALIZE_NFC },         { "NFD", NORMALIZE_NFD },
		{ "NFKC", NORMALIZE_NFKC },       { "NFKD", NORMALIZE_NFKD },
		{ "Lowercase", NORMALIZE_LOWER }, { "StripAccents", NORMALIZE_MARKS },
		{ "Nmt", NORMALIZE_NMT },
	};
	const char *type = vocabjson_rules_type(j), *text;

	for (size_t i = 0; i < sizeof simple / sizeof *simple; i++)
		if (strcmp(type, simple[i].type) == 0)
			return normalizer_add(n, simple[i].bit, e);
	if (strcmp(type, "BertNormalizer") == 0)
		return add_bert(n, j, e);
	if (strcmp(type, "Replace") == 0)
		return add_replace(n, j, e);
	if (strcmp(type, "Precompiled") == 0)
		return add_precompiled(n, j, e);
	if (strcmp(type, "ByteLevel") == 0)
		return normalizer_add_letters(n, e);
	if (strcmp(type, "Strip") == 0)
		return normalizer_add_strip(n, vocabjson_rules_is_on(j, "strip_left", true),
					    vocabjson_rules_is_on(j, "strip_right", true), e);
	if (strcmp(type, "Prepend") == 0)
		return (text = vocabjson_rules_string(j, "prepend"))
			       ? normalizer_add_prepend(n, text, e)
			       : err_set(e, "Prepend: expected a text \"prepend\"");
	return err_set(e,
		       "unsupported type '%.40s' (expected one of NFC, NFD, NFKC, NFKD, Lowercase, "
		       "StripAccents, Strip, Replace, Prepend, Nmt, BertNormalizer, ByteLevel, "
		       "Precompiled)",
		       type);
}

int
vocabjson_normalizer(struct tokenizer *t, const json_t *j, struct err *e)
{
	struct vocabjson_rules r;

	t->normalizer = normalizer_new();
	if (vocabjson_rules_flatten(j, "normalizer", "normalizers", &r, e) < 0)
		return -1;
	for (size_t i = 0; i < r.n; i++)
		if (add_component(t->normalizer, r.item[i], e) < 0)
			return err_wrap(e, "normalizer");
	t->marks_blanks |= normalizer_marks_blanks(t->normalizer);
	if (normalizer_puts_blank(t->normalizer))
		t->blank = TOKENIZER_BLANK_ALWAYS;
	return 0;
}
