/* layer_map.c: edits of the layer map: ranges, presets and single pairs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/layer_map.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/kd/losses/loss_table.h"
#include "retort/lab/tunable.h"

/* A range of layers of a network. */
struct range {
	int first, last;
};

static int
range_length(struct range s)
{
	return s.last - s.first + 1;
}

int
layer_map_slot(struct trainer_state *w, const struct layer_pair *m)
{
	for (int i = 0; i < w->n_slots; i++)
		if (w->slot[i].teacher == m->teacher && w->slot[i].t_layer == m->t_layer &&
		    w->slot[i].s_layer == m->s_layer && w->slot[i].on == m->on)
			return i;
	if (w->n_slots == TRAIN_MAPS)
		return -1;
	w->slot[w->n_slots] = *m;
	return w->n_slots++;
}

static bool
same_pair(const struct layer_pair *a, const struct layer_pair *b)
{
	return a->teacher == b->teacher && a->t_layer == b->t_layer && a->s_layer == b->s_layer &&
	       a->on == b->on;
}

static int
remove_pair(const struct trainer_state *w, const struct layer_pair *m, int at, struct settings *s,
	    struct err *e)
{
	const struct net_info *t = &w->info.teacher[m->teacher];

	if (at == s->n_maps)
		return err_set(e, "%s:%s s:%s is not mapped", t->name, t->layer[m->t_layer].name,
			       w->info.run->student.layer[m->s_layer].name);
	ramp_remove(s->ramp, &s->n_ramps, TUNABLE_MAP(s->map[at].slot));
	memmove(&s->map[at], &s->map[at + 1], (size_t)(s->n_maps - at - 1) * sizeof *s->map);
	s->n_maps--;
	return 0;
}

/* Add, change or remove one pair. */
static int
edit_pair(struct trainer_state *w, const struct request_map *r, struct layer_pair m,
	  struct settings *s, struct err *e)
{
	int at = 0, slot;

	while (at < s->n_maps && !same_pair(&s->map[at], &m))
		at++;
	if (r->off)
		return remove_pair(w, &m, at, s, e);
	if (!isfinite(m.weight) || m.weight < 0 || m.weight > 1e6)
		return err_set(e, "invalid weight %g (expected 0 to 1000000)", m.weight);
	if (lab_map_labels(&w->info, m.match, e) < 0 ||
	    layer_pair_fit(&w->info.teacher[m.teacher], &w->info.run->student, &m, e) < 0)
		return -1;
	slot = layer_map_slot(w, &m);
	if (slot < 0)
		return err_set(e, "too many different pairs in this session (expected at most %d)",
			       TRAIN_MAPS);
	m.slot = (unsigned)slot;
	ramp_remove(s->ramp, &s->n_ramps,
		    TUNABLE_MAP(slot)); /* its weight is set: cancel the ramp */
	s->map[at] = m;
	s->n_maps += at == s->n_maps;
	return 0;
}

/* Parse "2", "1..3" or "block2.attention": a range of layers and their tap. */
static int
parse_range(const struct net_info *net, const char *text, enum model_tap *on, struct range *out,
	    struct err *e)
{
	const char *dots = strstr(text, "..");
	enum model_tap begin = *on;
	char first[40];

	if (!dots) {
		out->first = out->last = net_info_layer(net, text, on, e);
		return out->first < 0 ? -1 : 0;
	}
	snprintf(first, sizeof first, "%.*s", (int)(dots - text), text);
	out->first = net_info_layer(net, first, &begin, e);
	out->last = out->first < 0 ? -1 : net_info_layer(net, dots + 2, on, e);
	if (out->last < 0)
		return -1;
	if (out->last < out->first)
		return err_set(e, "%s:%s: invalid range: %s is after %s", net->name, text, first,
			       dots + 2);
	return 0;
}

/* Pair two ranges in order; a single layer is paired with each layer of the other range. */
static int
edit_ranges(struct trainer_state *w, const struct request_map *r, struct layer_pair m,
	    struct settings *s, struct err *e)
{
	enum model_tap t_on = r->on, s_on = r->on;
	struct range from, to;

	if (parse_range(&w->info.teacher[m.teacher], r->t_layer, &t_on, &from, e) < 0 ||
	    parse_range(&w->info.run->student, r->s_layer, &s_on, &to, e) < 0)
		return -1;
	if (t_on != s_on)
		return err_set(e, "%s:%s s:%s: different tensors, %s and %s", r->teacher,
			       r->t_layer, r->s_layer, model_tap_name[t_on], model_tap_name[s_on]);
	if (range_length(from) != range_length(to) && range_length(from) != 1 &&
	    range_length(to) != 1)
		return err_set(
			e, "%s:%s has %d layers, s:%s has %d (expected the same number, or 1)",
			r->teacher, r->t_layer, range_length(from), r->s_layer, range_length(to));
	m.on = t_on;
	for (int i = 0; i < range_length(from) || i < range_length(to); i++) {
		m.t_layer = from.first + (range_length(from) > 1 ? i : 0);
		m.s_layer = to.first + (range_length(to) > 1 ? i : 0);
		if (edit_pair(w, r, m, s, e) < 0)
			return -1;
	}
	return 0;
}

