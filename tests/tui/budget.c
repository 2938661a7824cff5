/* budget.c: bytes that the workbench writes to a pseudo terminal, per frame and while paused, and
 * the delay from a key to the screen. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "retort/base/mono.h"

/*
 * A frame is output without a gap of GAP seconds. The test checks bytes, which do not depend on the
 * speed of the machine; times are only printed.
 */
#define GAP 0.02
#define MEAN_BYTES 200  /* per frame, with one run or two */
#define EIGHT_BYTES 600 /* with eight */
#define SECONDS 8
#define FPS 10 /* default of the knob; a loaded machine draws fewer and larger frames */
#define MOST_BYTES 3000

static int tty;
static char received[1 << 16]; /* the last bytes received */
static size_t n_received;

struct count {
	size_t bytes, frames, largest; /* bytes of the largest frame */
	double seconds;                /* seconds until the text was received; < 0: not received */
};

/* Read for `seconds`, or until `text` is received; NULL: no text. */
static struct count
read_output(double seconds, const char *text)
{
	struct count c = { .seconds = -1 };
	double begin = mono_now(), last = -1;
	size_t frame = 0;
	char buf[4096];

	n_received = 0;
	while (mono_now() - begin < seconds) {
		struct pollfd p = { tty, POLLIN, 0 };
		ssize_t n = poll(&p, 1, 5) == 1 ? read(tty, buf, sizeof buf) : 0;

		if (n < 0)
			break;
		if (n == 0)
			continue;
		if (last < 0 || mono_now() - last > GAP) {
			c.frames++;
			frame = 0;
		}
		last = mono_now();
		frame += (size_t)n;
		c.bytes += (size_t)n;
		c.largest = frame > c.largest ? frame : c.largest;
		if (n_received + (size_t)n + 1 > sizeof received)
			n_received = 0;
		memcpy(received + n_received, buf, (size_t)n);
		n_received += (size_t)n;
		received[n_received] = '\0';
		if (text && strstr(received, text)) {
			c.seconds = mono_now() - begin;
			return c;
		}
	}
	return c;
}

static pid_t
start_program(const char *program, const char *session)
{
	struct winsize size = { .ws_row = 50, .ws_col = 160 };
	char *name;
	pid_t pid;

	tty = posix_openpt(O_RDWR | O_NOCTTY);
	if (tty < 0 || grantpt(tty) < 0 || unlockpt(tty) < 0)
		return -1;
	name = ptsname(tty);
	pid = fork();
	if (pid == 0) {
		int fd;

		setsid();
		fd = open(name, O_RDWR);
		ioctl(fd, TIOCSWINSZ, &size);
		dup2(fd, 0);
		dup2(fd, 1);
		dup2(fd, 2);
		setenv("TERM", "xterm-256color", 1);
		setenv("LC_ALL", "C.UTF-8", 1);
		unsetenv("NO_COLOR");
		execl(program, program, session, "--threads", "2", (char *)NULL);
		_exit(127);
	}
	return pid;
}

static void
send_keys(const char *bytes)
{
	if (write(tty, bytes, strlen(bytes)) < 0)
		perror("# write");
}

static int number;

static void
ok(int good, const char *name)
{
	printf("%sok %d - %s\n", good ? "" : "not ", ++number, name);
}

/* CPU time of a process, seconds. */
static double
cpu_of(pid_t pid)
{
	char path[64], text[1024];
	unsigned long user = 0, system = 0;
	FILE *f;
	char *p;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	f = fopen(path, "r");
	if (!f || !fgets(text, sizeof text, f))
		text[0] = '\0';
	if (f)
		fclose(f);
	p = strrchr(text, ')');
	if (p)
		sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
		       &system);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

/* Write a session that trains so many runs in lockstep, which differ in their temperature. */
static void
write_session(const char *path, int runs)
{
	FILE *f = fopen(path, "w");

	if (!f)
		return;
	fputs("retort-session 1\nseed 42\ndata digits labels 100\nteacher big mlp "
	      "32\ntrain big epochs 3\n"
	      "student mlp 16\nset speed 200\n",
	      f);
	for (int i = 2; i <= runs; i++)
		fprintf(f, "fork f%d set temperature %d\n", i, 3 + i);
	fputs("run 100000\n", f);
	fclose(f);
}

