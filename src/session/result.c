/* result.c: handle results and samples of the trainer. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/result.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/lab/tunable.h"
#include "retort/session/bitext_use.h"
#include "retort/session/curve_use.h"
#include "retort/session/replay.h"
#include "retort/session/result_write.h"
#include "retort/session/sweep_use.h"

static void
note_change(struct session *s, const struct request *r)
{
	if (r->status < 0)
		return;
	story_follow(&s->story, &s->info, s->curves, r);
	if (r->note[0] && !r->unchanged)
		output_change(&s->output, r->stamp, r->note);
}

static void
check_expectation(struct session *s, const struct pending *p, const struct request *r)
{
	if (replay_expects(s, p, r->u.expect.value, r->u.expect.metric))
		return;
	session_message(s, true, "%s%sstep %llu: %s is %.17g (%a), expected %.17g (%a)",
			p->where ? p->where : "", p->where ? ":1: " : "",
			(unsigned long long)r->step, r->u.expect.metric, r->u.expect.value,
			r->u.expect.value, p->expected, p->expected);
	if (s->o.check)
		session_fail(s, 3);
	else if (p->where || !s->live)
		s->status = s->status ? s->status : 3;
}

/* Show a text of several lines; of a script in the log, so that the curves stay visible. */
static void
show_page(struct session *s, const struct pending *p, const char *title, const char *text)
{
	if (s->live && p->where)
		observer_log(s->live, text);
	else if (s->live)
		observer_text(s->live, title, text);
	else
		output_text(&s->output, title, text);
}

/* Print the report, and that the baseline diverged. */
static void
report_student(struct session *s)
{
	const struct report_change *change;
	size_t n;

	if (s->info.run->baseline_diverged) {
		session_message(s, true,
				"retort: report: the student without a teacher diverged: its step "
				"%llu was not applied",
				(unsigned long long)s->info.run->baseline_diverged);
		s->status = s->status ? s->status : 1;
	}
	change = story_tell(&s->story, &s->info, s->curves, &n);
	output_report(&s->output, &s->info, change, n);
	if (s->live && !s->leaving)
		observer_report(s->live, &s->info, change, n);
}

/* Apply a successful result to the session. */
static void
apply_result(struct session *s, struct pending *p, struct request *r)
{
	note_change(s, r);
	resume_follow(s, p->text);
	if (r->kind == REQUEST_DATA) {
		mem_free(s->data_line);
		s->data_line = mem_text(p->text);
	}
	if (r->notable && r->note[0] && !s->live) /* with a screen, the observer shows every note */
		session_message(s, false, "%s", r->note);
	if (r->again)
		session_message(s, false, "%llu steps were computed again",
				(unsigned long long)r->again);
	if (r->kind == REQUEST_RUN || r->kind == REQUEST_TRAIN)
		s->working = true;
	if (r->kind == REQUEST_RUN) {
		s->owes_report = true;
		if (r->u.run.memory[0] && !s->live)
			session_message(s, false, "%s",
					r->u.run.memory); /* with a screen, it is in the log */
	}
	if (!s->info.run->has_student)
		s->owes_report = false; /* `stage teach`, `data` and `seed` remove the student */
	s->stopped = r->kind == REQUEST_STOP || (s->stopped && r->kind != REQUEST_RUN);
	if (r->kind == REQUEST_EXPECT)
		check_expectation(s, p, r);
	if (r->kind == REQUEST_TRANSLATE && r->u.translate.bitext)
		bitext_use_use(s, p, r);
	if (r->kind == REQUEST_SNAPSHOT && p->save)
		result_write(s, p, r);
	sweep_use_answer(s, p, r);
	if (r->page)
		show_page(s, p, request_table[r->kind].name, r->page);
	if (r->kind == REQUEST_REPORT)
		report_student(s);
}

/* Whether a line that succeeded becomes part of the recording: a `stop` that ends a report does
 * not, like the report itself, because nothing of it remains. */
