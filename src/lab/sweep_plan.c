/* sweep_plan.c: the axes of a sweep are parsed and its points listed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/sweep_plan.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/rng.h"
#include "retort/base/text.h"

/* Words that are read one after another. */
struct words {
	int n, at;
	char *const *word;
};

/* The next word without a comma at its end, which ends the axis; NULL: the axis has no more. */
static bool
next_word(struct words *w, char *buf, size_t size, bool *ends)
{
	size_t len;

	if (*ends || w->at == w->n)
		return false;
	snprintf(buf, size, "%s", w->word[w->at++]);
	len = strlen(buf);
	*ends = len && buf[len - 1] == ',';
	if (*ends)
		buf[len - 1] = '\0';
	if (!*ends && w->at < w->n && strcmp(w->word[w->at], ",") == 0) {
		*ends = true;
		w->at++;
	}
	return buf[0] || !*ends;
}

#define WORD 256 /* bytes of a word with its NUL */

static void
add_value(struct sweep_plan_axis *a, const char *text)
{
	char **more = mem_array((size_t)a->n + 1, sizeof *more);

	for (int i = 0; i < a->n; i++)
		more[i] = a->value[i];
	more[a->n++] = mem_text(text);
	mem_free(a->value);
	a->value = more;
}

static bool
has_value(const struct sweep_plan_axis *a, const char *text)
{
	for (int i = 0; i < a->n; i++)
		if (strcmp(a->value[i], text) == 0)
			return true;
	return false;
}

/* ---- knobs ---- */

static int
check_knob(const struct knob *k, struct err *e)
{
	static const char *const other[] = { "eval-every", "eval-rows",  "log-every",
					     "keep-mib",   "keep-files", "best-by" };

	if (k->when == KNOB_VIEW)
		return err_set(e, "invalid knob '%s' (it changes the display only)", k->name);
	if (k->when == KNOB_FIXED && strcmp(k->name, "batch") != 0)
		return err_set(e,
			       "invalid knob '%s' (fixed: it cannot differ between runs of a "
			       "session; `set %s` before `student`)",
			       k->name, k->name);
	for (size_t i = 0; i < sizeof other / sizeof *other; i++)
		if (strcmp(k->name, other[i]) == 0)
			return err_set(e, "invalid knob '%s' (it does not change what is trained)",
				       k->name);
	return 0;
}

static int
check_value(const struct knob *k, const char *text, struct err *e)
{
	struct knobs trial;

	knob_defaults(&trial);
	return knob_set(&trial, k, text, e);
}

/* The text of a number of a range: six digits, of a whole number all. */
static void
print_value(const struct knob *k, double x, char *buf, size_t size)
{
	if (k->type == KNOB_INT)
		snprintf(buf, size, "%.0f", x);
	else
		snprintf(buf, size, "%.6g", x);
}

/* Value at `share` of a range. */
static double
range_at(const struct sweep_plan_axis *a, double share)
{
	if (share <= 0 || share >= 1)
		return share <= 0 ? a->low : a->high;
	return a->log ? exp(log(a->low) + share * (log(a->high) - log(a->low)))
		      : a->low + share * (a->high - a->low);
}

/* Parse "A..B". */
static int
parse_range(struct sweep_plan_axis *a, const char *word, struct err *e)
{
	const char *dots = strstr(word, "..");
	char low[64];

	snprintf(low, sizeof low, "%.*s", (int)(dots - word), word);
	if (text_to_double(low, &a->low) < 0 || text_to_double(dots + 2, &a->high) < 0)
		return err_set(e, "invalid range '%.60s' (expected A..B)", word);
	if (a->knob->type == KNOB_PICK)
		return err_set(e, "invalid range '%.60s' (expected a list of words)", word);
	if (check_value(a->knob, low, e) < 0 || check_value(a->knob, dots + 2, e) < 0)
		return -1;
	if (!(a->low < a->high))
		return err_set(e, "invalid range '%.60s' (expected the lower end first)", word);
	if (a->log && a->low <= 0)
		return err_set(e, "invalid range '%.60s' (log: expected numbers above 0)", word);
	a->is_range = true;
	return 0;
}

/* Give a range N values. */
static int
divide_range(struct sweep_plan_axis *a, const char *word, struct err *e)
{
	char text[64];
	int64_t n;

	if (text_to_int(word, &n) < 0 || n < 2 || n > SWEEP_PLAN_POINTS)
		return err_set(e, "invalid number of values 'x %.40s' (expected 2 to %d)", word,
			       SWEEP_PLAN_POINTS);
	for (int64_t i = 0; i < n; i++) {
		print_value(a->knob, range_at(a, (double)i / (double)(n - 1)), text, sizeof text);
		if (!has_value(a, text))
			add_value(a, text);
	}
	return 0;
}

