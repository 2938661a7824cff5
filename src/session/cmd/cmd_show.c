/* cmd_show.c: `show`: the session, or the layers of a network. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/lab/leakage.h"
#include "retort/lab/stop_rule.h"
#include "retort/nn/models/model_table.h"
#include "retort/nn/net.h"

/* Return the network of that name, or NULL. */
static const struct net_info *
find_net(const struct lab_info *i, const char *name)
{
	if (i->run->has_student && strcmp(name, "s") == 0)
		return &i->run->student;
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
	args_join(&c->args, c->argc == 1 ? "NAME" : "MODEL", &words);
	status = known ? 0 : model_table_parse(text_get(&words), &spec, e);
	text_release(&words);
	if (known)
		spec = known->model;
	if (status < 0)
		return err_wrap(e, "show");
	net = net_new(known ? known->name : "model", &spec, &c->info->io,
		      (size_t)c->info->run->settings.knobs.batch, NULL, NULL, e);
	if (!net)
		return err_wrap(e, "show");
	net_summary(net, true, &c->output);
	net_free(net);
	return 0;
}

/* Print held-out or target rows that were trained on, if there are any. */
static void
show_seen(struct cmd_call *c, size_t n, size_t of, const char *rows, const char *where)
{
	if (n == 0)
		return;
	text_add(&c->output, "          ");
	leakage_count(&c->output, "", n, of, rows);
	text_addf(&c->output, " are %s\n", where);
}

static void
show_net_seen(struct cmd_call *c, const struct net_info *n)
{
	show_seen(c, n->seen_held, c->info->n_held, "held-out", "among its training rows");
	show_seen(c, n->seen_target, c->info->n_target, "target", "among its training rows");
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
		text_add(&c->output, "next-token labels");
	else if (io->kind == DATASET_TOKENS)
		text_addf(&c->output, "%d classes", i->classes);
	text_addf(&c->output,
		  "\n          %zu train (%zu labels shown), %zu held out, sha256 %.16s\n",
		  i->n_train, i->n_shown, i->n_held, i->data_hash);
	show_seen(c, i->equal_held, i->n_held, "held-out", "also training rows");
	show_seen(c, i->equal_target, i->n_target, "target", "also training rows");
	for (int k = 0; k < i->n_sets && (i->n_sets > 1 || i->run->settings.set_weight[0] != 1);
	     k++) {
		const struct lab_set *s = &i->set[k];

		text_addf(&c->output, "          %s %zu rows, %zu labelled, ", s->name, s->rows,
			  s->labelled);
		if (s->role == DATASET_TARGET || s->role == DATASET_HELD)
			text_addf(&c->output, "%s\n",
				  s->role == DATASET_HELD ? "held out" : "target");
		else
			text_addf(&c->output, "weight %g%s\n", i->run->settings.set_weight[k],
				  i->run->settings.set_weight[k] > 0 ? ""
								     : ": none of them are drawn");
	}
}

/* Print the absolute path of the recording. */
static void
show_recording(struct cmd_call *c)
{
	const char *slash = c->recording ? strrchr(c->recording, '/') : NULL;
	char *path;

	if (!c->recording)
		return;
	path = io_join(c->recording_dir, slash ? slash + 1 : c->recording);
	text_addf(&c->output, "recording %s\n", path);
	mem_free(path);
}

static int
exec_summary(struct cmd_call *c, struct err *e)
{
	const struct lab_info *i = c->info;
	char rule[64];

	(void)e;
	text_addf(&c->output, "seed      %llu\n", (unsigned long long)i->seed);
	if (i->data[0])
		show_data(c, i);
	for (int k = 0; k < i->n_teachers; k++) {
		if (i->teacher[k].is_file)
			text_addf(&c->output, "teacher   %s, outputs of file %s\n",
				  i->teacher[k].name, i->teacher[k].origin);
		else
			text_addf(&c->output, "teacher   %s %s, %llu parameters, %llu steps\n",
				  i->teacher[k].name, i->teacher[k].spec,
				  (unsigned long long)i->teacher[k].parameters,
				  (unsigned long long)i->teacher[k].steps);
		show_net_seen(c, &i->teacher[k]);
	}
	if (i->run->has_student)
		text_addf(&c->output, "student   %s, %llu parameters, %llu steps\n",
			  i->run->student.spec, (unsigned long long)i->run->student.parameters,
			  (unsigned long long)i->run->student.steps);
	if (i->run->has_student)
		show_net_seen(c, &i->run->student);
	if (i->run->settings.stop.evaluations)
		text_addf(&c->output, "stop      when %s\n",
			  stop_rule_text(&i->run->settings.stop, rule, sizeof rule));
	if (i->run->has_student) {
		text_add(&c->output, "kept      ");
		lab_print_kept(i, &c->output);
	}
	if (i->blas[0])
		text_addf(&c->output, "products  %s\n", i->blas);
	show_recording(c);
	return 0;
}

static const struct grammar_form show_forms[] = {
	GRAMMAR_ALONE(exec_summary),
	GRAMMAR_FORM(show_layers, { .name = "NAME", .kind = GRAMMAR_NET }),
	GRAMMAR_FORM(show_layers,
		     { .name = "MODEL", .kind = GRAMMAR_MODEL, .flags = GRAMMAR_REPEAT }),
	{ 0 }
};

const struct cmd cmd_show = {
	.name = "show",
	.form = show_forms,
	.doc = "Show seed, data, teachers and student; or the layers of a network or "
	       "model.",
	.example = "show",
};
