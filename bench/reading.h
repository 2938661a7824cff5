/* How fast files are read. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BENCH_READING_H
#define RETORT_BENCH_READING_H

/*
 * Prints a line for a table of 100 MB (which is streamed into a file), one of 50 MB (in memory),
 * and images like MNIST's in IDX: milliseconds, MB/s by the clock and by processor time of all
 * threads, and the time over that of reading the same bytes and hashing them on one thread, medians
 * of `rounds` turns. The files are made in $TMPDIR or /tmp, and removed. 0, or -1 with a message on
 * stderr.
 */
int reading_measure(int rounds);

#endif
