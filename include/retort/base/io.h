/* Whole-file reads, atomic writes, and appends that are on disk when they return. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_IO_H
#define RETORT_BASE_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "retort/base/err.h"

/*
 * Read a whole regular file of at most `limit` bytes. *out gets the bytes and a NUL after them;
 * caller frees with mem_free. Directories, devices and files over the limit are refused.
 * 0, or an error that names the path, and the byte where reading failed: IO_TOO_LARGE of a file
 * over the limit, else -1.
 */
#define IO_TOO_LARGE (-2)
int io_read(const char *path, size_t limit, char **out, size_t *size, struct err *e);

/*
 * A regular file to be read piece by piece: a descriptor for io_close, and its size. -1 with an
 * error that names the path. io_read_some reads at most `room` bytes, and at most 1 MiB, as read(2)
 * does: 0 at the end, -1 with errno.
 */
int io_open_read(const char *path, size_t *size, struct err *e);
ssize_t io_read_some(int fd, void *buf, size_t room);
void io_close(int fd);

/*
 * Replace the file at `path` by `parts` blocks, written one after the other: temporary file in
 * the same directory, fsync, rename, fsync of the directory. On failure the old file is
 * untouched and no temporary file is left.
 */
int io_write(const char *path, const void *const *part, const size_t *size, size_t parts,
	     struct err *e);

/* Put a file that io_write made in the place of another: whole, and on disk when it returns. */
int io_rename(const char *from, const char *to, struct err *e);

/*
 * Map a file of exactly `size` bytes for reading and writing, made of zeroes where it is missing or
 * of another size; *fresh says so. What is written is in the file. NULL with an error; io_unmap
 * gives it back.
 */
void *io_map(const char *path, size_t size, bool *fresh, struct err *e);
void io_unmap(void *p, size_t size);

/* Open for appending, created if missing (0644). A descriptor, or -1. */
int io_open_append(const char *path, struct err *e);

/* Append all bytes; with `sync`, fdatasync before returning. */
int io_append(int fd, const char *s, size_t len, bool sync, struct err *e);

/* Make a directory and its parents (0755). 0 when it exists at the end. */
int io_mkdirs(const char *path, struct err *e);

/* dir + "/" + name unless name is absolute; caller frees. */
char *io_join(const char *dir, const char *name);

/* The directory of a path, "." when it has none; caller frees. */
char *io_dirname(const char *path);

bool io_exists(const char *path);
bool io_is_directory(const char *path);

/* Both are there, and are one file, whatever they are called. */
bool io_same(const char *a, const char *b);

/*
 * A directory of the XDG base directory specification, with /retort behind it: `var` is
 * "XDG_STATE_HOME" and so on, `fallback` is ".local/state". NULL when neither it nor HOME is
 * set to an absolute path. Caller frees.
 */
char *io_xdg(const char *var, const char *fallback);

#endif
