/* view_model.c: samples and answers become the scene. */
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
#include "retort/ui/sides.h"

#define RATE_SECONDS 0.5 /* over which speed is measured */
#define PROBE_SECONDS 1  /* between two looks at layers */
#define YIELDS 5         /* reports of a translation, one a second, for which an error stands */

struct view_model {
	struct scene scene;
	struct knobs view;
	/* speed: when it was last measured, and where the work stood */
	double at;
	uint64_t at_step;
	int at_branch;
	/* the last question about layers */
	bool probing;
	double probed_at;
	int probed_teacher; /* -1: what is known is of other networks */
	uint64_t probed_step;
	/* the last question about sets */
	bool gauge_stale;   /* something has changed that it may depend on */
	bool gauge_dropped; /* and what was asked is of data or a student that is gone */
	double gauged_at;
	uint64_t gauged_step; /* of the evaluation behind which it was asked */
	int yielded;          /* reports of a translation that have let an error stand */
};

struct view_model *
view_model_new(const char *name, bool recording)
{
	struct view_model *l = mem_new(sizeof *l);

	scene_init(&l->scene);
	snprintf(l->scene.session, sizeof l->scene.session, "%s", name);
	l->scene.recording = recording;
	knob_defaults(&l->scene.defaults);
	knob_defaults(&l->scene.info.run.settings.knobs);
	knob_defaults(&l->view);
	l->at_branch = l->probed_teacher = -1;
	l->scene.eta = -1;
	return l;
}

void
view_model_free(struct view_model *l)
{
	if (!l)
		return;
	scene_release(&l->scene);
	mem_free(l);
}

struct scene *
view_model_scene(struct view_model *l)
{
	return &l->scene;
}

/* Whose step is shown as the step. */
static int
worker(const struct lab_info *i)
{
	return i->phase == LAB_TRAINING    ? BRANCH_TEACHER(i->busy)
	       : i->phase == LAB_REPORTING ? BRANCH_BASELINE
					   : BRANCH_STUDENT;
}

/* How far the student follows each teacher; of one alone the figures of all of them are its own. */
static void
hear(struct lab_info *i, const struct event *ev)
{
	for (int k = 0; k < i->n_teachers; k++) {
		struct teaching *heard = &i->teacher[k].teaching;

		if (ev->metric == metric_teacher((unsigned)k, METRIC_TEACHER_SHARE))
			heard->share = ev->value;
		if (ev->metric == metric_teacher((unsigned)k, METRIC_TEACHER_AGREEMENT) ||
		    (i->n_teachers == 1 && ev->metric == METRIC_VAL_AGREEMENT))
			heard->agreement = ev->value;
		if (ev->metric == metric_teacher((unsigned)k, METRIC_TEACHER_KL) ||
		    (i->n_teachers == 1 && ev->metric == METRIC_VAL_KL))
			heard->kl = ev->value;
	}
}

/* Held-out figures are the network's last scores: answers, which bring them too, come more rarely.
 */
