/* The manual inside the program: pages as mandoc writes them for a terminal. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_MANUAL_H
#define RETORT_SESSION_MANUAL_H

/*
 * The page about `topic`, a command or "retort", "session", "retortrc", "losses", "tutorial",
 * with overstrikes for bold and underline; caller frees with mem_free. NULL when there is none.
 * Looked for in $RETORT_HELPDIR, the build tree, and where it was installed.
 */
char *manual_page(const char *topic);

#endif
