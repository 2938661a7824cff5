/* fuzz_rows.c: a filter of rows from the notes of a checkpoint, and texts that are folded. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "retort/base/mem.h"
#include "retort/data/row_filter.h"
#include "retort/data/text/fold.h"

/* A folded text has no white space but single blanks inside. */
static void
check_fold(const char *text, size_t size)
{
	struct fold f;
	struct text once = { 0 };

	fold_init(&f);
	fold_text(&f, text, size);
	text_bytes(&once, text_get(&f.out), f.out.len);
	for (size_t i = 0; i < once.len; i++)
		MUST(!strchr("\t\n\v\f\r ", once.s[i]) || once.s[i] == '\0' ||
		     (once.s[i] == ' ' && i > 0 && once.s[i - 1] != ' '));
	MUST(once.len == 0 || (once.s[0] != ' ' && once.s[once.len - 1] != ' '));
	text_release(&once);
	fold_release(&f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text text = { 0 }, again = { 0 };
	struct err e = { .msg = "" };
	struct row_filter f, back;

	check_fold((const char *)data, size);
	text_bytes(&text, (const char *)data, size);
	if (row_filter_parse(text_get(&text), &f, &e) < 0) {
		MUST(e.msg[0]);
		text_release(&text);
		return 0;
	}
	MUST(f.bits % 8 == 0 && f.bits <= ROW_FILTER_BITS && f.probes <= ROW_FILTER_PROBES);
	for (uint64_t h = 1; h < 50; h++)
		(void)row_filter_has(&f, h * UINT64_C(0x9E3779B97F4A7C15));
	row_filter_print(&f, &again);
	MUST(row_filter_parse(text_get(&again), &back, &e) == 0 && row_filter_same(&f, &back));
	row_filter_release(&f);
	row_filter_release(&back);
	text_release(&text);
	text_release(&again);
	return 0;
}
