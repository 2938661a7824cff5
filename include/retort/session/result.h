/* Results of requests, and samples: record, compare, show them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_RESULT_H
#define RETORT_SESSION_RESULT_H

#include "retort/session/inside.h"

/* Handle a result; call in the order of the ring. Frees it. */
void result_take(struct session *s, struct request *r);

/* Handle a sample; call in the order of the ring. */
void result_sample(struct session *s, const struct event *ev);

#endif
