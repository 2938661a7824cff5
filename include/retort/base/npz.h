/* Members of a zip archive: arrays of a .npz file; the only user of libzip. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_NPZ_H
#define RETORT_BASE_NPZ_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"

/*
 * Read a file as gzip_read does, or, if its path is ARCHIVE.npz:NAME and no file has this whole
 * name, member NAME or NAME.npy of the archive. The path of an archive of one array stands for that
 * array. Refused: an archive of several arrays, with their names; a name that it does not have;
 * members that are encrypted, damaged, larger than `limit` bytes, or refused by gzip_check_size.
 * Return 0, IO_TOO_LARGE, or -1; the error begins with the path.
 */
int npz_read(const char *path, size_t limit, char **out, size_t *size, struct err *e);

/* Whether a path names an array of an archive, or an archive. */
bool npz_is(const char *path);

/* The absolute path, with the name of the array; NULL if there is no such file. The caller frees it
 * with mem_free. */
char *npz_realpath(const char *path);

#endif
