/* Results of a sweep in a session: its table, its recording. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_SWEEP_USE_H
#define RETORT_SESSION_SWEEP_USE_H

#include "retort/session/cmd.h"
#include "retort/session/inside.h"

/* Open the journal of a sweep, c->journal: the file that the line names, else one in the cache
 * directory. A replay has none: it trains all points, of a sweep in the background those whose
 * figures the recording has. 0; 1: a replay skips the line; or -1 and an error, also where another
 * sweep is in the background. */
int sweep_use_open(struct session *s, struct cmd_call *c, struct err *e);

/* A recorded line without `in background`; caller frees. */
char *sweep_use_line(const char *recorded);

/* Show that a sweep has begun, or that a point is finished, and write its figures to the journal.
 */
void sweep_use_point(struct session *s, const struct request *r);

/* Make the table of a sweep that has ended, keep a copy, and write the file that the line names;
 * append the winner to `winner`. Caller frees. */
char *sweep_use_page(struct session *s, const struct pending *p, const struct sweep *sweep,
		     struct text *winner);

/* Show that a sweep has ended, with its winner; on a screen in the log too. */
void sweep_use_end(struct session *s, const struct sweep *sweep, const char *winner);

/* Handle a result: the table of SWEEP becomes r->page; see sweep_child.h for the others. */
void sweep_use_answer(struct session *s, struct pending *p, struct request *r);

/* Record the figures of the points as `expect` lines. */
void sweep_use_figures(struct session *s, const char *stamp, const struct sweep *sweep);

/* Record the line of a sweep, and its figures. */
void sweep_use_record(struct session *s, const struct pending *p, const struct request *r);

/* `sweep stop`, `sweep show`. 0, or -1 and an error. */
int sweep_use_act(struct session *s, const struct cmd_call *c, struct err *e);

#endif
