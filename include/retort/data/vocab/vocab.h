/* Training of vocabularies; words, synonyms. The interface of data/vocab: other folders include
 * only this header. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_VOCAB_VOCAB_H
#define RETORT_DATA_VOCAB_VOCAB_H

#include "retort/data/vocab/synonyms.h"
#include "retort/data/vocab/vocabtrain.h"
#include "retort/data/vocab/wordnet.h"
#include "retort/data/vocab/words.h"

#endif
