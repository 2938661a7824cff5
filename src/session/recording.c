/* recording.c: the recording of a session. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/recording.h"

#include <unistd.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/nn/gemm/blas.h"

struct recording {
	int fd;
	bool failed;
};

struct recording *
recording_new(const char *path, struct err *e)
{
	struct text header = { 0 };
	struct recording *h;
	int fd;

	fd = io_open_new(path, e);
	if (fd < 0 && io_exists(path))
		err_set(e, "%s: exists already; a recording overwrites nothing", path);
	if (fd < 0)
		return NULL;
	text_addf(&header, "retort-session 1 kernel '%s'\n",
		  blas_name()); /* on which the bits depend */
	if (io_append(fd, header.s, header.len, true, e) < 0) {
		err_wrap(e, "%s", path);
		close(fd);
		text_release(&header);
		return NULL;
	}
	text_release(&header);
	h = mem_new(sizeof *h);
	h->fd = fd;
	return h;
}

void
recording_free(struct recording *h)
{
	if (!h)
		return;
	close(h->fd);
	mem_free(h);
}

int
recording_line(struct recording *h, const char *line, bool sync, struct err *e)
{
	struct text t = { 0 };

	if (h->failed)
		return 0;
	text_addf(&t, "%s\n", line);
	h->failed = io_append(h->fd, t.s, t.len, sync, e) < 0;
	text_release(&t);
	return h->failed ? err_wrap(e, "the recording ends here") : 0;
}
