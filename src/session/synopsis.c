/* synopsis.c: print the grammar of a command. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/synopsis.h"

#include <stdio.h>
#include <string.h>

/* "auto, off" as "auto|off". */
static void
add_choices(const char *choices, struct text *out)
{
	for (const char *p = choices; *p; p++) {
		text_bytes(out, *p == ',' ? "|" : p, 1);
		p += p[0] == ',' && p[1] == ' ';
	}
}

static void
add_item(const struct grammar_item *i, struct text *out)
{
	bool bare = i->flags & GRAMMAR_BARE;

	text_addf(out, "%s%s%s%s", bare ? "[" : "", i->word ? i->word : "", bare ? "]" : "",
		  i->word && grammar_has_argument(i) ? " " : "");
	if (i->name)
		text_add(out, i->name);
	else if (i->choices)
		add_choices(i->choices, out);
}

/* Append item i of a form and the items with MORE after it. */
static void
add_group(const struct grammar_item *items, int i, struct text *out)
{
	int end = grammar_group_end(items, i);

	for (int k = i; k < end; k++) {
		bool tail = k > i && items[k].flags & GRAMMAR_OPTIONAL;

		text_addf(out, "%s%s", k > i ? " " : "", tail ? "[" : "");
		add_item(&items[k], out);
		text_add(out, tail ? "]" : "");
	}
}

void
synopsis_form(const struct grammar_form *form, struct text *out)
{
	const struct grammar_item *items = form->item;

	for (int i = 0, end; !grammar_is_end(&items[i]); i = end) {
		bool optional = items[i].flags & (GRAMMAR_OPTIONAL | GRAMMAR_ANY) &&
				!(items[i].flags & GRAMMAR_NEEDED);

		end = grammar_group_end(items, i);
		if (items[i].flags & GRAMMAR_REFUSED)
			continue;
		text_addf(out, "%s%s", i ? " " : "", optional ? "[" : "");
		add_group(items, i, out);
		text_addf(out, "%s%s", optional ? "]" : "",
			  items[i].flags & GRAMMAR_REPEAT ? "..." : "");
	}
}

/* True if an item with the same keyword or argument and help stands before item `i` of form `f`. */
static bool
is_repeated(const struct grammar_form *form, const struct grammar_form *f,
	    const struct grammar_item *i)
{
	const char *name = i->word ? i->word : i->name;

	for (; form <= f; form++)
		for (const struct grammar_item *k = form->item; !grammar_is_end(k) && k != i; k++) {
			const char *other = k->word ? k->word : k->name;

			if (k->help && other && strcmp(other, name) == 0 &&
			    strcmp(k->help, i->help) == 0)
				return true;
		}
	return false;
}

/* Append what an item accepts to its help text. */
static void
describe_item(const struct grammar_item *i, char *help, size_t size)
{
	int n = snprintf(help, size, "%s", i->help);

	if (i->kind == GRAMMAR_NUMBER && i->max > i->min)
		snprintf(help + n, size - (size_t)n, " (%.17g to %.17g)", i->min, i->max);
	else if (i->kind == GRAMMAR_NUMBER && i->min > 0)
		snprintf(help + n, size - (size_t)n, " (at least %.17g)", i->min);
}

void
synopsis_options(const struct grammar_form *form,
		 void (*print)(void *arg, const char *spelling, const char *help), void *arg)
{
	char help[200];

	for (const struct grammar_form *f = form; f->item; f++)
		for (const struct grammar_item *i = f->item; !grammar_is_end(i); i++) {
			struct text spelling = { 0 };

			if (!i->help || i->flags & GRAMMAR_REFUSED || is_repeated(form, f, i))
				continue;
			add_group(f->item, (int)(i - f->item), &spelling);
			describe_item(i, help, sizeof help);
			print(arg, text_get(&spelling), help);
			text_release(&spelling);
		}
}
