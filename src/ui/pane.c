/* pane.c: the table of panes; drawing of the whole screen. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/pane.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/ui/layout.h"
#include "retort/ui/status.h"

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

static struct canvas_area
area_of(struct canvas *c, const struct layout_rect *r)
{
	return canvas_cut(canvas_all(c), r->x, r->y, r->width, r->height);
}

/* Draw knobs in one line, the selected one first: for screens without a right column. */
static void
draw_folded(const struct scene *s, struct canvas_area a)
{
	static const char *const names[] = { NULL, "temperature", "kd-weight", "ce-weight", "lr" };
	static const char *const brief[] = { NULL, "T", "kd", "ce", "lr" };
	char value[64];
	int x = 0;

	for (size_t i = 0; i < sizeof names / sizeof *names && x < a.width; i++) {
		const struct knob *k = i ? knob_find(names[i], NULL) : &knob_table[s->view.knob];
		size_t row = (size_t)(k - knob_table);

		if (i && row == (size_t)s->view.knob)
			continue;
		x = canvas_textf(a, x, 0, i ? CANVAS_PLAIN : CANVAS_BOLD, i ? "%s " : ">%s ",
				 i ? brief[i] : k->name);
		if (scene_ramp(s, (int)row)) /* it changes at every step: fewer digits */
			x = canvas_textf(a, x, 0, CANVAS_PLAIN, "%.4g~",
					 knob_value(&s->info.run->settings.knobs, k));
		else
			x = canvas_text(
				a, x, 0, CANVAS_PLAIN,
				knob_print(&s->info.run->settings.knobs, k, value, sizeof value));
		if (s->pending[row])
			x = canvas_textf(a, x, 0, CANVAS_PENDING, "%s%s?", scene_arrow(s),
					 s->pending_text[row]);
		x += 2;
	}
}

/* Draw the last markers of the branch in view, newest first, as many as fit uncut; without
 * markers, the last line of the log. */
static void
draw_events(const struct scene *s, struct canvas_area a)
{
	const struct scene_line *last;
	int x = 1;
	char text[160];

	for (size_t i = s->curves->n_marks; i-- > 0;) {
		const struct curves_mark *m = &s->curves->mark[i];

		if (!scene_has_mark(s, m, (unsigned)s->view.branch))
			continue;
		snprintf(text, sizeof text, " @%u %s", m->step, m->text);
		if (x > 1 && x + 1 + text_width(text) >= a.width)
			return;
		canvas_put(a, x, 0, (unsigned char)m->letter,
			   m->kind == CURVES_DIVERGED ? CANVAS_BAD : CANVAS_MARK);
		x = canvas_text(a, x + 1, 0, CANVAS_PLAIN, text) + 4;
	}
	last = &s->log[(s->log_first + s->n_log + SCENE_LOG - 1) % SCENE_LOG];
	if (x == 1 && s->n_log && strcmp(last->text, s->message) != 0)
		canvas_text(a, 1, 0, CANVAS_DIM, last->text);
}

/* Draw hints, which are separated by two blanks, as many as fit uncut from column x; the part
 * before the first blank is the key. Returns the column after the last one. */
static int
draw_keys(struct canvas_area a, int x, const char *hints)
{
	while (*hints) {
		const char *end = strstr(hints, "  ");
		int len = end ? (int)(end - hints) : (int)strlen(hints),
		    key = (int)strcspn(hints, " ");
		char text[64];

		key = key < len ? key : len;
		if (len >= (int)sizeof text || x + len > a.width)
			return a.width;
		snprintf(text, sizeof text, "%.*s", key, hints);
		x = canvas_text(a, x, 0, CANVAS_PLAIN, text);
		snprintf(text, sizeof text, "%.*s", len - key, hints + key);
		x = canvas_text(a, x, 0, CANVAS_DIM, text) + 2;
		hints = end ? end + 2 : hints + len;
	}
	return x;
}

/* Write the keys that answer the open question, as hints. */
static void
list_answers(const struct scene *s, char *out, size_t size)
{
	int n = 0;

	for (int key = 1; key < 10; key++) {
		const char *option;
		int len = scene_option(s, key, &option);

		if (len && (size_t)n < size)
			n += snprintf(out + n, size - (size_t)n, "%d %.*s  ", key, len, option);
	}
	if ((size_t)n < size)
		snprintf(out + n, size - (size_t)n, "%s", n ? "Esc cancel" : "y yes  n no");
}

