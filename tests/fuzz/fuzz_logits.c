/* fuzz_logits.c: a file of outputs: CSV, .npy or JSON lines, with a kind that the first byte gives.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

#include "retort/kd/logit_file.h"

/* Every kept number is finite, and every class is below the largest. */
static void
check_file(const struct logit_file *a)
{
	size_t width = a->top ? 2 * a->top + 1 : a->classes;

	MUST(a->rows >= 1 && a->positions >= 1 && width >= 2);
	MUST(a->kind != LOGIT_KIND_AUTO);
	for (size_t i = 0; i < a->rows * a->positions * width; i++)
		MUST(isfinite(a->logit[i]));
	for (size_t i = 0; i < a->rows * a->positions; i++)
		for (size_t c = 0; c < a->top; c++)
			MUST(a->logit[i * width + c] <= (real)(a->names ? a->names : a->largest));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct logit_file_options o = { 0 };
	struct logit_file *a;
	struct err e = { .msg = "" };
	char path[40];
	int fd;

	if (size == 0)
		return 0;
	o.kind = (enum logit_kind)(data[0] % 4);
	o.ids = data[0] & 4;
	fd = memfd_create("fuzz", MFD_CLOEXEC);
	MUST(fd >= 0 && write(fd, data + 1, size - 1) == (ssize_t)(size - 1));
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (data[0] & 8)
		o.top = path; /* the same array as ids and as values */
	if (logit_file_read(path, &o, &a, &e) < 0) {
		MUST(e.msg[0]);
	} else {
		check_file(a);
		logit_file_free(a);
	}
	close(fd);
	return 0;
}
