/* fill.c: puts the program's tables into the sources of the manual pages: standard input to standard output. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/conf/knob.h"
#include "retort/engine/model.h"
#include "retort/kd/loss.h"
#include "retort/learn/metric.h"
#include "retort/screen/pane.h"
#include "retort/screen/view.h"
#include "retort/session/cmd.h"
#include "retort/session/keymap.h"

/*
 * A line `.\" @WORD ARGUMENT@` in a page is replaced by what the table of that name says, so the
 * manual cannot tell another default than the one that is used. An unknown word is an error.
 */
#define DATE "November 24, 2026"

/* Text that roff takes for text: backslashes doubled, no control line by accident, a line for each sentence. */
static void
text(const char *s)
{
	if (*s == '.' || *s == '\'')
		fputs("\\&", stdout);
	for (; *s; s++) {
		bool ends = s[0] == '.' && s[1] == ' ' && s[2] >= 'A' && s[2] <= 'Z';

		fputs(*s == '\\' ? "\\e" : ends ? ".\n" : (char[]){ *s, '\0' }, stdout);
		s += ends;
	}
	putchar('\n');
}

/* The same inside the arguments of a macro: quoted, and without words that mdoc would call. */
static void
item(const char *macro, const char *s)
{
	printf(".It %s ", macro);
	for (const char *p = s; *p; p++)
		fputs(*p == '\\' ? "\\e" : *p == '-' && p == s ? "\\-" : (char[]){ *p, '\0' }, stdout);
	putchar('\n');
}

static int
head(const char *name)
{
	const struct cmd *d = cmd_find(name, NULL);
	char upper[64];

	if (!d)
		return -1;
	snprintf(upper, sizeof upper, "RETORT-%s", name);
	for (char *p = upper; *p; p++)
		*p = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
	printf(".Dd %s\n.Dt %s 1\n.Os %s\n.Sh NAME\n.Nm retort-%s\n.Nd ", DATE, upper, PACKAGE_STRING, name);
	printf("%c%.*s\n", d->doc[0] >= 'A' && d->doc[0] <= 'Z' ? d->doc[0] + 'a' - 'A' : d->doc[0],
	       (int)strlen(d->doc + 1) - 1, d->doc + 1);
	printf(".Sh SYNOPSIS\n.Bd -literal -compact\n");
	printf("%s%s", d->name, d->args[0] ? " " : "");
	text(d->args);
	printf(".Ed\n");
	return 0;
}

static int
list_commands(const char *unused)
{
	(void)unused;
	puts(".Bl -tag -width retort-session");
	for (size_t i = 0; i < cmd_count; i++) {
		item("Cm", cmd_table[i]->name);
		text(cmd_table[i]->doc);
	}
	puts(".El");
	return 0;
}

static int
list_knobs(const char *when)
{
	static const char *const names[] = { [KNOB_LIVE] = "live", [KNOB_FIXED] = "fixed", [KNOB_VIEW] = "view" };
	int found = 0;

	puts(".Bl -tag -width temperature");
	for (size_t i = 0; i < knob_count; i++) {
		const struct knob *k = &knob_table[i];

		if (strcmp(names[k->when], when) != 0)
			continue;
		found++;
		item("Cm", k->name);
		text(k->doc);
		if (k->choices)
			printf("One of\n.Ql %s ;\n%s unless set.\n", k->choices, k->initial);
		else
			printf("%g to %g%s%s; %s unless set.\n", k->min, k->max, k->unit[0] ? " " : "", k->unit, k->initial);
	}
	puts(".El");
	return found ? 0 : -1;
}

static int
list_metrics(const char *unused)
{
	(void)unused;
	puts(".Bl -tag -width train-accuracy");
	for (unsigned i = 0; i < METRIC_FIXED; i++) {
		item("Cm", metric_info(i)->name);
		text(metric_info(i)->doc);
	}
	puts(".El");
	return 0;
}

static int
list_losses(const char *unused)
{
	(void)unused;
	puts(".Bl -tag -width hidden");
	for (size_t i = 0; i < loss_count; i++) {
		item("Cm", loss_table[i]->name);
		text(loss_table[i]->doc);
		puts(".Pp\n.D1 Formula:");
		puts(".Bd -literal -offset indent");
		text(loss_table[i]->formula);
		puts(".Ed\n.Pp");
		text(loss_table[i]->reference);
	}
	puts(".El");
	return 0;
}

static int
list_models(const char *unused)
{
	(void)unused;
	puts(".Bl -tag -width mlp");
	for (size_t i = 0; i < model_count; i++) {
		item("Cm", model_table[i]->synopsis);
		text(model_table[i]->doc);
	}
	puts(".El");
	return 0;
}

static int
list_views(const char *unused)
{
	(void)unused;
	puts(".Bl -tag -width previous-mark");
	for (size_t i = 0; i < view_count; i++) {
		char name[64];

		snprintf(name, sizeof name, "%s%s%s", view_table[i].name, view_table[i].argument[0] ? " Ar " : "",
			 view_table[i].argument);
		item("Cm", name);
		text(view_table[i].doc);
	}
	puts(".El");
	return 0;
}

static int
list_panes(const char *unused)
{
	(void)unused;
	puts(".Bl -tag -width accuracy");
	for (size_t i = 0; i < pane_count; i++) {
		item("Cm", pane_table[i]->name);
		text(pane_table[i]->doc);
	}
	puts(".El");
	return 0;
}

/* Keys of one context, as bound before anybody rebinds them. */
static int
list_keys(const char *only)
{
	struct keymap *m = keymap_new();
	const char *context, *key, *command;
	int found = 0;

	puts(".Bl -tag -width Space -compact");
	for (size_t i = 0; keymap_get(m, i, &context, &key, &command) == 0; i++) {
		if (strcmp(context, only) != 0)
			continue;
		found++;
		printf(".It Ic \\&%s\n", key);
		text(command);
	}
	puts(".El");
	keymap_free(m);
	return found ? 0 : -1;
}

static int
example(const char *name)
{
	const struct cmd *d = cmd_find(name, NULL);

	if (!d)
		return -1;
	fputs(".Dl ", stdout);
	text(d->example);
	return 0;
}

static int
date(const char *unused)
{
	(void)unused;
	printf(".Dd %s\n", DATE);
	return 0;
}

static const struct {
	const char *word;
	int (*write)(const char *argument);
} words[] = {
	{ "head", head },         { "commands", list_commands }, { "knobs", list_knobs }, { "metrics", list_metrics },
	{ "losses", list_losses }, { "models", list_models },     { "views", list_views }, { "panes", list_panes },
	{ "keys", list_keys },    { "example", example },        { "date", date },
};

static int
replace(char *line)
{
	char *word = line + strlen(".\\\" @"), *end = strchr(word, '@'), *argument;

	if (!end)
		return -1;
	*end = '\0';
	argument = strchr(word, ' ');
	if (argument)
		*argument++ = '\0';
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].write(argument ? argument : "");
	return -1;
}

int
main(void)
{
	char line[2048];

	for (int number = 1; fgets(line, sizeof line, stdin); number++) {
		char copy[2048];

		if (strncmp(line, ".\\\" @", 5) != 0) {
			fputs(line, stdout);
			continue;
		}
		memcpy(copy, line, sizeof copy);
		if (replace(copy) < 0) {
			fprintf(stderr, "line %d: nothing is known of %s", number, line);
			return 1;
		}
	}
	return fflush(stdout) != 0;
}
