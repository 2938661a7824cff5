/* view_model.c: the scene, built from samples and results. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/view_model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/lab/tunable.h"
#include "retort/ui/editor.h"
#include "retort/ui/layout.h"
#include "retort/ui/view_leave.h"
#include "retort/ui/view_probe.h"
#include "retort/ui/view_result.h"

#define RATE_SECONDS 0.5 /* interval over which speed is measured */
#define ERROR_REPORTS 5  /* progress reports, one a second, that leave an error in place */

struct view_model {
	struct scene scene;
	struct knobs display; /* display knobs, which the lab does not have */
	/* last measurement of the speed: time in seconds, step, branch (-1: none) */
	double rate_at;
	uint64_t rate_step;
	int rate_branch;
	struct view_probe probe;
	int held_reports; /* progress reports that have left an error in place */
};

struct view_model *
view_model_new(const char *name, const char *record)
{
	struct view_model *v = mem_new(sizeof *v);

	scene_init(&v->scene);
	snprintf(v->scene.session, sizeof v->scene.session, "%s", name);
	v->scene.recording = record != NULL;
	snprintf(v->scene.record, sizeof v->scene.record, "%s", record ? record : "");
	knob_defaults(&v->display);
	view_probe_init(&v->probe);
	v->rate_branch = -1;
	return v;
}

void
view_model_free(struct view_model *v)
{
	if (!v)
		return;
	scene_release(&v->scene);
	mem_free(v);
}

struct scene *
view_model_scene(struct view_model *v)
{
	return &v->scene;
}

/* The branch that trains, whose step is the step of the status line. */
static int
active_branch(const struct lab_info *i)
{
	return i->phase == LAB_TRAINING    ? BRANCH_TEACHER(i->busy)
	       : i->phase == LAB_REPORTING ? BRANCH_BASELINE
					   : BRANCH_STUDENT;
}

/* Update the figures of each teacher: share, and agreement and KL of the student, which for a
 * single teacher are those of the mixture. */
static void
update_teachers(struct lab_info *i, const struct event *ev)
{
	for (int k = 0; k < i->n_teachers; k++) {
		struct teaching *teaching = &i->run->teaching[k];

		if (ev->metric == metric_teacher((unsigned)k, METRIC_TEACHER_SHARE))
			teaching->share = ev->value;
		if (ev->metric == metric_teacher((unsigned)k, METRIC_TEACHER_AGREEMENT) ||
		    (i->n_teachers == 1 && ev->metric == METRIC_VAL_AGREEMENT))
			teaching->agreement = ev->value;
		if (ev->metric == metric_teacher((unsigned)k, METRIC_TEACHER_KL) ||
		    (i->n_teachers == 1 && ev->metric == METRIC_VAL_KL))
			teaching->kl = ev->value;
	}
}

/* The network that a sample of the focused run, or of a teacher, belongs to. */
static struct net_info *
network_of(struct lab_info *i, const struct event *ev)
{
	return ev->branch == BRANCH_STUDENT    ? &i->run->student
	       : ev->branch == BRANCH_BASELINE ? &i->run->baseline
					       : &i->teacher[ev->branch - BRANCH_TEACHER(0)];
}

/* Update the last scores of a network. Results have them too, but are less frequent. */
static void
update_scores(struct scores *last, const struct event *ev)
{
	switch (ev->metric) {
	case METRIC_VAL_NLL:
		last->nll = ev->value;
		last->step = ev->step;
		break;
	case METRIC_VAL_ACCURACY:
		last->accuracy = ev->value;
		break;
	case METRIC_VAL_ECE:
		last->ece = ev->value;
		break;
	case METRIC_VAL_AGREEMENT:
		last->agreement = ev->value;
		break;
	case METRIC_VAL_KL:
		last->kl = ev->value;
		break;
	default:
		break;
	}
}

/* Update scores, and the step of the last evaluation, of a run in the list of runs. Returns whether
 * it is the focused one. */
static bool
update_runs(struct lab_info *i, const struct event *ev)
{
	for (int k = 0; k < i->n_runs; k++) {
		struct lab_listed *r = &i->runs[k];

		if (r->number != ev->run || ev->branch != BRANCH_STUDENT)
			continue;
		update_scores(&r->last, ev);
		/* the step of the figures beside it: that of each step would cost bytes in each row
		 */
		if (metric_is_evaluated(ev->metric))
			r->step = ev->step > r->step ? ev->step : r->step;
	}
	return i->n_runs < 2 || i->runs[i->focus].number == ev->run;
}

