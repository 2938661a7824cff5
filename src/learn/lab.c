/* lab.c: names of teachers and layers in a snapshot of the lab, and which layers can be paired. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/learn/lab.h"

#include <stdio.h>
#include <string.h>

int
lab_info_teacher(const struct lab_info *info, const char *name, struct err *e)
{
	char names[LAB_TEACHERS * (LAB_NAME + 2)] = "";
	size_t len = 0;

	for (int i = 0; i < info->n_teachers; i++) {
		if (strcmp(info->teacher[i].name, name) == 0)
			return i;
		len += (size_t)snprintf(names + len, sizeof names - len, "%s%s", i ? ", " : "",
					info->teacher[i].name);
	}
	if (info->n_teachers == 0)
		return err_set(e, "%s: no such teacher; there is none yet, `teacher %s mlp 256,256` makes one",
			       name, name);
	return err_set(e, "%s: no such teacher; there is %s", name, names);
}

/* "attention" behind the dot, if there is one. Returns the length of what stands before it, or 0. */
static size_t
split_tap(const char *layer, enum model_tap *on)
{
	const char *dot = strchr(layer, '.');

	for (int i = 0; dot && i < MODEL_TAPS; i++)
		if (strcmp(dot + 1, model_tap_name[i]) == 0) {
			*on = (enum model_tap)i;
			return (size_t)(dot - layer);
		}
	return dot ? 0 : strlen(layer);
}

int
lab_info_layer(const struct lab_net *net, const char *layer, enum model_tap *on, struct err *e)
{
	enum model_tap tap = *on;
	size_t len = split_tap(layer, &tap);
	char name[24];

	for (int i = 0; i < net->n_layers && len > 0; i++) {
		snprintf(name, sizeof name, i == 0 ? "input" : "block%s", net->layer[i].name);
		if ((strlen(net->layer[i].name) == len && strncmp(net->layer[i].name, layer, len) == 0) ||
		    (strlen(name) == len && strncmp(name, layer, len) == 0) ||
		    (i == 0 && len == 9 && strncmp(layer, "embedding", len) == 0)) {
			*on = tap;
			return i;
		}
	}
	return err_set(e, "%s:%s: no such layer; %s has 0..%d and logits", net->name, layer, net->name,
		       net->n_layers - 2);
}

size_t
lab_layer_width(const struct lab_layer *l, enum model_tap on)
{
	if (on == MODEL_HIDDEN)
		return l->last;
	if (on == MODEL_VALUE)
		return l->heads ? l->last / l->heads * l->kv_heads : 0;
	return l->heads;
}

int
lab_map_fit(const struct lab_net *teacher, const struct lab_net *student, struct lab_map *m, struct err *e)
{
	const struct lab_layer *t = &teacher->layer[m->t_layer], *s = &student->layer[m->s_layer];
	size_t t_places = t->width / t->last, s_places = s->width / s->last;

	if (!s->learns)
		return err_set(e, "s:%s is the input: nothing in it can learn", s->name);
	if (m->on != MODEL_HIDDEN && (!t->heads || !s->heads))
		return err_set(e, "%s:%s has no attention", t->heads ? "s" : teacher->name, t->heads ? s->name : t->name);
	if (t_places != s_places)
		return err_set(e, "%s:%s has %zu position%s, s:%s has %zu", teacher->name, t->name, t_places,
			       t_places == 1 ? "" : "s", s->name, s_places);
	if (m->on == MODEL_ATTENTION && t->heads != s->heads)
		return err_set(e, "%s:%s has %zu heads, s:%s has %zu: their attention maps cannot be compared", teacher->name,
			       t->name, t->heads, s->name, s->heads);
	if (m->match->needs & LOSS_MAP && (t->is_tokens || t_places < 2 || m->on != MODEL_HIDDEN))
		return err_set(e, "match %s: compares feature maps, %s:%s is none", m->match->name, teacher->name, t->name);
	m->t_width = lab_layer_width(t, m->on);
	m->projected = !(m->match->needs & LOSS_MAP) && m->t_width != lab_layer_width(s, m->on);
	return 0;
}
