/* settings.c: everything that can be changed while the student trains: taken, put in place,
 * compared. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/settings.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/text.h"
#include "retort/data/sets.h"
#include "retort/lab/tunable.h"
#include "retort/train/feed.h"
#include "retort/train/freeze.h"

uint64_t
settings_step(const struct trainer_state *w)
{
	return w->student ? w->student->state->step : 0;
}

void
settings_take(const struct trainer_state *w, struct trainer_state_settings *s)
{
	memset(s, 0, sizeof *s);
	s->knobs = w->info.knobs;
	for (int i = 0; i < w->info.n_ramps; i++)
		if (settings_step(w) < ramp_end(&w->info.ramp[i]))
			s->ramp[s->n_ramps++] = w->info.ramp[i];
	s->n_maps = w->info.n_maps;
	memcpy(s->map, w->info.map, (size_t)s->n_maps * sizeof *s->map);
	s->n_teachers = w->info.n_teachers;
	for (int i = 0; i < s->n_teachers; i++) {
		s->weight[i] = w->info.teacher[i].weight;
		s->muted[i] = w->info.teacher[i].muted;
	}
	s->frozen = w->info.frozen;
	s->labelled = w->info.labelled;
	s->n_sets = w->info.n_sets;
	lab_weights(&w->info, s->set_weight);
	for (int i = 0; i < LAB_REMEDIES; i++)
		s->remedy[i] = w->info.remedy[i].made;
}

/* Which remedies are in force, as others may know them. */
static void
give_remedies(struct trainer_state *w, const struct trainer_state_settings *s)
{
	for (int i = 0; i < LAB_REMEDIES; i++) {
		const struct remedy_result_made *m = remedy_result_get(&w->remedies, s->remedy[i]);

		w->info.remedy[i].made = s->remedy[i];
		snprintf(w->info.remedy[i].text, sizeof w->info.remedy[i].text, "%s",
			 m ? m->text : "");
	}
}

/* The student's bias as the correction that is in force from now on has it; figures of the one
 * before are of no use. */
static void
correct(struct trainer_state *w, const struct trainer_state_settings *from,
	const struct trainer_state_settings *to)
{
	int was = from->remedy[LAB_REMEDY_prior], now = to->remedy[LAB_REMEDY_prior];

	if (was == now)
		return;
	remedy_result_shift(remedy_result_get(&w->remedies, was),
			    remedy_result_get(&w->remedies, now),
			    branch_value(w->student) + net_bias(w->student->net)->offset,
			    (size_t)w->ds->classes);
	w->evaluated[LAB_STUDENT] = UINT64_MAX;
}

static void
give(struct trainer_state *w, const struct trainer_state_settings *s)
{
	w->info.knobs = s->knobs;
	w->info.n_ramps = s->n_ramps;
	memcpy(w->info.ramp, s->ramp, (size_t)s->n_ramps * sizeof *s->ramp);
	w->info.n_maps = s->n_maps;
	memcpy(w->info.map, s->map, (size_t)s->n_maps * sizeof *s->map);
	for (int i = 0; i < s->n_teachers && i < w->info.n_teachers; i++) {
		w->info.teacher[i].weight = s->weight[i];
		w->info.teacher[i].muted = s->muted[i];
	}
	w->info.frozen = s->frozen;
	w->info.labelled = s->labelled;
	for (int i = 0; i < s->n_sets && i < w->info.n_sets; i++)
		w->info.set[i].weight = s->set_weight[i];
	give_remedies(w, s);
}

struct branch_plan
settings_plan(const struct trainer_state *w)
{
	return (struct branch_plan){ &w->info.knobs, w->info.map, w->info.n_maps, w->info.teacher,
				     w->ds ? w->ds->n : 0 };
}

static bool
same_maps(const struct trainer_state_settings *a, const struct trainer_state_settings *b)
{
	if (a->n_maps != b->n_maps)
		return false;
	for (int i = 0; i < a->n_maps; i++) {
		const struct lab_map *x = &a->map[i], *y = &b->map[i];

		if (x->teacher != y->teacher || x->t_layer != y->t_layer ||
		    x->s_layer != y->s_layer || x->on != y->on || x->match != y->match ||
		    x->through != y->through || x->projected != y->projected)
			return false;
	}
	return true;
}

/* Teachers whose answers are kept have no room yet for a batch that they are asked about. */
static bool
begins_to_augment(const struct trainer_state *w, const struct knobs *was, const struct knobs *now)
{
	return w->ds && augment_any(now, w->ds->kind) && !augment_any(was, w->ds->kind);
}

