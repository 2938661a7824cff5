/* figure_gp.c: a figure as a script for gnuplot. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/figure/figure_gp.h"

#include <math.h>

#include "retort/figure/figure_marks.h"
#include "retort/figure/figure_panel.h"

/* Append a string between double quotes, as gnuplot reads it; controls become blanks. */
static void
add_string(struct text *out, const char *s)
{
	text_add(out, "\"");
	for (; *s; s++) {
		char c = (unsigned char)*s < 32 || *s == 127 ? ' ' : *s;

		text_add(out, c == '"' || c == '\\' ? "\\" : "");
		text_bytes(out, &c, 1);
	}
	text_add(out, "\"");
}

/* Append the samples of a line in a panel as the data block $pPANEL_LINE; an empty line is a break.
 */
static void
add_data(struct text *out, const struct figure_line *l, const struct series *s, unsigned metric,
	 size_t panel, size_t line)
{
	size_t n = series_len(s);
	char number[40];
	uint32_t step;
	double value;

	text_addf(out, "$p%zu_%zu << EOD\n", panel, line);
	if (!l->level && figure_fork(l, metric, &step, &value))
		text_addf(out, "%u %s\n", step, text_number(number, sizeof number, value));
	for (size_t i = l->level ? n - 1 : 0; i < n; i++) {
		series_get(s, i, &step, &value);
		if (isfinite(value))
			text_addf(out, "%u %s\n", step, text_number(number, sizeof number, value));
		else
			text_add(out, "\n");
	}
	text_add(out, "EOD\n");
}

/* Append what draws a line. */
static void
add_plot(struct text *out, const struct figure_line *l, const struct series *s, size_t panel,
	 size_t line)
{
	static const int dashes[] = { 1, 2, 3, 5 };
	char number[40];
	uint32_t step;
	double value;

	if (l->level) {
		series_last(s, &step, &value);
		text_addf(out, "%s",
			  isfinite(value) ? text_number(number, sizeof number, value) : "1/0");
	} else {
		text_addf(out, "$p%zu_%zu using 1:2", panel, line);
	}
	text_addf(out, " with lines lw 1.5 dt %d lc rgb \"#%06X\" title ", dashes[l->dash],
		  figure_color(l->color));
	add_string(out, l->name);
}

/* Append lines and letters of the markers, with their texts as comments. */
static void
add_marks(struct text *out, const struct figure *f)
{
	for (size_t i = 0; i < f->n_marks; i++)
		text_addf(out,
			  "set arrow %zu from %u, graph 0 to %u, graph 1 nohead dt 3 lc rgb "
			  "\"#999999\"\n",
			  i + 1, f->mark[i]->step, f->mark[i]->step);
	for (size_t i = 0; i < f->n_marks && i < FIGURE_MARKS; i++) {
		char letter[4];

		text_addf(out, "# %s %u ", figure_marks_letter(i, letter), f->mark[i]->step);
		add_string(out, f->owner[i]->name);
		text_add(out, " ");
		add_string(out, f->mark[i]->text);
		text_add(out, "\n");
	}
	for (size_t i = 0, next; i < f->n_marks && i < FIGURE_MARKS; i = next) {
		char name[FIGURE_MARKS_GROUP];

		next = figure_marks_group(f, i, false, name);
		text_addf(out,
			  "set label %zu \"%s\" at %u, graph 0.97 left "
			  "offset character 0.3,0 tc rgb \"#%06X\"\n",
			  i + 1, name, f->mark[i]->step, figure_color(f->owner[i]->color));
	}
}

static void
add_panel(struct text *out, const struct figure *f, size_t panel)
{
	const struct metric_info *m = metric_info(f->panel[panel]);
	const char *separator = "plot ";
	struct axis y;

	figure_panel_axis(f, f->panel[panel], &y);
	text_addf(out, "set ylabel \"%s%s%s%s\"\n%s logscale y\nset yrange [%.15g:%.15g]\n",
		  m->name, m->unit[0] ? " (" : "", m->unit, m->unit[0] ? ")" : "",
		  y.log ? "set" : "unset", y.from, y.to);
	if (panel == 1)
		text_add(out, "unset key\n"); /* that of the first panel is for all */
	text_addf(out, "set xlabel \"%s\"\n", panel + 1 == f->n_panels ? "step" : "");
	for (size_t i = 0; i < f->n_lines; i++) {
		const struct series *s = figure_series(&f->line[i], f->panel[panel]);

		if (!s)
			continue;
		text_add(out, separator);
		add_plot(out, &f->line[i], s, panel, i);
		separator = ", \\\n     ";
	}
	text_add(out, "\n");
}

void
figure_gp_write(const struct figure *f, struct text *out)
{
	text_add(out, "# For a file: gnuplot -e \"set terminal pdfcairo size 16cm,14cm; set output "
		      "'curves.pdf'\" THIS_FILE\n");
	for (size_t p = 0; p < f->n_panels; p++)
		for (size_t i = 0; i < f->n_lines; i++) {
			const struct series *s = figure_series(&f->line[i], f->panel[p]);

			if (s)
				add_data(out, &f->line[i], s, f->panel[p], p, i);
		}
	text_add(out, "set encoding utf8\nset border 3\nset tics nomirror\nset grid y lc rgb "
		      "\"#E4E4E4\"\nset key noenhanced outside top center horizontal\n");
	text_addf(out, "set xrange [0:%u]\n", f->last ? f->last : 1);
	add_marks(out, f);
	text_addf(out, "set multiplot layout %zu,1", f->n_panels);
	if (f->title[0]) {
		text_add(out, " title ");
		add_string(out, f->title);
		text_add(out, " noenhanced");
	}
	text_add(out, "\n");
	for (size_t p = 0; p < f->n_panels; p++)
		add_panel(out, f, p);
	text_add(out, "unset multiplot\n");
}
