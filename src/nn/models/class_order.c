/* class_order.c: the outputs of a loaded network put in the order of the data's classes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/models/class_order.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"

#define SHOWN 5 /* names in a note, at most */

struct order {
	const struct ckpt *c;
	const struct dataset *ds;
	int n;
	const char **name; /* [n] of the outputs in the file; NULL: none */
	int *of;           /* [n] class of each output; -1: none yet */
	int *output;       /* [n] output of each class; -1: none yet */
	int known, cased;  /* names that are the data's; of them with another case */
};

static const char *
key_of(int i, char *buf, size_t size)
{
	snprintf(buf, size, "label.%d", i);
	return buf;
}

static void
assign(struct order *o, int output, int class)
{
	o->of[output] = class;
	o->output[class] = output;
}

/* The class with this name, with the same case or with any; -1: none, -2: several. */
static int
find_class(const struct dataset *ds, const char *name, bool any_case)
{
	int found = -1;

	for (int i = 0; i < ds->classes; i++)
		if (any_case ? strcasecmp(ds->class_name[i], name) == 0
			     : strcmp(ds->class_name[i], name) == 0)
			found = found == -1 ? i : -2;
	return found;
}

/* Assign the outputs whose names are the data's. */
static int
match(struct order *o, bool any_case, struct err *e)
{
	for (int i = 0; i < o->n; i++) {
		int class =
			o->name[i] && o->of[i] < 0 ? find_class(o->ds, o->name[i], any_case) : -1;

		if (class == -1)
			continue;
		if (class < 0 || (o->output[class] >= 0 && any_case))
			return err_set(e,
				       "class %d of the file, '%.40s', differs by case only from "
				       "several classes of the data or of the file; rename it in "
				       "id2label",
				       i, o->name[i]);
		if (o->output[class] >= 0)
			return err_set(e, "classes %d and %d of the file have one name, '%.40s'",
				       o->output[class], i, o->name[i]);
		assign(o, i, class);
		o->known++;
		o->cased += any_case;
	}
	return 0;
}

/* "0 'LABEL_0', 1 'LABEL_1'": names of outputs that are none of the data's. */
static void
list_unknown(const struct order *o, const bool *unknown, struct text *out)
{
	int shown = 0;

	for (int i = 0; i < o->n; i++)
		if (unknown[i] && shown++ < SHOWN)
			text_addf(out, "%s%d '%.40s'", shown > 1 ? ", " : "", i,
				  o->name[i] ? o->name[i] : "");
	if (shown > SHOWN)
		text_addf(out, " and %d more", shown - SHOWN);
}

/* Assign the outputs that are left: the last one, or each to the class of its place. */
static int
place_rest(struct order *o, const bool *unknown, struct err *e)
{
	struct text names = { 0 };
	int left = o->n - o->known, status = 0;

	for (int i = 0; left == 1 && i < o->n; i++)
		for (int k = 0; unknown[i] && k < o->n; k++)
			if (o->output[k] < 0)
				assign(o, i, k);
	for (int i = 0; left > 1 && i < o->n; i++)
		if (unknown[i] && o->output[i] < 0)
			assign(o, i, i);
		else if (unknown[i])
			status = -1;
	if (status < 0) {
		list_unknown(o, unknown, &names);
		err_set(e,
			"the classes %s of the file are none of the data's, and others are in "
			"another order: rename them in id2label of config.json, or load with `head "
			"new`",
			text_get(&names));
	}
	text_release(&names);
	return status;
}

