/* settings_change.c: settings applied at a step boundary, as a whole or not at all. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/settings_change.h"

#include <stdio.h>
#include <string.h>

#include "retort/lab/runs.h"
#include "retort/lab/settings_check.h"
#include "retort/lab/tunable.h"
#include "retort/train/feed.h"
#include "retort/train/freeze.h"
#include "retort/train/branch_terms.h"

uint64_t
settings_change_step(const struct trainer_state *w)
{
	return w->run->student ? w->run->student->state->step : 0;
}

struct settings
settings_change_base(const struct trainer_state *w)
{
	struct settings s = w->info.run->settings;

	for (int i = s.n_ramps; i-- > 0;)
		if (settings_change_step(w) >= ramp_end(&s.ramp[i]))
			ramp_remove(s.ramp, &s.n_ramps, s.ramp[i].knob);
	return s;
}

/* Replace the correction of the student's bias; figures measured with the former one expire. */
static void
correct_bias(struct trainer_state *w, const struct settings *from, const struct settings *to)
{
	int was = from->remedy[REMEDY_KIND_prior], now = to->remedy[REMEDY_KIND_prior];

	if (was == now)
		return;
	if (w->run->n_bias != (size_t)w->train.ds->classes)
		run_resize_bias(w->run, (size_t)w->train.ds->classes);
	remedy_result_shift(remedy_result_get(&w->train.remedies, was),
			    remedy_result_get(&w->train.remedies, now),
			    branch_value(w->run->student) + net_bias(w->run->student->net)->offset,
			    w->run->n_bias, w->run->bias_before, w->run->bias_after);
	w->run->figures[BRANCH_STUDENT].evaluated = UINT64_MAX;
}

void
settings_change_describe(struct trainer_state *w)
{
	const struct settings *s = &w->info.run->settings;

	for (int i = 0; i < REMEDY_KINDS; i++) {
		const struct remedy_result_made *m =
			remedy_result_get(&w->train.remedies, s->remedy[i]);

		snprintf(w->info.remedy_text[i], sizeof w->info.remedy_text[i], "%s",
			 m ? m->text : "");
	}
}

void
settings_change_extend(struct settings *s, const struct settings *now)
{
	for (int i = s->n_teachers; i < now->n_teachers; i++) {
		s->teacher_weight[i] = now->teacher_weight[i];
		s->teacher_muted[i] = now->teacher_muted[i];
		s->teacher_frozen[i] = now->teacher_frozen[i];
	}
	for (int i = s->n_sets; i < now->n_sets; i++)
		s->set_weight[i] = now->set_weight[i];
	s->n_teachers = now->n_teachers;
	s->n_sets = now->n_sets;
}

struct branch_plan
settings_change_plan(const struct trainer_state *w)
{
	const struct settings *s = &w->info.run->settings;

	return (struct branch_plan){ &s->knobs, s->map, s->n_maps, w->info.teacher,
				     w->train.ds ? w->train.ds->n : 0 };
}

static bool
same_maps(const struct settings *a, const struct settings *b)
{
	if (a->n_maps != b->n_maps)
		return false;
	for (int i = 0; i < a->n_maps; i++) {
		const struct layer_pair *x = &a->map[i], *y = &b->map[i];

		if (x->teacher != y->teacher || x->t_layer != y->t_layer ||
		    x->s_layer != y->s_layer || x->on != y->on || x->match != y->match ||
		    x->through != y->through || x->projected != y->projected)
			return false;
	}
	return true;
}

static bool
needs_feed(const struct trainer_state *w, const struct settings *a, const struct settings *b)
{
	return !same_maps(a, b) || settings_check_starts_augment(w, &a->knobs, &b->knobs);
}

/*
 * Build the student's loss part and the feed for the settings in force, where they need another. On
 * failure the student is as it was; the feed may be released (feed_ensure prepares it again).
 */
static int
fit_student(struct trainer_state *w, bool feed, struct err *e)
{
	struct branch_plan plan = settings_change_plan(w);
	struct branch *new;

	if (!w->run->student ||
	    (!feed && branch_terms_match(w->run->student, &w->info.run->settings.knobs)))
		return 0;
	new = branch_rebuilt(w->run->student, w->run->student->net->graph->capacity, &plan, e);
	if (!new)
		return -1;
	if (feed && runs_trains(w) && /* else `run` prepares the feed */
	    feed_prepare(&w->train, &w->info.run->settings, e) < 0) {
		branch_free(new);
		return -1;
	}
	branch_free(w->run->student);
	w->run->student = new;
	return 0;
}

int
settings_change_put(struct trainer_state *w, const struct settings *s, struct err *e)
{
	struct settings was = settings_change_base(w), before = w->info.run->settings, to = *s;
	bool feed;

	settings_change_extend(&to, &before);
	tunable_follow(&to, settings_change_step(w));
	if (settings_check(w, &was, &to, e) < 0)
		return -1;
	feed = needs_feed(w, &was, &to);
	w->info.run->settings = to;
	if (fit_student(w, feed, e) < 0) {
		w->info.run->settings = before;
		if (feed && runs_trains(w))
			feed_prepare(&w->train, &before, NULL); /* else phase_step does */
		return -1;
	}
	if (w->run->student) {
		freeze_set(w->run->student, to.frozen);
		correct_bias(w, &was, &to);
	}
	return 0;
}

int
settings_change_follow(struct trainer_state *w, struct err *e)
{
	struct knobs was = w->info.run->settings.knobs;
	bool feed;

	if (w->info.run->settings.n_ramps == 0)
		return 0;
	tunable_follow(&w->info.run->settings, settings_change_step(w));
	feed = settings_check_starts_augment(w, &was, &w->info.run->settings.knobs);
	if (fit_student(w, feed, e) == 0)
		return 0;
	if (feed) /* made for rows that are not augmented */
		feed_release(&w->train);
	return -1;
}

int
settings_change_fit(struct trainer_state *w, struct err *e)
{
	if (feed_ensure(&w->train, &w->info.run->settings, e) < 0)
		return -1;
	return runs_trains(w) && w->info.run->settings.n_ramps ? fit_student(w, false, e) : 0;
}
