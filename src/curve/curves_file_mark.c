/* curves_file_mark.c: lines of markers in files of curves. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/curve/curves_file_mark.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/choice.h"
#include "retort/conf/knob.h"

#define KINDS "tweak, map, note, stop, diverged, run, stage" /* enum curves_mark_kind */

/* Append word i of a list. */
static void
add_word(struct text *out, const char *list, int i)
{
	for (; i; i--)
		list = strstr(list, ", ") + 2;
	text_bytes(out, list, strcspn(list, ","));
}

/* Append the legs of a ramp, "FROM:TO/OVER/SHAPE/JUMPS,TO/...", or "-". */
static void
add_ramp(struct text *out, const struct ramp *r)
{
	char number[40];

	if (r->n == 0) {
		text_add(out, "-");
		return;
	}
	text_addf(out, "%s:", text_number(number, sizeof number, r->from));
	for (int i = 0; i < r->n; i++)
		text_addf(out, "%s%s/%u/%d/%u", i ? "," : "",
			  text_number(number, sizeof number, r->leg[i].to), r->leg[i].over,
			  (int)r->leg[i].shape, r->leg[i].jumps);
}

void
curves_file_mark_write(const struct curves *c, const struct curves_mark *m, struct text *out)
{
	char label[CURVES_LABEL], from[40], to[40];

	text_addf(out, "# mark %u %s ", m->step, curves_label(c, m->run, m->branch, label));
	add_word(out, KINDS, (int)m->kind);
	text_addf(out, " %s %s %s ", m->knob < 0 ? "-" : knob_table[m->knob].name,
		  text_number(from, sizeof from, m->from), text_number(to, sizeof to, m->to));
	add_ramp(out, &m->ramp);
	text_add(out, " ");
	for (const char *s = m->text; *s; s++)
		text_bytes(out, iscntrl((unsigned char)*s) ? " " : s, 1);
	text_add(out, "\n");
}

/* ---- reading ---- */

/* Cut the next word off the rest of a line, "" at its end. */
static char *
next_word(char **rest)
{
	char *w = strsep(rest, " ");

	return w ? w : (char *)"";
}

static int
parse_leg(char *word, struct ramp_leg *leg, struct err *e)
{
	char *rest = word, *to = strsep(&rest, "/"), *over = strsep(&rest, "/"),
	     *shape = strsep(&rest, "/");
	int64_t n, s, jumps;

	if (!rest || text_to_double(to, &leg->to) < 0 || text_to_int(over, &n) < 0 || n < 1 ||
	    n > RAMP_MOST || text_to_int(shape, &s) < 0 || s < 0 || s >= RAMP_SHAPES ||
	    text_to_int(rest, &jumps) < 0 || jumps < 0 || jumps > n ||
	    (s == RAMP_STEPS && jumps == 0))
		return err_set(e, "invalid leg of a ramp (expected TO/OVER/SHAPE/JUMPS)");
	leg->over = (uint32_t)n;
	leg->shape = (enum ramp_shape)s;
	leg->jumps = (uint32_t)jumps;
	return 0;
}

static int
parse_ramp(char *word, struct ramp *r, struct err *e)
{
	char *rest = word, *from = strsep(&rest, ":"), *leg;

	if (strcmp(from, "-") == 0 && !rest)
		return 0;
	if (!rest || text_to_double(from, &r->from) < 0)
		return err_set(e, "invalid ramp '%.40s' (expected - or FROM:TO/OVER/SHAPE/JUMPS)",
			       from);
	while ((leg = strsep(&rest, ","))) {
		if (r->n == RAMP_LEGS)
			return err_set(e, "a ramp of more than %d legs", RAMP_LEGS);
		if (parse_leg(leg, &r->leg[r->n++], e) < 0)
			return -1;
	}
	return 0;
}

int
curves_file_mark_read(struct curves *c, unsigned run, unsigned branch, uint32_t step, char *rest,
		      struct err *e)
{
	const char *kind = next_word(&rest), *name = next_word(&rest), *from = next_word(&rest),
		   *to = next_word(&rest);
	char *legs = next_word(&rest);
	int k = choice_find(kind, KINDS, "kind of a marker", e), knob = -1;
	const struct knob *d = NULL;
	struct ramp ramp = { 0 };
	double a, b;

	if (k < 0)
		return -1;
	if (strcmp(name, "-") != 0) {
		if (!(d = knob_find(name, e)))
			return -1;
		knob = (int)(d - knob_table);
	}
	if (text_to_double(from, &a) < 0 || text_to_double(to, &b) < 0)
		return err_set(e,
			       "invalid values '%.40s' and '%.40s' of a marker (expected "
			       "numbers)",
			       from, to);
	if (parse_ramp(legs, &ramp, e) < 0)
		return -1;
	if (ramp.n && knob < 0)
		return err_set(e, "a ramp without a knob");
	ramp.knob = knob;
	ramp.start = step;
	curves_mark(c, (enum curves_mark_kind)k, run, branch, step, rest ? rest : "", knob, a, b)
		->ramp = ramp;
	return 0;
}
