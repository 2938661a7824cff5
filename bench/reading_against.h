/* Speed of reading files, of this build and of another one. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BENCH_READING_AGAINST_H
#define RETORT_BENCH_READING_AGAINST_H

#include "against.h"

/*
 * In each round run `bench reading` of both programs, in turn first, and print for each kind of
 * file that both measure its MB/s by processor time of both, and the ratio self / other with its
 * 95 % interval. `dir` is for the tables, in a file "reading" that stays. 0, or -1 if one of the
 * programs failed.
 */
int reading_against(const struct against_options *o, const char *dir);

#endif
