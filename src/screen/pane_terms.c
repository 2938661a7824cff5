/* pane_terms.c: what each loss term is worth: its value, its weighted value, its share of the gradient. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <stdio.h>

#include "retort/screen/layout.h"
#include "retort/screen/pane.h"

struct term {
	char name[32];
	double raw, weighted, share; /* NaN where not measured */
	enum canvas_look look;
};

/* At the last evaluation, as the shares are: figures of one step, which stand still long enough to be read. */
static double
last(const struct scene *s, unsigned metric)
{
	const struct series *x = s->series[LAB_MAIN][metric], *evaluated = s->series[LAB_MAIN][METRIC_VAL_NLL];
	uint32_t step = UINT32_MAX, at;
	double value;

	if (evaluated)
		series_last(evaluated, &step, &value);
	return x && series_at(x, step, &at, &value) ? value : NAN;
}

/* Three digits: these change at every evaluation, and every digit is bytes on a thin line. */
static const char *
brief(char *buf, size_t size, double x)
{
	snprintf(buf, size, isfinite(x) ? "%.3g" : "-", x);
	return buf;
}

static int
terms(const struct scene *s, struct term *t)
{
	int n = 0;

	t[n++] = (struct term){ "ce", last(s, METRIC_TRAIN_CE), last(s, METRIC_WEIGHTED_CE), last(s, METRIC_SHARE_CE),
				CANVAS_CURVE2 };
	t[n++] = (struct term){ "kd", last(s, METRIC_TRAIN_KD), last(s, METRIC_WEIGHTED_KD), last(s, METRIC_SHARE_KD),
				CANVAS_CURVE1 };
	for (int i = 0; i < s->info.n_maps; i++) {
		const struct lab_map *m = &s->info.map[i];

		t[n] = (struct term){ .raw = last(s, metric_map(m->slot, METRIC_MAP_TRAIN)),
				      .weighted = last(s, metric_map(m->slot, METRIC_MAP_WEIGHTED)),
				      .share = last(s, metric_map(m->slot, METRIC_MAP_SHARE)),
				      .look = (enum canvas_look)(CANVAS_CURVE3 + i % 4) };
		snprintf(t[n++].name, sizeof t->name, "%.12s:%s s:%s", s->info.teacher[m->teacher].name,
			 s->info.teacher[m->teacher].layer[m->t_layer].name, s->info.student.layer[m->s_layer].name);
	}
	return n;
}

static void
draw_bar(const struct scene *s, struct canvas_area a, int x, int y, int width, const struct term *t)
{
	int filled = isfinite(t->share) ? (int)lround(t->share * width) : 0;

	for (int i = 0; i < width && x + i < a.width; i++)
		canvas_text(a, x + i, y, i < filled ? t->look : CANVAS_DIM,
			    i < filled ? (scene_ascii(s) ? "#" : "\u2588") : scene_ascii(s) ? "." : "\u00B7");
}

static void
draw(const struct scene *s, struct canvas_area a)
{
	struct term t[2 + LAB_MAPS];
	int n = terms(s, t), bar = a.width - 42;
	char raw[32], weighted[32], kl[32];

	pane_heading(s, a, LAYOUT_terms, "loss terms");
	canvas_text(a, 15, 0, CANVAS_DIM, "   value  weighted  share of the gradient");
	for (int i = 0; i < n; i++) {
		canvas_textf(a, 0, 1 + i, t[i].look, "%-14s", t[i].name);
		canvas_textf(a, 15, 1 + i, CANVAS_PLAIN, "%8s  %8s", brief(raw, sizeof raw, t[i].raw),
			     brief(weighted, sizeof weighted, t[i].weighted));
		if (isfinite(t[i].share))
			canvas_textf(a, 35, 1 + i, CANVAS_PLAIN, "%4.0f%%", 100 * t[i].share);
		draw_bar(s, a, 41, 1 + i, bar < 50 ? bar : 50, &t[i]);
	}
	canvas_textf(a, 0, 2 + n, CANVAS_DIM, "KL at T = 1  train %s", brief(kl, sizeof kl, last(s, METRIC_TRAIN_KL)));
	canvas_textf(a, 26, 2 + n, CANVAS_DIM, "held out %s", brief(kl, sizeof kl, last(s, METRIC_VAL_KL)));
	canvas_textf(a, 0, 3 + n, CANVAS_DIM, "lr %s", brief(kl, sizeof kl, last(s, METRIC_LR)));
	canvas_textf(a, 26, 3 + n, CANVAS_DIM, "|gradient| %s", brief(kl, sizeof kl, last(s, METRIC_GRAD_NORM)));
}

const struct pane pane_terms = {
	.name = "terms",
	.title = "Loss terms",
	.doc = "Each loss term at the last evaluation: its value, its weighted value, its share of the gradient.",
	.hints = "shares are measured at evaluations",
	.draw = draw,
};
