/* cmd_stage.c: `stage`, `freeze`, `thaw`: runs with their own settings, and frozen layers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

#include <string.h>

#include "retort/lab/settings_describe.h"

/* Append the names of all arguments of `key` to a list separated by commas. 0, or -1 and an error.
 */
static int
add_names(const struct args *a, const char *key, char *to, size_t size, struct err *e)
{
	for (const struct args_value *v = args_get(a, key); v; v = args_next(a, key, v)) {
		const char *names = a->argv[v->at];
		size_t len = strlen(to), more = strlen(names);

		if (!names[strspn(names, ", ")])
			return err_set(e, "invalid %s '%.40s' (expected names)", key, names);
		if (len + more + 2 > size)
			return err_set(e, "the list of %s is longer than %zu bytes", key, size - 1);
		if (len)
			to[len++] = ',';
		memcpy(to + len, names, more + 1);
	}
	return 0;
}

/* Add the knobs of `lr` and `set` in the order of the line: the last value of a knob counts. */
static int
add_knobs(const struct args *a, struct request_knobs *r, struct err *e)
{
	for (int i = 0; i < a->n; i++) {
		const struct args_value *v = &a->value[i];
		const char *word = v->item->word ? v->item->word : "";
		bool set = strcmp(word, "set") == 0;
		const struct knob *k = NULL;

		if (set || strcmp(word, "lr") == 0)
			k = knob_find(set ? a->argv[v->at] : word, e);
		if (k && cmd_add_knob(r, k, a->argv[v->at + set], e) < 0)
			return -1;
	}
	return 0;
}

static int
add_keep(const struct args *a, struct request_shares *r, struct err *e)
{
	for (const struct args_value *v = args_get(a, "keep"); v; v = args_next(a, "keep", v)) {
		struct request_share *s = &r->share[r->n++];

		if (r->n > REQUEST_SHARES)
			return err_set(e, "keep: more than %d losses", REQUEST_SHARES);
		if (cmd_copy(s->term, sizeof s->term, "loss", a->argv[v->at], e) < 0)
			return -1;
		s->share = v[1].real;
	}
	return 0;
}

static int
exec_run(struct cmd_call *c, enum lab_stage_kind kind, struct err *e)
{
	struct request_run *r = &cmd_request(c, REQUEST_RUN)->u.run;
	const struct args *a = &c->args;

	r->stage.kind = kind;
	r->steps = args_number(a, "steps", 0);
	r->stage.fade = args_number(a, "fade", -1);
	r->stage.rows = (int[]){ REQUEST_ROWS_DEFAULT, REQUEST_ROWS_LABELLED,
				 REQUEST_ROWS_ALL }[args_choice(a, "rows", -1) + 1];
	if (add_names(a, "sets", r->stage.sets, sizeof r->stage.sets, e) < 0 ||
	    add_names(a, "freeze", r->freeze, sizeof r->freeze, e) < 0 ||
	    add_knobs(a, &r->knobs, e) < 0 || add_keep(a, &r->keep, e) < 0)
		return err_wrap(e, "stage %s", c->argv[0]);
	return 0;
}

static int
exec_distil(struct cmd_call *c, struct err *e)
{
	return exec_run(c, LAB_DISTIL, e);
}

static int
exec_finetune(struct cmd_call *c, struct err *e)
{
	return exec_run(c, LAB_FINETUNE, e);
}

static int
exec_hint(struct cmd_call *c, struct err *e)
{
	return exec_run(c, LAB_HINT, e);
}

static int
exec_teach(struct cmd_call *c, struct err *e)
{
	return cmd_copy_arg(cmd_request(c, REQUEST_TEACH)->u.teacher.name, NET_NAME, c, "NAME", e);
}

/* Settings of a stage, in any order. */
#define STAGE_WORDS                                                                      \
	{ .word = "steps",                                                               \
	  .name = "N",                                                                   \
	  .kind = GRAMMAR_NUMBER,                                                        \
	  .flags = GRAMMAR_ANY | GRAMMAR_BARE,                                           \
	  .min = 1,                                                                      \
	  .max = RAMP_MOST,                                                              \
	  .help = "optimizer steps" },                                                   \
		GRAMMAR_OPTION("lr", "LR", GRAMMAR_REAL, "learning rate"),               \
		GRAMMAR_ONE_OF("rows", "labelled, all", "training rows that are drawn"), \
		{ .word = "sets",                                                        \
		  .name = "SET[,SET]...",                                                \
		  .kind = GRAMMAR_TRAIN_SET,                                             \
		  .flags = GRAMMAR_ANY | GRAMMAR_REPEAT,                                 \
		  .help = "sets that are drawn from" },                                  \
		{ .word = "freeze",                                                      \
		  .name = "LAYER[,LAYER]...",                                            \
		  .kind = GRAMMAR_LAYER,                                                 \
		  .flags = GRAMMAR_ANY | GRAMMAR_REPEAT,                                 \
		  .help = "layers that are not updated" },                               \
		{ .word = "set",                                                         \
		  .name = "KNOB",                                                        \
		  .kind = GRAMMAR_KNOB,                                                  \
		  .flags = GRAMMAR_ANY | GRAMMAR_REPEAT,                                 \
		  .help = "value of a knob during the stage" },                          \
	{                                                                                \
		.name = "VALUE", .kind = GRAMMAR_VALUE, .flags = GRAMMAR_MORE            \
	}