void
view_model_sample(struct view_model *v, const struct event *ev)
{
	struct scene *s = &v->scene;

	s->version++;
	if (!update_runs(&s->info, ev) && ev->branch < BRANCH_TEACHER(0))
		return;
	update_scores(&network_of(&s->info, ev)->last, ev);
	if (ev->branch == BRANCH_STUDENT)
		update_teachers(&s->info, ev);
	if (ev->branch == BRANCH_STUDENT && ev->metric == METRIC_LR)
		tunable_follow(&s->info.run->settings, ev->step);
	if (ev->branch == active_branch(&s->info) && s->info.phase != LAB_IDLE &&
	    ev->step > s->info.run->step)
		s->info.run->step = ev->step;
}

/* Show the curves of the network that starts training, unless a branch was selected. */
static void
follow_branch(struct scene *s, const struct request *r)
{
	if (s->view.follow_branch && (r->kind == REQUEST_TRAIN || r->kind == REQUEST_RUN) &&
	    r->status == 0)
		s->view.branch =
			r->kind == REQUEST_TRAIN ? BRANCH_TEACHER(r->info->busy) : BRANCH_STUDENT;
}

/* Update texts and back-translations; takes those of `r`. */
static void
take_texts(struct scene *s, struct request *r)
{
	if (r->kind == REQUEST_TRANSLATE) {
		bitext_free(s->translation.last);
		s->translation = (struct scene_translation){ 0 };
	}
	if (r->status < 0 ||
	    (r->kind != REQUEST_BITEXT && r->kind != REQUEST_DATA && r->kind != REQUEST_SEED))
		return;
	bitext_free(s->bitext);
	s->bitext = NULL;
	if (r->kind == REQUEST_BITEXT) {
		s->bitext = r->u.bitext.bitext;
		r->u.bitext.bitext = NULL;
	}
	s->view.pair = 0;
}

/* A new student has nothing to save yet. */
static void
follow_student(struct scene *s, const struct request *r)
{
	if (r->status < 0 ||
	    (r->kind != REQUEST_STUDENT && r->kind != REQUEST_TEACH && r->kind != REQUEST_INIT))
		return;
	scene_save(s, s->view.run, s->info.run->student.steps, "");
}

void
view_model_saved(struct view_model *v, unsigned run, const char *name, const char *path)
{
	struct scene *s = &v->scene;
	const struct lab_listed *r = lab_run_listed(&s->info, (int)run);
	uint64_t steps = r && run != s->view.run ? r->step : s->info.run->student.steps;

	if (strcmp(name, "s") != 0)
		return;
	while (strncmp(path, "./", 2) == 0) /* of the directory, which saving adds again */
		path += 2;
	scene_save(s, run, steps, path);
}

void
view_model_answer(struct view_model *v, struct request *r)
{
	struct scene *s = &v->scene;
	enum lab_phase before = s->info.phase;

	view_probe_drop(&v->probe, s, view_result_drops(r));
	lab_info_copy(&s->info, &s->run, r->info);
	if (s->info.n_runs)
		s->view.run = (unsigned)s->info.runs[s->info.focus].number;
	knob_overlay(&s->info.run->settings.knobs, &v->display, KNOB_VIEW);
	view_result_say(s, r);
	follow_branch(s, r);
	follow_student(s, r);
	take_texts(s, r);
	editor_follow(s);
	if (s->info.phase != before)
		view_leave_follow(s);
	s->version++;
}

void
view_model_progress(struct view_model *v, struct request *r)
{
	bitext_free(v->scene.translation.last);
	v->scene.translation =
		(struct scene_translation){ r->u.progress.done, r->u.progress.texts,
					    r->u.progress.rate, r->u.progress.bitext };
	r->u.progress.bitext = NULL;
	v->held_reports = v->scene.message_is_error ? v->held_reports + 1 : 0;
	if (v->held_reports % (ERROR_REPORTS + 1) == 0)
		scene_say(&v->scene, false, "%s", r->note);
	v->scene.version++;
}

struct request *
view_model_next_measurement(struct view_model *v, double now)
{
	return view_probe_next(&v->probe, &v->scene, now);
}

