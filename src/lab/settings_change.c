/* settings_change.c: settings applied at a step boundary, as a whole or not at all. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/settings_change.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/text.h"
#include "retort/data/sets.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/lab/tunable.h"
#include "retort/train/feed.h"
#include "retort/train/freeze.h"

uint64_t
settings_change_step(const struct trainer_state *w)
{
	return w->run.student ? w->run.student->state->step : 0;
}

struct settings
settings_change_base(const struct trainer_state *w)
{
	struct settings s = w->info.run.settings;

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
	if (w->run.n_bias != (size_t)w->train.ds->classes)
		run_resize_bias(&w->run, (size_t)w->train.ds->classes);
	remedy_result_shift(remedy_result_get(&w->train.remedies, was),
			    remedy_result_get(&w->train.remedies, now),
			    branch_value(w->run.student) + net_bias(w->run.student->net)->offset,
			    w->run.n_bias, w->run.bias_before, w->run.bias_after);
	w->run.evaluated[BRANCH_STUDENT] = UINT64_MAX;
}

/* The settings in force, and the descriptions of their remedies. */
static void
assign_settings(struct trainer_state *w, const struct settings *s)
{
	w->info.run.settings = *s;
	for (int i = 0; i < REMEDY_KINDS; i++) {
		const struct remedy_result_made *m =
			remedy_result_get(&w->train.remedies, s->remedy[i]);

		snprintf(w->info.remedy_text[i], sizeof w->info.remedy_text[i], "%s",
			 m ? m->text : "");
	}
}

/* Teachers and sets that were added after `s` was taken keep the weights they have. */
static struct settings
extend_settings(const struct settings *s, const struct settings *now)
{
	struct settings out = *s;

	for (int i = out.n_teachers; i < now->n_teachers; i++) {
		out.teacher_weight[i] = now->teacher_weight[i];
		out.teacher_muted[i] = now->teacher_muted[i];
	}
	for (int i = out.n_sets; i < now->n_sets; i++)
		out.set_weight[i] = now->set_weight[i];
	out.n_teachers = now->n_teachers;
	out.n_sets = now->n_sets;
	return out;
}

