/* settings_describe.c: differences of settings in words. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/settings_describe.h"

#include "retort/base/text.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/lab/settings_check.h"
#include "retort/lab/stop_rule.h"
#include "retort/lab/tunable.h"

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
	char before[40], after[40], names[160];

	for (int i = 0; i < from->n_teachers && i < to->n_teachers; i++) {
		if (from->teacher_weight[i] != to->teacher_weight[i])
			text_item(t, "%s weight %s -> %s", w->info.teacher[i].name,
				  text_number(before, sizeof before, from->teacher_weight[i]),
				  text_number(after, sizeof after, to->teacher_weight[i]));
		if (from->teacher_muted[i] != to->teacher_muted[i])
			text_item(t, "%s %s", w->info.teacher[i].name,
				  to->teacher_muted[i] ? "muted" : "unmuted");
		if (from->teacher_frozen[i] != to->teacher_frozen[i])
			text_item(t, "%s frozen %s", w->info.teacher[i].name,
				  net_info_layers_text(&w->info.teacher[i], to->teacher_frozen[i],
						       names, sizeof names));
	}
}

/* Cached outputs are for rows that are not augmented: name the teachers that are now computed at
 * every step. */
static void
describe_cost(const struct trainer_state *w, const struct settings *from, const struct settings *to,
	      struct text *t)
{
	const char *between = "; computed at every step: ";

	for (int i = 0;
	     settings_check_starts_augment(w, &from->knobs, &to->knobs) && i < w->info.n_teachers;
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

static void
describe_stop(const struct settings *from, const struct settings *to, struct text *t)
{
	char rule[64];

	if (from->stop.evaluations == to->stop.evaluations &&
	    (!to->stop.evaluations || from->stop.metric == to->stop.metric))
		return;
	text_item(t, "stop when %s",
		  to->stop.evaluations ? stop_rule_text(&to->stop, rule, sizeof rule) : "off");
}

static const struct layer_pair *
find_pair(const struct settings *s, unsigned slot)
{
	for (int i = 0; i < s->n_maps; i++)
		if (s->map[i].slot == slot)
			return &s->map[i];
	return NULL;
}

void
settings_describe_pair(const struct lab_info *info, const struct layer_pair *m, struct text *t)
{
	const struct net_info *teacher = &info->teacher[m->teacher];

	text_item(t, "map%u %s:%s s:%s", m->slot + 1, teacher->name,
		  teacher->layer[m->t_layer].name, info->run->student.layer[m->s_layer].name);
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
			settings_describe_pair(&w->info, m, t);
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

static void
add_layers(const struct net_info *n, const char *owner, uint64_t layers, struct text *t)
{
	for (int i = 0; i < n->n_layers; i++)
		if (layers >> i & 1)
			text_item(t, "%s%s%s", owner, owner[0] ? ":" : "", n->layer[i].name);
}

void
settings_describe_frozen(const struct lab_info *info, struct text *t)
{
	const struct settings *s = &info->run->settings;

	if (info->run->has_student)
		add_layers(&info->run->student, "", s->frozen, t);
	for (int i = 0; i < info->n_teachers; i++)
		add_layers(&info->teacher[i], info->teacher[i].name, s->teacher_frozen[i], t);
	if (!t->len)
		text_add(t, "none");
}

void
settings_describe(const struct trainer_state *w, const struct settings *from,
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
			  net_info_layers_text(&w->info.run->student, to->frozen, after,
					       sizeof after));
	describe_stop(from, to, &t);
	describe_remedies(w, from, to, &t);
	describe_cost(w, from, to, &t);
	text_fit(buf, size, text_get(&t));
	text_release(&t);
}
