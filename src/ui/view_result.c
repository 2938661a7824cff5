/* view_result.c: what the result of a request changes in the scene. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/view_result.h"

#include <stdio.h>
#include <string.h>

#define NEW_DATA                                                                        \
	(VIEW_RESULT_CURVES | VIEW_RESULT_CKA | VIEW_RESULT_PROBE | VIEW_RESULT_GAUGE | \
	 VIEW_RESULT_STALE)

/* What the result of a kind of request does. */
struct reaction {
	int mark;       /* enum scene_mark_kind + 1 of its marker; 0: none */
	unsigned drops; /* enum view_result_drops */
	void (*log)(struct scene *s, const struct request *r); /* add lines to the log; or NULL */
};
static const struct reaction reactions[REQUEST_KINDS];

void
view_result_curves(struct scene *s, const struct request *r)
{
	const char *name = r->kind == REQUEST_TEACHER ? r->u.net.name
			   : r->kind == REQUEST_TEACH ? r->u.teacher.name
			   : r->kind == REQUEST_TRAIN ? r->u.train.teacher
						      : "";
	int k = lab_info_teacher(r->info, name, NULL);

	if (r->kind == REQUEST_STUDENT || r->kind == REQUEST_TEACH ||
	    (r->kind == REQUEST_TEACHER && k < 0)) {
		scene_forget(s, BRANCH_STUDENT);
		scene_forget(s, BRANCH_BASELINE);
	}
	if (k >= 0 && (r->kind != REQUEST_TRAIN || r->info->run->from == 0))
		scene_forget(s, (unsigned)BRANCH_TEACHER(k));
	if (!(reactions[r->kind].drops & VIEW_RESULT_CURVES))
		return;
	for (unsigned b = 0; b < BRANCH_IDS; b++)
		scene_forget(s, b);
}

/* The ramp of a knob that was started, or one without legs if it was cancelled; NULL: no change. */
static const struct ramp *
changed_ramp(const struct lab_info *was, const struct lab_info *now, int knob)
{
	static const struct ramp cancelled;
	const struct ramp *before = ramp_find(was->run->settings.ramp, was->run->settings.n_ramps,
					      knob),
			  *after = ramp_find(now->run->settings.ramp, now->run->settings.n_ramps,
					     knob);

	if (after && (!before || !ramp_is_same(before, after)))
		return after;
	return before && !after && now->run->student.steps < ramp_end(before) ? &cancelled : NULL;
}

/* The text of a knob's marker: the note, or the knob's own part if the note names several changes.
 */
static const char *
marker_text(const struct request *r, const struct knob *k, const struct scene *s,
	    const struct ramp *ramp, char *buf, size_t size)
{
	char from[64], to[64];

	if (ramp || !strstr(r->note, ", "))
		return r->note;
	snprintf(buf, size, "%s %s -> %s", k->name,
		 knob_print_brief(&s->info.run->settings.knobs, k, from, sizeof from),
		 knob_print_brief(&r->info->run->settings.knobs, k, to, sizeof to));
	return buf;
}

/* Add a marker for each knob with a new value or ramp. Returns whether there is any. */
static bool
mark_knobs(struct scene *s, const struct request *r)
{
	bool any = false;
	char text[96];

	for (size_t i = 0; i < knob_count; i++) {
		const struct knob *k = &knob_table[i];
		double from = knob_value(&s->info.run->settings.knobs, k),
		       to = knob_value(&r->info->run->settings.knobs, k);
		const struct ramp *ramp = changed_ramp(&s->info, r->info, (int)i);

		if (k->when == KNOB_VIEW || (from == to && !ramp))
			continue;
		scene_mark_add(s, SCENE_TWEAK, (unsigned)r->branch, (uint32_t)r->step,
			       marker_text(r, k, s, ramp, text, sizeof text), (int)i, from, to);
		if (ramp)
			s->mark[s->n_marks - 1].ramp = *ramp;
		any = true;
	}
	return any;
}

static void
mark_stage(struct scene *s, const struct request *r)
{
	scene_mark_add(s, SCENE_STAGE, (unsigned)r->branch, (uint32_t)r->step, r->note, -1, 0, 0);
	mark_knobs(s, r);
}

