/* loss_main.c: command line of `retort loss`, a program of its own because it computes in double.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/choice.h"
#include "retort/base/err.h"
#include "retort/base/jsonwriter.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/kd/loss.h"
#include "retort/kd/losses/loss_table.h"

#include "cli.h"
#include "loss_value.h"

#ifndef RETORT_REAL_DOUBLE
#error "retort loss is linked with the library in double"
#endif

#define USAGE 2

/* Print a message about an argument; return the exit status. */
static int
report_usage(const char *name, const char *what)
{
	err_print("retort loss: %s%s%s", name, *name ? ": " : "", what);
	return cli_try_help("loss");
}

/* Find a loss on outputs by name. Return 0, or the exit status after a message. */
static int
find_loss(struct loss_value *c, const char *name)
{
	const char *near = choice_nearest(name, loss_table_output_name);

	c->loss = loss_table_find(name);
	if (c->loss && !loss_on_layers(c->loss))
		return 0;
	if (c->loss)
		return report_usage(name,
				    "compares layers, not outputs; --list shows those that do");
	err_print("retort loss: %s: no such loss (%s%s%s)", name,
		  near ? "did you mean " : "--list shows all", near ? near : "", near ? "?" : "");
	return USAGE;
}

/* Return the name of an option of a loss without the name of the loss; NULL: no option of it. */
static const char *
option_name(const struct loss *l, const struct knob *k)
{
	return loss_table_of_knob(k) == l && !strstr(k->name, "-temperature")
		       ? k->name + strlen(l->name) + 1
		       : NULL;
}

/* Set `e` to the options that the loss accepts; return -1. */
static int
refuse_option(const struct loss_value *c, const char *name, struct err *e)
{
	struct text accepted = { 0 };

	text_add(&accepted, "temperature");
	for (size_t i = 0; i < knob_count; i++)
		if (option_name(c->loss, &knob_table[i]))
			text_addf(&accepted, ", %s", option_name(c->loss, &knob_table[i]));
	err_set(e, "invalid option '%.40s' of %s (expected one of %s)", name, c->loss->name,
		text_get(&accepted));
	text_release(&accepted);
	return -1;
}

/* Find the temperature, or a knob of the loss by its whole name or without the name of the loss.
 * NULL with an error for any other knob, which would have no effect. */
static const struct knob *
find_knob(const struct loss_value *c, const char *name, struct err *e)
{
	char whole[64];
	bool is_temperature = strcmp(name, "temperature") == 0;

	snprintf(whole, sizeof whole, "%s-%.40s", c->loss->name, name);
	for (size_t i = 0; i < knob_count; i++)
		if (is_temperature ? strcmp(knob_table[i].name, name) == 0
				   : loss_table_of_knob(&knob_table[i]) == c->loss &&
					     (strcmp(knob_table[i].name, whole) == 0 ||
					      strcmp(knob_table[i].name, name) == 0))
			return &knob_table[i];
	refuse_option(c, name, e);
	return NULL;
}

/* Apply KNOB=VALUE of --set. Return 0, or the exit status after a message. */
static int
set_knob(struct loss_value *c, char *assignment)
{
	char *value = strchr(assignment, '=');
	const struct knob *k;
	struct err e;

	if (!value || value == assignment)
		return report_usage(assignment, "invalid --set (expected KNOB=VALUE)");
	*value++ = '\0';
	k = find_knob(c, assignment, &e);
	if (!k || knob_set(&c->knobs, k, value, &e) < 0)
		return report_usage("", e.msg);
	if (k->offset == 0 && c->loss->temperature)
		*(double *)((char *)&c->knobs + c->loss->temperature) = c->knobs.temperature;
	return 0;
}

/* Check that the files that the loss needs are given. Return 0 or the exit status. */
static int
check_needs(const struct loss_value *c)
{
	unsigned needs = c->loss->needs;

	if (needs & LOSS_LOGITS && !c->teacher_path)
		return report_usage(c->loss->name,
				    "no teacher (expected TEACHER.csv after STUDENT.csv)");
	if (needs & (LOSS_LABELS | LOSS_CLASSES) && !c->labels_path)
		return report_usage(c->loss->name, "no labels (expected --labels FILE)");
	return 0;
}

/* What the command line asks for. */
struct call {
	struct loss_value value;
	bool list, help;
	char **set; /* arguments of --set */
	int n_set;
};

