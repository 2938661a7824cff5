/* Lines of markers in files of curves, for curves_file.h. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_CURVE_CURVES_FILE_MARK_H
#define RETORT_CURVE_CURVES_FILE_MARK_H

#include "retort/base/err.h"
#include "retort/base/text.h"
#include "retort/curve/curves.h"

#define CURVES_FILE_MARKS 10000 /* of a file */

/* Append the line of a marker: "# mark STEP NAME KIND KNOB FROM TO RAMP TEXT". */
void curves_file_mark_write(const struct curves *c, const struct curves_mark *m, struct text *out);

/* Add the marker of the words from KIND on, which are changed. 0, or -1 and an error. */
int curves_file_mark_read(struct curves *c, unsigned run, unsigned branch, uint32_t step,
			  char *rest, struct err *e);

#endif
