/* view_probe.c: measurements for open panes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/view_probe.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/ui/editor.h"
#include "retort/ui/gauge_sets.h"
#include "retort/ui/layout.h"
#include "retort/ui/view_result.h"

#define INTERVAL 1          /* seconds between measurements of a kind while a network trains */
#define COMPARE_SHARE 0.005 /* of the time at most for comparisons of runs */

void
view_probe_init(struct view_probe *p)
{
	*p = (struct view_probe){ .cka_teacher = -1 };
}

void
view_probe_drop(struct view_probe *p, struct scene *s, unsigned drops)
{
	if (drops & VIEW_RESULT_PROBE)
		p->cka_teacher = -1;
	if (drops & VIEW_RESULT_CKA)
		s->cka.n_student = 0;
	if (drops & VIEW_RESULT_STALE)
		p->gauge_stale = true;
	if (drops & VIEW_RESULT_GAUGE) {
		gauge_sets_clear(s);
		p->gauge_dropped = true;
	}
}

static bool
is_training(const struct scene *s)
{
	return s->info.phase != LAB_IDLE && !s->info.paused;
}

/* Whether two names are those of the selected sets. */
static bool
are_selected(const struct scene *s, const char *first, const char *second)
{
	return strcmp(first, gauge_sets_name(s, 0)) == 0 &&
	       strcmp(second, gauge_sets_name(s, 1)) == 0;
}

static struct request *
next_gauge(struct view_probe *p, struct scene *s, double now)
{
	bool known = s->gauge_error[0] ||
		     (s->gauge.rows[0] && are_selected(s, s->gauge.name[0], s->gauge.name[1]));
	struct request *r;

	if (!p->gauge_stale && known &&
	    (p->gauge_step == s->info.run->student.last.step ||
	     (is_training(s) && now < p->gauge_at + INTERVAL)))
		return NULL;
	r = request_new(REQUEST_GAUGE);
	snprintf(r->u.sets.first, sizeof r->u.sets.first, "%s", gauge_sets_name(s, 0));
	snprintf(r->u.sets.second, sizeof r->u.sets.second, "%s", gauge_sets_name(s, 1));
	p->gauge_stale = p->gauge_dropped = false;
	p->gauge_step = s->info.run->student.last.step;
	p->gauge_at = now;
	p->busy = true;
	return r;
}

static struct request *
next_cka(struct view_probe *p, const struct scene *s, double now)
{
	struct request *r;

	if ((is_training(s) && now < p->cka_at + INTERVAL) ||
	    (p->cka_teacher == s->view.edit_teacher && p->cka_step == s->info.run->step))
		return NULL;
	r = request_new(REQUEST_PROBE);
	r->u.probe.teacher = p->cka_teacher = s->view.edit_teacher;
	p->cka_step = s->info.run->step;
	p->cka_at = now;
	p->busy = true;
	return r;
}

/* Whether the list of runs is on the screen, and its runs can be evaluated. */
static bool
are_compared(const struct scene *s)
{
	struct layout l;

	if (s->info.n_runs < 2 || (s->info.phase != LAB_IDLE && s->info.phase != LAB_DISTILLING))
		return false;
	layout_make(s, s->width, s->height, &l);
	return l.pane[LAYOUT_runs].height > 0;
}

static bool
same_scores(const struct scores *a, const struct scores *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

/* Whether one of both was evaluated since the interval of a run was measured. */
static bool
is_stale(const struct scene *s, const struct lab_listed *r, const struct lab_listed *reference)
{
	const struct scene_interval *known = scene_interval(s, r->number);

	return r != reference && r->has_student &&
	       !(known && same_scores(&known->own, &r->last) &&
		 same_scores(&known->referenced, &reference->last));
}

/* The comparison of a run with the reference. */
static struct request *
next_compare(struct view_probe *p, const struct scene *s, double now)
{
	const struct lab_listed *reference = lab_run_listed(&s->info, s->info.reference),
				*run = NULL;
	struct request *r;

	if (p->compare_ends) {
		p->compare_wait = (now - p->compare_at) / COMPARE_SHARE;
		p->compare_wait = p->compare_wait < INTERVAL ? INTERVAL : p->compare_wait;
		p->compare_ends = false;
	}
	if (!reference || (is_training(s) && now < p->compare_at + p->compare_wait) ||
	    !are_compared(s))
		return NULL;
	for (int i = 0; i < s->info.n_runs && !run; i++) {
		p->compare_row = (p->compare_row + 1) % s->info.n_runs;
		if (is_stale(s, &s->info.runs[p->compare_row], reference))
			run = &s->info.runs[p->compare_row];
	}
	if (!run)
		return NULL;
	r = request_new(REQUEST_COMPARE);
	snprintf(r->target, sizeof r->target, "%d", run->number);
	p->compared = (struct scene_interval){
		.is = { run->number, reference->number, NAN, NAN, NAN, NAN, NAN, NAN },
		.own = run->last,
		.referenced = reference->last,
	};
	p->compare_at = now;
	p->busy = true;
	return r;
}

struct request *
view_probe_next(struct view_probe *p, struct scene *s, double now)
{
	struct request *r = NULL;

	if (p->busy)
		return NULL;
	if (gauge_sets_open(s))
		r = next_gauge(p, s, now);
	else if (editor_is_open(s))
		r = next_cka(p, s, now);
	return r ? r : next_compare(p, s, now);
}

void
view_probe_take(struct view_probe *p, struct scene *s, const struct request *r)
{
	p->busy = false;
	if (r->kind == REQUEST_COMPARE) { /* of a refused one no interval is known */
		if (r->status == 0 && r->u.compare.interval.reference == p->compared.is.reference)
			p->compared.is = r->u.compare.interval;
		scene_set_interval(s, &p->compared);
		p->compare_ends = true;
	} else if (r->kind == REQUEST_GAUGE) {
		/* other sets may have been selected, or data replaced, in the meantime */
		if (p->gauge_dropped || !are_selected(s, r->u.sets.first, r->u.sets.second))
			p->gauge_stale = true;
		else
			gauge_sets_result(s, r->status < 0 ? NULL : r->u.sets.report, r->err.msg);
	} else if (r->status == 0 && p->cka_teacher >= 0) {
		s->cka = r->u.probe.cka;
		s->version++;
	}
}
