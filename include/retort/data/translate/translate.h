/* Back-translation: translators, bitexts, back-translated rows. The interface of data/translate:
 * other folders include only this header. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TRANSLATE_TRANSLATE_H
#define RETORT_DATA_TRANSLATE_TRANSLATE_H

#include "retort/data/translate/apertium.h"
#include "retort/data/translate/bitext.h"
#include "retort/data/translate/round_trip.h"
#include "retort/data/translate/translator.h"

#endif
