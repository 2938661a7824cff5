/* Changes of the curves by the result of a request: networks that are new, markers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_CURVE_CURVES_RESULT_H
#define RETORT_CURVE_CURVES_RESULT_H

#include "retort/curve/curves.h"
#include "retort/lab/knob_changes.h"
#include "retort/lab/request.h"

#define CURVES_RESULT_ALL (1u << 31)

/*
 * Remove the curves of networks that `r` has made new, take the names of teachers, and add a marker
 * for each change of a knob, in every run, and for the result itself. Call for every result, in
 * their order. Returns a bit for each branch whose curves were removed;
 * CURVES_RESULT_ALL: those of all networks of all runs.
 */
unsigned curves_result(struct curves *c, const struct request *r);

/* Write "temperature 4 -> 2", or how the ramp of the knob continues. Returns buf. */
const char *curves_result_change(const struct knob_change *c, char *buf, size_t size);

/* The runs that go back with the result of REWIND; returns their number. */
size_t curves_result_back(const struct request *r, unsigned runs[LAB_RUNS]);

#endif
