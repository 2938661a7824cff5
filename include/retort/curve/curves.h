/* The curves of a session: samples of each run, network and metric, and markers of changes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_CURVE_CURVES_H
#define RETORT_CURVE_CURVES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/conf/ramp.h"
#include "retort/curve/series.h"
#include "retort/train/metric.h"
#include "retort/train/net_info.h"

/*
 * A run is a student with its baseline; runs have numbers from 1. Teachers belong to no run: their
 * samples and markers have the number CURVES_SHARED. A fork is a run that continues another one
 * from a step: it has samples of its own from there on, and shares those before with its parent.
 */
#define CURVES_SHARED 0
#define CURVES_FIRST 1      /* the run "s" that every session begins with */
#define CURVES_LEFT 0x10000 /* from here on: stretches that a run left when it went back */

struct curves_run {
	unsigned number;
	char name[NET_NAME];
	unsigned parent;  /* number of the run that it was forked from; 0: none */
	uint32_t fork;    /* its step then */
	unsigned left_by; /* number of the run that left this stretch; 0: it is a run itself */
};

enum curves_mark_kind {
	CURVES_TWEAK,
	CURVES_MAP,
	CURVES_NOTE,
	CURVES_STOP,
	CURVES_DIVERGED,
	CURVES_RUN,
	CURVES_STAGE
};

/* A marker: an event at a step, drawn under the plots. */
struct curves_mark {
	enum curves_mark_kind kind;
	uint16_t branch;
	unsigned run; /* CURVES_SHARED for a teacher's */
	uint32_t step;
	/* 'a'..'z' in turn for tweaks and notes; '+' map, '.' stop, '!' diverged, '|' run, '>'
	 * stage */
	char letter;
	/* "temperature 4 -> 2"; of a stage its name and sets first: "finetune few, 500 steps"; a
	 * longer one ends with an ellipsis */
	char text[160];
	int knob;         /* index in knob_table, for the value strip; -1: none */
	double from, to;  /* values of that knob before and after */
	struct ramp ramp; /* ramp of that knob from this step; no legs: none */
};

/* Samples of one run: an array of METRIC_COUNT series for each network that has any. */
struct curves_samples {
	struct curves_run run;
	struct series **branch[BRANCH_IDS]; /* owned; NULL: none */
};

/* Read its members; change it by the functions below. Main thread. */
struct curves {
	size_t n_runs, cap_runs; /* run[0] is what all runs share */
	struct curves_samples *run;
	size_t n_marks, cap_marks;
	uint64_t marked;          /* markers that were ever added */
	struct curves_mark *mark; /* ascending steps within a run and branch */
	char teacher[TRAIN_TEACHERS][NET_NAME];
	double smooth; /* of all series, see series_smooth */
	bool raw;      /* series are made by series_new_raw */
};

/* Create curves without samples, with the run CURVES_FIRST. `raw`: for series_get only, not for a
 * screen. */
struct curves *curves_new(bool raw);
void curves_free(struct curves *c);

/* Add a run, or rename one: `parent` 0 is none, else the number of the run that it continues from
 * step `fork`. */
void curves_run_add(struct curves *c, unsigned number, const char *name, unsigned parent,
		    uint32_t fork);

/* Find a run by number, or by name, the newest first; NULL: there is none. Borrowed until the next
 * curves_run_add. */
const struct curves_run *curves_run(const struct curves *c, unsigned number);
const struct curves_run *curves_run_named(const struct curves *c, const char *name);

/* Set the name of teacher k. */
void curves_teacher(struct curves *c, int k, const char *name);

/* The run that samples of a branch belong to: `run`, or CURVES_SHARED for a teacher. */
unsigned curves_owner(unsigned run, unsigned branch);

/* Append a sample; steps of a series must not decrease. NaN breaks the curve. One that repeats the
 * last is ignored, and false: a report repeats figures. `run` as for curves_owner; an unknown run
 * is added under the name "sN". */
bool curves_sample(struct curves *c, unsigned run, unsigned branch, unsigned metric, uint32_t step,
		   double value);

/* The samples of a metric, NULL where there are none. `run` as for curves_owner. Borrowed until
 * they are removed. */
const struct series *curves_series(const struct curves *c, unsigned run, unsigned branch,
				   unsigned metric);

/* Add a marker with the next letter. `knob` and its values as in struct curves_mark. Borrowed until
 * the next one. */
struct curves_mark *curves_mark(struct curves *c, enum curves_mark_kind kind, unsigned run,
				unsigned branch, uint32_t step, const char *text, int knob,
				double from, double to);

/* The value of a marker's knob at its step or a later one, by the marker alone. */
double curves_mark_value(const struct curves_mark *m, uint32_t step);

/*
 * Give the markers of a run after a step, and of changes at it, to the run `to`. Where work began
 * at the step, its marker stays, and so do those of the changes before: the state that a run goes
 * back to is that of the start.
 */
void curves_mark_cut(struct curves *c, unsigned run, unsigned to, uint32_t step);

/* Format a value of a knob, by number: the choice, or at most 6 digits. Returns buf. */
const char *curves_knob_value(int knob, double value, char *buf, size_t size);

/* Name of a run or teacher: letters, digits, '-' and '_', shorter than NET_NAME. */
bool curves_is_name(const char *name);

/* Remove samples and markers of a network, which is new or untrained. */
void curves_forget(struct curves *c, unsigned run, unsigned branch);

/* Remove the samples and markers of all networks, and all runs but CURVES_FIRST. */
void curves_clear(struct curves *c);

/*
 * A run goes back to `step`: its samples after that become those of a new run from CURVES_LEFT on,
 * forked there; its markers after it too. What was forked from those steps is now a fork of that
 * run. The baseline's samples are removed.
 */
void curves_cut(struct curves *c, unsigned run, uint32_t step);

/* Set the smoothing of all series, present and future. */
void curves_smooth(struct curves *c, double smooth);

/* Write the name of a network in tables and legends: of a student that of its run, "s"; of a
 * baseline "s:baseline"; of a teacher its own. Returns buf. */
#define CURVES_LABEL (NET_NAME + 16)
const char *curves_label(const struct curves *c, unsigned run, unsigned branch,
			 char buf[CURVES_LABEL]);

#endif
