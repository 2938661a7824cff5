/* hf_tensors.c: tensors of a published model, transposed, joined and renamed into those of a
 * network, and back. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/hf/hf_tensors.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/sig.h"
#include "retort/base/text.h"

#define PARTS 4 /* in a tensor of Retort, at most */

/* Consecutive rows of the table of the layout that make up one tensor of Retort, for one block. */
struct group {
	const struct hf_model *m;
	const struct hf_tensor *row;
	int n, block; /* number of rows; block, from 0 */
	char ours[CKPT_NAME];
	int rank;
	size_t dim[2];       /* of the tensor of Retort */
	size_t width[PARTS]; /* of each part, in the last dimension */
};

/* Replace %d in a pattern by the number of the block. */
static const char *
fill(const char *pattern, int number, char *buf, size_t size)
{
	const char *at = strstr(pattern, "%d");

	if (at)
		snprintf(buf, size, "%.*s%d%s", (int)(at - pattern), pattern, number, at + 2);
	else
		snprintf(buf, size, "%s", pattern);
	return buf;
}

/* The published name with the number of the block. */
static const char *
their_name(const struct group *g, int i, char *buf, size_t size)
{
	return fill(g->row[i].theirs, g->block, buf, size);
}

static void
dims(const struct hf_model *m, const struct hf_tensor *t, size_t *dim)
{
	for (int k = 0; t->dim[k]; k++)
		dim[k] = hf_layout_size(m, t->dim[k]);
}

static struct group
group_of(const struct hf_model *m, const struct hf_tensor *row, int block)
{
	struct group g = { .m = m, .row = row, .block = block, .rank = (int)strlen(row->dim) };

	fill(row->ours, block + 1, g.ours, sizeof g.ours);
	for (; row[g.n].theirs && strcmp(row[g.n].ours, row->ours) == 0; g.n++) {
		size_t dim[2];

		assert(g.n < PARTS);
		dims(m, &row[g.n], dim);
		g.width[g.n] = (row->flags & HF_TURNED) ? dim[0] : dim[g.rank - 1];
		g.dim[g.rank - 1] += g.width[g.n];
		if (g.rank == 2)
			g.dim[0] = (row->flags & HF_TURNED) ? dim[1] : dim[0];
	}
	return g;
}

/* Whether a row is the table of logits, which a network that ties it does not have. */
static bool
is_untied(const struct hf_tensor *row)
{
	return row->when && strcmp(row->when, "tied=off") == 0;
}

/* Call `each` for every group that the network has, in the order of the table. */
static int
walk(const struct hf_model *m, int (*each)(const struct group *g, void *arg, struct err *e),
     void *arg, struct err *e)
{
	int layers = (int)hf_layout_get(m, "layers");

	for (const struct hf_tensor *row = m->layout->tensor; row->theirs;) {
		int blocks = strstr(row->theirs, "%d") ? layers : 1, n = 1;

		for (int b = 0; b < blocks && hf_layout_applies(m, row); b++) {
			struct group g = group_of(m, row, b);

			n = g.n;
			if (each(&g, arg, e) < 0)
				return -1;
		}
		row += n;
	}
	return 0;
}

/* ---------------------------------------------------------------- reading */

struct reader {
	const struct ckpt *theirs;
	struct ckpt *ours;
	bool *used; /* [theirs->n_tensors] */
};

/* Old files name the parameters of layer norm gamma and beta. */
static void
old_name(const char *name, char *buf, size_t size)
{
	const char *dot = strrchr(name, '.');

	snprintf(buf, size, "%s", name);
	if (dot && strstr(name, "LayerNorm."))
		snprintf(buf, size, "%.*s%s", (int)(dot - name), name,
			 strcmp(dot, ".weight") == 0 ? ".gamma" : ".beta");
}

/* Find a tensor by its published name, by that without the prefix, or by its old one; else NULL. */
static const struct ckpt_tensor *
find(const struct hf_model *m, const struct ckpt *theirs, const char *name)
{
	size_t prefix = strlen(m->layout->prefix);
	const struct ckpt_tensor *t;
	char old[CKPT_NAME];

	old_name(name, old, sizeof old);
	if ((t = ckpt_find(theirs, name)) || (t = ckpt_find(theirs, old)) ||
	    strncmp(name, m->layout->prefix, prefix) != 0)
		return t;
	t = ckpt_find(theirs, name + prefix);
	return t ? t : ckpt_find(theirs, old + prefix);
}

