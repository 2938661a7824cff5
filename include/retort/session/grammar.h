/* Grammar of a command: a table of its words, from which parser, synopsis and completion come. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_GRAMMAR_H
#define RETORT_SESSION_GRAMMAR_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"
#include "retort/session/args.h"

/* Kind of an argument. Those up to GRAMMAR_VALUE are checked; of the others any word is accepted
 * here, and the kind is what completion offers. */
enum grammar_kind {
	GRAMMAR_WORD,    /* any word */
	GRAMMAR_NUMBER,  /* a whole number, min to max */
	GRAMMAR_REAL,    /* a number, min to max; no range where both are 0 */
	GRAMMAR_CHOICE,  /* a word of `choices` */
	GRAMMAR_KNOB,    /* a knob */
	GRAMMAR_VALUE,   /* a value of the knob before it */
	GRAMMAR_COMMAND, /* a command line */
	GRAMMAR_FILE,    /* read */
	GRAMMAR_DATA,    /* a data set by name, or a file; read */
	GRAMMAR_OUTPUT,  /* a file that is written: a replay skips the line */
	GRAMMAR_PROGRAM, /* run, or its name: a replay refuses the line */
	GRAMMAR_TEACHER,
	GRAMMAR_NET,           /* a teacher, a run, or s: the student of the focused one */
	GRAMMAR_RUN,           /* a run, by number or name */
	GRAMMAR_TEACHER_LAYER, /* TEACHER:LAYER */
	GRAMMAR_STUDENT_LAYER, /* s:LAYER */
	GRAMMAR_LAYER,         /* of the student, without s: */
	GRAMMAR_NET_LAYER,     /* the same, or TEACHER:LAYER */
	GRAMMAR_PAIRS,         /* uniform, last ... of map */
	GRAMMAR_MODEL,         /* words of a model */
	GRAMMAR_SET,           /* a set of rows */
	GRAMMAR_TRAIN_SET,     /* a set whose rows are trained on */
	GRAMMAR_METRIC,
	GRAMMAR_TERM,   /* a term of the loss */
	GRAMMAR_WEIGHT, /* a knob, or a weight that can follow a ramp */
	GRAMMAR_AXIS,   /* what a sweep varies: a knob, the student, labels */
	GRAMMAR_RAMP_VALUE,
	GRAMMAR_LOSS, /* a loss on outputs */
	GRAMMAR_LOSS_OPTION,
	GRAMMAR_LAYER_LOSS,
	GRAMMAR_AUGMENT,
	GRAMMAR_AUGMENT_OPTION,
	GRAMMAR_PANE,
	GRAMMAR_CONTEXT, /* of key bindings */
	GRAMMAR_TOPIC,   /* of help */
	GRAMMAR_KINDS
};

enum grammar_flags {
	GRAMMAR_OPTIONAL = 1,
	GRAMMAR_REPEAT = 2,   /* once or more; with OPTIONAL any number of times */
	GRAMMAR_ANY = 4,      /* optional; neighbours with this flag may come in any order */
	GRAMMAR_MORE = 8,     /* a further argument of the item before */
	GRAMMAR_AGAIN = 16,   /* after it the neighbours in any order may come once more */
	GRAMMAR_NEEDED = 32,  /* with ANY: must come somewhere */
	GRAMMAR_BARE = 64,    /* the argument may come without its keyword */
	GRAMMAR_REFUSED = 128 /* the keyword is refused with `help` as the reason: not in synopsis
				 and completion */
};

/*
 * One item of a form: a keyword, an argument, or a keyword with its argument. The table of items
 * ends with one that has neither.
 */
struct grammar_item {
	const char *word; /* keyword; NULL: an argument alone */
	const char *name; /* of the argument in the synopsis, "N"; for GRAMMAR_CHOICE NULL shows the
			     choices; NULL: a keyword alone */
	enum grammar_kind kind;
	unsigned flags;
	double min, max;
	const char *choices; /* "auto, off, memory" */
	const char *help;    /* a few words for the manual; NULL: none */
};

/* Options in any order: with an argument, a whole number of low to high, one of some words, or
 * without an argument; and a keyword that is refused with a reason. */
#define GRAMMAR_OPTION(keyword, argument, of, text)                                               \
	{                                                                                         \
		.word = keyword, .name = argument, .kind = of, .flags = GRAMMAR_ANY, .help = text \
	}
#define GRAMMAR_COUNT(keyword, argument, low, high, text)                                        \
	{                                                                                        \
		.word = keyword, .name = argument, .kind = GRAMMAR_NUMBER, .flags = GRAMMAR_ANY, \
		.min = low, .max = high, .help = text                                            \
	}
#define GRAMMAR_ONE_OF(keyword, words, text)                                                     \
	{                                                                                        \
		.word = keyword, .kind = GRAMMAR_CHOICE, .flags = GRAMMAR_ANY, .choices = words, \
		.help = text                                                                     \
	}
#define GRAMMAR_FLAG(keyword, text)                                 \
	{                                                           \
		.word = keyword, .flags = GRAMMAR_ANY, .help = text \
	}
#define GRAMMAR_NOT(keyword, reason)                                                    \
	{                                                                               \
		.word = keyword, .flags = GRAMMAR_ANY | GRAMMAR_REFUSED, .help = reason \
	}

struct cmd_call;

/*
 * A form of a command: one line of its synopsis, and the function that executes it: 0, or -1 and an
 * error. A table of forms ends with one without items.
 */
struct grammar_form {
	const struct grammar_item *item;
	int (*exec)(struct cmd_call *c, struct err *e);
};

/* A form that `function` executes, and its items; or the command alone. */
#define GRAMMAR_FORM(function, ...)                                                           \
	{                                                                                     \
		.item = (const struct grammar_item[]){ __VA_ARGS__, { 0 } }, .exec = function \
	}
#define GRAMMAR_ALONE(function)                                                  \
	{                                                                        \
		.item = (const struct grammar_item[]){ { 0 } }, .exec = function \
	}

/* The last item of a form has neither keyword nor argument. */
bool grammar_is_end(const struct grammar_item *i);

/* True if the item has an argument, alone or after its keyword. */
bool grammar_has_argument(const struct grammar_item *i);

/* Index after the group that begins at item i: itself and the items with MORE. */
int grammar_group_end(const struct grammar_item *form, int i);

/*
 * Parse words by the first form that they fit. 0, or -1 and an error that names the word at which
 * the best form fails and what is expected there.
 */
int grammar_parse(const struct grammar_form *form, int argc, char *const *argv, struct args *out,
		  struct err *e);

/* Call `offer` with every item whose keyword, or whose argument, may follow the words. */
void grammar_complete(const struct grammar_form *form, int argc, char *const *argv,
		      void (*offer)(void *arg, const struct grammar_item *item, bool keyword),
		      void *arg);

#endif
