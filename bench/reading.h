/* Speed of reading files. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BENCH_READING_H
#define RETORT_BENCH_READING_H

/*
 * Write files of each kind (CSV streamed, in memory and gzip'd, JSON lines, .npy, IDX, text, a
 * table of texts), read each as a data set, and print a line for each: uncompressed MB,
 * milliseconds, MB/s by wall clock and by processor time of all threads, and the ratio to reading,
 * inflating and hashing the same bytes on one thread; medians of `rounds` rounds. The files are in
 * $TMPDIR or /tmp and are removed. 0, or -1 with a message on standard error.
 */
int reading_measure(int rounds);

#endif
