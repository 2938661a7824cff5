/* stage.c: settings of a stage, applied at its start and restored at its end. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/stage.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/text.h"
#include "retort/data/sets.h"
#include "retort/lab/live_change.h"
#include "retort/lab/tunable.h"
#include "retort/lab/settings_change.h"

static bool
same_ramp(const struct settings *a, const struct settings *b, int knob)
{
	const struct ramp *x = ramp_find(a->ramp, a->n_ramps, knob),
			  *y = ramp_find(b->ramp, b->n_ramps, knob);

	return x && y ? ramp_is_same(x, y) : x == y;
}

static bool
same_tunable(const struct settings *a, const struct settings *b, int id)
{
	return tunable_value(a, id) == tunable_value(b, id) && same_ramp(a, b, id);
}

static bool
same_settings(const struct settings *a, const struct settings *b)
{
	for (int i = -1; (i = tunable_next(a, i)) >= 0;)
		if (!same_tunable(a, b, i))
			return false;
	return a->frozen == b->frozen && a->labelled == b->labelled;
}

/* Sets with a weight above 0, as bits. */
static unsigned
drawn_sets(const struct lab_info *i)
{
	unsigned sets = 0;

	for (int k = 0; k < i->n_sets; k++)
		sets |= sets_role_trains(i->set[k].role) && i->run.settings.set_weight[k] > 0
				? 1u << k
				: 0;
	return sets;
}

int
stage_begin(struct trainer_state *w, const struct settings *s, struct request *r, struct err *e)
{
	const struct remedy_result_made *chosen =
		remedy_result_get(&w->train.remedies, s->remedy[REMEDY_KIND_select]);
	char what[sizeof r->note] = "", sets[80] = "";
	const struct request_stage *stage = &r->u.run.stage;
	struct settings before;
	struct text note = { 0 };

	if (stage->kind == LAB_RUN)
		return 0;
	before = settings_change_base(w);
	if (!same_settings(&before, s) && live_change_make(w, s, r, e) < 0)
		return err_wrap(e, "stage %s", lab_stage_name[stage->kind]);
	w->run.before = before;
	w->run.after = settings_change_base(w);
	if (r->note[0])
		snprintf(what, sizeof what, ": %.180s", r->note);
	if (stage->sets[0])
		lab_sets_text(&w->info, drawn_sets(&w->info), sets, sizeof sets);
	text_addf(&note, "%s%s%.60s, %lld steps", lab_stage_name[stage->kind], sets[0] ? " " : "",
		  sets, (long long)r->u.run.steps);
	if (chosen && s->labelled) /* may be very few */
		text_addf(&note, " on %zu selected labelled rows", chosen->n_shown);
	text_add(&note, what);
	snprintf(r->note, sizeof r->note, "%.*s", (int)sizeof r->note - 1, text_get(&note));
	text_release(&note);
	r->notable = true;
	return 0;
}

void
stage_note(struct trainer_state *w, enum lab_stage_kind kind)
{
	struct lab_info *i = &w->info;
	struct lab_stage *last = i->run.n_stages ? &i->run.stages[i->run.n_stages - 1] : NULL;

	if (last && last->kind == LAB_RUN && kind == LAB_RUN) {
		last->until = i->run.until;
		return;
	}
	if (i->run.n_stages == LAB_STAGES)
		memmove(i->run.stages, i->run.stages + 1,
			(size_t)--i->run.n_stages * sizeof *i->run.stages);
	i->run.stages[i->run.n_stages++] = (struct lab_stage){ kind,
							       i->run.from,
							       i->run.until,
							       drawn_sets(i),
							       i->run.settings.labelled,
							       NET_INFO_NO_SCORES };
}

/* Whether a tunable was changed by the stage alone: it has the value that the stage, or the ramp
 * of the stage, gave it (`of_stage`). */
static bool
is_of_stage(const struct trainer_state *w, const struct settings *of_stage,
	    const struct settings *now, int id)
{
	const struct ramp *given = ramp_find(w->run.after.ramp, w->run.after.n_ramps, id),
			  *is = ramp_find(now->ramp, now->n_ramps, id);

	if (is ? !given || !ramp_is_same(given, is)
	       : given && settings_change_step(w) < ramp_end(given))
		return false;
	return tunable_value(of_stage, id) == tunable_value(now, id);
}

