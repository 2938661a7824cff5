/* Candidates of completion for each kind of argument. Main thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_COMPLETE_OFFER_H
#define RETORT_SESSION_COMPLETE_OFFER_H

#include <stddef.h>

#include "retort/lab/lab.h"
#include "retort/session/cmd.h"
#include "retort/session/grammar.h"

#define COMPLETE_WORDS 64 /* maximum number of words that are considered */

struct complete_list {
	size_t n, cap;
	char **item;        /* [n] candidates, NULL at the end; owned */
	const char *prefix; /* bytes of the word before the cursor */
	const struct lab_info *info;
	const struct cmd *const *commands;
	const struct cmd_screen *screen; /* NULL: no screen is registered */
	const struct cmd *command;       /* command of the line */
	char *word[COMPLETE_WORDS];      /* words before the completed one; [0] is the command */
	int n_words;
};

/* Add a copy of `candidate` if it starts with the prefix. */
void complete_offer_word(struct complete_list *l, const char *candidate);

/* Add the candidates for an argument of `kind`; none for a kind without a table of values. */
void complete_offer_kind(struct complete_list *l, enum grammar_kind kind);

#endif
