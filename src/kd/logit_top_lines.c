/* logit_top_lines.c: the largest log-probabilities of each position, from JSON lines. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <jansson.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/jsonparse.h"
#include "retort/base/mem.h"
#include "retort/base/sig.h"
#include "retort/base/text.h"
#include "retort/data/dataset.h"
#include "retort/kd/logit_top.h"

/* The entries of all positions, in the order of the file, until the smallest number of a position
 * is known. */
struct collector {
	struct logit_top_entry *entry; /* [n] */
	size_t n, cap;
	size_t *count; /* [rows * positions] entries of a position */
	size_t counts, cap_counts;
	size_t *line; /* [rows] */
	size_t rows, cap_lines;
	size_t positions; /* of the first row */
	int64_t *row;     /* [rows] "row" of each */
	size_t cap_rows;
	bool has_rows;
	char **name; /* [names] in the order of their first use */
	size_t names, cap_names;
	void *tree; /* of struct name */
	bool has_ids;
	struct err *e;
};

static int
refuse(const struct collector *c, const char *what)
{
	return err_set(c->e, "%s", what);
}

/* Refuse a value, which is shown as JSON. */
static int
refuse_value(const struct collector *c, const json_t *value, const char *what)
{
	char *json = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
	int status = err_set(c->e, "%.60s%s %s", json ? json : "nothing",
			     json && strlen(json) > 60 ? "..." : "", what);

	free(json); /* allocated by jansson */
	return status;
}

/* A name and its index, in a tree of search.h by the name. */
struct name {
	const char *text; /* borrowed from the list of names */
	size_t index;
};

static int
compare_names(const void *a, const void *b)
{
	return strcmp(((const struct name *)a)->text, ((const struct name *)b)->text);
}

/* Find the index of a name, which is added if it is new. Tokens are as many as a vocabulary has, so
 * they are found in a tree. */
static int
find_name(struct collector *c, const char *text, size_t *out)
{
	struct name key = { .text = text }, *new;
	struct name **found = tfind(&key, &c->tree, compare_names);

	if (found) {
		*out = (*found)->index;
		return 0;
	}
	if (c->names >= DATASET_VOCAB)
		return err_set(c->e, "more than %d names of classes", DATASET_VOCAB);
	mem_grow(&c->name, &c->cap_names, c->names + 1, sizeof *c->name);
	c->name[c->names] = mem_text(text);
	new = mem_new(sizeof *new);
	*new = (struct name){ c->name[c->names], c->names };
	if (!tsearch(new, &c->tree, compare_names)) {
		mem_free(new);
		mem_free(c->name[c->names]);
		return err_set(c->e, "no memory for more than %zu names of classes", c->names);
	}
	*out = c->names++;
	return 0;
}

static int
add_entry(struct collector *c, const json_t *token, const char *name, const json_t *value)
{
	const json_t *number = json_is_object(value) ? json_object_get(value, "logprob") : value;
	struct logit_top_entry entry;

	if (json_is_string(token))
		name = json_string_value(token);
	if (!name && !(json_is_integer(token) && json_integer_value(token) >= 0 &&
		       json_integer_value(token) < 1 << 24))
		return refuse_value(c, token, "is no class (expected a name, or an id from 0)");
	if (!json_is_number(number))
		return refuse_value(c, number, "is no log-probability (expected a number)");
	entry.value = json_number_value(number);
	if (!(entry.value <= LOGIT_TOP_WITHIN))
		return err_set(c->e, "a log-probability of %g (expected at most 0)", entry.value);
	if (name ? c->has_ids : c->names > 0)
		return refuse(c, "classes by name and by id in one file");
	c->has_ids = c->has_ids || !name;
	if (name && find_name(c, name, &entry.id) < 0)
		return -1;
	if (!name)
		entry.id = (size_t)json_integer_value(token);
	if (mem_try_grow(&c->entry, &c->cap, c->n + 1, sizeof *c->entry) < 0)
		return err_set(c->e, "no memory for more than %zu log-probabilities", c->n);
	c->entry[c->n++] = entry;
	return 0;
}

/* [3, -0.1], or {"token": "cat", "logprob": -0.1}. */
static int
add_item(struct collector *c, const json_t *item)
{
	if (json_is_object(item))
		return add_entry(c, json_object_get(item, "token"), NULL,
				 json_object_get(item, "logprob"));
	if (json_is_array(item) && json_array_size(item) == 2)
		return add_entry(c, json_array_get(item, 0), NULL, json_array_get(item, 1));
	return refuse_value(c, item,
			    "is no entry (expected [CLASS, LOGPROB], or an object with token and "
			    "logprob)");
}

static int
add_position(struct collector *c, json_t *position)
{
	size_t before = c->n, i;
	const char *name;
	json_t *value;
	int status = 0;

	if (json_is_object(position)) {
		json_object_foreach(position, name, value) if (status == 0) status =
			add_entry(c, NULL, name, value);
	} else if (json_is_array(position)) {
		json_array_foreach(position, i, value) if (status == 0) status = add_item(c, value);
	} else {
		status = refuse_value(c, position, "is no position (expected an object or a list)");
	}
	if (status == 0 && (c->n == before || c->n - before > LOGIT_TOP_MOST))
		status = err_set(c->e, "%zu classes in a position (expected 1 to %d)",
				 c->n - before, LOGIT_TOP_MOST);
	mem_grow(&c->count, &c->cap_counts, c->counts + 1, sizeof *c->count);
	c->count[c->counts++] = c->n - before;
	return status;
}

