/* View actions that leave the workbench or save what would be lost. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_VIEW_LEAVE_H
#define RETORT_UI_VIEW_LEAVE_H

#include "retort/base/err.h"
#include "retort/base/text.h"
#include "retort/ui/scene.h"

/* Append `quit` to `line`, or ask whether to quit where training runs or steps of the student would
 * be lost. */
void view_leave(struct scene *s, struct text *line);

/* Ask again what is open after work has begun or ended, or end the question where nothing would be
 * lost any more. */
void view_leave_follow(struct scene *s);

/* Append a line that saves the student to `file`; "": the file it was last saved to. -1 and an
 * error without a student. */
int view_leave_write(const struct scene *s, const char *file, struct text *line, struct err *e);

/* Whether the student in view was saved to no file yet. */
bool view_leave_needs_file(const struct scene *s);

#endif
