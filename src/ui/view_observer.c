/* view_observer.c: the view model as observer of a session. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/view_observer.h"

#include <time.h>

#include "retort/base/mono.h"

static void
show_sample(void *arg, const struct event *ev)
{
	view_model_sample(arg, ev);
}

static void
show_answer(void *arg, struct request *r)
{
	view_model_answer(arg, r);
}

static void
show_measured(void *arg, const struct request *r)
{
	view_model_measured(arg, r);
}

static void
show_progress(void *arg, struct request *r)
{
	view_model_progress(arg, r);
}

static void
show_message(void *arg, bool is_error, const char *text)
{
	scene_say(view_model_scene(arg), is_error, "%s", text);
}

static void
show_question(void *arg, const char *line, const char *options, const char *question)
{
	scene_ask(view_model_scene(arg), line, options, question);
}

static void
show_text(void *arg, const char *title, const char *text)
{
	view_model_text(arg, title, text);
}

static void
show_log(void *arg, const char *text)
{
	view_model_log(arg, text);
}

static void
show_report(void *arg, const struct lab_info *info, const struct report_change *change, size_t n)
{
	view_model_report(arg, info, change, n);
}

static void
show_requested(void *arg, const struct knob *k, const char *value)
{
	if (k)
		view_model_add_pending(arg, k, value);
	else
		view_model_clear_pending(arg);
}

static void
show_display(void *arg, const struct knobs *view)
{
	view_model_display(arg, view);
}

static void
show_unrecorded(void *arg)
{
	view_model_scene(arg)->recording = false;
}

static void
show_saved(void *arg, int run, const char *name, const char *path)
{
	view_model_saved(arg, (unsigned)run, name, path);
}

/* Update the speed. Returns the measurement that an open pane needs. */
static struct request *
poll_view(void *arg)
{
	view_model_scene(arg)->clock = (int64_t)time(NULL);
	view_model_tick(arg, mono_now());
	return view_model_next_measurement(arg, mono_now());
}

struct observer
view_observer(struct view_model *model)
{
	return (struct observer){ .arg = model,
				  .sample = show_sample,
				  .answer = show_answer,
				  .measured = show_measured,
				  .progress = show_progress,
				  .message = show_message,
				  .ask = show_question,
				  .text = show_text,
				  .log = show_log,
				  .report = show_report,
				  .requested = show_requested,
				  .display = show_display,
				  .unrecorded = show_unrecorded,
				  .saved = show_saved,
				  .poll = poll_view };
}
