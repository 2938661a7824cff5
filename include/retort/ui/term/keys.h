/* Decoding of terminal input into named keys. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_TERM_KEYS_H
#define RETORT_UI_TERM_KEYS_H

#include <stdbool.h>
#include <stddef.h>

/* A mouse event in SGR mode (xterm's 1006); cells count from 0. */
struct keys_mouse {
	int x, y, button; /* 0 left, 64 wheel up, 65 wheel down */
	bool press;       /* else release */
};

/*
 * Decode the first key of `len` bytes into `name`, as in keymap.h; "Mouse" sets *mouse; "" for an
 * unknown sequence. Returns the number of bytes used; 0: incomplete. With `all` no more bytes will
 * follow soon: a single ESC is the key Esc.
 */
size_t keys_next(const char *bytes, size_t len, bool all, char *name, size_t size,
		 struct keys_mouse *mouse);

/* Number of bytes at the end that are the start of an incomplete UTF-8 character. */
size_t keys_torn(const char *bytes, size_t len);

#endif