/* Whether the value of "top" is a list of positions and not one position: its first element is an
 * object without a token, or a list whose first element is a list or an object. */
static bool
is_positions(const json_t *top)
{
	const json_t *first = json_array_get(top, 0), *inner = json_array_get(first, 0);

	if (json_is_object(first))
		return !json_object_get(first, "token");
	return json_is_array(inner) || json_is_object(inner);
}

static int
add_row(struct collector *c, const json_t *object)
{
	json_t *top = json_object_get(object, "top"), *position;
	const json_t *row = json_object_get(object, "row");
	size_t before = c->counts, i;

	top = top ? top : json_object_get(object, "top_logprobs");
	if (!top)
		return refuse(c, "no key \"top\" or \"top_logprobs\"");
	if (!is_positions(top) && add_position(c, top) < 0)
		return -1;
	if (is_positions(top)) {
		json_array_foreach(top, i, position) if (add_position(c, position) <
							 0) return err_wrap(c->e, "position %zu",
									    i + 1);
	}
	if (c->rows == 0)
		c->positions = c->counts;
	if (c->counts - before != c->positions)
		return err_set(c->e, "%zu positions (expected %zu, as in the first row)",
			       c->counts - before, c->positions);
	if (c->rows == 0)
		c->has_rows = row != NULL;
	if (c->has_rows != (row != NULL) ||
	    (row && !(json_is_integer(row) && json_integer_value(row) >= 0)))
		return refuse(c, "\"row\" must be an integer from 0, in all lines or in none");
	mem_grow(&c->row, &c->cap_rows, c->rows + 1, sizeof *c->row);
	c->row[c->rows++] = row ? (int64_t)json_integer_value(row) : 0;
	return 0;
}

static int
add_line(struct collector *c, const char *line, size_t len)
{
	json_error_t why;
	json_t *object;
	int status;

	if (len > LOGIT_TOP_LINE)
		return err_set(c->e, "%zu bytes (expected at most %d)", len, LOGIT_TOP_LINE);
	object = jsonparse_load(line, len, &why);
	if (!object)
		return err_set(c->e, "column %d: %s", why.column, why.text);
	status = json_is_object(object) ? add_row(c, object)
					: refuse_value(c, object, "is not an object");
	json_decref(object);
	return status;
}

static bool
is_blank(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!strchr(" \t\r", line[i]) || !line[i])
			return false;
	return true;
}

static int
add_lines(struct collector *c, const char *bytes, size_t size)
{
	size_t number = 1;

	for (const char *p = bytes, *end = bytes + size; p < end; number++) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((lf ? lf : end) - p);

		if (sig_check(c->e) < 0)
			return -1;
		if (!is_blank(p, len)) {
			mem_grow(&c->line, &c->cap_lines, c->rows + 1, sizeof *c->line);
			c->line[c->rows] = number;
			if (add_line(c, p, len) < 0)
				return err_wrap(c->e, "line %zu", number);
		}
		p += len + 1;
	}
	return c->rows ? 0 : refuse(c, "empty: no rows");
}

/* Pack all positions with the smallest number of classes that one of them has. */
static int
pack_all(struct collector *c, struct logit_top *out)
{
	struct logit_top_entry *entry = c->entry;

	out->k = LOGIT_TOP_MOST;
	for (size_t i = 0; i < c->counts; i++)
		out->k = c->count[i] < out->k ? c->count[i] : out->k;
	out->packed = mem_try(c->counts, (2 * out->k + 1) * sizeof *out->packed);
	if (!out->packed)
		return err_set(c->e, "no memory for %zu positions of %zu classes", c->counts,
			       out->k);
	for (size_t i = 0; i < c->counts; entry += c->count[i++]) {
		size_t row = i / out->positions;

		out->cut += c->count[i] > out->k;
		for (size_t j = 0; j < c->count[i]; j++)
			if (entry[j].id >= out->largest) {
				out->largest = entry[j].id;
				out->largest_row = row + 1;
			}
		if (logit_top_pack(entry, c->count[i], out->k, LOGIT_TOP_WITHIN,
				   out->packed + i * (2 * out->k + 1), c->e) < 0)
			return err_wrap(c->e, "line %zu, position %zu", c->line[row],
					i % out->positions + 1);
	}
	return 0;
}

int
logit_top_lines(const char *path, const char *bytes, size_t size, struct logit_top *out,
		struct err *e)
{
	struct collector c = { .e = e };
	int status;

	memset(out, 0, sizeof *out);
	status = add_lines(&c, bytes, size);
	out->rows = c.rows;
	out->positions = c.positions;
	if (status == 0)
		status = pack_all(&c, out);
	out->name = c.name;
	out->names = c.names;
	if (status == 0)
		status = hash_long(bytes, size, &out->hash, e);
	if (c.has_rows)
		out->id = c.row;
	else
		mem_free(c.row);
	tdestroy(c.tree, mem_free);
	mem_free(c.entry);
	mem_free(c.count);
	mem_free(c.line);
	if (status < 0) {
		logit_top_release(out);
		return err_wrap(e, "%s", path);
	}
	return 0;
}
