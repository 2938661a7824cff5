/* Rows of the workshop by the name of their set: one of two sets that are compared. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_PROBE_ROW_SET_H
#define RETORT_PROBE_ROW_SET_H

#include "retort/lab/trainer_state.h"

/* All arrays are owned. */
struct row_set {
	char name[64];
	uint32_t *rows; /* [n] rows of the data set */
	size_t n, of;   /* of how many */
	double *weight; /* [n] that a remedy gave them; NULL: all alike */
	double *prior;  /* [classes] shares of labels, over all rows; NULL where there are none */
};

/*
 * All rows of "train", "held-out" or a set beside the data: n is `of`. With `visited` rows that
 * learn are those that the student visits, and their weights those of the remedy that is in force;
 * `prior` stays NULL. -1 and an error: no such set, or fewer than 10 rows.
 */
int row_set_find(const struct trainer_state *w, const char *name, bool visited, struct row_set *s,
		 struct err *e);
void row_set_release(struct row_set *s);

/* All rows that the student visits, of every set, with the weights that they have for it; of no
 * name. */
void row_set_taught(const struct trainer_state *w, struct row_set *s);

/* Whether the student learns from the rows of that name: 0, or -1 and why not. */
int row_set_learns(const struct trainer_state *w, const char *name, struct err *e);

/* Leave `most` rows, which the seed chooses, in front; count the labels of all before. */
void row_set_draw(const struct trainer_state *w, struct row_set *s, size_t most);

/* Numbers that stand for a row: its features or pixels, as networks read them; shares of tokens and
 * pairs of them, by hash. */
size_t row_set_width(const struct dataset *ds);
void row_set_read(const struct dataset *ds, uint32_t row, double *x);

/*
 * What the first teacher that teaches says of the n rows, or the student where `student`: logits
 * [n,classes], owned by the caller; NULL where there is none that keeps all its logits, or a
 * teacher trains. Prepares the feed while nothing trains. -1: it could not.
 */
int row_set_ask(struct trainer_state *w, const struct row_set *s, bool student, double **logits,
		struct err *e);

/* Probabilities at temperature 1 of one row of logits; in place. */
void row_set_softmax(double *z, size_t classes);

#endif
