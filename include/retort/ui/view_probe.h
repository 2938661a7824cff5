/* Measurements for open panes: CKA of the layers in the map editor, two-sample test of the gauge,
 * intervals of the differences between runs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_VIEW_PROBE_H
#define RETORT_UI_VIEW_PROBE_H

#include "retort/lab/trainer.h"
#include "retort/ui/scene.h"

/* State of the measurements; at most one is in progress. */
struct view_probe {
	bool busy;           /* a measurement is in progress */
	double cka_at;       /* time of the last CKA request, seconds */
	int cka_teacher;     /* its teacher; -1: its result would be obsolete */
	uint64_t cka_step;   /* its step */
	bool gauge_stale;    /* the report is obsolete: measure again */
	bool gauge_dropped;  /* the measurement in progress is of replaced data or networks */
	double gauge_at;     /* time of the last gauge request, seconds */
	uint64_t gauge_step; /* step of the evaluation before it */
	double compare_at;   /* time of the last comparison of runs, seconds */
	double compare_wait; /* seconds until the next while a network trains */
	bool compare_ends;   /* its answer has come, and compare_wait is that of an earlier one */
	int compare_row;     /* row of the list of runs that is compared next */
	struct scene_interval compared; /* of the comparison in progress: run and evaluations */
};

void view_probe_init(struct view_probe *p);

/* Drop what a result makes obsolete: bits of enum view_result_drop. */
void view_probe_drop(struct view_probe *p, struct scene *s, unsigned drops);

/*
 * Return the measurement that an open pane needs, owned by the caller; NULL: none. While a network
 * trains, at most one a second of each kind; the gauge only after evaluations and changes, runs
 * only after evaluations and for at most 0.5 % of the time.
 */
struct request *view_probe_next(struct view_probe *p, struct scene *s, double now);

/* Store the result of a measurement in the scene, unless it is obsolete. */
void view_probe_take(struct view_probe *p, struct scene *s, const struct request *r);

#endif
