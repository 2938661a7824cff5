/* lines.c: line mode. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/term/lines.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "retort/base/err.h"
#include "retort/base/io.h"
#include "retort/base/sig.h"
#include "retort/base/text.h"

#define UNREADABLE 2 /* exit status */

static void
run_line(struct session *s, char *line)
{
	struct err e;
	int column = 1;

	if (session_line(s, line, &column, &e) < 0)
		err_print("%d: %s", column, e.msg);
}

/* Read input and run complete lines; the rest stays in `t`. Returns 1; 0 at the end of the input;
 * -1, after a message, when it cannot be read. */
static int
read_input(struct session *s, struct text *t)
{
	char buf[4096];
	ssize_t n = io_read_some(STDIN_FILENO, buf, sizeof buf);
	char *end;

	if (n < 0)
		err_print("retort: standard input: %s", strerror(errno));
	if (n <= 0)
		return (int)n;
	text_bytes(t, buf, (size_t)n);
	while ((end = memchr(t->s, '\n', t->len))) {
		size_t len = (size_t)(end - t->s) + 1;

		*end = '\0';
		run_line(s, t->s);
		memmove(t->s, t->s + len, t->len - len + 1);
		t->len -= len;
	}
	return 1;
}

int
lines_run(struct session *s, struct err *e)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	int signals = sig_catch(numbers, sizeof numbers / sizeof *numbers, e), caught = 0;
	struct text line = { 0 };
	bool open = true;
	int failed = 0;

	if (signals < 0)
		return -1;
	while (!session_is_over(s) && (open || !session_is_idle(s))) {
		struct pollfd p[4] = { { session_fd(s), POLLIN, 0 },
				       { signals, POLLIN, 0 },
				       { session_child_fd(s), POLLIN, 0 },
				       { 0, POLLIN, 0 } };
		bool more = session_pump(s);
		int number;

		fflush(stdout);
		if (session_is_over(s) || (!open && session_is_idle(s)))
			break;
		poll(p, open ? 4 : 3, more ? 0 : -1);
		number = sig_next();
		if (number && caught)
			break; /* a second signal */
		if (number) {
			caught = number;
			open = false;
			session_stop(s);
		}
		if (open && p[3].revents) {
			int got = read_input(s, &line);

			open = got > 0;
			failed = got < 0 ? UNREADABLE : failed;
		}
	}
	text_release(&line);
	return caught ? 128 + caught : failed ? failed : session_status(s);
}
