/* view_probe.c: measurements for open panes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/view_probe.h"

#include <stdio.h>
#include <string.h>

#include "retort/ui/editor.h"
#include "retort/ui/gauge_sets.h"
#include "retort/ui/view_result.h"

#define INTERVAL 1 /* seconds between measurements of a kind while a network trains */

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

struct request *
view_probe_next(struct view_probe *p, struct scene *s, double now)
{
	if (p->busy)
		return NULL;
	if (gauge_sets_open(s))
		return next_gauge(p, s, now);
	return editor_is_open(s) ? next_cka(p, s, now) : NULL;
}

void
view_probe_take(struct view_probe *p, struct scene *s, const struct request *r)
{
	p->busy = false;
	if (r->kind == REQUEST_GAUGE) {
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
