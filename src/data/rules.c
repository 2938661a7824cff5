/* rules.c: sentences of the rules of reading. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/rules.h"

_Static_assert(RULES_COUNT <= 32, "a rules_set has 32 bits");

const char *
rules_sentence(enum rules_id id)
{
	static const char *const sentence[] = {
#define RULE(name, sentence) sentence,
#include "retort/data/rules.def"
#undef RULE
	};

	return sentence[id];
}

void
rules_list(rules_set set, struct text *out)
{
	const char *gap = "";

	for (int i = 0; i < RULES_COUNT; i++)
		if (set & RULES_BIT(i)) {
			text_addf(out, "%s%s", gap, rules_sentence((enum rules_id)i));
			gap = "; ";
		}
}
