/* state_settings.c: settings to fields of a state and back. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/state_settings.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/kd/losses/loss_table.h"
#include "retort/lab/layer_map.h"
#include "retort/lab/tunable.h"

/* ---- knobs: those that are not at their default ---- */

static void
write_knobs(struct state_field *f, const struct knobs *k)
{
	struct knobs initial;
	char value[64];

	knob_defaults(&initial);
	for (size_t i = 0; i < knob_count; i++) {
		const struct knob *d = &knob_table[i];

		if (d->when != KNOB_VIEW && knob_value(k, d) != knob_value(&initial, d))
			state_field_put(f, d->name, knob_print(k, d, value, sizeof value));
	}
}

static void
read_knobs(struct state_field *f, struct knobs *k)
{
	const char *name, *value;
	struct err e;

	knob_defaults(k);
	for (size_t i = 0; (name = state_field_member(f, i, &value)); i++) {
		const struct knob *d = knob_find(name, &e);

		if (!d || d->when == KNOB_VIEW || knob_set(k, d, value, &e) < 0)
			state_field_fail(f, "%s",
					 d && d->when == KNOB_VIEW ? "a knob of the display"
								   : e.msg);
	}
}

/* ---- ramps ---- */

/* What a ramp follows, as a word: a knob, "set 1", "teacher 0", "pair 2" of the map. False for a
 * pair that is not on the map. */
static bool
print_target(const struct settings *s, int id, char *buf, size_t size)
{
	if (id < RAMP_OTHER)
		snprintf(buf, size, "%s", knob_table[id].name);
	else if (id < TUNABLE_TEACHER(0))
		snprintf(buf, size, "set %d", id - TUNABLE_SET(0));
	else if (id < TUNABLE_MAP(0))
		snprintf(buf, size, "teacher %d", id - TUNABLE_TEACHER(0));
	for (int i = 0; id >= TUNABLE_MAP(0); i++) {
		if (i == s->n_maps)
			return false;
		if (TUNABLE_MAP(s->map[i].slot) != id)
			continue;
		snprintf(buf, size, "pair %d", i);
		break;
	}
	return true;
}

/* The id of such a word; -1 and an error. */
static int
parse_target(struct state_field *f, const struct settings *s, const char *word)
{
	int i = -1, end = 0;

	if (sscanf(word, "set %d%n", &i, &end) == 1 && !word[end] && i >= 0 && i < s->n_sets)
		return TUNABLE_SET(i);
	if (sscanf(word, "teacher %d%n", &i, &end) == 1 && !word[end] && i >= 0 &&
	    i < s->n_teachers)
		return TUNABLE_TEACHER(i);
	if (sscanf(word, "pair %d%n", &i, &end) == 1 && !word[end] && i >= 0 && i < s->n_maps)
		return TUNABLE_MAP(s->map[i].slot);
	for (size_t k = 0; k < knob_count; k++)
		if (strcmp(knob_table[k].name, word) == 0 && knob_table[k].type != KNOB_PICK &&
		    knob_table[k].when == KNOB_LIVE)
			return (int)k;
	return state_field_fail(f, "ramp: it follows nothing that is called '%s'", word);
}

/* Whether a value is one that the target of a ramp may have. */
static bool
fits_target(int id, double x)
{
	const struct knob *k = id < RAMP_OTHER ? &knob_table[id] : NULL;

	if (!isfinite(x))
		return false;
	return k ? (x >= k->min && x <= k->max) || (k->or_zero && x == 0)
		 : x >= 0 && x <= TUNABLE_MOST;
}

static void
visit_leg(struct state_field *f, const struct ramp *r, double before, struct ramp_leg *l)
{
	uint64_t over = l->over, jumps = l->jumps;
	int shape = l->shape;

	state_field_real(f, "to", &l->to);
	state_field_count(f, "over", &over, RAMP_MOST);
	state_field_count(f, "jumps", &jumps, RAMP_MOST);
	state_field_word(f, "shape", &shape, ramp_shape_name, RAMP_SHAPES);
	if (!f->reading || f->failed)
		return;
	if (over < 1 || !fits_target(r->knob, l->to) ||
	    (shape == RAMP_STEPS && (jumps < 1 || jumps > over)) ||
	    (shape == RAMP_EXPONENTIAL && !(before * l->to > 0)))
		state_field_fail(f, "ramp: invalid leg");
	l->over = (uint32_t)over;
	l->jumps = (uint32_t)jumps;
	l->shape = (enum ramp_shape)shape;
}

