/* child.c: the door to processes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "retort/base/mem.h"

/* Reads of stderr in one call: a child that never stops writing must not hold the caller. */
#define STDERR_READS 16

extern char **environ;

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void
close_all(int *fd, size_t n)
{
	for (size_t i = 0; i < n; i++)
		close_fd(&fd[i]);
}

/* Three pipes; our ends are fd[1], fd[2], fd[4]. */
static int
open_pipes(int *fd)
{
	for (int i = 0; i < 6; i++)
		fd[i] = -1;
	for (int i = 0; i < 6; i += 2)
		if (pipe2(fd + i, O_CLOEXEC) < 0)
			return -1;
	return fcntl(fd[1], F_SETFL, O_NONBLOCK) < 0 || fcntl(fd[2], F_SETFL, O_NONBLOCK) < 0 ||
			       fcntl(fd[4], F_SETFL, O_NONBLOCK) < 0
		       ? -1
		       : 0;
}

/* In its own process group, with no signal blocked and SIGPIPE at its default: the threads of this
 * process block all signals, and the process ignores SIGPIPE. */
static int
spawn_shell(pid_t *pid, const char *command, const int *fd)
{
	char *const argv[] = { (char *)"sh", (char *)"-c", (char *)command, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, broken;
	int status;

	sigemptyset(&none);
	sigemptyset(&broken);
	sigaddset(&broken, SIGPIPE);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, fd[0], 0);
	posix_spawn_file_actions_adddup2(&files, fd[3], 1);
	posix_spawn_file_actions_adddup2(&files, fd[5], 2);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &broken);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
						POSIX_SPAWN_SETSIGDEF);
	status = posix_spawn(pid, "/bin/sh", &files, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return status;
}

int
child_start(struct child *c, const char *command, struct err *e)
{
	int fd[6], status = open_pipes(fd) < 0 ? errno : 0;

	*c = (struct child){ .in = -1, .out = -1, .err = -1 };
	if (status == 0)
		status = spawn_shell(&c->pid, command, fd);
	if (status != 0) {
		c->pid = 0;
		close_all(fd, 6);
		return err_set(e, "cannot run '%.80s': %s", command, strerror(status));
	}
	c->in = fd[1];
	c->out = fd[2];
	c->err = fd[4];
	close_fd(&fd[0]);
	close_fd(&fd[3]);
	close_fd(&fd[5]);
	return 0;
}

char *
child_self(struct err *e)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);

	if (n < 0) {
		err_set(e, "/proc/self/exe: %s", strerror(errno));
		return NULL;
	}
	path[n] = '\0';
	return mem_text(path);
}

int
child_attend(pid_t parent, struct err *e)
{
	if (setpriority(PRIO_PROCESS, 0, 19) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return err_set(e, "%s", strerror(errno));
	return getppid() == parent ? 0 : err_set(e, "process %d has ended", (int)parent);
}

ssize_t
child_write(struct child *c, const char *bytes, size_t size)
{
	ssize_t n;

	if (c->in < 0)
		return -1;
	do
		n = write(c->in, bytes, size);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? 0 : -1;
	return n;
}

ssize_t
child_read(struct child *c, char *buf, size_t size)
{
	ssize_t n;

	if (c->out < 0)
		return 0;
	do
		n = read(c->out, buf, size);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? -1 : 0;
	return n;
}

void
child_read_stderr(struct child *c)
{
	char buf[4096];
	ssize_t n;

	if (c->err < 0)
		return;
	for (int i = 0; (n = read(c->err, buf, sizeof buf)) != 0; i++) {
		size_t have = strlen(c->err_tail), keep = sizeof c->err_tail - 1, more;

		if (n < 0 || i == STDERR_READS)
			return;
		more = (size_t)n < keep ? (size_t)n : keep;
		if (have + more > keep) {
			memmove(c->err_tail, c->err_tail + have + more - keep, keep - more);
			have = keep - more;
		}
		memcpy(c->err_tail + have, buf + (size_t)n - more, more);
		c->err_tail[have + more] = '\0';
	}
	close_fd(&c->err);
}

void
child_close_stdin(struct child *c)
{
	close_fd(&c->in);
}

/* The last non-empty line of stderr, with control characters as blanks. */
static const char *
last_line(struct child *c)
{
	char *end = c->err_tail + strlen(c->err_tail), *line;

	while (end > c->err_tail && (end[-1] == '\n' || end[-1] == ' '))
		*--end = '\0';
	line = strrchr(c->err_tail, '\n');
	line = line ? line + 1 : c->err_tail;
	for (char *p = line; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7F)
			*p = ' ';
	return line;
}

/*
 * Wait for a child whose pipes are closed, two seconds at most. Its process group is killed before
 * the child is reaped: until then its number cannot be reused by another group.
 */
static int
wait_for(pid_t pid)
{
	const struct timespec beat = { .tv_nsec = 5000000 };
	siginfo_t info = { .si_pid = 0 };
	int status = 0;

	for (int i = 0; i < 400 && info.si_pid != pid; i++) {
		if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) < 0 &&
		    errno != EINTR)
			return 0; /* unknown: SIGCHLD is ignored, so the status is lost */
		if (info.si_pid != pid)
			nanosleep(&beat, NULL);
	}
	kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

bool
child_end(struct child *c, bool kill_it, char *how, size_t size)
{
	int status;
	const char *line;

	if (c->pid == 0)
		return true;
	if (kill_it)
		kill(-c->pid, SIGKILL);
	close_fd(&c->in);
	close_fd(&c->out);
	status = wait_for(c->pid);
	child_read_stderr(c);
	close_fd(&c->err);
	c->pid = 0;
	line = last_line(c);
	if (WIFSIGNALED(status))
		snprintf(how, size, "was killed by signal %d%s%s", WTERMSIG(status),
			 line[0] ? ": " : "", line);
	else
		snprintf(how, size, "ended with status %d%s%s", WEXITSTATUS(status),
			 line[0] ? ": " : "", line);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
