/* How fast files are read. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BENCH_READING_H
#define RETORT_BENCH_READING_H

/*
 * Write files of every kind (CSV streamed, in memory and gzip'd, JSON lines, .npy, IDX, text, a
 * table of texts), read each as a data set, and print a line for each: MB inflated, milliseconds,
 * MB/s by the clock and by processor time of all threads, and the ratio to reading, inflating and
 * hashing the same bytes on one thread; medians of `rounds` turns. The files lie in $TMPDIR or /tmp
 * and are removed. 0, or -1 with a message on stderr.
 */
int reading_measure(int rounds);

#endif
