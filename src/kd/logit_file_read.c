/* logit_file_read.c: read a file of a teacher's outputs, whatever its format. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/npz.h"
#include "retort/base/sig.h"
#include "retort/data/read/jsonlines.h"
#include "retort/kd/logit_file.h"
#include "retort/kd/logit_top.h"

#define LIMIT ((size_t)1 << 32) /* bytes of a file of JSON lines */

/* Allocate and fill a->logit, and a->id where the first column has ids. */
static int
convert_table(const struct logit_table *t, const struct logit_file_options *o, struct logit_file *a,
	      struct err *e)
{
	size_t first = o->ids ? 1 : 0, n = t->rows * t->positions;

	if (t->columns < first + 2)
		return err_set(e, "%s: %zu column%s (expected at least two classes%s)", t->path,
			       t->columns, t->columns == 1 ? "" : "s",
			       first ? " after the ids" : "");
	if (o->ids && t->positions > 1)
		return err_set(e, "%s: `ids` needs two dimensions; name a file of row numbers",
			       t->path);
	if (a->kind == LOGIT_KIND_AUTO && logit_kind_find(t, first, &a->kind, e) < 0)
		return -1;
	a->rows = t->rows;
	a->positions = t->positions;
	a->classes = t->columns - first;
	a->logit = mem_try(n, a->classes * sizeof *a->logit);
	a->id = o->ids ? mem_array(a->rows, sizeof *a->id) : NULL;
	if (!a->logit)
		return err_set(e, "%s: no memory for %zu rows of %zu numbers", t->path, n,
			       a->classes);
	for (size_t i = 0; i < n; i++) {
		size_t id;

		if (sig_check(e) < 0)
			return err_wrap(e, "%s", t->path);
		if (o->ids && logit_table_integer(t, i * t->columns, UINT32_MAX, &id, e) < 0)
			return -1;
		if (o->ids)
			a->id[i] = (int64_t)id;
		if (logit_kind_convert(t, i, first, a->kind, a->logit + i * a->classes, e) < 0)
			return -1;
	}
	return 0;
}

static int
read_table(const char *path, const struct logit_file_options *o, struct logit_file *a,
	   struct err *e)
{
	struct logit_table t;
	int status;

	if (logit_table_open(&t, path, e) < 0)
		return -1;
	status = convert_table(&t, o, a, e);
	if (status == 0 && hash_long(t.bytes, t.size, &a->hash, e) < 0)
		status = err_wrap(e, "%s", path);
	logit_table_release(&t);
	return status;
}

/* Take the largest classes of each position. */
static void
take_top(struct logit_top *t, struct logit_file *a)
{
	a->rows = t->rows;
	a->positions = t->positions;
	a->top = t->k;
	a->logit = t->packed;
	a->id = t->id;
	a->name = t->name;
	a->names = t->names;
	a->cut = t->cut;
	a->largest = t->largest;
	a->largest_row = t->largest_row;
	a->hash = t->hash;
}

static int
read_lines(const char *path, const struct logit_file_options *o, struct logit_file *a,
	   struct err *e)
{
	struct logit_top top;
	char *bytes;
	size_t size;
	int status;

	if (o->kind != LOGIT_KIND_AUTO && o->kind != LOGIT_KIND_LOG_PROBABILITIES)
		return err_set(e, "%s: JSON lines hold log-probabilities; `%s` does not apply",
			       path, logit_kind_name[o->kind]);
	if (o->ids)
		return err_set(e,
			       "%s: JSON lines give the row number as \"row\"; `ids` does not "
			       "apply",
			       path);
	if (io_read(path, LIMIT, &bytes, &size, e) < 0)
		return -1;
	status = logit_top_lines(path, bytes, size, &top, e);
	mem_free(bytes);
	if (status == 0)
		take_top(&top, a);
	a->kind = LOGIT_KIND_LOG_PROBABILITIES;
	return status;
}

/* Whether the file begins as JSON lines do. */
static int
is_lines(const char *path, bool *yes, struct err *e)
{
	char bytes[4096];
	size_t size;
	ssize_t n;
	int fd;

	*yes = false;
	if (npz_is(path))
		return 0;
	fd = io_open_read(path, &size, e);
	if (fd < 0)
		return -1;
	n = io_read_some(fd, bytes, sizeof bytes);
	io_close(fd);
	*yes = n > 0 && jsonlines_is(bytes, (size_t)n);
	return 0;
}

static int
read_outputs(const char *path, const struct logit_file_options *o, struct logit_file *a,
	     struct err *e)
{
	struct logit_top top;
	bool lines;

	if (o->top && o->ids)
		return err_set(e, "%s: `ids` needs a column of row numbers; name a file of them",
			       path);
	if (o->top) {
		if (logit_top_arrays(o->top, path, &a->kind, &top, e) < 0)
			return -1;
		take_top(&top, a);
		return 0;
	}
	if (is_lines(path, &lines, e) < 0)
		return -1;
	return lines ? read_lines(path, o, a, e) : read_table(path, o, a, e);
}

static int
read_ids(const char *path, struct logit_file *a, struct err *e)
{
	struct logit_table t;
	struct hash ids;
	int status = 0;

	if (a->id)
		return err_set(e, "%s: the outputs give row numbers themselves", path);
	if (logit_table_open(&t, path, e) < 0)
		return -1;
	if (t.columns != 1 || t.rows != a->rows)
		status = err_set(e,
				 "%s: %zu rows of %zu column%s (expected %zu rows of one, the row "
				 "number of each row of outputs)",
				 path, t.rows, t.columns, t.columns == 1 ? "" : "s", a->rows);
	a->id = mem_array(a->rows, sizeof *a->id);
	for (size_t i = 0; i < a->rows && status == 0; i++) {
		size_t id = 0;

		status = logit_table_integer(&t, i, UINT32_MAX, &id, e);
		a->id[i] = (int64_t)id;
	}
	ids = hash_of(t.bytes, t.size);
	a->hash = hash_join(&a->hash, &ids);
	logit_table_release(&t);
	return status;
}

/* The hash of a dense file joins the options that were there when recordings began to have it. */
static void
join_options(struct logit_file *a, const struct logit_file_options *o)
{
	struct hash how;
	char text[40];

	snprintf(text, sizeof text, "%d %d", a->kind == LOGIT_KIND_PROBABILITIES, o->ids);
	how = hash_of(text, strlen(text));
	a->hash = hash_join(&a->hash, &how);
}

int
logit_file_read(const char *path, const struct logit_file_options *o, struct logit_file **out,
		struct err *e)
{
	struct logit_file *a = mem_new(sizeof *a);
	int status;

	a->kind = o->kind;
	if (o->kind == LOGIT_KIND_AUTO && o->recorded && !o->top)
		a->kind = LOGIT_KIND_LOGITS;
	status = read_outputs(path, o, a, e);
	if (status == 0)
		join_options(a, o);
	if (status == 0 && o->ids_path)
		status = read_ids(o->ids_path, a, e);
	if (status < 0)
		logit_file_free(a);
	else
		*out = a;
	return status;
}
