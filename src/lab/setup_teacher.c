/* setup_teacher.c: teachers declared, loaded, read from files of outputs; their options. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/setup_teacher.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/choice.h"
#include "retort/base/text.h"
#include "retort/lab/runs.h"
#include "retort/lab/setup_net.h"
#include "retort/train/feed.h"
#include "retort/train/trainer_checkpoint.h"

/* Add a file of outputs as teacher k: it needs outputs for every training and held-out row. */
static int
add_file(struct trainer_state *w, struct request_net *r, int k, struct err *e)
{
	struct net_info *t = &w->info.teacher[k];

	if (logit_file_bind(r->file, w->train.ds, e) < 0 ||
	    logit_file_check(r->file, w->train.split.train, w->train.split.n_train, e) < 0 ||
	    logit_file_check(r->file, w->train.split.held, w->train.split.n_held, e) < 0)
		return err_wrap(e, "%s", r->from);
	memset(t, 0, sizeof *t);
	snprintf(t->name, sizeof t->name, "%s", r->name);
	snprintf(t->spec, sizeof t->spec, "outputs");
	snprintf(t->origin, sizeof t->origin, "%s (%s)", r->from, logit_kind_name[r->file->kind]);
	t->options.top = r->file->top;
	t->is_file = t->ready = true;
	t->last = t->best = t->target = NET_INFO_NO_SCORES;
	w->info.run->teaching[k] = (struct teaching){ NAN, NAN, NAN };
	w->train.teacher[k].file = r->file;
	r->file = NULL;
	return 0;
}

/* Make or load a network as teacher k. */
static int
add_network(struct trainer_state *w, struct request *request, int k, struct err *e)
{
	struct request_net *r = &request->u.net;
	struct train_teacher *t = &w->train.teacher[k];

	if (w->train.n_labelled == 0)
		return err_set(e, "no training row has a label");
	t->branch = setup_net_make(w, request, BRANCH_TEACHER(k), r->name, e);
	if (!t->branch)
		return -1;
	setup_net_describe(&w->info.teacher[k], t->branch, r->ckpt ? r->from : "");
	w->info.teacher[k].ready = r->ckpt != NULL;
	sampler_init(&t->order, w->train.ds, w->train.labelled, w->train.n_labelled,
		     setup_net_order_seed(w, r->name));
	return 0;
}

/* Check the name and the number of teachers. */
static int
check_room(const struct trainer_state *w, const char *name, struct err *e)
{
	if (!w->train.ds)
		return err_set(e, "teacher %s: no data yet; `data digits` first", name);
	if (runs_check_name(w, "teacher", name, e) < 0)
		return -1;
	if (w->info.n_teachers == TRAIN_TEACHERS)
		return err_set(e, "teacher %s: too many teachers (expected at most %d)", name,
			       TRAIN_TEACHERS);
	return 0;
}

/* Count one more teacher, of weight 1. */
static void
add_weight(struct trainer_state *w)
{
	struct settings *s = &w->info.run->settings;

	s->teacher_weight[w->info.n_teachers] = 1;
	s->teacher_muted[w->info.n_teachers] = false;
	s->teacher_frozen[w->info.n_teachers] = 0;
	s->n_teachers = ++w->info.n_teachers;
	runs_extend(w);
}

int
setup_teacher_add(struct trainer_state *w, struct request *r, struct err *e)
{
	struct request_net *n = &r->u.net;
	int k = w->info.n_teachers;

	if (check_room(w, n->name, e) < 0)
		return -1;
	if ((n->file ? add_file(w, n, k, e) : add_network(w, r, k, e)) < 0)
		return err_wrap(e, "teacher %s", n->name);
	add_weight(w);
	w->train.teacher[k].made = ++w->n_made;
	run_figures_init(&w->figures[k]);
	return 0;
}

/* A copy of the student's network without projections and parameters of its losses. */
static struct branch *
copy_student(const struct trainer_state *w, int id, const char *name, struct err *e)
{
	const struct branch *from = w->run->student;
	const struct net *n = from->net;
	struct branch *b =
		branch_new(id, name, &n->spec, &n->io, train_batch(&w->info.run->settings),
			   w->info.seed, w->train.pool, e);

	if (!b)
		return NULL;
	param_copy(&b->net->layout, branch_value(b), &n->layout, branch_value(from));
	param_copy(&b->net->layout, branch_moment1(b), &n->layout, branch_moment1(from));
	param_copy(&b->net->layout, branch_moment2(b), &n->layout, branch_moment2(from));
	b->state->step = from->state->step;
	branch_copy_rows(b, from);
	trainer_checkpoint_keep_files(b, trainer_checkpoint_files(from));
	return b;
}

