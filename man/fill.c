/* fill.c: insert the program's tables into the source of a manual page, from standard input to
 * standard output. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/text.h"
#include "retort/conf/knob.h"
#include "retort/data/read/fetched.h"
#include "retort/nn/model.h"
#include "retort/kd/loss.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/train/metric.h"
#include "retort/ui/pane.h"
#include "retort/ui/view.h"
#include "retort/nn/models/model_table.h"
#include "retort/session/cmd/cmd_table.h"
#include "retort/ui/keymap.h"

/*
 * A line `.\" @WORD ARGUMENT@` in a page is replaced by text generated from the table of that name,
 * so defaults and ranges in the manual are those of the program. An unknown word is an error.
 */

/* Write text for roff: backslashes and leading control characters escaped, each sentence on a line
 * of its own. */
static void
text(const char *s)
{
	if (*s == '.' || *s == '\'')
		fputs("\\&", stdout);
	for (; *s; s++) {
		bool ends = s[0] == '.' && s[1] == ' ' && isupper((unsigned char)s[2]);

		fputs(*s == '\\' ? "\\e" : ends ? ".\n" : (char[]){ *s, '\0' }, stdout);
		s += ends;
	}
	putchar('\n');
}

/* Write one argument of a macro, quoted so that mdoc treats it neither as a macro nor as
 * punctuation. */
static void
argument(const char *s)
{
	fputs("\"\\&", stdout);
	for (; *s; s++)
		fputs(*s == '\\' ? "\\e" : *s == '"' ? "\\(dq" : (char[]){ *s, '\0' }, stdout);
	putchar('"');
}

static void
item(const char *macro, const char *s)
{
	printf(".It %s %s\n", macro, s);
}

/* Write one piece of a synopsis and return the rest: brackets open and close options, capitals are
 * arguments, other words are literal. `glued`: no blank before it. */
static const char *
synopsis_piece(const char *p, bool glued)
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

/* Write the synopsis of a command: one line for each form. */
static int
synopsis(const char *name)
{
	const struct cmd *d = cmd_find(cmd_table, name, NULL);

	if (!d)
		return -1;
	puts(".Bl -item -compact");
	for (const struct grammar_form *f = d->form; f->item; f++) {
		struct text form = { 0 };

		grammar_synopsis(f, &form);
		printf(".It\n.Cm %s", d->name);
		for (const char *p = text_get(&form), *start = p; *p;) {
			/* without a blank before it, a piece continues the word; brackets space
			 * themselves */
			bool glued = p > start && !strchr(" [|", p[-1]) && !strchr(" ]", *p);

			p = synopsis_piece(p, glued);
		}
		putchar('\n');
		text_release(&form);
	}
	puts(".El");
	return 0;
}

static int
doc(const char *name)
{
	const struct cmd *d = cmd_find(cmd_table, name, NULL);

	if (!d)
		return -1;
	text(d->doc);
	return 0;
}

static int
example(const char *name)
{
	const struct cmd *d = cmd_find(cmd_table, name, NULL);

	if (!d)
		return -1;
	fputs(".Dl ", stdout);
	text(d->example);
	return 0;
}

static int
list_commands(const char *unused)
{
	(void)unused;
	puts(".Bl -tag -width retort-session");
	for (size_t i = 0; cmd_table[i]; i++) {
		item("Cm", cmd_table[i]->name);
		text(cmd_table[i]->doc);
	}
	puts(".El");
	return 0;
}

/* Sets that can be fetched, where they come from, and what they are read with. */
static int
list_sets(const char *unused)
{
	(void)unused;
	puts(".Bl -tag -width sentences");
	for (size_t i = 0; i < fetched_count; i++) {
		const struct fetched *f = &fetched_table[i];

		item("Cm", f->name);
		printf("%c%s.\nFrom %s; %s.\n", toupper((unsigned char)f->what[0]), f->what + 1,
		       f->source, f->licence);
		if (f->o.tokens) {
			fputs("Default options:\n.Cm", stdout);
			if (f->o.text)
				printf(" label No %s Cm text No %s Cm", f->o.label, f->o.text);
			printf(" tokens No %s Cm length No %zu .\n", f->o.tokens, f->o.length);
		}
	}
	puts(".El");
	return 0;
}

