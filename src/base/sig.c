/* sig.c: signals become bytes in a pipe. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/sig.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static int ends[2] = { -1, -1 };
static void (*last_words)(void);

/* A handler does one thing: one byte, the number of the signal. */
static void
on_signal(int number)
{
	unsigned char byte = (unsigned char)number;
	int saved = errno;
	ssize_t n = write(ends[1], &byte, 1);

	(void)n;
	errno = saved;
}

int
sig_catch(const int *numbers, size_t n, struct err *e)
{
	struct sigaction a = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	if (ends[0] < 0 && pipe2(ends, O_NONBLOCK | O_CLOEXEC) < 0)
		return err_set(e, "pipe: %s", strerror(errno));
	for (size_t i = 0; i < n; i++) {
		struct sigaction was;

		/* nohup and the shell's & ask for signals to be ignored */
		if (sigaction(numbers[i], NULL, &was) == 0 && was.sa_handler != SIG_IGN)
			sigaction(numbers[i], &a, NULL);
	}
	return ends[0];
}

int
sig_next(void)
{
	unsigned char byte;

	return ends[0] >= 0 && read(ends[0], &byte, 1) == 1 ? byte : 0;
}

/* The action is back at its default when this runs (SA_RESETHAND): raising again ends the process.
 */
static void
on_crash(int number)
{
	if (last_words)
		last_words();
	raise(number);
}

void
sig_crash(void (*last)(void))
{
	static const int numbers[] = { SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT };
	static char stack[1 << 16]; /* of its own: the other one may be what is full */
	stack_t other = { .ss_sp = stack, .ss_size = sizeof stack };
	struct sigaction a = { .sa_handler = on_crash,
			       .sa_flags = SA_RESETHAND | SA_NODEFER | SA_ONSTACK };

	sigaltstack(&other, NULL);
	last_words = last;
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		sigaction(numbers[i], &a, NULL);
}
