/* Files of logits and of labels: what `retort loss` compares. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_LOSSFILE_H
#define RETORT_KD_LOSSFILE_H

#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"

/* Logits as they stand in a file, always in double. */
struct lossfile {
	size_t rows, columns;
	double *value; /* [rows,columns] owned */
	size_t *line;  /* [rows] owned: where a row stands, from 1 */
};

/*
 * CSV without a header: a row a line, a class a column, two or more. Errors are "name:line:column:
 * what", with the number of the cell as column. *out needs no release after one.
 */
int lossfile_parse(const char *name, const char *bytes, size_t size, struct lossfile *out,
		   struct err *e);
void lossfile_release(struct lossfile *f);

/* One class a line, from 0; -1 or nothing: none. `rows` of them, below `classes`, into label. */
int lossfile_labels(const char *name, const char *bytes, size_t size, size_t rows, size_t classes,
		    int32_t *label, struct err *e);

/* Whether the teacher's file has the student's shape. */
int lossfile_match(const char *s_name, const struct lossfile *s, const char *t_name,
		   const struct lossfile *t, struct err *e);

/* Numbers in the form that lossfile_parse reads, 17 digits. Caller frees with mem_free. */
char *lossfile_text(const double *value, size_t rows, size_t columns, size_t *size);

#endif