void
view_result_mark(struct scene *s, const struct request *r)
{
	int kind = reactions[r->kind].mark - 1;
	char run[40];
	const char *text = r->note[0]                    ? r->note
			   : r->kind == REQUEST_DIVERGED ? r->err.msg
			   : r->kind == REQUEST_MARK     ? r->u.mark.text
			   : r->kind == REQUEST_RUN      ? run
							 : "";

	snprintf(run, sizeof run, "run until %llu", (unsigned long long)r->info->run->until);

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

	scene_log(s, SCENE_INFO, "data %s: %zu rows, %zu features, %d classes, %zu labels", i->data,
		  i->rows, i->features, i->classes, i->n_shown);
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
	scene_log(s, SCENE_INFO, "running until step %llu",
		  (unsigned long long)r->info->run->until);
	if (r->u.run.memory[0])
		scene_log(s, SCENE_INFO, "%s", r->u.run.memory);
}

static void
log_done(struct scene *s, const struct request *r)
{
	scene_log(s, SCENE_GOOD, "%s %s finished", r->stamp,
		  r->branch >= BRANCH_TEACHER(0) ? "training" : "run");
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
	[REQUEST_SEED] = { .drops = NEW_DATA },
	[REQUEST_DATA] = { .drops = NEW_DATA, .log = log_data },
	[REQUEST_ADD] = { .drops = NEW_DATA & ~VIEW_RESULT_CURVES },
	[REQUEST_INIT] = { .drops = VIEW_RESULT_CKA | VIEW_RESULT_PROBE | VIEW_RESULT_STALE },
	[REQUEST_TEACHER] = { .drops = VIEW_RESULT_CKA | VIEW_RESULT_PROBE | VIEW_RESULT_STALE },
	[REQUEST_STUDENT] = { .drops = NEW_DATA & ~VIEW_RESULT_CURVES },
	[REQUEST_OPTIONS] = { .drops = VIEW_RESULT_PROBE | VIEW_RESULT_STALE },
	[REQUEST_TEACH] = { .drops = VIEW_RESULT_PROBE | VIEW_RESULT_GAUGE | VIEW_RESULT_STALE },
	[REQUEST_TRAIN] = { .drops = VIEW_RESULT_PROBE | VIEW_RESULT_STALE, .log = log_train },
	[REQUEST_RUN] = { .mark = SCENE_RUN + 1, .log = log_run },
	[REQUEST_MAP] = { .mark = SCENE_MAP + 1 },
	[REQUEST_WEIGHT] = { .mark = SCENE_TWEAK + 1 },
	[REQUEST_MUTE] = { .mark = SCENE_TWEAK + 1, .drops = VIEW_RESULT_STALE },
	[REQUEST_DRAW] = { .mark = SCENE_TWEAK + 1 },
	[REQUEST_RAMP] = { .mark = SCENE_TWEAK + 1 },
	[REQUEST_BALANCE] = { .mark = SCENE_TWEAK + 1 },
	[REQUEST_FREEZE] = { .mark = SCENE_TWEAK + 1 },
	[REQUEST_REMEDY] = { .mark = SCENE_TWEAK + 1, .drops = VIEW_RESULT_STALE },
	[REQUEST_UNDO] = { .mark = SCENE_TWEAK + 1, .drops = VIEW_RESULT_STALE },
	[REQUEST_REDO] = { .mark = SCENE_TWEAK + 1, .drops = VIEW_RESULT_STALE },
	[REQUEST_EVAL] = { .drops = VIEW_RESULT_STALE },
	[REQUEST_MARK] = { .mark = SCENE_NOTE + 1, .log = log_mark },
	[REQUEST_STOP] = { .mark = SCENE_STOP + 1, .log = log_mark },
	[REQUEST_DONE] = { .drops = VIEW_RESULT_PROBE | VIEW_RESULT_STALE, .log = log_done },
	[REQUEST_DIVERGED] = { .mark = SCENE_DIVERGED + 1 },
};
/* clang-format on */

unsigned
view_result_drops(const struct request *r)
{
	return r->status < 0 ? 0 : reactions[r->kind].drops;
}

void
view_result_say(struct scene *s, const struct request *r)
{
	if (r->status < 0) {
		scene_say(s, true, "%s", r->err.msg);
		return;
	}
	if (r->note[0]) {
		scene_say(s, false, "%s%s%s", r->stamp, r->stamp[0] ? " " : "", r->note);
		scene_log(s, SCENE_INFO, "%s%s%s", r->stamp, r->stamp[0] ? " " : "", r->note);
	}
	if (reactions[r->kind].log)
		reactions[r->kind].log(s, r);
}
