/* cmd_info.c: information and control of the session: `help`, `show`, `source`, `quit`. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/nn/net.h"
#include "retort/session/manual.h"
#include "retort/nn/models/model_table.h"

static int
exec_help(struct cmd_call *c, struct err *e)
{
	const struct cmd *d;
	char *page;

	for (size_t i = 0; c->argc == 0 && c->table[i]; i++)
		text_addf(&c->output, "%-16s %s\n", c->table[i]->name, c->table[i]->doc);
	if (c->argc == 0)
		return 0;
	if (strcmp(c->argv[0], "keys") == 0) {
		if (c->screen)
			c->screen->list_keys(c);
		return 0;
	}
	if (c->live && (page = manual_page(c->argv[0]))) {
		text_add(&c->output, page);
		mem_free(page);
		return 0;
	}
	d = cmd_find(c->table, c->argv[0], e);
	if (!d)
		return -1;
	cmd_synopsis(d, "", &c->output);
	text_addf(&c->output, "\n%s\n\nexample: %s\n", d->doc, d->example);
	return 0;
}

static const struct grammar_form info_help_forms[] = { GRAMMAR_FORM({ .name = "COMMAND|keys|TOPIC",
								      .kind = GRAMMAR_TOPIC,
								      .flags = GRAMMAR_OPTIONAL }),
						       { NULL } };

const struct cmd cmd_info_help = {
	.name = "help",
	.form = info_help_forms,
	.doc = "List the commands, or describe one.",
	.example = "help set",
	.exec = exec_help,
};

/* Return the network of that name, or NULL. */
static const struct net_info *
find_net(const struct lab_info *i, const char *name)
{
	if (i->run.has_student && strcmp(name, "s") == 0)
		return &i->run.student;
	for (int k = 0; k < i->n_teachers; k++)
		if (strcmp(i->teacher[k].name, name) == 0)
			return &i->teacher[k];
	return NULL;
}

/* Print layers, parameters, operations and memory of an existing network, or of a model. */
static int
show_layers(struct cmd_call *c, struct err *e)
{
	const struct net_info *known = c->argc == 1 ? find_net(c->info, c->argv[0]) : NULL;
	struct model_spec spec;
	struct text words = { 0 };
	struct net *net;
	int status;

	if (!c->info->data[0])
		return err_set(e, "show: no data yet, which the shape of a network depends on; "
				  "`data digits` first");
	if (known && known->is_file)
		return err_set(e, "show: %s is a file of outputs: it has no layers", known->name);
	for (int i = 0; i < c->argc && !known; i++)
		text_addf(&words, "%s%s", i ? " " : "", c->argv[i]);
	status = model_table_parse(known ? known->spec : text_get(&words), &spec, e);
	text_release(&words);
	if (status < 0)
		return err_wrap(e, "show");
	net = net_new(known ? known->name : "model", &spec, &c->info->io,
		      (size_t)c->info->run.settings.knobs.batch, NULL, NULL, e);
	if (!net)
		return err_wrap(e, "show");
	net_summary(net, true, &c->output);
	net_free(net);
	return 0;
}

static void
show_data(struct cmd_call *c, const struct lab_info *i)
{
	const struct model_io *io = &i->io;

	text_addf(&c->output, "data      %s: %zu rows, ", i->data, i->rows);
	if (io->kind == DATASET_IMAGE)
		text_addf(&c->output, "images of %zu x %zu x %zu, %d classes", io->height,
			  io->width, io->channels, i->classes);
	else if (io->kind == DATASET_TOKENS)
		text_addf(&c->output, "%zu tokens of %zu, ", io->length, io->vocab);
	else
		text_addf(&c->output, "%zu features, %d classes, %zu missing cells", i->features,
			  i->classes, i->missing);
	if (io->next_token)
		text_add(&c->output, "the next to be told");
	else if (io->kind == DATASET_TOKENS)
		text_addf(&c->output, "%d classes", i->classes);
	text_addf(&c->output,
		  "\n          %zu train (%zu labels shown), %zu held out, sha256 %.16s\n",
		  i->n_train, i->n_shown, i->n_held, i->data_hash);
	for (int k = 0; k < i->n_sets && (i->n_sets > 1 || i->run.settings.set_weight[0] != 1);
	     k++) {
		const struct lab_set *s = &i->set[k];

		text_addf(&c->output, "          %s %zu rows, %zu labelled, ", s->name, s->rows,
			  s->labelled);
		if (s->role == DATASET_TARGET || s->role == DATASET_HELD)
			text_addf(&c->output, "%s\n",
				  s->role == DATASET_HELD ? "held out" : "target");
		else
			text_addf(&c->output, "weight %g%s\n", i->run.settings.set_weight[k],
				  i->run.settings.set_weight[k] > 0 ? ""
								    : ": none of them are drawn");
	}
}