/* Put the ramp back that a tunable had before the stage. Where all ramps are in use, by ramps that
 * were started during the stage, its name is appended to `lost`. */
static void
restore_ramp(const struct trainer_state *w, struct settings *s, int id, struct text *lost)
{
	const struct ramp *r = ramp_find(w->run.before.ramp, w->run.before.n_ramps, id);
	char name[80];

	if (r && s->n_ramps < RAMP_KNOBS)
		s->ramp[s->n_ramps++] = *r;
	else if (r)
		text_item(lost, "%s", tunable_name(&w->info, id, name, sizeof name));
}

/* Pairs of layers are restored where they exist and existed when the stage began. */
static void
restore_settings(const struct trainer_state *w, const struct settings *now, struct settings *s,
		 struct text *lost)
{
	struct settings of_stage = w->run.after;
	bool restored[TUNABLE_MAP(TRAIN_MAPS)] = { false }; /* by id */

	tunable_follow(&of_stage, settings_change_step(w));
	for (int i = -1; (i = tunable_next(now, i)) >= 0;)
		if (!isnan(tunable_value(&w->run.before, i)) &&
		    !same_tunable(&w->run.before, &w->run.after, i) &&
		    is_of_stage(w, &of_stage, now, i)) {
			tunable_set(s, i, tunable_value(&w->run.before, i));
			restored[i] = true;
		}
	for (int i = 0; i < TUNABLE_MAP(TRAIN_MAPS); i++)
		if (restored[i]) /* all ramps of the stage are removed by now */
			restore_ramp(w, s, i, lost);
	s->frozen &= ~(w->run.after.frozen & ~w->run.before.frozen);
	if (s->labelled == w->run.after.labelled)
		s->labelled = w->run.before.labelled;
}

/* Describe the end of a stage, and the ramps that had no room. */
static void
describe_end(struct trainer_state *w, const char *stage, const char *note, const struct text *lost)
{
	if (lost->len)
		snprintf(w->ended, sizeof w->ended,
			 "%s ended: %.100s; %d ramps are in use, so not restored: %.60s", stage,
			 note, RAMP_KNOBS, text_get(lost));
	else
		snprintf(w->ended, sizeof w->ended, "%s ended: %.200s", stage, note);
}

void
stage_end(struct trainer_state *w)
{
	struct lab_stage *stage = &w->info.run.stages[w->info.run.n_stages - 1];
	struct settings now, s;
	struct text lost = { 0 };
	struct request *r;
	struct err e;

	stage->until = settings_change_step(w);
	stage->scores = w->info.run.student.last;
	if (stage->kind == LAB_RUN)
		return;
	now = settings_change_base(w);
	s = now;
	restore_settings(w, &now, &s, &lost);
	if (same_settings(&now, &s)) {
		text_release(&lost);
		return;
	}
	r = request_new(REQUEST_SET);
	if (live_change_make(w, &s, r, &e) < 0)
		snprintf(w->ended, sizeof w->ended,
			 "%s ended; its settings cannot be restored: %.160s",
			 lab_stage_name[stage->kind], e.msg);
	else
		describe_end(w, lab_stage_name[stage->kind], r->note, &lost);
	request_free(r);
	text_release(&lost);
}

int
stage_freeze(struct trainer_state *w, struct request *r, struct err *e)
{
	const char *word = r->u.freeze.thaw ? "thaw" : "freeze", *list = r->u.freeze.layers;
	struct settings s;
	uint64_t layers = UINT64_MAX;
	char names[160];

	if (!w->run.student)
		return err_set(e, "%s: no student yet; `student mlp 32` makes one", word);
	if (list[0] && net_info_layers(&w->info.run.student, list, &layers, e) < 0)
		return err_wrap(e, "%s", word);
	s = settings_change_base(w);
	s.frozen = r->u.freeze.thaw ? s.frozen & ~layers : s.frozen | layers;
	if (live_change_make(w, &s, r, e) < 0)
		return err_wrap(e, "%s", word);
	if (!r->note[0])
		snprintf(r->note, sizeof r->note, "frozen: %s (unchanged)",
			 net_info_layers_text(&w->info.run.student, s.frozen, names, sizeof names));
	return 0;
}
