/* tables.c: knobs, metrics, losses, networks and data sets. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "tables.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/text.h"
#include "retort/conf/knob.h"
#include "retort/data/read/fetched.h"
#include "retort/kd/loss.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/nn/model.h"
#include "retort/nn/models/model_table.h"
#include "retort/train/metric.h"
#include "roff.h"

int
tables_sets(const char *unused)
{
	(void)unused;
	puts(".Bl -tag -width sentences");
	for (size_t i = 0; i < fetched_count; i++) {
		const struct fetched *f = &fetched_table[i];

		roff_item("Cm", f->name);
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
format_range(const struct knob *k, struct text *out)
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
write_knob_table(const char *unused)
{
	struct text t = { 0 };

	(void)unused;
	puts(".Bl -column temperature constant \"auto, ascii, quadrants, braille\" fixed -compact");
	puts(".It Sy knob Ta Sy default Ta Sy range Ta Sy when");
	for (size_t i = 0; i < knob_count; i++) {
		const struct knob *k = &knob_table[i];

		format_range(k, &t);
		printf(".It %s Ta %s Ta ", k->name, k->initial);
		roff_argument(t.s);
		printf(" Ta %s\n", whens[k->when]);
	}
	puts(".El");
	text_release(&t);
	return 0;
}

/* Write the effect of a key press on a knob. */
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

int
tables_knobs(const char *when)
{
	struct text t = { 0 };
	int found = 0;

	if (!*when)
		return write_knob_table(when);
	puts(".Bl -tag -width weight-decay");
	for (size_t i = 0; i < knob_count; i++) {
		const struct knob *k = &knob_table[i];

		if (strcmp(whens[k->when], when) != 0)
			continue;
		found++;
		roff_item("Cm", k->name);
		roff_text(k->doc);
		format_range(k, &t);
		printf("%s: %s; default: %s.\n", k->choices ? "Values" : "Range", t.s, k->initial);
		write_nudge(k);
	}
	puts(".El");
	text_release(&t);
	return found ? 0 : -1;
}

int
tables_metrics(const char *only)
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
		roff_item("Cm", m->name);
		roff_text(m->doc);
		if (m->unit[0])
			printf("In %s.\n", m->unit);
		if (m->better)
			printf("%s is better.\n", m->better < 0 ? "Lower" : "Higher");
	}
	puts(".El");
	return found ? 0 : -1;
}

/* Return what a loss needs, as a sentence. */
static const char *
describe_needs(const struct loss *l)
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

/* Write description, formula, citation and needs of a loss. Return -1 if it is unknown. */
static int
write_loss(const char *name)
{
	for (size_t i = 0; i < loss_table_count; i++) {
		const struct loss *l = loss_table[i];

		if (strcmp(l->name, name) != 0)
			continue;
		roff_text(l->doc);
		puts(".Bl -tag -width Citation\n.It Formula");
		roff_text(l->formula);
		puts(".It Citation");
		roff_text(l->reference);
		puts(".It Needs");
		puts(describe_needs(l));
		puts(".El");
		return 0;
	}
	return -1;
}

int
tables_losses(const char *name)
{
	if (*name)
		return write_loss(name);
	puts(".Bl -tag -width rkd-distance");
	for (size_t i = 0; i < loss_table_count; i++) {
		roff_item("Cm", loss_table[i]->name);
		roff_text(loss_table[i]->doc);
	}
	puts(".El");
	return 0;
}

int
tables_layer_losses(const char *unused)
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

/* List the options of a network with range or choices and default. */
static void
list_options(const struct model *m)
{
	char least[40], most[40];

	if (!m->option->name)
		return;
	puts(".Bl -tag -width activation");
	for (const struct model_option *o = m->option; o->name; o++) {
		roff_item("Cm", o->name);
		roff_text(o->doc);
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

int
tables_kinds(const char *unused)
{
	(void)unused;
	for (size_t i = 0; i < model_table_count; i++)
		printf(".Cm %s%s\n", model_table[i]->name,
		       i + 1 == model_table_count ? " ." : " ,");
	return 0;
}

int
tables_models(const char *unused)
{
	(void)unused;
	puts(".Bl -tag -width Ds");
	for (size_t i = 0; i < model_table_count; i++) {
		char synopsis[MODEL_TEXT];

		fputs(".It Li ", stdout);
		roff_argument(model_synopsis(model_table[i], synopsis, sizeof synopsis));
		putchar('\n');
		roff_text(model_table[i]->doc);
		list_options(model_table[i]);
	}
	puts(".El");
	return 0;
}
