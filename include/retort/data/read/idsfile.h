/* Files of token ids: one stream, or one labelled row on each line. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_IDSFILE_H
#define RETORT_DATA_READ_IDSFILE_H

#include "retort/data/dataset.h"

/*
 * Make a data set of lines of ids, integers from 0 separated by blanks. If the first line that is
 * not blank has a tab, every line is LABEL<TAB>IDS: a row with a class, cut off and padded as by
 * corpus_texts; a missing label is spelled as in a table. Otherwise no line has a tab, and all
 * lines together are one stream, from which corpus_windows makes rows. Blank lines are skipped.
 *
 * bytes   [size] and a NUL
 * o       length is set; vocab 0: one more than the largest id of the file
 *
 * Refused, with line and column: what is not an integer, an id that is not below vocab or
 * DATASET_VOCAB, lines with and without a tab. ds->hash is that of the bytes and of the options.
 */
int idsfile_make(const char *bytes, size_t size, const struct dataset_options *o,
		 struct dataset **out, struct err *e);

#endif
