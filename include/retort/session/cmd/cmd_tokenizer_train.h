/* `tokenizer train`: train a tokenizer on files of text. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_CMD_CMD_TOKENIZER_TRAIN_H
#define RETORT_SESSION_CMD_CMD_TOKENIZER_TRAIN_H

#include "retort/session/cmd.h"

/* Train a tokenizer by the words of `c`, "train KIND FILE...", and write the vocabulary. 0, or -1
 * and an error. Main thread. */
int cmd_tokenizer_train(struct cmd_call *c, struct err *e);

#endif
