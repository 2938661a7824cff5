/* Tokenizer files beside config.json, to be copied with a model. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_HF_HF_FILES_H
#define RETORT_NN_HF_HF_FILES_H

#include <stdbool.h>

#include "retort/base/err.h"

/*
 * A list of files is a text with a line for each, "name\tpath": its name beside config.json, and
 * where it is. The caller frees it with mem_free.
 */

/* The tokenizer files in a directory, in the order of their names; NULL: there are none. */
char *hf_files_list(const char *dir);

/* A vocabulary file, compressed or not, under the name that it has beside config.json, and the file
 * of merges that belongs to it. NULL and an error that names the file. */
char *hf_files_of(const char *path, struct err *e);

/* Whether a file of the list is the one at `path`, or has the same name and bytes. */
bool hf_files_has(const char *list, const char *path);

/* Copy the files into a directory, each atomically, inflated, in the place of those of the same
 * names; a file of the list that lies there itself is left. A file that has vanished is an error
 * that names it, before any is copied. `list` may be NULL. */
int hf_files_copy(const char *list, const char *dir, struct err *e);

#endif
