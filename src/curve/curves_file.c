/* curves_file.c: write files of curves. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/curve/curves_file.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/curve/curves_file_mark.h"

static const char head[] = "# retort-metrics 1\nstep\trun\tmetric\tvalue\n";

struct curves_file {
	char *path;
	int fd;            /* -1: not created yet */
	struct text lines; /* not written yet */
	bool failed;
	size_t cap_runs;
	bool *has_run;            /* [cap_runs] by number: its "# run" line is written */
	unsigned teacher;         /* bit k: that of teacher k is */
	char label[CURVES_LABEL]; /* of the last sample; "": none */
	unsigned run, branch;     /* that it is of */
};

char *
curves_file_beside(const char *recording)
{
	struct text t = { 0 };

	text_bytes(&t, recording, text_stem(recording, ".ret"));
	text_add(&t, CURVES_FILE_SUFFIX);
	return t.s;
}

/* Whether a file begins as curves_file_flush writes it. */
static bool
is_ours(const char *path)
{
	char start[sizeof head] = "";
	size_t size;
	int fd = io_open_read(path, &size, NULL);
	bool ours =
		fd >= 0 && io_read_some(fd, start, sizeof head - 1) > 0 && strcmp(start, head) == 0;

	io_close(fd);
	return ours;
}

struct curves_file *
curves_file_new(const char *path, bool over, struct err *e)
{
	struct curves_file *f;

	if (io_exists(path) && !(over && is_ours(path) && unlink(path) == 0)) {
		err_set(e, "%s: exists already; a recording overwrites nothing", path);
		return NULL;
	}
	f = mem_new(sizeof *f);
	f->path = mem_text(path);
	f->fd = -1;
	return f;
}

/* Cut a file after its last line. A session that was killed may have left half a line. */
static int
cut_line(const char *path, int fd, struct err *e)
{
	char *text, *end;
	size_t size;

	if (io_read(path, CURVES_FILE_BYTES, &text, &size, e) < 0)
		return -1;
	while (size && text[size - 1] != '\n')
		size--;
	end = strstr(text, "\nstep\t");
	mem_free(text);
	if (size && !end)
		return err_set(e, "%s: no metrics file", path);
	return ftruncate(fd, (off_t)size) < 0 ? err_set(e, "%s: %s", path, strerror(errno)) : 0;
}

struct curves_file *
curves_file_continue(const char *path, struct err *e)
{
	struct curves_file *f;
	int fd = -1;

	if (io_exists(path) && (fd = io_open_append(path, false, e)) < 0)
		return NULL;
	if (fd >= 0 && cut_line(path, fd, e) < 0) {
		close(fd);
		return NULL;
	}
	f = mem_new(sizeof *f);
	f->path = mem_text(path);
	f->fd = fd;
	return f;
}

void
curves_file_free(struct curves_file *f)
{
	if (!f)
		return;
	curves_file_flush(f, false, NULL);
	if (f->fd >= 0)
		close(f->fd);
	text_release(&f->lines);
	mem_free(f->has_run);
	mem_free(f->path);
	mem_free(f);
}

/* Write a value that reads back to the same bits; text_number takes twice as long. */
static const char *
format_value(char *buf, size_t size, double x)
{
	if (!isfinite(x))
		return text_number(buf, size, x);
	snprintf(buf, size, "%.15g", x);
	if (strtod(buf, NULL) != x)
		snprintf(buf, size, "%.17g", x);
	return buf;
}

/* The number of the run that a run was forked from, also where its stretch was left since. */
static unsigned
parent_of(const struct curves *c, const struct curves_run *r)
{
	const struct curves_run *parent = curves_run(c, r->parent);

	while (parent && parent->left_by)
		parent = curves_run(c, parent->left_by);
	return parent ? parent->number : 0;
}

