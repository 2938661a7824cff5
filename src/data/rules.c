/* rules.c: sentences and options of the rules of reading. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/rules.h"

_Static_assert(RULES_COUNT <= 32, "a rules_set has 32 bits");

const char *
rules_sentence(enum rules_id id)
{
	static const char *const sentence[] = {
#define RULE(name, sentence, option) sentence,
#include "retort/data/rules.def"
#undef RULE
	};

	return sentence[id];
}

const char *
rules_option(enum rules_id id)
{
	static const char *const options[] = {
#define RULE(name, sentence, option) option,
#include "retort/data/rules.def"
#undef RULE
	};

	return options[id];
}

int
rules_error(struct err *e, enum rules_id id)
{
	if (e)
		e->rules |= RULES_BIT(id);
	return -1;
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
