/* Classes by name: the outputs of a loaded network put in the order of the data's classes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_MODELS_CLASS_ORDER_H
#define RETORT_NN_MODELS_CLASS_ORDER_H

#include <stddef.h>

#include "retort/base/err.h"
#include "retort/data/dataset.h"
#include "retort/nn/ckpt.h"

/*
 * Put the outputs of the checkpoint's network in the order of the data's classes: its notes
 * "label.0", "label.1" ... name them. Names that differ by case only are the same name, unless two
 * names of one side do. The tensors "logits.weight" and "logits.bias", their moments and the notes
 * are reordered; a network of the data's order is left as it is, to the bit.
 *
 * An output whose name is none of the data's gets the one class that is left, or keeps its place
 * where no named output is in it. `note` says what was reordered and which names are unknown; ""
 * where all names are the data's, in their order. Refused: more unknown names than the names that
 * are known can place. The checkpoint has ds->classes classes.
 */
int class_order_apply(struct ckpt *c, const struct dataset *ds, char *note, size_t size,
		      struct err *e);

#endif
