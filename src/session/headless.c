/* headless.c: a session without a terminal. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/headless.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

const char headless_demo[] = "retort-session 1\n"
			     "seed 42\n"
			     "data digits labels 100\n"
			     "teacher big mlp 256,256\n"
			     "train big epochs 30\n"
			     "student mlp 16\n"
			     "run 4000\n"
			     "report\n";

static int signal_pipe[2] = { -1, -1 };

/* A handler does one thing: one byte, the number of the signal. */
static void
on_signal(int number)
{
	unsigned char byte = (unsigned char)number;
	int saved = errno;
	ssize_t n = write(signal_pipe[1], &byte, 1);

	(void)n;
	errno = saved;
}

static int
catch_signals(struct err *e)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction a = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	if (pipe2(signal_pipe, O_NONBLOCK | O_CLOEXEC) < 0)
		return err_set(e, "pipe: %s", strerror(errno));
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		sigaction(numbers[i], &a, NULL);
	return 0;
}

/* Until the script is done or over; returns the signal that ended it, or 0. */
static int
loop(struct session *s)
{
	int caught = 0;

	while (!session_is_over(s)) {
		struct pollfd p[2] = { { session_fd(s), POLLIN, 0 }, { signal_pipe[0], POLLIN, 0 } };
		bool more = session_pump(s);
		unsigned char byte;

		if (session_is_over(s))
			break;
		if (session_is_idle(s)) {
			if (caught || !session_owes_report(s))
				break;
			session_line(s, "report", NULL, NULL);
			continue;
		}
		poll(p, 2, more ? 0 : -1);
		if (read(signal_pipe[0], &byte, 1) == 1) {
			if (caught)
				break; /* asked twice: do not wait for the boundary */
			caught = byte;
			session_stop(s);
		}
	}
	return caught;
}

int
headless_run(const struct session_options *o, const char *name, const char *text, const char *dir, struct err *e)
{
	struct session *s = session_new(o, e);
	int caught, status;

	if (!s)
		return -1;
	if (catch_signals(e) < 0) {
		session_free(s);
		return -1;
	}
	session_script(s, name, text, dir);
	caught = loop(s);
	status = caught ? 128 + caught : session_status(s);
	session_free(s);
	return status;
}
