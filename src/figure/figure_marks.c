/* figure_marks.c: letters at the steps of markers, and a list of their texts. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/figure/figure_marks.h"

#include <stdio.h>

#define LETTER_ROW 10
#define LETTER_ROWS 3
#define LIST_ROW 10.5
#define ENTRY 512     /* bytes */
#define INDENT 18     /* of a text after its letter */
#define ONE_COLUMN 24 /* entries that are listed below each other where they need the width */

static const struct figure_text letter_text = { .size = 8, .bold = true, .align = 0.5 };
static const struct figure_text entry_text = { .size = 8 };
static const struct figure_text label_text = { .size = 8, .color = 0x333333, .align = 1 };

static size_t
count(const struct figure_layout *l)
{
	return l->f->n_marks < FIGURE_MARKS ? l->f->n_marks : FIGURE_MARKS;
}

const char *
figure_marks_letter(size_t i, char buf[4])
{
	snprintf(buf, 4, "%c%c", i < 26 ? 'a' + (int)i : 'a' + (int)(i / 26 - 1) % 26,
		 i < 26 ? '\0' : 'a' + (int)(i % 26));
	return buf;
}

size_t
figure_marks_group(const struct figure *f, size_t i, bool owners, char buf[FIGURE_MARKS_GROUP])
{
	size_t end = i + 1;
	char first[4], last[4];

	while (end < f->n_marks && end < FIGURE_MARKS && f->mark[end]->step == f->mark[i]->step &&
	       (!owners || f->owner[end] == f->owner[i]))
		end++;
	snprintf(buf, FIGURE_MARKS_GROUP, end == i + 1 ? "%s" : "%s\u2013%s",
		 figure_marks_letter(i, first), figure_marks_letter(end - 1, last));
	return end;
}

void
figure_marks_lines(const struct figure_layout *l, double top, double bottom)
{
	for (size_t i = 0; i < l->f->n_marks; i++) {
		double x = figure_layout_x(l, l->f->mark[i]->step);

		figure_layout_line(l, (struct figure_point[]){ { x, top }, { x, bottom } }, 2, 0.5,
				   0x999999, FIGURE_DOTTED);
	}
}

double
figure_marks_letters(const struct figure_layout *l, double y)
{
	double end[LETTER_ROWS] = { 0 };
	int rows = 0;
	char name[FIGURE_MARKS_GROUP];

	if (l->f->n_marks == 0)
		return y;
	figure_layout_text(l, l->left - 5, y + LETTER_ROW - 2, &label_text, "changes");
	for (size_t i = 0, next; i < count(l); i = next) {
		struct figure_text t = letter_text;
		double x = figure_layout_x(l, l->f->mark[i]->step), width;
		int row = 0;

		next = figure_marks_group(l->f, i, true, name);
		width = l->pen->width(l->pen->arg, &t, name) + 1;
		while (row < LETTER_ROWS && end[row] > x - width / 2)
			row++;
		if (row == LETTER_ROWS) /* no room: its line remains */
			continue;
		end[row] = x + width / 2;
		rows = row >= rows ? row + 1 : rows;
		t.color = figure_color(l->f->owner[i]->color);
		figure_layout_text(l, x, y + (row + 1) * LETTER_ROW - 2, &t, name);
	}
	return y + rows * LETTER_ROW + 2;
}

/* Whether the markers belong to more than one line. */
static bool
has_owners(const struct figure *f)
{
	for (size_t i = 1; i < f->n_marks; i++)
		if (f->owner[i] != f->owner[0])
			return true;
	return false;
}

/* Write "300  temperature 4 -> 2". */
static const char *
entry(const struct figure *f, size_t i, char *buf, size_t size)
{
	bool named = has_owners(f);

	snprintf(buf, size, "%u  %s%s%s", f->mark[i]->step, named ? f->owner[i]->name : "",
		 named ? ": " : "", f->mark[i]->text);
	return buf;
}

/* The number of columns of the list: two, or one if it is short and an entry is wide. */
static size_t
columns(const struct figure_layout *l)
{
	char text[ENTRY], fitted[ENTRY + 8];

	for (size_t i = 0; count(l) <= ONE_COLUMN && i < count(l); i++) {
		figure_layout_fit(l, &entry_text, entry(l->f, i, text, sizeof text), 1e9, fitted,
				  sizeof fitted);
		if (l->pen->width(l->pen->arg, &entry_text, fitted) >
		    (l->right - l->left) / 2 - INDENT)
			return 1;
	}
	return 2;
}

/* Draw an entry of the list. */
static void
draw_entry(const struct figure_layout *l, size_t i, double x, double y, double room)
{
	struct figure_text t = letter_text;
	char name[4], text[ENTRY], fitted[ENTRY];

	t.align = 0;
	t.color = figure_color(l->f->owner[i]->color);
	figure_layout_text(l, x, y, &t, figure_marks_letter(i, name));
	figure_layout_fit(l, &entry_text, entry(l->f, i, text, sizeof text), room - INDENT, fitted,
			  sizeof fitted);
	figure_layout_text(l, x + 14, y, &entry_text, fitted);
}

double
figure_marks_list(const struct figure_layout *l, double y)
{
	size_t n = count(l), wide = columns(l), rows = (n + wide - 1) / wide;
	double room = (l->right - l->left) / (double)wide;
	char more[64];

	if (n == 0)
		return y;
	y += 6;
	for (size_t i = 0; i < n; i++)
		draw_entry(l, i, l->left + (double)(i / rows) * room,
			   y + (double)(i % rows + 1) * LIST_ROW, room);
	y += (double)rows * LIST_ROW;
	if (l->f->n_marks > n) {
		y += LIST_ROW;
		snprintf(more, sizeof more, "and %zu more", l->f->n_marks - n);
		figure_layout_text(l, l->left, y, &entry_text, more);
	}
	return y + 4;
}
