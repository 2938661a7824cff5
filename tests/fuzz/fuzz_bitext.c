/* fuzz_bitext.c: a bitext file, and the output of a translator. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "retort/base/mem.h"
#include "retort/data/translate/apertium.h"
#include "retort/data/translate/bitext.h"
#include "retort/data/translate/framing.h"

/* Writing a bitext and reading it gives the same bitext. */
static void
round_trip(struct bitext *p)
{
	struct text t = { 0 };
	struct bitext *q;

	bitext_measure(p);
	bitext_head(&t, p->translator);
	for (size_t i = 0; i < p->n; i++)
		bitext_line(&t, p->pair[i].before, p->pair[i].after);
	q = bitext_parse(t.s, t.len, NULL);
	MUST(q && q->n == p->n);
	for (size_t i = 0; i < p->n; i++) {
		MUST(strcmp(q->pair[i].before, p->pair[i].before) == 0 &&
		     strcmp(q->pair[i].after, p->pair[i].after) == 0);
		MUST(bitext_find(p, q->pair[i].before) == &p->pair[i]);
		MUST(p->pair[i].cosine >= 0 && p->pair[i].cosine <= 1 + 1e-12);
	}
	bitext_free(q);
	text_release(&t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes =
		malloc(size + (size ==
			       0)); /* not NUL-terminated: a sanitizer detects reads past the end */
	struct text out = { 0 };
	struct err e = { .msg = "" };
	struct bitext *p;

	if (!bytes)
		abort();
	if (size)
		memcpy(bytes, data, size);
	p = bitext_parse(bytes, size, &e);
	MUST(p || e.msg[0]);
	if (p)
		round_trip(p);
	bitext_free(p);
	for (int framed = 0; framed < 2; framed++) {
		framing_decode(&out, bytes, size, framed);
		MUST(out.len <= size && (out.len == 0 || strlen(out.s) == out.len));
	}
	text_clear(&out);
	(void)apertium_command(bytes, size, &out, NULL);
	text_release(&out);
	free(bytes);
	return 0;
}
