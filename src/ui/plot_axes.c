/* plot_axes.c: the axes of a plot. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/plot_axes.h"

#include <math.h>
#include <string.h>

void
plot_axes_y(struct canvas_area a, int top, const struct rail *r, const struct axis *y,
	    enum raster_set set, int height)
{
	int down = raster_down(set), labelled = -1;

	for (int row = 0; r->margin && row < height; row++)
		canvas_put(a, r->margin - 1, top + row, r->ascii ? '|' : 0x2502, CANVAS_DIM);
	for (int i = 0; r->margin > 1 && i < y->n; i++) {
		const struct axis_tick *t = &y->tick[i];
		int row = span_row(y, height * down, t->value);

		row = row < 0 ? -1 : row / down;
		if (row < 0 || row >= height || row == labelled)
			continue;
		labelled = row;
		canvas_text_right(a, r->margin - 1, top + row, CANVAS_PLAIN, t->label);
		canvas_put(a, r->margin - 1, top + row, r->ascii ? '+' : 0x2524, CANVAS_DIM);
	}
}

void
plot_axes_x(struct canvas_area a, const struct rail *r, int axis_row, int label_row)
{
	const struct span_steps *x = &r->x;
	struct axis ticks;
	int free_from = 0;
	char label[16];

	if (r->margin)
		canvas_put(a, r->margin - 1, axis_row, r->ascii ? '+' : 0x2514, CANVAS_DIM);
	for (int i = r->margin; i < a.width; i++)
		canvas_put(a, i, axis_row, r->ascii ? '-' : 0x2500, CANVAS_DIM);
	axis_fit(&ticks, x->log && !x->from ? 1 : x->from, x->to, x->log, x->columns / 10 + 2);
	for (int i = 0; i < ticks.n; i++) {
		double step = ticks.tick[i].value;
		int width, at, start;

		if (step < x->from || step > x->to || step != floor(step))
			continue;
		axis_step((uint32_t)step, label, sizeof label);
		width = (int)strlen(label);
		at = r->margin + span_column(x, (uint32_t)step);
		start = at - (width - 1) / 2;
		start = start + width > a.width ? a.width - width : start < 0 ? 0 : start;
		if (start < free_from)
			continue;
		if (label_row)
			canvas_put(a, at, axis_row, r->ascii ? '+' : 0x252C, CANVAS_DIM);
		canvas_text(a, start, label_row ? label_row : axis_row, CANVAS_PLAIN, label);
		free_from = start + width + 1;
	}
}
