/* sweep_score.c: figures of points, their order, and halving. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/sweep_score.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"

bool
sweep_score_taught(unsigned metric)
{
	return metric == METRIC_VAL_AGREEMENT || metric == METRIC_VAL_KL;
}

double
sweep_score_unit(const struct sweep *s, size_t unit, bool confirm)
{
	const struct sweep_unit *u = &s->unit[unit];
	size_t from = confirm ? s->n_rank : 0, to = confirm ? s->n_rows : s->n_rank;
	double sum = 0, count = 0;

	if (!u->row || u->state == SWEEP_DIVERGED)
		return NAN;
	for (size_t i = from; i < to; i++) {
		sum += eval_rows_figure(&u->row[i], s->metric);
		count += s->count[i];
	}
	return sum / count;
}

double
sweep_score_point(const struct sweep *s, int point, bool confirm)
{
	double sum = 0;

	for (int i = 0; i < s->n_seeds; i++)
		sum += sweep_score_unit(s, (size_t)(point * s->n_seeds + i), confirm);
	return sum / s->n_seeds;
}

bool
sweep_score_done(const struct sweep *s, int point)
{
	bool done = true;

	for (int i = 0; i < s->n_seeds; i++) {
		enum sweep_state state = s->unit[point * s->n_seeds + i].state;

		done = done && (state == SWEEP_DONE || state == SWEEP_DIVERGED);
	}
	return done;
}

bool
sweep_score_at(const struct sweep *s, int point, uint64_t steps)
{
	for (int i = 0; i < s->n_seeds; i++) {
		const struct sweep_unit *u = &s->unit[point * s->n_seeds + i];

		if (!u->row || u->state == SWEEP_DIVERGED || u->steps != steps)
			return false;
	}
	return steps > 0;
}

int
sweep_score_better(const struct sweep *s)
{
	return metric_info(s->metric)->better;
}

struct sweep_figures
sweep_score_figures(const struct sweep *s, size_t unit)
{
	const struct sweep_unit *u = &s->unit[unit];
	struct sweep_figures f = { u->key, u->steps, u->state == SWEEP_DIVERGED, NULL };

	if (f.diverged) {
		f.steps = s->target;
		return f;
	}
	f.row = mem_array(s->n_rows, sizeof *f.row);
	memcpy(f.row, u->row, s->n_rows * sizeof *f.row);
	return f;
}

void
sweep_score_describe(const struct sweep *s, size_t unit, char *buf, size_t size)
{
	const struct sweep_unit *u = &s->unit[unit];
	int point = (int)(unit / (size_t)s->n_seeds);
	char text[160] = "the settings in force", seed[32] = "";

	if (point)
		sweep_plan_text(&s->plan, point - 1, text, sizeof text);
	if (s->seeds)
		snprintf(seed, sizeof seed, ", seed %zu", 1 + unit % (size_t)s->n_seeds);
	if (u->state == SWEEP_DIVERGED)
		snprintf(buf, size, "sweep: point %d of %d%s: %s: diverged", point,
			 s->plan.n_points, seed, text);
	else
		snprintf(buf, size, "sweep: point %d of %d%s: %s: %s %.5g after %llu steps", point,
			 s->plan.n_points, seed, text, metric_info(s->metric)->name,
			 sweep_score_unit(s, unit, false), (unsigned long long)u->steps);
}

int
sweep_score_expect(const struct trainer_state *w, struct request *r, unsigned metric, struct err *e)
{
	int64_t point;

	if (strncmp(r->u.expect.name, "sweep.", 6) != 0)
		return 1;
	if (text_to_int(r->u.expect.name + 6, &point) < 0 || point < 0 || point >= w->n_swept)
		return err_set(e, "expect: no point '%s' of a sweep (expected sweep.0 to sweep.%d)",
			       r->u.expect.name, w->n_swept - 1);
	if (metric != w->swept_by)
		return err_set(e, "expect: the sweep was ranked by %s",
			       metric_info(w->swept_by)->name);
	r->u.expect.value = w->swept[point];
	return isnan(r->u.expect.value) ? err_set(e, "expect: %s has no value", r->u.expect.name)
					: 0;
}

/* ---- halving ---- */

static void
drop_point(struct sweep *s, int point)
{
	for (int i = 0; i < s->n_seeds; i++) {
		struct sweep_unit *u = &s->unit[point * s->n_seeds + i];

		if (u->state == SWEEP_WAITS)
			u->state = SWEEP_DROPPED;
		sweep_free_run(u);
	}
}

/* Whether a point waits for more steps. */
static bool
is_left(const struct sweep *s, int point)
{
	for (int i = 0; i < s->n_seeds; i++)
		if (s->unit[point * s->n_seeds + i].state != SWEEP_WAITS)
			return false;
	return true;
}

/* The worst of the points that are left; one that diverged under a seed is the worst of all. The
 * reference is never dropped. */
static int
worst_point(const struct sweep *s)
{
	int worst = 0;
	double value = 0;

	for (int i = 1; i <= s->plan.n_points; i++) {
		double x = -sweep_score_better(s) * sweep_score_point(s, i, false);

		if (i == s->same || !is_left(s, i))
			continue;
		if (!worst || x >= value) {
			worst = i;
			value = x;
		}
	}
	return worst;
}

void
sweep_score_halve(struct sweep *s)
{
	int left = 0, drop;

	for (int i = 1; i <= s->plan.n_points; i++) {
		bool all = is_left(s, i);

		if (!all && i != s->same)
			drop_point(s, i); /* diverged under one of its seeds */
		left += all && i != s->same;
	}
	for (drop = left / 2; drop > 0; drop--)
		drop_point(s, worst_point(s));
	s->target = s->target * 2 > s->steps / 2 ? s->steps : s->target * 2;
}
