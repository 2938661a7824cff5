/* Synopsis and table of options of a command, from its grammar. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_SYNOPSIS_H
#define RETORT_SESSION_SYNOPSIS_H

#include "retort/base/text.h"
#include "retort/session/grammar.h"

/* Append the synopsis of one form: "NAME [epochs N]". */
void synopsis_form(const struct grammar_form *form, struct text *out);

/*
 * Call `print` once with each item of the forms that has a help text: `spelling` is its keyword and
 * argument, "epochs N"; `help` its help with what is accepted, "optimizer steps (1 to 100)".
 */
void synopsis_options(const struct grammar_form *form,
		      void (*print)(void *arg, const char *spelling, const char *help), void *arg);

#endif
