/* permit.c: what the caller of a replay permits. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/permit.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/choice.h"
#include "retort/base/text.h"

int
permit_within(struct permit *p, const char *word, struct err *e)
{
	size_t len = strlen(word);
	char number[sizeof p->within];
	bool percent = len && word[len - 1] == '%';
	double limit;

	snprintf(number, sizeof number, "%.*s", (int)(len - percent), word);
	if (len >= sizeof number || text_to_double(number, &limit) < 0 || limit < 0 ||
	    (percent && limit > 100))
		return err_set(e,
			       "invalid within '%.40s' (expected 0%% to 100%% of each figure, or "
			       "a largest difference such as 0.001)",
			       word);
	memcpy(p->within, word, len + 1);
	p->relative = percent;
	p->limit = percent ? limit / 100 : limit;
	return 0;
}

int
permit_allow(struct permit *p, const char *word, struct err *e)
{
	int k = choice_find(word, "files, programs", "allow", e);

	if (k < 0)
		return -1;
	p->files |= k == 0;
	p->programs |= k == 1;
	return 0;
}
