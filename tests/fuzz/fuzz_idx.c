/* fuzz_idx.c: bytes of an IDX file, gzip'd or not, up to a set of images. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <math.h>

#include "retort/base/gzip.h"
#include "retort/base/mem.h"
#include "retort/data/read/images.h"

#define LIMIT 65536 /* bytes inflated: more only takes longer */

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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = fuzz_text(data, size), *inflated = NULL;
	struct err e = { "" };
	struct idxfile f;

	if (gzip_is(bytes, size) && gzip_inflate(bytes, size, LIMIT, &inflated, &size, &e) < 0) {
		MUST(e.msg[0]);
		free(bytes);
		return 0;
	}
	MUST(!inflated || size <= LIMIT);
	if (idxfile_parse(inflated ? inflated : bytes, size, &f, &e) < 0) {
		MUST(e.msg[0]);
	} else {
		MUST(f.len >= 1 && f.len <= size && f.rank >= 1 && f.rank <= 4);
		for (size_t i = 0; i < f.len; i++)
			(void)idxfile_at(&f, i);
		if (size <= LIMIT)
			try_images(&f);
	}
	mem_free(inflated);
	free(bytes);
	return 0;
}
