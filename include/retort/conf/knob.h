/* The knobs: a struct for code to read, a table for everything else. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_CONF_KNOB_H
#define RETORT_CONF_KNOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"

/* Plain data: copied whole between threads and into checkpoints. A PICK is the index of its choice.
 */
struct knobs {
#define REAL(field, ...) double field;
#define INT(field, ...) int64_t field;
#define PICK(field, ...) int64_t field;
#include "retort/conf/knobs.def"
};

enum knob_type { KNOB_REAL, KNOB_INT, KNOB_PICK };

enum knob_when {
	KNOB_LIVE,  /* takes effect between two steps */
	KNOB_FIXED, /* only while nothing trains */
	KNOB_VIEW,  /* changes what is seen, not what is trained: never recorded */
};

/* Values of PICK knobs, in the order of their choices. */
enum knob_schedule { KNOB_CONSTANT, KNOB_LINEAR, KNOB_COSINE };
enum knob_jsd_form { KNOB_NORMALIZED, KNOB_RAW };
enum knob_optimizer { KNOB_SGD, KNOB_MOMENTUM, KNOB_ADAMW };
enum knob_charset { KNOB_CHARSET_AUTO, KNOB_ASCII, KNOB_QUADRANTS, KNOB_BRAILLE };
enum knob_color { KNOB_COLOR_AUTO, KNOB_COLOR_ALWAYS, KNOB_COLOR_NEVER };

struct knob {
	const char *name; /* with hyphens */
	enum knob_type type;
	enum knob_when when;
	size_t offset;       /* in struct knobs */
	double min, max;     /* inclusive; unused for PICK */
	bool or_zero;        /* 0 is good too, though below min */
	const char *unit;    /* "" when it has none */
	const char *choices; /* PICK: words separated by blanks; else NULL */
	const char *nudge;   /* "x1.25", "+0.05"; NULL for PICK: the next choice */
	const char *initial; /* default, as text */
	const char *doc;     /* one sentence */
};

extern const struct knob knob_table[];
extern const size_t knob_count;

/* All defaults. */
void knob_defaults(struct knobs *k);

/* By exact name, or NULL with an error that says what is near. */
const struct knob *knob_find(const char *name, struct err *e);

/*
 * Parse `value`, check it, and store it. 0, or -1 with k unchanged:
 * "temperature: 0 is outside 0.05..1000", "optimizer: 'foo' is none of sgd, momentum, adamw".
 */
int knob_set(struct knobs *k, const struct knob *d, const char *value, struct err *e);

/* The value as text that knob_set reads back exactly. Returns buf (64 bytes are enough). */
const char *knob_get(const struct knobs *k, const struct knob *d, char *buf, size_t size);

/* The same to be read by people: six digits of what is no whole number. */
const char *knob_brief(const struct knobs *k, const struct knob *d, char *buf, size_t size);

/* The value as a number; a PICK gives its index. */
double knob_value(const struct knobs *k, const struct knob *d);

/* Copy the knobs that can change `when` (KNOB_VIEW: how things look) from one set to another. */
void knob_overlay(struct knobs *to, const struct knobs *from, enum knob_when when);

/* The text of the value one nudge up (direction 1) or down (-1), clamped. Returns buf. */
const char *knob_nudge(const struct knobs *k, const struct knob *d, int direction, char *buf,
		       size_t size);

/* Name of knob i, NULL past the last: for choice_nearest and completion. */
const char *knob_name(size_t i);

/* Choice i of a PICK into buf; NULL past the last. */
const char *knob_choice(const struct knob *d, size_t i, char *buf, size_t size);

#endif
