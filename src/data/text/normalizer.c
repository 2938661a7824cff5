/* normalizer.c: steps of normalization. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/text/normalizer.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/unicode.h"
#include "retort/data/text/charmap.h"
#include "retort/data/text/normalize.h"
#include "retort/data/text/pattern.h"
#include "retort/data/text/tokenizer_kinds.h"

struct step {
	enum { CHARS, PREPEND, STRIP, REPLACE, PATTERN, LETTERS, CHARMAP, RULES } kind;
	unsigned what;           /* CHARS: enum normalize */
	bool left, right;        /* STRIP */
	char *find, *with;       /* REPLACE; PREPEND, PATTERN: with */
	struct pattern *pattern; /* PATTERN */
	struct charmap *map;     /* CHARMAP */
	struct spnormalize *rules;
};

struct normalizer {
	struct step step[NORMALIZER_STEPS];
	size_t n;
};

struct normalizer *
normalizer_new(void)
{
	return mem_new(sizeof(struct normalizer));
}

void
normalizer_free(struct normalizer *n)
{
	for (size_t i = 0; n && i < n->n; i++) {
		mem_free(n->step[i].find);
		mem_free(n->step[i].with);
		pattern_free(n->step[i].pattern);
		charmap_free(n->step[i].map);
		spnormalize_free(n->step[i].rules);
	}
	mem_free(n);
}

/* ---------------------------------------------------------------- making */

static struct step *
new_step(struct normalizer *n, int kind, struct err *e)
{
	if (n->n == NORMALIZER_STEPS) {
		err_set(e, "more than %d steps", NORMALIZER_STEPS);
		return NULL;
	}
	n->step[n->n].kind = kind;
	return &n->step[n->n++];
}

int
normalizer_add(struct normalizer *n, unsigned what, struct err *e)
{
	struct step *s = new_step(n, CHARS, e);

	if (!s)
		return -1;
	s->what = what;
	return 0;
}

int
normalizer_add_prepend(struct normalizer *n, const char *text, struct err *e)
{
	struct step *s = new_step(n, PREPEND, e);

	if (!s)
		return -1;
	s->with = mem_text(text);
	return 0;
}

int
normalizer_add_strip(struct normalizer *n, bool left, bool right, struct err *e)
{
	struct step *s = new_step(n, STRIP, e);

	if (!s)
		return -1;
	s->left = left;
	s->right = right;
	return 0;
}

int
normalizer_add_replace(struct normalizer *n, const char *find, const char *with, struct err *e)
{
	struct step *s = *find ? new_step(n, REPLACE, e) : NULL;

	if (!*find)
		return err_set(e, "an empty text to replace");
	if (!s)
		return -1;
	s->find = mem_text(find);
	s->with = mem_text(with);
	return 0;
}

int
normalizer_add_pattern(struct normalizer *n, const char *pattern, const char *with, struct err *e)
{
	struct step *s = new_step(n, PATTERN, e);

	if (!s)
		return -1;
	s->with = mem_text(with);
	s->pattern = pattern_new(pattern, e);
	return s->pattern ? 0 : -1;
}

int
normalizer_add_letters(struct normalizer *n, struct err *e)
{
	return new_step(n, LETTERS, e) ? 0 : -1;
}

int
normalizer_add_charmap(struct normalizer *n, const void *bytes, size_t size, struct err *e)
{
	struct step *s = new_step(n, CHARMAP, e);

	if (!s)
		return -1;
	s->map = charmap_new(bytes, size, e);
	return s->map ? 0 : -1;
}

int
normalizer_add_spnormalize(struct normalizer *n, struct spnormalize *rules, struct err *e)
{
	struct step *s = new_step(n, RULES, e);

	if (!s)
		return -1;
	s->rules = rules;
	return 0;
}

/* ---------------------------------------------------------------- running */

/* White space at the start and at the end is left out. */
static void
put_stripped(const struct step *s, const char *text, size_t size, struct text *out)
{
	size_t from = 0, to = s->right ? 0 : size;
	bool before = s->left;
	uint32_t cp;

	for (size_t at = 0, n; at < size; at += n) {
		n = text_utf8(text + at, size - at, &cp);
		if (unicode_kind(cp) != UNICODE_SPACE) {
			before = false;
			to = s->right ? at + n : to;
		} else if (before)
			from = at + n;
	}
	if (to > from)
		text_bytes(out, text + from, to - from);
}

static void
put_replaced(const struct step *s, const char *text, size_t size, struct text *out)
{
	size_t len = strlen(s->find), with = strlen(s->with);
	const char *end = text + size, *next;

	for (; (next = memmem(text, (size_t)(end - text), s->find, len)); text = next + len) {
		text_bytes(out, text, (size_t)(next - text));
		text_bytes(out, s->with, with);
	}
	text_bytes(out, text, (size_t)(end - text));
}

static int
put_matches(const struct step *s, const char *text, size_t size, struct text *out, struct err *e)
{
	struct pattern_run run;
	size_t at = 0, start, end;
	int status;

	pattern_begin(&run, s->pattern, text, size);
	while ((status = pattern_next(&run, &start, &end, e)) > 0) {
		if (start > at)
			text_bytes(out, text + at, start - at);
		text_add(out, s->with);
		at = end > at ? end : at;
	}
	pattern_end(&run);
	text_bytes(out, text + at, size - at);
	return status;
}

