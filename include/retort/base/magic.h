/* Formats that are recognised by their first bytes and not read: their names, and how to convert
 * them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_MAGIC_H
#define RETORT_BASE_MAGIC_H

#include <stddef.h>

#include "retort/base/err.h"

#define MAGIC_BYTES 512 /* first bytes of a file that are enough */

/*
 * Check that the bytes do not begin like a file of another format: Parquet, Arrow, HDF5, pickles
 * and PyTorch files, ONNX, GGUF, spreadsheets, zip and tar archives, xz, zstd, bzip2, databases,
 * images, PDF, a Git LFS pointer. 0, or -1 with an error that names the format and a way to convert
 * it. Any thread.
 */
int magic_check(const char *bytes, size_t size, struct err *e);

#endif
