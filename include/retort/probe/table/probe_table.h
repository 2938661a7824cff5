/* All measurements and remedies, for trainer_new. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_PROBE_TABLE_PROBE_TABLE_H
#define RETORT_PROBE_TABLE_PROBE_TABLE_H

#include "retort/lab/trainer.h"

extern const struct trainer_addon *const probe_table[]; /* NULL-terminated */

#endif
