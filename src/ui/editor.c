/* editor.c: the map editor: mapped pairs, pending edits, which pairs can be mapped. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/losses/loss_table.h"
#include "retort/ui/editor.h"

#include "retort/ui/move.h"

#include <math.h>
#include <string.h>

bool
editor_is_open(const struct scene *s)
{
	return s->view.editing && s->info.run->has_student &&
	       s->view.edit_teacher < s->info.n_teachers;
}

const struct layer_pair *
editor_mapped(const struct scene *s, const struct scene_edit *x)
{
	for (int i = 0; i < s->info.run->settings.n_maps; i++) {
		const struct layer_pair *m = &s->info.run->settings.map[i];

		if (m->teacher == x->teacher && m->t_layer == x->t_layer &&
		    m->s_layer == x->s_layer && m->on == x->on)
			return m;
	}
	return NULL;
}

const struct layer_pair *
editor_other_map(const struct scene *s, const struct scene_edit *x, const struct layer_pair *after)
{
	const struct layer_pair *end = s->info.run->settings.map + s->info.run->settings.n_maps;

	for (const struct layer_pair *m = after ? after + 1 : s->info.run->settings.map; m < end;
	     m++)
		if (m->teacher == x->teacher && m->t_layer == x->t_layer &&
		    m->s_layer == x->s_layer && m->on != x->on)
			return m;
	return NULL;
}

double
editor_weight(const struct scene *s, const struct scene_edit *x)
{
	const struct layer_pair *m = editor_mapped(s, x);

	return m ? m->weight : -1;
}

const struct scene_edit *
editor_pending(const struct scene *s, const struct scene_edit *x)
{
	for (int i = 0; i < s->view.n_edits; i++) {
		const struct scene_edit *p = &s->view.edit[i];

		if (p->teacher == x->teacher && p->t_layer == x->t_layer &&
		    p->s_layer == x->s_layer && p->on == x->on)
			return p;
	}
	return NULL;
}

void
editor_follow(struct scene *s)
{
	struct scene_view *v = &s->view;
	int rows = v->edit_teacher < s->info.n_teachers ? s->info.teacher[v->edit_teacher].n_layers
							: 0;

	if (v->edit_row >= rows)
		v->edit_row = rows > 0 ? rows - 1 : 0;
	if (v->edit_column >= s->info.run->student.n_layers)
		v->edit_column =
			s->info.run->student.n_layers > 0 ? s->info.run->student.n_layers - 1 : 0;
}

bool
editor_has_layers(const struct scene *s, const struct scene_edit *x)
{
	return s->info.run->has_student && x->teacher < s->info.n_teachers &&
	       x->t_layer < s->info.teacher[x->teacher].n_layers &&
	       x->s_layer < s->info.run->student.n_layers;
}

/* Fill *m with a pair under a loss and a projection. -1 and an error where it cannot be mapped. */
static int
fit_pair(const struct scene *s, const struct scene_edit *x, const struct loss *match,
	 enum layer_pair_through through, struct layer_pair *m, struct err *e)
{
	*m = (struct layer_pair){ .teacher = x->teacher,
				  .t_layer = x->t_layer,
				  .s_layer = x->s_layer,
				  .on = x->on,
				  .match = match,
				  .through = through };
	if (lab_map_labels(&s->info, match, e) < 0 ||
	    layer_pair_fit(&s->info.teacher[x->teacher], &s->info.run->student, m, e) < 0)
		return -1;
	return layer_pair_agrees(&s->info.teacher[x->teacher], &s->info.run->student, m,
				 &s->info.run->settings.knobs, e);
}

/* The loss for a pair that is not mapped yet: loss_hidden, or the first that can compare it. */
static const struct loss *
default_match(const struct scene *s, const struct scene_edit *x)
{
	struct layer_pair m;

	if (fit_pair(s, x, &loss_hidden, THROUGH_DEFAULT, &m, NULL) == 0)
		return &loss_hidden;
	for (size_t i = 0; i < loss_table_count; i++)
		if (loss_on_layers(loss_table[i]) &&
		    fit_pair(s, x, loss_table[i], THROUGH_DEFAULT, &m, NULL) == 0)
			return loss_table[i];
	return &loss_hidden;
}

int
editor_fit(const struct scene *s, const struct scene_edit *x, struct layer_pair *m, struct err *e)
{
	const struct layer_pair *mapped = editor_mapped(s, x);

	if (!editor_has_layers(s, x))
		return err_set(e, "map: the layer no longer exists");
	if (mapped && (!x->match || (x->match == mapped->match && x->through == mapped->through))) {
		*m = *mapped;
		return 0;
	}
	return fit_pair(s, x, x->match ? x->match : default_match(s, x),
			x->match ? x->through : THROUGH_DEFAULT, m, e);
}

struct scene_edit
editor_cell(const struct scene *s, int row, int column)
{
	struct scene_edit x = { s->view.edit_teacher, row, column, s->view.edit_on, -1, NULL,
				THROUGH_DEFAULT };
	const struct scene_edit *pending = editor_pending(s, &x);
	const struct layer_pair *mapped = editor_mapped(s, &x);

	x.weight = pending ? pending->weight : editor_weight(s, &x);
	if (pending && pending->match) {
		x.match = pending->match;
		x.through = pending->through;
	} else if (mapped) {
		x.match = mapped->match;
		x.through = mapped->through;
	} else if (editor_has_layers(s, &x)) {
		x.match = default_match(s, &x);
	}
	return x;
}

static void
remove_edit(struct scene_view *v, int i)
{
	memmove(&v->edit[i], &v->edit[i + 1], (size_t)(v->n_edits - i - 1) * sizeof v->edit[0]);
	v->n_edits--;
}

