/* stderr_file.c: redirection of standard error to a file. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/term/stderr_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"

#define KEPT ((size_t)1 << 24) /* bytes, more are not shown */

static volatile int saved_fd = -1; /* for stderr_file_crash */

void
stderr_file_crash(void)
{
	if (saved_fd >= 0)
		dup2(saved_fd, 2);
}

int
stderr_file_begin(void)
{
	FILE *f = isatty(2) ? tmpfile() : NULL;
	int saved;

	if (!f)
		return -1;
	saved = saved_fd = fcntl(2, F_DUPFD_CLOEXEC, 3); /* not inherited by child processes */
	dup2(fileno(f), 2);
	fclose(f);
	return saved;
}

void
stderr_file_end(int saved)
{
	char *text = NULL;
	size_t size;

	if (saved < 0)
		return;
	lseek(2, 0, SEEK_SET);
	if (io_read_stream(2, "standard error", KEPT, &text, &size, NULL) == 0)
		io_append(saved, text, strlen(text_printable(text)), false, NULL);
	mem_free(text);
	saved_fd = -1;
	dup2(saved, 2);
	close(saved);
}
