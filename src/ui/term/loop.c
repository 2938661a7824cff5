/* loop.c: poll, pump, draw. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/term/loop.h"

#include <fcntl.h>
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
#include "retort/ui/term/term.h"

#define ESC_SECONDS 0.025 /* Esc is a key when nothing follows it for so long */
#define SLOW_SECONDS 0.05 /* a frame that took longer to write halves the rate */
#define LEAVE_SECONDS 2.0 /* a signal waits so long for the step boundary */
#define HOT_SECONDS 0.1   /* for so long after a key ... */
#define HOT_FRAME 0.008   /* ... frames may follow each other so closely */

struct loop {
	struct workbench *workbench;
	struct session *session;
	struct scene *scene;
	struct term *term;
	struct prompt *prompt;
	bool searching; /* the prompt is open for a search */
	struct canvas canvas;
	int signals;
	int caught;       /* the signal that ends it, or 0 */
	bool interrupted; /* Ctrl-C was pressed once */
	uint64_t drawn;   /* version of the scene on the screen */
	double frame_at;  /* when the last frame was drawn */
	double key_at;    /* when the last key came */
	double slow;      /* 1, 2, 4 ... times the chosen time between frames */
	bool again;       /* paint everything anew */
	char bytes[256];  /* of keys that are not whole yet */
	size_t n_bytes;
	double bytes_at;
};

static void
draw(struct loop *l, double now)
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
	term_show(l->term, &l->canvas, l->again);
	l->again = false;
	l->drawn = s->version;
	l->frame_at = now;
	took = mono_now() - now;
	l->slow = took > SLOW_SECONDS ? (l->slow < 16 ? 2 * l->slow : l->slow)
		  : l->slow > 1       ? l->slow / 2
				      : 1;
}

static void
suspend(struct loop *l)
{
	term_leave(l->term);
	raise(SIGSTOP);
	/* continued: SIGCONT is in the pipe and repaints */
}

/* What view actions ask of the terminal's side. */
static void
obey(struct loop *l)
{
	unsigned wants = l->scene->wants;

	l->scene->wants = 0;
	if (wants & (SCENE_PROMPT | SCENE_SEARCH)) {
		l->searching = wants & SCENE_SEARCH;
		prompt_open(l->prompt, l->searching ? "/" : ":",
			    l->searching ? "" : l->scene->prefill);
	}
	if (wants & SCENE_REDRAW)
		l->again = true;
	if (wants & SCENE_SUSPEND)
		suspend(l);
}

/* Ctrl-C: leave the prompt; pause; a second one ends with 130. */
static void
interrupt(struct loop *l)
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
	scene_say(l->scene, false, "Ctrl-C again leaves");
}

static void
enter(struct loop *l, char *line)
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

/* Bytes for the open prompt: readline's, but for the keys that leave it. */
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
		interrupt(l);
		return;
	}
	if (l->n_bytes == 1 && l->bytes[0] == 26) {
		l->n_bytes = 0;
		suspend(l);
		return;
	}
	while (n < l->n_bytes && l->bytes[n] != '\r' && l->bytes[n] != '\n')
		n++;
	n += n < l->n_bytes; /* what was typed ahead behind Enter is for whatever comes next */
	if (prompt_feed(l->prompt, l->bytes, n, &line))
		enter(l, line);
	memmove(l->bytes, l->bytes + n, l->n_bytes - n);
	l->n_bytes -= n;
}

static void
press(struct loop *l, const char *key, const struct keys_mouse *mouse)
{
	if (strcmp(key, "C-c") == 0) {
		interrupt(l);
		return;
	}
	l->interrupted = false;
	if (strcmp(key, "Mouse") == 0)
		workbench_mouse(l->workbench, mouse->x, mouse->y, l->canvas.width, l->canvas.height,
				mouse->press ? mouse->button : -1);
	else if (!workbench_key(l->workbench, key))
		scene_say(l->scene, false, "%s: no key here; ? lists them", key);
	obey(l);
}

/* Give what has come to the prompt or the keys. */
static void
digest(struct loop *l, bool all)
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
			press(l, key, &mouse);
	}
}

static void
take_keys(struct loop *l, double now)
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
	digest(l, now - l->bytes_at >= ESC_SECONDS || l->n_bytes == sizeof l->bytes);
}

static void
take_signals(struct loop *l)
{
	for (int number; (number = sig_next());) {
		switch (number) {
		case SIGCONT: /* the size may have changed while it was stopped */
			term_return(l->term);
			l->again = true;
			break;
		case SIGWINCH:
			break;
		case SIGINT:
			interrupt(l);
			break;
		default:
			l->caught = number;
			break;
		}
		l->scene->version++;
	}
}

/* Milliseconds until something must be done that nobody wakes for; -1 never. */
static int
patience(const struct loop *l, double now, double frame_due, bool dirty)
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
watch(struct loop *l)
{
	bool more = session_pump(l->session); /* the script's first line */

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
			draw(l, now);
			dirty = false;
		}
		/* what trains is looked at once a frame, not at every step */
		poll(p, dirty && !stalled ? 2 : 3,
		     more ? 0 : patience(l, now, due, dirty && !stalled));
		now = mono_now();
		take_signals(l);
		take_keys(l, now);
		more = session_pump(l->session);
	}
}

/* The trainer stops at the next boundary, the recording becomes whole; but not for ever. */
static void
wind_up(struct loop *l)
{
	double until = mono_now() + LEAVE_SECONDS;

	session_stop(l->session);
	while (!session_is_idle(l->session) && mono_now() < until) {
		struct pollfd p = { session_fd(l->session), POLLIN, 0 };

		poll(&p, 1, 10);
		session_pump(l->session);
	}
}

/* What libraries write to standard error would tear the screen: it goes to a file and is shown at
 * the end. */
static int
hide_stderr(int *saved)
{
	FILE *f = tmpfile();

	*saved = -1;
	if (!f || !isatty(2))
		return f ? fclose(f), -1 : -1;
	*saved = fcntl(2, F_DUPFD_CLOEXEC,
		       3); /* programs that run beside have no business with the terminal */
	dup2(fileno(f), 2);
	fclose(f);
	return 0;
}

static void
show_stderr(int saved)
{
	char buf[4096];
	ssize_t n;

	if (saved < 0)
		return;
	lseek(2, 0, SEEK_SET);
	while ((n = read(2, buf, sizeof buf)) > 0)
		if (write(saved, buf, (size_t)n) < 0)
			break;
	dup2(saved, 2);
	close(saved);
}

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
complete(void *arg, const char *line, size_t point, size_t *start)
{
	return session_complete(arg, line, point, start);
}

static void
begin(struct loop *l)
{
	char *history = history_path();

	l->scene = workbench_scene(l->workbench);
	l->scene->utf8 = term_utf8(l->term);
	l->scene->braille = term_braille(l->term);
	l->prompt = prompt_new(history, complete, l->session);
	l->slow = 1;
	l->key_at = -1;
	l->again = true;
	l->drawn = UINT64_MAX; /* nothing is */
	sig_crash(term_crash);
	mem_free(history);
}

static int
end(struct loop *l, struct term *term, int saved)
{
	int status;

	if (l->caught)
		wind_up(l);
	status = l->caught ? 128 + l->caught : session_status(l->session);
	prompt_free(l->prompt);
	term_close(term, l->caught == SIGHUP);
	canvas_release(&l->canvas);
	show_stderr(saved);
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
	begin(&l);
	hide_stderr(&saved);
	watch(&l);
	return end(&l, term, saved);
}
