/* figure_file.c: files of curves by their suffix. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/figure/figure_file.h"

#include <string.h>

#include "retort/base/choice.h"
#include "retort/figure/cairo_page.h"
#include "retort/figure/figure_gp.h"
#include "retort/figure/figure_table.h"

enum kind { CSV, TSV, JSON, SVG, PNG, PDF, GP }; /* in the order of FIGURE_FILE_SUFFIXES */

int
figure_file_kind(const char *path, struct err *e)
{
	const char *name = strrchr(path, '/'), *dot;

	name = name ? name + 1 : path;
	dot = strrchr(name, '.');
	if (!dot || dot == name)
		return err_set(e, "'%.200s' has no suffix (expected one of %s)", path,
			       FIGURE_FILE_SUFFIXES);
	return choice_find(dot + 1, FIGURE_FILE_SUFFIXES, "suffix", e);
}

int
figure_file_make(const struct figure_request *r, int kind, struct text *out, struct err *e)
{
	struct figure f;
	int status = 0;

	if (kind <= JSON)
		return figure_table_write(r, (enum figure_table_kind)kind, out, e);
	if (figure_init(&f, r, e) < 0)
		return -1;
	if (kind == GP)
		figure_gp_write(&f, out);
	else
		status = cairo_page_draw(&f, (enum cairo_page_kind)(kind - SVG), out, e);
	figure_release(&f);
	return status;
}