int
setup_teacher_teach(struct trainer_state *w, struct request *r, struct err *e)
{
	int k = w->info.n_teachers;
	struct net_info *t = &w->info.teacher[k];
	const char *name = r->u.teacher.name;
	struct branch *b;

	if (!w->run->student)
		return err_set(e, "stage: no student yet; `student mlp 32` makes one");
	if (w->run->student->state->step == 0 && !w->info.run->student.origin[0])
		return err_set(e, "stage teach %s: the student has not been trained; `run` first",
			       name);
	if (check_room(w, name, e) < 0)
		return err_wrap(e, "stage");
	b = copy_student(w, BRANCH_TEACHER(k), name, e);
	if (!b)
		return err_wrap(e, "stage teach %s", name);
	w->train.teacher[k].branch = b;
	sampler_init(&w->train.teacher[k].order, w->train.ds, w->train.labelled,
		     w->train.n_labelled, setup_net_order_seed(w, name));
	setup_net_describe(t, b, w->info.run->student.origin);
	t->ready = true;
	t->steps = b->state->step;
	t->last = w->info.run->student.last;
	t->last.agreement = t->last.kl = NAN; /* measured against its former teachers */
	t->best = t->last;
	add_weight(w);
	w->train.teacher[k].made = ++w->n_made;
	w->info.stage++;
	run_figures_init(&w->figures[k]);
	runs_begin(w, r);
	return 0;
}

/* Set one option of a teacher from its word. */
static const char *
cache_word(size_t i)
{
	return teacher_cache_name[i];
}

static int
set_option(struct teacher_options *o, const char *key, const char *value, struct err *e)
{
	int64_t n;
	int bf16;

	if (strcmp(key, "cache") == 0) {
		int i = choice_find_next(value, cache_word, "cache", e);

		o->cache = i < 0 ? o->cache : (enum teacher_cache)i;
		return i < 0 ? -1 : 0;
	}
	if (strcmp(key, "top") == 0) {
		if (strcmp(value, "all") == 0)
			n = 0;
		else if (text_to_int(value, &n) < 0 || n < 1 || n > 65536)
			return err_set(
				e,
				"invalid top '%.40s' (expected all, or an integer from 1 to 65536)",
				value);
		o->top = (size_t)n;
		return 0;
	}
	bf16 = choice_find(value, "f32, bf16", "precision", e);
	o->bf16 = bf16 < 0 ? o->bf16 : bf16 == 1;
	return bf16 < 0 ? -1 : 0;
}

/* Report the effect of bfloat16 at once where the teacher has parameters. */
static int
report_effect(struct trainer_state *w, int k, struct request *r, struct err *e)
{
	struct net_info *t = &w->info.teacher[k];

	if (feed_open(&w->train, &w->info.run->settings, k, e) < 0)
		return -1;
	r->notable = true;
	snprintf(r->note, sizeof r->note,
		 "%s: effect of bf16: KL %.2g, agreement %.4g, largest difference %.2g", t->name,
		 t->effect.kl, t->effect.agreement, t->effect.largest);
	return 0;
}

int
setup_teacher_options(struct trainer_state *w, struct request *r, struct err *e)
{
	const char *name = r->u.option.teacher, *key = r->u.option.key;
	int k = lab_info_teacher(&w->info, name, e);
	struct teacher_options old;
	struct net_info *t;

	if (k < 0)
		return err_wrap(e, "teachers %s", name);
	t = &w->info.teacher[k];
	if (t->is_file)
		return err_set(e, "teacher %s: option %s does not apply to a file of outputs", name,
			       key);
	old = t->options;
	if (set_option(&t->options, key, r->u.option.value, e) < 0)
		return err_wrap(e, "teachers %s", name);
	w->taught++;
	teacher_close(&w->train.teacher[k].outputs);
	memset(&t->effect, 0, sizeof t->effect);
	if (!t->ready || !t->options.bf16 || old.bf16 || report_effect(w, k, r, e) == 0)
		return 0;
	t->options = old;
	return -1;
}