/* Parse "1,2,4". */
static int
parse_list(struct sweep_plan_axis *a, const char *word, struct err *e)
{
	char item[WORD];

	for (const char *at = word, *end; at; at = end ? end + 1 : NULL) {
		end = strchr(at, ',');
		snprintf(item, sizeof item, "%.*s", (int)(end ? (size_t)(end - at) : strlen(at)),
			 at);
		if (check_value(a->knob, item, e) < 0)
			return -1;
		if (has_value(a, item))
			return err_set(e, "value %s of %s is there twice", item, a->knob->name);
		if (a->n == SWEEP_PLAN_POINTS)
			return err_set(e, "more than %d values of %s", SWEEP_PLAN_POINTS,
				       a->knob->name);
		add_value(a, item);
	}
	return 0;
}

/* The number behind "x", alone or "x8"; NULL: `word` is none. */
static const char *
times_of(struct words *w, const char *word, char *buf, size_t size, bool *ends)
{
	if (word[0] != 'x')
		return NULL;
	if (word[1])
		return word + 1;
	return next_word(w, buf, size, ends) ? buf : "";
}

/* Parse the values of a knob: "1,2,4", "A..B x N", "log A..B". */
static int
parse_values(struct sweep_plan_axis *a, struct words *w, bool *ends, struct err *e)
{
	char word[WORD], number[WORD];
	const char *times;

	if (!next_word(w, word, sizeof word, ends))
		return err_set(e, "missing values of %s (expected 1,2,4 or A..B x N)",
			       a->knob->name);
	a->log = strcmp(word, "log") == 0;
	if (a->log && !next_word(w, word, sizeof word, ends))
		return err_set(e, "missing range of %s (expected log A..B)", a->knob->name);
	if (!strstr(word, ".."))
		return a->log ? err_set(e, "invalid range '%.60s' (expected log A..B)", word)
			      : parse_list(a, word, e);
	if (parse_range(a, word, e) < 0)
		return -1;
	if (*ends || w->at == w->n || w->word[w->at][0] != 'x')
		return 0;
	next_word(w, word, sizeof word, ends);
	times = times_of(w, word, number, sizeof number, ends);
	return divide_range(a, times, e);
}

/* ---- axes ---- */

/* Parse one axis. */
static int
parse_axis(struct sweep_plan_axis *a, struct words *w, struct err *e)
{
	bool ends = false;
	char word[WORD];

	next_word(w, word, sizeof word, &ends);
	if (strcmp(word, "student") == 0) {
		while (w->at < w->n && strcmp(w->word[w->at], "random") != 0 &&
		       next_word(w, word, sizeof word, &ends)) {
			if (has_value(a, word))
				return err_set(e, "student '%s' is there twice", word);
			add_value(a, word);
		}
		return a->n ? 0
			    : err_set(e, "missing students (expected 'mlp 16' 'mlp 32', one "
					 "quoted word for each)");
	}
	a->knob = knob_find(word, e);
	if (!a->knob || check_knob(a->knob, e) < 0)
		return -1;
	if (parse_values(a, w, &ends, e) < 0)
		return -1;
	if (!ends && w->at < w->n && strcmp(w->word[w->at], "random") != 0)
		return err_set(e,
			       "unexpected word '%.40s' (expected a comma before the next knob, "
			       "x, random or for)",
			       w->word[w->at]);
	return 0;
}

/* Parse "random N" at the end. */
static int
parse_random(struct sweep_plan *p, struct words *w, struct err *e)
{
	const char *word;
	int64_t n;

	if (w->at == w->n)
		return 0;
	w->at++;
	word = w->at < w->n ? w->word[w->at] : "";
	if (text_to_int(word, &n) < 0 || n < 1 || n > SWEEP_PLAN_POINTS)
		return err_set(e, "invalid number of points 'random %.40s' (expected 1 to %d)",
			       word, SWEEP_PLAN_POINTS);
	if (w->at + 1 < w->n)
		return err_set(e, "unexpected word '%.40s' after random %s", w->word[w->at + 1],
			       word);
	p->drawn = (int)n;
	return 0;
}

