/* setup_student.c: parameters of a teacher's layers copied into the student. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/setup_student.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/lab/leakage.h"

#define SHOWN 300 /* bytes of the list of misfits; the rest is counted */

/* Which layer is copied where, and parameters that do not fit. */
struct plan {
	const struct lab_info *info;
	const struct net_info *teacher;
	const struct net *from, *to;
	int n;
	int t_layer[MODEL_LAYERS], s_layer[MODEL_LAYERS];
	struct text misfits;
	int more; /* misfits beyond the text */
	size_t copied;
};

/* Parameters of a layer: those of the nodes after the layer before. [*first, *end) in the layout.
 */
static void
find_params(const struct net *n, int layer, size_t *first, size_t *end)
{
	int from = layer ? net_node(n, layer - 1, MODEL_HIDDEN) + 1 : 0,
	    to = net_node(n, layer, MODEL_HIDDEN);

	*first = *end = 0;
	for (int i = from; i <= to; i++)
		for (int k = 0; k < n->graph->node[i].n_params; k++) {
			size_t p = (size_t)n->graph->node[i].param[k];

			*first = *end == 0 || p < *first ? p : *first;
			*end = p + 1 > *end ? p + 1 : *end;
		}
}

/* "attention.qkv.weight" of "block2.attention.qkv.weight": its name without the block. */
static const char *
name_in_block(const char *name)
{
	size_t digits = strncmp(name, "block", 5) == 0 ? strspn(name + 5, "0123456789") : 0;

	return digits && name[5 + digits] == '.' ? name + 6 + digits : name;
}

static const struct param *
find_param(const struct net *n, int layer, const char *name)
{
	size_t first, end;

	find_params(n, layer, &first, &end);
	for (size_t i = first; i < end; i++)
		if (strcmp(name_in_block(n->layout.param[i].name), name_in_block(name)) == 0)
			return &n->layout.param[i];
	return NULL;
}

/* `other` NULL: that layer has no such parameter. */
static void
add_misfit(struct plan *p, const char *owner, const struct param *x, const char *other_owner,
	   const char *layer, const struct param *other)
{
	char shape[80], other_shape[80];

	if (p->misfits.len > SHOWN) {
		p->more++;
		return;
	}
	text_addf(&p->misfits, "%s%s's %s has shape %s, ", p->misfits.len ? "; " : "", owner,
		  x->name, param_print_shape(x->rank, x->dim, shape, sizeof shape));
	if (other)
		text_addf(&p->misfits, "%s's %s %s", other_owner, other->name,
			  param_print_shape(other->rank, other->dim, other_shape,
					    sizeof other_shape));
	else
		text_addf(&p->misfits, "%s:%s has none", other_owner, layer);
}

static void
check_layer(struct plan *p, int t_layer, int s_layer)
{
	const char *t = p->teacher->name, *t_name = p->teacher->layer[t_layer].name,
		   *s_name = p->info->run->student.layer[s_layer].name;
	size_t first, end;

	find_params(p->to, s_layer, &first, &end);
	for (size_t i = first; i < end; i++) {
		const struct param *x = &p->to->layout.param[i],
				   *y = find_param(p->from, t_layer, x->name);

		if (!y || y->rank != x->rank ||
		    memcmp(y->dim, x->dim, (size_t)x->rank * sizeof *x->dim) != 0)
			add_misfit(p, "s", x, t, t_name, y);
	}
	find_params(p->from, t_layer, &first, &end);
	for (size_t i = first; i < end; i++)
		if (!find_param(p->to, s_layer, p->from->layout.param[i].name))
			add_misfit(p, t, &p->from->layout.param[i], "s", s_name, NULL);
}

static void
copy_layer(struct plan *p, const struct branch *teacher, struct branch *student, int t_layer,
	   int s_layer)
{
	size_t first, end;

	find_params(p->to, s_layer, &first, &end);
	for (size_t i = first; i < end; i++) {
		const struct param *x = &p->to->layout.param[i],
				   *y = find_param(p->from, t_layer, x->name);

		memcpy(branch_value(student) + x->offset, branch_value(teacher) + y->offset,
		       x->len * sizeof(real));
		memset(branch_moment1(student) + x->offset, 0, x->len * sizeof(real));
		memset(branch_moment2(student) + x->offset, 0, x->len * sizeof(real));
		p->copied += x->len;
	}
}

