/* fill.c: insert the program's tables into the source of a manual page, from standard input to
 * standard output. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "tables.h"

/*
 * A line `.\" @WORD ARGUMENT@` in a page is replaced by text generated from the table of that name,
 * so defaults and ranges in the manual are those of the program. An unknown word is an error.
 */

static const struct {
	const char *word;
	int (*write)(const char *argument);
} words[] = {
	{ "synopsis", commands_synopsis }, { "doc", commands_doc },
	{ "example", commands_example },   { "commands", commands_list },
	{ "knobs", tables_knobs },         { "metrics", tables_metrics },
	{ "losses", tables_losses },       { "layer-losses", tables_layer_losses },
	{ "models", tables_models },       { "kinds", tables_kinds },
	{ "views", commands_views },       { "panes", commands_panes },
	{ "keys", commands_keys },         { "sets", tables_sets },
};

/* Write the replacement of a line; `line` starts after the first @. Return -1 for an unknown word.
 */
static int
replace(char *line)
{
	char *end = strchr(line, '@'), *what;

	if (!end || end[1] != '\n')
		return -1;
	*end = '\0';
	what = strchr(line, ' ');
	if (what)
		*what++ = '\0';
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i].word, line) == 0)
			return words[i].write(what ? what : "");
	return -1;
}

int
main(void)
{
	static const char start[] = ".\\\" @";
	char line[2048], copy[2048];

	for (int number = 1; fgets(line, sizeof line, stdin); number++) {
		if (strncmp(line, start, sizeof start - 1) != 0) {
			fputs(line, stdout);
			continue;
		}
		memcpy(copy, line, sizeof copy);
		if (replace(copy + sizeof start - 1) < 0) {
			fprintf(stderr, "fill: line %d: unknown replacement %s", number, line);
			return 1;
		}
	}
	return fflush(stdout) != 0;
}
