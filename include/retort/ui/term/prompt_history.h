/* Lines entered at the prompt, in readline's global list. Main thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_TERM_PROMPT_HISTORY_H
#define RETORT_UI_TERM_PROMPT_HISTORY_H

/* Begin a history of 1000 lines at most, with the lines of a file if path is not NULL. */
void prompt_history_open(const char *path);

/* Write the history atomically, readable by the owner only; nothing if path is NULL or there is no
 * line. Errors are ignored. */
void prompt_history_save(const char *path);

/* Append a line and remove earlier copies of it. */
void prompt_history_add(const char *line);

/* Free all lines; none is being edited. */
void prompt_history_clear(void);

#endif
