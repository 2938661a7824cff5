/* cmd_stage.c: `stage`, `freeze`, `thaw`: runs with their own settings, and frozen layers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

#include <stdio.h>
#include <string.h>

/* Options of a stage, in any order. */
enum word {
	WORD_STEPS,
	WORD_LR,
	WORD_ROWS,
	WORD_SETS,
	WORD_KEEP,
	WORD_FADE,
	WORD_FREEZE,
	WORD_SET,
	WORDS
};

static const struct {
	const char *name;
	int args;
} words[WORDS] = { { "steps", 1 }, { "lr", 1 },   { "rows", 1 },   { "sets", 1 },
		   { "keep", 2 },  { "fade", 1 }, { "freeze", 1 }, { "set", 2 } };

static int
add_set(struct request_knobs *r, const struct knob *k, const char *value, struct err *e)
{
	struct knobs trial;

	knob_defaults(&trial);
	if (!k || knob_set(&trial, k, value, e) < 0)
		return -1;
	if (r->n == REQUEST_SETS)
		return err_set(e, "more than %d knobs", REQUEST_SETS);
	r->set[r->n].knob = k;
	return cmd_copy(r->set[r->n++].value, sizeof r->set[0].value, k->name, value, e);
}

static int
add_keep(struct request_shares *r, char *const *arg, struct err *e)
{
	struct request_share *s = &r->share[r->n];
	char what[64];

	if (r->n == REQUEST_SHARES)
		return err_set(e, "keep: more than %d losses", REQUEST_SHARES);
	snprintf(what, sizeof what, "keep %.40s", arg[0]);
	r->n++;
	return cmd_copy(s->term, sizeof s->term, "keep:", arg[0], e) < 0
		       ? -1
		       : cmd_real(what, arg[1], &s->share, e);
}

/* Append names to a list separated by commas. 0, or -1 and an error. */
static int
add_names(const char *what, char *to, size_t size, const char *list, struct err *e)
{
	size_t len = strlen(to);

	if (len + strlen(list) + 2 > size)
		return err_set(e, "%s is too long", what);
	snprintf(to + len, size - len, "%s%s", len ? "," : "", list);
	return 0;
}

static int
add_freeze(char *layers, const char *list, struct err *e)
{
	return add_names("freeze: the list of layers", layers, NET_SPEC, list, e);
}

static int
add_sets(struct request_run *r, const char *list, struct err *e)
{
	if (!list[strspn(list, ",")])
		return err_set(e, "sets: no set is named");
	return add_names("sets: the list of sets", r->stage.sets, sizeof r->stage.sets, list, e);
}

static int
add_rows(struct request_run *r, const char *which, struct err *e)
{
	if (strcmp(which, "labelled") != 0 && strcmp(which, "all") != 0)
		return err_set(e, "rows: '%.40s' is none of labelled, all", which);
	r->stage.rows = which[0] == 'l' ? REQUEST_ROWS_LABELLED : REQUEST_ROWS_ALL;
	return 0;
}

static int
add_steps(struct request_run *r, const char *n, struct err *e)
{
	if (cmd_number("steps", n, &r->steps, e) < 0)
		return -1;
	return r->steps >= 1 && r->steps <= RAMP_MOST
		       ? 0
		       : err_set(e, "steps: %s is outside 1..%d", n, RAMP_MOST);
}

static int
add_fade(struct request_run *r, const char *n, struct err *e)
{
	if (cmd_number("fade", n, &r->stage.fade, e) < 0)
		return -1;
	return r->stage.fade >= 0 && r->stage.fade <= RAMP_MOST
		       ? 0
		       : err_set(e, "fade: %s is outside 0..%d", n, RAMP_MOST);
}

static int
add_option(struct request_run *r, enum word word, char *const *arg, struct err *e)
{
	switch (word) {
	case WORD_STEPS:
		return add_steps(r, arg[0], e);
	case WORD_LR:
		return add_set(&r->knobs, knob_find("lr", e), arg[0], e);
	case WORD_ROWS:
		return add_rows(r, arg[0], e);
	case WORD_SETS:
		return add_sets(r, arg[0], e);
	case WORD_KEEP:
		return add_keep(&r->keep, arg, e);
	case WORD_FADE:
		return add_fade(r, arg[0], e);
	case WORD_FREEZE:
		return add_freeze(r->freeze, arg[0], e);
	case WORD_SET:
		return add_set(&r->knobs, knob_find(arg[0], e), arg[1], e);
	case WORDS:
		break;
	}
	return 0;
}