static bool
needs_feed(const struct trainer_state *w, const struct trainer_state_settings *a,
	   const struct trainer_state_settings *b)
{
	return !same_maps(a, b) || begins_to_augment(w, &a->knobs, &b->knobs);
}

static int
rebuild(struct trainer_state *w, bool feed, struct err *e)
{
	struct branch_plan plan = settings_plan(w);

	if (branch_rebuild(&w->student, w->student->net->graph->capacity, &plan, e) < 0)
		return -1;
	return feed && w->info.phase != LAB_IDLE ? feed_prepare(w, e)
						 : 0; /* while idle `run` prepares the feed */
}

static int
check_fixed(const struct trainer_state *w, const struct trainer_state_settings *s, struct err *e)
{
	for (size_t i = 0; i < knob_count; i++) {
		const struct knob *k = &knob_table[i];

		if (k->when == KNOB_FIXED && w->info.phase != LAB_IDLE &&
		    knob_value(&s->knobs, k) != knob_value(&w->info.knobs, k))
			return err_set(e,
				       "%s: cannot change while training, because it fixes what "
				       "the graph is built for; "
				       "`stop` first",
				       k->name);
	}
	return 0;
}

static double
all_weights(const struct trainer_state_settings *s)
{
	double sum = 0;

	for (unsigned i = 0; i < LOSS_OUTPUTS; i++)
		sum += loss_weight(loss_table[i], &s->knobs);
	for (int i = 0; i < s->n_maps; i++)
		sum += s->map[i].weight;
	return sum;
}

/* Teachers that keep only their largest logits, and losses that need them all. */
static int
check_tops(const struct trainer_state *w, const struct trainer_state_settings *s, struct err *e)
{
	for (unsigned i = 0; i < LOSS_OUTPUTS; i++)
		for (int k = 0; k < w->info.n_teachers; k++)
			if (loss_table[i]->needs & LOSS_LOGITS &&
			    !(loss_table[i]->needs & LOSS_TOP) &&
			    loss_weight(loss_table[i], &s->knobs) > 0 &&
			    w->info.teacher[k].options.top && !s->muted[k])
				return err_set(e,
					       "%s: needs all logits, and %s keeps the largest "
					       "%zu; `teacher %s top all` first",
					       loss_table[i]->name, w->info.teacher[k].name,
					       w->info.teacher[k].options.top,
					       w->info.teacher[k].name);
	return 0;
}

/* Knobs that a loss on the map has something to say about. */
static int
check_maps(const struct trainer_state *w, const struct trainer_state_settings *s, struct err *e)
{
	for (int i = 0; i < s->n_maps; i++)
		if (lab_map_agrees(&w->info.teacher[s->map[i].teacher], &w->info.student,
				   &s->map[i], &s->knobs, e) < 0)
			return -1;
	return 0;
}

/* Ways of mixing teachers that look at all logits, and teachers that keep only the largest. */
static int
check_mode(const struct trainer_state *w, const struct trainer_state_settings *s, struct err *e)
{
	const char *why = mix_needs_all((enum mix_mode)s->knobs.mix);
	char mode[64];

	for (int k = 0; why && k < w->info.n_teachers; k++)
		if (w->info.teacher[k].options.top && !s->muted[k])
			return err_set(
				e,
				"mix %s: %s, and %s keeps the largest %zu; `teacher %s top all` "
				"first",
				knob_get(&s->knobs, knob_find("mix", NULL), mode, sizeof mode), why,
				w->info.teacher[k].name, w->info.teacher[k].options.top,
				w->info.teacher[k].name);
	return 0;
}

static const char mixed[] = "a row that is mixed has two labels";

/* What knows of one label only, while rows are mixed. */
static int
check_mixup(const struct trainer_state *w, const struct trainer_state_settings *s, struct err *e)
{
	if (!augment_is_on(&augment_mixup, &s->knobs))
		return 0;
	for (unsigned i = 0; i < LOSS_OUTPUTS; i++)
		if (loss_table[i]->needs & LOSS_CLASSES &&
		    loss_weight(loss_table[i], &s->knobs) > 0)
			return err_set(e,
				       "mixup-rate: %s, and %s knows of one; `loss %s off`, or "
				       "`set mixup-rate 0`",
				       mixed, loss_table[i]->name, loss_table[i]->name);
	for (int i = 0; i < s->n_maps; i++)
		if (s->map[i].match->needs & LOSS_LABELS)
			return err_set(e,
				       "mixup-rate: %s, and %s, which is on the map, knows of one; "
				       "`set mixup-rate 0`",
				       mixed, s->map[i].match->name);
	if (s->knobs.mix == MIX_CONFIDENCE && w->info.n_teachers > 1)
		return err_set(
			e, "mixup-rate: %s, and mix confidence knows of one; `set mixup-rate 0`",
			mixed);
	return 0;
}

