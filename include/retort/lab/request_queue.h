/* A queue of requests. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_REQUEST_QUEUE_H
#define RETORT_LAB_REQUEST_QUEUE_H

#include "retort/lab/request.h"

struct request_queue {
	struct request **item; /* owned, with the requests; the oldest first */
	size_t n, cap;
};

/* Append a request, which the queue then owns. */
void request_queue_add(struct request_queue *q, struct request *r);

/* Remove the oldest request, which the caller has taken. */
void request_queue_drop_first(struct request_queue *q);

/* Take the first STOP or CANCEL that was typed out of the queue; it becomes a CANCEL. NULL: there
 * is none. One with a stamp or of a script means the work after the requests before it. */
struct request *request_queue_take_stop(struct request_queue *q);

/* Free the queue and the requests in it. */
void request_queue_release(struct request_queue *q);

#endif