static int
parse_word(struct cmd_call *c, struct request_run *r, int *i, struct err *e)
{
	const char *word = c->argv[*i];

	for (int k = 0; k < WORDS; k++) {
		if (strcmp(word, words[k].name) != 0)
			continue;
		if ((k == WORD_KEEP || k == WORD_FADE) && r->stage.kind != LAB_FINETUNE)
			return err_set(e, "%s: only finetune fades losses", word);
		if (*i + words[k].args >= c->argc)
			return err_set(e, "%s: words are missing", word);
		*i += 1 + words[k].args;
		return add_option(r, (enum word)k, c->argv + *i - words[k].args, e);
	}
	if (*i == 1 && add_steps(r, word, NULL) == 0) {
		(*i)++;
		return 0;
	}
	return err_set(e, "'%.40s' is none of steps, lr, rows, sets, keep, fade, freeze, set",
		       word);
}

static int
exec_run(struct cmd_call *c, enum lab_stage_kind kind, struct err *e)
{
	struct request_run *r = &cmd_request(c, REQUEST_RUN)->u.run;
	int i = 1;

	r->stage.kind = kind;
	r->stage.fade = -1;
	while (i < c->argc)
		if (parse_word(c, r, &i, e) < 0)
			return err_wrap(e, "stage %s", c->argv[0]);
	return 0;
}

static int
exec_stage(struct cmd_call *c, struct err *e)
{
	for (int k = LAB_DISTIL; k < LAB_STAGE_KINDS; k++)
		if (strcmp(c->argv[0], lab_stage_name[k]) == 0)
			return exec_run(c, (enum lab_stage_kind)k, e);
	if (strcmp(c->argv[0], "teach") != 0)
		return err_set(e, "stage: '%.40s' is none of distil, finetune, hint, teach",
			       c->argv[0]);
	if (c->argc != 2)
		return err_set(
			e,
			"stage teach: one name is needed, of the teacher that the student becomes");
	return cmd_copy(cmd_request(c, REQUEST_TEACH)->u.teacher.name, NET_NAME, "stage teach",
			c->argv[1], e);
}

/* Settings of a stage: the number of steps may come first without its keyword. */
#define STAGE_WORDS                                                           \
	{ .name = "N",                                                        \
	  .kind = GRAMMAR_NUMBER,                                             \
	  .flags = GRAMMAR_OPTIONAL,                                          \
	  .min = 1,                                                           \
	  .max = RAMP_MOST },                                                 \
		{ .word = "steps",                                            \
		  .name = "N",                                                \
		  .kind = GRAMMAR_NUMBER,                                     \
		  .flags = GRAMMAR_ANY,                                       \
		  .min = 1,                                                   \
		  .max = RAMP_MOST,                                           \
		  .help = "optimizer steps" },                                \
		{ .word = "lr",                                               \
		  .name = "LR",                                               \
		  .kind = GRAMMAR_REAL,                                       \
		  .flags = GRAMMAR_ANY,                                       \
		  .help = "learning rate" },                                  \
		{ .word = "rows",                                             \
		  .kind = GRAMMAR_CHOICE,                                     \
		  .flags = GRAMMAR_ANY,                                       \
		  .choices = "labelled, all",                                 \
		  .help = "training rows that are drawn" },                   \
		{ .word = "sets",                                             \
		  .name = "SET[,SET]...",                                     \
		  .kind = GRAMMAR_TRAIN_SET,                                  \
		  .flags = GRAMMAR_ANY | GRAMMAR_REPEAT,                      \
		  .help = "sets that are drawn from" },                       \
		{ .word = "freeze",                                           \
		  .name = "LAYER[,LAYER]...",                                 \
		  .kind = GRAMMAR_LAYER,                                      \
		  .flags = GRAMMAR_ANY | GRAMMAR_REPEAT,                      \
		  .help = "layers that are not updated" },                    \
		{ .word = "set",                                              \
		  .name = "KNOB",                                             \
		  .kind = GRAMMAR_KNOB,                                       \
		  .flags = GRAMMAR_ANY | GRAMMAR_REPEAT,                      \
		  .help = "value of a knob during the stage" },               \
	{                                                                     \
		.name = "VALUE", .kind = GRAMMAR_VALUE, .flags = GRAMMAR_MORE \
	}

