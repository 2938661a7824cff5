/* vocabjson_splitter.c: the pre-tokenizer of tokenizer.json. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "retort/data/text/tokenizer_kinds.h"
#include "retort/data/text/vocabjson_rules.h"

#define GPT2 "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"

/* Read "behavior" of a component of the given type. */
static int
read_behavior(const json_t *j, const char *type, enum splitter_behavior absent,
	      enum splitter_behavior *out, struct err *e)
{
	static const char *const names[SPLITTER_BEHAVIORS] = {
		[SPLITTER_REMOVED] = "Removed",
		[SPLITTER_ISOLATED] = "Isolated",
		[SPLITTER_PREVIOUS] = "MergedWithPrevious",
		[SPLITTER_NEXT] = "MergedWithNext",
		[SPLITTER_CONTIGUOUS] = "Contiguous",
	};
	const char *name = vocabjson_rules_string(j, "behavior");

	*out = absent;
	if (!name)
		return 0;
	for (int i = 0; i < SPLITTER_BEHAVIORS; i++)
		if (strcasecmp(name, names[i]) == 0) {
			*out = (enum splitter_behavior)i;
			return 0;
		}
	return err_set(e,
		       "%s: invalid behavior '%.40s' (expected one of Removed, Isolated, "
		       "MergedWithPrevious, MergedWithNext, Contiguous)",
		       type, name);
}

static int
add_split(struct splitter *s, const json_t *j, struct err *e)
{
	const json_t *pattern = json_object_get(j, "pattern");
	const char *literal = json_string_value(json_object_get(pattern, "String")),
		   *regex = json_string_value(json_object_get(pattern, "Regex"));
	bool invert = vocabjson_rules_is_on(j, "invert", false);
	enum splitter_behavior behavior;

	if (!literal && !regex)
		return err_set(e, "Split: expected a pattern {\"String\": ...} or {\"Regex\": "
				  "...}");
	if (read_behavior(j, "Split", SPLITTER_ISOLATED, &behavior, e) < 0)
		return -1;
	return literal ? splitter_add_literal(s, literal, behavior, invert, e)
		       : splitter_add_pattern(s, regex, behavior, invert, e);
}

static int
add_metaspace(struct tokenizer *t, const json_t *j, struct err *e)
{
	static const char *const names[] = { "never", "always", "first" };
	const char *mark = vocabjson_rules_string(j, "replacement"),
		   *scheme = vocabjson_rules_string(j, "prepend_scheme");
	bool front = vocabjson_rules_is_on(j, "add_prefix_space", true);
	size_t first = front ? SPLITTER_ALWAYS : SPLITTER_NEVER;

	if (scheme) {
		for (first = 0; first < 3 && strcmp(scheme, names[first]) != 0;)
			first++;
		if (first == 3 || (!front && first != SPLITTER_NEVER))
			return err_set(e,
				       "Metaspace: invalid prepend_scheme '%.20s' (expected one of "
				       "always, first, never; never with add_prefix_space false)",
				       scheme);
	}
	mark = mark ? mark : TOKENIZER_BLANK;
	t->marks_blanks |= strcmp(mark, TOKENIZER_BLANK) == 0;
	t->blank = first == SPLITTER_NEVER ? t->blank : TOKENIZER_BLANK_UNLESS_THERE;
	return splitter_add_blanks(t->splitter, mark, (enum splitter_first)first,
				   vocabjson_rules_is_on(j, "split", true), e);
}

/* A blank in front, the pattern of GPT-2, and, unless the tokens are of bytes, letters. */
static int
add_bytes(struct tokenizer *t, const json_t *j, struct err *e)
{
	bool blank = vocabjson_rules_is_on(j, "add_prefix_space", true);

	if (blank) {
		t->blank = TOKENIZER_BLANK_UNLESS_THERE;
		if (splitter_add_bytes(t->splitter, true, false, e) < 0)
			return -1;
	}
	if (vocabjson_rules_is_on(j, "use_regex", true) &&
	    splitter_add_pattern(t->splitter, GPT2, SPLITTER_ISOLATED, false, e) < 0)
		return -1;
	return t->bytes ? 0 : splitter_add_bytes(t->splitter, false, true, e);
}

/* Components without options of their own, or with a behavior. */
static int
add_class(struct splitter *s, const json_t *j, const char *type, struct err *e)
{
	enum splitter_behavior behavior;

	if (strcmp(type, "WhitespaceSplit") == 0)
		return splitter_add_class(s, SPLITTER_SPACE, SPLITTER_REMOVED, false, e);
	if (strcmp(type, "Whitespace") == 0)
		return splitter_add_class(s, SPLITTER_WORD, SPLITTER_REMOVED, true, e);
	if (strcmp(type, "UnicodeScripts") == 0)
		return splitter_add_class(s, SPLITTER_SCRIPT, SPLITTER_ISOLATED, false, e);
	if (strcmp(type, "Digits") == 0)
		return splitter_add_class(s, SPLITTER_NUMBER,
					  vocabjson_rules_is_on(j, "individual_digits", false)
						  ? SPLITTER_ISOLATED
						  : SPLITTER_CONTIGUOUS,
					  false, e);
	if (strcmp(type, "Punctuation") == 0)
		return read_behavior(j, type, SPLITTER_ISOLATED, &behavior, e) < 0
			       ? -1
			       : splitter_add_class(s, SPLITTER_PUNCTUATION, behavior, false, e);
	return splitter_add_class(s, SPLITTER_SPACE, SPLITTER_REMOVED, false, e) < 0
		       ? -1
		       : splitter_add_class(s, SPLITTER_PUNCTUATION, SPLITTER_ISOLATED, false, e);
}

