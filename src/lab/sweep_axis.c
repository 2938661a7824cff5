/* sweep_axis.c: what varies in a sweep, and its values, are parsed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/sweep_axis.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"

/* Copy the next word without a comma at its end, which ends the axis. False: the axis has no more.
 */
static bool
next_word(struct sweep_axis_words *w, char *buf, size_t size, bool *ends)
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
add_value(struct sweep_axis *a, const char *text)
{
	char **more = mem_array((size_t)a->n + 1, sizeof *more);

	for (int i = 0; i < a->n; i++)
		more[i] = a->value[i];
	more[a->n++] = mem_text(text);
	mem_free(a->value);
	a->value = more;
}

static bool
has_value(const struct sweep_axis *a, const char *text)
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

/* ---- values ---- */

static int
check_value(const struct sweep_axis *a, const char *text, struct err *e)
{
	struct knobs trial;
	int64_t n;

	if (a->kind == SWEEP_AXIS_LABELS)
		return text_to_int(text, &n) == 0 && n >= 1
			       ? 0
			       : err_set(e, "invalid labels '%.60s' (expected 1 or more)", text);
	knob_defaults(&trial);
	return knob_set(&trial, a->knob, text, e);
}

static bool
is_whole(const struct sweep_axis *a)
{
	return a->kind == SWEEP_AXIS_LABELS || a->knob->type == KNOB_INT;
}

/* The text of a number of a range: six digits, of a whole number all. */
static void
print_value(const struct sweep_axis *a, double x, char *buf, size_t size)
{
	if (is_whole(a))
		snprintf(buf, size, "%.0f", x);
	else
		snprintf(buf, size, "%.6g", x);
}

/* Value at `share` of a range. */
static double
range_at(const struct sweep_axis *a, double share)
{
	if (share <= 0 || share >= 1)
		return share <= 0 ? a->low : a->high;
	return a->log ? exp(log(a->low) + share * (log(a->high) - log(a->low)))
		      : a->low + share * (a->high - a->low);
}

