/* The summary of a recording: what was trained, and its last figures. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_SESSION_SUMMARY_H
#define RETORT_SESSION_SESSION_SUMMARY_H

#include <stdint.h>

#include "retort/base/err.h"

struct session_summary {
	char data[64];    /* as written in the `data` line; "": none */
	char student[96]; /* model of the run whose last val-nll is the lowest; "": none */
	uint64_t step;    /* last step of that run with a figure */
	double nll, best; /* its last and lowest val-nll; NaN: none */
	double teacher;   /* the lowest last val-nll of the teachers; NaN: none */
	int changes;      /* stamped lines that are no figures */
};

/* Read a recording. -1 and an error where it cannot be read or is none; a line that cannot be read,
 * such as the torn last one of a killed session, ends it. */
int session_summary_read(struct session_summary *s, const char *path, struct err *e);

#endif
