/* observer.c: call the functions of an observer that it has. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/observer.h"

void
observer_sample(const struct observer *o, const struct event *ev)
{
	if (o && o->sample)
		o->sample(o->arg, ev);
}

void
observer_answer(const struct observer *o, struct request *r)
{
	if (o && o->answer)
		o->answer(o->arg, r);
}

void
observer_measured(const struct observer *o, const struct request *r)
{
	if (o && o->measured)
		o->measured(o->arg, r);
}

void
observer_progress(const struct observer *o, struct request *r)
{
	if (o && o->progress)
		o->progress(o->arg, r);
}

void
observer_message(const struct observer *o, bool is_error, const char *text)
{
	if (o && o->message)
		o->message(o->arg, is_error, text);
}

void
observer_ask(const struct observer *o, const char *line, const char *options, const char *question)
{
	if (o && o->ask)
		o->ask(o->arg, line, options, question);
}

void
observer_text(const struct observer *o, const char *title, const char *text)
{
	if (o && o->text)
		o->text(o->arg, title, text);
}

void
observer_log(const struct observer *o, const char *text)
{
	if (o && o->log)
		o->log(o->arg, text);
}

void
observer_report(const struct observer *o, const struct lab_info *info,
		const struct report_change *change, size_t n)
{
	if (o && o->report)
		o->report(o->arg, info, change, n);
}

void
observer_requested(const struct observer *o, const struct knob *k, const char *value)
{
	if (o && o->requested)
		o->requested(o->arg, k, value);
}

void
observer_display(const struct observer *o, const struct knobs *view)
{
	if (o && o->display)
		o->display(o->arg, view);
}

void
observer_unrecorded(const struct observer *o)
{
	if (o && o->unrecorded)
		o->unrecorded(o->arg);
}

void
observer_saved(const struct observer *o, int run, const char *name, const char *path)
{
	if (o && o->saved)
		o->saved(o->arg, run, name, path);
}

struct request *
observer_poll(const struct observer *o)
{
	return o && o->poll ? o->poll(o->arg) : NULL;
}
