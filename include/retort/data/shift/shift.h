/* Statistics of two sets of rows: distances, density ratios, class proportions, selection. The
 * interface of data/shift: other folders include only this header. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_SHIFT_SHIFT_H
#define RETORT_DATA_SHIFT_SHIFT_H

#include "retort/data/shift/class_prior.h"
#include "retort/data/shift/importance.h"
#include "retort/data/shift/row_choice.h"
#include "retort/data/shift/two_sample.h"

#endif
