/* Rows of text as they are, and as augmentation makes them: to be looked at. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_PROBE_AUGMENT_PREVIEW_H
#define RETORT_PROBE_AUGMENT_PREVIEW_H

#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"

#define AUGMENT_PREVIEW_ROWS 5 /* unless said */

/*
 * r->said becomes the first r->number rows that the main line draws for its next step, each with
 * its number in its set: a line with "-" is the row as it is and one with "+" as the step will see
 * it; one line with "=" where it stays. What a terminal takes for a command is a blank. Changes no
 * figure. Refused: rows of numbers. Trainer thread, between two steps.
 */
int augment_preview_request(struct trainer_state *w, struct request *r, struct err *e);

#endif