static void
score(struct scene *s, const struct event *ev)
{
	struct net_info *net = ev->branch == BRANCH_STUDENT    ? &s->info.run.student
			       : ev->branch == BRANCH_BASELINE ? &s->info.run.baseline
							       : &s->info.teacher[ev->branch - 2];
	struct scores *last = &net->last;

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

void
view_model_sample(struct view_model *l, const struct event *ev)
{
	struct scene *s = &l->scene;
	bool first = !s->series[ev->branch][ev->metric];

	scene_sample(s, ev->branch, ev->metric, ev->step, ev->value);
	if (first)
		series_smooth(s->series[ev->branch][ev->metric], s->info.run.settings.knobs.smooth);
	score(s, ev);
	if (ev->branch == BRANCH_STUDENT)
		hear(&s->info, ev);
	if (ev->branch == BRANCH_STUDENT && ev->metric == METRIC_LR)
		tunable_follow(&s->info.run.settings, ev->step);
	if (ev->branch == worker(&s->info) && s->info.phase != LAB_IDLE &&
	    ev->step > s->info.run.step)
		s->info.run.step = ev->step;
}

/* What an answer to a kind of request does to the scene. */
#define FORGETS_CURVES 1u /* of all networks */
#define FORGETS_CKA 2u
#define FORGETS_PROBE 4u /* a measurement of layers that is under way */
#define FORGETS_GAUGE 8u /* what is known of two sets of rows */
#define STALES_GAUGE 16u /* that has to be measured again */
#define NEW_DATA (FORGETS_CURVES | FORGETS_CKA | FORGETS_PROBE | FORGETS_GAUGE | STALES_GAUGE)

struct reaction {
	int mark; /* enum scene_mark_kind + 1, drawn at its step; 0: none */
	unsigned forgets;
	void (*log)(struct scene *s, const struct request *r); /* lines of the log; may be NULL */
};
static const struct reaction reactions[REQUEST_KINDS];

/* A new network has no curves yet. */
static void
forget_curves(struct scene *s, const struct request *r)
{
	const char *name = r->kind == REQUEST_TEACHER ? r->u.net.name
			   : r->kind == REQUEST_STAGE ? r->u.teacher.name
			   : r->kind == REQUEST_TRAIN ? r->u.train.teacher
						      : "";
	int k = lab_info_teacher(r->info, name, NULL);

	if (r->kind == REQUEST_STUDENT || r->kind == REQUEST_STAGE ||
	    (r->kind == REQUEST_TEACHER && k < 0)) {
		scene_forget(s, BRANCH_STUDENT);
		scene_forget(s, BRANCH_BASELINE);
	}
	if (k >= 0 && (r->kind != REQUEST_TRAIN || r->info->run.from == 0))
		scene_forget(s, (unsigned)BRANCH_TEACHER(k));
	if (!(reactions[r->kind].forgets & FORGETS_CURVES))
		return;
	for (unsigned b = 0; b < BRANCH_IDS; b++)
		scene_forget(s, b);
}

/* The ramp of a knob that was laid down, begun again, or ended, or NULL where nothing of it
 * changed; no legs: ended. */
static const struct ramp *
new_ramp(const struct lab_info *was, const struct lab_info *now, int knob)
{
	static const struct ramp none;
	const struct ramp *before =
				  ramp_of(was->run.settings.ramp, was->run.settings.n_ramps, knob),
			  *after = ramp_of(now->run.settings.ramp, now->run.settings.n_ramps, knob);

	if (after && (!before || !ramp_is_same(before, after)))
		return after;
	return before && !after && now->run.student.steps < ramp_end(before) ? &none : NULL;
}

/* What a mark of a knob says where more than it was changed: only its own part. */
static const char *
own_part(const struct request *r, const struct knob *k, const struct scene *s,
	 const struct ramp *ramp, char *buf, size_t size)
{
	char from[64], to[64];

	if (ramp || !strstr(r->note, ", "))
		return r->note;
	snprintf(buf, size, "%s %s -> %s", k->name,
		 knob_brief(&s->info.run.settings.knobs, k, from, sizeof from),
		 knob_brief(&r->info->run.settings.knobs, k, to, sizeof to));
	return buf;
}

/* Knobs that have another value now, or another ramp; undo and redo come through here too. */
static bool
mark_knobs(struct scene *s, const struct request *r)
{
	bool any = false;
	char text[96];

	for (size_t i = 0; i < knob_count; i++) {
		const struct knob *k = &knob_table[i];
		double from = knob_value(&s->info.run.settings.knobs, k),
		       to = knob_value(&r->info->run.settings.knobs, k);
		const struct ramp *ramp = new_ramp(&s->info, r->info, (int)i);

		if (k->when == KNOB_VIEW || (from == to && !ramp))
			continue;
		scene_mark_add(s, SCENE_TWEAK, (unsigned)r->branch, (uint32_t)r->step,
			       own_part(r, k, s, ramp, text, sizeof text), (int)i, from, to);
		if (ramp)
			s->mark[s->n_marks - 1].ramp = *ramp;
		any = true;
	}
	return any;
}

/* A stage begins: a mark with its name, whatever knobs it turns. */
static void
mark_stage(struct scene *s, const struct request *r)
{
	scene_mark_add(s, SCENE_STAGE, (unsigned)r->branch, (uint32_t)r->step, r->note, -1, 0, 0);
	mark_knobs(s, r);
}

static void
mark_change(struct scene *s, const struct request *r)
{
	int kind = reactions[r->kind].mark - 1;
	const char *text = r->note[0]                    ? r->note
			   : r->kind == REQUEST_DIVERGED ? r->err.msg
			   : r->kind == REQUEST_MARK     ? r->u.mark.text
			   : r->kind == REQUEST_RUN      ? r->u.run.memory
							 : "";

	if (r->kind == REQUEST_RUN && r->u.run.stage.kind != LAB_RUN) {
		mark_stage(s, r);
		return;
	}
	if (mark_knobs(s, r) || kind < 0 || (r->kind == REQUEST_RUN && r->step == 0))
		return;
	scene_mark_add(s, (enum scene_mark_kind)kind, (unsigned)r->branch, (uint32_t)r->step, text,
		       -1, 0, 0);
}

static void
log_data(struct scene *s, const struct request *r)
{
	const struct lab_info *i = r->info;

	scene_log(s, SCENE_INFO, "data %s: %zu rows, %zu features, %d classes, %zu labels shown",
		  i->data, i->rows, i->features, i->classes, i->n_shown);
}

static void
log_train(struct scene *s, const struct request *r)
{
	scene_log(s, SCENE_INFO, "training %s for %lld epochs", r->u.train.teacher,
		  (long long)r->u.train.epochs);
}

static void
log_run(struct scene *s, const struct request *r)
{
	scene_log(s, SCENE_INFO, "running to step %llu", (unsigned long long)r->info->run.until);
	if (r->u.run.memory[0])
		scene_log(s, SCENE_INFO, "%s", r->u.run.memory);
}

static void
log_done(struct scene *s, const struct request *r)
{
	scene_log(s, SCENE_GOOD, "%s %s", r->stamp,
		  r->branch >= BRANCH_TEACHER(0) ? "the teacher is trained" : "the run has ended");
}

static void
log_mark(struct scene *s, const struct request *r)
{
	const char *text = r->kind == REQUEST_STOP ? "stopped" : r->u.mark.text;

	scene_say(s, false, "%s %s", r->stamp, text);
	scene_log(s, SCENE_INFO, "%s %s", r->stamp, text);
}

/* clang-format off */
static const struct reaction reactions[REQUEST_KINDS] = {
	[REQUEST_SEED] = { .forgets = NEW_DATA },
	[REQUEST_DATA] = { .forgets = NEW_DATA, .log = log_data },
	[REQUEST_ADD] = { .forgets = NEW_DATA & ~FORGETS_CURVES },
	[REQUEST_INIT] = { .forgets = FORGETS_CKA | FORGETS_PROBE | STALES_GAUGE },
	[REQUEST_TEACHER] = { .forgets = FORGETS_CKA | FORGETS_PROBE | STALES_GAUGE },
	[REQUEST_STUDENT] = { .forgets = NEW_DATA & ~FORGETS_CURVES },
	[REQUEST_OPTIONS] = { .forgets = FORGETS_PROBE | STALES_GAUGE },
	[REQUEST_STAGE] = { .forgets = FORGETS_PROBE | FORGETS_GAUGE | STALES_GAUGE },
	[REQUEST_TRAIN] = { .forgets = FORGETS_PROBE | STALES_GAUGE, .log = log_train },
	[REQUEST_RUN] = { .mark = SCENE_RUN + 1, .log = log_run },
	[REQUEST_MAP] = { .mark = SCENE_MAP + 1 },
	[REQUEST_WEIGHT] = { .mark = SCENE_TWEAK + 1 },
	[REQUEST_MUTE] = { .mark = SCENE_TWEAK + 1, .forgets = STALES_GAUGE },
	[REQUEST_DRAW] = { .mark = SCENE_TWEAK + 1 },
	[REQUEST_RAMP] = { .mark = SCENE_TWEAK + 1 },
	[REQUEST_BALANCE] = { .mark = SCENE_TWEAK + 1 },
	[REQUEST_FREEZE] = { .mark = SCENE_TWEAK + 1 },
	[REQUEST_REMEDY] = { .mark = SCENE_TWEAK + 1, .forgets = STALES_GAUGE },
	[REQUEST_UNDO] = { .mark = SCENE_TWEAK + 1, .forgets = STALES_GAUGE },
	[REQUEST_REDO] = { .mark = SCENE_TWEAK + 1, .forgets = STALES_GAUGE },
	[REQUEST_EVAL] = { .forgets = STALES_GAUGE },
	[REQUEST_MARK] = { .mark = SCENE_NOTE + 1, .log = log_mark },
	[REQUEST_STOP] = { .mark = SCENE_STOP + 1, .log = log_mark },
	[REQUEST_DONE] = { .forgets = FORGETS_PROBE | STALES_GAUGE, .log = log_done },
	[REQUEST_DIVERGED] = { .mark = SCENE_DIVERGED + 1 },
};
/* clang-format on */

static void
say(struct scene *s, const struct request *r)
{
	if (r->status < 0) {
		scene_say(s, true, "%s", r->err.msg);
		return;
	}
	if (r->note[0])
		scene_say(s, false, "%s%s%s", r->stamp, r->stamp[0] ? " " : "", r->note);
	if (r->note[0])
		scene_log(s, SCENE_INFO, "%s%s%s", r->stamp, r->stamp[0] ? " " : "", r->note);
	if (reactions[r->kind].log)
		reactions[r->kind].log(s, r);
}

/* Show whoever is at work, until a person chooses. */
static void
follow(struct scene *s, const struct request *r)
{
	if (s->view.follow_branch && (r->kind == REQUEST_TRAIN || r->kind == REQUEST_RUN) &&
	    r->status == 0)
		s->view.branch =
			r->kind == REQUEST_TRAIN ? BRANCH_TEACHER(r->info->busy) : BRANCH_STUDENT;
}

/* Drop measurements that the change has made obsolete. */
static void
forget_measurements(struct view_model *l, const struct request *r)
{
	unsigned forgets = r->status < 0 ? 0 : reactions[r->kind].forgets;

	if (forgets & FORGETS_PROBE)
		l->probed_teacher = -1;
	if (forgets & FORGETS_CKA)
		l->scene.cka.n_student = 0;
	if (forgets & STALES_GAUGE)
		l->gauge_stale = true;
	if (forgets & FORGETS_GAUGE) {
		sides_forget(&l->scene);
		l->gauge_dropped = true;
	}
}

void
view_model_translated(struct view_model *l, struct request *r)
{
	bitext_free(l->scene.translation.last);
	l->scene.translation =
		(struct scene_translation){ r->u.progress.done, r->u.progress.texts,
					    r->u.progress.rate, r->u.progress.bitext };
	r->u.progress.bitext = NULL;
	l->yielded = l->scene.message_is_error ? l->yielded + 1 : 0;
	if (l->yielded % (YIELDS + 1) == 0)
		scene_say(&l->scene, false, "%s", r->note);
	l->scene.version++;
}

/* What is seen of texts and their translations. */
static void
follow_texts(struct scene *s, struct request *r)
{
	if (r->kind == REQUEST_TRANSLATE) {
		bitext_free(s->translation.last);
		s->translation = (struct scene_translation){ 0 };
	}
	if (r->status < 0 ||
	    (r->kind != REQUEST_RETELL && r->kind != REQUEST_DATA && r->kind != REQUEST_SEED))
		return;
	bitext_free(s->bitext);
	s->bitext = NULL;
	if (r->kind == REQUEST_RETELL) {
		s->bitext = r->u.bitext.bitext;
		r->u.bitext.bitext = NULL;
	}
	s->view.pair = 0;
}

void
view_model_answer(struct view_model *l, struct request *r)
{
	struct scene *s = &l->scene;

	if (r->status == 0)
		forget_curves(s, r);
	forget_measurements(l, r);
	if (r->status == 0 || r->kind == REQUEST_DIVERGED)
		mark_change(s, r);
	s->info = *r->info;
	knob_overlay(&s->info.run.settings.knobs, &l->view, KNOB_VIEW);
	say(s, r);
	follow(s, r);
	follow_texts(s, r);
	editor_follow(s);
	s->version++;
}

static bool
is_moving(const struct scene *s)
{
	return s->info.phase != LAB_IDLE && !s->info.paused;
}

/* What is known is of these two sets. */
static bool
is_of_sides(const struct scene *s, const char *a, const char *b)
{
	return strcmp(a, sides_name(s, 0)) == 0 && strcmp(b, sides_name(s, 1)) == 0;
}

/* About the sets that the gauge pane compares: behind every evaluation, and after changes that it
 * may depend on. */
static struct request *
ask_gauge(struct view_model *l, double now)
{
	struct scene *s = &l->scene;
	bool known = s->gauge_error[0] ||
		     (s->gauge.rows[0] && is_of_sides(s, s->gauge.name[0], s->gauge.name[1]));
	struct request *r;

	if (!l->gauge_stale && known &&
	    (l->gauged_step == s->info.run.student.last.step ||
	     (is_moving(s) && now < l->gauged_at + PROBE_SECONDS)))
		return NULL;
	r = request_new(REQUEST_GAUGE);
	snprintf(r->u.sets.first, sizeof r->u.sets.first, "%s", sides_name(s, 0));
	snprintf(r->u.sets.second, sizeof r->u.sets.second, "%s", sides_name(s, 1));
	l->gauge_stale = l->gauge_dropped = false;
	l->gauged_step = s->info.run.student.last.step;
	l->gauged_at = now;
	l->probing = true;
	return r;
}

struct request *
view_model_probe(struct view_model *l, double now)
{
	struct scene *s = &l->scene;
	struct request *r;

	if (!l->probing && sides_open(s))
		return ask_gauge(l, now);
	if (l->probing || !editor_is_open(s) ||
	    (is_moving(s) && now < l->probed_at + PROBE_SECONDS) ||
	    (l->probed_teacher == s->view.edit_teacher && l->probed_step == s->info.run.step))
		return NULL;
	r = request_new(REQUEST_PROBE);
	r->u.probe.teacher = l->probed_teacher = s->view.edit_teacher;
	l->probed_step = s->info.run.step;
	l->probed_at = now;
	l->probing = true;
	return r;
}

/* Another two may have been chosen meanwhile, or other data come: then it is asked anew. */
static void
take_gauge(struct view_model *l, const struct request *r)
{
	struct scene *s = &l->scene;

	if (l->gauge_dropped || !is_of_sides(s, r->u.sets.first, r->u.sets.second))
		l->gauge_stale = true;
	else
		sides_take(s, r->status < 0 ? NULL : r->u.sets.report, r->err.msg);
}

void
view_model_probed(struct view_model *l, const struct request *r)
{
	l->probing = false;
	if (r->kind == REQUEST_GAUGE) {
		take_gauge(l, r);
		return;
	}
	if (r->status < 0 || l->probed_teacher < 0) /* refused, or about networks that are gone */
		return;
	l->scene.cka = r->u.probe.cka;
	l->scene.version++;
}

void
view_model_knobs(struct view_model *l, const struct knobs *view)
{
	struct scene *s = &l->scene;

	l->view = *view;
	knob_overlay(&s->info.run.settings.knobs, view, KNOB_VIEW);
	for (int b = 0; b < BRANCH_IDS; b++)
		for (int m = 0; m < METRIC_COUNT; m++)
			if (s->series[b][m])
				series_smooth(s->series[b][m], s->info.run.settings.knobs.smooth);
	s->version++;
}

void
view_model_unasked(struct view_model *l)
{
	memset(l->scene.pending, 0, sizeof l->scene.pending);
}

void
view_model_ask(struct view_model *l, const struct knob *k, const char *value)
{
	size_t i = (size_t)(k - knob_table);

	l->scene.pending[i] = true;
	snprintf(l->scene.pending_text[i], sizeof l->scene.pending_text[i], "%.31s", value);
	l->scene.version++;
}

void
view_model_report(struct view_model *l, const struct lab_info *info,
		  const struct report_change *change, size_t n)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return;
	report_text(f, info, change, n);
	if (fclose(f) == 0)
		scene_help(&l->scene, "report", text);
	free(text); /* open_memstream's own */
}

