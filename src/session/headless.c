/* headless.c: a session without a terminal. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/headless.h"

#include <poll.h>
#include <signal.h>

#include "retort/base/sig.h"
#include "retort/session/replay.h"
#include "retort/session/resume.h"

const char headless_demo[] = "retort-session 2\n"
			     "seed 42\n"
			     "data digits labels 100\n"
			     "teacher big mlp 256,256\n"
			     "set speed 200\n" /* steps a second; has effect on a screen only */
			     "train big epochs 30\n"
			     "student mlp 16\n"
			     "run 4000\n"
			     "report\n";

/* Process events until the script has ended; return the signal that ended it, or 0. *at_once: a
 * second one has ended it, and work may still be running. */
static int
run_loop(struct session *s, int signals, bool *at_once)
{
	int caught = 0;

	while (!session_is_over(s)) {
		struct pollfd p[2] = { { session_fd(s), POLLIN, 0 }, { signals, POLLIN, 0 } };
		bool more = session_pump(s);
		int number;

		if (session_is_over(s))
			break;
		if (session_is_idle(s) && session_is_ready(s)) {
			if (caught || !session_owes_report(s))
				break;
			session_line(s, "report", NULL, NULL);
			continue;
		}
		poll(p, 2, more ? 0 : -1);
		number = sig_next();
		if (number) {
			if (caught) {
				*at_once = true; /* do not wait for the step boundary */
				break;
			}
			caught = number;
			session_stop(s);
		}
	}
	return caught ? caught : sig_next(); /* one that has ended the reading of a file */
}

int
headless_run(const struct session_options *o, const char *name, const char *text, const char *dir,
	     struct err *e)
{
	struct session *s = session_new(o, e);
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	int caught, status, signals;
	bool at_once = false;

	if (!s)
		return -1;
	signals = sig_catch(numbers, sizeof numbers / sizeof *numbers, e);
	if (signals < 0) {
		session_free(s);
		return -1;
	}
	resume_script(s, name, text, dir);
	caught = run_loop(s, signals, &at_once);
	if (!at_once)
		replay_conclude(s);
	status = caught ? 128 + caught : session_status(s);
	if (!at_once) /* this waits for the work */
		session_free(s);
	return status;
}
