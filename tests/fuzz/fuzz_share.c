/* fuzz_share.c: messages between processes that share a sweep. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "retort/base/mem.h"
#include "retort/lab/sweep_message.h"

#define UNITS 7
#define ROWS 3

/* Parse bytes; what is accepted reads back as it is. */
static void
check(const char *bytes, size_t size)
{
	struct text again = { 0 };
	struct sweep_message m;
	struct err e = { .msg = "" };

	if (sweep_message_parse(bytes, size, UNITS, ROWS, &m, &e) < 0) {
		MUST(!m.figures.row && strstr(e.msg, "message"));
		return;
	}
	MUST(m.n <= LAB_LOCKSTEP && m.unit < UNITS);
	for (size_t i = 0; i < m.n; i++)
		MUST(m.given[i] < UNITS);
	sweep_message_add(&m, ROWS, &again);
	MUST(again.len == size);
	MUST(m.kind == SWEEP_MESSAGE_WANT || memcmp(again.s, bytes, size) == 0);
	mem_free(m.figures.row);
	text_release(&again);
}

/* The input, and the input with the hash that it needs. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hash h = hash_of(data, size);
	char *bytes = malloc(size + sizeof h);

	if (!bytes)
		abort();
	if (size)
		memcpy(bytes, data, size);
	memcpy(bytes + size, h.byte, sizeof h);
	check(bytes, size);
	check(bytes, size + sizeof h);
	free(bytes);
	return 0;
}
