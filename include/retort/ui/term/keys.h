/* Bytes from a terminal to keys by name. Pure. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_TERM_KEYS_H
#define RETORT_UI_TERM_KEYS_H

#include <stdbool.h>
#include <stddef.h>

/* A press, release or turn of the mouse (SGR mode, xterm's 1006): cell from 0. */
struct keys_mouse {
	int x, y, button; /* 0 left, 64 wheel up, 65 wheel down */
	bool press;
};

/*
 * The first key of `len` bytes: its name as session/keymap.h writes it, "Mouse" with *mouse set,
 * or "" for a sequence that means nothing here. Returns how many bytes it took; 0 when more
 * are needed to tell. With `all` nothing more will come: Esc alone is a key.
 */
size_t keys_next(const char *bytes, size_t len, bool all, char *name, size_t size,
		 struct keys_mouse *mouse);

/* Bytes at the end that begin a UTF-8 character which is not whole yet. */
size_t keys_torn(const char *bytes, size_t len);

#endif
