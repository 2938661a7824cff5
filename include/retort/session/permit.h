/* What the caller of a replay permits: a tolerance for figures, files, programs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_PERMIT_H
#define RETORT_SESSION_PERMIT_H

#include <stdbool.h>

#include "retort/base/err.h"

struct permit {
	char within[32]; /* as given, "5%"; "": figures are compared exactly */
	double limit;    /* largest difference, or share of the recorded figure */
	bool relative;
	bool files;    /* write files, and read files that are not named by their hash */
	bool programs; /* run programs */
};

/* Parse a tolerance, "5%" of each figure or "0.01" for the difference. 0, or -1 and an error. */
int permit_within(struct permit *p, const char *word, struct err *e);

/* Parse "files" or "programs". 0, or -1 and an error. */
int permit_allow(struct permit *p, const char *word, struct err *e);

#endif
