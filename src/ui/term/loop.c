/* loop.c: the event loop of the workbench. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/term/loop.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/mono.h"
#include "retort/base/sig.h"
#include "retort/ui/pane.h"
#include "retort/ui/term/keys.h"
#include "retort/ui/term/prompt.h"
#include "retort/ui/term/stderr_file.h"
#include "retort/ui/term/term.h"

#define ESC_SECONDS 0.025 /* without further bytes for this time, ESC is the key Esc */
#define SLOW_SECONDS 0.05 /* a frame that takes longer to write halves the frame rate */
#define STOP_SECONDS 2.0  /* maximum wait for the trainer to stop after a signal */
#define HOT_SECONDS 0.1   /* time after a key during which frames ... */
#define HOT_FRAME 0.008   /* ... are drawn at this interval */

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
};

static void
draw_frame(struct loop *l, double now)
{
	struct scene *s = l->scene;
	double took;
	int width, height;

	term_size(l->term, &width, &height);
	term_color(l->term, (int)s->info.run.settings.knobs.color);
	term_mouse(l->term, s->info.run.settings.knobs.mouse);
	if (width != l->canvas.width || height != l->canvas.height)
		canvas_resize(&l->canvas, width, height);
	s->width = width;
	s->height = height;
	s->prompting = prompt_is_open(l->prompt);
	if (s->prompting)
		prompt_view(l->prompt, width, s->prompt, sizeof s->prompt, &s->prompt_cursor,
			    s->candidates, sizeof s->candidates);
	pane_draw_all(s, &l->canvas);
	term_show(l->term, &l->canvas, l->repaint);
	l->repaint = false;
	l->drawn = s->version;
	l->frame_at = now;
	took = mono_now() - now;
	l->slow = took > SLOW_SECONDS ? (l->slow < 16 ? 2 * l->slow : l->slow)
		  : l->slow > 1       ? l->slow / 2
				      : 1;
}

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
static void
handle_interrupt(struct loop *l)
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
	if (l->scene->info.phase != LAB_IDLE && !l->scene->info.paused)
		session_type(l->session, "pause on");
	scene_say(l->scene, false, "press Ctrl-C again to quit");
}

/* Run a line of the prompt, which is freed; NULL: none. */
static void
run_line(struct loop *l, char *line)
{
	char command[300];

	if (line && l->searching) {
		snprintf(command, sizeof command, "view find %s", line);
		session_type(l->session, command);
	} else if (line) {
		session_type(l->session, line);
	}
	mem_free(line);
}

/* Pass bytes to the open prompt, up to Enter; Esc, Ctrl-C and Ctrl-Z are handled here. `all`: no
 * more bytes follow soon. */
static void
feed_prompt(struct loop *l, bool all)
{
	size_t n = 0;
	char *line;

	if (l->n_bytes == 1 && l->bytes[0] == '\033') {
		if (all) { /* Esc alone */
			prompt_close(l->prompt);
			l->n_bytes = 0;
		}
		return;
	}
	if (memchr(l->bytes, 3, l->n_bytes)) {
		l->n_bytes = 0;
		handle_interrupt(l);
		return;
	}
	if (l->n_bytes == 1 && l->bytes[0] == 26) {
		l->n_bytes = 0;
		suspend_process(l);
		return;
	}
	while (n < l->n_bytes && l->bytes[n] != '\r' && l->bytes[n] != '\n')
		n++;
	n += n < l->n_bytes; /* bytes after Enter are not for this line */
	if (prompt_feed(l->prompt, l->bytes, n, &line))
		run_line(l, line);
	memmove(l->bytes, l->bytes + n, l->n_bytes - n);
	l->n_bytes -= n;
}

static void
handle_key(struct loop *l, const char *key, const struct keys_mouse *mouse)
{
	if (strcmp(key, "C-c") == 0) {
		handle_interrupt(l);
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

		if (prompt_is_open(l->prompt)) {
			size_t before = l->n_bytes;

			feed_prompt(l, all);
			if (l->n_bytes == before)
				return;
			continue;
		}
		n = keys_next(l->bytes, l->n_bytes, all, key, sizeof key, &mouse);
		if (n == 0)
			return;
		memmove(l->bytes, l->bytes + n, l->n_bytes - n);
		l->n_bytes -= n;
		if (key[0])
			handle_key(l, key, &mouse);
	}
}

static void
read_keys(struct loop *l, double now)
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
}

