/* pane_report.c: the last report. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>

#include "retort/ui/layout.h"
#include "retort/ui/pane.h"

static const char *
empty_report(const struct scene *s)
{
	return s->n_report ? NULL
			   : "no report yet; `report` makes one, and so does the end of a run";
}

static void
draw_report(const struct scene *s, struct canvas_area a)
{
	int rows = a.height - 1, first = s->view.report_scroll, n = (int)s->n_report;
	char note[64] = "";

	pane_heading(s, a, LAYOUT_report, "report");
	if (n > rows)
		snprintf(note, sizeof note, "%d-%d of %d", first + 1,
			 first + rows < n ? first + rows : n, n);
	else if (n)
		snprintf(note, sizeof note, "@%llu", (unsigned long long)s->report_step);
	pane_note(a, note);
	if (n == 0)
		canvas_text_most(a, 1, 1, a.width - 1, CANVAS_DIM, empty_report(s));
	for (int y = 0; y < rows && first + y < n; y++)
		canvas_text_most(a, 1, 1 + y, a.width - 1, CANVAS_PLAIN, s->report[first + y]);
}

const struct pane pane_report = {
	.name = "report",
	.title = "Report",
	.doc = "The last report: scores of student, baseline and teachers, speeds, changes.",
	.hints = "jk scroll  PgDn page  / search",
	.draw = draw_report,
	.empty = empty_report,
};
