/* complete_offer.c: candidates for each kind of argument. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/complete_offer.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/data/augment/augment.h"
#include "retort/data/dataset.h"
#include "retort/data/read/fetched.h"
#include "retort/data/sets.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/lab/tunable.h"
#include "retort/session/cmd.h"
#include "retort/data/read/bundled.h"
#include "retort/nn/models/model_table.h"

void
complete_offer_word(struct complete_list *l, const char *candidate)
{
	if (strncmp(candidate, l->prefix, strlen(l->prefix)) != 0)
		return;
	mem_grow(&l->item, &l->cap, l->n + 2, sizeof *l->item);
	l->item[l->n++] = mem_text(candidate);
	l->item[l->n] = NULL;
}

static void
offer_table(struct complete_list *l, const char *(*next)(size_t i))
{
	for (size_t i = 0; next(i); i++)
		complete_offer_word(l, next(i));
}

static void
offer_command(struct complete_list *l)
{
	for (size_t i = 0; l->commands[i]; i++)
		complete_offer_word(l, l->commands[i]->name);
}

static void
offer_knob(struct complete_list *l)
{
	offer_table(l, knob_name);
}

/* Offer the choices of a knob, or its current value and its default. */
static void
offer_value(struct complete_list *l)
{
	const struct knob *k = l->n_words > 1 ? knob_find(l->word[1], NULL) : NULL;
	char buf[64];

	if (!k)
		return;
	for (size_t i = 0; k->choices && knob_choice(k, i, buf, sizeof buf); i++)
		complete_offer_word(l, buf);
	if (k->choices)
		return;
	complete_offer_word(l, knob_print(&l->info->run->settings.knobs, k, buf, sizeof buf));
	complete_offer_word(l, k->initial);
}

static void
offer_teacher(struct complete_list *l)
{
	for (int i = 0; i < l->info->n_teachers; i++)
		complete_offer_word(l, l->info->teacher[i].name);
}

static void
offer_net(struct complete_list *l)
{
	offer_teacher(l);
	complete_offer_word(l, "s");
}

static void
offer_layers(struct complete_list *l, const struct net_info *net, const char *owner)
{
	for (int i = 0; i < net->n_layers; i++) {
		char layer[64];

		snprintf(layer, sizeof layer, "%s:%s", owner, net->layer[i].name);
		complete_offer_word(l, layer);
	}
}

static void
offer_teacher_layer(struct complete_list *l)
{
	for (int i = 0; i < l->info->n_teachers; i++)
		offer_layers(l, &l->info->teacher[i], l->info->teacher[i].name);
}

static void
offer_student_layer(struct complete_list *l)
{
	if (l->info->run->has_student)
		offer_layers(l, &l->info->run->student, "s");
}

static void
offer_run(struct complete_list *l)
{
	for (int i = 0; i < l->info->n_runs; i++)
		complete_offer_word(l, l->info->runs[i].name);
}

static void
offer_layer_loss(struct complete_list *l)
{
	offer_table(l, loss_table_layer_name);
}

static void
offer_loss(struct complete_list *l)
{
	offer_table(l, loss_table_output_name);
}

static void
offer_augment(struct complete_list *l)
{
	for (size_t i = 0; i < augment_count; i++)
		complete_offer_word(l, augment_table[i]->name);
}

/* Offer an option of `owner`, or after it its current value. */
static void
offer_option(struct complete_list *l, const char *owner, const struct knob *k)
{
	const char *option = k->name + strlen(owner) + 1;
	char value[64];

	if (l->n_words % 2 == 0)
		complete_offer_word(l, option);
	else if (strcmp(l->word[l->n_words - 1], option) == 0)
		complete_offer_word(
			l, knob_print(&l->info->run->settings.knobs, k, value, sizeof value));
}

static void
offer_loss_option(struct complete_list *l)
{
	const struct loss *loss = l->n_words > 1 ? loss_table_find(l->word[1]) : NULL;

	for (size_t i = 0; loss && i < knob_count; i++)
		if (loss_table_of_knob(&knob_table[i]) == loss)
			offer_option(l, loss->name, &knob_table[i]);
}