void
view_model_measured(struct view_model *v, const struct request *r)
{
	view_probe_take(&v->probe, &v->scene, r);
}

void
view_model_display(struct view_model *v, const struct knobs *display)
{
	struct scene *s = &v->scene;

	v->display = *display;
	knob_overlay(&s->info.run->settings.knobs, display, KNOB_VIEW);
	curves_smooth(s->curves, s->info.run->settings.knobs.smooth);
	s->version++;
}

void
view_model_clear_pending(struct view_model *v)
{
	memset(v->scene.pending, 0, sizeof v->scene.pending);
}

void
view_model_add_pending(struct view_model *v, const struct knob *k, const char *value)
{
	size_t i = (size_t)(k - knob_table);

	v->scene.pending[i] = true;
	snprintf(v->scene.pending_text[i], sizeof v->scene.pending_text[i], "%.31s", value);
	v->scene.version++;
}

/* Say how the student compares: "done: 98.4% (baseline 89.5%, big 99.2%); i shows the report". */
static void
announce_report(struct scene *s)
{
	const struct lab_info *i = &s->info;
	struct text others = { 0 };

	if (i->run->has_baseline && isfinite(i->run->baseline.last.accuracy))
		text_item(&others, "baseline %.1f%%", 100 * i->run->baseline.last.accuracy);
	for (int k = 0; k < i->n_teachers; k++)
		if (i->teacher[k].ready && isfinite(i->teacher[k].last.accuracy))
			text_item(&others, "%s%s %.1f%%", i->n_teachers == 1 ? "teacher " : "",
				  i->teacher[k].name, 100 * i->teacher[k].last.accuracy);
	scene_say(s, false, "done: %.1f%%%s%s%s%s", 100 * i->run->student.last.accuracy,
		  others.len ? " (" : "", text_get(&others), others.len ? ")" : "",
		  s->view.focus == LAYOUT_report ? "" : "; i shows the report");
	scene_log(s, SCENE_GOOD, "@%llu done: %.1f%%%s%s%s",
		  (unsigned long long)i->run->student.steps, 100 * i->run->student.last.accuracy,
		  others.len ? " (" : "", text_get(&others), others.len ? ")" : "");
	text_release(&others);
}

void
view_model_report(struct view_model *v, const struct lab_info *info,
		  const struct report_change *change, size_t n)
{
	struct scene *s = &v->scene;
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return;
	report_text(f, info, change, n);
	if (fclose(f) == 0) {
		scene_report(s, text);
		if (s->view.report_asked)
			s->view.focus = LAYOUT_report;
		s->view.report_asked = false;
		announce_report(s);
	}
	free(text); /* allocated by open_memstream */
}

void
view_model_text(struct view_model *v, const char *title, const char *text)
{
	size_t len = strcspn(text, "\n");

	if (text[len] && text[len + 1])
		scene_help(&v->scene, title, text);
	else
		scene_say(&v->scene, false, "%.*s", (int)len, text);
}

void
view_model_log(struct view_model *v, const char *text)
{
	for (const char *end; *text; text = *end ? end + 1 : end) {
		end = text + strcspn(text, "\n");
		if (end > text)
			scene_log(&v->scene, SCENE_INFO, "%.*s", (int)(end - text), text);
	}
	v->scene.version++;
}

void
view_model_tick(struct view_model *v, double now)
{
	struct scene *s = &v->scene;
	const struct lab_info *i = &s->info;
	double seconds = now - v->rate_at;

	if (i->phase == LAB_IDLE || i->paused) {
		v->rate_branch = -1;
		s->eta = -1;
		s->rate = 0;
		return;
	}
	if (v->rate_branch != active_branch(i) || i->run->step < v->rate_step) {
		v->rate_branch = active_branch(i);
	} else if (seconds < RATE_SECONDS) {
		return;
	} else {
		double rate = (double)(i->run->step - v->rate_step) / seconds;

		if (!(fabs(rate - s->rate) <
		      0.03 * s->rate)) /* smaller changes would only flicker */
			s->rate = rate;
		s->eta = s->rate > 0 ? (double)(i->run->until - i->run->step) / s->rate : -1;
		s->version++;
	}
	v->rate_at = now;
	v->rate_step = i->run->step;
}
