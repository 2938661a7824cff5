/* trainer_checkpoint.c: optimizer state to a checkpoint and back. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/train/trainer_checkpoint.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/text.h"

#define FILES "tokenizer-files" /* key of the note of branch->saved */
#define NAME (PARAM_NAME + 32)

/* `which` 0: values; 1 and 2: moments. */
static real *
state_numbers(const struct branch *b, int which, const struct param *p)
{
	return (which == 0   ? branch_value(b)
		: which == 1 ? branch_moment1(b)
			     : branch_moment2(b)) +
	       p->offset;
}

static const char *
name_of(int which, const struct param *p, char *buf)
{
	if (which == 0)
		snprintf(buf, NAME, "%s", p->name);
	else
		snprintf(buf, NAME, "moment%d.%s", which, p->name);
	return buf;
}

static void
add_tensor(const struct branch *b, int which, const struct param *p, struct ckpt *c)
{
	const real *from = state_numbers(b, which, p);
	char name[NAME];
	struct ckpt_tensor *t = ckpt_add(c, name_of(which, p, name), p->rank, p->dim, NULL);

	for (size_t k = 0; k < p->len; k++)
		t->data[k] = (float)from[k];
}

void
trainer_checkpoint_add(const struct branch *b, struct ckpt *c)
{
	const struct param_layout *l = &b->net->layout;
	char key[NAME], value[32];

	for (int which = 1; which <= 2; which++)
		for (size_t i = 0; i < b->net->own; i++)
			add_tensor(b, which, &l->param[i], c);
	for (size_t i = b->net->own; i < l->n; i++)
		for (int which = 0; which <= (l->param[i].is_state ? 0 : 2); which++)
			add_tensor(b, which, &l->param[i], c);
	for (int i = 0; i < l->n_groups; i++) {
		snprintf(key, sizeof key, "updates.%s", l->group[i].name);
		snprintf(value, sizeof value, "%llu", (unsigned long long)b->state->updates[i]);
		ckpt_note(c, key, value);
	}
}

static bool
same_shape(const struct ckpt_tensor *t, const struct param *p)
{
	return t && t->rank == p->rank &&
	       memcmp(t->dim, p->dim, (size_t)p->rank * sizeof p->dim[0]) == 0;
}

static void
restore_tensor(struct branch *b, int which, const struct param *p, const struct ckpt *c)
{
	real *to = state_numbers(b, which, p);
	char name[NAME];
	const struct ckpt_tensor *t = ckpt_find(c, name_of(which, p, name));

	for (size_t k = 0; same_shape(t, p) && k < p->len; k++)
		to[k] = (real)t->data[k];
}

/* Read the update count of a group; 0 where the file has none. */
static int
restore_updates(struct branch *b, int group, const struct ckpt *c, struct err *e)
{
	char key[NAME];
	const char *text;
	int64_t n = 0;

	snprintf(key, sizeof key, "updates.%s", b->net->layout.group[group].name);
	text = ckpt_get(c, key);
	if (text && (text_to_int(text, &n) < 0 || n < 0))
		return err_set(
			e,
			"invalid note %s '%.40s' in the file (expected a whole number, at least 0)",
			key, text);
	b->state->updates[group] = (uint64_t)n;
	return 0;
}

/* Whether a tensor belongs to a projection or a loss, not to the network; or to their moments. */
static bool
belongs_to_terms(const char *name)
{
	if (strncmp(name, "moment1.", 8) == 0 || strncmp(name, "moment2.", 8) == 0)
		name += 8;
	return strncmp(name, "map.", 4) == 0 || strncmp(name, "loss.", 5) == 0;
}

void
trainer_checkpoint_keep_files(struct branch *b, const char *files)
{
	if (!files)
		return;
	if (!b->saved)
		b->saved = ckpt_new();
	ckpt_note(b->saved, FILES, files);
}

const char *
trainer_checkpoint_files(const struct branch *b)
{
	return b->saved ? ckpt_get(b->saved, FILES) : NULL;
}

int
trainer_checkpoint_take(struct branch *b, const struct ckpt *c, struct err *e)
{
	if (restore_updates(b, 0, c, e) < 0)
		return -1;
	for (size_t i = 0; i < b->net->own; i++)
		for (int which = 1; which <= 2; which++)
			restore_tensor(b, which, &b->net->layout.param[i], c);
	if (b->id != BRANCH_STUDENT)
		return 0; /* teachers have no pairs */
	b->saved = ckpt_new();
	for (size_t i = 0; i < c->n_tensors; i++)
		if (belongs_to_terms(c->tensor[i].name))
			ckpt_add(b->saved, c->tensor[i].name, c->tensor[i].rank, c->tensor[i].dim,
				 c->tensor[i].data);
	for (size_t i = 0; i < c->n_notes; i++)
		if (strncmp(c->note[i].key, "updates.", 8) == 0)
			ckpt_note(b->saved, c->note[i].key, c->note[i].value);
	return 0;
}

static bool
has_group(const struct param_layout *l, const char *name)
{
	for (int i = 0; i < l->n_groups; i++)
		if (strcmp(l->group[i].name, name) == 0)
			return true;
	return false;
}

void
trainer_checkpoint_restore(struct branch *b, const struct param_layout *old)
{
	const struct param_layout *l = &b->net->layout;

	if (!b->saved)
		return;
	for (size_t i = b->net->own; i < l->n; i++) {
		const struct param *p = &l->param[i];

		for (int which = 0; !param_find(old, p->name) && which <= (p->is_state ? 0 : 2);
		     which++)
			restore_tensor(b, which, p, b->saved);
	}
	for (int i = 1; i < l->n_groups; i++)
		if (!has_group(old, l->group[i].name))
			restore_updates(b, i, b->saved, NULL);
}

int
trainer_checkpoint_take_all(struct branch *b, const struct ckpt *c, struct err *e)
{
	const struct param_layout *l = &b->net->layout;

	for (size_t i = 0; i < l->n; i++) {
		const struct param *p = &l->param[i];

		for (int which = i < b->net->own ? 1 : 0; which <= (p->is_state ? 0 : 2); which++) {
			char name[NAME];

			if (!same_shape(ckpt_find(c, name_of(which, p, name)), p))
				return err_set(e, "%s: missing, or of another shape", name);
			restore_tensor(b, which, p, c);
		}
	}
	for (int i = 0; i < l->n_groups; i++)
		if (restore_updates(b, i, c, e) < 0)
			return -1;
	return 0;
}

struct ckpt *
trainer_checkpoint_saved(const struct branch *b)
{
	struct ckpt *c = ckpt_new();

	for (size_t i = 0; i < b->saved->n_tensors; i++) {
		const struct ckpt_tensor *t = &b->saved->tensor[i];

		ckpt_add(c, t->name, t->rank, t->dim, t->data);
	}
	for (size_t i = 0; i < b->saved->n_notes; i++)
		if (strcmp(b->saved->note[i].key, FILES) != 0)
			ckpt_note(c, b->saved->note[i].key, b->saved->note[i].value);
	return c;
}
