/* Files from which a process trains a sweep in the background. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_SWEEP_FOLDER_H
#define RETORT_SESSION_SWEEP_FOLDER_H

#include "retort/base/scratch.h"
#include "retort/session/inside.h"

/* Remove the folders of processes that have ended without doing so. */
void sweep_folder_clean(void);

/*
 * Make a folder with a recording of the lines that read the data, the state beside it, and a script
 * that stops the work at step `at` (UINT64_MAX: there is none) and does `line`. Only the owner can
 * read it. Freed with scratch_free, which removes it. NULL and an error: nothing is left of it.
 */
struct scratch *sweep_folder_make(struct session *s, struct ckpt *state, uint64_t at,
				  const char *line, struct err *e);

/* Path of the recording in it, or of the script; caller frees. */
char *sweep_folder_recording(const struct scratch *folder);
char *sweep_folder_script(const struct scratch *folder);

#endif
