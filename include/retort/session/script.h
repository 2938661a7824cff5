/* Lines of scripts that wait for their turn. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_SCRIPT_H
#define RETORT_SESSION_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct script;

struct script_line {
	char *text;
	char *dir;   /* relative paths are relative to it */
	char *where; /* "file:line" */
};

struct script *script_new(void);
void script_free(struct script *s);

/*
 * Queue the lines of `text` before what is left of the script that named it; empty lines and
 * comments are left out. Returns where in `text` a last line without its end begins, which is
 * not queued, or -1.
 */
long script_add(struct script *s, const char *name, const char *text, const char *dir);

/* The next line, NULL when there is none; borrowed. Taken, it is the caller's. */
const struct script_line *script_peek(const struct script *s);
struct script_line *script_take(struct script *s);
void script_line_free(struct script_line *l);
bool script_is_stamped(const struct script_line *l);

/* Drop all that is left. */
void script_clear(struct script *s);

/*
 * `wait STEP`: lines after it are due at that step of the main line, until the next `wait`
 * (UINT64_MAX: lines are due as they come, and script_waits is false).
 */
void script_wait(struct script *s, uint64_t step);
bool script_waits(const struct script *s, uint64_t *step);

#endif
