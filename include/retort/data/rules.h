/* Rules of reading that have changed since recordings of version 1, and whether they mattered. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_RULES_H
#define RETORT_DATA_RULES_H

#include <stdint.h>

#include "retort/base/err.h"
#include "retort/base/text.h"

enum rules_id {
#define RULE(name, sentence, option) RULES_##name,
#include "retort/data/rules.def"
#undef RULE
	RULES_COUNT
};

/*
 * A set of rules, a bit for each. In struct dataset, struct lab_info and struct cmd_call it holds
 * the rules that made a difference for the files read: a cell was not exact as a float, two
 * spellings of a label became one class. Where none did, a file is read as in version 1, to the
 * bit.
 */
typedef uint32_t rules_set;

#define RULES_BIT(id) ((rules_set)1 << (id))

/* The sentence of a rule, without a full stop. */
const char *rules_sentence(enum rules_id id);

/* The option of `data` that reads as version 1 did where the rule makes an error; NULL: none. */
const char *rules_option(enum rules_id id);

/* Add a rule to an error that version 1 did not make. `e` may be NULL. Return -1. */
int rules_error(struct err *e, enum rules_id id);

/* Append the sentences of a set, separated by "; ". */
void rules_list(rules_set set, struct text *out);

#endif
