/* chart.c: lines over steps. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/chart.h"

#include "retort/base/mem.h"
#include "retort/ui/plot.h"
#include "retort/ui/plot_axes.h"
#include "retort/ui/rail.h"
#include "retort/ui/span.h"

#define AXIS_ROWS 5 /* height from which the steps have a row */

/* Draw one line into the raster, and its cells into the area. */
static void
draw_line(struct raster *r, struct canvas_area a, const struct chart_line *l,
	  const struct span_steps *x, struct span *span, const struct axis *y)
{
	raster_clear(r);
	for (int c = 0; c < x->columns; c++)
		span[c] = span_fold(l->series, span_edge(x, c), span_edge(x, c + 1), y->log);
	span_draw(r, x, span, y, l->series, UINT32_MAX);
	if (r->set != RASTER_ASCII)
		raster_dash(r, l->stroke->on, l->stroke->off);
	for (int i = 0; i < a.width * a.height; i++) {
		uint32_t ch = raster_char(r, i % a.width, i / a.width, l->stroke->glyph);

		if (ch)
			canvas_put(a, i % a.width, i / a.width, ch, l->style);
	}
}

void
chart_draw(const struct scene *s, struct canvas_area a, const struct chart_line *line, int n,
	   const struct axis *y, int margin)
{
	enum raster_set set = plot_set(s);
	int rows = a.height - (a.height >= AXIS_ROWS), width = a.width - margin;
	struct rail rail = { .margin = margin, .ascii = set == RASTER_ASCII };
	struct canvas_area cells = canvas_cut(a, margin, 0, width, rows);
	struct raster r = { 0 };
	struct span_steps x;
	struct span *span;

	if (width < 1 || rows < 1)
		return;
	rail.x = plot_steps(s, width);
	x = plot_steps(s, width * raster_across(set));
	span = mem_array((size_t)x.columns, sizeof *span);
	raster_resize(&r, set, width, rows);
	plot_axes_y(a, 0, &rail, y, set, rows);
	if (rows < a.height)
		plot_axes_x(a, &rail, rows, 0);
	for (int i = n; i-- > 0;)
		if (line[i].series && series_len(line[i].series))
			draw_line(&r, cells, &line[i], &x, span, y);
	raster_release(&r);
	mem_free(span);
}
