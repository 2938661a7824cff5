/* stderr_file.c: redirection of standard error to a file. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/term/stderr_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int
stderr_file_begin(void)
{
	FILE *f = isatty(2) ? tmpfile() : NULL;
	int saved;

	if (!f)
		return -1;
	saved = fcntl(2, F_DUPFD_CLOEXEC, 3); /* not inherited by child processes */
	dup2(fileno(f), 2);
	fclose(f);
	return saved;
}

void
stderr_file_end(int saved)
{
	char buf[4096];
	ssize_t n;

	if (saved < 0)
		return;
	lseek(2, 0, SEEK_SET);
	while ((n = read(2, buf, sizeof buf)) > 0)
		if (write(saved, buf, (size_t)n) < 0)
			break;
	dup2(saved, 2);
	close(saved);
}