static void
check_frames(double began, int runs)
{
	char name[96];
	int most = runs > 2 ? EIGHT_BYTES : MEAN_BYTES;
	struct count c;

	read_output(5, "REC");
	printf("# first frame after %.0f ms\n", 1000 * (mono_now() - began));
	c = read_output(20, "/100000");
	ok(c.seconds >= 0, "the run starts");
	read_output(2, NULL);
	c = read_output(SECONDS, NULL); /* the range of the x axis doubles twice */
	printf("# %zu frames of %.0f bytes in the mean, %zu at most\n", c.frames,
	       (double)c.bytes / (double)(c.frames ? c.frames : 1), c.largest);
	snprintf(name, sizeof name,
		 "with %d run%s a frame at 160x50 has at most %d bytes on average", runs,
		 runs > 1 ? "s" : "", most);
	ok(c.frames > 10 && c.bytes <= (size_t)(most * SECONDS * FPS), name);
	ok(c.largest <= MOST_BYTES, "no frame has more than 3000 bytes");
}

/* The time until a key is on the screen, and what is written and computed while paused. */
static void
check_keys(pid_t pid)
{
	struct count c;
	double cpu;

	send_keys("+");
	c = read_output(5, "4 -> 5");
	printf("# a key is on the screen after %.1f ms\n", 1000 * c.seconds);
	ok(c.seconds >= 0, "a key changes a knob");
	read_output(0.5, NULL);
	send_keys(" ");
	c = read_output(5, "PAUSED");
	ok(c.seconds >= 0, "space pauses");
	read_output(1, NULL);
	cpu = cpu_of(pid);
	c = read_output(2, NULL);
	printf("# paused: %.2f %% of a processor\n", 50 * (cpu_of(pid) - cpu));
	ok(c.bytes == 0, "nothing is written while paused");
	send_keys(":set speed 0\r");
	send_keys(" ");
	read_output(1, NULL);
	send_keys("+");
	c = read_output(5, "5 -> 6.25");
	printf("# a key is on the screen after %.1f ms with training at full speed\n",
	       1000 * c.seconds);
	ok(c.seconds >= 0, "a key changes a knob with training at full speed");
	send_keys("Q");
	read_output(3, "recorded");
}

/* Start the program with so many runs, or with the session of a file, and check it. -1: no
 * terminal. */
static int
check_program(const char *program, const char *dir, const char *session, int runs)
{
	double began = mono_now();
	char own[64];
	pid_t pid;

	snprintf(own, sizeof own, "%s/budget%d.ret", dir, runs);
	if (!session)
		write_session(own, runs);
	pid = start_program(program, session ? session : own);
	if (pid < 0)
		return -1;
	check_frames(began, runs);
	if (runs == 1)
		check_keys(pid);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(tty);
	return 0;
}

int
main(int argc, char **argv)
{
	const char *program = argc > 1 ? argv[1] : getenv("RETORT"),
		   *session = argc > 2 ? argv[2] : NULL;
	char dir[] = "/tmp/retort-budget-XXXXXX", command[96];

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!mkdtemp(dir))
		return 99;
	setenv("XDG_STATE_HOME", dir, 1); /* lines for recording and history */
	setenv("XDG_CONFIG_HOME", dir, 1);
	unsetenv("RETORTRC");
	if (check_program(program, dir, session, 1) < 0) {
		puts("1..0 # SKIP no pseudo terminal");
		return 0;
	}
	if (!session) {
		check_program(program, dir, NULL, 2);
		check_program(program, dir, NULL, 8);
	}
	snprintf(command, sizeof command, "rm -rf '%s'", dir);
	if (system(command) != 0)
		return 99;
	printf("1..%d\n", number);
	return 0;
}
