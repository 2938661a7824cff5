/* Data on standard output: evaluations, changes, reports and what commands say, as TSV or as JSON lines. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_TELL_H
#define RETORT_SESSION_TELL_H

#include <stdbool.h>
#include <stdio.h>

#include "retort/learn/trainer.h"
#include "retort/session/report.h"

struct tell {
	FILE *out;     /* borrowed; NULL: nothing is told */
	bool json;
	bool open;     /* an evaluation's object is begun: whose, and at which step */
	unsigned branch;
	uint32_t step;
};

/* "main", "plain", or the teacher's name. */
const char *tell_branch(const struct lab_info *info, unsigned branch);

/* A sample: evaluations are data, the figures of every step are not printed. */
void tell_sample(struct tell *t, const struct lab_info *info, const struct event *ev);

/* End an evaluation that is begun: before anything else is written. */
void tell_close(struct tell *t);

void tell_change(struct tell *t, const char *stamp, const char *what);
void tell_report(struct tell *t, const struct lab_info *info, const struct report_change *change, size_t n);

/* What a command that was asked says, as it stands: `show` and its like. */
void tell_text(struct tell *t, const char *command, const char *text);

#endif
