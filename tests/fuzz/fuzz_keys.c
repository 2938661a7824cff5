/* fuzz_keys.c: bytes from a terminal. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "retort/ui/term/keys.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = fuzz_text(data, size), name[16];
	struct keys_mouse m;

	for (size_t at = 0; at < size;) {
		size_t n = keys_next(bytes + at, size - at, true, name, sizeof name, &m);

		MUST(n > 0 && n <= size - at && strlen(name) < sizeof name);
		at += n;
	}
	MUST(keys_torn(bytes, size) <= 3);
	free(bytes);
	return 0;
}
