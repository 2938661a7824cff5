/* input.c: bytes of the terminal as keys, as lines of the prompt and as pastes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/term/input.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/ui/term/keys.h"

#define MOUSE "\033[<" /* begins a report of the mouse */

/* Stop the process; SIGCONT resumes the screen, in handle_signals. */
static void
suspend_process(struct loop *l)
{
	term_leave(l->term);
	raise(SIGSTOP);
}

/* Carry out the requests of view actions. */
static void
handle_wants(struct loop *l)
{
	unsigned wants = l->scene->wants;

	l->scene->wants = 0;
	if (wants & (SCENE_PROMPT | SCENE_SEARCH)) {
		l->searching = wants & SCENE_SEARCH;
		prompt_open(l->prompt, l->searching ? "/" : ":",
			    l->searching ? "" : l->scene->prefill);
	}
	if (wants & SCENE_REDRAW)
		l->repaint = true;
	if (wants & SCENE_SUSPEND)
		suspend_process(l);
}

/* Ctrl-C closes the prompt, else pauses; a second one in a row quits with status 130. */
void
input_interrupt(struct loop *l)
{
	if (prompt_is_open(l->prompt)) {
		prompt_close(l->prompt);
		l->scene->version++;
		return;
	}
	if (l->interrupted) {
		l->caught = SIGINT;
		return;
	}
	l->interrupted = true;
	session_cancel(l->session);
	if (l->scene->info.phase != LAB_IDLE && !l->scene->info.paused)
		workbench_type(l->workbench, "pause on");
	scene_say(l->scene, false, "press Ctrl-C again to quit");
}

/* Run a line of the prompt, which is freed; NULL: none. */
static void
run_line(struct loop *l, char *line)
{
	char command[300];

	if (line && l->searching) {
		snprintf(command, sizeof command, "view find %s", line);
		workbench_type(l->workbench, command);
	} else if (line) {
		workbench_enter(l->workbench, line);
	}
	mem_free(line);
}

static void
drop_bytes(struct loop *l, size_t n)
{
	memmove(l->bytes, l->bytes + n, l->n_bytes - n);
	l->n_bytes -= n;
}

/* Insert a paste at the prompt: lines that end are run, the rest stays for editing. A search is one
 * line. */
static void
insert_paste(struct loop *l, char *text)
{
	char *end, *entered;

	for (char *s = text; l->searching && *s; s++)
		*s = *s == '\n' ? ' ' : *s;
	for (; !session_is_over(l->session); text = end + 1) {
		end = strchr(text, '\n');
		if (end)
			*end = '\0';
		if (*text && !prompt_is_open(l->prompt))
			prompt_open(l->prompt, ":", "");
		prompt_paste(l->prompt, text);
		if (!end)
			break;
		if (prompt_feed(l->prompt, "\r", 1, &entered))
			run_line(l, entered);
	}
}

/* The paste has ended. Outside the prompt its letters would be commands: it is ignored. */
static void
end_paste(struct loop *l)
{
	l->paste.on = false;
	l->scene->version++;
	if (l->paste.too_long)
		scene_say(l->scene, true, "paste ignored: more than %zu bytes", PASTE_MAX);
	else if (prompt_is_open(l->prompt) && l->paste.text.len)
		insert_paste(l, l->paste.text.s);
	else if (!prompt_is_open(l->prompt))
		scene_say(l->scene, false,
			  "paste of %zu bytes ignored: no prompt is open; : opens it",
			  l->paste.text.len);
}

/* Take bytes at the start that are a paste, or its marks. False: there are none, or more are
 * needed.
 */
static bool
take_paste(struct loop *l)
{
	bool inside = l->paste.on;
	size_t n = inside ? paste_take(&l->paste, l->bytes, l->n_bytes)
			  : paste_begin(&l->paste, l->bytes, l->n_bytes);

	drop_bytes(l, n);
	if (inside && !l->paste.on)
		end_paste(l);
	return n > 0;
}

/* Where the first report of the mouse begins; n: there is none. */
static size_t
mouse_mark(const char *bytes, size_t n)
{
	const char *found = memmem(bytes, n, MOUSE, strlen(MOUSE));

	return found ? (size_t)(found - bytes) : n;
}