static const char *const whens[] = {
	[KNOB_LIVE] = "live", [KNOB_FIXED] = "fixed", [KNOB_VIEW] = "view"
};

/* Format the values of a knob: "0.05 to 1000 steps", or its choices. */
static void
range(const struct knob *k, struct text *out)
{
	char min[40], max[40], choice[40];

	text_clear(out);
	for (size_t i = 0; k->choices && knob_choice(k, i, choice, sizeof choice); i++)
		text_addf(out, "%s%s", i ? ", " : "", choice);
	if (!k->choices)
		text_addf(out, "%s to %s%s%s%s", text_number(min, sizeof min, k->min),
			  text_number(max, sizeof max, k->max), k->unit[0] ? " " : "", k->unit,
			  k->or_zero ? ", or 0" : "");
}

/* Write a table of all knobs. */
static int
table_of_knobs(const char *unused)
{
	struct text t = { 0 };

	(void)unused;
	puts(".Bl -column temperature constant \"auto, ascii, quadrants, braille\" fixed -compact");
	puts(".It Sy knob Ta Sy default Ta Sy range Ta Sy when");
	for (size_t i = 0; i < knob_count; i++) {
		const struct knob *k = &knob_table[i];

		range(k, &t);
		printf(".It %s Ta %s Ta ", k->name, k->initial);
		argument(t.s);
		printf(" Ta %s\n", whens[k->when]);
	}
	puts(".El");
	text_release(&t);
	return 0;
}

static void
write_nudge(const struct knob *k)
{
	if (k->choices)
		puts("A key press selects the next choice.");
	else
		printf("A key press %s %s.\n",
		       k->nudge[0] == 'x' ? "multiplies or divides it by" : "adds or subtracts",
		       k->nudge + 1);
}

static int
list_knobs(const char *when)
{
	struct text t = { 0 };
	int found = 0;

	if (!*when)
		return table_of_knobs(when);
	puts(".Bl -tag -width weight-decay");
	for (size_t i = 0; i < knob_count; i++) {
		const struct knob *k = &knob_table[i];

		if (strcmp(whens[k->when], when) != 0)
			continue;
		found++;
		item("Cm", k->name);
		text(k->doc);
		range(k, &t);
		printf("%s: %s; default: %s.\n", k->choices ? "Values" : "Range", t.s, k->initial);
		write_nudge(k);
	}
	puts(".El");
	text_release(&t);
	return found ? 0 : -1;
}

/* List the metrics whose name starts with `only`, all if it is empty; without those of mapped pairs
 * and of teachers other than the first. */
static int
list_metrics(const char *only)
{
	int found = 0;

	puts(".Bl -tag -width train-accuracy");
	for (unsigned i = 0; i < METRIC_COUNT; i++) {
		const struct metric_info *m = metric_info(i);
		bool of_pair = i >= METRIC_FIXED && i < metric_output(0, METRIC_TRAIN);

		if (of_pair || i >= metric_teacher(1, METRIC_TEACHER_SHARE) ||
		    strncmp(m->name, only, strlen(only)) != 0)
			continue;
		found++;
		item("Cm", m->name);
		text(m->doc);
		if (m->unit[0])
			printf("In %s.\n", m->unit);
		if (m->better)
			printf("%s is better.\n", m->better < 0 ? "Lower" : "Higher");
	}
	puts(".El");
	return found ? 0 : -1;
}

static const char *
needs_of(const struct loss *l)
{
	bool of_rows = l->needs & LOSS_BATCH && l->needs & LOSS_WIDTHS;

	if (!(l->needs & (LOSS_LAYER | LOSS_MAP)))
		return l->needs & LOSS_LABELS    ? "Labels."
		       : l->needs & LOSS_CLASSES ? "A teacher; labels are used if there are any."
						 : "A teacher.";
	if (l->needs & LOSS_LABELS)
		return "A teacher, a pair of mapped layers, and labels.";
	if (l->needs & LOSS_BEFORE)
		return "A teacher, and a pair of mapped feature maps with the same number of "
		       "channels; "
		       "the layers before them must have the same numbers of positions and of "
		       "channels.";
	if (l->needs & (LOSS_MAP | LOSS_IMAGE))
		return "A teacher, and a pair of mapped feature maps.";
	return of_rows ? "A teacher, a pair of mapped layers of any widths, and at least two rows "
			 "in a batch."
		       : "A teacher, and a pair of mapped layers.";
}

