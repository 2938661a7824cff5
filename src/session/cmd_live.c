/* cmd_live.c: commands that change what trains, between two steps. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void
say_knob(struct cmd_call *c, const struct knob *k)
{
	char value[64];

	text_addf(&c->say, "%-14s %-10s %s\n", k->name, knob_get(&c->info->knobs, k, value, sizeof value), k->doc);
}

static int
exec_set(struct cmd_call *c, struct err *e)
{
	const struct knob *k = NULL;
	struct knobs trial = c->info->knobs;
	struct request *r;

	for (size_t i = 0; c->argc == 0 && i < knob_count; i++)
		say_knob(c, &knob_table[i]);
	if (c->argc == 0)
		return 0;
	k = knob_find(c->argv[0], e);
	if (!k)
		return -1;
	if (c->argc == 1) {
		say_knob(c, k);
		return 0;
	}
	if (knob_set(&trial, k, c->argv[1], e) < 0)
		return -1;
	r = cmd_request(c, REQUEST_SET);
	r->set[r->n_sets++].knob = k;
	return cmd_copy(r->set[0].value, sizeof r->set[0].value, k->name, c->argv[1], e);
}

const struct cmd cmd_live_set = {
	.name = "set",
	.complete = "@knob @value",
	.args = "[KNOB [VALUE]]",
	.min_args = 0,
	.max_args = 2,
	.flags = CMD_RECORD,
	.doc = "Turn a knob, or show it.",
	.example = "set temperature 2",
	.exec = exec_set,
};

/* "big:2" into teacher and layer. */
static int
split_layer(const char *word, const char *want, char *owner, size_t owner_size, char *layer, size_t layer_size,
	    struct err *e)
{
	const char *colon = strpbrk(word, ":."); /* "big:block2.attention", or "big.block2.attention" */

	if (!colon || colon == word || !colon[1] || (size_t)(colon - word) >= owner_size || strlen(colon + 1) >= layer_size)
		return err_set(e, "map: '%.40s' is no layer; %s", word, want);
	memcpy(owner, word, (size_t)(colon - word));
	owner[colon - word] = '\0';
	memcpy(layer, colon + 1, strlen(colon + 1) + 1);
	return 0;
}

/* A loss that compares layers, by name. */
static const struct loss *
layer_loss(const char *name, struct err *e)
{
	struct text names = { 0 };

	for (size_t i = 0; i < loss_count; i++) {
		if (!(loss_table[i]->needs & (LOSS_LAYER | LOSS_MAP)))
			continue;
		if (strcmp(loss_table[i]->name, name) == 0) {
			text_release(&names);
			return loss_table[i];
		}
		text_addf(&names, "%s%s", names.len ? ", " : "", loss_table[i]->name);
	}
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
	return err_set(e, "map: on: '%.40s' is none of hidden, attention, value, query, key, scores", name);
}

/* One edit from word *i on, up to `and` or the end. */
static int
parse_edit(struct cmd_call *c, int *i, struct request_map *m, struct err *e)
{
	char owner[LAB_NAME];

	m->weight = 1;
	if (*i + 1 >= c->argc)
		return err_set(e, "map: `map TEACHER:LAYER s:LAYER [on TAP] [match LOSS] [weight W] | off`");
	if (split_layer(c->argv[*i], "the teacher's is NAME:LAYER, like big:1", m->teacher, sizeof m->teacher, m->t_layer,
			sizeof m->t_layer, e) < 0 ||
	    split_layer(c->argv[*i + 1], "the student's is s:LAYER, like s:1", owner, sizeof owner, m->s_layer,
			sizeof m->s_layer, e) < 0)
		return -1;
	if (strcmp(owner, "s") != 0)
		return err_set(e, "map: '%s' is not the student; its layers are s:LAYER", c->argv[*i + 1]);
	for (*i += 2; *i < c->argc && strcmp(c->argv[*i], "and") != 0; (*i)++) {
		const char *key = c->argv[*i], *value = *i + 1 < c->argc ? c->argv[*i + 1] : "";

		if (strcmp(key, "off") == 0) {
			m->off = true;
			continue;
		}
		(*i)++;
		if (strcmp(key, "match") == 0) {
			if (!(m->match = layer_loss(value, e)))
				return -1;
		} else if (strcmp(key, "on") == 0) {
			if (parse_tap(value, &m->on, e) < 0)
				return -1;
		} else if (strcmp(key, "weight") == 0) {
			if (cmd_real("map: weight", value, &m->weight, e) < 0)
				return -1;
		} else {
			return err_set(e, "map: '%.40s' is none of match, on, weight, off, and", key);
		}
	}
	return 0;
}

static void
say_maps(struct cmd_call *c)
{
	for (int i = 0; i < c->info->n_maps; i++) {
		const struct lab_map *m = &c->info->map[i];
		const struct lab_net *t = &c->info->teacher[m->teacher];

		text_addf(&c->say, "map%u  %s:%s s:%s on %s match %s weight %g%s\n", m->slot + 1, t->name,
			  t->layer[m->t_layer].name, c->info->student.layer[m->s_layer].name, model_tap_name[m->on],
			  m->match->name, m->weight, m->projected ? ", through a learned projection" : "");
	}
	if (c->info->n_maps == 0)
		text_add(&c->say, "no layers are mapped\n");
}

