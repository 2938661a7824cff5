/* state_remedy.c: results of remedies to fields and tensors of a state, and back. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/state_remedy.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/lab/setup_net.h"

#define MOST 1000 /* results in a file */

static const char *
name_tensor(size_t i, char *buf, size_t size)
{
	snprintf(buf, size, "state.remedy.%zu", i + 1);
	return buf;
}

/* ---- writing ---- */

static void
write_numbers(const struct state_settings *c, const struct remedy_result_made *m, size_t i,
	      struct ckpt *to)
{
	size_t n = c->w->train.ds->n;
	char name[40];
	struct ckpt_tensor *t;

	if (m->kind == REMEDY_KIND_prior)
		return;
	t = ckpt_add(to, name_tensor(i, name, sizeof name), 1, &n, NULL);
	for (size_t k = 0; k < n; k++)
		t->data[k] = m->weight ? m->weight[k] : (float)m->keep[k];
}

/* ---- both ---- */

static void
visit_shift(struct state_field *f, const struct state_settings *c, struct remedy_result_made *m)
{
	size_t classes = (size_t)c->w->train.ds->classes, n = classes;

	state_field_list(f, "shift", &n, classes);
	if (f->reading && !f->failed && n != classes)
		state_field_fail(f, "shift: %zu numbers (expected %zu)", n, classes);
	if (f->reading && !f->failed)
		m->shift = mem_array(classes, sizeof *m->shift);
	for (size_t k = 0; !f->failed && k < n; k++) {
		state_field_item(f, k);
		state_field_real(f, "x", &m->shift[k]);
		state_field_end(f);
		if (!f->failed && !isfinite(m->shift[k]))
			state_field_fail(f, "shift: invalid number");
	}
	state_field_end(f);
}

/* ---- reading ---- */

static int
read_numbers(struct state_field *f, const struct state_settings *c, struct remedy_result_made *m,
	     size_t i, const struct ckpt *from)
{
	struct trainer_state *w = c->w;
	char name[40];
	const struct ckpt_tensor *t = ckpt_find(from, name_tensor(i, name, sizeof name));
	size_t n = w->train.ds->n;

	if (!t || t->len != n)
		return state_field_fail(f, "%s: missing, or of another number of rows", name);
	if (m->kind == REMEDY_KIND_weigh)
		m->weight = mem_array(n, sizeof *m->weight);
	else
		m->keep = mem_array(n, sizeof *m->keep);
	for (size_t k = 0; k < n; k++) {
		if (t->data[k] < 0 || (m->keep && t->data[k] != 0 && t->data[k] != 1))
			return state_field_fail(f, "%s: invalid number", name);
		if (m->weight)
			m->weight[k] = t->data[k];
		else
			m->keep[k] = t->data[k] != 0;
	}
	if (m->kind == REMEDY_KIND_select)
		remedy_result_choose(
			m, w->train.ds, &w->train.split, setup_net_order_seed(w, "main"),
			setup_net_order_seed(w, "few"), setup_net_order_seed(w, "plain"));
	return m->keep && m->n == 0 ? state_field_fail(f, "%s: no row is left", name) : 0;
}

static void
read_result(struct state_field *f, const struct state_settings *c, size_t i,
	    const struct ckpt *from)
{
	struct remedy_result_made *m;
	int kind = 0;

	state_field_word(f, "kind", &kind, lab_remedy_name, REMEDY_KINDS);
	if (f->failed)
		return;
	m = remedy_result_add(&c->w->train.remedies, (enum remedy_kind)kind);
	state_field_text(f, "text", m->text, sizeof m->text);
	if (kind == REMEDY_KIND_prior)
		visit_shift(f, c, m);
	else
		read_numbers(f, c, m, i, from);
}

void
state_remedy_write(struct state_field *f, const struct state_settings *c, struct ckpt *to)
{
	const struct remedy_result *all = &c->w->train.remedies;
	size_t n = all->n;

	state_field_list(f, "results", &n, MOST);
	for (size_t i = 0; i < all->n; i++) {
		struct remedy_result_made *m = all->made[i];
		int kind = m->kind;

		state_field_item(f, i);
		state_field_word(f, "kind", &kind, lab_remedy_name, REMEDY_KINDS);
		state_field_text(f, "text", m->text, sizeof m->text);
		if (kind == REMEDY_KIND_prior)
			visit_shift(f, c, m);
		write_numbers(c, m, i, to);
		state_field_end(f);
	}
	state_field_end(f);
}

int
state_remedy_read(struct state_field *f, const struct state_settings *c, const struct ckpt *from)
{
	size_t n = 0;

	state_field_list(f, "results", &n, MOST);
	for (size_t i = 0; !f->failed && i < n; i++) {
		state_field_item(f, i);
		read_result(f, c, i, from);
		state_field_end(f);
	}
	state_field_end(f);
	return f->failed ? -1 : 0;
}
