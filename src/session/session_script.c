/* session_script.c: execute queued script lines when they are due. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "retort/session/inside.h"
#include "retort/session/lex.h"
#include "retort/session/replay.h"
#include "retort/session/session.h"
#include "retort/session/session_share.h"

void
session_script(struct session *s, const char *name, const char *text, const char *dir)
{
	long torn;

	if (s->o.replay && !s->reading)
		replay_begin(s, name, text);
	torn = script_add(s->script, name, text, dir, s->reading ? s->reading->source : NULL);

	if (torn >= 0)
		session_message(s, false,
				"%s: the last line has no newline and is skipped, from byte %ld on",
				name, torn);
}

/* True if the line is beyond the step `until`, and is skipped. */
static bool
is_beyond(struct session *s, const char *text)
{
	struct lex lex;
	int column;

	if (!s->o.until || lex_line(text, &lex, &column, NULL) < 0)
		return false;
	return lex.stamped && !lex.owner[0] ? lex.at > s->o.until : s->reached && !lex.stamped;
}

/* True if the line is a `run` that passes the step `until`. */
static bool
reaches_until(const struct session *s, const char *text)
{
	const struct lab_run *run = s->info.run;
	uint64_t steps;
	struct lex lex;
	int column;

	if (!s->o.until || lex_line(text, &lex, &column, NULL) < 0 ||
	    strcmp(lex.word[0], "run") != 0)
		return false;
	if (lex.n == 1 && run->interrupted)
		return run->until > s->o.until;
	steps = lex.n > 1 ? strtoull(lex.word[1], NULL, 10) : 1000;
	return run->student.steps + steps > s->o.until;
}

/* Post a stop at the step `until`. Call after the lines stamped up to that step are posted: stamped
 * requests are applied in the order of posting. */
static void
stop_at_until(struct session *s)
{
	struct request *r = request_new(REQUEST_STOP);

	r->stamped = true;
	r->at = s->o.until;
	trainer_post(s->trainer, r);
}

static void
execute_next(struct session *s)
{
	struct script_line *l = script_take(s->script);
	struct err e;
	int column = 1;

	s->reading = l;
	if (!is_beyond(s, l->text)) {
		if (session_line(s, l->text, &column, &e) < 0) {
			session_message(s, true, "%s:%d: %s", l->where, column, e.msg);
			session_fail(s, replay_error(s, &e) ? 3 : 2);
		}
		s->reached = s->reached || reaches_until(s, l->text);
	}
	s->reading = NULL;
	script_line_free(l);
}

/* True if the line belongs to the work before it: it is stamped, follows a `wait STEP`, or is such
 * a `wait`. */
static bool
belongs_to_work(const struct session *s, const struct script_line *l)
{
	uint64_t step;

	return l && (script_is_stamped(l) || script_waits(s->script, &step) ||
		     strncmp(l->text + strspn(l->text, " \t"), "wait ", 5) == 0);
}

/* Lines without a result that are executed in one call: signals are handled between two calls. */
#define LINES 256

bool
session_script_read(struct session *s)
{
	for (int i = 0; !s->over && script_peek(s->script); i++) {
		bool before = s->reached;

		if (i == LINES)
			return true;
		if (!belongs_to_work(s, script_peek(s->script)) && (s->working || s->n_pending))
			return false;
		if (!s->working && !s->n_pending)
			session_share_meet(s);
		trainer_hold(s->trainer, true);
		execute_next(s);
		while (!s->over && belongs_to_work(s, script_peek(s->script)))
			execute_next(s);
		if (s->reached && !before)
			stop_at_until(s);
		trainer_hold(s->trainer, false);
	}
	return false;
}