static int
missing(const struct group *g, const struct ckpt *theirs, const char *name, struct err *e)
{
	const char *head = hf_tensor_names_other_head(theirs);
	const struct hf_layout *l = g->m->layout;

	if (strstr(g->row->theirs, "%d"))
		return err_set(e, "tensor %s: missing; %s of config.json is %g", name,
			       hf_layout_find(l, "layers")->name, hf_layout_get(g->m, "layers"));
	if (is_untied(g->row))
		return err_set(e, "tensor %s: missing; %s of config.json is false", name,
			       hf_layout_find(l, "tied")->name);
	if (g->row->flags & HF_IN_HEAD)
		return err_set(e,
			       "tensor %s: missing: the file has %s%s%s; `head new` makes one for "
			       "the data",
			       name, head ? "the head of another task (" : "no head",
			       head ? head : "", head ? ")" : "");
	return err_set(e, "tensor %s: missing", name);
}

static size_t
heads_of_keys(const struct hf_model *m)
{
	double kv = hf_layout_get(m, "kv-heads");

	return (size_t)(kv > 0 ? kv : hf_layout_get(m, "heads"));
}

/* Refuse a shape, naming the key of config.json that it contradicts. */
static int
other_shape(const struct group *g, const struct hf_tensor *row, const struct ckpt_tensor *t,
	    struct err *e)
{
	size_t dim[2] = { 0, 0 };
	int rank = (int)strlen(row->dim), at = 0;
	char want[60], got[200];

	dims(g->m, row, dim);
	param_print_shape(rank, dim, want, sizeof want);
	param_print_shape(t->rank, t->dim, got, sizeof got);
	if (t->rank != rank)
		return err_set(e, "tensor %s: shape %s (expected %s)", t->name, got, want);
	if (rank == 2 && t->dim[0] == dim[1] && t->dim[1] == dim[0])
		return err_set(e, "tensor %s: shape %s, transposed (expected %s)", t->name, got,
			       want);
	while (at < rank - 1 && t->dim[at] == dim[at])
		at++;
	if (row->dim[at] == 'C')
		return err_set(
			e,
			"tensor %s: shape %s, but %s of config.json has %zu labels (expected %s)",
			t->name, got, hf_layout_key(g->m->layout, 'C'), g->m->classes, want);
	return err_set(e, "tensor %s: shape %s, but %s of config.json is %zu (expected %s)",
		       t->name, got, hf_layout_key(g->m->layout, row->dim[at]),
		       row->dim[at] == 'Q'   ? hf_layout_size(g->m, 'D')
		       : row->dim[at] == 'K' ? heads_of_keys(g->m)
		       : row->dim[at] == 'H' ? (size_t)hf_layout_get(g->m, "heads")
		       : row->dim[at] == 'G' ? dim[at] / 2
					     : dim[at],
		       want);
}

static bool
has_shape(const struct hf_model *m, const struct hf_tensor *row, const struct ckpt_tensor *t)
{
	size_t dim[2] = { 0, 0 };

	dims(m, row, dim);
	return t->rank == (int)strlen(row->dim) &&
	       memcmp(t->dim, dim, (size_t)t->rank * sizeof *dim) == 0;
}

/* Where number k of the last dimension of Retort's stands in a published tensor that has query, key
 * and value of a head side by side. */
static size_t
mixed(const struct group *g, size_t k)
{
	size_t head = hf_layout_size(g->m, 'h'), heads = hf_layout_size(g->m, 'H') / head;

	return (k / head % heads * 3 + k / head / heads) * head + k % head;
}

/* Copy one part between a published tensor and that of Retort. */
static void
move(const struct group *g, int part, float *ours, float *theirs, bool back)
{
	size_t rows = g->rank == 2 ? g->dim[0] : 1, all = g->dim[g->rank - 1],
	       width = g->width[part], from = 0;

	for (int i = 0; i < part; i++)
		from += g->width[i];
	for (size_t r = 0; r < rows; r++)
		for (size_t k = 0; k < width; k++) {
			size_t at = g->row->flags & HF_MIXED ? mixed(g, k) : k;
			float *a = &ours[r * all + from + k],
			      *b = &theirs[g->row->flags & HF_TURNED ? at * rows + r
								     : r * width + at];

			if (back)
				*b = *a;
			else
				*a = *b;
		}
}

/* Whether the group is left to its initial values, for a new head: that of the logits, and others
 * of the head that the file does not have. */
static bool
is_left(const struct group *g, const struct reader *r)
{
	char name[CKPT_NAME];

	if (!g->m->head_new || !(g->row->flags & HF_IN_HEAD))
		return false;
	return strncmp(g->row->ours, "logits.", 7) == 0 ||
	       !find(g->m, r->theirs, their_name(g, 0, name, sizeof name));
}

