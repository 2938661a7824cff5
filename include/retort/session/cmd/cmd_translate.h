/* Forms of `augment backtranslate` that use a translator or a file of translations. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_CMD_CMD_TRANSLATE_H
#define RETORT_SESSION_CMD_CMD_TRANSLATE_H

#include "retort/session/cmd.h"

/* Translate the texts by Apertium, or by two commands; read their translations from a file; stop
 * the running translation. Each executes one form: 0, or -1 and an error. */
int cmd_translate_via(struct cmd_call *c, struct err *e);
int cmd_translate_commands(struct cmd_call *c, struct err *e);
int cmd_translate_from(struct cmd_call *c, struct err *e);
int cmd_translate_stop(struct cmd_call *c, struct err *e);

/* Add the arguments OPTION and VALUE to `r`: "rate" of noise is the knob noise-rate. 0, or -1 and
 * an error. */
int cmd_augment_options(const struct args *args, const struct augment *a, struct request_knobs *r,
			struct err *e);

#endif
