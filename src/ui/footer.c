/* footer.c: the rows below the panes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/footer.h"

#include <stdio.h>
#include <string.h>

#include "retort/ui/knoblist.h"
#include "retort/ui/layout.h"
#include "retort/ui/pane.h"

#define LIST_SCREEN 10 /* rows of a screen from which candidates have a row each */

/* Format "T 4" or "T 4~" under a ramp, "T 4->8?" while a change is pending. */
static void
format_knob(const struct scene *s, size_t row, const char *name, char *buf, size_t size)
{
	const struct knob *k = &knob_table[row];
	char value[64], pending[48] = "";

	if (s->pending[row])
		snprintf(pending, sizeof pending, "%s%s?", scene_arrow(s), s->pending_text[row]);
	if (scene_ramp(s, (int)row)) /* it changes at every step: fewer digits */
		snprintf(value, sizeof value, "%.4g~", knob_value(&s->info.run->settings.knobs, k));
	else
		knob_print_brief(&s->info.run->settings.knobs, k, value, sizeof value);
	snprintf(buf, size, "%s %s%s", name, value, pending);
}

void
footer_knobs(const struct scene *s, struct canvas_area a)
{
	static const char *const names[] = { NULL, "temperature", "kd-weight", "ce-weight", "lr" };
	static const char *const brief[] = { NULL, "T", "kd", "ce", "lr" };
	char text[160];
	int x = 0;

	for (size_t i = 0; i < sizeof names / sizeof *names && x < a.width; i++) {
		const struct knob *k = i ? knob_find(names[i], NULL) : &knob_table[s->view.knob];
		size_t row = (size_t)(k - knob_table);

		if (i && row == (size_t)s->view.knob)
			continue;
		format_knob(s, row, i ? brief[i] : k->name, text, sizeof text);
		if (i && x + text_width(text) > a.width) /* a cut number is another number */
			continue;
		if (!i)
			canvas_put(a, x++, 0, '>', CANVAS_BOLD);
		x = canvas_text_most(a, x, 0, a.width - x,
				     s->pending[row] ? CANVAS_PENDING
				     : i             ? CANVAS_PLAIN
						     : CANVAS_BOLD,
				     text) +
		    2;
	}
}

void
footer_events(const struct scene *s, struct canvas_area a)
{
	const struct scene_line *last;
	int x = 1;
	struct layout l;
	char text[512];

	layout_make(s, a.canvas->width, a.canvas->height, &l);
	if (s->view.focus == LAYOUT_knobs && !s->view.helping && !s->view.editing &&
	    !knoblist_help_rows(l.pane[LAYOUT_knobs].height - 1)) {
		canvas_text_most(a, 1, 0, a.width - 1, CANVAS_PLAIN,
				 knoblist_describe(s, s->view.knob, text, sizeof text));
		return;
	}
	for (size_t i = s->curves->n_marks; i-- > 0;) {
		const struct curves_mark *m = &s->curves->mark[i];

		if (!scene_has_mark(s, m, (unsigned)s->view.branch))
			continue;
		snprintf(text, sizeof text, " @%u %s", m->step, m->text);
		if (x > 1 && x + 1 + text_width(text) >= a.width)
			return;
		canvas_put(a, x, 0, (unsigned char)m->letter,
			   m->kind == CURVES_DIVERGED ? CANVAS_BAD : CANVAS_MARK);
		x = canvas_text_most(a, x + 1, 0, a.width - x - 1, CANVAS_PLAIN, text) + 4;
	}
	last = &s->log[(s->log_first + s->n_log + SCENE_LOG - 1) % SCENE_LOG];
	if (x == 1 && s->n_log && strcmp(last->text, s->message) != 0)
		canvas_text_most(a, 1, 0, a.width - 1, CANVAS_DIM, last->text);
}

/* Draw hints, which are separated by two blanks, as many as fit uncut; the part before the first
 * blank is the key. Returns the first one that did not fit. */
static const char *
draw_keys(struct canvas_area a, const char *hints)
{
	int x = 1;

	while (*hints) {
		const char *end = strstr(hints, "  ");
		int len = end ? (int)(end - hints) : (int)strlen(hints),
		    key = (int)strcspn(hints, " ");
		char text[64];

		key = key < len ? key : len;
		if (len >= (int)sizeof text || x + len > a.width)
			return hints;
		snprintf(text, sizeof text, "%.*s", key, hints);
		x = canvas_text(a, x, 0, CANVAS_PLAIN, text);
		snprintf(text, sizeof text, "%.*s", len - key, hints + key);
		x = canvas_text(a, x, 0, CANVAS_DIM, text) + 2;
		hints = end ? end + 2 : hints + len;
	}
	return hints;
}

/* Write the keys that answer the open question, as hints. */
static void
list_answers(const struct scene *s, char *out, size_t size)
{
	int n = 0;

	for (int i = 0; i < s->n_choices && (size_t)n < size; i++)
		n += snprintf(out + n, size - (size_t)n, "%s%c %s", i ? "  " : "", s->choice[i].key,
			      s->choice[i].label);
	for (int key = 1; key < 10 && !s->n_choices; key++) {
		const char *option;
		int len = scene_option(s, key, &option);

		if (len && (size_t)n < size)
			n += snprintf(out + n, size - (size_t)n, "%d %.*s  ", key, len, option);
	}
	if ((size_t)n < size)
		snprintf(out + n, size - (size_t)n, "%s",
			 s->n_choices ? ""
			 : n          ? "Esc cancel"
				      : "y yes  n no");
}

