/* The door to ncurses: a canvas goes in, cells that changed go out; bytes of keys come back. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_TERM_TERM_H
#define RETORT_UI_TERM_TERM_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"
#include "retort/ui/canvas.h"

struct term;

/*
 * Take the controlling terminal (/dev/tty, so that keys work when standard input is a pipe). NULL
 * with an error when there is none, or when it is not known or cannot move its cursor: the caller
 * falls back to lines. Never exits the process. Main thread, one at a time.
 */
struct term *term_open(struct err *e);

/* Puts the terminal right again. With `silent` nothing is written: it has hung up. */
void term_close(struct term *t, bool silent);

int term_fd(const struct term *t);
bool term_utf8(const struct term *t); /* the locale is UTF-8 and knows the width of braille */
bool
term_braille(const struct term *t); /* false on the Linux console: its font has quadrants only */

/* Ask the kernel for the size, after SIGWINCH and SIGCONT, and make the screen that large. */
void term_size(struct term *t, int *width, int *height);

/* Colours: 0 auto, 1 always, 2 never. Auto heeds NO_COLOR and what the terminal can; without them
   looks are bold, dim, underlined, reversed. */
void term_color(struct term *t, int mode);
void term_mouse(struct term *t, bool on);

/* Show a canvas with one update: cells that did not change cost nothing. `all` paints everything
 * anew. */
void term_show(struct term *t, const struct canvas *c, bool all);

/* Is there room for bytes? A stalled line must not stall training: skip the frame. */
bool term_ready(const struct term *t);

/* What can be read now, without waiting: bytes, 0 nothing, -1 the terminal is gone. */
int term_read(struct term *t, char *out, size_t size);

/* Leave the screen for a while (suspend), and come back. */
void term_leave(struct term *t);
void term_return(struct term *t);

/* For signal handlers: write(2) and tcsetattr only. Puts the terminal right after a crash. */
void term_crash(void);

#endif
