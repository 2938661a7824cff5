/* mpi_main.c: retort-mpi, a session that several processes share. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "retort/base/err.h"
#include "retort/base/thread.h"
#include "retort/session/cmd/cmd_table.h"

#include "cli.h"
#include "mpi_ranks.h"
#include "run_main.h"

#define PATIENCE \
	5 /* seconds that a rank with an error waits for rank 0 to end the job with its own */

/* The end of the messages of a rank that prints none, until it fails. */
struct tail {
	char text[1024];
	size_t len;
};

static ssize_t
keep_tail(void *cookie, const char *bytes, size_t n)
{
	struct tail *t = cookie;
	size_t room = sizeof t->text - 1, part = n < room ? n : room, keep;

	keep = t->len < room - part ? t->len : room - part;
	memmove(t->text, t->text + t->len - keep, keep);
	memcpy(t->text + keep, bytes + n - part, part);
	t->len = keep + part;
	t->text[t->len] = '\0';
	return (ssize_t)n;
}

/* The last line of the messages. */
static const char *
last_line(struct tail *t)
{
	char *line;

	while (t->len && t->text[t->len - 1] == '\n')
		t->text[--t->len] = '\0';
	line = strrchr(t->text, '\n');
	return line ? line + 1 : t->text;
}

/* Threads for a rank: its part of the cores of the machine, at most those that it is bound to. */
static int
default_threads(int local)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	int part = cores > local ? (int)(cores / local) : 1, bound = thread_cpus();

	return part < bound ? part : bound;
}

/* Turn a descriptor to /dev/null. Return a copy of what it was. */
static int
silence(int fd)
{
	int was = dup(fd), null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (null >= 0) {
		dup2(null, fd);
		close(null);
	}
	return was;
}

/* Read options: messages about them come from rank 0. */
static int
read_options(struct play_options *c, int rank, int argc, char **argv, bool *ended)
{
	int was = rank ? silence(STDERR_FILENO) : -1, status;

	status = run_main_options(c, argc, argv, ended);
	if (was < 0)
		return status;
	fflush(stderr);
	dup2(was, STDERR_FILENO);
	close(was);
	return status;
}

/* End the job where this rank has failed. Rank 0, which prints, ends it at once; the others have
 * most often failed like it, and leave it the time to say so. */
static void
fail(int rank, int status, struct tail *messages)
{
	struct timespec t = { PATIENCE, 0 };

	if (rank) {
		signal(SIGTERM, SIG_DFL);
		nanosleep(&t, NULL);
		if (status < 128)
			err_print("retort: rank %d: %s", rank, last_line(messages));
	}
	mpi_ranks_abort(status);
}

/* Set what differs between the ranks of a job. */
static void
divide(struct play_options *c, struct sweep_share *share, int local)
{
	c->no_screen = true;
	c->o.threads = default_threads(local);
	if (share->n > 1)
		c->o.share = share;
	if (share->rank)
		silence(STDOUT_FILENO);
}

/* Files and messages are those of rank 0. */
static void
leave_files(struct play_options *c, FILE *messages)
{
	c->o.record = c->o.metrics = NULL;
	if (messages)
		c->o.talk = messages;
}

int
main(int argc, char **argv)
{
	struct play_options c = { .o = { .commands = cmd_table, .out = stdout, .talk = stderr } };
	struct tail tail = { .len = 0 };
	FILE *messages = fopencookie(&tail, "w", (cookie_io_functions_t){ .write = keep_tail });
	struct sweep_share share;
	bool ended = false;
	struct err e;
	int local, status;

	cli_begin();
	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_IGN);
	if (mpi_ranks_open(&share, &local, &e) < 0) {
		err_print("retort-mpi: %s", e.msg);
		return 1;
	}
	divide(&c, &share, local);
	status = read_options(&c, share.rank, argc, argv, &ended);
	if (share.rank)
		leave_files(&c, messages);
	if (!ended)
		status = run_main_play(&c, argc, argv);
	status = cli_end(status);
	if (messages)
		fclose(messages);
	if (status)
		fail(share.rank, status, &tail);
	mpi_ranks_close();
	return 0;
}