/* Drop a report of the mouse at the start, if all of it is there: while the prompt is open the
 * mouse does nothing, and readline would insert the report. */
static void
drop_mouse(struct loop *l, bool all)
{
	struct keys_mouse mouse = { 0 };
	char key[16];

	drop_bytes(l, keys_next(l->bytes, l->n_bytes, all, key, sizeof key, &mouse));
}

/* Pass bytes to the open prompt, up to Enter, a paste or the mouse; Esc, Ctrl-C and Ctrl-Z are
 * handled here. `all`: no more bytes follow soon. */
static void
feed_prompt(struct loop *l, bool all)
{
	size_t n = 0, most = paste_mark(l->bytes, l->n_bytes),
	       mouse = mouse_mark(l->bytes, l->n_bytes);
	char *line;

	if (l->n_bytes == 1 && l->bytes[0] == '\033') {
		if (all) { /* Esc alone */
			prompt_close(l->prompt);
			l->n_bytes = 0;
			l->scene->version++; /* the bytes came, and were drawn, before */
		}
		return;
	}
	if (memchr(l->bytes, 3, l->n_bytes)) {
		l->n_bytes = 0;
		input_interrupt(l);
		return;
	}
	if (l->n_bytes == 1 && l->bytes[0] == 26) {
		l->n_bytes = 0;
		suspend_process(l);
		return;
	}
	most = all && most == 0 ? l->n_bytes : most; /* ESC [ 2 ... and no paste */
	most = most < mouse ? most : mouse;
	while (n < most && l->bytes[n] != '\r' && l->bytes[n] != '\n')
		n++;
	n += n < most; /* bytes after Enter are not for this line */
	if (prompt_feed(l->prompt, l->bytes, n, &line)) {
		run_line(l, line);
		handle_wants(l);
	}
	drop_bytes(l, n);
}

static void
handle_key(struct loop *l, const char *key, const struct keys_mouse *mouse)
{
	if (strcmp(key, "C-c") == 0) {
		input_interrupt(l);
		return;
	}
	l->interrupted = false;
	if (strcmp(key, "Mouse") == 0)
		workbench_mouse(l->workbench, mouse->x, mouse->y, l->canvas.width, l->canvas.height,
				mouse->press ? mouse->button : -1);
	else if (!workbench_key(l->workbench, key))
		scene_say(l->scene, false, "%s: key is not bound; ? lists the keys", key);
	handle_wants(l);
}

/* Decode received bytes for the prompt or as keys, as far as they are complete. */
static void
decode_bytes(struct loop *l, bool all)
{
	while (l->n_bytes && !session_is_over(l->session)) {
		struct keys_mouse mouse = { 0 };
		char key[16];
		size_t n;

		if (take_paste(l))
			continue;
		if (l->paste.on)
			return;
		if (prompt_is_open(l->prompt)) {
			size_t before = l->n_bytes;

			if (mouse_mark(l->bytes, l->n_bytes) == 0)
				drop_mouse(l, all);
			else
				feed_prompt(l, all);
			if (l->n_bytes == before)
				return;
			continue;
		}
		n = keys_next(l->bytes, l->n_bytes, all, key, sizeof key, &mouse);
		if (n == 0)
			return;
		drop_bytes(l, n);
		if (key[0])
			handle_key(l, key, &mouse);
	}
}

void
input_read(struct loop *l, double now)
{
	int n = term_read(l->term, l->bytes + l->n_bytes, sizeof l->bytes - l->n_bytes);

	if (n < 0) {
		l->caught = SIGHUP;
		return;
	}
	if (n > 0) {
		l->n_bytes += (size_t)n;
		l->bytes_at = l->key_at = now;
		l->scene->version++;
	}
	decode_bytes(l, now - l->bytes_at >= ESC_SECONDS || l->n_bytes == sizeof l->bytes);
	if (l->paste.on && now - l->bytes_at >= PASTE_SECONDS) /* its end got lost */
		end_paste(l);
}
