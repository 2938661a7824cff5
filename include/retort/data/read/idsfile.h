/* Files of token ids: one stream, or a labelled row on each line. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_IDSFILE_H
#define RETORT_DATA_READ_IDSFILE_H

#include "retort/data/dataset.h"

/*
 * Make a dataset of lines of ids, which are whole numbers from 0 with blanks between. When the
 * first line has a tab, every line is LABEL<TAB>IDS: a row with a class, cut off and padded as by
 * corpus_texts; what counts as no label is that of a table. Otherwise no line has one, and all
 * lines are one stream, of which corpus_windows makes rows. Empty lines are skipped.
 *
 * bytes   [size] and a NUL
 * o       length is set; vocab 0 means one more than the largest id of the file
 *
 * Refused, with line and column: what is no number, an id that is not below vocab or DATASET_VOCAB,
 * a line with a tab among others without. ds->hash is that of the bytes, joined with the options.
 */
int idsfile_make(const char *bytes, size_t size, const struct dataset_options *o,
		 struct dataset **out, struct err *e);

#endif
