/* cells.c: rows of numbers of the width that they need. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/cells.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "retort/base/mem.h"

#define CHUNK ((size_t)1 << 20) /* bytes of floats that are allocated or written at once */

static size_t
cell_size(const struct cells *c)
{
	return c->wide ? sizeof(double) : sizeof(float);
}

static size_t
default_room(size_t width)
{
	return CHUNK / (width * sizeof(float)) + 1;
}

int
cells_init(struct cells *c, size_t width, size_t rows, bool in_file, struct err *e)
{
	*c = (struct cells){ .width = width };
	c->room = rows && !in_file ? rows : default_room(width);
	if (in_file)
		c->map = tmpmap_new(e);
	return in_file && !c->map ? -1 : 0;
}

void
cells_release(struct cells *c)
{
	for (size_t k = 0; k < c->n_chunks; k++)
		mem_free(c->chunk[k]);
	mem_free(c->chunk);
	tmpmap_free(c->map);
	c->chunk = NULL;
	c->map = NULL;
	c->n_chunks = c->used = 0;
}

static int
refuse_memory(size_t rows, size_t width, struct err *e)
{
	return err_set(e, "no memory for more than %zu rows of %zu features", rows, width);
}

/* Write the rows of the chunk to the file. */
static int
flush_rows(struct cells *c, struct err *e)
{
	size_t n = c->used;

	c->used = 0;
	return n ? tmpmap_write(c->map, c->chunk[0], n * c->width * cell_size(c), e) : 0;
}

/* Make room for one more row in the last chunk. */
static int
make_room(struct cells *c, struct err *e)
{
	void *chunk;

	if (c->n_chunks && c->used < c->room)
		return 0;
	if (c->n_chunks && c->map)
		return flush_rows(c, e);
	chunk = mem_try(c->room * c->width, cell_size(c));
	if (!chunk && c->n_chunks == 0 &&
	    c->room > default_room(c->width)) { /* `rows` was a guess */
		c->room = default_room(c->width);
		chunk = mem_try(c->room * c->width, cell_size(c));
	}
	if (!chunk)
		return refuse_memory(c->n, c->width, e);
	mem_grow(&c->chunk, &c->cap_chunks, c->n_chunks + 1, sizeof *c->chunk);
	c->chunk[c->n_chunks++] = chunk;
	c->used = 0;
	return 0;
}

/* Whether each number is equal to its float, or missing. */
static bool
are_floats(const float *to, const double *row, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isnan(row[i]) && (double)to[i] != row[i])
			return false;
	return true;
}

/* Store a row as floats. False: a number is not equal to its float, and is not missing. */
static bool
store_floats(float *restrict to, const double *restrict row, size_t n)
{
	uint64_t differ = 0;

	for (size_t i = 0; i < n; i++) { /* bits, because a comparison is not vectorized */
		uint64_t was, is;
		double back;

		to[i] = (float)row[i];
		back = (double)to[i];
		memcpy(&was, &row[i], sizeof was);
		memcpy(&is, &back, sizeof is);
		differ |= was ^ is;
	}
	return !differ || are_floats(to, row, n);
}

/* Copy n floats to doubles, from the last to the first: `to` may begin where `from` does. */
static void
widen(double *to, const char *from, size_t n)
{
	while (n-- > 0) {
		float x;

		memcpy(&x, from + n * sizeof x, sizeof x);
		to[n] = (double)x;
	}
}

/* The rows in the file become doubles. */
static int
widen_file(struct cells *c, struct err *e)
{
	size_t n = c->n * c->width;
	double *all;

	if (flush_rows(c, e) < 0)
		return -1;
	if (n == 0)
		return 0;
	all = tmpmap_map(c->map, n * sizeof *all, e);
	if (all)
		widen(all, (const char *)all, n);
	return all ? 0 : -1;
}

/* The rows become doubles. */
static int
widen_rows(struct cells *c, struct err *e)
{
	if (c->map && widen_file(c, e) < 0)
		return -1;
	for (size_t k = 0; k < c->n_chunks; k++) {
		double *chunk = mem_try(c->room * c->width, sizeof *chunk);

		if (!chunk)
			return refuse_memory(c->n, c->width, e);
		if (!c->map)
			widen(chunk, c->chunk[k],
			      (k + 1 < c->n_chunks ? c->room : c->used) * c->width);
		mem_free(c->chunk[k]);
		c->chunk[k] = chunk;
	}
	c->wide = true;
	return 0;
}

