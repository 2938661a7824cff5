/* The journal of a sweep: figures of finished points on disk, with which it goes on after a kill.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_SWEEP_JOURNAL_H
#define RETORT_SESSION_SWEEP_JOURNAL_H

#include "retort/lab/sweep.h"

#define SWEEP_JOURNAL_VERSION 2

/*
 * A text: "retort-sweep 2 data HASH", then a line for each unit: its key, steps, "trained" or
 * "diverged", the figures of its rows in base64 (- without), and a hash of the line. A line that is
 * cut short or damaged does not count: its unit is trained again. Version 1 has no figures against
 * the teachers: it is read, and continued as it is, where points are ranked without them.
 */
struct sweep_journal;

/*
 * Open a journal, made where there is none, and append its figures to `known` of the sweep.
 * `data`: hash of the data, in hexadecimal. `temporary`: sweep_journal_close removes it where the
 * sweep has ended. NULL and an error that names the file: another version, other data, no journal.
 */
struct sweep_journal *sweep_journal_open(const char *path, bool temporary, const char *data,
					 struct sweep *s, struct err *e);

/* Its path; borrowed. */
const char *sweep_journal_path(const struct sweep_journal *j);

/* Its version: of each line. */
int sweep_journal_version(const struct sweep_journal *j);

/* Append the figures of a line of a journal of this version to `known`, if it is whole. */
void sweep_journal_line(const char *line, size_t len, int version, struct sweep *s);

/* Append the figures of a unit; on disk when it returns. -1 and an error. */
int sweep_journal_add(struct sweep_journal *j, const struct sweep_figures *f, size_t n_rows,
		      struct err *e);

/* Close it; ended: nothing is left to go on with. NULL is accepted. */
void sweep_journal_close(struct sweep_journal *j, bool ended);

/* Parse the text of a journal into `known`. Its version, or -1 and an error. */
int sweep_journal_parse(const char *text, size_t size, const char *data, struct sweep *s,
			struct err *e);

#endif
