/* rcfile.c: configuration file of commands. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/rcfile.h"

#include <stdlib.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/session/inside.h"

#define RCFILE_LIMIT (1 << 20) /* bytes */

static void
execute_lines(struct session *s, const char *path, char *text)
{
	int number = 1;

	for (char *line = text, *next; line; line = next, number++) {
		struct err e;
		int column = 1;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (session_line(s, line, &column, &e) < 0)
			session_message(s, true, "%s:%d:%d: %s", path, number, column, e.msg);
	}
}

static char *
find_path(void)
{
	const char *named = getenv("RETORTRC");
	char *path;

	if (named && *named)
		return mem_text(named);
	path = io_xdg(IO_CONFIG, "retortrc");
	if (path && io_exists(path))
		return path;
	mem_free(path);
	return io_exists(RETORT_SYSCONFDIR "/retortrc") ? mem_text(RETORT_SYSCONFDIR "/retortrc")
							: NULL;
}

void
rcfile_read(struct session *s)
{
	char *path = find_path(), *text;
	struct err e;
	size_t size;

	if (!path || io_same(path, "/dev/null")) {
		mem_free(path);
		return;
	}
	if (io_read(path, RCFILE_LIMIT, &text, &size, &e) < 0) {
		session_message(s, true, "%s", e.msg);
	} else {
		execute_lines(s, path, text);
		mem_free(text);
	}
	mem_free(path);
}
