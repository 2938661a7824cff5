/* curves_mark.c: markers of changes, with letters. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/conf/knob.h"
#include "retort/curve/curves.h"

/* The letter of a new marker: a..z in turn for tweaks and notes, a sign for other kinds. */
static char
next_letter(const struct curves *c, enum curves_mark_kind kind)
{
	unsigned letters = 0;

	switch (kind) {
	case CURVES_MAP:
		return '+';
	case CURVES_STOP:
		return '.';
	case CURVES_DIVERGED:
		return '!';
	case CURVES_RUN:
		return '|';
	case CURVES_STAGE:
		return '>';
	case CURVES_TWEAK:
	case CURVES_NOTE:
		break;
	}
	for (size_t i = 0; i < c->n_marks; i++)
		letters += c->mark[i].kind == CURVES_TWEAK || c->mark[i].kind == CURVES_NOTE;
	return (char)('a' + letters % 26);
}

/* Copy a text, or as many characters as fit and an ellipsis. */
static void
copy_text(char *to, size_t size, const char *text)
{
	static const char more[] = "\u2026";
	size_t n = strlen(text);

	if (n >= size) {
		for (n = size - sizeof more; n && ((unsigned char)text[n] & 0xC0) == 0x80;)
			n--;
		snprintf(to, size, "%.*s%s", (int)n, text, more);
		return;
	}
	memcpy(to, text, n + 1);
}

struct curves_mark *
curves_mark(struct curves *c, enum curves_mark_kind kind, unsigned run, unsigned branch,
	    uint32_t step, const char *text, int knob, double from, double to)
{
	struct curves_mark *m;

	mem_grow(&c->mark, &c->cap_marks, c->n_marks + 1, sizeof *c->mark);
	m = &c->mark[c->n_marks];
	*m = (struct curves_mark){ .kind = kind,
				   .branch = (uint16_t)branch,
				   .run = curves_owner(run, branch),
				   .step = step,
				   .letter = next_letter(c, kind),
				   .knob = knob,
				   .from = from,
				   .to = to };
	copy_text(m->text, sizeof m->text, text);
	c->n_marks++;
	c->marked++;
	return m;
}

double
curves_mark_value(const struct curves_mark *m, uint32_t step)
{
	double x = m->ramp.n ? ramp_value(&m->ramp, step) : m->to;

	return knob_table[m->knob].type == KNOB_INT ? floor(x + 0.5) : x;
}

/* Index after the marker with which the last work of a run began at a step; 0: none did. */
static size_t
begun_at(const struct curves *c, unsigned run, uint32_t step)
{
	size_t i = c->n_marks;

	while (i > 0 &&
	       !(c->mark[i - 1].run == run && c->mark[i - 1].step == step &&
		 (c->mark[i - 1].kind == CURVES_RUN || c->mark[i - 1].kind == CURVES_STAGE)))
		i--;
	return i;
}

void
curves_mark_cut(struct curves *c, unsigned run, unsigned to, uint32_t step)
{
	size_t stay = begun_at(c, run, step);

	for (size_t i = 0; i < c->n_marks; i++) {
		struct curves_mark *m = &c->mark[i];

		if (m->run == run && m->branch == BRANCH_STUDENT &&
		    (m->step > step || (m->step == step && i >= stay)))
			m->run = to;
	}
}
