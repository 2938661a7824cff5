/* Lines that change a session at random, as functions of a seed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TESTS_STORM_CHANGES_H
#define RETORT_TESTS_STORM_CHANGES_H

#include <stdint.h>

#include "retort/base/text.h"

void storm_changes_seed(uint64_t seed);

/* Append the next line; `layer` are names of layers that it may use. */
void storm_changes_add(struct text *line, const char *const *layer, uint32_t layers);

/* Append an option of a teacher, which needs an idle lab. */
void storm_changes_option(struct text *line);

#endif