static void
visit_ramp(struct state_field *f, const struct settings *s, struct ramp *r)
{
	char word[64] = "";
	size_t n = (size_t)r->n;

	if (!f->reading)
		print_target(s, r->knob, word, sizeof word);
	state_field_text(f, "of", word, sizeof word);
	if (f->reading && !f->failed)
		r->knob = parse_target(f, s, word);
	state_field_count(f, "start", &r->start, UINT32_MAX);
	state_field_real(f, "from", &r->from);
	if (f->reading && !f->failed && !fits_target(r->knob, r->from))
		state_field_fail(f, "ramp of %s: invalid start", word);
	state_field_list(f, "legs", &n, RAMP_LEGS);
	for (size_t i = 0; i < n; i++) {
		state_field_item(f, i);
		if (!f->failed)
			visit_leg(f, r, i ? r->leg[i - 1].to : r->from, &r->leg[i]);
		state_field_end(f);
	}
	state_field_end(f);
	r->n = (int)n;
	if (f->reading && !f->failed && n == 0)
		state_field_fail(f, "ramp of %s: no legs", word);
}

static void
visit_ramps(struct state_field *f, struct settings *s)
{
	size_t n = (size_t)s->n_ramps, written = 0;
	char word[64];

	state_field_list(f, "ramps", &n, RAMP_KNOBS);
	for (size_t i = 0; i < n; i++) {
		if (!f->reading && !print_target(s, s->ramp[i].knob, word, sizeof word))
			continue;
		state_field_item(f, written++);
		visit_ramp(f, s, &s->ramp[i]);
		state_field_end(f);
		for (size_t k = 0; f->reading && !f->failed && k < i; k++)
			if (s->ramp[k].knob == s->ramp[i].knob)
				state_field_fail(f, "ramps: two of the same setting");
	}
	state_field_end(f);
	s->n_ramps = (int)n;
}

/* ---- pairs of layers ---- */

static void
visit_match(struct state_field *f, struct layer_pair *m)
{
	char name[32];

	snprintf(name, sizeof name, "%s", f->reading ? "" : m->match->name);
	state_field_text(f, "match", name, sizeof name);
	if (!f->reading || f->failed)
		return;
	m->match = loss_table_find(name);
	if (!m->match)
		state_field_fail(f, "match: unknown loss '%s'", name);
	for (unsigned i = 0; m->match && i < LOSS_OUTPUTS; i++)
		if (loss_table[i] == m->match)
			state_field_fail(f, "match: '%s' is no loss on layers", name);
}

/* A weight of a teacher, a set or a pair of layers, `of` which the error speaks. */
static void
visit_weight(struct state_field *f, const char *of, double *x)
{
	state_field_real(f, "weight", x);
	if (!(*x >= 0 && *x <= TUNABLE_MOST))
		state_field_fail(f, "%s: weight %g (expected 0 to %g)", of, *x, TUNABLE_MOST);
}

void
state_settings_pair(struct state_field *f, const struct state_settings *c, struct layer_pair *m)
{
	int on = m->on, through = m->through, slot;
	struct err e;

	state_field_int(f, "teacher", &m->teacher, 0, c->n_teachers - 1);
	state_field_int(f, "from", &m->t_layer, 0, MODEL_LAYERS - 1);
	state_field_int(f, "to", &m->s_layer, 0, MODEL_LAYERS - 1);
	state_field_word(f, "on", &on, model_tap_name, MODEL_TAPS);
	state_field_word(f, "through", &through, layer_pair_through_name, THROUGH_COUNT);
	visit_weight(f, "map", &m->weight);
	visit_match(f, m);
	if (!f->reading || f->failed)
		return;
	m->on = (enum model_tap)on;
	m->through = (enum layer_pair_through)through;
	if (m->t_layer >= c->w->info.teacher[m->teacher].n_layers ||
	    m->s_layer >= c->student->n_layers)
		state_field_fail(f, "a pair of layers that the networks do not have");
	else if (lab_map_labels(&c->w->info, m->match, &e) < 0 ||
		 layer_pair_fit(&c->w->info.teacher[m->teacher], c->student, m, &e) < 0)
		state_field_fail(f, "%s", e.msg);
	else if ((slot = layer_map_slot(c->w, m)) < 0)
		state_field_fail(f, "too many different pairs in this session");
	else
		m->slot = (unsigned)slot;
}

static void
visit_pairs(struct state_field *f, const struct state_settings *c, struct settings *s)
{
	size_t n = (size_t)s->n_maps;

	state_field_list(f, "pairs", &n, TRAIN_MAPS);
	for (size_t i = 0; i < n; i++) {
		state_field_item(f, i);
		state_settings_pair(f, c, &s->map[i]);
		state_field_end(f);
		for (size_t k = 0; f->reading && !f->failed && k < i; k++)
			if (s->map[k].slot == s->map[i].slot)
				state_field_fail(f, "pairs: the same pair twice");
	}
	state_field_end(f);
	s->n_maps = f->failed ? 0 : (int)n;
}

