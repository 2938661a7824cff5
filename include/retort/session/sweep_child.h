/* A sweep in the background: a process that trains its points, and its journal that is read. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_SWEEP_CHILD_H
#define RETORT_SESSION_SWEEP_CHILD_H

#include "retort/session/cmd.h"
#include "retort/session/inside.h"

/* Handle the result of SWEEP_BEGIN: start the process. Where that fails, a message, and the line is
 * not recorded. */
void sweep_child_begin(struct session *s, struct pending *p, struct request *r);

/* Read what the process has written since; post the result when it has ended. */
void sweep_child_pump(struct session *s);

/* Descriptor that polls readable when there is something to read; -1: none. */
int sweep_child_fd(const struct session *s);

/* Handle the result of SWEEP_END: show the table, write the file, record the figures. */
void sweep_child_result(struct session *s, struct request *r);

/* `sweep stop`: end it with the points that are finished. -1 and an error: there is none. */
int sweep_child_stop(struct session *s, struct err *e);

/* End the process; the journal is kept. No effect where there is none. */
void sweep_child_free(struct session *s);

#endif
