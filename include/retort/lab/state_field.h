/* Fields of a state: each is described once, and written to JSON or read from it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_STATE_FIELD_H
#define RETORT_LAB_STATE_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"

struct json_t;

#define STATE_FIELD_DEPTH 12 /* objects and lists within each other */

/*
 * The same calls write the values that they point to, or fill them in from a text. The first error
 * is kept, and later calls change nothing: a caller checks `failed` at its end. A number
 * that is read is within the bounds given.
 */
struct state_field {
	bool reading, failed;
	int depth;
	struct json_t *at[STATE_FIELD_DEPTH]; /* at[0] owned, the others borrowed */
	struct err *e;
};

/* Begin to write; and to read: -1 and an error where the text is no object. */
void state_field_write(struct state_field *f, struct err *e);
int state_field_read(struct state_field *f, const char *text, struct err *e);

/* What was written, as a text that the caller frees with mem_free. */
char *state_field_text_of(const struct state_field *f);
void state_field_release(struct state_field *f);

/* Keep an error; returns -1. */
int state_field_fail(struct state_field *f, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

void state_field_bool(struct state_field *f, const char *key, bool *x);
void state_field_int(struct state_field *f, const char *key, int *x, int least, int most);
void state_field_count(struct state_field *f, const char *key, uint64_t *x, uint64_t most);
void state_field_size(struct state_field *f, const char *key, size_t *x, size_t most);
/* All 64 bits, of any value. */
void state_field_bits(struct state_field *f, const char *key, uint64_t *x);
/* The same bits again; NaN and infinities too. */
void state_field_real(struct state_field *f, const char *key, double *x);
/* At most size - 1 bytes; one that is not UTF-8 is written as "". */
void state_field_text(struct state_field *f, const char *key, char *x, size_t size);
/* One of n words, by its index. */
void state_field_word(struct state_field *f, const char *key, int *x, const char *const *word,
		      int n);

/* Enter an object, a list, and item i of that; each ends with state_field_end. A list has at most
 * `most` items. */
void state_field_object(struct state_field *f, const char *key);
void state_field_list(struct state_field *f, const char *key, size_t *n, size_t most);
void state_field_item(struct state_field *f, size_t i);
void state_field_end(struct state_field *f);

/* Name and value of member i of the object entered, which is a text; NULL past the last. Reading
 * only. */
const char *state_field_member(struct state_field *f, size_t i, const char **value);

/* Write a member that is a text. */
void state_field_put(struct state_field *f, const char *key, const char *value);

#endif
