/* encoding_check.c: whether a network sees its own columns in a data set. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/encoding.h"

#include <stdio.h>
#include <string.h>

#define SHOWN 60 /* bytes of the words of a category in a message */

struct check {
	const struct encoding *net, *data;
	struct err *e;
};

/* Index of the column with this name; n_columns: there is none. */
static size_t
find_column(const struct encoding *enc, const char *name)
{
	size_t i = 0;

	while (i < enc->n_columns && strcmp(enc->column[i].name, name) != 0)
		i++;
	return i;
}

/* The words of a column in single quotes, as many as fit; "numbers" if it has none. */
static const char *
list_words(const struct encoding_column *c, char *buf, size_t size)
{
	struct text t = { 0 };

	for (size_t i = 0; i < c->n_words; i++)
		text_item(&t, "'%.20s'", c->word[i]);
	text_fit(buf, size, c->n_words ? text_get(&t) : "numbers");
	text_release(&t);
	return buf;
}

static bool
have_same_words(const struct encoding_column *a, const struct encoding_column *b)
{
	for (size_t i = 0; i < a->n_words && a->n_words == b->n_words; i++)
		if (strcmp(a->word[i], b->word[i]) != 0)
			return false;
	return a->n_words == b->n_words;
}

static int
refuse_words(const struct check *c, size_t i)
{
	char net[SHOWN], data[SHOWN];

	return err_set(c->e, "column %zu '%.40s' has %s in the data, but %s in the network", i + 1,
		       c->data->column[i].name, list_words(&c->data->column[i], data, sizeof data),
		       list_words(&c->net->column[i], net, sizeof net));
}

/* Column i has not the same name in both, or only one has it. */
static int
refuse_name(const struct check *c, size_t i)
{
	const char *net = i < c->net->n_columns ? c->net->column[i].name : NULL,
		   *data = i < c->data->n_columns ? c->data->column[i].name : NULL;

	if (data && find_column(c->net, data) == c->net->n_columns)
		return err_set(c->e, "column %zu of the data, '%.40s', is none of the network's",
			       i + 1, data);
	if (net && find_column(c->data, net) == c->data->n_columns)
		return err_set(c->e, "column %zu of the network, '%.40s', is missing in the data",
			       i + 1, net);
	return err_set(c->e,
		       "column '%.40s' is number %zu in the data, but number %zu in the network",
		       data, i + 1, find_column(c->net, data) + 1);
}

/* Compare all columns; by position, names are not compared. */
static int
compare_columns(const struct check *c, bool by_position)
{
	size_t n = c->net->n_columns, has = c->data->n_columns;

	if (by_position && n != has)
		return err_set(c->e, "the data have %zu columns, but the network %zu", has, n);
	for (size_t i = 0; i < n || i < has; i++) {
		if (i >= n || i >= has ||
		    (!by_position && strcmp(c->net->column[i].name, c->data->column[i].name) != 0))
			return refuse_name(c, i);
		if (!have_same_words(&c->net->column[i], &c->data->column[i]))
			return refuse_words(c, i);
	}
	return 0;
}

int
encoding_check(const struct encoding *net, const struct encoding *data, const char *from,
	       char *note, size_t size, struct err *e)
{
	struct check c = { net, data, e };
	struct err why = { .msg = "" };

	note[0] = '\0';
	if (!net->n_columns || !data->n_columns)
		return 0;
	c.e = &why;
	if (compare_columns(&c, net->unnamed || data->unnamed) < 0)
		return err_set(e, "%s; read the data with `data FILE like %.60s`", why.msg, from);
	if (net->unnamed != data->unnamed)
		snprintf(note, size, "%s no names of columns: they are taken in their order",
			 net->unnamed ? "the file has" : "the data have");
	return 0;
}
