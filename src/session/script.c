/* script.c: queue of script lines. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/script.h"

#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/session/chain.h"

struct script {
	size_t n, cap; /* line[next..n) remain */
	size_t next;
	struct script_line **line;
	uint64_t wait;
};

struct script *
script_new(void)
{
	struct script *s = mem_new(sizeof *s);

	s->wait = UINT64_MAX;
	return s;
}

static void
leave_source(struct script_source *f)
{
	while (f && --f->users == 0) {
		struct script_source *parent = f->parent;

		mem_free(f->path);
		mem_free(f);
		f = parent;
	}
}

/* Canonical path of a file, "" if there is none; owned. */
static char *
canonical_path(const char *path)
{
	char *real = realpath(path, NULL), *copy = mem_text(real ? real : "");

	free(real);
	return copy;
}

/* A source with one user. */
static struct script_source *
source_new(const char *name, struct script_source *parent)
{
	struct script_source *f = mem_new(sizeof *f);

	f->path = canonical_path(name);
	f->parent = parent;
	f->users = 1;
	if (parent)
		parent->users++;
	return f;
}

bool
script_is_within(const struct script_line *l, const char *path)
{
	const struct script_source *f = l->source;
	char *real = canonical_path(path);

	while (f && (!real[0] || strcmp(f->path, real) != 0))
		f = f->parent;
	mem_free(real);
	return f != NULL;
}

void
script_line_free(struct script_line *l)
{
	if (!l)
		return;
	mem_free(l->text);
	mem_free(l->dir);
	mem_free(l->where);
	leave_source(l->source);
	mem_free(l);
}

void
script_free(struct script *s)
{
	if (!s)
		return;
	script_clear(s);
	mem_free(s->line);
	mem_free(s);
}

static bool
is_empty(const char *text, size_t len)
{
	while (len && (*text == ' ' || *text == '\t' || *text == '\r')) {
		text++;
		len--;
	}
	return len == 0 || *text == '#';
}

static struct script_line *
line_new(const char *name, size_t number, const char *text, size_t len, const char *dir,
	 struct script_source *source)
{
	struct script_line *l = mem_new(sizeof *l);
	struct text where = { 0 };

	len = chain_strip(text, len);
	l->text = mem_new(len + 1);
	memcpy(l->text, text, len);
	l->dir = mem_text(dir);
	text_addf(&where, "%s:%zu", name, number);
	l->where = where.s;
	l->source = source;
	source->users++;
	return l;
}

long
script_add(struct script *s, const char *name, const char *text, const char *dir,
	   struct script_source *parent)
{
	struct script_source *source = source_new(name, parent);
	size_t left = s->n - s->next, number = 1;
	struct script_line **rest = mem_array(left + 1, sizeof *rest);
	const char *p = text;

	if (left)
		memcpy(rest, s->line + s->next, left * sizeof *rest);
	s->n = s->next = 0;
	for (const char *end; (end = strchr(p, '\n')); p = end + 1, number++) {
		if (is_empty(p, (size_t)(end - p)))
			continue;
		mem_grow(&s->line, &s->cap, s->n + 1, sizeof *s->line);
		s->line[s->n++] = line_new(name, number, p, (size_t)(end - p), dir, source);
	}
	mem_grow(&s->line, &s->cap, s->n + left + 1, sizeof *s->line);
	if (left)
		memcpy(s->line + s->n, rest, left * sizeof *rest);
	s->n += left;
	mem_free(rest);
	leave_source(source);
	return *p ? (long)(p - text) : -1;
}

const struct script_line *
script_peek(const struct script *s)
{
	return s->next < s->n ? s->line[s->next] : NULL;
}

const struct script_line *
script_ahead(const struct script *s, size_t n)
{
	return n < s->n - s->next ? s->line[s->next + n] : NULL;
}

bool
script_is_stamped(const struct script_line *l)
{
	return l->text[strspn(l->text, " \t")] == '@';
}

struct script_line *
script_take(struct script *s)
{
	return s->next < s->n ? s->line[s->next++] : NULL;
}

void
script_clear(struct script *s)
{
	while (script_peek(s))
		script_line_free(script_take(s));
	s->wait = UINT64_MAX;
}

void
script_wait(struct script *s, uint64_t step)
{
	s->wait = step;
}

bool
script_waits(const struct script *s, uint64_t *step)
{
	*step = s->wait;
	return s->wait != UINT64_MAX;
}