static int
exec_map(struct cmd_call *c, struct err *e)
{
	struct request *r;

	if (c->argc == 0) {
		say_maps(c);
		return 0;
	}
	r = cmd_request(c, REQUEST_MAP);
	if (c->argc == 1 && strcmp(c->argv[0], "clear") == 0)
		return 0;
	for (int i = 0; i < c->argc; i++) {
		if (r->n_maps == LAB_MAPS)
			return err_set(e, "map: more than %d edits", LAB_MAPS);
		if (parse_edit(c, &i, &r->map[r->n_maps++], e) < 0)
			return -1;
	}
	return 0;
}

const struct cmd cmd_live_map = {
	.name = "map",
	.complete = "@tlayer|clear @slayer match|on|weight|off|and|@match|@tap|@tlayer|@slayer",
	.args = "[TEACHER:LAYER s:LAYER [on TAP] [match LOSS] [weight W] | off [and ...] | clear]",
	.min_args = 0,
	.max_args = 200,
	.flags = CMD_RECORD,
	.doc = "Let layers of a teacher teach layers of the student; all pairs of one line change at one step.",
	.example = "map big:1 s:1 match hidden weight 0.5",
	.exec = exec_map,
};

/* How it is asked, where that is not the usual way. */
static void
say_options(struct cmd_call *c, const struct lab_net *t)
{
	if (t->options.cache != TEACHER_AUTO)
		text_addf(&c->say, "  cache %s", teacher_cache_name[t->options.cache]);
	if (t->options.top)
		text_addf(&c->say, "  top %zu", t->options.top);
	if (t->options.bf16)
		text_add(&c->say, "  precision bf16");
	if (t->options.bf16 && t->effect.positions)
		text_addf(&c->say, " (KL %.2g, agreement %.4g, largest difference %.2g)", t->effect.kl, t->effect.agreement,
			  t->effect.largest);
	if (t->kept)
		text_addf(&c->say, "  answers %.1f MiB", (double)t->kept / 0x1p20);
	text_add(&c->say, "\n");
}

/* What came of its teaching, as far as it was measured. */
static void
say_heard(struct cmd_call *c, const struct lab_heard *h)
{
	if (isfinite(h->share) && c->info->n_teachers > 1)
		text_addf(&c->say, "  share %.3g", h->share);
	if (isfinite(h->kl))
		text_addf(&c->say, "  student agrees %.4g, KL %.4g", h->agreement, h->kl);
}

/* "big mute", "big solo", "unmute", "equal": true where it is one of these. */
static bool
parse_mixer(struct cmd_call *c)
{
	static const char *const words[] = { "unmute", "mute", "solo" };
	const char *word = c->argc == 2 || c->argc == 1 ? c->argv[c->argc - 1] : "";

	if (c->argc == 1 && strcmp(word, "equal") == 0) {
		cmd_request(c, REQUEST_WEIGHT)->value = 1;
		return true;
	}
	for (int i = 0; i < (c->argc == 1 ? 1 : 3); i++)
		if (strcmp(word, words[i]) == 0) {
			cmd_request(c, REQUEST_MUTE)->number = i;
			return true;
		}
	return false;
}

static int
exec_teachers(struct cmd_call *c, struct err *e)
{
	struct request *r;

	for (int i = 0; c->argc == 0 && i < c->info->n_teachers; i++) {
		const struct lab_net *t = &c->info->teacher[i];

		text_addf(&c->say, "%-12s weight %g%s  ", t->name, t->weight, t->muted ? " muted" : "");
		if (t->is_file)
			text_addf(&c->say, "outputs of file %s  ready", t->origin);
		else
			text_addf(&c->say, "%s  %llu parameters  %s", t->spec, (unsigned long long)t->parameters,
				  t->ready ? "ready" : "not trained");
		say_heard(c, &t->heard);
		say_options(c, t);
	}
	if (c->argc == 0)
		return 0;
	if (c->argc == 3 && strcmp(c->argv[1], "weight") == 0) {
		r = cmd_request(c, REQUEST_WEIGHT);
		if (cmd_real("teachers: weight", c->argv[2], &r->value, e) < 0)
			return -1;
	} else if (parse_mixer(c)) {
		r = c->request;
	} else {
		return err_set(e, "teachers: `teachers [NAME weight W | NAME mute | NAME unmute | NAME solo | unmute | equal]`");
	}
	return c->argc == 1 ? 0 : cmd_copy(r->name, sizeof r->name, "teachers", c->argv[0], e);
}

const struct cmd cmd_live_teachers = {
	.name = "teachers",
	.complete = "@teacher|equal|unmute weight|mute|unmute|solo",
	.args = "[NAME weight W | NAME mute | NAME unmute | NAME solo | unmute | equal]",
	.min_args = 0,
	.max_args = 3,
	.flags = CMD_RECORD,
	.doc = "List the teachers, or change what one counts; a muted one is not asked.",
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

const struct cmd cmd_live_undo = {
	.name = "undo",
	.args = "",
	.flags = CMD_RECORD,
	.doc = "Take the last change back, from now on; the steps done under it stay done.",
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

const struct cmd cmd_live_redo = {
	.name = "redo",
	.args = "",
	.flags = CMD_RECORD,
	.doc = "Make the change again that undo took back.",
	.example = "redo",
	.exec = exec_redo,
};