/* Where the next row is stored. */
static void *
next_row(const struct cells *c)
{
	return (char *)c->chunk[c->n_chunks - 1] + c->used * c->width * cell_size(c);
}

float *
cells_add_floats(struct cells *c, size_t *rows, struct err *e)
{
	float *first;

	if (make_room(c, e) < 0)
		return NULL;
	first = next_row(c);
	*rows = *rows < c->room - c->used ? *rows : c->room - c->used;
	c->used += *rows;
	c->n += *rows;
	return first;
}

int
cells_add(struct cells *c, const double *row, struct err *e)
{
	if (make_room(c, e) < 0)
		return -1;
	if (!c->wide && !store_floats(next_row(c), row, c->width) && widen_rows(c, e) < 0)
		return -1;
	if (c->wide)
		memcpy(next_row(c), row, c->width * sizeof *row);
	c->used++;
	c->n++;
	return 0;
}

/* Buffers of a row before and after it is spread. */
struct spreader {
	cells_spread *spread;
	const void *arg;
	double *in, *out; /* owned */
	size_t d;
};

/* Spread a row of `c` at `from` to `to`, which may overlap it. */
static void
spread_row(const struct cells *c, const struct spreader *s, void *to, const void *from)
{
	if (c->wide)
		memcpy(s->in, from, c->width * sizeof *s->in);
	else
		widen(s->in, from, c->width);
	s->spread(s->arg, s->in, s->out);
	if (c->wide)
		memcpy(to, s->out, s->d * sizeof *s->out);
	else
		store_floats(to, s->out, s->d);
}

/* Rows become wider in the file they lie in: from the last to the first, so that none is
 * overwritten before it was read. */
static void *
take_file(struct cells *c, const struct spreader *s, struct tmpmap **map, struct err *e)
{
	size_t size = cell_size(c);
	char *all;

	if (flush_rows(c, e) < 0)
		return NULL;
	all = tmpmap_map(c->map, c->n * s->d * size, e);
	for (size_t i = c->n; all && s->spread && i-- > 0;)
		spread_row(c, s, all + i * s->d * size, all + i * c->width * size);
	if (all) {
		*map = c->map;
		c->map = NULL;
	}
	return all;
}

/* Move the rows from the chunks into one block; a single chunk is the block already: what it has
 * beyond the rows was never touched, and takes no memory. */
static void *
take_memory(struct cells *c, const struct spreader *s, struct err *e)
{
	size_t size = cell_size(c), row = 0;
	char *all;

	if (c->n_chunks == 1 && !s->spread) {
		c->n_chunks = 0;
		return c->chunk[0];
	}
	all = mem_try(c->n * s->d, size);
	if (!all) {
		refuse_memory(c->n, s->d, e);
		return NULL;
	}
	for (size_t k = 0; k < c->n_chunks; k++) {
		size_t n = c->n - row < c->room ? c->n - row : c->room;
		const char *from = c->chunk[k];

		for (size_t i = 0; s->spread && i < n; i++)
			spread_row(c, s, all + (row + i) * s->d * size, from + i * c->width * size);
		if (!s->spread)
			memcpy(all + row * s->d * size, from, n * s->d * size);
		mem_free(c->chunk[k]);
		c->chunk[k] = NULL;
		row += n;
	}
	return all;
}

void *
cells_take(struct cells *c, size_t d, cells_spread *spread, const void *arg, struct tmpmap **map,
	   struct err *e)
{
	struct spreader s = { .spread = spread, .arg = arg, .d = d };
	void *all;

	if (spread) {
		s.in = mem_array(c->width, sizeof *s.in);
		s.out = mem_array(d, sizeof *s.out);
	}
	all = c->map ? take_file(c, &s, map, e) : take_memory(c, &s, e);
	mem_free(s.in);
	mem_free(s.out);
	return all;
}
