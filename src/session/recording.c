/* recording.c: the recording of a session. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/recording.h"

#include <stdio.h>
#include <unistd.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/nn/gemm/blas.h"
#include "retort/session/chain.h"
#include "retort/session/lex.h"

struct recording {
	int fd;
	struct chain chain;
	bool failed;
};

/* Append a line with its running hash. */
static int
append_line(struct recording *h, const char *line, bool sync, struct err *e)
{
	struct text t = { 0 };
	int status;

	text_add(&t, line);
	chain_add(&h->chain, &t);
	text_add(&t, "\n");
	status = t.len <= LEX_LINE ? io_append(h->fd, t.s, t.len, sync, e)
				   : err_set(e,
					     "a line of %zu bytes could not be read again "
					     "(expected at most %d)",
					     t.len - 1, LEX_LINE - 1);
	text_release(&t);
	return status;
}

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
	io_lock(fd);
	h = mem_new(sizeof *h);
	h->fd = fd;
	text_add(&header, "retort-session 2 kernel "); /* on which the bits depend */
	lex_quote(&header, blas_name());
	if (append_line(h, header.s, true, e) < 0) {
		err_wrap(e, "%s", path);
		recording_free(h);
		h = NULL;
	}
	text_release(&header);
	return h;
}

struct recording *
recording_continue(const char *path, const char *hash, struct err *e)
{
	struct recording *h;
	int fd = io_open_append(path, false, e);

	if (fd >= 0 && io_lock(fd) < 0) {
		close(fd);
		fd = err_set(e, "%s: another session is recording in it", path);
	}
	if (fd < 0)
		return NULL;
	h = mem_new(sizeof *h);
	h->fd = fd;
	snprintf(h->chain.hash, sizeof h->chain.hash, "%s", hash);
	return h;
}

const char *
recording_hash(const struct recording *h)
{
	return h->chain.hash;
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
	if (h->failed)
		return 0;
	h->failed = append_line(h, line, sync, e) < 0;
	return h->failed ? err_wrap(e, "the recording ends here") : 0;
}
