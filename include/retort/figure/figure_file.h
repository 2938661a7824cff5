/* Files of curves by their suffix: tables, pictures, a script for gnuplot. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_FIGURE_FIGURE_FILE_H
#define RETORT_FIGURE_FIGURE_FILE_H

#include "retort/base/text.h"
#include "retort/figure/figure.h"

#define FIGURE_FILE_SUFFIXES "csv, tsv, json, svg, png, pdf, gp"

/* The suffix of a path that a file can have, as an index of the list; -1 and an error. */
int figure_file_kind(const char *path, struct err *e);

/* Append the bytes of the file of `kind`. 0, or -1 and an error. */
int figure_file_make(const struct figure_request *r, int kind, struct text *out, struct err *e);

#endif
