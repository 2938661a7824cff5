/* Knobs: settings with a name, a range and a default. A struct for code, a table for the rest. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_CONF_KNOB_H
#define RETORT_CONF_KNOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"

/* Values of all knobs. Plain data, copied by assignment between threads and into checkpoints. A
 * PICK is the index of its choice. */
struct knobs {
#define REAL(field, ...) double field;
#define INT(field, ...) int64_t field;
#define PICK(field, ...) int64_t field;
#include "retort/conf/knobs.def"
};

enum knob_type { KNOB_REAL, KNOB_INT, KNOB_PICK };

enum knob_when {
	KNOB_LIVE,  /* may change during training; takes effect at the next step */
	KNOB_FIXED, /* fixed during training */
	KNOB_VIEW,  /* display only: never recorded */
};

/* Values of PICK knobs, in the order of their choices. */
enum knob_schedule { KNOB_CONSTANT, KNOB_LINEAR, KNOB_COSINE };
enum knob_jsd_form { KNOB_NORMALIZED, KNOB_RAW };
enum knob_optimizer { KNOB_SGD, KNOB_MOMENTUM, KNOB_ADAMW };
enum knob_charset { KNOB_CHARSET_AUTO, KNOB_ASCII, KNOB_QUADRANTS, KNOB_BRAILLE };
enum knob_background { KNOB_BACKGROUND_AUTO, KNOB_DARK, KNOB_LIGHT };
enum knob_color { KNOB_COLOR_AUTO, KNOB_COLOR_ALWAYS, KNOB_COLOR_NEVER };

struct knob {
	const char *name; /* with hyphens */
	enum knob_type type;
	enum knob_when when;
	size_t offset;       /* in struct knobs */
	double min, max;     /* inclusive; unused for PICK */
	bool or_zero;        /* 0 is accepted too, although it is below min */
	const char *unit;    /* "": none */
	const char *choices; /* PICK: words separated by blanks; otherwise NULL */
	const char *nudge;   /* change of one key press: "x1.25" a factor, "+0.05" a step; NULL for
				PICK: the next choice */
	const char *initial; /* default, as text */
	const char *doc;     /* one sentence */
};

extern const struct knob knob_table[];
extern const size_t knob_count;

/* Set every knob to its default. */
void knob_defaults(struct knobs *k);

/* Find a knob by its exact name; NULL with an error that suggests the nearest name. */
const struct knob *knob_find(const char *name, struct err *e);

/*
 * Parse, check and store a value. 0, or -1 with k unchanged: "invalid temperature '0' (expected
 * 0.05 to 1000)", "invalid optimizer 'foo' (expected one of sgd, momentum, adamw)".
 */
int knob_set(struct knobs *k, const struct knob *d, const char *value, struct err *e);

/* Print a value so that knob_set reads it back exactly. Return buf; 64 bytes are enough. */
const char *knob_print(const struct knobs *k, const struct knob *d, char *buf, size_t size);

/* Print a value for display: at most six digits of a real number. Return buf. */
const char *knob_print_brief(const struct knobs *k, const struct knob *d, char *buf, size_t size);

/* Value as a number; of a PICK its index. */
double knob_value(const struct knobs *k, const struct knob *d);

/* Copy the knobs of one kind, such as KNOB_VIEW, from one set to another. */
void knob_overlay(struct knobs *to, const struct knobs *from, enum knob_when when);

/* Print the value one nudge up (direction 1) or down (-1), within its range. Return buf. */
const char *knob_nudge(const struct knobs *k, const struct knob *d, int direction, char *buf,
		       size_t size);

/* Name of knob i; NULL past the last. */
const char *knob_name(size_t i);

/* Copy choice i of a PICK to buf and return it; NULL past the last. */
const char *knob_choice(const struct knob *d, size_t i, char *buf, size_t size);

#endif