/* Rows are augmented before anybody is asked about them: whoever cannot be asked has nothing to
 * say. */
static int
check_augment(const struct trainer_state *w, const struct trainer_state_settings *s, struct err *e)
{
	if (!w->ds)
		return 0;
	if (augment_fits(&s->knobs, w->ds, w->retold, w->wordnet, e) < 0 ||
	    check_mixup(w, s, e) < 0)
		return -1;
	for (int k = 0; augment_any(&s->knobs, w->ds->kind) && k < w->info.n_teachers; k++)
		if (w->info.teacher[k].is_file && !s->muted[k])
			return err_set(e,
				       "%s is a file of outputs for rows as they are, and cannot "
				       "be asked about augmented ones; "
				       "`teachers %s mute` first, or turn the augmentation off",
				       w->info.teacher[k].name, w->info.teacher[k].name);
	return 0;
}

static int
check_frozen(const struct trainer_state *w, const struct trainer_state_settings *s, struct err *e)
{
	const struct lab_net *n = &w->info.student;

	for (int i = 0; i < n->n_layers; i++)
		if (n->layer[i].learns && !(s->frozen >> i & 1))
			return 0;
	return s->frozen ? err_set(e, "every layer would be frozen: nothing would be learned") : 0;
}

/* Whatever a step is to be made of has to be drawn from somewhere. */
static int
check_sets(const struct trainer_state *w, const struct trainer_state_settings *s, struct err *e)
{
	bool alone =
		w->info.phase == LAB_DISTILLING &&
		w->order.rows == w->split.shown; /* no teacher: labelled rows are all there are */
	bool labelled = s->labelled || alone;
	double every[DATASET_SETS];
	struct text names = { 0 };

	if (!w->ds || lab_rows(&w->info, s->set_weight, labelled) > 0)
		return 0;
	for (int i = 0; i < w->info.n_sets; i++)
		if (sets_train(w->info.set[i].role) && (w->info.set[i].labelled || !labelled))
			text_item(&names, "%s", w->info.set[i].name);
	for (int i = 0; i < DATASET_SETS; i++)
		every[i] = 1;
	if (!labelled)
		err_set(e, "no set would count, so nothing would be drawn; there are %.160s",
			text_get(&names));
	else if (lab_rows(&w->info, every, true) > 0)
		err_set(e, "no set that counts has a labelled row; %.160s would", text_get(&names));
	else
		err_set(e, "no labelled row to learn from");
	text_release(&names);
	return -1;
}

/* Rows that are left, of sets that count. */
static int
check_choice(const struct trainer_state *w, const struct trainer_state_settings *s, struct err *e)
{
	const struct remedy_result_made *m =
		remedy_result_get(&w->remedies, s->remedy[LAB_REMEDY_select]);

	bool alone = w->info.phase == LAB_DISTILLING && w->order.rows == w->split.shown,
	     labelled = s->labelled || alone;

	for (size_t i = 0; m && i < (labelled ? m->n_shown : m->n); i++)
		if (s->set_weight[sets_of(w->ds, (labelled ? m->shown : m->rows)[i])] > 0)
			return 0;
	return m ? err_set(e,
			   "no%s row of a set that counts is among those that `remedy select` has "
			   "left",
			   labelled ? " labelled" : "")
		 : 0;
}

static int
check(const struct trainer_state *w, const struct trainer_state_settings *now,
      const struct trainer_state_settings *s, struct err *e)
{
	if (check_fixed(w, s, e) < 0 || check_tops(w, s, e) < 0 || check_maps(w, s, e) < 0 ||
	    check_mode(w, s, e) < 0 || check_frozen(w, s, e) < 0 || check_augment(w, s, e) < 0 ||
	    check_sets(w, s, e) < 0 || check_choice(w, s, e) < 0)
		return -1;
	if (all_weights(s) == 0 && all_weights(now) > 0)
		return err_set(
			e,
			"that was the last loss: with every weight at 0 nothing would be learned");
	return 0;
}

