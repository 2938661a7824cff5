/* state_net.c: a network in training to tensors and fields, and back to the same bits. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/state_net.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/hash.h"
#include "retort/base/mem.h"
#include "retort/lab/leakage.h"
#include "retort/lab/state_figures.h"
#include "retort/nn/models/net_ckpt.h"
#include "retort/train/best.h"
#include "retort/train/trainer_checkpoint.h"

/* ---- parts of a file ---- */

static void
add_part(struct ckpt *to, const struct ckpt *part, const char *prefix)
{
	char name[CKPT_NAME];

	for (size_t i = 0; i < part->n_tensors; i++) {
		const struct ckpt_tensor *t = &part->tensor[i];

		snprintf(name, sizeof name, "%s%s", prefix, t->name);
		ckpt_add(to, name, t->rank, t->dim, t->data);
	}
	for (size_t i = 0; i < part->n_notes; i++) {
		snprintf(name, sizeof name, "%s%s", prefix, part->note[i].key);
		ckpt_note(to, name, part->note[i].value);
	}
}

struct ckpt *
state_net_part(const struct ckpt *c, const char *prefix)
{
	struct ckpt *part = ckpt_new();
	size_t len = strlen(prefix);

	for (size_t i = 0; i < c->n_tensors; i++) {
		const struct ckpt_tensor *t = &c->tensor[i];

		if (strncmp(t->name, prefix, len) == 0 && t->name[len])
			ckpt_add(part, t->name + len, t->rank, t->dim, t->data);
	}
	for (size_t i = 0; i < c->n_notes; i++)
		if (strncmp(c->note[i].key, prefix, len) == 0)
			ckpt_note(part, c->note[i].key + len, c->note[i].value);
	return part;
}

/* The part of a kind, such as "best", of the network with a prefix. */
static struct ckpt *
other_part(const struct ckpt *c, const char *kind, const char *prefix)
{
	char name[CKPT_NAME];

	snprintf(name, sizeof name, "state.%s.%s", kind, prefix);
	return state_net_part(c, name);
}

/* ---- writing ---- */

/* Add a part, which is freed. */
static void
add_other(struct ckpt *to, struct ckpt *part, const char *kind, const char *prefix)
{
	char name[CKPT_NAME];

	snprintf(name, sizeof name, "state.%s.%s", kind, prefix);
	add_part(to, part, name);
	ckpt_free(part);
}

void
state_net_write(const struct branch *b, struct ckpt *c, struct state_net *n)
{
	struct ckpt *part;

	if (n->prefix[0]) {
		part = net_ckpt_of(b->net, branch_value(b));
		trainer_checkpoint_add(b, part);
		add_part(c, part, n->prefix);
		ckpt_free(part);
	}
	n->best = b->best.value;
	if (n->best)
		add_other(c, net_ckpt_of(b->net, b->best.value), "best", n->prefix);
	n->saved = b->saved;
	if (n->saved)
		add_other(c, trainer_checkpoint_saved(b), "saved", n->prefix);
	part = ckpt_new();
	leakage_add_loaded(b, part);
	add_other(c, part, "rows", n->prefix);
}

void
state_net_visit(struct state_field *f, struct state_net *n)
{
	state_field_text(f, "prefix", n->prefix, sizeof n->prefix);
	state_field_bool(f, "has-best", &n->best);
	state_field_bool(f, "has-saved", &n->saved);
}

/* ---- fields ---- */

/* Which rows a network has been trained on. */
static void
visit_rows(struct state_field *f, struct branch_rows *r)
{
	int here = (int)r->here, taught = (int)r->taught;

	state_field_int(f, "rows-here", &here, 0, BRANCH_SHOWN | BRANCH_LABELLED | BRANCH_TRAIN);
	state_field_int(f, "rows-taught", &taught, 0, (1 << TRAIN_TEACHERS) - 1);
	r->here = (unsigned)here;
	r->taught = (unsigned)taught;
}

static void
visit_best(struct state_field *f, const struct state_settings *c, struct branch_best *b)
{
	state_field_bool(f, "best", &b->known);
	if (!b->known)
		return;
	state_settings_metric(f, c, "best-metric", &b->metric, true);
	state_field_real(f, "best-score", &b->score);
	state_field_count(f, "best-step", &b->step, UINT32_MAX);
}

void
state_net_fields(struct state_field *f, const struct state_settings *c, struct branch *b,
		 struct net_info *info)
{
	state_field_count(f, "step", &b->state->step, UINT32_MAX - 1);
	visit_rows(f, &b->rows);
	visit_best(f, c, &b->best);
	state_field_text(f, "origin", info->origin, sizeof info->origin);
	state_figures_scores(f, "last", &info->last);
	state_figures_scores(f, "lowest", &info->best);
	state_figures_scores(f, "target", &info->target);
	info->steps = b->state->step;
}

/* ---- reading ---- */

struct branch *
state_net_new(struct trainer_state *w, const struct ckpt *part, int id, const char *name,
	      uint64_t seed, struct err *e)
{
	struct model_io io = model_io_of(w->train.ds);
	struct model_spec spec;

	if (net_ckpt_spec(part, &spec, &io, e) < 0)
		return NULL;
	return branch_new(id, name, &spec, &io, train_batch(&w->info.run->settings), seed,
			  w->train.pool, e);
}

/* Fill in the best weights. */
static int
read_best(struct branch *b, const struct ckpt *part, struct err *e)
{
	real *value = mem_try(b->net->layout.len, sizeof *value);
	int status = value ? best_open(b, e) : err_set(e, "no memory for the best weights");

	if (status == 0)
		status = net_ckpt_load(b->net, value, part, e);
	if (status == 0)
		memcpy(b->best.value, value, best_numbers(b) * sizeof *value);
	mem_free(value);
	return status < 0 ? err_wrap(e, "best weights") : 0;
}

int
state_net_read(const struct trainer_state *w, struct branch *b, const struct ckpt *c,
	       const struct ckpt *part, const struct state_net *n, struct err *e)
{
	struct ckpt *best = n->best ? other_part(c, "best", n->prefix) : NULL,
		    *rows = other_part(c, "rows", n->prefix);
	int status = net_ckpt_load(b->net, branch_value(b), part, e);

	if (status == 0)
		status = trainer_checkpoint_take_all(b, part, e);
	if (status == 0 && best)
		status = read_best(b, best, e);
	if (status == 0 && b->best.known && !best)
		status = err_set(e, "the best weights are missing");
	if (status == 0)
		status = leakage_load(w, b, rows, e);
	ckpt_free(best);
	ckpt_free(rows);
	ckpt_free(b->saved);
	b->saved = n->saved ? other_part(c, "saved", n->prefix) : NULL;
	return status;
}

const char *
state_net_hash(const struct branch *b, char buf[65])
{
	struct hash_sum sum;
	struct hash h;

	hash_begin(&sum);
	for (size_t i = 0; i < b->net->own; i++) {
		const struct param *p = &b->net->layout.param[i];

		hash_add(&sum, p->name, strlen(p->name) + 1);
		hash_add(&sum, branch_value(b) + p->offset, p->len * sizeof(real));
	}
	h = hash_end(&sum);
	return hash_hex(&h, buf);
}
