/* fuzz_idx.c: an IDX file, gzip'd or not, read as a set of images. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

#include "retort/base/gzip.h"
#include "retort/base/mem.h"
#include "retort/data/read/images.h"

#define LIMIT 65536 /* limit of uncompressed bytes, to bound the time */

/* Labels 0, 1, 0, 1 ... for the n rows. */
static void
fit_labels(size_t n, unsigned char *bytes, struct idxfile *labels)
{
	for (size_t i = 0; i < n; i++)
		bytes[i] = i % 2;
	*labels = (struct idxfile){
		.type = IDXFILE_U8, .rank = 1, .dim = { n }, .len = n, .data = bytes
	};
}

static void
try_images(const struct idxfile *f)
{
	static unsigned char bytes[LIMIT];
	struct idxfile labels;
	struct dataset *ds;
	struct err e = { "" };

	fit_labels(f->dim[0], bytes, &labels);
	if (images_make(f, &labels, false, &ds, &e) < 0) {
		MUST(e.msg[0]);
		return;
	}
	MUST(ds->n * ds->d == f->len && ds->classes == 2);
	if (ds->kind == DATASET_IMAGE)
		MUST(ds->height * ds->width * ds->channels == ds->d);
	for (size_t i = 0; i < f->len; i++)
		MUST(isfinite(ds->x[i]));
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
	struct err e = { "" };
	struct idxfile f;
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
			(void)idxfile_at(&f, i);
		if (n <= LIMIT)
			try_images(&f);
	}
	mem_free(bytes);
	return 0;
}
