/* Files of curves, "X.metrics.tsv": written beside a recording, read to draw it again. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_CURVE_CURVES_FILE_H
#define RETORT_CURVE_CURVES_FILE_H

#include "retort/curve/curves.h"

/*
 * Lines of step, run, metric and value, separated by tabs, in the order of the samples; values read
 * back to the same bits. The first line is "# retort-metrics 1", the second names the columns.
 * Lines that begin with '#' say what the names mean:
 *
 *   # run NUMBER NAME [from PARENT at STEP]   a run, and what it was forked from
 *   # teacher NUMBER NAME                     a teacher, from 1
 *   # new NAME                                a network is new: samples before belong to another
 *   # mark STEP NAME KIND KNOB FROM TO RAMP TEXT  a marker; KNOB and RAMP are - where there is none
 *   # back NAME STEP                          a run goes on from an earlier step
 *   # clear                                   all networks are new
 *
 * The format is in retort-session(5), too.
 */
struct curves_file;

#define CURVES_FILE_BYTES ((size_t)1 << 28) /* of a file, at most */
#define CURVES_FILE_SUFFIX ".metrics.tsv"

/* The path of the file beside a recording: "X.ret" has "X.metrics.tsv". Caller frees. */
char *curves_file_beside(const char *recording);

/*
 * Begin a file, which is created with the first sample. NULL and an error if it exists; with `over`
 * such a file of a recording that was removed is removed, too.
 */
struct curves_file *curves_file_new(const char *path, bool over, struct err *e);

/* Append to a file, from the end of its last whole line; one that is missing or empty is begun.
 * NULL and an error. */
struct curves_file *curves_file_continue(const char *path, struct err *e);
/* Writes what is left; errors are lost, see curves_file_flush. */
void curves_file_free(struct curves_file *f);

/* Add a sample; `c` has the names. Lines are kept until curves_file_flush. */
void curves_file_sample(struct curves_file *f, const struct curves *c, unsigned run,
			unsigned branch, unsigned metric, uint32_t step, double value);

/* Add a marker. */
void curves_file_mark(struct curves_file *f, const struct curves *c, const struct curves_mark *m);

/* Add that a network is new, or all. */
void curves_file_forget(struct curves_file *f, const struct curves *c, unsigned run,
			unsigned branch);
void curves_file_clear(struct curves_file *f);

/* Add that a run goes on from an earlier step. */
void curves_file_back(struct curves_file *f, const struct curves *c, unsigned run, uint32_t step);

/* A run has another name from now on. */
void curves_file_rename(struct curves_file *f, unsigned run);

/* Append the lines to the file; `sync`: to disk. 0, or -1 and an error that names the file at the
 * first failed write; later calls write nothing and return 0. */
int curves_file_flush(struct curves_file *f, bool sync, struct err *e);

/*
 * Parse a file into `c`, which is new. A last line without a newline is dropped: a killed session
 * may leave half a line. 0, or -1 and an error that begins with the line.
 */
int curves_file_read_text(const char *text, size_t size, struct curves *c, struct err *e);

/* Read a file of at most 256 MiB; `raw` as of curves_new. NULL and an error that names it. */
struct curves *curves_file_read(const char *path, bool raw, struct err *e);

#endif
