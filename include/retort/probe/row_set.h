/* Rows of the data by the name of their set, with weights, features and logits. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_PROBE_ROW_SET_H
#define RETORT_PROBE_ROW_SET_H

#include "retort/lab/trainer_state.h"

/* All arrays are owned. */
struct row_set {
	char name[64];
	uint32_t *rows; /* [n] rows of the data set */
	size_t n, of;   /* n of `of` rows, after row_set_draw */
	double *weight; /* [n] from `remedy weigh`; NULL: all 1 */
	double *prior;  /* [classes] shares of labels among all `of` rows; NULL: no labels, or
			   before row_set_draw */
};

/*
 * Finds all rows of "train", "held-out" or an added set. With `visited`, a training set has only
 * the rows that remedies leave to the student, with their weights. -1 and an error: no such set, or
 * fewer than 10 rows. Release it in either case.
 */
int row_set_find(const struct trainer_state *w, const char *name, bool visited, struct row_set *s,
		 struct err *e);
void row_set_release(struct row_set *s);

/* Finds all rows that the student trains on, of every set, with the product of the weights of set
 * and row; the set has no name. */
void row_set_taught(const struct trainer_state *w, struct row_set *s);

/* Whether the student trains on the rows of that name: 0, or -1 and an error. */
int row_set_learns(const struct trainer_state *w, const char *name, struct err *e);

/* Shuffles the rows by the lab's seed and leaves at most `most` of them; counts the labels of all
 * before. */
void row_set_draw(const struct trainer_state *w, struct row_set *s, size_t most);

/* Features of a row, x[row_set_width]: the numbers or pixels that networks read, or for texts the
 * shares of tokens and of pairs of tokens in hash buckets. */
size_t row_set_width(const struct dataset *ds);
void row_set_read(const struct dataset *ds, uint32_t row, double *x);

/*
 * Computes logits of the n rows: *logits [n, classes], owned by the caller. Those of the student,
 * or of the first teacher that is not muted; NULL without one, where it stores its largest logits
 * alone, or while a teacher trains. Prepares the feed while nothing trains. -1 and an error.
 */
int row_set_logits(struct trainer_state *w, const struct row_set *s, bool student, double **logits,
		   struct err *e);

/* Softmax of one row of logits at temperature 1, in place. */
void row_set_softmax(double *z, size_t classes);

#endif
