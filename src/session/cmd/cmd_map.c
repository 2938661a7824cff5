/* cmd_map.c: `map`: pairs of teacher and student layers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd/map_words.h"

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

static int
exec_map(struct cmd_call *c, struct err *e)
{
	return map_words_parse(&c->args, 0, &cmd_request(c, REQUEST_MAP)->u.map, e);
}

static const struct grammar_form map_forms[] = {
	GRAMMAR_ALONE(exec_list),
	GRAMMAR_FORM(exec_clear, { .word = "clear", .help = "remove all pairs" }),
	GRAMMAR_FORM(exec_map, { .name = "TEACHER:LAYER", .kind = GRAMMAR_TEACHER_LAYER },
		     MAP_WORDS_LAYERS),
	GRAMMAR_FORM(exec_map, { .name = "TEACHER", .kind = GRAMMAR_TEACHER }, MAP_WORDS_PAIRS),
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
