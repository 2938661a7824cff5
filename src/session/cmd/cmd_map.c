/* cmd_map.c: `map`: pairs of teacher and student layers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/losses/loss_table.h"
#include "retort/session/cmd.h"

#include <stdio.h>
#include <string.h>

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
	struct text names = { 0 };

	if (l && loss_on_layers(l))
		return l;
	text_items(&names, loss_table_layer_name);
	err_set(e, "map: match: '%.40s' is none of %s", name, text_get(&names));
	text_release(&names);
	return NULL;
}

static int
parse_tap(const char *name, enum model_tap *out, struct err *e)
{
	for (int i = 0; i < MODEL_TAPS; i++)
		if (strcmp(model_tap_name[i], name) == 0) {
			*out = (enum model_tap)i;
			return 0;
		}
	return err_set(e,
		       "map: on: '%.40s' is none of hidden, attention, value, query, key, scores",
		       name);
}

static int
parse_through(const char *name, enum layer_pair_through *out, struct err *e)
{
	for (int i = THROUGH_NONE; i < THROUGH_COUNT; i++)
		if (strcmp(layer_pair_through_name[i], name) == 0) {
			*out = (enum layer_pair_through)i;
			return 0;
		}
	return err_set(e, "map: through: '%.40s' is none of none, linear, conv1x1, shared", name);
}

/* Parse an option of an edit and its value, if it has one. Returns the number of words, or -1 and
 * an error. */
static int
parse_option(const char *key, const char *value, struct request_map *m, struct err *e)
{
	if (strcmp(key, "off") == 0) {
		m->off = true;
		return 1;
	}
	if (strcmp(key, "match") == 0)
		return (m->match = find_layer_loss(value, e)) ? 2 : -1;
	if (strcmp(key, "on") == 0)
		return parse_tap(value, &m->on, e) < 0 ? -1 : 2;
	if (strcmp(key, "through") == 0)
		return parse_through(value, &m->through, e) < 0 ? -1 : 2;
	if (strcmp(key, "weight") == 0)
		return cmd_real("map: weight", value, &m->weight, e) < 0 ? -1 : 2;
	return err_set(e, "map: '%.40s' is none of match, on, through, weight, off, and", key);
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
	if (!strchr(word, ':'))
		return err_set(e,
			       "map: '%.40s' is none of uniform, last, skip, first, auto, and no "
			       "list like 2:1,4:2",
			       word);
	for (const char *item = word, *next; item; item = next) {
		size_t len = strcspn(item, ",");

		next = item[len] ? item + len + 1 : NULL;
		if (parse_item(r, item, len, options, e) < 0)
			return -1;
	}
	return 0;
}

static int
parse_layers(struct cmd_call *c, int i, struct request_maps *r, struct request_map *m,
	     struct err *e)
{
	char owner[NET_NAME];

	if (split_layer(c->argv[i], "the teacher's is NAME:LAYER, like big:1", m->teacher,
			sizeof m->teacher, m->t_layer, sizeof m->t_layer, e) < 0 ||
	    split_layer(c->argv[i + 1], "the student's is s:LAYER, like s:1", owner, sizeof owner,
			m->s_layer, sizeof m->s_layer, e) < 0)
		return -1;
	if (strcmp(owner, "s") != 0)
		return err_set(e, "map: '%s' is not the student; its layers are s:LAYER",
			       c->argv[i + 1]);
	return add_edit(r, m, e) ? 0 : -1;
}

/* Parse one edit: its pairs and options, up to `and` or the end; set *i to that position. */
static int
parse_edit(struct cmd_call *c, int *i, struct request_maps *r, struct err *e)
{
	struct request_map m = { .weight = 1 };
	int from = *i + 2, words;

	if (from > c->argc)
		return err_set(e, "map: `map TEACHER:LAYER s:LAYER [on TAP] [match LOSS] [through "
				  "PROJECTION] [weight W] | off`");
	for (*i = from; *i < c->argc && strcmp(c->argv[*i], "and") != 0; *i += words)
		if ((words = parse_option(c->argv[*i], *i + 1 < c->argc ? c->argv[*i + 1] : "", &m,
					  e)) < 0)
			return -1;
	if (strpbrk(c->argv[from - 2], ":."))
		return parse_layers(c, from - 2, r, &m, e);
	if (cmd_copy(m.teacher, sizeof m.teacher, "map", c->argv[from - 2], e) < 0 ||
	    parse_pairs(r, c->argv[from - 1], &m, e) < 0)
		return -1;
	if (m.off && m.pairs == REQUEST_AUTO)
		return err_set(e,
			       "map: auto off: the pairs that auto chooses now may not be mapped; "
			       "name the pairs, or `map clear`");
	return 0;
}