struct branch_plan
settings_change_plan(const struct trainer_state *w)
{
	const struct settings *s = &w->info.run.settings;

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

/* Whether augmentation starts: teachers with cached outputs need buffers for augmented batches. */
static bool
begins_to_augment(const struct trainer_state *w, const struct knobs *was, const struct knobs *now)
{
	return w->train.ds && augment_any(now, w->train.ds->kind) &&
	       !augment_any(was, w->train.ds->kind);
}

static bool
needs_feed(const struct trainer_state *w, const struct settings *a, const struct settings *b)
{
	return !same_maps(a, b) || begins_to_augment(w, &a->knobs, &b->knobs);
}

static int
check_fixed(const struct trainer_state *w, const struct settings *s, struct err *e)
{
	for (size_t i = 0; i < knob_count; i++) {
		const struct knob *k = &knob_table[i];

		if (k->when == KNOB_FIXED && w->info.phase != LAB_IDLE &&
		    knob_value(&s->knobs, k) != knob_value(&w->info.run.settings.knobs, k))
			return err_set(e,
				       "%s: cannot change while training, because it fixes what "
				       "the graph is built for; "
				       "`stop` first",
				       k->name);
	}
	return 0;
}

static double
sum_of_weights(const struct settings *s)
{
	double sum = 0;

	for (unsigned i = 0; i < LOSS_OUTPUTS; i++)
		sum += loss_weight(loss_table[i], &s->knobs);
	for (int i = 0; i < s->n_maps; i++)
		sum += s->map[i].weight;
	return sum;
}

/* Losses on all logits, and teachers with a top-k option. */
static int
check_top_k(const struct trainer_state *w, const struct settings *s, struct err *e)
{
	for (unsigned i = 0; i < LOSS_OUTPUTS; i++)
		for (int k = 0; k < w->info.n_teachers; k++)
			if (loss_table[i]->needs & LOSS_LOGITS &&
			    !(loss_table[i]->needs & LOSS_TOP) &&
			    loss_weight(loss_table[i], &s->knobs) > 0 &&
			    w->info.teacher[k].options.top && !s->teacher_muted[k])
				return err_set(e,
					       "%s: needs all logits, and %s keeps the largest "
					       "%zu; `teacher %s top all` first",
					       loss_table[i]->name, w->info.teacher[k].name,
					       w->info.teacher[k].options.top,
					       w->info.teacher[k].name);
	return 0;
}

/* Knobs that exclude a loss on the layer map. */
static int
check_maps(const struct trainer_state *w, const struct settings *s, struct err *e)
{
	for (int i = 0; i < s->n_maps; i++)
		if (layer_pair_agrees(&w->info.teacher[s->map[i].teacher], &w->info.run.student,
				      &s->map[i], &s->knobs, e) < 0)
			return -1;
	return 0;
}

/* Mixing modes that need all logits, and teachers with a top-k option. */
static int
check_mix(const struct trainer_state *w, const struct settings *s, struct err *e)
{
	const char *why = mix_needs_all((enum mix_mode)s->knobs.mix);
	char mode[64];

	for (int k = 0; why && k < w->info.n_teachers; k++)
		if (w->info.teacher[k].options.top && !s->teacher_muted[k])
			return err_set(
				e,
				"mix %s: %s, and %s keeps the largest %zu; `teacher %s top all` "
				"first",
				knob_print(&s->knobs, knob_find("mix", NULL), mode, sizeof mode),
				why, w->info.teacher[k].name, w->info.teacher[k].options.top,
				w->info.teacher[k].name);
	return 0;
}

static const char mixed[] = "a mixed row has two labels";

/* Losses and mixing modes for rows with one label, and mixup. */
static int
check_mixup(const struct trainer_state *w, const struct settings *s, struct err *e)
{
	if (!augment_is_on(&augment_mixup, &s->knobs))
		return 0;
	for (unsigned i = 0; i < LOSS_OUTPUTS; i++)
		if (loss_table[i]->needs & LOSS_CLASSES &&
		    loss_weight(loss_table[i], &s->knobs) > 0)
			return err_set(e,
				       "mixup-rate: %s, and %s supports one; `loss %s off`, or "
				       "`set mixup-rate 0`",
				       mixed, loss_table[i]->name, loss_table[i]->name);
	for (int i = 0; i < s->n_maps; i++)
		if (s->map[i].match->needs & LOSS_LABELS)
			return err_set(e,
				       "mixup-rate: %s, and %s on the layer map supports one; "
				       "`set mixup-rate 0`",
				       mixed, s->map[i].match->name);
	if (s->knobs.mix == MIX_CONFIDENCE && w->info.n_teachers > 1)
		return err_set(
			e, "mixup-rate: %s, and mix confidence supports one; `set mixup-rate 0`",
			mixed);
	return 0;
}

/* Teachers see rows after augmentation, and a file of outputs has none for augmented rows. */
static int
check_augment(const struct trainer_state *w, const struct settings *s, struct err *e)
{
	if (!w->train.ds)
		return 0;
	if (augment_fits(&s->knobs, w->train.ds, w->train.round_trip, w->train.wordnet, e) < 0 ||
	    check_mixup(w, s, e) < 0)
		return -1;
	for (int k = 0; augment_any(&s->knobs, w->train.ds->kind) && k < w->info.n_teachers; k++)
		if (w->info.teacher[k].is_file && !s->teacher_muted[k])
			return err_set(e,
				       "%s is a file of outputs and has none for augmented rows; "
				       "`teachers %s mute` first, or turn the augmentation off",
				       w->info.teacher[k].name, w->info.teacher[k].name);
	return 0;
}

static int
check_frozen(const struct trainer_state *w, const struct settings *s, struct err *e)
{
	const struct net_info *n = &w->info.run.student;

	for (int i = 0; i < n->n_layers; i++)
		if (n->layer[i].learns && !(s->frozen >> i & 1))
			return 0;
	return s->frozen ? err_set(e, "every layer would be frozen and nothing trained; `thaw` one")
			 : 0;
}

/* Some set with a weight above 0 has rows that can be drawn. */
static int
check_sets(const struct trainer_state *w, const struct settings *s, struct err *e)
{
	bool alone =
		w->info.phase == LAB_DISTILLING &&
		w->train.order.rows == w->train.split.shown; /* no teacher: labelled rows only */
	bool labelled = s->labelled || alone;
	double every[DATASET_SETS];
	struct text names = { 0 };

	if (!w->train.ds || lab_rows(&w->info, s->set_weight, labelled) > 0)
		return 0;
	for (int i = 0; i < w->info.n_sets; i++)
		if (sets_role_trains(w->info.set[i].role) && (w->info.set[i].labelled || !labelled))
			text_item(&names, "%s", w->info.set[i].name);
	for (int i = 0; i < DATASET_SETS; i++)
		every[i] = 1;
	if (!labelled)
		err_set(e, "every set would have weight 0 and no row be drawn; sets: %.160s",
			text_get(&names));
	else if (lab_rows(&w->info, every, true) > 0)
		err_set(e,
			"no set with a weight above 0 has a labelled row; sets that have: %.160s",
			text_get(&names));
	else
		err_set(e, "no labelled row to learn from");
	text_release(&names);
	return -1;
}

/* `remedy select` leaves rows of sets with a weight above 0. */
static int
check_choice(const struct trainer_state *w, const struct settings *s, struct err *e)
{
	const struct remedy_result_made *m =
		remedy_result_get(&w->train.remedies, s->remedy[REMEDY_KIND_select]);

	bool alone = w->info.phase == LAB_DISTILLING && w->train.order.rows == w->train.split.shown,
	     labelled = s->labelled || alone;

	for (size_t i = 0; m && i < (labelled ? m->n_shown : m->n); i++)
		if (s->set_weight[sets_of_row(w->train.ds, (labelled ? m->shown : m->rows)[i])] > 0)
			return 0;
	return m ? err_set(e, "`remedy select` leaves no%s row of a set with a weight above 0",
			   labelled ? " labelled" : "")
		 : 0;
}

static int
check_settings(const struct trainer_state *w, const struct settings *now, const struct settings *s,
	       struct err *e)
{
	if (check_fixed(w, s, e) < 0 || check_top_k(w, s, e) < 0 || check_maps(w, s, e) < 0 ||
	    check_mix(w, s, e) < 0 || check_frozen(w, s, e) < 0 || check_augment(w, s, e) < 0 ||
	    check_sets(w, s, e) < 0 || check_choice(w, s, e) < 0)
		return -1;
	if (sum_of_weights(s) == 0 && sum_of_weights(now) > 0)
		return err_set(e, "every loss would have weight 0 and nothing be trained; set "
				  "another loss first");
	return 0;
}

/* Check the values at the ends of all legs: a weight above 0 within a leg is above 0 at an end. */
static int
check_ahead(const struct trainer_state *w, const struct settings *now, const struct settings *s,
	    struct err *e)
{
	struct settings then = *s;

	for (int i = 0; i < s->n_ramps; i++) {
		uint64_t step = s->ramp[i].start;

		for (int k = 0; k < s->ramp[i].n; k++) {
			step += s->ramp[i].leg[k].over;
			tunable_follow(&then, step);
			if (step > settings_change_step(w) && check_settings(w, now, &then, e) < 0)
				return err_wrap(e, "at step %llu", (unsigned long long)step);
		}
	}
	return 0;
}

int
settings_change_check(const struct trainer_state *w, struct err *e)
{
	struct settings now;

	now = settings_change_base(w);
	return check_top_k(w, &now, e) < 0 || check_mix(w, &now, e) < 0 ||
			       check_augment(w, &now, e) < 0
		       ? -1
		       : check_ahead(w, &now, &now, e);
}

/*
 * Build the student's loss part and the feed for the settings in force, where they need another. On
 * failure the student is as it was; the feed may be released (phase_step prepares it again).
 */
static int
fit_student(struct trainer_state *w, bool feed, struct err *e)
{
	struct branch_plan plan = settings_change_plan(w);
	struct branch *new;

	if (!w->run.student ||
	    (!feed && branch_has_outputs(w->run.student, &w->info.run.settings.knobs)))
		return 0;
	new = branch_rebuilt(w->run.student, w->run.student->net->graph->capacity, &plan, e);
	if (!new)
		return -1;
	if (feed && w->info.phase != LAB_IDLE && /* while idle, `run` prepares the feed */
	    feed_prepare(&w->train, &w->info.run.settings, e) < 0) {
		branch_free(new);
		return -1;
	}
	branch_free(w->run.student);
	w->run.student = new;
	return 0;
}

int
settings_change_put(struct trainer_state *w, const struct settings *s, struct err *e)
{
	struct settings was = settings_change_base(w),
			to = extend_settings(s, &w->info.run.settings);
	bool feed;

	tunable_follow(&to, settings_change_step(w));
	if (check_settings(w, &was, &to, e) < 0 || check_ahead(w, &was, &to, e) < 0)
		return -1;
	feed = needs_feed(w, &was, &to);
	assign_settings(w, &to);
	if (fit_student(w, feed, e) < 0) {
		assign_settings(w, &was);
		if (feed && w->info.phase != LAB_IDLE)
			feed_prepare(&w->train, &was, NULL);
		return -1;
	}
	if (w->run.student) {
		freeze_set(w->run.student, to.frozen);
		correct_bias(w, &was, &to);
	}
	return 0;
}

int
settings_change_follow(struct trainer_state *w, struct err *e)
{
	struct knobs was = w->info.run.settings.knobs;
	bool feed;

	if (w->info.run.settings.n_ramps == 0)
		return 0;
	tunable_follow(&w->info.run.settings, settings_change_step(w));
	feed = begins_to_augment(w, &was, &w->info.run.settings.knobs);
	return fit_student(w, feed, e);
}

/* "temperature ramps to 1 until 2000", "ramp of temperature ended". */
static void
describe_ramps(const struct trainer_state *w, const struct settings *from,
	       const struct settings *to, struct text *t)
{
	char last[40], name[80];

	for (int i = 0; i < from->n_ramps; i++)
		if (!ramp_find(to->ramp, to->n_ramps, from->ramp[i].knob))
			text_item(t, "ramp of %s ended",
				  tunable_name(&w->info, from->ramp[i].knob, name, sizeof name));
	for (int i = 0; i < to->n_ramps; i++) {
		const struct ramp *r = &to->ramp[i],
				  *was = ramp_find(from->ramp, from->n_ramps, r->knob);

		if (!was || !ramp_is_same(was, r))
			text_item(t, "%s ramps to %s until %llu",
				  tunable_name(&w->info, r->knob, name, sizeof name),
				  text_number(last, sizeof last, ramp_last(r)),
				  (unsigned long long)ramp_end(r));
	}
}

static void
describe_teachers(const struct trainer_state *w, const struct settings *from,
		  const struct settings *to, struct text *t)
{
	char before[40], after[40];

	for (int i = 0; i < from->n_teachers && i < to->n_teachers; i++) {
		if (from->teacher_weight[i] != to->teacher_weight[i])
			text_item(t, "%s weight %s -> %s", w->info.teacher[i].name,
				  text_number(before, sizeof before, from->teacher_weight[i]),
				  text_number(after, sizeof after, to->teacher_weight[i]));
		if (from->teacher_muted[i] != to->teacher_muted[i])
			text_item(t, "%s %s", w->info.teacher[i].name,
				  to->teacher_muted[i] ? "muted" : "unmuted");
	}
}

/* Cached outputs are for rows that are not augmented: name the teachers that are now computed at
 * every step. */
static void
describe_cost(const struct trainer_state *w, const struct settings *from, const struct settings *to,
	      struct text *t)
{
	const char *between = "; computed at every step: ";

	for (int i = 0; begins_to_augment(w, &from->knobs, &to->knobs) && i < w->info.n_teachers;
	     i++)
		if (!w->info.teacher[i].is_file && !to->teacher_muted[i] &&
		    w->info.teacher[i].options.cache != TEACHER_OFF) {
			text_addf(t, "%s%s", between, w->info.teacher[i].name);
			between = ", ";
		}
}

static void
describe_sets(const struct trainer_state *w, const struct settings *from, const struct settings *to,
	      struct text *t)
{
	char before[40], after[40];

	for (int i = 0; i < from->n_sets && i < to->n_sets; i++)
		if (from->set_weight[i] != to->set_weight[i])
			text_item(t, "set %s weight %s -> %s", w->info.set[i].name,
				  text_number(before, sizeof before, from->set_weight[i]),
				  text_number(after, sizeof after, to->set_weight[i]));
}

static const struct layer_pair *
find_pair(const struct settings *s, unsigned slot)
{
	for (int i = 0; i < s->n_maps; i++)
		if (s->map[i].slot == slot)
			return &s->map[i];
	return NULL;
}

/* "map2 big:1 s:1 match cka weight 0.5": the name in its metrics, then the words of `map`. */
static void
describe_pair(const struct trainer_state *w, const struct layer_pair *m, struct text *t)
{
	const struct net_info *teacher = &w->info.teacher[m->teacher];

	text_item(t, "map%u %s:%s s:%s", m->slot + 1, teacher->name,
		  teacher->layer[m->t_layer].name, w->info.run.student.layer[m->s_layer].name);
	if (m->on != MODEL_HIDDEN)
		text_addf(t, " on %s", model_tap_name[m->on]);
	if (m->match != &loss_hidden)
		text_addf(t, " match %s", m->match->name);
	if (m->through)
		text_addf(t, " through %s", layer_pair_through_name[m->through]);
	text_addf(t, " weight %.6g", m->weight);
}

static void
describe_maps(const struct trainer_state *w, const struct settings *from, const struct settings *to,
	      struct text *t)
{
	for (int i = 0; i < from->n_maps; i++)
		if (!find_pair(to, from->map[i].slot))
			text_item(t, "map%u off", from->map[i].slot + 1);
	for (int i = 0; i < to->n_maps; i++) {
		const struct layer_pair *m = &to->map[i], *was = find_pair(from, m->slot);

		if (!was || was->match != m->match || was->through != m->through ||
		    was->projected != m->projected)
			describe_pair(w, m, t);
		else if (was->weight != m->weight)
			text_item(t, "map%u weight %.6g -> %.6g", m->slot + 1, was->weight,
				  m->weight);
	}
}

static void
describe_remedies(const struct trainer_state *w, const struct settings *from,
		  const struct settings *to, struct text *t)
{
	for (int i = 0; i < REMEDY_KINDS; i++) {
		const struct remedy_result_made *m =
			remedy_result_get(&w->train.remedies, to->remedy[i]);

		if (from->remedy[i] != to->remedy[i])
			text_item(t, "%s %s", lab_remedy_name[i], m ? m->text : "off");
	}
}

void
settings_change_describe(const struct trainer_state *w, const struct settings *from,
			 const struct settings *to, char *buf, size_t size)
{
	struct text t = { 0 };
	char before[64], after[64];

	for (size_t i = 0; i < knob_count; i++)
		if (knob_value(&from->knobs, &knob_table[i]) !=
		    knob_value(&to->knobs, &knob_table[i]))
			text_item(
				&t, "%s %s -> %s", knob_table[i].name,
				knob_print_brief(&from->knobs, &knob_table[i], before,
						 sizeof before),
				knob_print_brief(&to->knobs, &knob_table[i], after, sizeof after));
	describe_maps(w, from, to, &t);
	describe_ramps(w, from, to, &t);
	describe_teachers(w, from, to, &t);
	describe_sets(w, from, to, &t);
	if (from->labelled != to->labelled)
		text_item(&t, "rows %s", to->labelled ? "labelled" : "all");
	if (from->frozen != to->frozen)
		text_item(&t, "frozen %s",
			  net_info_layers_text(&w->info.run.student, to->frozen, after,
					       sizeof after));
	describe_remedies(w, from, to, &t);
	describe_cost(w, from, to, &t);
	text_fit(buf, size, text_get(&t));
	text_release(&t);
}
