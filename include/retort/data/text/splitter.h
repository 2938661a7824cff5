/* How a tokenizer cuts a normalized text into words: steps, one after another. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TEXT_SPLITTER_H
#define RETORT_DATA_TEXT_SPLITTER_H

#include "retort/base/err.h"
#include "retort/base/text.h"

#define SPLITTER_STEPS 64 /* maximum number of steps */

/* How matches are treated. */
enum splitter_behavior {
	SPLITTER_REMOVED,
	SPLITTER_ISOLATED,
	SPLITTER_PREVIOUS,   /* merged with what is before */
	SPLITTER_NEXT,       /* merged with what comes next */
	SPLITTER_CONTIGUOUS, /* consecutive ones are one */
	SPLITTER_BEHAVIORS
};

/* Characters that match. */
enum splitter_class {
	SPLITTER_SPACE,       /* White_Space */
	SPLITTER_PUNCTUATION, /* P* and ASCII signs */
	SPLITTER_NUMBER,      /* N* */
	SPLITTER_WORD,        /* runs of \w, and runs of neither \w nor white space */
	SPLITTER_SCRIPT, /* runs of one script, see data/text/char_script.h; behavior is unused */
};

enum splitter_first { SPLITTER_NEVER, SPLITTER_ALWAYS, SPLITTER_FIRST };

struct splitter;

/* Without steps; splitter_free. Immutable once complete, so that threads may share it. */
struct splitter *splitter_new(void);
void splitter_free(struct splitter *s);

/* Add a step. All return 0, or -1 with an error for more than SPLITTER_STEPS, or for one that
 * cannot be made. `invert`: what does not match counts as a match. */
int splitter_add_class(struct splitter *s, enum splitter_class class,
		       enum splitter_behavior behavior, bool invert, struct err *e);
int splitter_add_literal(struct splitter *s, const char *literal, enum splitter_behavior behavior,
			 bool invert, struct err *e);
int splitter_add_pattern(struct splitter *s, const char *pattern, enum splitter_behavior behavior,
			 bool invert, struct err *e);
int splitter_add_length(struct splitter *s, size_t length, struct err *e);
/* Blanks become `mark`, which is also put in front; `split`: words begin with it. */
int splitter_add_blanks(struct splitter *s, const char *mark, enum splitter_first first, bool split,
			struct err *e);
/* A blank in front of each word that has none, and, with `letters`, bytes become the characters
 * that represent them. */
int splitter_add_bytes(struct splitter *s, bool blank, bool letters, struct err *e);

/* Whether a text may be cut at a blank after an ASCII letter or digit before it is cut into words.
 */
bool splitter_cuts_at_blanks(const struct splitter *s);

/* Words, one after the other. */
struct splitter_words {
	struct text text;
	size_t *end; /* [n] end of each in `text` */
	size_t n, cap;
	bool at_start; /* the first word begins where the text does */
};

/*
 * Cut words[0], which holds one, or none; words[1] is a spare. Returns the index of the one that
 * has the result, or -1 with an error.
 */
int splitter_cut(const struct splitter *s, struct splitter_words words[2], struct err *e);

void splitter_words_clear(struct splitter_words *w);
void splitter_words_add(struct splitter_words *w, const char *s, size_t len);
/* End the word that was added to w->text; an empty one is dropped. */
void splitter_words_end(struct splitter_words *w);
void splitter_words_release(struct splitter_words *w);

#endif
