/* fuzz_idx.c: an IDX file, gzip'd or not, read as a set of images. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

#include "retort/base/gzip.h"
#include "retort/base/mem.h"
#include "retort/data/read/idxfile.h"
#include "retort/data/read/images.h"
#include "retort/data/read/labels.h"

#define LIMIT 65536 /* limit of uncompressed bytes, to bound the time */

static void
try_images(const struct array *f)
{
	struct dataset *ds;
	struct err e = { .msg = "" };

	if (images_make(f, false, &ds, &e) < 0) {
		MUST(e.msg[0]);
		return;
	}
	MUST(ds->n * ds->d == f->len);
	if (ds->kind == DATASET_IMAGE)
		MUST(ds->height * ds->width * ds->channels == ds->d);
	for (size_t i = 0; i < f->len; i++)
		MUST(isfinite(ds->wide ? ds->wide[i] : (double)ds->x[i]));
	dataset_free(ds);
}

/* As labels of as many rows as the array has elements. */
static void
try_labels(const struct array *f)
{
	struct dataset *ds = mem_new(sizeof *ds);
	struct err e = { .msg = "" };

	ds->n = f->len;
	if (labels_set(f, true, ds, &e) < 0)
		MUST(e.msg[0]);
	else
		for (size_t i = 0; i < ds->n; i++)
			MUST(ds->y[i] >= -1 && ds->y[i] < ds->classes);
	dataset_free(ds);
}

/* Read the bytes as an unlinked file, inflated if they are gzip'd. */
static int
read_file(const uint8_t *data, size_t size, char **out, size_t *n, struct err *e)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC), status;
	char path[40];

	MUST(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	status = gzip_read(path, size > LIMIT ? size : LIMIT, out, n, e);
	close(fd);
	return status;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = { .msg = "" };
	struct array f;
	char *bytes;
	size_t n;

	if (read_file(data, size, &bytes, &n, &e) < 0) {
		MUST(e.msg[0]);
		return 0;
	}
	MUST(n <= LIMIT || n <= size);
	if (idxfile_parse(bytes, n, &f, &e) < 0) {
		MUST(e.msg[0]);
	} else {
		MUST(f.len >= 1 && f.len <= n && f.rank >= 1 && f.rank <= 4);
		for (size_t i = 0; i < f.len; i++)
			(void)array_at(&f, i);
		if (n <= LIMIT) {
			try_images(&f);
			try_labels(&f);
		}
	}
	mem_free(bytes);
	return 0;
}