/* Check that all axes are ranges, or all have their values, and count the points. */
static int
count_points(struct sweep_plan *p, struct err *e)
{
	double n = 1;

	for (int i = 0; i < p->n_axes; i++) {
		const struct sweep_plan_axis *a = &p->axis[i];

		if (p->drawn && a->n)
			return err_set(e,
				       "random: %s has a list of values (expected a range A..B "
				       "for each knob)",
				       sweep_plan_name(p, i));
		if (!p->drawn && !a->n)
			return err_set(e,
				       "missing number of values of %s (expected A..B x N, or "
				       "random N at the end)",
				       sweep_plan_name(p, i));
		n *= a->n;
	}
	if (!p->drawn && n > SWEEP_PLAN_POINTS)
		return err_set(e, "%.0f points (expected at most %d); `random %d` draws some", n,
			       SWEEP_PLAN_POINTS, SWEEP_PLAN_POINTS / 10);
	p->n_points = p->drawn ? p->drawn : (int)n;
	return 0;
}

/* Value of an axis at a point: of a product the last axis varies fastest. */
static char *
make_value(const struct sweep_plan *p, int point, int axis, uint64_t seed)
{
	const struct sweep_plan_axis *a = &p->axis[axis];
	int index = point;
	char text[64];

	if (!p->drawn) {
		for (int k = p->n_axes - 1; k > axis; k--)
			index /= p->axis[k].n;
		return mem_text(a->value[index % a->n]);
	}
	print_value(a->knob,
		    range_at(a, rng_unit(rng_stream(seed, "sweep", (uint64_t)point, (uint64_t)axis),
					 0)),
		    text, sizeof text);
	return mem_text(text);
}

static void
make_points(struct sweep_plan *p, uint64_t seed)
{
	p->value = mem_array((size_t)p->n_points * (size_t)p->n_axes, sizeof *p->value);
	for (int i = 0; i < p->n_points; i++)
		for (int k = 0; k < p->n_axes; k++)
			p->value[i * p->n_axes + k] = make_value(p, i, k, seed);
}

static int
parse_axes(struct sweep_plan *p, struct words *w, struct err *e)
{
	while (w->at < w->n && strcmp(w->word[w->at], "random") != 0) {
		struct sweep_plan_axis *a = &p->axis[p->n_axes];

		if (p->n_axes == SWEEP_PLAN_AXES)
			return err_set(e, "more than %d knobs at once", SWEEP_PLAN_AXES);
		p->n_axes++;
		if (parse_axis(a, w, e) < 0)
			return -1;
		p->fresh |= !a->knob || a->knob->when == KNOB_FIXED;
		for (int i = 0; i + 1 < p->n_axes; i++)
			if (p->axis[i].knob == a->knob)
				return err_set(e, "%s is there twice", sweep_plan_name(p, i));
	}
	return p->n_axes ? 0 : err_set(e, "missing knob (expected KNOB 1,2,4 for N)");
}

int
sweep_plan_parse(struct sweep_plan *p, int n, char *const *word, uint64_t seed, struct err *e)
{
	struct words w = { n, 0, word };

	memset(p, 0, sizeof *p);
	if (parse_axes(p, &w, e) < 0 || parse_random(p, &w, e) < 0 || count_points(p, e) < 0) {
		sweep_plan_release(p);
		return -1;
	}
	make_points(p, seed);
	return 0;
}

void
sweep_plan_release(struct sweep_plan *p)
{
	for (int i = 0; i < p->n_axes; i++) {
		for (int k = 0; k < p->axis[i].n; k++)
			mem_free(p->axis[i].value[k]);
		mem_free(p->axis[i].value);
	}
	for (int i = 0; p->value && i < p->n_points * p->n_axes; i++)
		mem_free(p->value[i]);
	mem_free(p->value);
	memset(p, 0, sizeof *p);
}

const char *
sweep_plan_value(const struct sweep_plan *p, int point, int axis)
{
	return p->value[point * p->n_axes + axis];
}

const char *
sweep_plan_name(const struct sweep_plan *p, int axis)
{
	return p->axis[axis].knob ? p->axis[axis].knob->name : "student";
}

const char *
sweep_plan_text(const struct sweep_plan *p, int point, char *buf, size_t size)
{
	struct text t = { 0 };

	for (int i = 0; i < p->n_axes; i++)
		text_item(&t, "%s %s", sweep_plan_name(p, i), sweep_plan_value(p, point, i));
	snprintf(buf, size, "%s", text_get(&t));
	text_release(&t);
	return buf;
}
