/* Data sets and scripts that are installed with the program. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_BUNDLED_H
#define RETORT_DATA_READ_BUNDLED_H

#include "retort/data/dataset.h"

/* Name of bundled set i; NULL past the last. */
const char *bundled_name(size_t i);

/* Default options to read bundled set i with. */
struct dataset_options bundled_options(size_t i);

/*
 * Return the path of a bundled set ("digits" is digits.csv), or NULL with an error. The caller
 * frees it.
 */
char *bundled_path(const char *name, struct err *e);

/*
 * Search for an installed data file in $RETORT_DATADIR, in the source tree that this binary was
 * built from, then in the installed data directory. Return its path, which the caller frees, or
 * NULL with an error that begins with `what` and lists the paths that were tried.
 */
char *bundled_file(const char *file, const char *what, struct err *e);

#endif
