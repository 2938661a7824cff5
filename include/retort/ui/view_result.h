/* Changes of the scene by the result of a request: what becomes obsolete, message, log. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_VIEW_RESULT_H
#define RETORT_UI_VIEW_RESULT_H

#include "retort/lab/trainer.h"
#include "retort/ui/scene.h"

/* What a successful result makes obsolete. */
enum view_result_drop {
	VIEW_RESULT_CKA = 1,   /* CKA of the layers */
	VIEW_RESULT_PROBE = 2, /* a CKA measurement in progress */
	VIEW_RESULT_GAUGE = 4, /* report of the gauge */
	VIEW_RESULT_STALE = 8, /* report of the gauge: keep it, but measure again */
};

/* The bits of enum view_result_drop for a result; 0 for a failed one. */
unsigned view_result_drops(const struct request *r);

/* Show the result as the message, and log it. */
void view_result_say(struct scene *s, const struct request *r);

#endif