static void
offer_augment_option(struct complete_list *l)
{
	for (size_t i = 0; l->n_words > 1 && i < knob_count; i++) {
		const struct augment *a = augment_of_knob(&knob_table[i]);

		if (a && strcmp(a->name, l->word[1]) == 0)
			offer_option(l, a->name, &knob_table[i]);
	}
}

static void
offer_set(struct complete_list *l)
{
	complete_offer_word(l, "train");
	complete_offer_word(l, "held-out");
	for (int i = 1; i < l->info->n_sets; i++)
		complete_offer_word(l, l->info->set[i].name);
}

/* Offer the sets that a student can be trained on. */
static void
offer_train_set(struct complete_list *l)
{
	for (int i = 0; i < l->info->n_sets; i++)
		if (sets_role_trains(l->info->set[i].role))
			complete_offer_word(l, l->info->set[i].name);
}

/* Offer the knobs and weights that can follow a ramp. */
static void
offer_weight(struct complete_list *l)
{
	char word[80];

	offer_knob(l);
	for (int i = 0; i < l->info->n_sets; i++)
		if (sets_role_trains(l->info->set[i].role))
			complete_offer_word(
				l, tunable_name(l->info, TUNABLE_SET(i), word, sizeof word));
	for (int i = 0; i < l->info->n_teachers; i++)
		complete_offer_word(l,
				    tunable_name(l->info, TUNABLE_TEACHER(i), word, sizeof word));
	for (int i = 0; i < l->info->run->settings.n_maps; i++)
		complete_offer_word(l, tunable_name(l->info,
						    TUNABLE_MAP(l->info->run->settings.map[i].slot),
						    word, sizeof word));
}

/* Offer what a sweep varies. */
static void
offer_axis(struct complete_list *l)
{
	offer_knob(l);
	complete_offer_word(l, "student");
	complete_offer_word(l, "labels");
}

/* Offer the trainable layers of the student, without "s:". */
static void
offer_layer(struct complete_list *l)
{
	for (int i = 0; l->info->run->has_student && i < l->info->run->student.n_layers; i++)
		if (l->info->run->student.layer[i].learns)
			complete_offer_word(l, l->info->run->student.layer[i].name);
}

/* Offer the trainable layers of the student, and of teachers as "NAME:LAYER". */
static void
offer_net_layer(struct complete_list *l)
{
	char word[64];

	offer_layer(l);
	for (int k = 0; k < l->info->n_teachers; k++)
		for (int i = 0; i < l->info->teacher[k].n_layers; i++) {
			if (!l->info->teacher[k].layer[i].learns)
				continue;
			snprintf(word, sizeof word, "%s:%s", l->info->teacher[k].name,
				 l->info->teacher[k].layer[i].name);
			complete_offer_word(l, word);
		}
}

/* Offer the kinds of models; after one, its options with their defaults. */
static void
offer_model(struct complete_list *l)
{
	char word[80];

	for (size_t i = 0; i < model_table_count; i++) {
		const struct model *m = model_table[i];
		bool chosen = false;

		for (int k = 1; k < l->n_words; k++)
			chosen |= strcmp(l->word[k], m->name) == 0;
		if (!chosen)
			complete_offer_word(l, m->name);
		for (const struct model_option *o = m->option; chosen && o->name; o++) {
			snprintf(word, sizeof word, "%s=%s", o->name, o->initial);
			complete_offer_word(l, word);
		}
	}
}

static void
offer_metric(struct complete_list *l)
{
	for (size_t i = 0; i < METRIC_FIXED; i++)
		complete_offer_word(l, metric_name(i));
	for (unsigned i = 0; i < LOSS_OUTPUTS; i++)
		for (unsigned part = 0;
		     part < 3 && loss_weight(loss_table[i], &l->info->run->settings.knobs) > 0;
		     part++)
			complete_offer_word(l,
					    metric_name(metric_output(i, (enum metric_part)part)));
	for (int i = 0; i < l->info->run->settings.n_maps; i++)
		for (unsigned part = 0; part < 3; part++)
			complete_offer_word(
				l, metric_name(metric_map(l->info->run->settings.map[i].slot,
							  (enum metric_part)part)));
}

/* Offer the terms of the loss with weight above 0; the name of a map is what follows "share-" in
 * its metric. */
