/* Curves of a session: kept in memory, and in a file beside its recording. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_CURVE_USE_H
#define RETORT_SESSION_CURVE_USE_H

#include "retort/session/inside.h"

/* Let a result change the curves: networks that are new, runs, markers. */
void curve_use_result(struct session *s, const struct request *r);

/* Keep a sample, and write it, where the knob log-every says so. */
void curve_use_sample(struct session *s, const struct event *ev);

#endif
