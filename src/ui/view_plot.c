/* view_plot.c: view actions of plots: range of the values, hidden curves. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/view_plot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/text.h"
#include "retort/ui/curve.h"
#include "retort/ui/layout.h"

/* Parse "0.9" or "90%". */
static int
parse_value(const char *word, double *out)
{
	char copy[32];
	size_t len = (size_t)snprintf(copy, sizeof copy, "%s", word);
	bool percent = len && len < sizeof copy && copy[len - 1] == '%';

	if (percent)
		copy[len - 1] = '\0';
	if (len >= sizeof copy || text_to_double(copy, out) < 0)
		return -1;
	*out = percent ? *out / 100 : *out;
	return isfinite(*out) ? 0 : -1;
}

int
view_plot_range(struct scene *s, const char *argument, struct err *e)
{
	int which = layout_plot(s->view.focus);
	char from[32] = "", to[32] = "", more;
	double a = 0, b = 0;

	if (argument[0] && (sscanf(argument, "%31s %31s %c", from, to, &more) != 2 ||
			    parse_value(from, &a) < 0 || parse_value(to, &b) < 0 || !(a < b)))
		return err_set(e,
			       "view y-range: invalid range '%.40s' (expected FROM TO, such as 0.9 "
			       "1 or 90%% 100%%)",
			       argument);
	s->view.y_from[which] = a;
	s->view.y_to[which] = b;
	return 0;
}

/* Whether a plot in view has a curve of that name. */
static bool
has_curve(const struct scene *s, const char *name)
{
	struct curve curve[CURVE_MAX];

	for (int which = 0; which < SCENE_PLOTS; which++)
		for (int i = curve_list(s, (unsigned)s->view.plot_metric[which], curve); i-- > 0;)
			if (strcmp(curve[i].name, name) == 0)
				return true;
	return false;
}

int
view_plot_toggle(struct scene *s, const char *argument, struct err *e)
{
	struct scene_view *v = &s->view;
	const int most = (int)(sizeof v->hidden / sizeof *v->hidden);

	for (int i = 0; i < v->n_hidden; i++)
		if (strcmp(v->hidden[i], argument) == 0) {
			memmove(&v->hidden[i], &v->hidden[i + 1],
				(size_t)(--v->n_hidden - i) * sizeof *v->hidden);
			return 0;
		}
	if (!has_curve(s, argument))
		return err_set(
			e,
			"view toggle: no curve '%.40s' (expected a name in the legend of a plot)",
			argument);
	if (v->n_hidden == most)
		return err_set(e, "view toggle: %d curves are hidden, the most that can be", most);
	snprintf(v->hidden[v->n_hidden++], sizeof *v->hidden, "%s", argument);
	return 0;
}
