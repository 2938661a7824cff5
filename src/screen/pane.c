/* pane.c: the table of panes, and the whole screen. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/screen/pane.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/screen/layout.h"
#include "retort/screen/curve.h"

const struct pane *const pane_table[] = {
#define PANE(id) &pane_##id,
#include "retort/screen/panes.def"
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

static struct canvas_area
area_of(struct canvas *c, const struct layout_rect *r)
{
	return canvas_cut(canvas_all(c), r->x, r->y, r->width, r->height);
}

/* What goes on, in one word or two. */
static const char *
phase(const struct scene *s, char *buf, size_t size)
{
	const struct lab_info *i = &s->info;

	snprintf(buf, size, "%s", i->phase == LAB_IDLE ? "IDLE" : i->phase == LAB_DISTILLING ? "RUN" : "REPORT");
	if (i->phase == LAB_TRAINING)
		snprintf(buf, size, "TRAIN %s", i->teacher[i->busy].name);
	if (i->paused)
		snprintf(buf, size, "%s", "PAUSED");
	return buf;
}

static void
time_left(char *buf, size_t size, double seconds)
{
	int n = seconds < 0 || seconds > 359999 ? -1 : (int)ceil(seconds);

	if (n < 0)
		buf[0] = '\0';
	else if (n < 100)
		snprintf(buf, size, "%ds", n);
	else if (n < 600)
		snprintf(buf, size, "%dm%02ds", n / 60, n % 60 / 5 * 5); /* coarser the longer: digits that change are bytes */
	else if (n < 6000)
		snprintf(buf, size, "%dm", n / 60);
	else
		snprintf(buf, size, "%dh%02dm", n / 3600, n / 60 % 60);
}

/* Rows in an epoch: the student's when it distils, the teacher's when it trains. */
static void
epochs(const struct scene *s, struct text *t)
{
	const struct lab_info *i = &s->info;
	double batches = i->n_train && i->knobs.batch ? (double)i->n_train / (double)i->knobs.batch : 0;

	if (batches <= 0 || i->phase == LAB_IDLE || i->phase == LAB_REPORTING)
		return;
	text_addf(t, "  epoch %.0f/%.0f", floor((double)i->step / batches) + 1, ceil((double)i->until / batches));
}

/* The right side of the status line, as much as `room` columns take: the epoch goes first, then the time left. */
static void
progress(const struct scene *s, int room, struct text *t)
{
	const struct lab_info *i = &s->info;
	char left[32];
	int digits = 1; /* a field that does not move: fewer cells change */

	time_left(left, sizeof left, s->eta);
	for (uint64_t n = i->until; n >= 10; n /= 10)
		digits++;
	for (int drop = 0; drop < 4; drop++) {
		text_clear(t);
		if (i->has_student || i->phase != LAB_IDLE)
			text_addf(t, drop < 3 ? "step %*llu/%llu" : "%*llu/%llu", digits, (unsigned long long)i->step,
				  (unsigned long long)i->until);
		if (drop < 1)
			epochs(s, t);
		if (s->rate > 0 && drop < 3)
			text_addf(t, "  %.0f st/s", s->rate);
		if (left[0] && drop < 2)
			text_addf(t, "  %s left", left);
		if (s->recording)
			text_add(t, scene_ascii(s) ? "  REC" : "  REC \u25CF");
		if (text_width(text_get(t)) <= room)
			return;
	}
}

static void
draw_status(const struct scene *s, struct canvas_area a)
{
	struct text t = { 0 };
	char word[64];
	int x;

	canvas_paint(a, 0, 0, a.width, CANVAS_TITLE);
	x = canvas_text(a, 1, 0, CANVAS_TITLE, "retort");
	if (a.width >= 60)
		x = canvas_textf(a, x + 2, 0, CANVAS_TITLE, "%.*s", a.width / 5, s->session);
	x = canvas_text(a, x + 2, 0, CANVAS_TITLE, phase(s, word, sizeof word));
	progress(s, a.width - x - 3, &t);
	canvas_text(a, a.width - 1 - text_width(text_get(&t)), 0, CANVAS_TITLE, text_get(&t));
	text_release(&t);
}

