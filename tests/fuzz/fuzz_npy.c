/* fuzz_npy.c: bytes of a .npy file. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "retort/data/read/npyfile.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = malloc(
		size + (size == 0)); /* no NUL behind them: reading one byte further is noticed */
	struct err e = { "" };
	struct npyfile f;

	if (!bytes)
		abort();
	if (size)
		memcpy(bytes, data, size);
	if (npyfile_parse(bytes, size, &f, &e) < 0) {
		MUST(e.msg[0]);
	} else {
		MUST(f.rows >= 1 && f.columns >= 1 && f.rows <= size / f.columns);
		MUST(f.data + f.rows * f.columns * (f.is_double ? 8 : 4) == bytes + size);
		for (size_t i = 0; i < f.rows * f.columns; i++)
			(void)npyfile_at(&f, i);
	}
	free(bytes);
	return 0;
}