/* Replace the pending edit of a pair; an edit that equals the current map is removed. */
static int
put_edit(struct scene *s, const struct scene_edit *x, struct err *e)
{
	const struct scene_edit *old = editor_pending(s, x);
	const struct layer_pair *mapped = editor_mapped(s, x);
	struct scene_view *v = &s->view;
	struct layer_pair m;

	if (editor_fit(s, x, &m, e) < 0)
		return -1;
	if (old)
		remove_edit(v, (int)(old - v->edit));
	if (mapped ? x->weight == mapped->weight && x->match == mapped->match &&
			     x->through == mapped->through
		   : x->weight < 0)
		return 0;
	if (v->n_edits == TRAIN_MAPS)
		return err_set(e, "map: at most %d edits can be pending; Enter applies them",
			       TRAIN_MAPS);
	v->edit[v->n_edits++] = *x;
	return 0;
}

int
editor_edit(struct scene *s, double weight, struct err *e)
{
	struct scene_edit x = editor_cell(s, s->view.edit_row, s->view.edit_column);

	x.weight = weight;
	return put_edit(s, &x, e);
}

int
editor_next_match(struct scene *s, struct err *e)
{
	struct scene_edit x = editor_cell(s, s->view.edit_row, s->view.edit_column);
	struct layer_pair m;
	size_t at = 0;

	if (editor_fit(s, &x, &m, e) < 0)
		return -1;
	while (at < loss_table_count && loss_table[at] != m.match)
		at++;
	for (size_t i = 1; i < loss_table_count; i++) {
		const struct loss *l = loss_table[(at + i) % loss_table_count];

		if (!loss_on_layers(l) || fit_pair(s, &x, l, THROUGH_DEFAULT, &m, NULL) < 0)
			continue;
		x.match = l;
		x.through =
			fit_pair(s, &x, l, x.through, &m, NULL) < 0 ? THROUGH_DEFAULT : x.through;
		x.weight = x.weight < 0 ? 1 : x.weight;
		return put_edit(s, &x, e);
	}
	return err_set(e, "map: no other loss than %s can compare these layers", m.match->name);
}

int
editor_next_through(struct scene *s, struct err *e)
{
	struct scene_edit x = editor_cell(s, s->view.edit_row, s->view.edit_column);
	struct layer_pair m;

	if (editor_fit(s, &x, &m, e) < 0)
		return -1;
	for (int i = 1; i < THROUGH_COUNT; i++) {
		enum layer_pair_through through =
			(enum layer_pair_through)(((int)x.through + i) % THROUGH_COUNT);

		if (fit_pair(s, &x, x.match, through, &m, NULL) < 0)
			continue;
		x.through = through;
		x.weight = x.weight < 0 ? 1 : x.weight;
		return put_edit(s, &x, e);
	}
	return err_set(e, "map: loss %s takes no projection", x.match->name);
}

double
editor_cka(const struct scene *s, const struct scene_edit *x)
{
	const struct lab_cka *c = &s->cka;

	if (c->n_student == 0 || c->teacher != x->teacher || x->on != MODEL_HIDDEN ||
	    !editor_has_layers(s, x) || c->n_teacher != s->info.teacher[x->teacher].n_layers ||
	    c->n_student != s->info.run->student.n_layers)
		return NAN;
	return c->value[x->t_layer][x->s_layer];
}

static bool
has_attention(const struct net_info *net)
{
	for (int i = 0; i < net->n_layers; i++)
		if (net->layer[i].heads)
			return true;
	return false;
}

int
editor_next_tap(struct scene *s, struct err *e)
{
	const struct net_info *t = &s->info.teacher[s->view.edit_teacher];
	bool both = has_attention(t) && has_attention(&s->info.run->student);

	if (!both && s->view.edit_on == MODEL_HIDDEN)
		return err_set(e, "%s has no attention: only hidden states can be mapped",
			       has_attention(t) ? "s" : t->name);
	s->view.edit_on =
		both ? (enum model_tap)((s->view.edit_on + 1) % MODEL_TAPS) : MODEL_HIDDEN;
	return 0;
}

void
editor_apply(struct scene *s, struct text *line)
{
	char number[40];
	int n = 0;

	for (int i = 0; i < s->view.n_edits; i++) {
		const struct scene_edit *x = &s->view.edit[i];
		const struct net_info *t = &s->info.teacher[x->teacher];
		struct layer_pair m;

		if (editor_fit(s, x, &m, NULL) < 0 || (x->weight < 0 && !editor_mapped(s, x)))
			continue;
		text_addf(line, "%s %s:%s s:%s", n++ ? " and" : "map", t->name,
			  t->layer[x->t_layer].name, s->info.run->student.layer[x->s_layer].name);
		if (x->on != MODEL_HIDDEN)
			text_addf(line, " on %s", model_tap_name[x->on]);
		if (x->weight < 0)
			text_add(line, " off");
		else
			text_addf(line, " match %s%s%s weight %s", m.match->name,
				  m.through ? " through " : "", layer_pair_through_name[m.through],
				  text_number(number, sizeof number, x->weight));
	}
	s->view.n_edits = 0;
}

int
editor_open(struct scene *s, struct err *e)
{
	if (s->info.n_teachers == 0)
		return err_set(e, "map: no teacher; `teacher big mlp 256,256` adds one");
	if (!s->info.run->has_student)
		return err_set(e, "map: no student; `student mlp 16` creates one");
	s->view.editing = true;
	s->view.helping = false;
	s->view.edit_teacher = s->view.edit_teacher < s->info.n_teachers ? s->view.edit_teacher : 0;
	if (s->view.edit_column == 0 && !s->info.run->student.layer[0].learns)
		s->view.edit_column = 1;
	move_by(s, 0, 0);
	return 0;
}
