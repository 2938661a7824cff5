/* choice.c: words out of a list. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/choice.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/text.h"

#define LIST_MAX 260 /* bytes of a list in a message; struct err holds 400 */

#define NEAR_MAX 32 /* longer words are not compared */

/* Optimal string alignment distance (Damerau 1964), in three rows. */
static size_t
edit_distance(const char *a, size_t la, const char *b, size_t lb)
{
	size_t d[3][NEAR_MAX + 1];

	for (size_t j = 0; j <= lb; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t *now = d[i % 3], *up = d[(i + 2) % 3], *up2 = d[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t best = up[j - 1] + (a[i - 1] != b[j - 1]);

			best = up[j] + 1 < best ? up[j] + 1 : best;
			best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    up2[j - 2] + 1 < best)
				best = up2[j - 2] + 1;
			now[j] = best;
		}
	}
	return d[la % 3][lb];
}

/* One candidate for the nearest word; `best` is the smallest distance so far, its limit at first.
 */
struct nearest {
	const char *word;
	size_t len, best;
};

static bool
is_nearer(struct nearest *n, const char *name, size_t len)
{
	size_t d;

	if (n->len == 0 || n->len > NEAR_MAX || len > NEAR_MAX)
		return false;
	d = edit_distance(n->word, n->len, name, len);
	if (d >= n->best)
		return false;
	n->best = d;
	return true;
}

static struct nearest
nearest_to(const char *word)
{
	size_t len = strlen(word);

	return (struct nearest){ word, len, len / 3 + 1 };
}

const char *
choice_nearest_of(const char *word, const char *(*next)(const void *list, size_t i),
		  const void *list)
{
	struct nearest n = nearest_to(word);
	const char *found = NULL, *name;

	for (size_t i = 0; (name = next(list, i)); i++)
		found = is_nearer(&n, name, strlen(name)) ? name : found;
	return found;
}

/* Candidate i of a function without a list. */
static const char *
next_of(const void *list, size_t i)
{
	const char *(*const *next)(size_t i) = list;

	return (*next)(i);
}

const char *
choice_nearest(const char *word, const char *(*next)(size_t i))
{
	return choice_nearest_of(word, next_of, &next);
}

/* The next word of "a, b, c" at *list, its length in *len; NULL past the last. Moves *list on. */
static const char *
next_word(const char **list, size_t *len)
{
	const char *word = *list + strspn(*list, ", ");

	*len = strcspn(word, ", ");
	*list = word + *len;
	return *len ? word : NULL;
}

int
choice_invalid(struct err *e, const char *what, const char *word, const char *list)
{
	struct nearest n = nearest_to(word);
	const char *rest = list, *near = "", *w;
	size_t len, near_len = 0;
	char shown[LIST_MAX];

	while ((w = next_word(&rest, &len)))
		if (is_nearer(&n, w, len)) {
			near = w;
			near_len = len;
		}
	return err_set(e, "invalid %.40s '%.40s' (expected %s%s%s%.*s%s)", what, word,
		       strstr(list, ", ") ? "one of " : "", text_fit(shown, sizeof shown, list),
		       near_len ? "; did you mean " : "", (int)near_len, near, near_len ? "?" : "");
}

int
choice_invalid_next(struct err *e, const char *what, const char *word,
		    const char *(*next)(size_t i))
{
	struct text list = { 0 };

	text_items(&list, next);
	choice_invalid(e, what, word, text_get(&list));
	text_release(&list);
	return -1;
}

int
choice_unknown(struct err *e, const char *what, const char *word, const char *(*next)(size_t i),
	       const char *hint)
{
	const char *near = choice_nearest(word, next);

	return err_set(e, "unknown %.40s '%.40s' (%s%s%s)", what, word, near ? "did you mean " : "",
		       near ? near : hint, near ? "?" : "");
}

int
choice_find(const char *word, const char *list, const char *what, struct err *e)
{
	const char *rest = list, *w;
	size_t len;

	for (int i = 0; (w = next_word(&rest, &len)); i++)
		if (strlen(word) == len && memcmp(word, w, len) == 0)
			return i;
	return choice_invalid(e, what, word, list);
}

int
choice_find_next(const char *word, const char *(*next)(size_t i), const char *what, struct err *e)
{
	const char *name;

	for (int i = 0; (name = next((size_t)i)); i++)
		if (strcmp(word, name) == 0)
			return i;
	return choice_invalid_next(e, what, word, next);
}
