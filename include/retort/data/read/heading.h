/* The columns of a table: header, label, text and left-out columns, found from its first rows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_HEADING_H
#define RETORT_DATA_READ_HEADING_H

#include "retort/data/read/source.h"

/* The first rows of a table. */
struct heading {
	size_t rows, columns;
	const char *const *const *row; /* [rows][columns] */
	bool named; /* the first row is the names of the columns, which the format has apart */
};

/*
 * Set header, columns, label, text, left and name of `s` from its options.
 *
 * Header: see header.h; a note is added where other rows show it. Label: the column that the option
 * names; default: that with the name of the data's label column, else the last column that is
 * neither text nor left out. Refused: a column that does not exist, two columns of one name unless
 * one of them is left out, one column as both text and label, fewer than two columns unless
 * unlabelled, no feature left. A set beside the data need not have the columns that `without`
 * names.
 */
int heading_resolve(struct source *s, const struct heading *h, struct err *e);

#endif
