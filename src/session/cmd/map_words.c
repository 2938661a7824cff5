/* map_words.c: parse edits of the layer map. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd/map_words.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/choice.h"
#include "retort/kd/losses/loss_table.h"

/* Split "big:2" into network and layer. */
static int
split_layer(const char *word, const char *want, char *owner, size_t owner_size, char *layer,
	    size_t layer_size, struct err *e)
{
	const char *colon =
		strpbrk(word, ":."); /* "big:block2.attention", or "big.block2.attention" */

	if (!colon || colon == word || !colon[1] || (size_t)(colon - word) >= owner_size ||
	    strlen(colon + 1) >= layer_size)
		return err_set(e, "map: '%.40s' is no layer; %s", word, want);
	memcpy(owner, word, (size_t)(colon - word));
	owner[colon - word] = '\0';
	memcpy(layer, colon + 1, strlen(colon + 1) + 1);
	return 0;
}

/* Find a loss on layers by name. NULL and an error. */
static const struct loss *
find_layer_loss(const char *name, struct err *e)
{
	const struct loss *l = loss_table_find(name);

	if (l && loss_on_layers(l))
		return l;
	choice_invalid_next(e, "match", name, loss_table_layer_name);
	err_wrap(e, "map");
	return NULL;
}

/* Store one option of an edit. */
static int
store_option(const struct args *a, const struct args_value *v, struct request_map *m, struct err *e)
{
	const char *word = v->item->word ? v->item->word : "";

	if (strcmp(word, "off") == 0)
		m->off = true;
	else if (strcmp(word, "on") == 0)
		m->on = (enum model_tap)v->choice;
	else if (strcmp(word, "through") == 0)
		m->through = (enum layer_pair_through)(THROUGH_NONE + v->choice);
	else if (strcmp(word, "weight") == 0)
		m->weight = v->real;
	else if (strcmp(word, "match") == 0 && !(m->match = find_layer_loss(a->argv[v->at], e)))
		return -1;
	return 0;
}

static struct request_map *
add_edit(struct request_maps *r, const struct request_map *m, struct err *e)
{
	if (r->n == TRAIN_MAPS) {
		err_set(e, "map: more than %d edits", TRAIN_MAPS);
		return NULL;
	}
	r->map[r->n] = *m;
	return &r->map[r->n++];
}

/* Parse one item of a list, "2:1"; `len` bytes without a NUL. */
static int
parse_item(struct request_maps *r, const char *item, size_t len, const struct request_map *options,
	   struct err *e)
{
	const char *colon = memchr(item, ':', len);
	struct request_map *m;

	if (!colon || colon == item || colon + 1 == item + len ||
	    (size_t)(colon - item) >= sizeof m->t_layer ||
	    len - (size_t)(colon - item) > sizeof m->s_layer)
		return err_set(e,
			       "map: '%.*s' is no pair; a pair is LAYER:LAYER, the teacher's "
			       "first, like 2:1",
			       (int)len, item);
	m = add_edit(r, options, e);
	if (!m)
		return -1;
	snprintf(m->t_layer, sizeof m->t_layer, "%.*s", (int)(colon - item), item);
	snprintf(m->s_layer, sizeof m->s_layer, "%.*s", (int)(item + len - colon - 1), colon + 1);
	return 0;
}

/* Parse a rule, "uniform", or a list, "0:0,2:1,4:2". */
static int
parse_pairs(struct request_maps *r, const char *word, struct request_map *options, struct err *e)
{
	for (int i = REQUEST_UNIFORM; i < REQUEST_PAIRS; i++)
		if (strcmp(request_pairs_name[i], word) == 0) {
			options->pairs = (enum request_pairs)i;
			return add_edit(r, options, e) ? 0 : -1;
		}
	if (!strchr(word, ':')) {
		choice_invalid(e, "pairs", word,
			       "uniform, last, skip, first, auto, a list like 2:1,4:2");
		return err_wrap(e, "map");
	}
	for (const char *item = word, *next; item; item = next) {
		size_t len = strcspn(item, ",");

		next = item[len] ? item + len + 1 : NULL;
		if (parse_item(r, item, len, options, e) < 0)
			return -1;
	}
	return 0;
}

static int
parse_layers(struct request_maps *r, const char *teacher, const char *student,
	     struct request_map *m, struct err *e)
{
	char owner[NET_NAME];

	if (split_layer(teacher, "the teacher's is NAME:LAYER, like big:1", m->teacher,
			sizeof m->teacher, m->t_layer, sizeof m->t_layer, e) < 0 ||
	    split_layer(student, "the student's is s:LAYER, like s:1", owner, sizeof owner,
			m->s_layer, sizeof m->s_layer, e) < 0)
		return -1;
	if (strcmp(owner, "s") != 0)
		return err_set(e, "map: '%s' is not the student; its layers are s:LAYER", student);
	return add_edit(r, m, e) ? 0 : -1;
}

/* Add one edit: its teacher or teacher layer, its pairs or student layer, and its options. */
static int
add_edits(struct request_maps *r, const char *teacher, const char *pairs, struct request_map *m,
	  struct err *e)
{
	if (strpbrk(teacher, ":."))
		return parse_layers(r, teacher, pairs, m, e);
	if (cmd_copy(m->teacher, sizeof m->teacher, "map", teacher, e) < 0 ||
	    parse_pairs(r, pairs, m, e) < 0)
		return -1;
	if (m->off && m->pairs == REQUEST_AUTO)
		return err_set(e,
			       "map: auto off: the pairs that auto chooses now may not be mapped; "
			       "name the pairs, or `map clear`");
	return 0;
}

/* True if an edit begins with this value: the teacher after `and`. */
static bool
begins_edit(const struct args_value *v)
{
	return v->item->word && strcmp(v->item->word, "and") == 0;
}

int
map_words_parse(const struct args *a, int from, struct request_maps *r, struct err *e)
{
	for (int i = from; i < a->n;) {
		struct request_map m = { .weight = 1 };

		for (from = i, i += 2; i < a->n && !begins_edit(&a->value[i]); i++)
			if (store_option(a, &a->value[i], &m, e) < 0)
				return -1;
		if (add_edits(r, a->argv[a->value[from].at], a->argv[a->value[from + 1].at], &m,
			      e) < 0)
			return -1;
	}
	return 0;
}
