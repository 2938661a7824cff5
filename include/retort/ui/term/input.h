/* The state of the loop, and what the bytes of the terminal do to it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_TERM_INPUT_H
#define RETORT_UI_TERM_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/session/session.h"
#include "retort/ui/canvas.h"
#include "retort/ui/scene.h"
#include "retort/ui/term/paste.h"
#include "retort/ui/term/prompt.h"
#include "retort/ui/term/term.h"
#include "retort/ui/workbench.h"

#define ESC_SECONDS 0.025 /* without further bytes for this time, ESC is the key Esc */
#define PASTE_SECONDS 2.0 /* a paste ends without further bytes for this time */

struct loop {
	struct workbench *workbench;
	struct session *session;
	struct scene *scene;
	struct term *term;
	struct prompt *prompt;
	bool searching; /* the prompt is open for a search */
	struct canvas canvas;
	int signals;      /* descriptor of sig_catch */
	int caught;       /* signal that ends the loop; 0: none */
	bool interrupted; /* Ctrl-C was the last key */
	uint64_t drawn;   /* version of the scene on the screen */
	/* times in seconds of mono_now */
	double frame_at; /* of the last frame */
	double key_at;   /* of the last key */
	double bytes_at; /* of the last bytes */
	double slow;     /* factor on the interval between frames: 1, 2, 4 ... */
	bool repaint;    /* repaint the whole screen in the next frame */
	char bytes[256]; /* received and not yet decoded */
	size_t n_bytes;
	struct paste paste;
};

/* Read and decode what the terminal has sent, at the time `now`. */
void input_read(struct loop *l, double now);

/* Ctrl-C closes the prompt, else pauses; a second one in a row quits with status 130. */
void input_interrupt(struct loop *l);

#endif