static int
write_loss(const char *name)
{
	for (size_t i = 0; i < loss_table_count; i++) {
		const struct loss *l = loss_table[i];

		if (strcmp(l->name, name) != 0)
			continue;
		text(l->doc);
		puts(".Bl -tag -width Citation\n.It Formula");
		text(l->formula);
		puts(".It Citation");
		text(l->reference);
		puts(".It Needs");
		puts(needs_of(l));
		puts(".El");
		return 0;
	}
	return -1;
}

static int
list_losses(const char *name)
{
	if (*name)
		return write_loss(name);
	puts(".Bl -tag -width rkd-distance");
	for (size_t i = 0; i < loss_table_count; i++) {
		item("Cm", loss_table[i]->name);
		text(loss_table[i]->doc);
	}
	puts(".El");
	return 0;
}

/* List the losses that a map can match with, without the default. */
static int
list_layer_losses(const char *unused)
{
	(void)unused;
	for (size_t i = 0; i < loss_table_count; i++)
		if (loss_table[i]->needs & (LOSS_LAYER | LOSS_MAP) && loss_table[i] != &loss_hidden)
			printf(".Cm %s%s\n", loss_table[i]->name,
			       i + 1 == loss_table_count ? " ." : " ,");
	return 0;
}

/* Write the choices of an option, which are separated by blanks, as a list. */
static void
write_choices(const char *choices)
{
	for (const char *p = choices; *p; p++)
		fputs(*p == ' ' ? ", " : (char[]){ *p, '\0' }, stdout);
}

static void
list_options(const struct model *m)
{
	char least[40], most[40];

	if (!m->option->name)
		return;
	puts(".Bl -tag -width activation");
	for (const struct model_option *o = m->option; o->name; o++) {
		item("Cm", o->name);
		text(o->doc);
		if (o->type != MODEL_PICK) {
			printf("Range: %s to %s", text_number(least, sizeof least, o->least),
			       text_number(most, sizeof most, o->most));
		} else {
			fputs("Values: ", stdout);
			write_choices(o->choices);
		}
		printf("; default: %s.\n", o->initial);
	}
	puts(".El");
}

/* List the names of the models in one sentence. */
static int
list_kinds(const char *unused)
{
	(void)unused;
	for (size_t i = 0; i < model_table_count; i++)
		printf(".Cm %s%s\n", model_table[i]->name,
		       i + 1 == model_table_count ? " ." : " ,");
	return 0;
}

static int
list_models(const char *unused)
{
	(void)unused;
	puts(".Bl -tag -width Ds");
	for (size_t i = 0; i < model_table_count; i++) {
		char synopsis[800];

		fputs(".It Li ", stdout);
		argument(model_synopsis(model_table[i], synopsis, sizeof synopsis));
		putchar('\n');
		text(model_table[i]->doc);
		list_options(model_table[i]);
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
		const struct view_action *v = &view_table[i];

		printf(".It Cm %s%s%s\n", v->name, v->argument[0] ? " Ar " : "", v->argument);
		text(v->doc);
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

/* List the default keys of a context: keys, command line, help. */
static int
list_keys(const char *context)
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
			argument(g.key[i]);
		}
		fputs("\n.Ql ", stdout);
		argument(text_get(&command));
		puts(" :");
		text(cmd_meaning(cmd_table, g.command));
	}
	puts(".El");
	text_release(&keys);
	text_release(&command);
	keymap_free(m);
	return found ? 0 : -1;
}

static const struct {
	const char *word;
	int (*write)(const char *argument);
} words[] = {
	{ "synopsis", synopsis },  { "doc", doc },
	{ "example", example },    { "commands", list_commands },
	{ "knobs", list_knobs },   { "metrics", list_metrics },
	{ "losses", list_losses }, { "layer-losses", list_layer_losses },
	{ "models", list_models }, { "kinds", list_kinds },
	{ "views", list_views },   { "panes", list_panes },
	{ "keys", list_keys },     { "sets", list_sets },
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