static void
print_maps(struct cmd_call *c)
{
	for (int i = 0; i < c->info->run.settings.n_maps; i++) {
		const struct layer_pair *m = &c->info->run.settings.map[i];
		const struct net_info *t = &c->info->teacher[m->teacher];

		text_addf(&c->output, "map%u  %s:%s s:%s on %s match %s weight %g%s%s\n",
			  m->slot + 1, t->name, t->layer[m->t_layer].name,
			  c->info->run.student.layer[m->s_layer].name, model_tap_name[m->on],
			  m->match->name, m->weight,
			  m->projected ? ", through a learned projection" : "",
			  m->through == THROUGH_SHARED ? " that is shared" : "");
	}
	if (c->info->run.settings.n_maps == 0)
		text_add(&c->output, "no layers are mapped\n");
}

static int
exec_map(struct cmd_call *c, struct err *e)
{
	struct request_maps *r;

	if (c->argc == 0) {
		print_maps(c);
		return 0;
	}
	r = &cmd_request(c, REQUEST_MAP)->u.map;
	if (c->argc == 1 && strcmp(c->argv[0], "clear") == 0)
		return 0;
	for (int i = 0; i < c->argc; i++)
		if (parse_edit(c, &i, r, e) < 0)
			return -1;
	return 0;
}

/* How a pair is compared, in any order. */
#define MAP_OPTIONS                                                             \
	{ .word = "on",                                                         \
	  .kind = GRAMMAR_CHOICE,                                               \
	  .flags = GRAMMAR_ANY,                                                 \
	  .choices = "hidden, attention, value, query, key, scores",            \
	  .help = "part of the layers that is compared" },                      \
		{ .word = "match",                                              \
		  .name = "LOSS",                                               \
		  .kind = GRAMMAR_LAYER_LOSS,                                   \
		  .flags = GRAMMAR_ANY,                                         \
		  .help = "loss between the layers" },                          \
		{ .word = "through",                                            \
		  .kind = GRAMMAR_CHOICE,                                       \
		  .flags = GRAMMAR_ANY,                                         \
		  .choices = "none, linear, conv1x1, shared",                   \
		  .help = "projection of the student layer" },                  \
		{ .word = "weight",                                             \
		  .name = "W",                                                  \
		  .kind = GRAMMAR_REAL,                                         \
		  .flags = GRAMMAR_ANY,                                         \
		  .help = "weight of the term" },                               \
	{                                                                       \
		.word = "off", .flags = GRAMMAR_ANY, .help = "remove the pairs" \
	}

static const struct grammar_form map_forms[] = {
	GRAMMAR_FORM(),
	GRAMMAR_FORM({ .word = "clear" }),
	GRAMMAR_FORM({ .name = "TEACHER:LAYER", .kind = GRAMMAR_TEACHER_LAYER },
		     { .name = "s:LAYER", .kind = GRAMMAR_STUDENT_LAYER }, MAP_OPTIONS,
		     { .word = "and",
		       .name = "TEACHER:LAYER",
		       .kind = GRAMMAR_TEACHER_LAYER,
		       .flags = GRAMMAR_ANY | GRAMMAR_REPEAT | GRAMMAR_AGAIN,
		       .help = "a further edit" },
		     { .name = "s:LAYER", .kind = GRAMMAR_STUDENT_LAYER, .flags = GRAMMAR_MORE }),
	GRAMMAR_FORM({ .name = "TEACHER", .kind = GRAMMAR_TEACHER },
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
	{ NULL }
};

const struct cmd cmd_map = {
	.name = "map",
	.form = map_forms,
	.flags = CMD_RECORD,
	.doc = "Map layers of a teacher to layers of the student; all pairs of one line change "
	       "at one step.",
	.example = "map big:1 s:1 match hidden weight 0.5",
	.exec = exec_map,
};
