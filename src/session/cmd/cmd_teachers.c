/* cmd_teachers.c: `teachers`: list, weigh and mute teachers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

#include <math.h>

/* Print options that are not at their defaults, and the size of the cache. */
static void
print_options(struct cmd_call *c, const struct net_info *t)
{
	if (t->options.cache != TEACHER_AUTO)
		text_addf(&c->output, "  cache %s", teacher_cache_name[t->options.cache]);
	if (t->options.top)
		text_addf(&c->output, "  top %zu", t->options.top);
	if (t->options.bf16)
		text_add(&c->output, "  precision bf16");
	if (t->options.bf16 && t->effect.positions)
		text_addf(&c->output, " (KL %.2g, agreement %.4g, largest difference %.2g)",
			  t->effect.kl, t->effect.agreement, t->effect.largest);
	if (t->cache_bytes)
		text_addf(&c->output, "  cached %.1f MiB", (double)t->cache_bytes / 0x1p20);
	text_add(&c->output, "\n");
}

/* Print how well the student agrees with the teacher, if measured. */
static void
print_teaching(struct cmd_call *c, const struct teaching *h)
{
	if (isfinite(h->share) && c->info->n_teachers > 1)
		text_addf(&c->output, "  share %.3g", h->share);
	if (isfinite(h->kl))
		text_addf(&c->output, "  student agrees %.4g, KL %.4g", h->agreement, h->kl);
}

static int
list_teachers(struct cmd_call *c, struct err *e)
{
	(void)e;
	for (int i = 0; i < c->info->n_teachers; i++) {
		const struct net_info *t = &c->info->teacher[i];

		text_addf(&c->output, "%-12s weight %g%s  ", t->name,
			  c->info->run->settings.teacher_weight[i],
			  c->info->run->settings.teacher_muted[i] ? " muted" : "");
		if (t->is_file)
			text_addf(&c->output, "outputs of file %s  ready", t->origin);
		else
			text_addf(&c->output, "%s  %llu parameters  %s", t->spec,
				  (unsigned long long)t->parameters,
				  t->ready ? "ready" : "not trained");
		print_teaching(c, &c->info->run->teaching[i]);
		print_options(c, t);
	}
	return 0;
}

static int
exec_weight(struct cmd_call *c, struct err *e)
{
	struct request *r = cmd_request(c, REQUEST_WEIGHT);

	r->u.teacher.weight = args_real(&c->args, "weight", 1);
	return cmd_copy_arg(r->u.teacher.name, NET_NAME, c, "NAME", e);
}

static int
exec_equal(struct cmd_call *c, struct err *e)
{
	(void)e;
	cmd_request(c, REQUEST_WEIGHT)->u.teacher.weight = 1;
	return 0;
}

static int
exec_mute(struct cmd_call *c, struct err *e)
{
	static const int mutes[] = { REQUEST_MUTES, REQUEST_UNMUTE, REQUEST_SOLO };
	struct request *r = cmd_request(c, REQUEST_MUTE);

	r->u.teacher.mute = mutes[args_choice(&c->args, "mute|unmute|solo", 0)];
	return cmd_copy_arg(r->u.teacher.name, NET_NAME, c, "NAME", e);
}

static int
exec_unmute(struct cmd_call *c, struct err *e)
{
	(void)e;
	cmd_request(c, REQUEST_MUTE)->u.teacher.mute = REQUEST_UNMUTE;
	return 0;
}

static const struct grammar_form teachers_forms[] = {
	GRAMMAR_ALONE(list_teachers),
	GRAMMAR_FORM(exec_weight, { .name = "NAME", .kind = GRAMMAR_TEACHER },
		     { .word = "weight", .name = "W", .kind = GRAMMAR_REAL }),
	GRAMMAR_FORM(exec_mute, { .name = "NAME", .kind = GRAMMAR_TEACHER },
		     { .name = "mute|unmute|solo",
		       .kind = GRAMMAR_CHOICE,
		       .choices = "mute, unmute, solo" }),
	GRAMMAR_FORM(exec_unmute, { .word = "unmute", .help = "unmute all teachers" }),
	GRAMMAR_FORM(exec_equal, { .word = "equal", .help = "weight 1 for all teachers" }),
	{ 0 }
};

const struct cmd cmd_teachers = {
	.name = "teachers",
	.form = teachers_forms,
	.flags = CMD_RECORD,
	.doc = "List the teachers, or change the weight of one; a muted teacher is not computed.",
	.example = "teachers big weight 0.5",
};