/* Take the operands: a loss, one or two files. Return 0 or the exit status. */
static int
take_operands(struct call *call, int argc, char **argv)
{
	struct loss_value *c = &call->value;
	int status;

	if (argc < 1)
		return report_usage("", "no loss (expected a name; --list shows all)");
	status = find_loss(c, argv[0]);
	if (status)
		return status;
	if (argc < 2)
		return report_usage(argv[0],
				    "no file of the student's logits (expected STUDENT.csv)");
	if (argc > 3)
		return report_usage(argv[3],
				    "unexpected file (expected at most STUDENT.csv TEACHER.csv)");
	c->student_path = argv[1];
	c->teacher_path = argc > 2 ? argv[2] : NULL;
	knob_defaults(&c->knobs);
	for (int i = 0; i < call->n_set && status == 0; i++)
		status = set_knob(c, call->set[i]);
	return status ? status : check_needs(c);
}

/* Print a string of JSON. */
static void
print_string(const char *s)
{
	jsonwriter_string(&(struct jsonwriter){ stdout, false }, NULL, s);
}

/* Print the losses on outputs with formula and reference. */
static int
list_losses(bool json)
{
	for (size_t i = 0; i < LOSS_OUTPUTS; i++) {
		const struct loss *l = loss_table[i];

		if (!json) {
			printf("%s\t%s\t%s\n", l->name, l->formula, l->reference);
			continue;
		}
		printf("{\"loss\": \"%s\", \"formula\": ", l->name);
		print_string(l->formula);
		printf(", \"reference\": ");
		print_string(l->reference);
		puts("}");
	}
	return 0;
}

/* Print a knob as an option: range or choices, and the default. */
static void
print_knob(const char *option, const struct knob *k)
{
	char low[40], high[40], help[160];

	if (k->choices)
		snprintf(help, sizeof help, "one of %s (default: %s)", k->choices, k->initial);
	else
		snprintf(help, sizeof help, "%s%s to %s (default: %s)", k->or_zero ? "0, or " : "",
			 text_number(low, sizeof low, k->min),
			 text_number(high, sizeof high, k->max), k->initial);
	cli_option_line(option, help, stdout);
}

/* Print the help; after the name of a loss, with its formula and its knobs. */
static int
print_help(const char *name)
{
	const struct cli_word *w = cli_find(1, (char *[]){ (char *)"loss" });
	const struct loss *l = name ? loss_table_find(name) : NULL;
	struct text forms = { 0 };

	if (l && loss_on_layers(l))
		l = NULL;
	if (l)
		text_addf(&forms, "Usage: retort loss %s STUDENT.csv%s [OPTION]...\n%s\n%s\n%s\n\n",
			  l->name, l->needs & LOSS_LOGITS ? " TEACHER.csv" : "", l->doc, l->formula,
			  l->reference);
	cli_help(w, text_get(&forms), stdout);
	if (l) {
		puts("\nKnobs of --set:");
		print_knob("temperature", knob_find("temperature", NULL));
	}
	for (size_t i = 0; l && i < knob_count; i++)
		if (option_name(l, &knob_table[i]))
			print_knob(option_name(l, &knob_table[i]), &knob_table[i]);
	cli_status(w, stdout);
	text_release(&forms);
	return 0;
}

/* Store an option of getopt_long. Return 0 or the exit status. */
static int
take_option(struct call *c, int option)
{
	switch (option) {
	case CLI_LABELS:
		c->value.labels_path = optarg;
		return 0;
	case CLI_GRADIENT:
		c->value.gradient_path = optarg;
		return 0;
	case CLI_SET:
		c->set[c->n_set++] = optarg;
		return 0;
	case 'j':
		c->value.json = true;
		return 0;
	case 'l':
		c->list = true;
		return 0;
	case 'h':
		c->help = true;
		return 0;
	default:
		return cli_try_help("loss");
	}
}

/* Run the command line. Return the exit status. */
static int
run(struct call *c, int argc, char **argv)
{
	int status = 0, option;
	struct cli_getopt g;

	cli_getopt_init(&g, cli_options(cli_find(1, (char *[]){ (char *)"loss" })));
	while ((option = cli_getopt_next(&g, "retort loss", argc, argv)) != -1 && status == 0)
		status = take_option(c, option);
	if (status)
		return status;
	if (c->help)
		return print_help(optind < argc ? argv[optind] : NULL);
	if (c->list)
		return list_losses(c->value.json);
	status = take_operands(c, argc - optind, argv + optind);
	return status ? status : loss_value_print(&c->value);
}

int
main(int argc, char **argv)
{
	struct call c = { .set = mem_array((size_t)argc + 1, sizeof *c.set) };
	int status;

	cli_begin();
	status = run(&c, argc, argv);

	loss_value_release(&c.value);
	mem_free(c.set);
	return cli_end(status);
}