static void
handle_signals(struct loop *l)
{
	for (int number; (number = sig_next());) {
		switch (number) {
		case SIGCONT:
			term_return(l->term);
			l->repaint = true;
			break;
		case SIGWINCH:
			break;
		case SIGINT:
			handle_interrupt(l);
			break;
		default:
			l->caught = number;
			break;
		}
		l->scene->version++;
	}
}

/* Timeout of poll, milliseconds: until a frame is due or ESC becomes a key; -1: none. */
static int
poll_timeout(const struct loop *l, double now, double frame_due, bool dirty)
{
	double seconds = -1;

	if (l->n_bytes)
		seconds = l->bytes_at + ESC_SECONDS - now;
	if (dirty && (seconds < 0 || frame_due - now < seconds))
		seconds = frame_due - now;
	if (seconds < 0)
		return dirty || l->n_bytes ? 0 : -1;
	return (int)(1000 * seconds) + 1;
}

static void
run_loop(struct loop *l)
{
	bool more = session_pump(l->session); /* starts the script */

	while (!session_is_over(l->session) && !l->caught) {
		double now = mono_now(),
		       due = l->frame_at +
			     (now - l->key_at < HOT_SECONDS
				      ? HOT_FRAME
				      : l->slow / (double)l->scene->info.run.settings.knobs.fps);
		bool dirty = l->scene->version != l->drawn,
		     stalled = dirty && now >= due && !term_ready(l->term);
		struct pollfd p[3] = { { term_fd(l->term),
					 (short)(stalled ? POLLIN | POLLOUT : POLLIN), 0 },
				       { l->signals, POLLIN, 0 },
				       { session_fd(l->session), POLLIN, 0 } };

		if (dirty && now >= due && !stalled) {
			draw_frame(l, now);
			dirty = false;
		}
		/* while a frame is pending, samples do not wake the loop: they are read once a
		 * frame */
		poll(p, dirty && !stalled ? 2 : 3,
		     more ? 0 : poll_timeout(l, now, due, dirty && !stalled));
		now = mono_now();
		handle_signals(l);
		read_keys(l, now);
		more = session_pump(l->session);
	}
}

/* Stop the trainer at the next step boundary and complete the recording, for STOP_SECONDS at most.
 */
static void
stop_session(struct loop *l)
{
	double until = mono_now() + STOP_SECONDS;

	session_stop(l->session);
	while (!session_is_idle(l->session) && mono_now() < until) {
		struct pollfd p = { session_fd(l->session), POLLIN, 0 };

		poll(&p, 1, 10);
		session_pump(l->session);
	}
}

/* Path of the file of the prompt's history, owned by the caller; NULL: none. */
static char *
history_path(void)
{
	char *dir = io_xdg("XDG_STATE_HOME", ".local/state"), *path;

	if (!dir || io_mkdirs(dir, NULL) < 0) {
		mem_free(dir);
		return NULL;
	}
	path = io_join(dir, "history");
	mem_free(dir);
	return path;
}

static char **
complete_line(void *arg, const char *line, size_t point, size_t *start)
{
	return session_complete(arg, line, point, start);
}

static void
start_screen(struct loop *l)
{
	char *history = history_path();

	l->scene = workbench_scene(l->workbench);
	l->scene->utf8 = term_utf8(l->term);
	l->scene->braille = term_braille(l->term);
	l->prompt = prompt_new(history, complete_line, l->session);
	l->slow = 1;
	l->key_at = -1;
	l->repaint = true;
	l->drawn = UINT64_MAX; /* none */
	sig_crash(term_crash);
	mem_free(history);
}

/* Stop, free and restore everything. Returns the exit status. */
static int
end_screen(struct loop *l, struct term *term, int saved)
{
	int status;

	if (l->caught)
		stop_session(l);
	status = l->caught ? 128 + l->caught : session_status(l->session);
	prompt_free(l->prompt);
	term_close(term, l->caught == SIGHUP);
	canvas_release(&l->canvas);
	stderr_file_end(saved);
	return status;
}

int
loop_run(struct workbench *w, struct term *term, struct err *e)
{
	static const int numbers[] = { SIGWINCH, SIGINT, SIGTERM, SIGHUP, SIGCONT };
	struct loop l = { .workbench = w, .session = workbench_session(w), .term = term };
	int saved;

	l.signals = sig_catch(numbers, sizeof numbers / sizeof *numbers, e);
	if (l.signals < 0) {
		term_close(term, false);
		return -1;
	}
	start_screen(&l);
	saved = stderr_file_begin();
	run_loop(&l);
	return end_screen(&l, term, saved);
}