static int
exec_show(struct cmd_call *c, struct err *e)
{
	const struct lab_info *i = c->info;

	if (c->argc)
		return show_layers(c, e);
	text_addf(&c->output, "seed      %llu\n", (unsigned long long)i->seed);
	if (i->data[0])
		show_data(c, i);
	for (int k = 0; k < i->n_teachers; k++)
		if (i->teacher[k].is_file)
			text_addf(&c->output, "teacher   %s, outputs of file %s\n",
				  i->teacher[k].name, i->teacher[k].origin);
		else
			text_addf(&c->output, "teacher   %s %s, %llu parameters, %llu steps\n",
				  i->teacher[k].name, i->teacher[k].spec,
				  (unsigned long long)i->teacher[k].parameters,
				  (unsigned long long)i->teacher[k].steps);
	if (i->run.has_student)
		text_addf(&c->output, "student   %s, %llu parameters, %llu steps\n",
			  i->run.student.spec, (unsigned long long)i->run.student.parameters,
			  (unsigned long long)i->run.student.steps);
	if (i->blas[0])
		text_addf(&c->output, "products  %s\n", i->blas);
	return 0;
}

static const struct grammar_form info_show_forms[] = {
	GRAMMAR_FORM(),
	GRAMMAR_FORM({ .name = "NAME", .kind = GRAMMAR_NET }),
	GRAMMAR_FORM({ .name = "MODEL", .kind = GRAMMAR_MODEL, .flags = GRAMMAR_REPEAT }),
	{ NULL }
};

const struct cmd cmd_info_show = {
	.name = "show",
	.form = info_show_forms,
	.doc = "Show seed, data, teachers and student; or the layers of a network or "
	       "model.",
	.example = "show",
	.exec = exec_show,
};

static int
exec_source(struct cmd_call *c, struct err *e)
{
	(void)e;
	c->source = io_join(c->dir, c->argv[0]);
	return 0;
}

static const struct grammar_form info_source_forms[] = {
	GRAMMAR_FORM({ .name = "FILE", .kind = GRAMMAR_FILE }), { NULL }
};

const struct cmd cmd_info_source = {
	.name = "source",
	.form = info_source_forms,
	.doc = "Read commands from a file; its lines are recorded, not this one.",
	.example = "source more.ret",
	.exec = exec_source,
};

static int
exec_quit(struct cmd_call *c, struct err *e)
{
	(void)e;
	c->quit = true;
	return 0;
}

static const struct grammar_form info_quit_forms[] = { GRAMMAR_FORM(), { NULL } };

const struct cmd cmd_info_quit = {
	.name = "quit",
	.form = info_quit_forms,
	.doc = "End the session; running work stops at this step.",
	.example = "quit",
	.exec = exec_quit,
};

static int
exec_header(struct cmd_call *c, struct err *e)
{
	int64_t version;

	if (cmd_number("retort-session", c->argv[0], &version, e) < 0)
		return -1;
	if (version != 1)
		return err_set(e, "session format %lld is not 1, the only one this retort reads",
			       (long long)version);
	if (c->argc == 2 || (c->argc == 3 && strcmp(c->argv[1], "kernel") != 0))
		return err_set(e, "retort-session: '%.40s' is not kernel NAME", c->argv[1]);
	if (c->argc == 3)
		snprintf(c->kernel, sizeof c->kernel, "%s", c->argv[2]);
	return 0;
}

static const struct grammar_form info_header_forms[] = {
	GRAMMAR_FORM({ .name = "VERSION", .kind = GRAMMAR_NUMBER },
		     { .word = "kernel", .name = "NAME", .flags = GRAMMAR_OPTIONAL }),
	{ NULL }
};

const struct cmd cmd_info_header = {
	.name = "retort-session",
	.form = info_header_forms,
	.doc = "The first line of a session file: the version of its format.",
	.example = "retort-session 1",
	.exec = exec_header,
};