/* Add the line that says what the name of a network means, once. */
static void
declare(struct curves_file *f, const struct curves *c, unsigned run, unsigned branch)
{
	const struct curves_run *r = curves_run(c, run);
	unsigned k = branch - BRANCH_TEACHER(0);

	if (branch >= BRANCH_TEACHER(0)) {
		if (!(f->teacher & 1u << k))
			text_addf(&f->lines, "# teacher %u %s\n", k + 1, c->teacher[k]);
		f->teacher |= 1u << k;
		return;
	}
	mem_grow(&f->has_run, &f->cap_runs, run + 1, sizeof *f->has_run);
	if (!f->has_run[run] && r) {
		text_addf(&f->lines, "# run %u %s", run, r->name);
		if (r->parent)
			text_addf(&f->lines, " from %u at %u", parent_of(c, r), r->fork);
		text_add(&f->lines, "\n");
	}
	f->has_run[run] = true;
}

void
curves_file_sample(struct curves_file *f, const struct curves *c, unsigned run, unsigned branch,
		   unsigned metric, uint32_t step, double value)
{
	char line[160], number[40];
	int len;

	if (!f->label[0] || f->run != run || f->branch != branch) {
		declare(f, c, run, branch);
		curves_label(c, run, branch, f->label);
		f->run = run;
		f->branch = branch;
	}
	len = snprintf(line, sizeof line, "%u\t%s\t%s\t%s\n", step, f->label,
		       metric_info(metric)->name, format_value(number, sizeof number, value));
	text_bytes(&f->lines, line, (size_t)len);
}

void
curves_file_mark(struct curves_file *f, const struct curves *c, const struct curves_mark *m)
{
	declare(f, c, m->run, m->branch);
	curves_file_mark_write(c, m, &f->lines);
}

void
curves_file_forget(struct curves_file *f, const struct curves *c, unsigned run, unsigned branch)
{
	char label[CURVES_LABEL];

	f->label[0] = '\0';
	if (branch >= BRANCH_TEACHER(0) ? !(f->teacher & 1u << (branch - BRANCH_TEACHER(0)))
					: run >= f->cap_runs || !f->has_run[run])
		return; /* it has no samples */
	text_addf(&f->lines, "# new %s\n", curves_label(c, run, branch, label));
}

void
curves_file_clear(struct curves_file *f)
{
	f->label[0] = '\0';
	if (f->fd < 0 && !f->lines.len)
		return;
	text_add(&f->lines, "# clear\n");
	memset(f->has_run, 0, f->cap_runs * sizeof *f->has_run);
	f->teacher = 0;
}

void
curves_file_back(struct curves_file *f, const struct curves *c, unsigned run, uint32_t step)
{
	char label[CURVES_LABEL];

	f->label[0] = '\0';
	declare(f, c, run, BRANCH_STUDENT);
	text_addf(&f->lines, "# back %s %u\n", curves_label(c, run, BRANCH_STUDENT, label), step);
}

void
curves_file_rename(struct curves_file *f, unsigned run)
{
	f->label[0] = '\0';
	if (run < f->cap_runs)
		f->has_run[run] = false;
}

/* Create the file with its first lines. */
static int
create(struct curves_file *f, struct err *e)
{
	f->fd = io_open_new(f->path, e);
	if (f->fd < 0)
		return -1;
	return io_append(f->fd, head, sizeof head - 1, false, e) < 0 ? err_wrap(e, "%s", f->path)
								     : 0;
}

/* Append the lines to the file. */
static int
append(struct curves_file *f, bool sync, struct err *e)
{
	if (f->fd < 0 && create(f, e) < 0)
		return -1;
	if (io_append(f->fd, f->lines.s, f->lines.len, sync, e) < 0)
		return err_wrap(e, "%s", f->path);
	return 0;
}

int
curves_file_flush(struct curves_file *f, bool sync, struct err *e)
{
	int status = 0;

	if (f->failed || !f->lines.len) {
		text_clear(&f->lines);
		return 0;
	}
	status = append(f, sync, e);
	f->failed = status < 0;
	text_clear(&f->lines);
	return status < 0 ? err_wrap(e, "the curves are recorded up to here") : 0;
}
