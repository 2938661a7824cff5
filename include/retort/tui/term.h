/* The door to ncurses: a canvas goes in, cells that changed go out; keys come back by name. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TUI_TERM_H
#define RETORT_TUI_TERM_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"
#include "retort/screen/canvas.h"

struct term;

/*
 * Take the terminal on descriptor `fd` (/dev/tty when standard input is not one). NULL with an error
 * when it cannot move its cursor or is not known: the caller falls back to lines. Never exits.
 * Main thread, one at a time; puts the terminal right again at exit and in term_crash.
 */
struct term *term_open(int fd, struct err *e);
void term_close(struct term *t);

int term_fd(const struct term *t);
bool term_utf8(const struct term *t);    /* takes UTF-8 and knows the width of braille */
bool term_braille(const struct term *t); /* false on the Linux console: it has quadrants only */

/* Ask the kernel for the size (after SIGWINCH and after SIGCONT) and make the screen that large. */
void term_size(struct term *t, int *width, int *height);

/* Looks become colours (0 auto, 1 always, 2 never: NO_COLOR and terminals without colours get bold, dim, reverse). */
void term_color(struct term *t, int mode);
void term_mouse(struct term *t, bool on);

/* Show a canvas: one doupdate; cells that did not change cost nothing. `all` paints everything anew. */
void term_show(struct term *t, const struct canvas *c, bool all);

/* Is there room for bytes? A stalled line must not stall training: skip the frame. */
bool term_ready(const struct term *t);

/*
 * Bytes from the terminal: read what is there into the key queue; then take the keys by name
 * (session/keymap.h) until it returns false. Esc alone is a key when nothing follows within 25 ms: `wait` says how
 * many milliseconds to come back in, or is -1. UTF-8 characters are kept whole.
 */
void term_read(struct term *t);
bool term_key(struct term *t, char *name, size_t size, int *wait);
/* The same bytes for readline: raw, with an unfinished UTF-8 tail held back. Returns how many. */
size_t term_bytes(struct term *t, char *out, size_t size, int *wait);

/* The mouse event behind key "Mouse": cell, and 1 click, 4 wheel up, 5 wheel down. */
void term_mouse_at(const struct term *t, int *x, int *y, int *button);

/* Leave the screen for a while (suspend), and come back. */
void term_leave(struct term *t);
void term_return(struct term *t);

/* Signal handlers: write(2) only. Puts the terminal right after a crash. */
void term_crash(void);

#endif
