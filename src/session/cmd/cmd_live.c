/* cmd_live.c: changes at a step boundary: `set`, `teachers`, `undo`, `redo`. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void
print_knob(struct cmd_call *c, const struct knob *k)
{
	char value[64];

	text_addf(&c->output, "%-14s %-10s %s\n", k->name,
		  knob_print(&c->info->run.settings.knobs, k, value, sizeof value), k->doc);
}

static int
exec_set(struct cmd_call *c, struct err *e)
{
	const struct knob *k = NULL;
	struct knobs trial = c->info->run.settings.knobs;
	struct request_knobs *r;

	for (size_t i = 0; c->argc == 0 && i < knob_count; i++)
		print_knob(c, &knob_table[i]);
	if (c->argc == 0)
		return 0;
	k = knob_find(c->argv[0], e);
	if (!k)
		return -1;
	if (c->argc == 1) {
		print_knob(c, k);
		return 0;
	}
	if (knob_set(&trial, k, c->argv[1], e) < 0)
		return -1;
	r = &cmd_request(c, REQUEST_SET)->u.knobs;
	r->set[r->n++].knob = k;
	return cmd_copy(r->set[0].value, sizeof r->set[0].value, k->name, c->argv[1], e);
}

static const struct grammar_form live_set_forms[] = {
	GRAMMAR_FORM(),
	GRAMMAR_FORM({ .name = "KNOB", .kind = GRAMMAR_KNOB },
		     { .name = "VALUE",
		       .kind = GRAMMAR_VALUE,
		       .flags = GRAMMAR_MORE | GRAMMAR_OPTIONAL }),
	{ NULL }
};

const struct cmd cmd_live_set = {
	.name = "set",
	.form = live_set_forms,
	.flags = CMD_RECORD,
	.doc = "Set a knob, or show it.",
	.example = "set temperature 2",
	.exec = exec_set,
};

/* Print options that are not at their defaults, and the size of the cache. */
static void
print_options(struct cmd_call *c, const struct net_info *t)
{
	if (t->options.cache != TEACHER_AUTO)
		text_addf(&c->output, "  cache %s", teacher_cache_name[t->options.cache]);
	if (t->options.top)
		text_addf(&c->output, "  top %zu", t->options.top);
	if (t->options.bf16)
		text_add(&c->output, "  precision bf16");
	if (t->options.bf16 && t->effect.positions)
		text_addf(&c->output, " (KL %.2g, agreement %.4g, largest difference %.2g)",
			  t->effect.kl, t->effect.agreement, t->effect.largest);
	if (t->cache_bytes)
		text_addf(&c->output, "  cached %.1f MiB", (double)t->cache_bytes / 0x1p20);
	text_add(&c->output, "\n");
}

/* Print how well the student agrees with the teacher, if measured. */
static void
print_teaching(struct cmd_call *c, const struct teaching *h)
{
	if (isfinite(h->share) && c->info->n_teachers > 1)
		text_addf(&c->output, "  share %.3g", h->share);
	if (isfinite(h->kl))
		text_addf(&c->output, "  student agrees %.4g, KL %.4g", h->agreement, h->kl);
}

/* Parse "big mute", "big solo", "unmute", "equal"; false for other words. */
static bool
parse_mixer(struct cmd_call *c)
{
	static const char *const words[] = { "unmute", "mute", "solo" };
	const char *word = c->argc == 2 || c->argc == 1 ? c->argv[c->argc - 1] : "";

	if (c->argc == 1 && strcmp(word, "equal") == 0) {
		cmd_request(c, REQUEST_WEIGHT)->u.teacher.weight = 1;
		return true;
	}
	for (int i = 0; i < (c->argc == 1 ? 1 : 3); i++)
		if (strcmp(word, words[i]) == 0) {
			cmd_request(c, REQUEST_MUTE)->u.teacher.mute = i;
			return true;
		}
	return false;
}

static int
exec_teachers(struct cmd_call *c, struct err *e)
{
	struct request *r;

	for (int i = 0; c->argc == 0 && i < c->info->n_teachers; i++) {
		const struct net_info *t = &c->info->teacher[i];

		text_addf(&c->output, "%-12s weight %g%s  ", t->name,
			  c->info->run.settings.teacher_weight[i],
			  c->info->run.settings.teacher_muted[i] ? " muted" : "");
		if (t->is_file)
			text_addf(&c->output, "outputs of file %s  ready", t->origin);
		else
			text_addf(&c->output, "%s  %llu parameters  %s", t->spec,
				  (unsigned long long)t->parameters,
				  t->ready ? "ready" : "not trained");
		print_teaching(c, &t->teaching);
		print_options(c, t);
	}
	if (c->argc == 0)
		return 0;
	if (c->argc == 3 && strcmp(c->argv[1], "weight") == 0) {
		r = cmd_request(c, REQUEST_WEIGHT);
		if (cmd_real("teachers: weight", c->argv[2], &r->u.teacher.weight, e) < 0)
			return -1;
	} else if (parse_mixer(c)) {
		r = c->request;
	} else {
		return err_set(e, "teachers: `teachers [NAME weight W | NAME mute | NAME unmute | "
				  "NAME solo | unmute | equal]`");
	}
	return c->argc == 1 ? 0 : cmd_copy(r->u.teacher.name, NET_NAME, "teachers", c->argv[0], e);
}

static const struct grammar_form live_teachers_forms[] = {
	GRAMMAR_FORM(),
	GRAMMAR_FORM({ .name = "NAME", .kind = GRAMMAR_TEACHER },
		     { .word = "weight", .name = "W", .kind = GRAMMAR_REAL }),
	GRAMMAR_FORM({ .name = "NAME", .kind = GRAMMAR_TEACHER }, { .word = "mute" }),
	GRAMMAR_FORM({ .name = "NAME", .kind = GRAMMAR_TEACHER }, { .word = "unmute" }),
	GRAMMAR_FORM({ .name = "NAME", .kind = GRAMMAR_TEACHER }, { .word = "solo" }),
	GRAMMAR_FORM({ .word = "unmute" }),
	GRAMMAR_FORM({ .word = "equal" }),
	{ NULL }
};

const struct cmd cmd_live_teachers = {
	.name = "teachers",
	.form = live_teachers_forms,
	.flags = CMD_RECORD,
	.doc = "List the teachers, or change the weight of one; a muted teacher is not computed.",
	.example = "teachers big weight 0.5",
	.exec = exec_teachers,
};

static int
exec_undo(struct cmd_call *c, struct err *e)
{
	(void)e;
	cmd_request(c, REQUEST_UNDO);
	return 0;
}

static const struct grammar_form live_undo_forms[] = { GRAMMAR_FORM(), { NULL } };

const struct cmd cmd_live_undo = {
	.name = "undo",
	.form = live_undo_forms,
	.flags = CMD_RECORD,
	.doc = "Undo the last change, from the next step on; completed steps stay.",
	.example = "undo",
	.exec = exec_undo,
};

static int
exec_redo(struct cmd_call *c, struct err *e)
{
	(void)e;
	cmd_request(c, REQUEST_REDO);
	return 0;
}

static const struct grammar_form live_redo_forms[] = { GRAMMAR_FORM(), { NULL } };

const struct cmd cmd_live_redo = {
	.name = "redo",
	.form = live_redo_forms,
	.flags = CMD_RECORD,
	.doc = "Redo the last undone change.",
	.example = "redo",
	.exec = exec_redo,
};
