/* Whole-file reads, atomic writes, and appends that are on disk when they return. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_IO_H
#define RETORT_BASE_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "retort/base/err.h"

/*
 * Read a whole regular file of at most `limit` bytes into *out, with a NUL after them; caller
 * frees with mem_free. Returns 0; IO_TOO_LARGE for a larger file; -1 for one that is not a regular
 * file or cannot be read. The error names the path, and the byte where reading failed.
 */
#define IO_TOO_LARGE (-2)
int io_read(const char *path, size_t limit, char **out, size_t *size, struct err *e);

/* Read a descriptor to its end, at most `limit` bytes, the same way; `name` stands for it in
 * errors. */
int io_read_stream(int fd, const char *name, size_t limit, char **out, size_t *size, struct err *e);

/*
 * Open a regular file for reading in chunks. Returns a descriptor, closed by io_close, and its
 * size; -1 with an error that names the path. io_read_some reads at most `room` bytes and at most 1
 * MiB, like read(2): it returns 0 at the end, -1 with errno.
 */
int io_open_read(const char *path, size_t *size, struct err *e);
ssize_t io_read_some(int fd, void *buf, size_t room);
void io_close(int fd);

/*
 * Atomically replace the file at `path` by the concatenation of `parts` blocks: temporary file in
 * the same directory, fsync, rename, fsync of the directory. On failure the old file is unchanged
 * and no temporary file remains. Links are followed; what is there and no regular file is an error.
 * An old file keeps its permissions, a new one has those that the umask leaves.
 */
int io_write(const char *path, const void *const *part, const size_t *size, size_t parts,
	     struct err *e);

/* The same for a file with texts of the user: readable and writable by the owner only. */
int io_write_private(const char *path, const void *const *part, const size_t *size, size_t parts,
		     struct err *e);

/* Atomically replace a file by one that io_write made, by the same rules; on disk when it returns.
 */
int io_rename(const char *from, const char *to, struct err *e);

/*
 * Map a file of exactly `size` bytes shared, for reading and writing. A file that is missing or has
 * another size is created anew, filled with zeroes, and *fresh is set. Returns NULL with an error;
 * release with io_unmap. *fd is then open, the caller's, and byte 0 is locked, so that no other
 * process maps the file before the caller has filled in its start: io_unlock_byte.
 */
void *io_map(const char *path, size_t size, int *fd, bool *fresh, struct err *e);

void io_unmap(void *p, size_t size);

/* Lock a byte of a file that several processes use, after waiting for the one that has it; it may
 * lie past the end. Belongs to the descriptor, and ends with it. No effect where the file system
 * has no locks. */
void io_lock_byte(int fd, size_t at);
void io_unlock_byte(int fd, size_t at);

/* Open for appending; create if missing, `private`: for the owner only. Returns a descriptor, or
 * -1. */
int io_open_append(const char *path, bool private, struct err *e);

/* The same for a new file: one that exists, if only since a moment ago, is an error. */
int io_open_new(const char *path, struct err *e);

/* Lock an open file against other processes until it is closed; -1: another one has locked it.
 * Files that cannot be locked are taken for free. */
int io_lock(int fd);

/* Append all bytes; with `sync`, fdatasync before returning. */
int io_append(int fd, const char *s, size_t len, bool sync, struct err *e);

/* Create a directory and its parents. Returns 0 if it exists afterwards. */
int io_mkdirs(const char *path, struct err *e);

/* dir + "/" + name, or name if it is absolute; caller frees. */
char *io_join(const char *dir, const char *name);

/* The directory of a path, "." when it has none; caller frees. */
char *io_dirname(const char *path);

bool io_exists(const char *path);
bool io_is_directory(const char *path);

/* Whether both exist and are the same file (device and inode). */
bool io_same(const char *a, const char *b);

/* Directories of the XDG base directory specification. */
enum io_xdg {
	IO_CACHE,  /* XDG_CACHE_HOME, or .cache below HOME */
	IO_CONFIG, /* XDG_CONFIG_HOME, .config */
	IO_STATE,  /* XDG_STATE_HOME, .local/state */
};

/*
 * The folder "retort" of such a directory, or a folder or file in that; it may not exist. name
 * NULL: the first. NULL when neither the variable nor HOME is an absolute path. Caller frees.
 */
char *io_xdg(enum io_xdg directory, const char *name);

#endif
