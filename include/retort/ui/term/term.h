/* The terminal: shows a canvas by ncurses, reads bytes of keys. The only user of ncurses. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_TERM_TERM_H
#define RETORT_UI_TERM_TERM_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"
#include "retort/ui/canvas.h"

struct term;

/*
 * Open the controlling terminal, /dev/tty, so that keys work with standard input as a pipe, and
 * start curses. NULL and an error where there is none, TERM is unknown, or the terminal cannot move
 * its cursor: the caller falls back to line mode. Main thread only, one at a time.
 */
struct term *term_open(struct err *e);

/* Restore the terminal and free t. `silent`: after a hangup, when the terminal may be gone: write
 * the least that restores it, and ignore errors. */
void term_close(struct term *t, bool silent);

int term_fd(const struct term *t);
/* Whether the locale is UTF-8 and its wcwidth supports braille. */
bool term_utf8(const struct term *t);
/* The same, but false on the Linux console, whose font has quadrants only. */
bool term_braille(const struct term *t);

/* Get the current size in cells and resize the curses screen to it. */
void term_size(struct term *t, int *width, int *height);

/* Set colours by the knobs `color` (enum knob_color; auto: by NO_COLOR) and `background`; none on a
 * terminal without them. Without colours, styles are bold, dim, underlined, reversed. */
void term_color(struct term *t, int mode, int background);
void term_mouse(struct term *t, bool on);

/* Show a canvas in one update, which writes changed cells only; all of them with `all`. */
void term_show(struct term *t, const struct canvas *c, bool all);

/* Whether the terminal accepts bytes without blocking; if not, skip the frame. */
bool term_ready(const struct term *t);

/* Read available bytes without blocking. Returns how many; -1: the terminal is gone. */
int term_read(struct term *t, char *out, size_t size);

/* Restore the terminal for a suspended process, and return to the screen. */
void term_leave(struct term *t);
void term_return(struct term *t);

/* Restore the terminal after a crash. Async-signal-safe. */
void term_crash(void);

#endif
