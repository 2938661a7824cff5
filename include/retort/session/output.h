/* Data on standard output: evaluations, changes, reports and output of commands, as TSV or JSON
 * lines. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_OUTPUT_H
#define RETORT_SESSION_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "retort/lab/trainer.h"
#include "retort/session/report.h"

struct output {
	FILE *out; /* borrowed; NULL: no output */
	bool json;
	bool open; /* an eval object is open, of `branch` of `run` at `step` */
	unsigned branch, run;
	uint32_t step;
};

/*
 * Return the name of a network: the teacher's; of the run "s" main and plain, its baseline; of
 * another its name, "s2" and "s2:plain". Valid until the next call.
 */
const char *output_network(const struct lab_info *info, const struct event *ev);

/* Write a sample if its metric is one of evaluations; metrics of every step are skipped. */
void output_sample(struct output *t, const struct lab_info *info, const struct event *ev);

/* Close an open eval object; call before writing anything else to `out`. */
void output_close(struct output *t);

void output_change(struct output *t, const char *stamp, const char *what);
void output_report(struct output *t, const struct lab_info *info,
		   const struct report_change *change, size_t n);

/* Write the output of a command, such as `show`, unchanged; with JSON as one object. */
void output_text(struct output *t, const char *command, const char *text);

#endif