static void
offer_term(struct complete_list *l)
{
	for (unsigned i = 0; i < LOSS_OUTPUTS; i++)
		if (loss_weight(loss_table[i], &l->info->run->settings.knobs) > 0)
			complete_offer_word(l, loss_table[i]->name);
	for (int i = 0; i < l->info->run->settings.n_maps; i++)
		complete_offer_word(
			l, strchr(metric_name(metric_map(l->info->run->settings.map[i].slot,
							 METRIC_SHARE)),
				  '-') +
				   1);
}

/* Offer the names in the directory of the word; directories end in '/'. */
static void
offer_file(struct complete_list *l)
{
	const char *slash = strrchr(l->prefix, '/');
	size_t len = slash ? (size_t)(slash - l->prefix) + 1 : 0;
	struct text dir = { 0 }, path = { 0 };
	struct dirent *d;
	struct stat st;
	DIR *open;

	text_bytes(&dir, l->prefix, len);
	open = opendir(len ? dir.s : ".");
	while (open && (d = readdir(open))) {
		if (d->d_name[0] == '.' && l->prefix[len] != '.')
			continue;
		text_clear(&path);
		text_addf(&path, "%s%s", text_get(&dir), d->d_name);
		if (stat(path.s, &st) == 0 && S_ISDIR(st.st_mode))
			text_add(&path, "/");
		complete_offer_word(l, path.s);
	}
	if (open)
		closedir(open);
	text_release(&dir);
	text_release(&path);
}

static void
offer_data(struct complete_list *l)
{
	offer_table(l, bundled_name);
	offer_table(l, fetched_name);
	offer_file(l);
}

static void
offer_pane(struct complete_list *l)
{
	if (l->screen)
		offer_table(l, l->screen->pane);
}

static void
offer_context(struct complete_list *l)
{
	complete_offer_word(l, "all");
	complete_offer_word(l, "editor");
	offer_pane(l);
}

static void
offer_topic(struct complete_list *l)
{
	static const char *const more[] = { "keys",   "retort",   "session",  "retortrc",
					    "losses", "networks", "tutorial", "bench" };

	offer_command(l);
	for (size_t i = 0; i < sizeof more / sizeof *more; i++)
		complete_offer_word(l, more[i]);
}

/* By kind of argument; NULL: no candidates but the words in its name. */
static void (*const offers[GRAMMAR_KINDS])(struct complete_list *l) = {
	[GRAMMAR_KNOB] = offer_knob,
	[GRAMMAR_VALUE] = offer_value,
	[GRAMMAR_COMMAND] = offer_command,
	[GRAMMAR_FILE] = offer_file,
	[GRAMMAR_DATA] = offer_data,
	[GRAMMAR_OUTPUT] = offer_file,
	[GRAMMAR_TEACHER] = offer_teacher,
	[GRAMMAR_NET] = offer_net,
	[GRAMMAR_RUN] = offer_run,
	[GRAMMAR_TEACHER_LAYER] = offer_teacher_layer,
	[GRAMMAR_STUDENT_LAYER] = offer_student_layer,
	[GRAMMAR_LAYER] = offer_layer,
	[GRAMMAR_NET_LAYER] = offer_net_layer,
	[GRAMMAR_MODEL] = offer_model,
	[GRAMMAR_SET] = offer_set,
	[GRAMMAR_TRAIN_SET] = offer_train_set,
	[GRAMMAR_METRIC] = offer_metric,
	[GRAMMAR_TERM] = offer_term,
	[GRAMMAR_WEIGHT] = offer_weight,
	[GRAMMAR_AXIS] = offer_axis,
	[GRAMMAR_RAMP_VALUE] = offer_value,
	[GRAMMAR_LOSS] = offer_loss,
	[GRAMMAR_LOSS_OPTION] = offer_loss_option,
	[GRAMMAR_LAYER_LOSS] = offer_layer_loss,
	[GRAMMAR_AUGMENT] = offer_augment,
	[GRAMMAR_AUGMENT_OPTION] = offer_augment_option,
	[GRAMMAR_PANE] = offer_pane,
	[GRAMMAR_CONTEXT] = offer_context,
	[GRAMMAR_TOPIC] = offer_topic,
};

void
complete_offer_kind(struct complete_list *l, enum grammar_kind kind)
{
	if (offers[kind])
		offers[kind](l);
}