/* What ramps will come to: a weight is above 0 within a leg if it is at one of its ends. */
static int
check_ahead(const struct trainer_state *w, const struct trainer_state_settings *now,
	    const struct trainer_state_settings *s, struct err *e)
{
	struct trainer_state_settings then = *s;

	for (int i = 0; i < s->n_ramps; i++) {
		uint64_t step = s->ramp[i].start;

		for (int k = 0; k < s->ramp[i].n; k++) {
			step += s->ramp[i].leg[k].over;
			tunable_apply(&then, step);
			if (step > settings_step(w) && check(w, now, &then, e) < 0)
				return err_wrap(e, "at step %llu", (unsigned long long)step);
		}
	}
	return 0;
}

int
settings_check(const struct trainer_state *w, struct err *e)
{
	struct trainer_state_settings now;

	settings_take(w, &now);
	return check_tops(w, &now, e) < 0 || check_mode(w, &now, e) < 0 ||
			       check_augment(w, &now, e) < 0
		       ? -1
		       : check_ahead(w, &now, &now, e);
}

int
settings_put(struct trainer_state *w, const struct trainer_state_settings *s, struct err *e)
{
	struct trainer_state_settings was, to = *s;
	bool feed;

	settings_take(w, &was);
	tunable_apply(&to, settings_step(w));
	if (check(w, &was, &to, e) < 0 || check_ahead(w, &was, &to, e) < 0)
		return -1;
	feed = needs_feed(w, &was, &to);
	give(w, &to);
	if (!w->student)
		return 0;
	if ((!feed && branch_has_outputs(w->student, &to.knobs)) || rebuild(w, feed, e) == 0) {
		freeze_set(w->student, to.frozen);
		correct(w, &was, &to);
		return 0;
	}
	give(w, &was);
	rebuild(w, feed, NULL);
	return -1;
}

int
settings_follow(struct trainer_state *w, struct err *e)
{
	struct knobs was = w->info.knobs;
	bool feed;

	if (w->info.n_ramps == 0)
		return 0;
	tunable_follow(&w->info, settings_step(w));
	feed = begins_to_augment(w, &was, &w->info.knobs);
	return !feed && branch_has_outputs(w->student, &w->info.knobs) ? 0 : rebuild(w, feed, e);
}

/* "temperature ramps to 1 until 2000", "temperature ramps no more". */
static void
tell_ramps(const struct trainer_state *w, const struct trainer_state_settings *from,
	   const struct trainer_state_settings *to, struct text *t)
{
	char last[40], name[80];

	for (int i = 0; i < from->n_ramps; i++)
		if (!ramp_of(to->ramp, to->n_ramps, from->ramp[i].knob))
			text_item(t, "%s ramps no more",
				  tunable_name(&w->info, from->ramp[i].knob, name, sizeof name));
	for (int i = 0; i < to->n_ramps; i++) {
		const struct ramp *r = &to->ramp[i],
				  *was = ramp_of(from->ramp, from->n_ramps, r->knob);

		if (!was || !ramp_is_same(was, r))
			text_item(t, "%s ramps to %s until %llu",
				  tunable_name(&w->info, r->knob, name, sizeof name),
				  text_number(last, sizeof last, ramp_last(r)),
				  (unsigned long long)ramp_end(r));
	}
}

static void
tell_teachers(const struct trainer_state *w, const struct trainer_state_settings *from,
	      const struct trainer_state_settings *to, struct text *t)
{
	char before[40], after[40];

	for (int i = 0; i < from->n_teachers && i < to->n_teachers; i++) {
		if (from->weight[i] != to->weight[i])
			text_item(t, "%s weight %s -> %s", w->info.teacher[i].name,
				  text_number(before, sizeof before, from->weight[i]),
				  text_number(after, sizeof after, to->weight[i]));
		if (from->muted[i] != to->muted[i])
			text_item(t, "%s %s", w->info.teacher[i].name,
				  to->muted[i] ? "muted" : "unmuted");
	}
}

/* What is kept is of rows as they are: from now on teachers that keep their answers are asked at
 * every step. */
