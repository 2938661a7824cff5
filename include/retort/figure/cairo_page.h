/* A page drawn by cairo, as SVG, PNG or PDF. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_FIGURE_CAIRO_PAGE_H
#define RETORT_FIGURE_CAIRO_PAGE_H

#include "retort/base/text.h"
#include "retort/figure/figure_pen.h"

enum cairo_page_kind { CAIRO_PAGE_SVG, CAIRO_PAGE_PNG, CAIRO_PAGE_PDF };

#define CAIRO_PAGE_DPI 300 /* of a PNG */

#define CAIRO_PAGE_WIDTH 468 /* points: the text of a page with margins of an inch */

/* What a page shows; `arg` is the first argument of its functions. */
struct cairo_page {
	const void *arg;
	double (*height)(const void *arg, const struct figure_pen *pen); /* measured by the pen */
	void (*draw)(const void *arg, const struct figure_pen *pen);
};

/* cairo_page_draw for any page. */
int cairo_page_make(const struct cairo_page *p, enum cairo_page_kind kind, struct text *out,
		    struct err *e);

/*
 * Draw a figure and append the bytes of its file. The same figure gives the same bytes as long as
 * the fonts are the same. A PDF has a date only if SOURCE_DATE_EPOCH is set. cairo is loaded by the
 * first call. 0, or -1 and an error. Main thread.
 */
int cairo_page_draw(const struct figure *f, enum cairo_page_kind kind, struct text *out,
		    struct err *e);

#endif
