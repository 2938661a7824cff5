/* Built-in manual: pages formatted by mandoc for a terminal. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_MANUAL_H
#define RETORT_SESSION_MANUAL_H

/*
 * Return the page of `topic`, a command or "retort", "session", "retortrc", "losses", "tutorial",
 * with overstrikes for bold and underline; caller frees with mem_free. NULL if there is none.
 * Searches $RETORT_HELPDIR, the build tree, and the installed directory.
 */
char *manual_page(const char *topic);

#endif