/* The teacher's block of `many` for the student's block k of `few`, both from 1. */
static int
preset_block(enum request_pairs pairs, int k, int many, int few)
{
	switch (pairs) {
	case REQUEST_UNIFORM:
		return k * many / few;
	case REQUEST_LAST:
		return many - few + k;
	case REQUEST_SKIP:
		return k * (many / few);
	default:
		return k;
	}
}

static int
check_blocks(const struct request_map *r, const struct net_info *t, int many, int few,
	     struct err *e)
{
	if (few < 1)
		return err_set(e, "%s: s has no blocks", request_pairs_name[r->pairs]);
	if (many < few)
		return err_set(e, "%s: %s has %d block%s, fewer than the %d of s",
			       request_pairs_name[r->pairs], t->name, many, many == 1 ? "" : "s",
			       few);
	return 0;
}

static int
edit_preset(struct trainer_state *w, const struct request_map *r, struct layer_pair m,
	    struct settings *s, struct text *chosen, struct err *e)
{
	const struct net_info *t = &w->info.teacher[m.teacher];
	int many = t->n_layers - 2, few = w->info.run->student.n_layers - 2;

	if (check_blocks(r, t, many, few, e) < 0)
		return -1;
	m.on = r->on;
	text_addf(chosen, "%s", t->name);
	for (int k = 1; k <= few; k++) {
		m.t_layer = preset_block(r->pairs, k, many, few);
		m.s_layer = k;
		if (edit_pair(w, r, m, s, e) < 0)
			return err_wrap(e, "%s", request_pairs_name[r->pairs]);
		text_addf(chosen, " %d:%d", m.t_layer, k);
	}
	text_add(chosen, ", ");
	return 0;
}

/* Pairs by similarity. The choice depends on the networks and rows of now alone: a replay makes the
 * same. */
static int
edit_auto(struct trainer_state *w, const struct request_map *r, struct layer_pair m,
	  struct settings *s, struct text *chosen, struct err *e)
{
	const struct net_info *t = &w->info.teacher[m.teacher];
	int many = t->n_layers - 2, few = w->info.run->student.n_layers - 2, block[MODEL_BLOCKS];
	double value[MODEL_BLOCKS];

	if (!t->ready)
		return err_set(e, "auto: %s has not been trained; `train` it first", t->name);
	if (check_blocks(r, t, many, few, e) < 0)
		return -1;
	if (!w->choose_pairs)
		return err_set(e, "auto: not supported by this program");
	m.on = r->on;
	if (w->choose_pairs(w, &m, few, block, value, e) < 0)
		return err_wrap(e, "auto");
	text_addf(chosen, "%s", t->name);
	for (int k = 0; k < few; k++) {
		m.t_layer = block[k];
		m.s_layer = 1 + k;
		if (edit_pair(w, r, m, s, e) < 0)
			return err_wrap(e, "auto");
		text_addf(chosen, " %d:%d cka %.2f", m.t_layer, m.s_layer, value[k]);
	}
	text_add(chosen, ", ");
	return 0;
}

static int
apply_edit(struct trainer_state *w, const struct request_map *r, const struct layer_pair *m,
	   struct settings *s, struct text *chosen, struct err *e)
{
	if (r->pairs == REQUEST_TYPED)
		return edit_ranges(w, r, *m, s, e);
	return r->pairs == REQUEST_AUTO ? edit_auto(w, r, *m, s, chosen, e)
					: edit_preset(w, r, *m, s, chosen, e);
}

int
layer_map_edit(struct trainer_state *w, const struct request_maps *r, struct settings *s,
	       struct text *chosen, struct err *e)
{
	for (int i = 0; i < r->n; i++) {
		const struct request_map *x = &r->map[i];
		struct layer_pair m = { .weight = x->weight,
					.match = x->match ? x->match : &loss_hidden,
					.through = x->through };

		m.teacher = lab_info_teacher(&w->info, x->teacher, e);
		if (m.teacher >= 0 && w->info.teacher[m.teacher].is_file)
			return err_set(e, "%s:%s: %s is a file of outputs and has no layers",
				       x->teacher, x->t_layer, x->teacher);
		if (m.teacher < 0 || apply_edit(w, x, &m, s, chosen, e) < 0)
			return -1;
	}
	return 0;
}
