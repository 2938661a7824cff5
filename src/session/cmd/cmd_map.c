/* cmd_map.c: `map`: pairs of teacher and student layers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/losses/loss_table.h"
#include "retort/session/cmd.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/choice.h"

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

static void
print_maps(struct cmd_call *c)
{
	for (int i = 0; i < c->info->run->settings.n_maps; i++) {
		const struct layer_pair *m = &c->info->run->settings.map[i];
		const struct net_info *t = &c->info->teacher[m->teacher];

		text_addf(&c->output, "map%u  %s:%s s:%s on %s match %s weight %g%s%s\n",
			  m->slot + 1, t->name, t->layer[m->t_layer].name,
			  c->info->run->student.layer[m->s_layer].name, model_tap_name[m->on],
			  m->match->name, m->weight,
			  m->projected ? ", through a learned projection" : "",
			  m->through == THROUGH_SHARED ? " that is shared" : "");
	}
	if (c->info->run->settings.n_maps == 0)
		text_add(&c->output, "no layers are mapped\n");
}

static int
exec_list(struct cmd_call *c, struct err *e)
{
	(void)e;
	print_maps(c);
	return 0;
}

static int
exec_clear(struct cmd_call *c, struct err *e)
{
	(void)e;
	cmd_request(c, REQUEST_MAP);
	return 0;
}

/* True if an edit begins with this value: the teacher after `and`. */
static bool
begins_edit(const struct args_value *v)
{
	return v->item->word && strcmp(v->item->word, "and") == 0;
}

/* Add the edits of a line: each begins with two arguments, which its options follow. */
static int
exec_map(struct cmd_call *c, struct err *e)
{
	struct request_maps *r = &cmd_request(c, REQUEST_MAP)->u.map;
	const struct args *a = &c->args;

	for (int i = 0, from; i < a->n;) {
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

/* How a pair is compared, in any order. */
#define MAP_OPTIONS                                                                             \
	GRAMMAR_ONE_OF("on", "hidden, attention, value, query, key, scores",                    \
		       "part of the layers that is compared"),                                  \
		GRAMMAR_OPTION("match", "LOSS", GRAMMAR_LAYER_LOSS, "loss between the layers"), \
		GRAMMAR_ONE_OF("through", "none, linear, conv1x1, shared",                      \
			       "projection of the student layer"),                              \
		GRAMMAR_OPTION("weight", "W", GRAMMAR_REAL, "weight of the term"),              \
		GRAMMAR_FLAG("off", "remove the pairs")

static const struct grammar_form map_forms[] = {
	GRAMMAR_ALONE(exec_list),
	GRAMMAR_FORM(exec_clear, { .word = "clear", .help = "remove all pairs" }),
	GRAMMAR_FORM(exec_map, { .name = "TEACHER:LAYER", .kind = GRAMMAR_TEACHER_LAYER },
		     { .name = "s:LAYER", .kind = GRAMMAR_STUDENT_LAYER }, MAP_OPTIONS,
		     { .word = "and",
		       .name = "TEACHER:LAYER",
		       .kind = GRAMMAR_TEACHER_LAYER,
		       .flags = GRAMMAR_ANY | GRAMMAR_REPEAT | GRAMMAR_AGAIN,
		       .help = "a further edit" },
		     { .name = "s:LAYER", .kind = GRAMMAR_STUDENT_LAYER, .flags = GRAMMAR_MORE }),
	GRAMMAR_FORM(exec_map, { .name = "TEACHER", .kind = GRAMMAR_TEACHER },
		     { .name = "LIST|uniform|last|skip|first|auto", .kind = GRAMMAR_PAIRS },
		     MAP_OPTIONS,
		     { .word = "and",
		       .name = "TEACHER",
		       .kind = GRAMMAR_TEACHER,
		       .flags = GRAMMAR_ANY | GRAMMAR_REPEAT | GRAMMAR_AGAIN,
		       .help = "a further edit" },
		     { .name = "LIST|uniform|last|skip|first|auto",
		       .kind = GRAMMAR_PAIRS,
		       .flags = GRAMMAR_MORE }),
	{ 0 }
};

const struct cmd cmd_map = {
	.name = "map",
	.form = map_forms,
	.flags = CMD_RECORD,
	.doc = "Map layers of a teacher to layers of the student; all pairs of one line change "
	       "at one step.",
	.example = "map big:1 s:1 match hidden weight 0.5",
};
