/* A network, or outputs of one, written to a file. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_RESULT_WRITE_H
#define RETORT_SESSION_RESULT_WRITE_H

#include "retort/session/inside.h"

/* Write what SNAPSHOT has copied to the file of its line; a session that is left with its state, or
 * with its student, ends then. */
void result_write(struct session *s, const struct pending *p, const struct request *r);

#endif
