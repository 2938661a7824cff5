/* cmd_loss.c: `loss`: list and set the losses on outputs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/losses/loss_table.h"
#include "retort/session/cmd.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/choice.h"

static bool
is_on(const struct cmd_call *c, const struct loss *l)
{
	return loss_weight(l, &c->info->run->settings.knobs) > 0;
}

/* Print one line of at most 80 columns. */
static void
print_loss(struct cmd_call *c, const struct loss *l)
{
	text_addf(&c->output, "%-6s  %-3s  weight %-7.5g ", l->name, is_on(c, l) ? "on" : "off",
		  loss_weight(l, &c->info->run->settings.knobs));
	if (l->temperature || l == &loss_kd)
		text_addf(&c->output, "temperature %-5.4g ",
			  loss_temperature(l, &c->info->run->settings.knobs));
	else
		text_addf(&c->output, "%-18s", "");
	text_addf(&c->output, "%s\n", l->title);
}

/* Print the description of a loss, and its knobs. */
static void
print_details(struct cmd_call *c, const struct loss *l)
{
	char value[64];

	text_addf(&c->output, "%s: %s\n%s\n%s\n", l->name, l->doc, l->formula, l->reference);
	for (size_t i = 0; i < knob_count; i++)
		if (loss_table_of_knob(&knob_table[i]) == l)
			text_addf(&c->output, "%-18s %-10s %s\n", knob_table[i].name,
				  knob_print_brief(&c->info->run->settings.knobs, &knob_table[i],
						   value, sizeof value),
				  knob_table[i].doc);
}

static const struct loss *
find_output_loss(const char *name, struct err *e)
{
	const struct loss *l = loss_table_find(name);

	if (l && !loss_on_layers(l))
		return l;
	if (l)
		err_set(e, "%.40s compares layers: `map TEACHER:LAYER s:LAYER match %.40s`", name,
			name);
	else
		choice_invalid_next(e, "loss", name, loss_table_output_name);
	err_wrap(e, "loss");
	return NULL;
}

/* Return the knob of an option of a loss: weight, its own or the common temperature, or another
 * option. NULL and an error that lists the options. */
static const struct knob *
find_knob(const struct loss *l, const char *word, struct err *e)
{
	struct text names = { 0 };
	char name[80];
	const struct knob *k;

	snprintf(name, sizeof name, "%s-%.40s", l->name, word);
	k = knob_find(name, NULL);
	if (k)
		return k;
	if (l == &loss_kd && strcmp(word, "temperature") == 0)
		return knob_find(word, e);
	if (l == &loss_kd)
		text_item(&names, "temperature");
	for (size_t i = 0; i < knob_count; i++)
		if (loss_table_of_knob(&knob_table[i]) == l)
			text_item(&names, "%s", knob_table[i].name + strlen(l->name) + 1);
	choice_invalid(e, "option", word, text_get(&names));
	text_release(&names);
	return NULL;
}

static int
add_knob(struct request_knobs *r, const struct loss *l, const char *word, const char *value,
	 struct err *e)
{
	const struct knob *k = find_knob(l, word, e);

	return k && cmd_add_knob(r, k, value, e) == 0 ? 0 : err_wrap(e, "loss %s", l->name);
}

/* Show a message if rows have no visible label: they are trained with kd. */
static void
warn_unlabelled(struct cmd_call *c, const struct loss *l)
{
	size_t hidden = c->info->n_train - c->info->n_shown;

	if (l->needs & LOSS_CLASSES && hidden)
		text_addf(&c->message,
			  "%s: %zu of %zu rows have no visible label: these use "
			  "kd",
			  l->name, hidden, c->info->n_train);
	if (l->needs & LOSS_LABELS && c->info->n_train && c->info->n_shown == 0)
		text_addf(&c->message, "%s: no row has a visible label: the term is 0", l->name);
}

static int
list_losses(struct cmd_call *c, struct err *e)
{
	(void)e;
	for (size_t i = 0; i < LOSS_OUTPUTS; i++)
		print_loss(c, loss_table[i]);
	return 0;
}

static int
describe_loss(struct cmd_call *c, struct err *e)
{
	const struct loss *l = find_output_loss(c->argv[0], e);

	if (!l)
		return -1;
	print_details(c, l);
	return 0;
}

static int
turn_off(struct cmd_call *c, struct err *e)
{
	const struct loss *l = find_output_loss(c->argv[0], e);

	return l ? add_knob(&cmd_request(c, REQUEST_SET)->u.knobs, l, "weight", "0", e) : -1;
}

static int
set_options(struct cmd_call *c, struct err *e)
{
	const struct loss *l = find_output_loss(c->argv[0], e);
	const struct args *a = &c->args;
	struct request_knobs *r;

	if (!l)
		return -1;
	r = &cmd_request(c, REQUEST_SET)->u.knobs;
	for (const struct args_value *v = args_get(a, "OPTION"); v; v = args_next(a, "OPTION", v))
		if (add_knob(r, l, a->argv[v->at], a->argv[v->at + 1], e) < 0)
			return -1;
	warn_unlabelled(c, l);
	return 0;
}

static const struct grammar_form loss_forms[] = {
	GRAMMAR_ALONE(list_losses),
	GRAMMAR_FORM(describe_loss, { .name = "NAME", .kind = GRAMMAR_LOSS }),
	GRAMMAR_FORM(turn_off, { .name = "NAME", .kind = GRAMMAR_LOSS },
		     { .word = "off", .help = "weight 0" }),
	GRAMMAR_FORM(set_options, { .name = "NAME", .kind = GRAMMAR_LOSS },
		     { .name = "OPTION", .kind = GRAMMAR_LOSS_OPTION, .flags = GRAMMAR_REPEAT },
		     { .name = "VALUE", .kind = GRAMMAR_LOSS_OPTION, .flags = GRAMMAR_MORE }),
	{ 0 }
};

const struct cmd cmd_loss = {
	.name = "loss",
	.form = loss_forms,
	.flags = CMD_RECORD,
	.doc = "List the losses on outputs, describe one, or set its weight, temperature "
	       "and options.",
	.example = "loss kd weight 0.8 temperature 2",
};
