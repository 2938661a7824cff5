/* request_queue.c: requests in the order they were posted. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/request_queue.h"

#include <string.h>

#include "retort/base/mem.h"

void
request_queue_add(struct request_queue *q, struct request *r)
{
	mem_grow(&q->item, &q->cap, q->n + 1, sizeof *q->item);
	q->item[q->n++] = r;
}

void
request_queue_drop_first(struct request_queue *q)
{
	memmove(q->item, q->item + 1, (q->n - 1) * sizeof *q->item);
	q->n--;
}

void
request_queue_release(struct request_queue *q)
{
	for (size_t i = 0; i < q->n; i++)
		request_free(q->item[i]);
	mem_free(q->item);
}

struct request *
request_queue_take_stop(struct request_queue *q)
{
	for (size_t i = 0; i < q->n; i++) {
		struct request *r = q->item[i];

		if (r->stamped || r->scripted ||
		    (r->kind != REQUEST_STOP && r->kind != REQUEST_CANCEL))
			continue;
		memmove(&q->item[i], &q->item[i + 1], (q->n - i - 1) * sizeof *q->item);
		q->n--;
		r->kind = REQUEST_CANCEL;
		return r;
	}
	return NULL;
}
