/* Copies of the lab's state for other threads: shared, counted, never changed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_LAB_SNAPSHOT_H
#define RETORT_LAB_LAB_SNAPSHOT_H

#include "retort/lab/lab.h"

/* Returns a copy of `info` with one reference. */
const struct lab_info *lab_snapshot_new(const struct lab_info *info);

/* Whether `info` is what the snapshot holds. */
bool lab_snapshot_is(const struct lab_info *s, const struct lab_info *info);

/* Adds a reference. Any thread. Returns s. */
const struct lab_info *lab_snapshot_share(const struct lab_info *s);

/* Drops a reference; the last frees it. Any thread. lab_snapshot_drop(NULL) is fine. */
void lab_snapshot_drop(const struct lab_info *s);

#endif