#define STAGE_REFUSED(keyword)                                                                \
	{                                                                                     \
		.word = keyword, .flags = GRAMMAR_ANY | GRAMMAR_REFUSED,                      \
		.help = "goes with `stage finetune`: the other stages do not fade losses out" \
	}

static const struct grammar_form stage_forms[] = {
	GRAMMAR_FORM(exec_distil, { .word = "distil", .help = "no preset" }, STAGE_WORDS,
		     STAGE_REFUSED("keep"), STAGE_REFUSED("fade")),
	GRAMMAR_FORM(
		exec_finetune,
		{ .word = "finetune", .help = "labels alone count at the end of the stage" },
		STAGE_WORDS,
		{ .word = "keep",
		  .name = "LOSS",
		  .kind = GRAMMAR_LOSS,
		  .flags = GRAMMAR_ANY | GRAMMAR_REPEAT,
		  .help = "weight of a loss at the end of the fade" },
		{ .name = "W", .kind = GRAMMAR_REAL, .flags = GRAMMAR_MORE },
		GRAMMAR_COUNT("fade", "N", 0, RAMP_MOST, "steps over which other losses fade out")),
	GRAMMAR_FORM(exec_hint, { .word = "hint", .help = "train with layer maps alone" },
		     STAGE_WORDS, STAGE_REFUSED("keep"), STAGE_REFUSED("fade")),
	GRAMMAR_FORM(exec_teach, { .word = "teach", .help = "copy the student to a teacher" },
		     { .name = "NAME", .kind = GRAMMAR_WORD }),
	{ 0 }
};

const struct cmd cmd_stage = {
	.name = "stage",
	.form = stage_forms,
	.flags = CMD_RECORD,
	.doc = "Run the student for a number of steps with its own settings; or turn it into a "
	       "teacher, to create another student.",
	.example = "stage finetune 100",
};

static int
exec_layers(struct cmd_call *c, bool thaw, struct err *e)
{
	struct request *r = cmd_request(c, REQUEST_FREEZE);

	r->u.freeze.thaw = thaw;
	return add_names(&c->args, "LAYER", r->u.freeze.layers, sizeof r->u.freeze.layers, e);
}

static int
exec_freeze(struct cmd_call *c, struct err *e)
{
	return exec_layers(c, false, e);
}

static int
print_frozen(struct cmd_call *c, struct err *e)
{
	struct text names = { 0 };

	(void)e;
	settings_describe_frozen(c->info, &names);
	text_addf(&c->output, "frozen: %s\n", text_get(&names));
	text_release(&names);
	return 0;
}

static const struct grammar_form stage_freeze_forms[] = {
	GRAMMAR_ALONE(print_frozen),
	GRAMMAR_FORM(exec_freeze,
		     { .name = "LAYER", .kind = GRAMMAR_NET_LAYER, .flags = GRAMMAR_REPEAT }),
	{ 0 }
};

const struct cmd cmd_stage_freeze = {
	.name = "freeze",
	.form = stage_freeze_forms,
	.flags = CMD_RECORD,
	.doc = "Freeze layers of the student, or of a teacher that is trained, from the next step "
	       "on, or list the frozen layers.",
	.example = "freeze 1",
};

static int
exec_thaw(struct cmd_call *c, struct err *e)
{
	return exec_layers(c, true, e);
}

static const struct grammar_form stage_thaw_forms[] = {
	GRAMMAR_FORM(exec_thaw, { .name = "LAYER",
				  .kind = GRAMMAR_NET_LAYER,
				  .flags = GRAMMAR_OPTIONAL | GRAMMAR_REPEAT }),
	{ 0 }
};

const struct cmd cmd_stage_thaw = {
	.name = "thaw",
	.form = stage_thaw_forms,
	.flags = CMD_RECORD,
	.doc = "Unfreeze layers: those named, or all.",
	.example = "thaw",
};
