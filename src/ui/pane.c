/* pane.c: the table of panes; drawing of the whole screen. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/pane.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/ui/footer.h"
#include "retort/ui/layout.h"
#include "retort/ui/status.h"

#define NUMBERED 24 /* pane width from which the title has the number that focuses the pane */

const struct pane *const pane_table[] = {
#define PANE(id) &pane_##id,
#include "retort/ui/panes.def"
};
const size_t pane_count = sizeof pane_table / sizeof pane_table[0];

const char *
pane_name(size_t i)
{
	return i < pane_count ? pane_table[i]->name : NULL;
}

int
pane_find(const char *name)
{
	for (size_t i = 0; i < pane_count; i++)
		if (strcmp(pane_table[i]->name, name) == 0)
			return (int)i;
	return -1;
}

const char *
pane_brief(const char *name, int width, char *buf, size_t size)
{
	const char *t = strstr(name, "-temperature"), *last = strrchr(name, '-');
	int tail = last ? (int)strlen(last) : 0;

	if (t && (int)strlen(name) > width)
		snprintf(buf, size, "%.*s-T", (int)(t - name), name);
	else if ((int)strlen(name) > width && tail && tail < width - 2)
		snprintf(buf, size, "%.*s%s", width - tail, name, last);
	else
		snprintf(buf, size, "%.*s", width, name);
	return buf;
}

const char *
pane_empty(const struct scene *s, int i)
{
	return pane_table[i]->empty ? pane_table[i]->empty(s) : NULL;
}

static struct canvas_area
area_of(struct canvas *c, const struct layout_rect *r)
{
	return canvas_cut(canvas_all(c), r->x, r->y, r->width, r->height);
}

static void
draw_rules(const struct scene *s, struct canvas *c, const struct layout *l)
{
	struct canvas_area rule = area_of(c, &l->rule), base = area_of(c, &l->base);

	for (int y = 0; y < rule.height; y++)
		canvas_text(rule, 0, y, CANVAS_DIM, scene_ascii(s) ? "|" : "\u2502");
	for (int x = 0; x < base.width; x++)
		canvas_text(base, x, 0, CANVAS_DIM,
			    scene_ascii(s)                  ? "-"
			    : rule.height && x == l->rule.x ? "\u2534"
							    : "\u2500");
}

/* Replace all that is not ASCII: names and manual pages may hold any character. */
static void
replace_non_ascii(struct canvas *c)
{
	for (int i = 0; i < c->width * c->height; i++) {
		memset(c->cell[i].mark, 0, sizeof c->cell[i].mark);
		if (c->cell[i].ch < ' ' || c->cell[i].ch > '~')
			c->cell[i].ch = c->cell[i].ch == 0x2013 || c->cell[i].ch == 0x2010 ? '-'
					: c->cell[i].ch == CANVAS_ELLIPSIS                 ? '~'
											   : '?';
	}
}

void
pane_draw_all(const struct scene *s, struct canvas *c)
{
	struct layout l;

	canvas_clear(c);
	layout_make(s, c->width, c->height, &l);
	if (l.one_line && (s->prompting || s->question[0] || s->message_is_error))
		footer_prompt(s, canvas_all(c), false);
	else if (l.one_line)
		status_brief(s, canvas_all(c));
	for (size_t i = 0; i < pane_count; i++)
		if (l.pane[i].height)
			pane_table[i]->draw(s, area_of(c, &l.pane[i]));
	if (!l.one_line) {
		draw_rules(s, c, &l);
		status_draw(s, area_of(c, &l.status));
		footer_knobs(s, area_of(c, &l.folded));
		footer_events(s, area_of(c, &l.events));
		footer_hints(s, area_of(c, &l.hints));
		footer_prompt(s, area_of(c, &l.prompt), l.hints.height > 0);
		footer_candidates(s, canvas_cut(canvas_all(c), 0, 1, c->width, l.prompt.y - 1));
	}
	if (scene_ascii(s))
		replace_non_ascii(c);
}

int
pane_heading(const struct scene *s, struct canvas_area a, int pane, const char *title)
{
	bool focused = s->view.helping   ? pane == LAYOUT_help
		       : s->view.editing ? pane == LAYOUT_map
					 : pane == s->view.focus;
	int end = a.width >= NUMBERED && pane < LAYOUT_help
			  ? canvas_textf(a, 0, 0, CANVAS_DIM, "%d ", pane + 1)
			  : 0;

	end = canvas_text(a, end, 0, focused ? CANVAS_FOCUS : CANVAS_BOLD, title);

	for (int x = end + 1; x < a.width; x++)
		canvas_put(a, x, 0, scene_ascii(s) ? '-' : 0x2500, CANVAS_DIM);
	return end;
}

void
pane_note(struct canvas_area a, const char *note)
{
	int width = text_width(note);

	if (width && width + 2 < a.width) {
		canvas_put(a, a.width - width - 1, 0, ' ', CANVAS_DIM);
		canvas_text(a, a.width - width, 0, CANVAS_DIM, note);
	}
}

void
pane_meter(const struct scene *s, struct canvas_area a, int x, int y, int width, double part,
	   enum canvas_style style)
{
	static const uint32_t eighths[] = {
		0x258F, 0x258E, 0x258D, 0x258C, 0x258B, 0x258A, 0x2589
	};
	int full = part >= 0 && width > 0 ? (int)lround((part < 1 ? part : 1) * width * 8)
					  : 0; /* in eighths of a cell */

	for (int i = 0; i < width; i++) {
		int here = full - 8 * i;

		if (scene_ascii(s))
			canvas_put(a, x + i, y, here >= 4 ? '#' : '.',
				   here >= 4 ? style : CANVAS_DIM);
		else if (here >= 8)
			canvas_put(a, x + i, y, 0x2588, style);
		else if (here > 0)
			canvas_put(a, x + i, y, eighths[here - 1], style);
		else
			canvas_put(a, x + i, y, 0x00B7, CANVAS_DIM);
	}
}
