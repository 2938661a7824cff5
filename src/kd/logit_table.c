/* logit_table.c: numbers of a file of teacher outputs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/logit_table.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "retort/base/magic.h"
#include "retort/base/mem.h"
#include "retort/base/npz.h"
#include "retort/base/text.h"
#include "retort/data/read/npyfile.h"

#define LIMIT ((size_t)1 << 32) /* bytes of a file */

/* One dimension is one column. */
static int
parse_array(struct logit_table *t, struct err *e)
{
	struct array *a = &t->array;

	if (npyfile_parse(t->bytes, t->size, a, e) < 0)
		return -1;
	if (array_is_text(a))
		return err_set(e, "texts of type %s (expected numbers)", array_type_name(a->type));
	if (a->rank > 3)
		return err_set(e,
			       "%d dimensions (expected rows and classes, or rows, positions and "
			       "classes)",
			       a->rank);
	t->rows = a->dim[0];
	t->positions = a->rank == 3 ? a->dim[1] : 1;
	t->columns = a->rank == 1 ? 1 : a->dim[a->rank - 1];
	return 0;
}

static int
parse_csv(struct logit_table *t, struct err *e)
{
	if (csvfile_parse(t->bytes, t->size, ',', &t->csv, e) < 0)
		return -1;
	t->rows = t->csv.rows;
	t->positions = 1;
	t->columns = t->csv.columns;
	return 0;
}

int
logit_table_open(struct logit_table *t, const char *path, struct err *e)
{
	memset(t, 0, sizeof *t);
	t->path = path;
	if (npz_read(path, LIMIT, &t->bytes, &t->size, e) < 0)
		return -1;
	t->is_array = npyfile_is(t->bytes, t->size);
	if (magic_check(t->bytes, t->size, e) == 0 &&
	    (t->is_array ? parse_array(t, e) : parse_csv(t, e)) == 0)
		return 0;
	logit_table_release(t);
	return err_wrap(e, "%s", path);
}

void
logit_table_release(struct logit_table *t)
{
	csvfile_release(&t->csv);
	mem_free(t->bytes);
	t->bytes = NULL;
}

const char *
logit_table_place(const struct logit_table *t, size_t i, char *buf, size_t size)
{
	size_t row = i / t->positions;

	if (!t->is_array)
		snprintf(buf, size, "line %zu", t->csv.line[row]);
	else if (t->positions == 1)
		snprintf(buf, size, "row %zu", row + 1);
	else
		snprintf(buf, size, "row %zu, position %zu", row + 1, i % t->positions + 1);
	return buf;
}

int
logit_table_refuse(const struct logit_table *t, size_t i, const char *what, struct err *e)
{
	size_t column = i % t->columns + 1;
	char place[80];

	logit_table_place(t, i / t->columns, place, sizeof place);
	if (t->is_array)
		return err_set(e, "%s: %s, column %zu: %g %s", t->path, place, column,
			       array_at(&t->array, i), what);
	return err_set(e, "%s: %s, column %zu: '%.40s' %s", t->path, place, column, t->csv.cell[i],
		       what);
}

static bool
is_minus_infinity(const char *cell)
{
	cell += strspn(cell, " \t");
	return strcasecmp(cell, "-inf") == 0 || strcasecmp(cell, "-infinity") == 0;
}

/* Whether a cell is a class and a value, as "3:2.5". */
static bool
is_pair(const char *cell)
{
	const char *colon = strchr(cell, ':');
	double x;

	return colon && colon > cell && text_to_double(colon + 1, &x) == 0;
}

bool
logit_table_is_name(const char *cell)
{
	static const char *const numbers[] = { "nan", "inf", "infinity" };
	unsigned char first = (unsigned char)*cell;

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (strcasecmp(cell, numbers[i]) == 0)
			return false;
	return isalpha(first) || first == '_' || first >= 0x80;
}

/* A cell of a CSV file that is no number: an entry of the largest outputs, a name in a header, or
 * another. */
static int
refuse_cell(const struct logit_table *t, size_t i, struct err *e)
{
	if (is_pair(t->csv.cell[i]))
		return logit_table_refuse(
			t, i,
			"is a pair of a class and a value (expected a number for "
			"each class; the largest log-probabilities alone are read "
			"from JSON lines, as {\"top\": {\"cat\": -0.1}})",
			e);
	if (i < t->columns && logit_table_is_name(t->csv.cell[i]))
		return logit_table_refuse(
			t, i,
			"is not a finite number; if it is the name of a class, "
			"take the line out (expected no header, and columns in the "
			"order of the classes in `data show`)",
			e);
	return logit_table_refuse(t, i, "is not a finite number", e);
}

int
logit_table_number(const struct logit_table *t, size_t i, double *out, struct err *e)
{
	if (t->is_array)
		*out = array_at(&t->array, i);
	else if (is_minus_infinity(t->csv.cell[i]))
		*out = -(double)INFINITY;
	else if (text_to_double(t->csv.cell[i], out) < 0)
		return refuse_cell(t, i, e);
	return *out < (double)INFINITY ? 0 : logit_table_refuse(t, i, "is not a finite number", e);
}

int
logit_table_integer(const struct logit_table *t, size_t i, size_t most, size_t *out, struct err *e)
{
	char what[80];
	double x;

	if (logit_table_number(t, i, &x, e) < 0)
		return -1;
	if (x >= 0 && x <= (double)most && x == floor(x)) {
		*out = (size_t)x;
		return 0;
	}
	snprintf(what, sizeof what, "is out of range (expected an integer from 0 to %zu)", most);
	return logit_table_refuse(t, i, what, e);
}
