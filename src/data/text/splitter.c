/* splitter.c: steps that cut a text into words. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/text/splitter.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/unicode.h"
#include "retort/data/text/char_class.h"
#include "retort/data/text/pattern.h"
#include "retort/data/text/char_script.h"
#include "retort/data/text/tokenizer_kinds.h"

struct step {
	enum { CLASS, LITERAL, PATTERN, LENGTH, BLANKS, BYTES } kind;
	enum splitter_class class;
	enum splitter_behavior behavior;
	bool invert;
	char *literal; /* LITERAL; BLANKS: the mark */
	struct pattern *pattern;
	size_t length; /* LENGTH, characters */
	enum splitter_first first;
	bool split;          /* BLANKS */
	bool blank, letters; /* BYTES */
};

struct splitter {
	struct step step[SPLITTER_STEPS];
	size_t n;
};

/* A part of a word: a match or what lies between. */
struct part {
	size_t from, to;
	bool match;
};

struct parts {
	struct part *part;
	size_t n, cap;
};

struct splitter *
splitter_new(void)
{
	return mem_new(sizeof(struct splitter));
}

void
splitter_free(struct splitter *s)
{
	for (size_t i = 0; s && i < s->n; i++) {
		mem_free(s->step[i].literal);
		pattern_free(s->step[i].pattern);
	}
	mem_free(s);
}

/* ---------------------------------------------------------------- making */

static int
add_step(struct splitter *s, const struct step *step, struct err *e)
{
	if (s->n == SPLITTER_STEPS)
		return err_set(e, "more than %d steps", SPLITTER_STEPS);
	s->step[s->n++] = *step;
	return 0;
}

int
splitter_add_class(struct splitter *s, enum splitter_class class, enum splitter_behavior behavior,
		   bool invert, struct err *e)
{
	return add_step(
		s,
		&(struct step){
			.kind = CLASS, .class = class, .behavior = behavior, .invert = invert },
		e);
}

int
splitter_add_literal(struct splitter *s, const char *literal, enum splitter_behavior behavior,
		     bool invert, struct err *e)
{
	if (!*literal)
		return err_set(e, "an empty text to split at");
	if (add_step(s, &(struct step){ .kind = LITERAL, .behavior = behavior, .invert = invert },
		     e) < 0)
		return -1;
	s->step[s->n - 1].literal = mem_text(literal);
	return 0;
}

int
splitter_add_pattern(struct splitter *s, const char *pattern, enum splitter_behavior behavior,
		     bool invert, struct err *e)
{
	if (add_step(s, &(struct step){ .kind = PATTERN, .behavior = behavior, .invert = invert },
		     e) < 0)
		return -1;
	s->step[s->n - 1].pattern = pattern_new(pattern, e);
	return s->step[s->n - 1].pattern ? 0 : -1;
}

int
splitter_add_length(struct splitter *s, size_t length, struct err *e)
{
	return add_step(s, &(struct step){ .kind = LENGTH, .length = length }, e);
}

int
splitter_add_blanks(struct splitter *s, const char *mark, enum splitter_first first, bool split,
		    struct err *e)
{
	if (add_step(s, &(struct step){ .kind = BLANKS, .first = first, .split = split }, e) < 0)
		return -1;
	s->step[s->n - 1].literal = mem_text(mark);
	return 0;
}

int
splitter_add_bytes(struct splitter *s, bool blank, bool letters, struct err *e)
{
	return add_step(s, &(struct step){ .kind = BYTES, .blank = blank, .letters = letters }, e);
}

/* ---------------------------------------------------------------- matches */

/* Add a part; an empty one that is no match is left out. */
static void
add_part(struct parts *p, size_t from, size_t to, bool match)
{
	if (from == to && !match)
		return;
	mem_grow(&p->part, &p->cap, p->n + 1, sizeof *p->part);
	p->part[p->n++] = (struct part){ from, to, match };
}

