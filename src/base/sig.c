/* sig.c: signals become bytes in a pipe. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/sig.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

static int wake_pipe[2] = { -1, -1 };
static atomic_int waiting;         /* signals that end the process and are still in the pipe */
static _Thread_local bool catches; /* this thread called sig_catch */
static void (*crash_handler)(void);

static bool
is_end(int number)
{
	return number != SIGWINCH && number != SIGCONT;
}

/* The handler writes one byte, the number of the signal. */
static void
on_signal(int number)
{
	unsigned char byte = (unsigned char)number;
	int saved = errno;
	ssize_t n;

	if (is_end(number) && atomic_fetch_add(&waiting, 1) > 0) {
		sig_last();
		_exit(128 + number);
	}
	n = write(wake_pipe[1], &byte, 1);
	(void)n;
	errno = saved;
}

static const int crashes[] = { SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT, SIGSYS, SIGTRAP };

size_t
sig_ends(int numbers[SIG_MAX])
{
	static const int plain[] = { SIGHUP,  SIGINT,    SIGTERM,  SIGUSR1, SIGUSR2,
				     SIGALRM, SIGVTALRM, SIGPROF,  SIGXCPU, SIGXFSZ,
				     SIGIO,   SIGPWR,    SIGSTKFLT };
	size_t n = sizeof plain / sizeof *plain;

	memcpy(numbers, plain, sizeof plain);
	for (int k = SIGRTMIN; k <= SIGRTMAX && n < SIG_MAX; k++)
		numbers[n++] = k;
	return n;
}

int
sig_catch(const int *numbers, size_t n, struct err *e)
{
	struct sigaction a = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	if (wake_pipe[0] < 0 && pipe2(wake_pipe, O_NONBLOCK | O_CLOEXEC) < 0)
		return err_set(e, "pipe: %s", strerror(errno));
	catches = true;
	for (size_t i = 0; i < n; i++) {
		struct sigaction was;

		/* nohup and the shell's & set signals to be ignored */
		if (sigaction(numbers[i], NULL, &was) == 0 && was.sa_handler != SIG_IGN)
			sigaction(numbers[i], &a, NULL);
	}
	return wake_pipe[0];
}

int
sig_next(void)
{
	unsigned char byte;

	if (wake_pipe[0] < 0 || read(wake_pipe[0], &byte, 1) != 1)
		return 0;
	if (is_end(byte))
		atomic_fetch_sub(&waiting, 1);
	return byte;
}

int
sig_check(struct err *e)
{
	if (!catches || atomic_load_explicit(&waiting, memory_order_relaxed) == 0)
		return 0;
	return err_set(e, "ended by a signal");
}

/* SA_RESETHAND has restored the default action: raising again ends the process.
 */
static void
on_crash(int number)
{
	sig_last();
	raise(number);
}

void
sig_crash(void (*last)(void))
{
	static char stack[1 << 16]; /* an own stack: the overflow of the other may be the fault */
	stack_t other = { .ss_sp = stack, .ss_size = sizeof stack };
	struct sigaction a = { .sa_handler = on_crash,
			       .sa_flags = SA_RESETHAND | SA_NODEFER | SA_ONSTACK };

	sigaltstack(&other, NULL);
	crash_handler = last;
	for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
		sigaction(crashes[i], &a, NULL);
}

void
sig_last(void)
{
	if (crash_handler)
		crash_handler();
}