static int
read_group(const struct group *g, void *arg, struct err *e)
{
	struct reader *r = arg;
	const struct ckpt_tensor *t[PARTS];
	struct ckpt_tensor *ours;
	char name[CKPT_NAME];

	if (is_left(g, r))
		return 0;
	if (sig_check(e) < 0)
		return -1;
	for (int i = 0; i < g->n; i++) {
		their_name(g, i, name, sizeof name);
		t[i] = find(g->m, r->theirs, name);
		if (!t[i])
			return missing(g, r->theirs, name, e);
		if (!has_shape(g->m, &g->row[i], t[i]))
			return other_shape(g, &g->row[i], t[i], e);
		r->used[t[i] - r->theirs->tensor] = true;
	}
	ours = ckpt_add(r->ours, g->ours, g->rank, g->dim, NULL);
	for (int i = 0; i < g->n; i++)
		move(g, i, ours->data, t[i]->data, false);
	return 0;
}

/* A table of logits in the file although it is tied: it must equal that of the embedding. */
static int
check_tied(const struct hf_model *m, struct reader *r, struct err *e)
{
	for (const struct hf_tensor *row = m->layout->tensor; row->theirs; row++) {
		const struct ckpt_tensor *t = is_untied(row) && !hf_layout_applies(m, row)
						      ? ckpt_find(r->theirs, row->theirs)
						      : NULL;
		const struct ckpt_tensor *table = ckpt_find(r->ours, "embed.token");

		if (!t)
			continue;
		if (t->len != table->len ||
		    memcmp(t->data, table->data, t->len * sizeof *t->data) != 0)
			return err_set(e,
				       "tensor %s: differs from the embedding, but %s of "
				       "config.json is true",
				       t->name, hf_layout_find(m->layout, "tied")->name);
		r->used[t - r->theirs->tensor] = true;
	}
	return 0;
}

/* Refuse a tensor that the network does not have: of a block beyond the last, or of another kind of
 * network. */
static int
check_extra(const struct hf_model *m, const struct reader *r, struct err *e)
{
	const struct hf_key *layers = hf_layout_find(m->layout, "layers");

	for (size_t i = 0; i < r->theirs->n_tensors; i++) {
		const char *name = r->theirs->tensor[i].name;
		size_t prefix = strlen(m->layout->prefix);

		if (r->used[i] || hf_tensor_names_buffer(name) ||
		    (m->head_new && hf_tensor_names_of_head(name)))
			continue;
		for (const struct hf_tensor *row = m->layout->tensor; row->theirs; row++) {
			const char *at = strstr(row->theirs, "%d"), *whole = row->theirs;

			if (at && strncmp(name, whole, (size_t)(at - whole)) != 0)
				whole += prefix;
			if (at && strncmp(name, whole, (size_t)(at - whole)) == 0)
				return err_set(e,
					       "tensor %s: beyond the last layer; %s of "
					       "config.json is %g, counted from 0",
					       name, layers->name, hf_layout_get(m, "layers"));
		}
		return err_set(e, "tensor %s: not part of a %s that predicts %s%s", name,
			       m->layout->name,
			       hf_layout_predicts(m) ? "the next token" : "classes",
			       hf_tensor_names_of_head(name) ? "; `head new` leaves it out" : "");
	}
	return 0;
}

int
hf_tensors_read(const struct hf_model *m, const struct ckpt *theirs, struct ckpt *ours,
		struct err *e)
{
	struct reader r = { theirs, ours, mem_array(theirs->n_tensors + 1, sizeof(bool)) };
	int status = walk(m, read_group, &r, e);

	if (status == 0)
		status = check_tied(m, &r, e);
	if (status == 0)
		status = check_extra(m, &r, e);
	mem_free(r.used);
	return status;
}

/* ---------------------------------------------------------------- writing */

struct writer {
	const struct ckpt *ours;
	struct ckpt *theirs;
};

static int
write_group(const struct group *g, void *arg, struct err *e)
{
	struct writer *w = arg;
	const struct ckpt_tensor *t = ckpt_find(w->ours, g->ours);
	char name[CKPT_NAME], want[60], got[200];

	if (!t)
		return err_set(e, "%s: missing in the network", g->ours);
	if (t->rank != g->rank || memcmp(t->dim, g->dim, (size_t)g->rank * sizeof *g->dim) != 0)
		return err_set(e, "%s: shape %s in the network (expected %s)", g->ours,
			       param_print_shape(t->rank, t->dim, got, sizeof got),
			       param_print_shape(g->rank, g->dim, want, sizeof want));
	for (int i = 0; i < g->n; i++) {
		size_t dim[2] = { 0, 0 };

		dims(g->m, &g->row[i], dim);
		move(g, i, t->data,
		     ckpt_add(w->theirs, their_name(g, i, name, sizeof name), g->rank, dim, NULL)
			     ->data,
		     true);
	}
	return 0;
}

int
hf_tensors_write(const struct hf_model *m, const struct ckpt *ours, struct ckpt *theirs,
		 struct err *e)
{
	struct writer w = { ours, theirs };

	return walk(m, write_group, &w, e);
}