/* The keys for runs, where there is one. */
static void
list_run_keys(const struct scene *s, struct text *out)
{
	if (!s->info.run->has_student)
		return;
	if (s->view.focus != LAYOUT_gauge)
		text_add(out, "  f fork");
	text_add(out, "  B back");
	if (s->info.n_runs > 1 && s->view.focus != LAYOUT_runs)
		text_add(out, "  R runs");
	if (s->info.n_runs > 1)
		text_add(out, "  D difference");
}

/* The keys of the focused pane, help page or editor, with those that depend on the state. */
static void
list_own_keys(const struct scene *s, struct text *out)
{
	if (s->view.helping)
		text_add(out, pane_help.hints);
	else if (s->view.editing)
		text_add(out, "hjkl move  0-9 weight  c loss  p projection  o tensor  Enter apply  "
			      "Esc discard  t teacher  +/- change  q close");
	else
		text_addf(out, "%s%s", pane_table[s->view.focus]->hints,
			  s->info.phase != LAB_IDLE && s->info.paused ? "  s step" : "");
	if (!s->view.helping && !s->view.editing)
		list_run_keys(s, out);
}

/* The keys that work everywhere. */
static void
list_common_keys(const struct scene *s, struct text *out)
{
	const char *own = pane_table[s->view.focus]->hints;

	text_addf(out, ": command  ? help  q quit  Tab pane  %s  u undo  m map%s",
		  s->info.phase == LAB_IDLE ? "r run"
		  : s->info.paused          ? "Space resume"
					    : "Space pause",
		  strstr(own, "+/-") || s->view.focus == LAYOUT_runs ? "" : "  +/- knob");
}

/* Put the keys of the open prompt, question, help page or editor into `out`; of a pane its own,
 * before those that work everywhere where there are two rows. */
static void
list_keys(const struct scene *s, bool common_first, struct text *out)
{
	char answers[sizeof s->options + 64];

	if (s->prompting) {
		text_add(out, "Enter run  Tab complete  Up history  C-r search  Esc cancel");
	} else if (s->question[0]) {
		list_answers(s, answers, sizeof answers);
		text_add(out, answers);
	} else if (s->view.helping || s->view.editing || !common_first) {
		list_own_keys(s, out);
	} else {
		list_common_keys(s, out);
		text_add(out, "  ");
		list_own_keys(s, out);
	}
}

void
footer_hints(const struct scene *s, struct canvas_area a)
{
	bool is_pane = !s->prompting && !s->question[0] && !s->view.helping && !s->view.editing;
	struct text keys = { 0 };
	const char *rest;
	int row = 0;

	list_keys(s, a.height < 2, &keys);
	if (s->prompting && s->n_candidates && a.canvas->height >= LIST_SCREEN) {
		text_clear(&keys); /* the list is drawn over the rows above the prompt */
	} else if (s->prompting && s->candidates[0]) {
		canvas_text_most(a, 1, a.height - 1, a.width - 1, CANVAS_DIM, s->candidates);
		text_clear(&keys);
	}
	if ((s->prompting || s->question[0]) && text_width(text_get(&keys)) < a.width)
		row = a.height - 1;
	rest = draw_keys(canvas_cut(a, 0, row, a.width, 1), text_get(&keys));
	if (is_pane) {
		text_clear(&keys);
		list_common_keys(s, &keys);
		rest = text_get(&keys);
	}
	if (a.height > row + 1)
		draw_keys(canvas_cut(a, 0, row + 1, a.width, 1), rest);
	text_release(&keys);
}

/* Draw a text, wrapped in the rows of the area. Return the column after it. */
static int
draw_wrapped(struct canvas_area a, int x, enum canvas_style style, const char *text)
{
	int end = x;

	for (int y = 0; y < a.height && *text; y++) {
		size_t len = canvas_wrap(text, a.width - 1);
		char row[1024];

		if (y + 1 == a.height)
			return canvas_text_most(a, x, y, a.width - x, style, text);
		snprintf(row, sizeof row, "%.*s", (int)len, text);
		end = canvas_text(a, x, y, style, row);
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

	if (!hints && (s->options[0] || s->n_choices))
		list_answers(s, text, sizeof text);
	snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", text[0] ? "  " : "",
		 s->question);
	return draw_wrapped(a, 0, CANVAS_WARN, text);
}

void
footer_prompt(const struct scene *s, struct canvas_area a, bool hints)
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

void
footer_candidates(const struct scene *s, struct canvas_area a)
{
	int most = a.height / 2, n = s->n_candidates < most ? s->n_candidates : most, width = 0;
	bool more = s->all_candidates > n;

	if (!s->prompting || n == 0 || a.canvas->height < LIST_SCREEN)
		return;
	n -= more && n == most;
	for (int i = 0; i < n; i++)
		width = text_width(s->candidate[i].word) > width ? text_width(s->candidate[i].word)
								 : width;
	a = canvas_cut(a, 0, a.height - n - more, a.width, n + more);
	for (int i = 0; i < a.width * a.height; i++)
		canvas_put(a, i % a.width, i / a.width, ' ', CANVAS_PLAIN);
	for (int i = 0; i < n; i++) {
		canvas_text_most(a, 1, i, a.width - 1, CANVAS_BOLD, s->candidate[i].word);
		canvas_text_most(a, width + 3, i, a.width - width - 3, CANVAS_DIM,
				 s->candidate[i].doc);
	}
	if (more)
		canvas_textf(a, 1, n, CANVAS_DIM, "and %d more; go on typing",
			     s->all_candidates - n);
}
