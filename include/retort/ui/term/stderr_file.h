/* Redirection of standard error to a file while the screen is shown. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_TERM_STDERR_FILE_H
#define RETORT_UI_TERM_STDERR_FILE_H

/*
 * Redirect standard error to a temporary file, because output of libraries would corrupt the
 * screen. Returns a descriptor of the terminal for stderr_file_end; -1 where standard error is not
 * a terminal and is left alone.
 */
int stderr_file_begin(void);

/* Restore standard error where the process ends at once; what was collected is lost. In a handler
 * of signals, too. */
void stderr_file_crash(void);

/* Restore standard error and write what was collected. -1: nothing to do. */
void stderr_file_end(int saved);

#endif
