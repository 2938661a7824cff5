/* Requests and the runs that they act on. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_RUNS_REQUEST_H
#define RETORT_LAB_RUNS_REQUEST_H

#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"

/*
 * Take the run in hand that a request acts on, or whose steps its stamp counts; r->run becomes its
 * number. -1 and an error: there is no such run, or the request does not act on all.
 */
int runs_request_target(struct trainer_state *w, struct request *r, struct err *e);

/* Apply a request to every run that has a student. Where one refuses a change, none is changed. */
int runs_request_all(struct trainer_state *w, struct request *r, struct err *e);

/* RUN_LIST: show, hide, focus, rename, drop a run, or make it the reference. */
int runs_request_edit(struct trainer_state *w, struct request *r, struct err *e);

#endif