static bool
is_in_class(enum splitter_class class, uint32_t cp)
{
	if (class == SPLITTER_SPACE)
		return unicode_kind(cp) == UNICODE_SPACE;
	if (class == SPLITTER_PUNCTUATION)
		return char_class_has(CHAR_CLASS_PUNCTUATION, cp);
	return unicode_kind(cp) == UNICODE_NUMBER;
}

/* Each character of the class is a match. */
static void
find_class(const struct step *s, const char *text, size_t size, struct parts *p)
{
	size_t last = 0;
	uint32_t cp;

	for (size_t at = 0, n; at < size; at += n) {
		n = text_utf8(text + at, size - at, &cp);
		if (!is_in_class(s->class, cp))
			continue;
		add_part(p, last, at, false);
		add_part(p, at, at + n, true);
		last = at + n;
	}
	add_part(p, last, size, false);
}

/* 0 white space, 1 \w, 2 the rest. */
static int
word_class(uint32_t cp)
{
	return unicode_kind(cp) == UNICODE_SPACE ? 0 : unicode_is_word(cp) ? 1 : 2;
}

/* Runs of \w and runs of other characters are matches, white space is not. */
static void
find_words(const char *text, size_t size, struct parts *p)
{
	size_t from = 0;
	int before = -1;
	uint32_t cp;

	for (size_t at = 0, n; at < size; at += n) {
		int class;

		n = text_utf8(text + at, size - at, &cp);
		class = word_class(cp);
		if (class == before)
			continue;
		if (at)
			add_part(p, from, at, before != 0);
		from = at;
		before = class;
	}
	if (size)
		add_part(p, from, size, before != 0);
}

static void
find_literal(const struct step *s, const char *text, size_t size, struct parts *p)
{
	size_t len = strlen(s->literal), at = 0;
	const char *next;

	while ((next = memmem(text + at, size - at, s->literal, len))) {
		add_part(p, at, (size_t)(next - text), false);
		at = (size_t)(next - text) + len;
		add_part(p, at - len, at, true);
	}
	add_part(p, at, size, false);
}

static int
find_pattern(const struct step *s, const char *text, size_t size, struct parts *p, struct err *e)
{
	size_t at = 0, start, end;
	struct pattern_run run;
	int status;

	pattern_begin(&run, s->pattern, text, size);
	while ((status = pattern_next(&run, &start, &end, e)) > 0) {
		add_part(p, at, start, false);
		add_part(p, start, end, true);
		at = end;
	}
	pattern_end(&run);
	add_part(p, at, size, false);
	return status;
}

static int
find_parts(const struct step *s, const char *text, size_t size, struct parts *p, struct err *e)
{
	int status = 0;

	p->n = 0;
	if (s->kind == PATTERN)
		status = find_pattern(s, text, size, p, e);
	else if (s->kind == LITERAL)
		find_literal(s, text, size, p);
	else if (s->class == SPLITTER_WORD)
		find_words(text, size, p);
	else
		find_class(s, text, size, p);
	for (size_t i = 0; s->invert && i < p->n; i++)
		p->part[i].match = !p->part[i].match;
	return status;
}

/* ---------------------------------------------------------------- steps */

/* Whether part i joins the one before it. */
static bool
joins(enum splitter_behavior behavior, const struct parts *p, size_t i)
{
	bool before = i && p->part[i - 1].match;

	switch (behavior) {
	case SPLITTER_CONTIGUOUS:
		return i && p->part[i].match == before;
	case SPLITTER_PREVIOUS:
		return i && p->part[i].match && !before;
	case SPLITTER_NEXT: /* the part before is a match that is not followed by one */
		return before && !p->part[i].match;
	default:
		return false;
	}
}

