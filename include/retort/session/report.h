/* Report: a table of teachers, student, and baseline. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_REPORT_H
#define RETORT_SESSION_REPORT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "retort/lab/lab.h"
#include "retort/lab/request.h"

/* A setting at the start or a change, for the list at the end of the report. */
struct report_change {
	char stamp[48]; /* "@120"; "start": a setting at the start */
	uint64_t step;
	char text[REQUEST_NOTE];
};

void report_text(FILE *out, const struct lab_info *info, const struct report_change *change,
		 size_t n);

/* One JSON object on one line. NaN is null. */
void report_json(FILE *out, const struct lab_info *info, const struct report_change *change,
		 size_t n);

#endif
