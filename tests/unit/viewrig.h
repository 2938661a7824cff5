/* View actions under test. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TESTS_VIEWRIG_H
#define RETORT_TESTS_VIEWRIG_H

#include <stdbool.h>

#include "retort/ui/scene.h"

/* Run an action. Returns its command, or "error: ..."; valid until the next call but one. */
const char *viewrig_done(struct scene *s, const char *name, const char *argument);

/* Whether an action is refused, and with these words in the message. */
bool viewrig_is_refused(struct scene *s, const char *name, const char *argument);
bool viewrig_is_refused_with(struct scene *s, const char *name, const char *argument,
			     const char *words);

#endif
