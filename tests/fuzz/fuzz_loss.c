/* fuzz_loss.c: files of logits and of labels. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <math.h>

#include "retort/base/mem.h"
#include "retort/kd/lossfile.h"

#define ROWS 4
#define CLASSES 3

/* Numbers that are read are finite, and are the same after writing and reading. */
static void
check_logits(const struct lossfile *f)
{
	struct lossfile back;
	struct err e;
	size_t size;
	char *text = lossfile_text(f->value, f->rows, f->columns, &size);

	MUST(f->rows >= 1 && f->columns >= 2);
	MUST(lossfile_parse("back", text, size, &back, &e) == 0);
	MUST(lossfile_match("f", f, "back", &back, &e) == 0);
	for (size_t i = 0; i < f->rows * f->columns; i++)
		MUST(isfinite(f->value[i]) && f->value[i] == back.value[i]);
	lossfile_release(&back);
	mem_free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = { .msg = "" };
	int32_t label[ROWS];
	struct lossfile f;

	if (lossfile_parse("f", (const char *)data, size, &f, &e) == 0) {
		check_logits(&f);
		lossfile_release(&f);
	} else {
		MUST(strncmp(e.msg, "f:", 2) == 0 && strspn(e.msg + 2, "0123456789") > 0);
	}
	e.msg[0] = '\0';
	if (lossfile_labels("f", (const char *)data, size, ROWS, CLASSES, label, &e) == 0)
		for (int i = 0; i < ROWS; i++)
			MUST(label[i] >= -1 && label[i] < CLASSES);
	else
		MUST(strncmp(e.msg, "f:", 2) == 0);
	return 0;
}
