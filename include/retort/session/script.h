/* Queue of script lines. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_SCRIPT_H
#define RETORT_SESSION_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct script;

/* A file whose lines are queued. */
struct script_source {
	char *path;                   /* canonical; "" where there is no file */
	struct script_source *parent; /* the file that reads this one; NULL: none */
	int users;                    /* lines and sources that refer to it */
};

struct script_line {
	char *text;
	char *dir;   /* base of relative paths */
	char *where; /* "file:line" */
	struct script_source *source;
};

struct script *script_new(void);
void script_free(struct script *s);

/*
 * Insert the lines of `text` before the remaining lines of the queue; empty lines and comments are
 * skipped, running hashes of a recording are taken off. `parent`: the file whose line reads these
 * (NULL: none). Returns the offset of a last line without a newline, which is not queued, or -1.
 */
long script_add(struct script *s, const char *name, const char *text, const char *dir,
		struct script_source *parent);

/* True if `l` is a line of the file, or of one that the file reads. */
bool script_is_within(const struct script_line *l, const char *path);

/* The line that follows `n` others in the queue, borrowed; NULL: there is none. */
const struct script_line *script_ahead(const struct script *s, size_t n);

/* Return the next line, or NULL: script_peek leaves it in the queue (borrowed), script_take removes
 * it (owned). */
const struct script_line *script_peek(const struct script *s);
struct script_line *script_take(struct script *s);
void script_line_free(struct script_line *l);
bool script_is_stamped(const struct script_line *l);

/* Drop the remaining lines and the wait. */
void script_clear(struct script *s);

/*
 * `wait STEP`: later lines are due at that step of the student, until the next `wait`
 * (UINT64_MAX: no step; script_waits is false).
 */
void script_wait(struct script *s, uint64_t step);
bool script_waits(const struct script *s, uint64_t *step);

#endif