/* Write in `note` what was done. */
static void
describe(const struct order *o, const bool *unknown, bool moved, char *note, size_t size)
{
	struct text t = { 0 };

	if (moved) {
		text_add(&t, "outputs put in the order of the data's classes:");
		for (int k = 0; k < o->n && k < SHOWN; k++)
			text_addf(&t, "%s %d was %d", k ? "," : "", k, o->output[k]);
		text_add(&t, o->n > SHOWN ? ", ..." : "");
	}
	if (o->cased)
		text_addf(&t, "%s%d of %d class names differ by case", t.len ? "; " : "", o->cased,
			  o->n);
	if (o->known < o->n) {
		text_addf(&t, "%s%d of %d class names are the data's; taken by place:",
			  t.len ? "; " : "", o->known, o->n);
		text_add(&t, " ");
		list_unknown(o, unknown, &t);
	}
	text_fit(note, size, text_get(&t));
	text_release(&t);
}

/* ---------------------------------------------------------------- reordering */

/* Reorder the last dimension of a tensor of `rows` times n numbers. */
static void
reorder(const struct order *o, struct ckpt_tensor *t)
{
	size_t n = (size_t)o->n;
	float *row = mem_array(n, sizeof *row);

	for (size_t r = 0; r < t->len / n; r++) {
		memcpy(row, t->data + r * n, n * sizeof *row);
		for (size_t k = 0; k < n; k++)
			t->data[r * n + k] = row[o->output[k]];
	}
	mem_free(row);
}

/* Whether a tensor is one of the last layer, or a moment of one. */
static bool
is_output(const char *name)
{
	if (strncmp(name, "moment1.", 8) == 0 || strncmp(name, "moment2.", 8) == 0)
		name += 8;
	return strcmp(name, "logits.weight") == 0 || strcmp(name, "logits.bias") == 0;
}

static void
move_outputs(const struct order *o, struct ckpt *c)
{
	char key[32];

	for (size_t i = 0; i < c->n_tensors; i++) {
		struct ckpt_tensor *t = &c->tensor[i];

		if (is_output(t->name) && t->rank > 0 && t->dim[t->rank - 1] == (size_t)o->n)
			reorder(o, t);
	}
	for (int k = 0; k < o->n; k++)
		for (size_t i = 0; i < c->n_notes; i++)
			if (strcmp(c->note[i].key, key_of(k, key, sizeof key)) == 0) {
				mem_free(c->note[i].value);
				c->note[i].value = mem_text(o->ds->class_name[k]);
			}
}

/* Match the names, and put the outputs in order. `unknown` [n] is room. */
static int
apply(struct order *o, struct ckpt *c, bool *unknown, char *note, size_t size, struct err *e)
{
	bool moved = false;

	if (match(o, false, e) < 0 || match(o, true, e) < 0)
		return -1;
	for (int i = 0; i < o->n; i++)
		unknown[i] = o->of[i] < 0;
	if (place_rest(o, unknown, e) < 0)
		return -1;
	for (int i = 0; i < o->n; i++)
		moved |= o->of[i] != i;
	describe(o, unknown, moved, note, size);
	if (moved)
		move_outputs(o, c);
	return 0;
}

int
class_order_apply(struct ckpt *c, const struct dataset *ds, char *note, size_t size, struct err *e)
{
	size_t n = (size_t)ds->classes;
	struct order o = { .c = c, .ds = ds, .n = ds->classes };
	bool *unknown;
	char key[32];
	int status;

	note[0] = '\0';
	if (!ds->class_name || ckpt_get(c, "head"))
		return 0;
	if (!ckpt_get(c, "label.0")) {
		snprintf(note, size,
			 "the file names no classes; its outputs are taken in the order of the "
			 "data's, '%.40s' first",
			 ds->class_name[0]);
		return 0;
	}
	o.name = mem_array(n, sizeof *o.name);
	o.of = mem_array(n, sizeof *o.of);
	o.output = mem_array(n, sizeof *o.output);
	unknown = mem_array(n, sizeof *unknown);
	for (int i = 0; i < o.n; i++) {
		o.name[i] = ckpt_get(c, key_of(i, key, sizeof key));
		o.of[i] = o.output[i] = -1;
	}
	status = apply(&o, c, unknown, note, size, e);
	mem_free(o.name), mem_free(o.of), mem_free(o.output), mem_free(unknown);
	return status;
}
