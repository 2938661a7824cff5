/* fuzz_csv.c: a table in CSV, read as a data set. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "retort/base/magic.h"
#include "retort/data/read/csvfile.h"
#include "retort/data/dataset.h"
#include "retort/data/read/read.h"

/* Read the table as a data set: from memory, or streamed from an unlinked file. */
static int
make_set(const char *bytes, size_t size, bool streamed, struct dataset **out, struct err *e)
{
	struct dataset_options o = { 0 };
	int fd, status;
	char path[40];

	if (!streamed)
		return read_bytes("fuzz.csv", bytes, size, &o, out, e);
	fd = memfd_create("fuzz", MFD_CLOEXEC);
	MUST(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	setenv("RETORT_LARGE", "0", 1);
	status = read_dataset(path, &o, out, e);
	close(fd);
	return status;
}

/* Both ways give the same bits, or both fail. */
static void
compare_sets(const char *bytes, size_t size)
{
	struct dataset *memory, *file;
	struct err e = { .msg = "" };
	int a = make_set(bytes, size, false, &memory, &e), b;

	MUST(a == 0 || e.msg[0]);
	e.msg[0] = '\0';
	b = make_set(bytes, size, true, &file, &e);
	MUST(a == b && (b == 0 || e.msg[0]));
	if (a < 0)
		return;
	MUST(memory->n == file->n && memory->d == file->d && memory->classes == file->classes);
	MUST(!memory->x || memcmp(memory->x, file->x, file->n * file->d * sizeof *file->x) == 0);
	MUST(memcmp(memory->y, file->y, file->n * sizeof *file->y) == 0);
	MUST(memcmp(&memory->hash, &file->hash, sizeof file->hash) == 0);
	dataset_free(memory);
	dataset_free(file);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = fuzz_text(data, size);
	struct err e = { .msg = "" };
	struct csvfile t;

	/* gzip'd input would be inflated, and another format named, by one of them only */
	if (!(size >= 2 && data[0] == 0x1F && data[1] == 0x8B) &&
	    magic_check(bytes, size, NULL) == 0)
		compare_sets(bytes, size);
	if (csvfile_parse(bytes, size, ',', &t, &e) < 0) {
		MUST(e.msg[0]);
	} else {
		MUST(t.rows >= 1 && t.columns >= 1);
		for (size_t i = 0; i < t.rows * t.columns; i++)
			MUST(t.cell[i] && strlen(t.cell[i]) <= size);
		for (size_t i = 1; i < t.rows; i++)
			MUST(t.line[i] > t.line[i - 1]);
		csvfile_release(&t);
	}
	free(bytes);
	return 0;
}