/* ---- teachers, sets, remedies ---- */

static void
visit_teachers(struct state_field *f, const struct state_settings *c, struct settings *s)
{
	size_t n = (size_t)s->n_teachers;

	state_field_list(f, "teachers", &n, TRAIN_TEACHERS);
	if (f->reading && !f->failed && n > (size_t)c->n_teachers)
		state_field_fail(f, "teachers: %zu of %d", n, c->n_teachers);
	for (size_t i = 0; !f->failed && i < n; i++) {
		state_field_item(f, i);
		visit_weight(f, "teachers", &s->teacher_weight[i]);
		state_field_bool(f, "muted", &s->teacher_muted[i]);
		state_field_bits(f, "frozen", &s->teacher_frozen[i]);
		state_field_end(f);
	}
	state_field_end(f);
	s->n_teachers = f->failed ? 0 : (int)n;
}

static void
visit_sets(struct state_field *f, const struct state_settings *c, struct settings *s)
{
	size_t n = (size_t)s->n_sets;

	state_field_list(f, "sets", &n, DATASET_SETS);
	if (f->reading && !f->failed && n > (size_t)c->w->info.n_sets)
		state_field_fail(f, "sets: %zu of %d", n, c->w->info.n_sets);
	for (size_t i = 0; !f->failed && i < n; i++) {
		state_field_item(f, i);
		visit_weight(f, "sets", &s->set_weight[i]);
		state_field_end(f);
	}
	state_field_end(f);
	s->n_sets = f->failed ? 0 : (int)n;
}

/* Numbers of results: of the state in the file, of the lab in memory. */
static void
visit_remedies(struct state_field *f, const struct state_settings *c, struct settings *s)
{
	const struct remedy_result *all = &c->w->train.remedies;

	state_field_object(f, "remedies");
	for (int kind = 0; kind < REMEDY_KINDS; kind++) {
		int n = s->remedy[kind];

		state_field_int(f, lab_remedy_name[kind], &n, 0, (int)all->n - c->remedies);
		if (!f->reading || f->failed)
			continue;
		s->remedy[kind] = n ? n + c->remedies : 0;
		if (n && remedy_result_get(all, s->remedy[kind])->kind != (enum remedy_kind)kind)
			state_field_fail(f, "remedies: result %d is no `%s`", n,
					 lab_remedy_name[kind]);
	}
	state_field_end(f);
}

void
state_settings_metric(struct state_field *f, const struct state_settings *c, const char *key,
		      unsigned *metric, bool score)
{
	char name[64];
	unsigned first = metric_map(0, METRIC_TRAIN), slot;

	snprintf(name, sizeof name, "%s", f->reading ? "" : metric_info(*metric)->name);
	state_field_text(f, key, name, sizeof name);
	if (!f->reading || f->failed)
		return;
	*metric = metric_find(name);
	slot = *metric >= first ? (*metric - first) / 3 : TRAIN_MAPS;
	if (slot < TRAIN_MAPS && (int)slot < c->n_slots)
		*metric = first + 3 * (unsigned)c->slot[slot] + (*metric - first) % 3;
	else if (slot < TRAIN_MAPS)
		*metric = METRIC_NONE;
	if (*metric == METRIC_NONE || (score && !metric_is_score(*metric)))
		state_field_fail(f, "%s: unknown metric '%s'", key, name);
}

static void
visit_stop(struct state_field *f, const struct state_settings *c, struct stop_rule *r)
{
	state_field_int(f, "stop", &r->evaluations, 0, 1000000);
	if (r->evaluations)
		state_settings_metric(f, c, "stop-metric", &r->metric, true);
}

void
state_settings_visit(struct state_field *f, const struct state_settings *c, const char *key,
		     struct settings *s)
{
	state_field_object(f, key);
	if (f->reading)
		memset(s, 0, sizeof *s);
	state_field_object(f, "knobs");
	if (f->reading)
		read_knobs(f, &s->knobs);
	else
		write_knobs(f, &s->knobs);
	state_field_end(f);
	visit_teachers(f, c, s);
	visit_sets(f, c, s);
	visit_pairs(f, c, s);
	visit_ramps(f, s);
	visit_remedies(f, c, s);
	visit_stop(f, c, &s->stop);
	state_field_bits(f, "frozen", &s->frozen);
	state_field_bool(f, "labelled", &s->labelled);
	state_field_end(f);
}
