/* Files of logits and labels for `retort loss`. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_LOSSFILE_H
#define RETORT_KD_LOSSFILE_H

#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"

/* Logits of a file, in double. */
struct lossfile {
	size_t rows, columns;
	double *value; /* [rows,columns] owned */
	size_t *line;  /* [rows] owned: line of a row, from 1; of an array its number */
};

/*
 * Parse CSV without a header: a line for each row, a column for each class, at least two; or an
 * array [rows, classes] in NumPy's .npy, of numbers of any type. 0, or -1 and an error
 * "name:line:column: ..." (column: number of the cell; line of an array: number of the row, from
 * 1); *out then needs no release.
 */
int lossfile_parse(const char *name, const char *bytes, size_t size, struct lossfile *out,
		   struct err *e);
void lossfile_release(struct lossfile *f);

/* Parse labels, a class 0 .. classes - 1 in each of `rows` lines, into label; -1 or an empty line:
 * no label. Or an array [rows] of integers in NumPy's .npy. */
int lossfile_labels(const char *name, const char *bytes, size_t size, size_t rows, size_t classes,
		    int32_t *label, struct err *e);

/* Check that the teacher's file has the shape of the student's: 0, or -1 and an error. */
int lossfile_match(const char *s_name, const struct lossfile *s, const char *t_name,
		   const struct lossfile *t, struct err *e);

/* Format numbers as lossfile_parse reads them, with 17 digits. Caller frees with mem_free. */
char *lossfile_text(const double *value, size_t rows, size_t columns, size_t *size);

#endif
