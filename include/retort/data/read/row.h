/* One row of a table, and the function that receives the rows: what every table format produces. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_ROW_H
#define RETORT_DATA_READ_ROW_H

#include <stddef.h>

#include "retort/base/err.h"

/* Valid until the function that receives it returns. */
struct row {
	const char *const *cell; /* [columns] text, NUL-terminated; NULL: a row of numbers */
	const double *number;    /* [columns] NaN where missing; NULL: a row of text */
	size_t columns;
	size_t row;  /* from 1; 0: the names of the columns, in a format that has them apart */
	size_t line; /* of the file, from 1, on which the row begins; 0: the format has no lines */
};

/* Return 0, or -1 with an error to stop reading. */
typedef int row_visit(void *arg, const struct row *row, struct err *e);

#endif
