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
#include "retort/lab/settings_describe.h"

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
		sets |= sets_role_trains(i->set[k].role) && i->run->settings.set_weight[k] > 0
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
	w->run->before = before;
	w->run->after = settings_change_base(w);
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
	struct lab_stage *last = i->run->n_stages ? &i->run->stages[i->run->n_stages - 1] : NULL;

	if (last && last->kind == LAB_RUN && kind == LAB_RUN) {
		last->until = i->run->until;
		return;
	}
	if (i->run->n_stages == LAB_STAGES)
		memmove(i->run->stages, i->run->stages + 1,
			(size_t)--i->run->n_stages * sizeof *i->run->stages);
	i->run->stages[i->run->n_stages++] = (struct lab_stage){ kind,
								 i->run->from,
								 i->run->until,
								 drawn_sets(i),
								 i->run->settings.labelled,
								 NET_INFO_NO_SCORES };
}

/* Whether a tunable was changed by the stage alone: it has the value that the stage, or the ramp
 * of the stage, gave it (`of_stage`). */
static bool
is_of_stage(const struct trainer_state *w, const struct settings *of_stage,
	    const struct settings *now, int id)
{
	const struct ramp *given = ramp_find(w->run->after.ramp, w->run->after.n_ramps, id),
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
	const struct ramp *r = ramp_find(w->run->before.ramp, w->run->before.n_ramps, id);
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
	struct settings of_stage = w->run->after;
	bool restored[TUNABLE_MAP(TRAIN_MAPS)] = { false }; /* by id */

	tunable_follow(&of_stage, settings_change_step(w));
	for (int i = -1; (i = tunable_next(now, i)) >= 0;)
		if (!isnan(tunable_value(&w->run->before, i)) &&
		    !same_tunable(&w->run->before, &w->run->after, i) &&
		    is_of_stage(w, &of_stage, now, i)) {
			tunable_set(s, i, tunable_value(&w->run->before, i));
			restored[i] = true;
		}
	for (int i = 0; i < TUNABLE_MAP(TRAIN_MAPS); i++)
		if (restored[i]) /* all ramps of the stage are removed by now */
			restore_ramp(w, s, i, lost);
	s->frozen &= ~(w->run->after.frozen & ~w->run->before.frozen);
	if (s->labelled == w->run->after.labelled)
		s->labelled = w->run->before.labelled;
}

/* Describe the end of a stage, and the ramps that had no room. */
static void
describe_end(struct text *out, const char *stage, const char *note, const struct text *lost)
{
	if (lost->len)
		text_addf(out, "%s ended: %.100s; %d ramps are in use, so not restored: %.60s",
			  stage, note, RAMP_KNOBS, text_get(lost));
	else
		text_addf(out, "%s ended: %.200s", stage, note);
}

void
stage_end(struct trainer_state *w)
{
	struct lab_stage *stage = &w->info.run->stages[w->info.run->n_stages - 1];
	struct settings now, s;
	struct text lost = { 0 }, ended = { 0 };
	struct run_figures *f = &w->run->figures[BRANCH_STUDENT];
	struct request *r;
	struct err e;

	stage->until = settings_change_step(w);
	stage->scores = w->info.run->student.last;
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
	if (f->ended[0]) /* by a stop rule */
		text_addf(&ended, "%s; ", f->ended);
	if (live_change_make(w, &s, r, &e) < 0)
		text_addf(&ended, "%s ended; its settings cannot be restored: %.160s",
			  lab_stage_name[stage->kind], e.msg);
	else
		describe_end(&ended, lab_stage_name[stage->kind], r->note, &lost);
	text_fit(f->ended, sizeof f->ended, text_get(&ended));
	request_free(r);
	text_release(&ended);
	text_release(&lost);
}

/* Layers to freeze or thaw, by network. */
struct frozen {
	uint64_t student, teacher[TRAIN_TEACHERS];
};

/* Add a layer, "1", "s:1" or "big:1", to those of its network. */
static int
add_frozen(const struct trainer_state *w, const char *word, struct frozen *to, struct err *e)
{
	size_t len = strcspn(word, ":");
	bool has_owner = word[len] == ':' && !(len == 1 && word[0] == 's');
	char owner[NET_NAME];
	uint64_t layers;
	int k;

	if (!has_owner) {
		if (!w->run->student)
			return err_set(e,
				       "no student yet; `student mlp 32` makes one (a layer of a "
				       "teacher is NAME:LAYER)");
		if (net_info_layers(&w->info.run->student, word, &layers, e) < 0)
			return -1;
		to->student |= layers;
		return 0;
	}
	snprintf(owner, sizeof owner, "%.*s", (int)len, word);
	k = lab_info_teacher(&w->info, owner, e);
	if (k < 0)
		return -1;
	if (w->info.teacher[k].is_file)
		return err_set(e, "%s: a file of outputs has no layers to freeze", owner);
	if (net_info_layers(&w->info.teacher[k], word + len + 1, &layers, e) < 0)
		return -1;
	to->teacher[k] |= layers;
	return 0;
}

/* Parse a list of layers separated by commas; "" means all of all networks. */
static int
parse_frozen(const struct trainer_state *w, const char *list, struct frozen *to, struct err *e)
{
	memset(to, list[0] ? 0 : 0xff, sizeof *to);
	for (list += strspn(list, ", "); *list; list += strspn(list, ", ")) {
		size_t len = strcspn(list, ", ");
		char word[NET_SPEC];

		snprintf(word, sizeof word, "%.*s", (int)len, list);
		if (add_frozen(w, word, to, e) < 0)
			return -1;
		list += len;
	}
	return 0;
}

int
stage_freeze(struct trainer_state *w, struct request *r, struct err *e)
{
	bool thaw = r->u.freeze.thaw;
	const char *word = thaw ? "thaw" : "freeze", *list = r->u.freeze.layers;
	struct text names = { 0 };
	struct frozen layers;
	struct settings s;

	if (!list[0] && !w->run->student && w->info.n_teachers == 0)
		return err_set(e, "%s: no student yet; `student mlp 32` makes one", word);
	if (parse_frozen(w, list, &layers, e) < 0)
		return err_wrap(e, "%s", word);
	s = settings_change_base(w);
	s.frozen = thaw ? s.frozen & ~layers.student : s.frozen | layers.student;
	for (int i = 0; i < s.n_teachers; i++)
		s.teacher_frozen[i] = thaw ? s.teacher_frozen[i] & ~layers.teacher[i]
					   : s.teacher_frozen[i] | layers.teacher[i];
	if (live_change_make(w, &s, r, e) < 0)
		return err_wrap(e, "%s", word);
	if (!r->note[0]) {
		settings_describe_frozen(&w->info, &names);
		snprintf(r->note, sizeof r->note, "frozen: %.200s (unchanged)", text_get(&names));
		text_release(&names);
	}
	return 0;
}