/* The panel of knobs in one line, where there is no column for it. */
static void
draw_folded(const struct scene *s, struct canvas_area a)
{
	static const char *const names[] = { "temperature", "kd-weight", "ce-weight", "lr" };
	static const char *const brief[] = { "T", "kd", "ce", "lr" };
	char value[64];
	int x = 0;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct knob *k = knob_find(names[i], NULL);
		bool selected = k == &knob_table[s->view.knob];

		x = canvas_textf(a, x, 0, selected ? CANVAS_REVERSE : CANVAS_PLAIN, "%s %s", brief[i],
				 knob_get(&s->info.knobs, k, value, sizeof value));
		x += 2;
	}
}

static void
draw_message(const struct scene *s, struct canvas_area a)
{
	if (s->question[0])
		canvas_text(a, 1, 0, CANVAS_WARN, s->question);
	else if (s->prompting && s->candidates[0])
		canvas_text(a, 1, 0, CANVAS_DIM, s->candidates);
	else
		canvas_text(a, 1, 0, s->message_is_error ? CANVAS_BAD : CANVAS_PLAIN, s->message);
}

/* What keys do everywhere, then the pane's own; a page and the editor have theirs alone. */
static void
draw_hints(const struct scene *s, struct canvas_area a)
{
	static const char everywhere[] = "Space pause  s step  +/- turn  u undo  m map  Tab pane  : type  ? help  q quit";
	bool alone = s->view.helping || s->view.editing;
	const char *own = s->view.helping ? pane_help.hints :
			  s->view.editing ? "hjkl move  1-9 weight  0 off  +/- nudge  Enter apply  Esc discard  q back" :
					    pane_table[s->view.focus]->hints;
	int x = alone ? -1 : canvas_text(a, 1, 0, CANVAS_DIM, everywhere);

	if (alone || x + 2 + text_width(own) <= a.width)
		canvas_text(a, x + 2, 0, CANVAS_DIM, own);
}

static void
draw_prompt(const struct scene *s, struct canvas_area a)
{
	if (!s->prompting)
		return;
	canvas_text(a, 0, 0, CANVAS_PLAIN, s->prompt);
	a.canvas->cursor_x = a.x + s->prompt_cursor;
	a.canvas->cursor_y = a.y;
}

/* "step 2417 val .247 >": all that fits on the smallest screen. */
static void
draw_one_line(const struct scene *s, struct canvas_area a)
{
	const struct series *nll = s->series[s->view.branch][METRIC_VAL_NLL];
	uint32_t step;
	double value;
	char number[32];
	int x;

	if (s->prompting) {
		draw_prompt(s, a);
		return;
	}
	if (s->message_is_error || s->question[0]) {
		draw_message(s, a);
		return;
	}
	x = canvas_textf(a, 0, 0, CANVAS_PLAIN, "step %llu", (unsigned long long)s->info.step);
	if (nll && series_last(nll, &step, &value))
		x = canvas_textf(a, x + 1, 0, CANVAS_CURVE1, "val %s", curve_number(value, number, sizeof number));
	canvas_text(a, x + 1, 0, CANVAS_PLAIN, s->info.paused ? "=" : ">");
}

static void
draw_rules(const struct scene *s, struct canvas *c, const struct layout *l)
{
	struct canvas_area rule = area_of(c, &l->rule), base = area_of(c, &l->base);

	for (int y = 0; y < rule.height; y++)
		canvas_text(rule, 0, y, CANVAS_DIM, scene_ascii(s) ? "|" : "\u2502");
	for (int x = 0; x < base.width; x++)
		canvas_text(base, x, 0, CANVAS_DIM,
			    scene_ascii(s) ? "-" : rule.height && x == l->rule.x ? "\u2534" : "\u2500");
}

void
pane_draw_all(const struct scene *s, struct canvas *c)
{
	struct layout l;

	canvas_clear(c);
	layout_make(s, c->width, c->height, &l);
	if (l.one_line) {
		draw_one_line(s, canvas_all(c));
		return;
	}
	for (size_t i = 0; i < pane_count; i++)
		if (l.pane[i].height)
			pane_table[i]->draw(s, area_of(c, &l.pane[i]));
	draw_rules(s, c, &l);
	draw_status(s, area_of(c, &l.status));
	draw_folded(s, area_of(c, &l.folded));
	draw_message(s, area_of(c, &l.message));
	draw_hints(s, area_of(c, &l.hints));
	draw_prompt(s, area_of(c, &l.prompt));
}

int
pane_heading(const struct scene *s, struct canvas_area a, int pane, const char *title)
{
	return canvas_text(a, 0, 0, s->view.focus == pane ? CANVAS_FOCUS : CANVAS_BOLD, title);
}
