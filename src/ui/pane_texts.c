/* pane_texts.c: texts and their back-translations. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/text.h"
#include "retort/base/unicode.h"
#include "retort/ui/layout.h"
#include "retort/ui/pane.h"

#define MARGIN 6 /* columns left of a text: the similarity of the pair */

/* Position of the next word. */
struct position {
	struct canvas_area a;
	int x, y;
};

/* Whether a text contains a word, ignoring the case of ASCII letters. Words end at blanks. */
static bool
has_word(const char *text, const char *word, size_t len)
{
	for (const char *p = text; *p; p += strcspn(p, " ")) {
		p += strspn(p, " ");
		if (strcspn(p, " ") == len && strncasecmp(p, word, len) == 0)
			return true;
	}
	return false;
}

/* Draw a word and advance the position. A word that does not fit starts a row; one that is longer
 * than a row is broken. */
static void
draw_word(struct position *at, const char *word, size_t len, enum canvas_style style)
{
	char copy[256];
	size_t n, room = len < sizeof copy ? len : sizeof copy - 1;
	uint32_t cp;

	memcpy(copy, word, room);
	copy[room] = '\0';
	if (at->x && at->x + text_width(copy) > at->a.width) {
		at->x = 0;
		at->y++;
	}
	for (size_t i = 0; i < len; i += n) {
		int width;

		n = text_utf8(word + i, len - i, &cp);
		width = unicode_width(cp);
		if (at->x + width > at->a.width) {
			at->x = 0;
			at->y++;
		}
		if (at->y >= at->a.height)
			return;
		canvas_put(at->a, at->x, at->y, cp, style);
		at->x += width > 0 ? width : 0;
	}
	at->x++;
}

/* Draw a text from row `y`, words that `other` does not contain in style `new_look`. Returns the
 * next free row. */
static int
draw_text(struct canvas_area a, int y, const char *text, const char *other, enum canvas_style style,
	  enum canvas_style new_look)
{
	struct position at = { canvas_cut(a, 0, y, a.width, a.height - y), 0, 0 };

	for (const char *p = text + strspn(text, " "); *p && at.y < at.a.height && at.a.width > 0;
	     p += strspn(p, " ")) {
		size_t len = strcspn(p, " ");

		draw_word(&at, p, len, has_word(other, p, len) ? style : new_look);
		p += len;
	}
	return y + at.y + 1;
}

/* Whether the augmentation uses a pair: the same rule as in augment_backtranslate.c. */
static bool
is_used(const struct scene *s, const struct bitext_pair *p)
{
	return bitext_differs(p) && p->cosine >= s->info.run->settings.knobs.backtranslate_keep;
}

/* Draw similarity, text and back-translation. Returns the next free row. */
static int
draw_pair(const struct scene *s, struct canvas_area a, int y, const struct bitext_pair *p,
	  bool chosen)
{
	bool used = is_used(s, p);
	struct canvas_area right = canvas_cut(a, MARGIN, 0, a.width - MARGIN, a.height);

	canvas_textf(a, 1, y,
		     chosen ? CANVAS_BOLD
		     : used ? CANVAS_PLAIN
			    : CANVAS_DIM,
		     "%4.2f", p->cosine);
	y = draw_text(right, y, p->before, p->after, used ? CANVAS_PLAIN : CANVAS_DIM,
		      used ? CANVAS_MARK : CANVAS_DIM);
	if (y < a.height)
		y = draw_text(right, y, p->after, p->before, CANVAS_DIM,
			      used ? CANVAS_MARK : CANVAS_DIM);
	return y;
}

static size_t
count_used(const struct scene *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->bitext->n; i++)
		n += is_used(s, &s->bitext->pair[i]);
	return n;
}

static void
draw_progress(const struct scene *s, struct canvas_area a)
{
	const struct scene_translation *t = &s->translation;
	int bar = a.width > 60 ? 20 : 8;

	pane_meter(s, a, 1, 0, bar, t->total ? (double)t->done / (double)t->total : 0,
		   CANVAS_PLAIN);
	canvas_textf(a, bar + 2, 0, CANVAS_PLAIN, "%zu of %zu texts, %.0f sentences/s", t->done,
		     t->total, t->rate);
}

static void
draw_texts(const struct scene *s, struct canvas_area a)
{
	int y = 1, n = s->bitext ? (int)s->bitext->n : 0;
	const struct bitext *last = s->translation.last;
	char note[96];

	pane_heading(s, a, LAYOUT_texts, a.width >= 70 ? "texts and back-translations" : "texts");
	if (s->translation.total)
		draw_progress(s, canvas_cut(a, 0, y++, a.width, 1));
	for (size_t i = 0; last && i < last->n && y < a.height; i++)
		y = draw_pair(s, a, y, &last->pair[i], false);
	if (s->translation.total)
		return;
	if (n == 0) {
		canvas_text(a, 1, y, CANVAS_DIM,
			    a.width > 60 ? "no translations yet; start Apertium with "
					   ":augment backtranslate via spa"
					 : ":augment backtranslate via spa");
		return;
	}
	snprintf(note, sizeof note, "%d of %d, %zu used: similarity >= %.2f", s->view.pair + 1, n,
		 count_used(s), s->info.run->settings.knobs.backtranslate_keep);
	pane_note(a, note);
	for (int i = s->view.pair; i < n && y < a.height; i++)
		y = draw_pair(s, a, y, &s->bitext->pair[i], i == s->view.pair);
}

static const char *
empty_texts(const struct scene *s)
{
	return s->bitext || s->translation.total || s->info.io.kind == DATASET_TOKENS
		       ? NULL
		       : "no texts in the data; `data sentences` has some";
}

const struct pane pane_texts = {
	.name = "texts",
	.title = "Texts",
	.doc = "Texts before and after back-translation, with the similarity of each pair; changed "
	       "words are highlighted, unused pairs are dim.",
	.hints = "jk select  PgDn page  +/- least similarity",
	.draw = draw_texts,
	.empty = empty_texts,
};
