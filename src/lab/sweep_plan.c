/* sweep_plan.c: the points of a sweep are listed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/sweep_plan.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/rng.h"
#include "retort/base/text.h"

/* Parse "random N" at the end. */
static int
parse_random(struct sweep_plan *p, struct sweep_axis_words *w, struct err *e)
{
	const char *word;
	int64_t n;

	if (w->at == w->n)
		return 0;
	w->at++;
	word = w->at < w->n ? w->word[w->at] : "";
	if (text_to_int(word, &n) < 0 || n < 1 || n > SWEEP_PLAN_POINTS)
		return err_set(e, "invalid number of points 'random %.40s' (expected 1 to %d)",
			       word, SWEEP_PLAN_POINTS);
	if (w->at + 1 < w->n)
		return err_set(e, "unexpected word '%.40s' after random %s", w->word[w->at + 1],
			       word);
	p->drawn = (int)n;
	return 0;
}

/* Check that all axes are ranges, or all have their values, and count the points. */
static int
count_points(struct sweep_plan *p, struct err *e)
{
	double n = 1;

	for (int i = 0; i < p->n_axes; i++) {
		const struct sweep_axis *a = &p->axis[i];

		if (p->drawn && a->n)
			return err_set(e,
				       "random: %s has a list of values (expected a range A..B "
				       "for each knob)",
				       sweep_plan_name(p, i));
		if (!p->drawn && !a->n)
			return err_set(e,
				       "missing number of values of %s (expected A..B x N, or "
				       "random N at the end)",
				       sweep_plan_name(p, i));
		n *= a->n;
	}
	if (!p->drawn && n > SWEEP_PLAN_POINTS)
		return err_set(e, "%.0f points (expected at most %d); `random %d` draws some", n,
			       SWEEP_PLAN_POINTS, SWEEP_PLAN_POINTS / 10);
	p->n_points = p->drawn ? p->drawn : (int)n;
	return 0;
}

/* Value of an axis at a point: of a product the last axis varies fastest. */
static char *
make_value(const struct sweep_plan *p, int point, int axis, uint64_t seed)
{
	const struct sweep_axis *a = &p->axis[axis];
	int index = point;
	char text[64];

	if (!p->drawn) {
		for (int k = p->n_axes - 1; k > axis; k--)
			index /= p->axis[k].n;
		return mem_text(a->value[index % a->n]);
	}
	sweep_axis_draw(a, rng_unit(rng_stream(seed, "sweep", (uint64_t)point, (uint64_t)axis), 0),
			text, sizeof text);
	return mem_text(text);
}

static void
make_points(struct sweep_plan *p, uint64_t seed)
{
	p->value = mem_array((size_t)p->n_points * (size_t)p->n_axes, sizeof *p->value);
	for (int i = 0; i < p->n_points; i++)
		for (int k = 0; k < p->n_axes; k++)
			p->value[i * p->n_axes + k] = make_value(p, i, k, seed);
}

static int
parse_axes(struct sweep_plan *p, struct sweep_axis_words *w, struct err *e)
{
	while (!sweep_axis_ends(w)) {
		struct sweep_axis *a = &p->axis[p->n_axes];

		if (p->n_axes == SWEEP_PLAN_AXES)
			return err_set(e, "more than %d knobs at once", SWEEP_PLAN_AXES);
		p->n_axes++;
		if (sweep_axis_parse(a, w, e) < 0)
			return -1;
		p->fresh |= sweep_axis_is_fresh(a);
		for (int i = 0; i + 1 < p->n_axes; i++)
			if (p->axis[i].kind == a->kind && p->axis[i].knob == a->knob)
				return err_set(e, "%s is there twice", sweep_plan_name(p, i));
	}
	return p->n_axes ? 0 : err_set(e, "missing knob (expected KNOB 1,2,4 for N)");
}

int
sweep_plan_parse(struct sweep_plan *p, int n, char *const *word, uint64_t seed, struct err *e)
{
	struct sweep_axis_words w = { n, 0, word };

	memset(p, 0, sizeof *p);
	if (parse_axes(p, &w, e) < 0 || parse_random(p, &w, e) < 0 || count_points(p, e) < 0) {
		sweep_plan_release(p);
		return -1;
	}
	make_points(p, seed);
	return 0;
}

void
sweep_plan_release(struct sweep_plan *p)
{
	for (int i = 0; i < p->n_axes; i++)
		sweep_axis_release(&p->axis[i]);
	for (int i = 0; p->value && i < p->n_points * p->n_axes; i++)
		mem_free(p->value[i]);
	mem_free(p->value);
	memset(p, 0, sizeof *p);
}

const char *
sweep_plan_value(const struct sweep_plan *p, int point, int axis)
{
	return p->value[point * p->n_axes + axis];
}

const char *
sweep_plan_name(const struct sweep_plan *p, int axis)
{
	return sweep_axis_name(&p->axis[axis]);
}

const char *
sweep_plan_text(const struct sweep_plan *p, int point, char *buf, size_t size)
{
	struct text t = { 0 };

	for (int i = 0; i < p->n_axes; i++)
		text_item(&t, "%s %s", sweep_plan_name(p, i), sweep_plan_value(p, point, i));
	snprintf(buf, size, "%s", text_get(&t));
	text_release(&t);
	return buf;
}