static int
add_component(struct tokenizer *t, const json_t *j, struct err *e)
{
	static const char *const classes[] = {
		"BertPreTokenizer", "Whitespace",  "WhitespaceSplit",
		"Digits",           "Punctuation", "UnicodeScripts"
	};
	const char *type = vocabjson_rules_type(j), *text;
	json_int_t length = json_integer_value(json_object_get(j, "length"));

	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
		if (strcmp(type, classes[i]) == 0)
			return add_class(t->splitter, j, type, e);
	if (strcmp(type, "ByteLevel") == 0)
		return add_bytes(t, j, e);
	if (strcmp(type, "Split") == 0)
		return add_split(t->splitter, j, e);
	if (strcmp(type, "Metaspace") == 0)
		return add_metaspace(t, j, e);
	if (strcmp(type, "CharDelimiterSplit") == 0 || strcmp(type, "Delimiter") == 0)
		return (text = vocabjson_rules_string(j, "delimiter"))
			       ? splitter_add_literal(t->splitter, text, SPLITTER_REMOVED, false, e)
			       : err_set(e, "%s: expected a character \"delimiter\"", type);
	if (strcmp(type, "FixedLength") == 0)
		return json_object_get(j, "length") && length < 1
			       ? err_set(e, "FixedLength: invalid length (expected at least 1)")
			       : splitter_add_length(t->splitter, length < 1 ? 5 : (size_t)length,
						     e);
	return err_set(e,
		       "unsupported type '%.40s' (expected one of ByteLevel, Split, "
		       "BertPreTokenizer, Metaspace, Whitespace, WhitespaceSplit, Digits, "
		       "Punctuation, CharDelimiterSplit, FixedLength, UnicodeScripts)",
		       type);
}

/* ---------------------------------------------------------------- one step */

static bool
is_type(const json_t *j, const char *type)
{
	return strcmp(vocabjson_rules_type(j), type) == 0;
}

/*
 * Set t->words where the components are those of BERT, of GPT-2, or one pattern, whose matches are
 * words, and bytes: what most published vocabularies have. Returns 1 if it did.
 */
static int
read_one_step(struct tokenizer *t, const struct vocabjson_rules *r, struct err *e)
{
	const json_t *first = r->n ? r->item[0] : NULL, *last = r->n ? r->item[r->n - 1] : NULL;
	const char *regex =
		json_string_value(json_object_get(json_object_get(first, "pattern"), "Regex"));
	bool invert = vocabjson_rules_is_on(first, "invert", false);
	enum splitter_behavior behavior;

	if (t->kind == TOKENIZER_WORDPIECE && r->n == 1 && is_type(first, "BertPreTokenizer")) {
		t->words = pretoken_new(PRETOKEN_BERT, NULL, false, e);
		return t->words ? 1 : -1;
	}
	if (!t->bytes || !is_type(last, "ByteLevel"))
		return 0;
	if (r->n == 1 && vocabjson_rules_is_on(last, "use_regex", true)) {
		t->blank = vocabjson_rules_is_on(last, "add_prefix_space", true)
				   ? TOKENIZER_BLANK_UNLESS_THERE
				   : TOKENIZER_AS_IT_IS;
		t->words = pretoken_new(PRETOKEN_PATTERN, GPT2, false, e);
		return t->words ? 1 : -1;
	}
	if (r->n != 2 || !is_type(first, "Split") || !regex ||
	    vocabjson_rules_is_on(last, "use_regex", true) ||
	    vocabjson_rules_is_on(last, "add_prefix_space", true))
		return 0;
	if (read_behavior(first, "Split", SPLITTER_ISOLATED, &behavior, e) < 0)
		return -1;
	if (behavior != SPLITTER_ISOLATED && (behavior != SPLITTER_REMOVED || !invert))
		return 0;
	t->words = pretoken_new(PRETOKEN_PATTERN, regex, behavior == SPLITTER_REMOVED, e);
	if (!t->words)
		return -1;
	if (!pretoken_matches_empty(t->words))
		return 1;
	pretoken_free(t->words);
	t->words = NULL;
	return 0;
}

int
vocabjson_splitter(struct tokenizer *t, const json_t *j, struct err *e)
{
	struct vocabjson_rules r;
	size_t bytes = 0;
	int status;

	if (vocabjson_rules_flatten(j, "pre_tokenizer", "pretokenizers", &r, e) < 0)
		return -1;
	for (size_t i = 0; i < r.n; i++)
		bytes += is_type(r.item[i], "ByteLevel");
	t->bytes = t->kind == TOKENIZER_BPE && !t->prefix && !t->suffix && !t->byte_fallback &&
		   bytes == 1 && is_type(r.item[r.n - 1], "ByteLevel") &&
		   !normalizer_puts_letters(t->normalizer);
	status = read_one_step(t, &r, e);
	if (status == 0) {
		t->splitter = splitter_new();
		for (size_t i = 0; i < r.n && status == 0; i++)
			status = add_component(t, r.item[i], e);
	}
	return status < 0 ? err_wrap(e, "pre_tokenizer") : 0;
}
