/* The result of a sweep as a text: a table, a plot of intervals, the winner. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_SWEEP_TABLE_H
#define RETORT_SESSION_SWEEP_TABLE_H

#include "retort/base/text.h"
#include "retort/lab/sweep_compare.h"

/* Append the table, at most 80 columns wide unless a value is long. `line`: of the sweep. */
void sweep_table_text(const struct sweep *s, const struct sweep_compare *c, const char *line,
		      struct text *out);

/* Append "winner: point 2, temperature 4: BETTER". */
void sweep_table_winner(const struct sweep *s, const struct sweep_compare *c, struct text *out);

/* "temperature 4" of a row, "the settings in force" of the reference. Returns buf. */
const char *sweep_table_point(const struct sweep *s, int point, char *buf, size_t size);

#endif
