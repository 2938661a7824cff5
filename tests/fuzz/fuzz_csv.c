/* fuzz_csv.c: bytes of a table, up to a data set. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

#include "retort/data/read/csvfile.h"
#include "retort/data/dataset.h"
#include "retort/data/read/table.h"

/* The same table, row by row. */
struct seen {
	const struct csvfile *t;
	size_t rows;
};

static int
see(void *arg, const struct csvfile_row *row, struct err *e)
{
	struct seen *s = arg;

	(void)e;
	MUST(s->rows < s->t->rows && row->columns == s->t->columns &&
	     row->line == s->t->line[s->rows] && row->row == s->rows + 1);
	for (size_t c = 0; c < row->columns; c++)
		MUST(strcmp(row->cell[c], s->t->cell[s->rows * row->columns + c]) == 0);
	s->rows++;
	return 0;
}

static int
see_none(void *arg, const struct csvfile_row *row, struct err *e)
{
	(void)arg;
	(void)row;
	(void)e;
	return 0;
}

/* Through a file without a name. `t` NULL: it must be refused. */
static void
walk(const uint8_t *data, size_t size, const struct csvfile *t)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC), status;
	struct seen seen = { .t = t };
	struct err e = { "" };
	struct stream *in;
	char path[40];

	MUST(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	in = stream_open(path, &e);
	MUST(in != NULL);
	status = csvfile_walk(in, ',', t ? see : see_none, &seen, &e);
	stream_close(in);
	close(fd);
	MUST(t ? status == 0 && seen.rows == t->rows : status < 0 && e.msg[0]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dataset_options o = { 0 };
	struct csvfile t;
	struct dataset *ds;
	struct err e = { "" };

	if (csvfile_parse((const char *)data, size, ',', &t, &e) < 0) {
		MUST(e.msg[0]);
		if (!(size >= 2 && data[0] == 0x1F &&
		      data[1] == 0x8B)) /* a stream would inflate it */
			walk(data, size, NULL);
		return 0;
	}
	MUST(t.rows >= 1 && t.columns >= 1);
	if (!(size >= 2 && data[0] == 0x1F && data[1] == 0x8B))
		walk(data, size, &t);
	for (size_t i = 0; i < t.rows * t.columns; i++)
		MUST(t.cell[i] && strlen(t.cell[i]) <= size);
	if (table_make(&t, &o, &ds, &e) < 0) {
		MUST(e.msg[0]);
	} else {
		dataset_free(ds);
	}
	csvfile_release(&t);
	return 0;
}