static void
put_parts(const struct step *s, const char *text, const struct parts *p, struct splitter_words *to)
{
	bool any = to->n > 0;

	for (size_t i = 0; i < p->n; i++) {
		if (s->behavior == SPLITTER_REMOVED && p->part[i].match)
			continue;
		if (!any && p->part[i].from > 0)
			to->at_start = false;
		any = true;
		if (!joins(s->behavior, p, i))
			splitter_words_end(to);
		text_bytes(&to->text, text + p->part[i].from, p->part[i].to - p->part[i].from);
	}
	splitter_words_end(to);
}

static void
cut_length(const struct step *s, const char *text, size_t size, struct splitter_words *to)
{
	size_t chars = 0, from = 0;
	uint32_t cp;

	for (size_t at = 0; at < size;) {
		at += text_utf8(text + at, size - at, &cp);
		if (++chars % s->length == 0 || at == size) {
			splitter_words_add(to, text + from, at - from);
			from = at;
		}
	}
}

/* Put a word with blanks as marks; `start`: it begins where the text does. */
static void
cut_blanks(const struct step *s, const char *text, size_t size, bool start,
	   struct splitter_words *to)
{
	size_t len = strlen(s->literal), from = 0;
	bool marked =
		size && (text[0] == ' ' || (size >= len && memcmp(text, s->literal, len) == 0));

	if (!marked && (s->first == SPLITTER_ALWAYS || (s->first == SPLITTER_FIRST && start)))
		text_add(&to->text, s->literal);
	for (size_t at = 0; at < size;) {
		bool blank = text[at] == ' ',
		     mark = !blank && size - at >= len && memcmp(text + at, s->literal, len) == 0;

		if (!blank && !mark) {
			at++;
			continue;
		}
		text_bytes(&to->text, text + from, at - from);
		if (s->split)
			splitter_words_end(to);
		text_add(&to->text, s->literal);
		at += blank ? 1 : len;
		from = at;
	}
	text_bytes(&to->text, text + from, size - from);
	splitter_words_end(to);
}

static void
put_bytes(const struct step *s, const char *text, size_t size, struct splitter_words *to)
{
	struct text word = { 0 };

	text_add(&word, s->blank && text[0] != ' ' ? " " : "");
	text_bytes(&word, text, size);
	if (s->letters)
		byte_letter_put(word.s, word.len, &to->text);
	else
		text_bytes(&to->text, word.s, word.len);
	splitter_words_end(to);
	text_release(&word);
}

static int
cut_word(const struct step *s, const char *text, size_t size, bool start, struct parts *p,
	 struct splitter_words *to, struct err *e)
{
	if (s->kind == LENGTH)
		cut_length(s, text, size, to);
	else if (s->kind == BLANKS)
		cut_blanks(s, text, size, start, to);
	else if (s->kind == BYTES)
		put_bytes(s, text, size, to);
	else if (s->kind == CLASS && s->class == SPLITTER_SCRIPT)
		char_script_cut(text, size, to);
	else if (find_parts(s, text, size, p, e) < 0)
		return -1;
	else
		put_parts(s, text, p, to);
	return 0;
}

int
splitter_cut(const struct splitter *s, struct splitter_words words[2], struct err *e)
{
	struct parts parts = { 0 };
	int at = 0, status = 0;

	for (size_t i = 0; i < s->n && status == 0; i++, at = !at) {
		const struct splitter_words *from = &words[at];
		struct splitter_words *to = &words[!at];

		splitter_words_clear(to);
		to->at_start = from->at_start;
		for (size_t k = 0, begin = 0; k < from->n && status == 0; k++) {
			status = cut_word(&s->step[i], from->text.s + begin, from->end[k] - begin,
					  k == 0 && from->at_start, &parts, to, e);
			begin = from->end[k];
			to->at_start &= to->n > 0; /* what came first was removed */
		}
	}
	mem_free(parts.part);
	return status < 0 ? err_wrap(e, "pre_tokenizer") : at;
}

bool
splitter_cuts_at_blanks(const struct splitter *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->step[i].kind != BLANKS || s->step[i].first != SPLITTER_ALWAYS ||
		    !s->step[i].split)
			return false;
	return s->n > 0;
}
