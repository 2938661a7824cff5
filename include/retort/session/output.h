/* Data on standard output: evaluations, changes, reports and what commands say, as TSV or as JSON
 * lines. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_OUTPUT_H
#define RETORT_SESSION_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "retort/lab/trainer.h"
#include "retort/session/report.h"

struct output {
	FILE *out; /* borrowed; NULL: nothing is told */
	bool json;
	bool open; /* an evaluation's object is begun: whose, and at which step */
	unsigned branch;
	uint32_t step;
};

/* "main", "plain", or the teacher's name. */
const char *output_branch(const struct lab_info *info, unsigned branch);

/* A sample: evaluations are data, the figures of every step are not printed. */
void output_sample(struct output *t, const struct lab_info *info, const struct event *ev);

/* End an evaluation that is begun: before anything else is written. */
void output_close(struct output *t);

void output_change(struct output *t, const char *stamp, const char *what);
void output_report(struct output *t, const struct lab_info *info,
		   const struct report_change *change, size_t n);

/* What a command that was asked says, as it stands: `show` and its like. */
void output_text(struct output *t, const char *command, const char *text);

#endif