/* Parse "A..B". */
static int
parse_range(struct sweep_axis *a, const char *word, struct err *e)
{
	const char *dots = strstr(word, "..");
	char low[64];

	snprintf(low, sizeof low, "%.*s", (int)(dots - word), word);
	if (text_to_double(low, &a->low) < 0 || text_to_double(dots + 2, &a->high) < 0)
		return err_set(e, "invalid range '%.60s' (expected A..B)", word);
	if (!sweep_axis_is_number(a))
		return err_set(e, "invalid range '%.60s' (expected a list of words)", word);
	if (check_value(a, low, e) < 0 || check_value(a, dots + 2, e) < 0)
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
divide_range(struct sweep_axis *a, const char *word, struct err *e)
{
	char text[64];
	int64_t n;

	if (text_to_int(word, &n) < 0 || n < 2 || n > SWEEP_AXIS_VALUES)
		return err_set(e, "invalid number of values 'x %.40s' (expected 2 to %d)", word,
			       SWEEP_AXIS_VALUES);
	for (int64_t i = 0; i < n; i++) {
		print_value(a, range_at(a, (double)i / (double)(n - 1)), text, sizeof text);
		if (!has_value(a, text))
			add_value(a, text);
	}
	return 0;
}

/* Parse "1,2,4". */
static int
parse_list(struct sweep_axis *a, const char *word, struct err *e)
{
	char item[WORD];

	for (const char *at = word, *end; at; at = end ? end + 1 : NULL) {
		end = strchr(at, ',');
		snprintf(item, sizeof item, "%.*s", (int)(end ? (size_t)(end - at) : strlen(at)),
			 at);
		if (check_value(a, item, e) < 0)
			return -1;
		if (has_value(a, item))
			return err_set(e, "value %s of %s is there twice", item,
				       sweep_axis_name(a));
		if (a->n == SWEEP_AXIS_VALUES)
			return err_set(e, "more than %d values of %s", SWEEP_AXIS_VALUES,
				       sweep_axis_name(a));
		add_value(a, item);
	}
	return 0;
}

/* The number behind "x", alone or "x8"; NULL: `word` is none. */
static const char *
times_of(struct sweep_axis_words *w, const char *word, char *buf, size_t size, bool *ends)
{
	if (word[0] != 'x')
		return NULL;
	if (word[1])
		return word + 1;
	return next_word(w, buf, size, ends) ? buf : "";
}

/* Parse the values of a knob: "1,2,4", "A..B x N", "log A..B". */
static int
parse_values(struct sweep_axis *a, struct sweep_axis_words *w, bool *ends, struct err *e)
{
	char word[WORD], number[WORD];
	const char *times;

	if (!next_word(w, word, sizeof word, ends))
		return err_set(e, "missing values of %s (expected 1,2,4 or A..B x N)",
			       sweep_axis_name(a));
	a->log = strcmp(word, "log") == 0;
	if (a->log && !next_word(w, word, sizeof word, ends))
		return err_set(e, "missing range of %s (expected log A..B)", sweep_axis_name(a));
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

const char *
sweep_axis_name(const struct sweep_axis *a)
{
	return a->kind == SWEEP_AXIS_STUDENT  ? "student"
	       : a->kind == SWEEP_AXIS_LABELS ? "labels"
					      : a->knob->name;
}

bool
sweep_axis_is_number(const struct sweep_axis *a)
{
	return a->kind == SWEEP_AXIS_LABELS ||
	       (a->kind == SWEEP_AXIS_KNOB && a->knob->type != KNOB_PICK);
}

bool
sweep_axis_is_fresh(const struct sweep_axis *a)
{
	return a->kind != SWEEP_AXIS_KNOB || a->knob->when == KNOB_FIXED;
}

void
sweep_axis_draw(const struct sweep_axis *a, double share, char *buf, size_t size)
{
	print_value(a, range_at(a, share), buf, size);
}

void
sweep_axis_release(struct sweep_axis *a)
{
	for (int k = 0; k < a->n; k++)
		mem_free(a->value[k]);
	mem_free(a->value);
}

bool
sweep_axis_ends(const struct sweep_axis_words *w)
{
	return w->at == w->n || strcmp(w->word[w->at], "random") == 0;
}

/* Parse the models of the student. */
static int
parse_students(struct sweep_axis *a, struct sweep_axis_words *w, bool *ends, struct err *e)
{
	char word[WORD];

	while (!sweep_axis_ends(w) && next_word(w, word, sizeof word, ends)) {
		if (has_value(a, word))
			return err_set(e, "student '%s' is there twice", word);
		add_value(a, word);
	}
	return a->n ? 0
		    : err_set(e, "missing students (expected 'mlp 16' 'mlp 32', one quoted word "
				 "for each)");
}

/* Refuse what of a session would change the rows that points are compared on. */
static int
check_word(const char *word, struct err *e)
{
	static const char *const data[] = { "data", "held-out", "target", "unlabelled" };

	for (size_t i = 0; i < sizeof data / sizeof *data; i++)
		if (strcmp(word, data[i]) == 0)
			return err_set(e,
				       "invalid axis '%s' (other data have other held-out rows, "
				       "which cannot be compared; of the data `labels 50,100` can "
				       "differ)",
				       word);
	if (strcmp(word, "seed") == 0)
		return err_set(e, "invalid axis 'seed' (it changes the held-out rows; `seeds 5` "
				  "trains each point under 5 seeds)");
	return 0;
}

/* Find what varies. */
static int
find_axis(struct sweep_axis *a, const char *word, struct err *e)
{
	if (strcmp(word, "labels") == 0) {
		a->kind = SWEEP_AXIS_LABELS;
		return 0;
	}
	if (check_word(word, e) < 0)
		return -1;
	a->knob = knob_find(word, e);
	return a->knob ? check_knob(a->knob, e) : -1;
}

int
sweep_axis_parse(struct sweep_axis *a, struct sweep_axis_words *w, struct err *e)
{
	bool ends = false;
	char word[WORD];

	next_word(w, word, sizeof word, &ends);
	if (strcmp(word, "student") == 0) {
		a->kind = SWEEP_AXIS_STUDENT;
		return parse_students(a, w, &ends, e);
	}
	if (find_axis(a, word, e) < 0 || parse_values(a, w, &ends, e) < 0)
		return -1;
	if (!ends && !sweep_axis_ends(w))
		return err_set(e,
			       "unexpected word '%.40s' (expected a comma before the next knob, "
			       "x, random or for)",
			       w->word[w->at]);
	return 0;
}