static int
put_step(const struct step *s, const char *text, size_t size, struct text *out, struct err *e)
{
	text_clear(out);
	if (size == 0)
		return 0;
	switch (s->kind) {
	case CHARS:
		normalize_put(s->what, text, size, out);
		return 0;
	case PREPEND:
		text_add(out, s->with);
		text_bytes(out, text, size);
		return 0;
	case STRIP:
		put_stripped(s, text, size, out);
		return 0;
	case REPLACE:
		put_replaced(s, text, size, out);
		return 0;
	case PATTERN:
		return put_matches(s, text, size, out, e);
	case LETTERS:
		byte_letter_put(text, size, out);
		return 0;
	case RULES:
		spnormalize_put(s->rules, text, size, out);
		return 0;
	default:
		charmap_put(s->map, text, size, out);
		return 0;
	}
}

/* Whether what a step puts first comes from the first character of a text. */
static bool
keeps_first(const struct step *s, const char *text, size_t size)
{
	struct text first = { 0 };
	uint32_t cp;
	size_t n = text_utf8(text, size, &cp);
	bool kept = true;

	if (s->kind == STRIP)
		kept = !s->left || unicode_kind(cp) != UNICODE_SPACE;
	else if (s->kind == REPLACE && strncmp(text, s->find, strlen(s->find)) == 0)
		kept = *s->with && strlen(s->find) <= n;
	else if (s->kind == CHARS) {
		normalize_put(s->what, text, n, &first);
		kept = first.len > 0;
		text_release(&first);
	}
	return kept;
}

int
normalizer_put(const struct normalizer *n, const char *text, size_t size, struct text *out,
	       bool *start, struct err *e)
{
	struct text buffer[2] = { { 0 }, { 0 } };
	int status = 0;

	for (size_t i = 0; i < n->n && status == 0; i++) {
		struct text *to = &buffer[i % 2];

		if (start && *start && size)
			*start = keeps_first(&n->step[i], text, size);
		if (i + 1 == n->n && n->step[i].kind == CHARS) {
			normalize_put(n->step[i].what, text, size, out);
			size = 0;
			break;
		}
		status = put_step(&n->step[i], text, size, to, e);
		text = text_get(to);
		size = to->len;
	}
	if (status == 0)
		text_bytes(out, text, size);
	text_release(&buffer[0]);
	text_release(&buffer[1]);
	return status < 0 ? err_wrap(e, "normalizer") : 0;
}

/* ---------------------------------------------------------------- properties */

bool
normalizer_cuts_at_blanks(const struct normalizer *n)
{
	for (size_t i = 0; i < n->n; i++)
		if (n->step[i].kind != CHARS)
			return false;
	return true;
}

bool
normalizer_puts_letters(const struct normalizer *n)
{
	for (size_t i = 0; i < n->n; i++)
		if (n->step[i].kind == LETTERS)
			return true;
	return false;
}

bool
normalizer_marks_blanks(const struct normalizer *n)
{
	for (size_t i = 0; i < n->n; i++)
		if (n->step[i].kind == REPLACE && strcmp(n->step[i].find, " ") == 0 &&
		    strcmp(n->step[i].with, TOKENIZER_BLANK) == 0)
			return true;
	return false;
}

bool
normalizer_puts_blank(const struct normalizer *n)
{
	for (size_t i = 0; i < n->n; i++)
		if (n->step[i].kind == PREPEND && (strcmp(n->step[i].with, " ") == 0 ||
						   strcmp(n->step[i].with, TOKENIZER_BLANK) == 0))
			return true;
	return false;
}

static void
describe_chars(unsigned what, struct text *out)
{
	static const struct {
		unsigned bit;
		const char *name;
	} names[] = {
		{ NORMALIZE_CLEAN, "no controls" }, { NORMALIZE_CHINESE, "ideographs apart" },
		{ NORMALIZE_NMT, "rules of nmt" },  { NORMALIZE_NFD, "NFD" },
		{ NORMALIZE_NFC, "NFC" },           { NORMALIZE_NFKD, "NFKD" },
		{ NORMALIZE_NFKC, "NFKC" },         { NORMALIZE_ACCENTS, "no accents" },
		{ NORMALIZE_MARKS, "no marks" },    { NORMALIZE_LOWER, "lower case" },
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (what & names[i].bit)
			text_item(out, "%s", names[i].name);
}

void
normalizer_describe(const struct normalizer *n, struct text *out)
{
	for (size_t i = 0; i < n->n; i++) {
		const struct step *s = &n->step[i];

		switch (s->kind) {
		case CHARS:
			describe_chars(s->what, out);
			break;
		case PREPEND:
			text_item(out,
				  strcmp(s->with, " ") == 0 ? "a blank in front" : "%s in front",
				  s->with);
			break;
		case STRIP:
			text_item(out, "stripped%s",
				  s->left && s->right ? ""
				  : s->left           ? " at the start"
						      : " at the end");
			break;
		case REPLACE:
			text_item(out, "'%.20s' becomes '%.20s'", s->find, s->with);
			break;
		case PATTERN:
			text_item(out, "matches of a pattern become '%.20s'", s->with);
			break;
		case LETTERS:
			text_item(out, "bytes as characters");
			break;
		case RULES:
			text_item(out, "as SentencePiece");
			break;
		default:
			text_item(out, "a map of characters");
		}
	}
}