static const struct grammar_form stage_forms[] = {
	GRAMMAR_FORM({ .word = "teach" }, { .name = "NAME",
					    .kind = GRAMMAR_WORD,
					    .help = "the student becomes this teacher" }),
	GRAMMAR_FORM({ .word = "distil" }, STAGE_WORDS),
	GRAMMAR_FORM({ .word = "finetune" }, STAGE_WORDS,
		     { .word = "keep",
		       .name = "LOSS",
		       .kind = GRAMMAR_LOSS,
		       .flags = GRAMMAR_ANY | GRAMMAR_REPEAT,
		       .help = "weight of a loss at the end of the fade" },
		     { .name = "W", .kind = GRAMMAR_REAL, .flags = GRAMMAR_MORE },
		     { .word = "fade",
		       .name = "N",
		       .kind = GRAMMAR_NUMBER,
		       .flags = GRAMMAR_ANY,
		       .min = 0,
		       .max = RAMP_MOST,
		       .help = "steps over which other losses fade out" }),
	GRAMMAR_FORM({ .word = "hint" }, STAGE_WORDS),
	{ NULL }
};

const struct cmd cmd_stage = {
	.name = "stage",
	.form = stage_forms,
	.flags = CMD_RECORD,
	.doc = "Run the student for a number of steps with its own settings; or turn it into a "
	       "teacher, to create another student.",
	.example = "stage finetune 100",
	.exec = exec_stage,
};

static int
exec_layers(struct cmd_call *c, bool thaw, struct err *e)
{
	struct request *r = cmd_request(c, REQUEST_FREEZE);

	r->u.freeze.thaw = thaw;
	for (int i = 0; i < c->argc; i++)
		if (add_freeze(r->u.freeze.layers, c->argv[i], e) < 0)
			return -1;
	if (c->argc && !r->u.freeze.layers[strspn(r->u.freeze.layers, ", ")])
		return err_set(e, "no layer is named");
	return 0;
}

static int
exec_freeze(struct cmd_call *c, struct err *e)
{
	char names[160];

	if (c->argc)
		return exec_layers(c, false, e);
	text_addf(&c->output, "frozen: %s\n",
		  net_info_layers_text(&c->info->run.student, c->info->run.settings.frozen, names,
				       sizeof names));
	return 0;
}

static const struct grammar_form stage_freeze_forms[] = { GRAMMAR_FORM({ .name = "LAYER",
									 .kind = GRAMMAR_LAYER,
									 .flags = GRAMMAR_OPTIONAL |
										  GRAMMAR_REPEAT }),
							  { NULL } };

const struct cmd cmd_stage_freeze = {
	.name = "freeze",
	.form = stage_freeze_forms,
	.flags = CMD_RECORD,
	.doc = "Freeze layers of the student from the next step on, or list the frozen layers.",
	.example = "freeze 1",
	.exec = exec_freeze,
};

static int
exec_thaw(struct cmd_call *c, struct err *e)
{
	return exec_layers(c, true, e);
}

static const struct grammar_form stage_thaw_forms[] = { GRAMMAR_FORM({ .name = "LAYER",
								       .kind = GRAMMAR_LAYER,
								       .flags = GRAMMAR_OPTIONAL |
										GRAMMAR_REPEAT }),
							{ NULL } };

const struct cmd cmd_stage_thaw = {
	.name = "thaw",
	.form = stage_thaw_forms,
	.flags = CMD_RECORD,
	.doc = "Unfreeze layers of the student: those named, or all.",
	.example = "thaw",
	.exec = exec_thaw,
};
