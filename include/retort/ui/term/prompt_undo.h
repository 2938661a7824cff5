/* Undo lists of the line editor, of which two may be one. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_TERM_PROMPT_UNDO_H
#define RETORT_UI_TERM_PROMPT_UNDO_H

/*
 * Take the undo list from the line that readline has saved while the history is searched, and put
 * it back when that line is edited again; take it from a line of the history, if it is a part of
 * that of the edited line. Readline 8.2 frees the list of the edited line at its end, that of the
 * saved one when the next line begins and that of a line of the history when it is edited again, so
 * one list is freed twice, or, after a search, not at all. Call before each key and when readline
 * draws. Main thread.
 */
void prompt_undo_part(void);

/* Drop the undo lists at the end of a line. That of a line saved by the last key alone may have
 * been freed with the edited one, which cannot be seen any more: it is not freed again. */
void prompt_undo_drop(void);

#endif
