/* fuzz_sweep.c: the journal of a sweep. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <math.h>

#include "retort/session/sweep_journal.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char hash[] =
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
	char *bytes = malloc(size + (size == 0)); /* not NUL-terminated */
	struct sweep *s = sweep_new();
	struct err e = { .msg = "" };
	int version;

	if (!bytes)
		abort();
	if (size)
		memcpy(bytes, data, size);
	version = sweep_journal_parse(bytes, size, hash, s, &e);
	if (version < 0) {
		MUST(s->n_known == 0 && strstr(e.msg, "journal"));
	} else {
		MUST(version == 1 || version == 2);
		for (size_t i = 0; i < s->n_known; i++) {
			MUST(s->known[i].steps > 0);
			MUST(s->known[i].diverged == !s->known[i].row);
			MUST(!s->known[i].row || s->known_rows > 0);
			MUST(!s->known[i].row || version == 2 || isnan(s->known[i].row[0].kl));
		}
	}
	sweep_free(s);
	free(bytes);
	return 0;
}
