/* Results of a sweep in a session: its table, its recording. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_SWEEP_USE_H
#define RETORT_SESSION_SWEEP_USE_H

#include "retort/session/cmd.h"
#include "retort/session/inside.h"

/* Open the journal of a sweep, c->journal: the file that the line names, else one in the cache
 * directory. A replay has none: it trains all points. 0, or -1 and an error. */
int sweep_use_open(struct session *s, struct cmd_call *c, struct err *e);

/* Show that a sweep has begun, or that a point is finished, and write its figures to the journal.
 */
void sweep_use_point(struct session *s, const struct request *r);

/* Make the table of a sweep that has ended: r->page. */
void sweep_use_result(struct session *s, struct pending *p, struct request *r);

/* Record the line of a sweep, and the figures of its points as `expect` lines. */
void sweep_use_record(struct session *s, const struct pending *p, const struct request *r);

#endif
