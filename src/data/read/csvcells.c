/* csvcells.c: cells of one row of a table of text. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/csvcells.h"

#include <stdbool.h>
#include <string.h>

#include "retort/base/mem.h"

void
csvcells_add(struct csvcells *c, const char *s, size_t len)
{
	if (c->n == c->cap_at)
		mem_grow(&c->at, &c->cap_at, c->n + 1, sizeof *c->at);
	if (c->used + len + 1 > c->cap)
		mem_grow(&c->bytes, &c->cap, c->used + len + 1, 1);
	c->at[c->n++] = c->used;
	if (len)
		memcpy(c->bytes + c->used, s, len);
	c->bytes[c->used + len] = '\0';
	c->used += len + 1;
}

/* Whether libcsv leaves a character out at the ends of a cell. */
static bool
is_blank(char c, char delimiter)
{
	return (c == ' ' || c == '\t') && c != delimiter;
}

/* Append the cell that lies between two offsets of `bytes`; its end is overwritten. */
static void
add_between(struct csvcells *c, size_t start, size_t end, char delimiter)
{
	while (start < end && is_blank(c->bytes[start], delimiter))
		start++;
	while (start < end && is_blank(c->bytes[end - 1], delimiter))
		end--;
	c->bytes[end] = '\0';
	if (c->n == c->cap_at)
		mem_grow(&c->at, &c->cap_at, c->n + 1, sizeof *c->at);
	c->at[c->n++] = start;
}

int
csvcells_split(struct csvcells *c, const char *line, size_t len, char delimiter, size_t most)
{
	size_t start = 0;

	if (len + 1 > c->cap)
		mem_grow(&c->bytes, &c->cap, len + 1, 1);
	memcpy(c->bytes, line, len);
	c->bytes[len] = delimiter;
	for (size_t i = 0; i <= len; i++) {
		if (c->bytes[i] != delimiter)
			continue;
		if (c->n == most) {
			csvcells_clear(c);
			return -1;
		}
		add_between(c, start, i, delimiter);
		start = i + 1;
	}
	c->used = len + 1;
	return 0;
}

const char *const *
csvcells_get(struct csvcells *c)
{
	if (c->n > c->cap_cells)
		mem_grow(&c->cell, &c->cap_cells, c->n, sizeof *c->cell);
	for (size_t i = 0; i < c->n; i++)
		c->cell[i] = c->bytes + c->at[i];
	return c->cell;
}

void
csvcells_clear(struct csvcells *c)
{
	c->n = 0;
	c->used = 0;
}

void
csvcells_release(struct csvcells *c)
{
	mem_free(c->cell);
	mem_free(c->at);
	mem_free(c->bytes);
	memset(c, 0, sizeof *c);
}