void
view_model_say(struct view_model *l, const char *title, const char *text)
{
	size_t len = strcspn(text, "\n");

	if (text[len] && text[len + 1])
		scene_help(&l->scene, title, text);
	else
		scene_say(&l->scene, false, "%.*s", (int)len, text);
}

void
view_model_log(struct view_model *l, const char *text)
{
	for (const char *end; *text; text = *end ? end + 1 : end) {
		end = text + strcspn(text, "\n");
		if (end > text)
			scene_log(&l->scene, SCENE_INFO, "%.*s", (int)(end - text), text);
	}
	l->scene.version++;
}

void
view_model_tick(struct view_model *l, double now)
{
	struct scene *s = &l->scene;
	const struct lab_info *i = &s->info;
	double seconds = now - l->at;

	if (i->phase == LAB_IDLE || i->paused) {
		l->at_branch = -1;
		s->eta = -1;
		s->rate = 0;
		return;
	}
	if (l->at_branch != worker(i) || i->run.step < l->at_step) {
		l->at_branch = worker(i);
	} else if (seconds < RATE_SECONDS) {
		return;
	} else {
		double rate = (double)(i->run.step - l->at_step) / seconds;

		if (!(fabs(rate - s->rate) < 0.03 * s->rate)) /* else it only flickers */
			s->rate = rate;
		s->eta = s->rate > 0 ? (double)(i->run.until - i->run.step) / s->rate : -1;
		s->version++;
	}
	l->at = now;
	l->at_step = i->run.step;
}
