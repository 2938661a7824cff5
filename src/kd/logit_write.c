/* logit_write.c: outputs of a network, written as a file that a teacher is read from. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/logit_write.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/data/read/npyfile.h"

static int
write_npy(const char *path, const float *logit, size_t rows, size_t positions, size_t classes,
	  struct err *e)
{
	size_t n = rows * (positions ? positions : 1) * classes;
	char head[NPYFILE_HEADER];
	const void *part[] = { head, NULL };
	size_t size[] = { sizeof head, 4 * n };
	unsigned char *bytes = mem_try(n, 4);
	int status;

	if (!bytes)
		return err_set(e, "no memory for %zu rows of %zu numbers", rows, classes);
	for (size_t i = 0; i < n; i++) {
		uint32_t bits;

		memcpy(&bits, &logit[i], sizeof bits);
		for (int k = 0; k < 4; k++)
			bytes[4 * i + (size_t)k] = (unsigned char)(bits >> 8 * k);
	}
	npyfile_header(rows, positions, classes, head);
	part[1] = bytes;
	status = io_write(path, part, size, 2, e);
	mem_free(bytes);
	return status;
}

int
logit_write(const char *path, const float *logit, size_t rows, size_t positions, size_t classes,
	    struct err *e)
{
	struct text t = { 0 };
	const void *part[1];
	int status;

	if (text_has_suffix(path, ".npy"))
		return write_npy(path, logit, rows, positions, classes, e);
	if (positions)
		return err_set(e, "%s: outputs of each position need a .npy file", path);
	for (size_t i = 0; i < rows * classes; i++)
		text_addf(&t, "%.9g%s", (double)logit[i], (i + 1) % classes ? "," : "\n");
	part[0] = text_get(&t);
	status = io_write(path, part, &t.len, 1, e);
	text_release(&t);
	return status;
}
