/* logit_top.c: the largest log-probabilities of each position, from two arrays. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/logit_top.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/sig.h"
#include "retort/base/text.h"

#define LEAST_MASS 0.05 /* mean mass of values that are clearly log-probabilities */

void
logit_top_release(struct logit_top *t)
{
	for (size_t i = 0; i < t->names; i++)
		mem_free(t->name[i]);
	mem_free(t->name);
	mem_free(t->packed);
	mem_free(t->id);
	memset(t, 0, sizeof *t);
}

static int
by_value(const void *a, const void *b)
{
	const struct logit_top_entry *x = a, *y = b;

	if (x->value != y->value)
		return x->value > y->value ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static int
by_id(const void *a, const void *b)
{
	const struct logit_top_entry *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

int
logit_top_pack(struct logit_top_entry *entry, size_t n, size_t k, double within, real *out,
	       struct err *e)
{
	double sum = 0;

	qsort(entry, n, sizeof *entry, by_id);
	for (size_t i = 1; i < n; i++)
		if (entry[i].id == entry[i - 1].id)
			return err_set(e, "class %zu occurs twice", entry[i].id);
	qsort(entry, n, sizeof *entry, by_value);
	for (size_t i = 0; i < n; i++)
		sum += exp(entry[i].value);
	if (!(sum <= 1 + within))
		return err_set(e,
			       "the probabilities sum to %.6g (expected at most 1); are they "
			       "logits? store their log_softmax",
			       sum);
	sum = 0;
	for (size_t i = 0; i < k; i++) {
		out[i] = (real)entry[i].id;
		out[k + i] = (real)fmax(entry[i].value, log(LOGIT_KIND_LEAST));
		sum += exp(entry[i].value);
	}
	out[2 * k] = (real)log(fmax(1 - sum, LOGIT_KIND_LEAST));
	return 0;
}

/* The two files while they are read. */
struct pair {
	struct logit_table id, value;
};

static int
check_shape(const struct pair *p, struct err *e)
{
	const struct logit_table *i = &p->id, *v = &p->value;

	if (i->rows != v->rows || i->positions != v->positions || i->columns != v->columns)
		return err_set(e,
			       "%s: %zu rows of %zu positions of %zu ids, but %s has %zu of %zu "
			       "of %zu values",
			       i->path, i->rows, i->positions, i->columns, v->path, v->rows,
			       v->positions, v->columns);
	if (v->columns > LOGIT_TOP_MOST)
		return err_set(e, "%s: %zu classes in a position (expected at most %d)", v->path,
			       v->columns, LOGIT_TOP_MOST);
	return 0;
}

/* Decide what the values are, over all positions. */
static int
find_kind(const struct logit_table *v, enum logit_kind *kind, struct err *e)
{
	size_t n = v->rows * v->positions, probabilities = 0, logarithms = 0;
	double mass = 0, within = logit_kind_tolerance(v);

	for (size_t i = 0; i < n; i++) {
		struct logit_kind_numbers p;

		if (logit_kind_scan(v, i, 0, &p, e) < 0)
			return -1;
		probabilities += p.least >= 0 && p.sum <= 1 + within;
		logarithms += p.most <= within && p.exponential <= 1 + within;
		mass += fmin(p.exponential, 1);
	}
	if (probabilities == n)
		*kind = LOGIT_KIND_PROBABILITIES;
	else if (logarithms == n && mass >= LEAST_MASS * (double)n)
		*kind = LOGIT_KIND_LOG_PROBABILITIES;
	else if (logarithms == n)
		return err_set(e,
			       "%s: as log-probabilities, the values hold %.2g of the mass of a "
			       "position on average: add `log-probabilities` if that is right; of "
			       "logits store the log_softmax",
			       v->path, mass / (double)n);
	else
		return err_set(e,
			       "%s: the values are logits, and the mass of the classes that are "
			       "left out is unknown: store the log_softmax of all classes",
			       v->path);
	return 0;
}

/* Read position i of both files. */
static int
read_position(const struct pair *p, size_t i, enum logit_kind kind, struct logit_top *out,
	      struct logit_top_entry *entry, struct err *e)
{
	size_t k = out->k;
	char place[80];

	for (size_t c = 0; c < k; c++) {
		double x;

		if (logit_table_integer(&p->id, i * k + c, (1 << 24) - 1, &entry[c].id, e) < 0 ||
		    logit_table_number(&p->value, i * k + c, &x, e) < 0)
			return -1;
		if (kind == LOGIT_KIND_PROBABILITIES && x < 0)
			return logit_table_refuse(&p->value, i * k + c, "is a negative probability",
						  e);
		entry[c].value = kind == LOGIT_KIND_PROBABILITIES ? log(x) : x;
		if (entry[c].id >= out->largest) {
			out->largest = entry[c].id;
			out->largest_row = i / out->positions + 1;
		}
	}
	if (logit_top_pack(entry, k, k, logit_kind_tolerance(&p->value),
			   out->packed + i * (2 * k + 1), e) == 0)
		return 0;
	return err_wrap(e, "%s: %s", p->value.path,
			logit_table_place(&p->value, i, place, sizeof place));
}

static int
read_pair(const struct pair *p, enum logit_kind *kind, struct logit_top *out, struct err *e)
{
	size_t n = p->value.rows * p->value.positions;
	struct logit_top_entry *entry;
	int status = 0;

	if (check_shape(p, e) < 0)
		return -1;
	if (*kind == LOGIT_KIND_LOGITS)
		return err_set(e,
			       "%s: `logits` does not apply to the largest classes: the mass of "
			       "the others is unknown; store log_softmax",
			       p->value.path);
	if (*kind == LOGIT_KIND_AUTO && find_kind(&p->value, kind, e) < 0)
		return -1;
	out->rows = p->value.rows;
	out->positions = p->value.positions;
	out->k = p->value.columns;
	out->packed = mem_try(n, (2 * out->k + 1) * sizeof *out->packed);
	if (!out->packed)
		return err_set(e, "%s: no memory for %zu positions of %zu classes", p->value.path,
			       n, out->k);
	entry = mem_array(out->k, sizeof *entry);
	for (size_t i = 0; i < n && status == 0; i++)
		status = sig_check(e) < 0 ? -1 : read_position(p, i, *kind, out, entry, e);
	mem_free(entry);
	return status;
}

static int
hash_pair(const struct pair *p, struct hash *out, struct err *e)
{
	struct hash of_ids, of_values;

	if (hash_long(p->id.bytes, p->id.size, &of_ids, e) < 0 ||
	    hash_long(p->value.bytes, p->value.size, &of_values, e) < 0)
		return -1;
	*out = hash_join(&of_values, &of_ids);
	return 0;
}

int
logit_top_arrays(const char *ids, const char *values, enum logit_kind *kind, struct logit_top *out,
		 struct err *e)
{
	struct pair p;
	int status;

	memset(out, 0, sizeof *out);
	if (logit_table_open(&p.id, ids, e) < 0)
		return -1;
	if (logit_table_open(&p.value, values, e) < 0) {
		logit_table_release(&p.id);
		return -1;
	}
	status = read_pair(&p, kind, out, e);
	if (status == 0)
		status = hash_pair(&p, &out->hash, e);
	logit_table_release(&p.id);
	logit_table_release(&p.value);
	if (status < 0)
		logit_top_release(out);
	return status;
}
