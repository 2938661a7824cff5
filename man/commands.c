/* commands.c: commands of the session language, actions of the screen, keys and panes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "commands.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/text.h"
#include "retort/session/cmd/cmd_table.h"
#include "retort/session/synopsis.h"
#include "retort/ui/keymap.h"
#include "retort/ui/pane.h"
#include "roff.h"

/* Write one piece of a synopsis and return the rest: brackets open and close options, capitals are
 * arguments, other words are literal. `glued`: no blank before it. */
static const char *
write_piece(const char *p, bool glued)
{
	size_t n = strcspn(p, " []|:.");
	bool capital = isupper((unsigned char)*p) && (n == 1 || isupper((unsigned char)p[1]));

	if (*p == ' ')
		return p + 1;
	fputs(glued && *p != '|' ? " Ns" : "", stdout);
	if (*p == '[' || *p == ']') {
		fputs(*p == '[' ? " Oo" : " Oc", stdout);
		return p + 1;
	}
	if (*p == '|') {
		fputs(" |", stdout);
		return p + 1;
	}
	if (*p == ':' || *p == '.') {
		n = strspn(p, ":.");
		printf(" No %s%.*s", n == 1 ? "\\&" : "", (int)n, p);
		return p + n;
	}
	printf(" %s %.*s", capital ? "Ar" : "Cm", (int)n, p);
	return p + n;
}

/* Write one line of a synopsis behind the name of the command. */
static void
write_form(const char *name, const char *form)
{
	printf(".It\n.Cm %s", name);
	for (const char *p = form; *p;) {
		/* without a blank before it, a piece continues the word; brackets space
		 * themselves */
		bool glued = p > form && !strchr(" [|", p[-1]) && !strchr(" ]", *p);

		p = write_piece(p, glued);
	}
	putchar('\n');
}

int
commands_synopsis(const char *name)
{
	const struct cmd *d = cmd_find(cmd_table, name, NULL);

	if (!d)
		return -1;
	puts(".Bl -item -compact");
	if (d->synopsis)
		write_form(name, d->synopsis);
	for (const struct grammar_form *f = d->form; f->item && !d->synopsis; f++) {
		struct text form = { 0 };

		synopsis_form(f, &form);
		write_form(name, text_get(&form));
		text_release(&form);
	}
	puts(".El");
	return 0;
}

int
commands_doc(const char *name)
{
	const struct cmd *d = cmd_find(cmd_table, name, NULL);

	if (!d)
		return -1;
	roff_text(d->doc);
	return 0;
}

int
commands_example(const char *name)
{
	const struct cmd *d = cmd_find(cmd_table, name, NULL);

	if (!d)
		return -1;
	fputs(".Dl ", stdout);
	roff_text(d->example);
	return 0;
}

int
commands_list(const char *unused)
{
	(void)unused;
	puts(".Bl -tag -width retort-session");
	for (size_t i = 0; cmd_table[i]; i++) {
		roff_item("Cm", cmd_table[i]->name);
		roff_text(cmd_table[i]->doc);
	}
	puts(".El");
	return 0;
}

int
commands_views(const char *unused)
{
	(void)unused;
	puts(".Bl -tag -width previous-mark");
	for (const struct grammar_form *f = cmd_view.form; f->item; f++) {
		const struct grammar_item *argument = &f->item[1];

		printf(".It Cm %s%s%s\n", f->item->word, argument->name ? " Ar " : "",
		       argument->name ? argument->name : "");
		roff_text(f->item->help);
	}
	puts(".El");
	return 0;
}

int
commands_panes(const char *unused)
{
	(void)unused;
	puts(".Bl -tag -width accuracy");
	for (size_t i = 0; i < pane_count; i++) {
		roff_item("Cm", pane_table[i]->name);
		roff_text(pane_table[i]->doc);
	}
	puts(".El");
	return 0;
}

int
commands_keys(const char *context)
{
	struct keymap *m = keymap_new();
	struct text keys = { 0 }, command = { 0 };
	struct keymap_group g;
	int found = 0;

	puts(".Bl -tag -width \"Right, l\"");
	for (size_t at = 0; keymap_group(m, context, &at, &g); found++) {
		keymap_group_text(&g, &keys, &command);
		fputs(".It Ic ", stdout);
		for (int i = 0; i < g.n; i++) {
			if (g.is_range && i && i + 1 < g.n)
				continue;
			if (i)
				fputs(g.is_range ? " No to Ic " : " , Ic ", stdout);
			roff_argument(g.key[i]);
		}
		fputs("\n.Ql ", stdout);
		roff_argument(text_get(&command));
		puts(" :");
		roff_text(cmd_meaning(cmd_table, g.command));
	}
	puts(".El");
	text_release(&keys);
	text_release(&command);
	keymap_free(m);
	return found ? 0 : -1;
}