static bool
is_recorded(const struct session *s, const struct pending *p, const struct request *r)
{
	return p->records && r->kind != REQUEST_CANCEL && (r->kind != REQUEST_STOP || s->working);
}

/* Record a line that took effect; of `rewind` the step, unless a change was undone there. */
static void
record_result(struct session *s, const struct pending *p, const struct request *r)
{
	char line[48], step[24];

	if (r->kind != REQUEST_REWIND) {
		session_record(s, r->stamp, p->text);
		return;
	}
	snprintf(step, sizeof step, "%lld", (long long)r->u.rewind.at);
	snprintf(line, sizeof line, "rewind %s%s", r->u.rewind.lockstep ? "all " : "",
		 r->u.rewind.undone ? "change" : step);
	session_record(s, r->stamp, line);
}

static void
finish_pending(struct session *s, struct pending *p, struct request *r)
{
	if (r->kind == REQUEST_REPORT)
		s->owes_report = false; /* one that was refused would be refused again */
	if (r->kind == REQUEST_REPORT && r->status < 0 && !p->where && !s->live)
		s->status = s->status ? s->status : 1;
	if (r->status == 0)
		apply_result(s, p, r);
	else if (s->over)
		return; /* lines after the one that failed */
	else if (!p->where && s->live)
		return; /* the observer shows the error */
	else
		session_message(s, true, "%s%s%s", p->where ? p->where : "", p->where ? ":1: " : "",
				r->err.msg);
	if (r->status < 0 && r->worked) /* failed beside the training, which continues */
		s->status = s->status ? s->status : 1;
	else if (r->status < 0 && p->where)
		session_fail(s, 2);
	if (r->status == 0 && is_recorded(s, p, r) && r->kind == REQUEST_SWEEP)
		sweep_use_record(s, p, r);
	else if (r->status == 0 && is_recorded(s, p, r))
		record_result(s, p, r);
}

/* Handle the end of work, or its divergence. */
static void
handle_end(struct session *s, const struct request *r)
{
	if (r->kind == REQUEST_DONE) {
		s->working = false;
		note_change(s, r);
		if (r->note[0] && !s->live)
			session_message(s, false, "%s %s", r->stamp, r->note);
	}
	if (r->kind == REQUEST_LEFT && (r->status < 0 || r->note[0])) {
		note_change(s, r);
		session_message(s, r->status < 0, "%s %s", r->stamp,
				r->status < 0 ? r->err.msg : r->note);
		s->status = r->status < 0 && !s->status ? 1 : s->status;
	}
	if (r->kind == REQUEST_SWEPT)
		sweep_use_point(s, r);
	if (r->kind == REQUEST_NOT_FINITE) {
		session_message(s, true, "retort: %s", r->err.msg);
		s->status = s->status ? s->status : 1;
	}
	if (r->kind == REQUEST_KEPT)
		session_message(s, true, "retort: kept states: %s", r->err.msg);
	if (r->kind == REQUEST_DIVERGED && !s->live) {
		session_message(s, true, "retort: %s", r->err.msg);
		session_fail(s, 1);
	}
}

/* End the session after `quit`; in a live session, report a run that has ended. */
static void
close_run(struct session *s, const struct request *r)
{
	bool ended =
		r->kind == REQUEST_DONE || r->kind == REQUEST_REPORT || r->kind == REQUEST_SWEEP;

	if (s->leaving && ended && s->info.phase == LAB_IDLE)
		s->over = true;
	else if (s->leaving && ended) /* work that has waited for a sweep */
		session_line(s, "stop", NULL, NULL);
	if (s->live && r->kind == REQUEST_DONE && s->owes_report && !s->stopped && !s->over &&
	    !s->n_pending && !script_peek(s->script))
		session_line(s, "report", NULL, NULL);
}

static void
remove_pending(struct session *s, size_t i)
{
	memmove(&s->pending[i], &s->pending[i + 1], (s->n_pending - i - 1) * sizeof *s->pending);
	s->n_pending--;
}