/* Draw the keys of the focused pane, then those that work everywhere. */
static void
draw_hints(const struct scene *s, struct canvas_area a)
{
	const struct lab_info *i = &s->info;
	const char *own = pane_table[s->view.focus]->hints;
	const char *run_keys = i->phase == LAB_IDLE ? "r run"
			       : i->paused          ? "Space resume  s step"
						    : "Space pause";
	char answers[sizeof s->options + 64];
	int x = 1;

	if (s->prompting && s->candidates[0])
		canvas_text(a, 1, 0, CANVAS_DIM, s->candidates);
	else if (s->prompting)
		draw_keys(a, 1, "Enter run  Tab complete  Up history  C-r search  Esc cancel");
	else if (s->question[0]) {
		list_answers(s, answers, sizeof answers);
		draw_keys(a, 1, answers);
	} else if (s->view.helping)
		draw_keys(a, 1, pane_help.hints);
	else if (s->view.editing)
		draw_keys(a, 1,
			  "hjkl move  0-9 weight  c loss  p projection  o tensor  Enter apply  Esc "
			  "discard  t teacher  +/- change  q close");
	else
		x = draw_keys(a, draw_keys(a, x, own), run_keys);
	if (x > 1)
		draw_keys(a, x,
			  strstr(own, "+/-")
				  ? ": command  ? help  u undo  m map  Tab pane  q quit"
				  : ": command  ? help  +/- knob  u undo  m map  Tab pane  q quit");
}

/* Draw a text, wrapped in the rows of the area. Return the column after it. */
static int
draw_wrapped(struct canvas_area a, int x, enum canvas_style style, const char *text)
{
	int end = x;

	for (int y = 0; y < a.height && *text; y++) {
		size_t len = y + 1 < a.height ? canvas_wrap(text, a.width - 1) : strlen(text);

		end = canvas_textf(a, x, y, style, "%.*s", (int)len, text);
		text += len;
		text += *text == ' ';
	}
	return end;
}

/* Draw the pending question; behind its answers if no hints are shown. Return the column after it.
 */
static int
draw_question(const struct scene *s, struct canvas_area a, bool hints)
{
	char text[sizeof s->options + 64 + sizeof s->question] = "";

	if (!hints && s->options[0])
		list_answers(s, text, sizeof text);
	snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", text[0] ? "  " : "",
		 s->question);
	return draw_wrapped(a, 0, CANVAS_WARN, text);
}

/* Draw the prompt; where it is closed, the pending question, or the last message. */
static void
draw_prompt(const struct scene *s, struct canvas_area a, bool hints)
{
	int x = s->prompt_cursor;

	if (s->prompting)
		canvas_text(a, 0, 0, CANVAS_PLAIN, s->prompt);
	else if (s->question[0])
		x = draw_question(s, a, hints) + 1;
	else
		draw_wrapped(a, 1, s->message_is_error ? CANVAS_BAD : CANVAS_PLAIN, s->message);
	if (!s->prompting && !s->question[0])
		return;
	a.canvas->cursor_x = a.x + (x < a.width ? x : a.width - 1);
	a.canvas->cursor_y = a.y + (s->prompting ? 0 : a.height - 1);
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
			c->cell[i].ch =
				c->cell[i].ch == 0x2013 || c->cell[i].ch == 0x2010 ? '-' : '?';
	}
}

void
pane_draw_all(const struct scene *s, struct canvas *c)
{
	struct layout l;

	canvas_clear(c);
	layout_make(s, c->width, c->height, &l);
	if (l.one_line && (s->prompting || s->question[0] || s->message_is_error))
		draw_prompt(s, canvas_all(c), false);
	else if (l.one_line)
		status_brief(s, canvas_all(c));
	for (size_t i = 0; i < pane_count; i++)
		if (l.pane[i].height)
			pane_table[i]->draw(s, area_of(c, &l.pane[i]));
	if (!l.one_line) {
		draw_rules(s, c, &l);
		status_draw(s, area_of(c, &l.status));
		draw_folded(s, area_of(c, &l.folded));
		draw_events(s, area_of(c, &l.events));
		draw_hints(s, area_of(c, &l.hints));
		draw_prompt(s, area_of(c, &l.prompt), l.hints.height > 0);
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
	int end = canvas_text(a, 0, 0, focused ? CANVAS_FOCUS : CANVAS_BOLD, title);

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
