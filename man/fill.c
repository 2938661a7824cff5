/* fill.c: puts the program's tables into the sources of the manual pages: standard input to
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
 * A line `.\" @WORD ARGUMENT@` in a page is replaced by what the table of that name says, so the
 * manual cannot tell another default than the one that is used. An unknown word is an error.
 */

/* Text that roff takes for text: backslashes doubled, no control line by accident, a line for each
 * sentence. */
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

/* One argument of a macro: quoted, so that mdoc neither calls it nor takes it for punctuation. */
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

/* A piece of a synopsis: brackets open and close options, capitals are arguments, the rest is typed
 * as it stands. */
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

/* One line for each form of a command. */
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
			/* what follows without a blank is one word with what was before; brackets
			 * see to themselves */
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
			fputs("Read with\n.Cm", stdout);
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

/* What a knob takes: "0.05 to 1000 steps", or its choices. */
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

/* All knobs at a glance. */
static int
table_of_knobs(const char *unused)
{
	struct text t = { 0 };

	(void)unused;
	puts(".Bl -column temperature constant \"auto, ascii, quadrants, braille\" fixed -compact");
	puts(".It Sy knob Ta Sy default Ta Sy \"from, to\" Ta Sy when");
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
tell_nudge(const struct knob *k)
{
	if (k->choices)
		puts("A key press takes the next choice.");
	else
		printf("A key press %s %s.\n",
		       k->nudge[0] == 'x' ? "multiplies or divides by" : "adds or takes",
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
		printf("%s%s; %s unless set.\n", k->choices ? "One of " : "From ", t.s, k->initial);
		tell_nudge(k);
	}
	puts(".El");
	text_release(&t);
	return found ? 0 : -1;
}

/* Metrics, but for those of mapped pairs and of teachers but the first, whose name starts with one
 * of the words of `only`; all of them without. */
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
		       : l->needs & LOSS_CLASSES ? "A teacher; uses labels where there are any."
						 : "A teacher.";
	if (l->needs & LOSS_LABELS)
		return "A teacher, a pair of mapped layers, and labels.";
	if (l->needs & LOSS_BEFORE)
		return "A teacher, and a pair of mapped feature maps, of the same channels as each "
		       "other, with layers before them "
		       "that have the same places and the same channels.";
	if (l->needs & (LOSS_MAP | LOSS_IMAGE))
		return "A teacher, and a pair of mapped feature maps.";
	return of_rows ? "A teacher, a pair of mapped layers of any widths, and at least two rows "
			 "in a batch."
		       : "A teacher, and a pair of mapped layers.";
}

static int
tell_loss(const char *name)
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
		return tell_loss(name);
	puts(".Bl -tag -width rkd-distance");
	for (size_t i = 0; i < loss_table_count; i++) {
		item("Cm", loss_table[i]->name);
		text(loss_table[i]->doc);
	}
	puts(".El");
	return 0;
}

/* Names of the losses that a map can match with, but for the one that is taken unless another is
 * said. */
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

static void
list_options(const struct model *m)
{
	if (!m->option->name)
		return;
	puts(".Bl -tag -width activation");
	for (const struct model_option *o = m->option; o->name; o++) {
		item("Cm", o->name);
		text(o->doc);
		if (o->type != MODEL_PICK)
			printf("From %g to %g.\n", o->least, o->most);
		else
			printf("One of %s.\n", o->choices);
		printf("%s unless said.\n", o->initial);
	}
	puts(".El");
}

/* The kinds' names in one sentence. */
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

/* `line` is what stands between the two @. */
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
			fprintf(stderr, "fill: line %d: nothing is known of %s", number, line);
			return 1;
		}
	}
	return fflush(stdout) != 0;
}