/* Assign layer `t_layer`, the next of the list, to a layer of the student. */
static int
assign_layer(struct plan *p, int t_layer, int *blocks, struct err *e)
{
	const struct net_info *t = p->teacher, *s = &p->info->run->student;
	int to = t_layer == 0 ? 0 : t_layer == t->n_layers - 1 ? s->n_layers - 1 : ++*blocks;

	if (t_layer > 0 && t_layer < t->n_layers - 1 && to > s->n_layers - 2)
		return err_set(e, "too many blocks (expected at most %d, those of s)",
			       s->n_layers - 2);
	for (int i = 0; i < p->n; i++)
		if (p->s_layer[i] == to)
			return err_set(e, "duplicate layer %s:%s", t->name, t->layer[t_layer].name);
	p->t_layer[p->n] = t_layer;
	p->s_layer[p->n++] = to;
	return 0;
}

static int
parse_list(struct plan *p, const char *list, struct err *e)
{
	int blocks = 0;

	for (const char *next; list; list = next) {
		size_t len = strcspn(list, ",");
		enum model_tap on = MODEL_HIDDEN;
		char name[40];
		int layer;

		next = list[len] ? list + len + 1 : NULL;
		snprintf(name, sizeof name, "%.*s", (int)len, list);
		layer = net_info_layer(p->teacher, name, &on, e);
		if (layer < 0)
			return -1;
		if (on != MODEL_HIDDEN)
			return err_set(e, "invalid layer '%s' (expected a whole layer, as %s:%s)",
				       name, p->teacher->name, p->teacher->layer[layer].name);
		if (assign_layer(p, layer, &blocks, e) < 0)
			return -1;
	}
	return 0;
}

static int
copy_layers(struct trainer_state *w, struct plan *p, const struct branch *teacher,
	    struct request *r, struct err *e)
{
	struct text said = { 0 };

	if (parse_list(p, r->u.init.layers, e) < 0)
		return -1;
	for (int i = 0; i < p->n; i++)
		check_layer(p, p->t_layer[i], p->s_layer[i]);
	if (p->misfits.len && p->more)
		return err_set(e, "%s; and %d more", p->misfits.s, p->more);
	if (p->misfits.len)
		return err_set(e, "%s", p->misfits.s);
	for (int i = 0; i < p->n; i++) {
		copy_layer(p, teacher, w->run->student, p->t_layer[i], p->s_layer[i]);
		text_addf(&said, "%s%s:%s", i ? ", " : "s starts from ", p->teacher->name,
			  p->teacher->layer[p->t_layer[i]].name);
	}
	snprintf(r->note, sizeof r->note, "%.90s: %zu numbers", text_get(&said), p->copied);
	text_release(&said);
	leakage_teach(w, 1u << lab_info_teacher(&w->info, r->u.init.teacher, NULL));
	w->run->figures[BRANCH_STUDENT].evaluated =
		UINT64_MAX; /* the evaluation at this step was of other parameters */
	return 0;
}

int
setup_student_request(struct trainer_state *w, struct request *r, struct err *e)
{
	const char *name = r->u.init.teacher;
	int k = lab_info_teacher(&w->info, name, e), status;
	struct plan p = { .info = &w->info };

	if (k < 0)
		return err_wrap(e, "student init");
	if (!w->run->student)
		return err_set(e, "student init: no student yet; `student mlp 32` makes one");
	if (w->info.teacher[k].is_file)
		return err_set(e, "student init: %s is a file of outputs, without layers", name);
	if (!w->info.teacher[k].ready)
		return err_set(e, "student init: %s has not been trained", name);
	p.teacher = &w->info.teacher[k];
	p.from = w->train.teacher[k].branch->net;
	p.to = w->run->student->net;
	status = copy_layers(w, &p, w->train.teacher[k].branch, r, e);
	text_release(&p.misfits);
	return status < 0 ? err_wrap(e, "student init from %s", name) : 0;
}
