/* settings_check.c: settings against data, teachers, losses and each other. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/settings_check.h"

#include <stdio.h>

#include <string.h>

#include "retort/base/text.h"
#include "retort/data/sets.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/lab/settings_change.h"
#include "retort/lab/runs.h"
#include "retort/lab/tunable.h"
#include "retort/train/mix.h"

bool
settings_check_starts_augment(const struct trainer_state *w, const struct knobs *was,
			      const struct knobs *now)
{
	return w->train.ds && augment_any(now, w->train.ds->kind) &&
	       !augment_any(was, w->train.ds->kind);
}

/* Whether the work at hand trains the run in hand, or a teacher, which its settings train too. */
static bool
is_busy(const struct trainer_state *w)
{
	return w->info.phase != LAB_IDLE && (w->info.phase != LAB_DISTILLING || runs_trains(w));
}

static int
check_fixed(const struct trainer_state *w, const struct settings *s, struct err *e)
{
	for (size_t i = 0; i < knob_count; i++) {
		const struct knob *k = &knob_table[i];

		if (k->when == KNOB_FIXED && is_busy(w) &&
		    knob_value(&s->knobs, k) != knob_value(&w->info.run->settings.knobs, k))
			return err_set(e,
				       "%s: fixed during training, because the graph is built for "
				       "it; `stop` first",
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

/* A file of outputs has no option to change. */
static int
refuse_top(const struct net_info *t, const char *what, const char *why, struct err *e)
{
	return err_set(e,
		       t->is_file ? "%s: %s, but %s has the largest %zu; `teachers %s mute` first"
				  : "%s: %s, but %s stores the largest %zu; `teacher %s top all` "
				    "first",
		       what, why, t->name, t->options.top, t->name);
}

/* Pairs on the logits of a teacher with a top-k option, of which only the largest are there. */
static int
check_top_maps(const struct trainer_state *w, const struct settings *s, struct err *e)
{
	char what[80];

	for (int i = 0; i < s->n_maps; i++) {
		const struct layer_pair *m = &s->map[i];
		const struct net_info *t = &w->info.teacher[m->teacher];

		if (!t->options.top || m->on != MODEL_HIDDEN || m->t_layer != t->n_layers - 1)
			continue;
		snprintf(what, sizeof what, "map %s:%s s:%s", t->name, t->layer[m->t_layer].name,
			 w->info.run->student.layer[m->s_layer].name);
		return refuse_top(t, what, "needs all logits", e);
	}
	return 0;
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
				return refuse_top(&w->info.teacher[k], loss_table[i]->name,
						  "needs all logits", e);
	return check_top_maps(w, s, e);
}

/* Knobs that exclude a loss on the layer map. */
static int
check_maps(const struct trainer_state *w, const struct settings *s, struct err *e)
{
	for (int i = 0; i < s->n_maps; i++)
		if (layer_pair_agrees(&w->info.teacher[s->map[i].teacher], &w->info.run->student,
				      &s->map[i], &s->knobs, e) < 0)
			return -1;
	return 0;
}

/* Mixing modes that need all logits, and teachers with a top-k option. */
static int
check_mix(const struct trainer_state *w, const struct settings *s, struct err *e)
{
	const char *why = mix_needs_all((enum mix_mode)s->knobs.mix);
	char mode[64] = "mix ";
	size_t n = strlen(mode);

	knob_print(&s->knobs, knob_find("mix", NULL), mode + n, sizeof mode - n);
	for (int k = 0; why && k < w->info.n_teachers; k++)
		if (w->info.teacher[k].options.top && !s->teacher_muted[k])
			return refuse_top(&w->info.teacher[k], mode, why, e);
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
				       "mixup-rate: %s, but %s supports one; `loss %s off`, or "
				       "`set mixup-rate 0`",
				       mixed, loss_table[i]->name, loss_table[i]->name);
	for (int i = 0; i < s->n_maps; i++)
		if (s->map[i].match->needs & LOSS_LABELS)
			return err_set(e,
				       "mixup-rate: %s, but %s on the layer map supports one; `set "
				       "mixup-rate 0`",
				       mixed, s->map[i].match->name);
	if (s->knobs.mix == MIX_CONFIDENCE && w->info.n_teachers > 1)
		return err_set(
			e, "mixup-rate: %s, but mix confidence supports one; `set mixup-rate 0`",
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
				       "%s is a file of outputs, which has none for augmented "
				       "rows; `teachers %s mute` or `augment off` first",
				       w->info.teacher[k].name, w->info.teacher[k].name);
	return 0;
}

/* Whether `layers` are all that the network trains. */
static bool
freezes_all(const struct net_info *n, uint64_t layers)
{
	for (int i = 0; i < n->n_layers; i++)
		if (n->layer[i].learns && !(layers >> i & 1))
			return false;
	return layers != 0;
}

static int
check_frozen(const struct trainer_state *w, const struct settings *s, struct err *e)
{
	for (int i = 0; i < w->info.n_teachers; i++)
		if (freezes_all(&w->info.teacher[i], s->teacher_frozen[i]))
			return err_set(e, "no layer of %s would be trained; `thaw %s:LAYER` first",
				       w->info.teacher[i].name, w->info.teacher[i].name);
	return freezes_all(&w->info.run->student, s->frozen)
		       ? err_set(e, "no layer would be trained; `thaw` one")
		       : 0;
}

/* Some set with a weight above 0 has rows that can be drawn. */
static int
check_sets(const struct trainer_state *w, const struct settings *s, struct err *e)
{
	/* no teacher: labelled rows only */
	bool alone = runs_trains(w) && w->train.orders->main.rows == w->train.split.shown;
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
		err_set(e,
			"every set would have weight 0; `data weight SET 1` first, SET one of "
			"%.160s",
			text_get(&names));
	else if (lab_rows(&w->info, every, true) > 0)
		err_set(e,
			"no set with a weight above 0 has a labelled row (sets with labelled rows: "
			"%.160s)",
			text_get(&names));
	else
		err_set(e, "no labelled row");
	text_release(&names);
	return -1;
}

/* `remedy select` leaves rows of sets with a weight above 0. */
static int
check_choice(const struct trainer_state *w, const struct settings *s, struct err *e)
{
	const struct remedy_result_made *m =
		remedy_result_get(&w->train.remedies, s->remedy[REMEDY_KIND_select]);

	bool alone = runs_trains(w) && w->train.orders->main.rows == w->train.split.shown,
	     labelled = s->labelled || alone;

	for (size_t i = 0; m && i < (labelled ? m->n_shown : m->n); i++)
		if (s->set_weight[sets_of_row(w->train.ds, (labelled ? m->shown : m->rows)[i])] > 0)
			return 0;
	return m ? err_set(e, "no%s row of `remedy select` is in a set with a weight above 0",
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
		return err_set(
			e, "every loss would have weight 0; set the weight of another loss first");
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
settings_check(const struct trainer_state *w, const struct settings *now, const struct settings *s,
	       struct err *e)
{
	return check_settings(w, now, s, e) < 0 ? -1 : check_ahead(w, now, s, e);
}

int
settings_check_work(const struct trainer_state *w, const struct settings *s, struct err *e)
{
	return check_top_k(w, s, e) < 0 || check_mix(w, s, e) < 0 || check_augment(w, s, e) < 0
		       ? -1
		       : check_ahead(w, s, s, e);
}