static void
tell_cost(const struct trainer_state *w, const struct trainer_state_settings *from,
	  const struct trainer_state_settings *to, struct text *t)
{
	const char *between = "; asked anew at every step: ";

	for (int i = 0; begins_to_augment(w, &from->knobs, &to->knobs) && i < w->info.n_teachers;
	     i++)
		if (!w->info.teacher[i].is_file && !to->muted[i] &&
		    w->info.teacher[i].options.cache != TEACHER_OFF) {
			text_addf(t, "%s%s", between, w->info.teacher[i].name);
			between = ", ";
		}
}

static void
tell_sets(const struct trainer_state *w, const struct trainer_state_settings *from,
	  const struct trainer_state_settings *to, struct text *t)
{
	char before[40], after[40];

	for (int i = 0; i < from->n_sets && i < to->n_sets; i++)
		if (from->set_weight[i] != to->set_weight[i])
			text_item(t, "set %s weight %s -> %s", w->info.set[i].name,
				  text_number(before, sizeof before, from->set_weight[i]),
				  text_number(after, sizeof after, to->set_weight[i]));
}

static const struct lab_map *
pair_of(const struct trainer_state_settings *s, unsigned slot)
{
	for (int i = 0; i < s->n_maps; i++)
		if (s->map[i].slot == slot)
			return &s->map[i];
	return NULL;
}

/* "map2 big:1 s:1 match cka weight 0.5": as `map` takes it, behind the name that its metrics have.
 */
static void
tell_pair(const struct trainer_state *w, const struct lab_map *m, struct text *t)
{
	const struct lab_net *teacher = &w->info.teacher[m->teacher];

	text_item(t, "map%u %s:%s s:%s", m->slot + 1, teacher->name,
		  teacher->layer[m->t_layer].name, w->info.student.layer[m->s_layer].name);
	if (m->on != MODEL_HIDDEN)
		text_addf(t, " on %s", model_tap_name[m->on]);
	if (m->match != &loss_hidden)
		text_addf(t, " match %s", m->match->name);
	if (m->through)
		text_addf(t, " through %s", lab_through_name[m->through]);
	text_addf(t, " weight %.6g", m->weight);
}

static void
tell_maps(const struct trainer_state *w, const struct trainer_state_settings *from,
	  const struct trainer_state_settings *to, struct text *t)
{
	for (int i = 0; i < from->n_maps; i++)
		if (!pair_of(to, from->map[i].slot))
			text_item(t, "map%u off", from->map[i].slot + 1);
	for (int i = 0; i < to->n_maps; i++) {
		const struct lab_map *m = &to->map[i], *was = pair_of(from, m->slot);

		if (!was || was->match != m->match || was->through != m->through ||
		    was->projected != m->projected)
			tell_pair(w, m, t);
		else if (was->weight != m->weight)
			text_item(t, "map%u weight %.6g -> %.6g", m->slot + 1, was->weight,
				  m->weight);
	}
}

static void
tell_remedies(const struct trainer_state *w, const struct trainer_state_settings *from,
	      const struct trainer_state_settings *to, struct text *t)
{
	for (int i = 0; i < LAB_REMEDIES; i++) {
		const struct remedy_result_made *m = remedy_result_get(&w->remedies, to->remedy[i]);

		if (from->remedy[i] != to->remedy[i])
			text_item(t, "%s %s", lab_remedy_name[i], m ? m->text : "off");
	}
}

void
settings_tell(const struct trainer_state *w, const struct trainer_state_settings *from,
	      const struct trainer_state_settings *to, char *buf, size_t size)
{
	struct text t = { 0 };
	char before[64], after[64];

	for (size_t i = 0; i < knob_count; i++)
		if (knob_value(&from->knobs, &knob_table[i]) !=
		    knob_value(&to->knobs, &knob_table[i]))
			text_item(&t, "%s %s -> %s", knob_table[i].name,
				  knob_brief(&from->knobs, &knob_table[i], before, sizeof before),
				  knob_brief(&to->knobs, &knob_table[i], after, sizeof after));
	tell_maps(w, from, to, &t);
	tell_ramps(w, from, to, &t);
	tell_teachers(w, from, to, &t);
	tell_sets(w, from, to, &t);
	if (from->labelled != to->labelled)
		text_item(&t, "rows %s", to->labelled ? "labelled" : "all");
	if (from->frozen != to->frozen)
		text_item(&t, "frozen %s",
			  lab_layers_text(&w->info.student, to->frozen, after, sizeof after));
	tell_remedies(w, from, to, &t);
	tell_cost(w, from, to, &t);
	text_fit(buf, size, text_get(&t));
	text_release(&t);
}