/* Remove pending lines whose requests `r` has replaced: those of the same knob before it. The
 * trainer returns a result for the last only. Other requests may be answered before earlier ones.
 */
static void
remove_replaced(struct session *s, const struct request *r)
{
	const struct request_knobs *k = request_is(r, REQUEST_IS_MERGE) ? request_knobs(r) : NULL;

	for (size_t i = 0; k && k->n == 1 && i < s->n_pending;) {
		const struct pending *p = &s->pending[i];

		if (p->id < r->id && p->kind == r->kind && p->knob == k->set[0].knob &&
		    !p->stamped) {
			session_release_pending(&s->pending[i]);
			remove_pending(s, i);
		} else {
			i++;
		}
	}
}

static void
show_requested(struct session *s)
{
	observer_requested(s->live, NULL, NULL);
	for (size_t i = 0; i < s->n_pending; i++)
		if (s->pending[i].knob && !s->pending[i].stamped)
			observer_requested(s->live, s->pending[i].knob, s->pending[i].requested);
}

static void
show_progress(struct session *s, struct request *r)
{
	if (r->kind == REQUEST_PROGRESS)
		bitext_use_progress(s, r);
	else
		session_message(s, false, "%s", r->note);
}

void
result_take(struct session *s, struct request *r)
{
	size_t i = 0;

	if (request_is(r, REQUEST_IS_LOOK)) {
		observer_measured(s->live, r);
		request_free(r);
		return;
	}
	if (r->kind == REQUEST_PROGRESS || r->kind == REQUEST_AGAIN) {
		show_progress(s, r);
		request_free(r);
		return;
	}
	output_close(&s->output);
	if (!s->resume || r->kind == REQUEST_CONTINUE)
		curve_use_result(s, r);
	lab_info_copy(&s->info, &s->run, r->info);
	knob_overlay(&s->info.run->settings.knobs, &s->view, KNOB_VIEW);
	if (r->kind != REQUEST_PACE)
		observer_answer(s->live, r);
	while (i < s->n_pending && (r->id == 0 || s->pending[i].id != r->id))
		i++;
	if (i == s->n_pending) {
		handle_end(s, r);
	} else {
		struct pending p = s->pending[i];

		remove_pending(s, i);
		if (!r->stamped)
			remove_replaced(s, r);
		finish_pending(s, &p, r);
		if (r->kind == REQUEST_CONTINUE)
			resume_result(s, r);
		session_release_pending(&p);
	}
	if (s->live)
		show_requested(s);
	close_run(s, r);
	request_free(r);
}

/* Follow a step of the student, for which the trainer sends no result: step and ramped values. */
static void
follow_ramps(struct session *s, const struct event *ev)
{
	const struct lab_info *i = &s->info;

	if (ev->branch != BRANCH_STUDENT || ev->metric != METRIC_LR ||
	    (i->n_runs > 1 && ev->run != i->runs[i->focus].number))
		return;
	s->info.run->student.steps = ev->step;
	tunable_follow(&s->info.run->settings, ev->step);
}

/* True if figures belong to the session: of work, or of an `eval` between. A report repeats them.
 */
static bool
are_recorded(const struct session *s)
{
	bool evaluates = false;

	for (size_t i = 0; i < s->n_pending; i++)
		evaluates = evaluates || s->pending[i].kind == REQUEST_EVAL;
	return s->recorder && (s->working || evaluates);
}

void
result_sample(struct session *s, const struct event *ev)
{
	struct err e;

	follow_ramps(s, ev);
	output_sample(&s->output, &s->info, ev);
	curve_use_sample(s, ev);
	if (ev->metric == METRIC_VAL_NLL) /* a session that is killed has the curves it recorded */
		session_flush_metrics(s, false);
	observer_sample(s->live, ev);
	if (!are_recorded(s) || recorder_sample(s->recorder, &s->info, ev, &e) == 0)
		return;
	session_message(s, true, "retort: %s", e.msg);
	s->status = s->status ? s->status : 1;
}
