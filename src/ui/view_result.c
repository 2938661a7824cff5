/* view_result.c: what the result of a request changes in the scene. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/view_result.h"

#include <stdarg.h>
#include <stdio.h>

#define NEW_DATA (VIEW_RESULT_CKA | VIEW_RESULT_PROBE | VIEW_RESULT_GAUGE | VIEW_RESULT_STALE)

/* What the result of a kind of request does. */
struct reaction {
	unsigned drops;                                        /* enum view_result_drops */
	void (*log)(struct scene *s, const struct request *r); /* add lines to the log; or NULL */
};
static const struct reaction reactions[REQUEST_KINDS];

/* Add a line to the log, and make it the answer. */
static void answer(struct scene *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void
answer(struct scene *s, const char *fmt, ...)
{
	char text[sizeof s->message];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	scene_say(s, false, "%s", text);
	scene_log(s, SCENE_INFO, "%s", text);
}

static void
log_data(struct scene *s, const struct request *r)
{
	const struct lab_info *i = r->info;

	answer(s, "data %s: %zu rows, %zu features, %d classes, %zu labels", i->data, i->rows,
	       i->features, i->classes, i->n_shown);
}

static void
log_train(struct scene *s, const struct request *r)
{
	answer(s, "training %s for %lld epochs", r->u.train.teacher, (long long)r->u.train.epochs);
}

static void
log_run(struct scene *s, const struct request *r)
{
	answer(s, "running until step %llu", (unsigned long long)r->info->run->until);
	if (r->u.run.memory[0])
		answer(s, "%s", r->u.run.memory);
}

/* The answer line has the end, too, unless an error is there. */
static void
log_done(struct scene *s, const struct request *r)
{
	const char *what = r->branch >= BRANCH_TEACHER(0) ? "training" : "run";

	if (!s->message_is_error)
		scene_say(s, false, "%s %s finished", r->stamp, what);
	scene_log(s, SCENE_GOOD, "%s %s finished", r->stamp, what);
}

static void
log_mark(struct scene *s, const struct request *r)
{
	answer(s, "%s %s", r->stamp, r->kind == REQUEST_STOP ? "stopped" : r->u.mark.text);
}

/* clang-format off */
static const struct reaction reactions[REQUEST_KINDS] = {
	[REQUEST_SEED] = { .drops = NEW_DATA },
	[REQUEST_DATA] = { .drops = NEW_DATA, .log = log_data },
	[REQUEST_ADD] = { .drops = NEW_DATA },
	[REQUEST_INIT] = { .drops = VIEW_RESULT_CKA | VIEW_RESULT_PROBE | VIEW_RESULT_STALE },
	[REQUEST_TEACHER] = { .drops = VIEW_RESULT_CKA | VIEW_RESULT_PROBE | VIEW_RESULT_STALE },
	[REQUEST_STUDENT] = { .drops = NEW_DATA },
	[REQUEST_OPTIONS] = { .drops = VIEW_RESULT_PROBE | VIEW_RESULT_STALE },
	[REQUEST_TEACH] = { .drops = VIEW_RESULT_PROBE | VIEW_RESULT_GAUGE | VIEW_RESULT_STALE },
	[REQUEST_TRAIN] = { .drops = VIEW_RESULT_PROBE | VIEW_RESULT_STALE, .log = log_train },
	[REQUEST_RUN] = { .log = log_run },
	[REQUEST_MUTE] = { .drops = VIEW_RESULT_STALE },
	[REQUEST_REMEDY] = { .drops = VIEW_RESULT_STALE },
	[REQUEST_UNDO] = { .drops = VIEW_RESULT_STALE },
	[REQUEST_REDO] = { .drops = VIEW_RESULT_STALE },
	[REQUEST_EVAL] = { .drops = VIEW_RESULT_STALE },
	[REQUEST_MARK] = { .log = log_mark },
	[REQUEST_STOP] = { .log = log_mark },
	[REQUEST_DONE] = { .drops = VIEW_RESULT_PROBE | VIEW_RESULT_STALE, .log = log_done },
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
		scene_say(s, true, "%s%s", r->err.msg,
			  r->kind == REQUEST_DIVERGED ? "; B goes back" : "");
		return;
	}
	if (r->note[0])
		answer(s, "%s%s%s", r->stamp, r->stamp[0] ? " " : "", r->note);
	if (reactions[r->kind].log)
		reactions[r->kind].log(s, r);
}
