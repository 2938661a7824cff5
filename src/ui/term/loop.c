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
#include "retort/ui/term/input.h"
#include "retort/ui/term/prompt.h"
#include "retort/ui/term/stderr_file.h"
#include "retort/ui/term/term.h"

#define SLOW_SECONDS 0.05 /* a frame that takes longer to write halves the frame rate */
#define STOP_SECONDS 2.0  /* maximum wait for the trainer to stop after a signal */
#define HOT_SECONDS 0.1   /* time after a key during which frames ... */
#define HOT_FRAME 0.008   /* ... are drawn at this interval */

/* Copy the candidates of a completion, with what each is, to the scene. */
static void
list_candidates(struct loop *l)
{
	struct scene *s = l->scene;
	const struct prompt_list *list = prompt_candidates(l->prompt);

	s->all_candidates = list->total;
	for (s->n_candidates = 0;
	     s->n_candidates < SCENE_CANDIDATES && s->n_candidates < list->n;) {
		struct scene_candidate *c = &s->candidate[s->n_candidates];
		const char *word = list->word[s->n_candidates++],
			   *doc = session_describe(l->session, list->line, list->point, word);

		snprintf(c->word, sizeof c->word, "%s", word);
		snprintf(c->doc, sizeof c->doc, "%s", doc ? doc : "");
	}
}

static void
draw_frame(struct loop *l, double now)
{
	struct scene *s = l->scene;
	double took;
	int width, height;

	term_size(l->term, &width, &height);
	term_color(l->term, (int)s->info.run->settings.knobs.color,
		   (int)s->info.run->settings.knobs.background);
	term_mouse(l->term, s->info.run->settings.knobs.mouse);
	if (width != l->canvas.width || height != l->canvas.height)
		canvas_resize(&l->canvas, width, height);
	s->width = width;
	s->height = height;
	s->prompting = prompt_is_open(l->prompt);
	s->n_candidates = 0;
	if (s->prompting)
		list_candidates(l);
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
			input_interrupt(l);
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

	if (l->n_bytes || l->paste.on)
		seconds = l->bytes_at + (l->paste.on ? PASTE_SECONDS : ESC_SECONDS) - now;
	if (dirty && (seconds < 0 || frame_due - now < seconds))
		seconds = frame_due - now;
	if (seconds < 0)
		return dirty || l->n_bytes || l->paste.on ? 0 : -1;
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
				      : l->slow / (double)l->scene->info.run->settings.knobs.fps);
		bool dirty = l->scene->version != l->drawn,
		     stalled = dirty && now >= due && !term_ready(l->term);
		struct pollfd p[4] = { { term_fd(l->term),
					 (short)(stalled ? POLLIN | POLLOUT : POLLIN), 0 },
				       { l->signals, POLLIN, 0 },
				       { session_fd(l->session), POLLIN, 0 },
				       { session_child_fd(l->session), POLLIN, 0 } };

		if (dirty && now >= due && !stalled) {
			draw_frame(l, now);
			dirty = false;
		}
		/* while a frame is pending, samples do not wake the loop: they are read once a
		 * frame */
		poll(p, dirty && !stalled ? 2 : 4,
		     more ? 0 : poll_timeout(l, now, due, dirty && !stalled));
		now = mono_now();
		handle_signals(l);
		input_read(l, now);
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
	char *dir = io_xdg(IO_STATE, NULL), *path;

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

/* Restore the terminal and standard error where the process ends at once. */
static void
restore_terminal(void)
{
	term_crash();
	stderr_file_crash();
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
	sig_crash(restore_terminal);
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
	paste_release(&l->paste);
	stderr_file_end(saved);
	return status;
}

int
loop_run(struct workbench *w, struct term *term, struct err *e)
{
	int numbers[SIG_MAX + 2] = { SIGWINCH, SIGCONT }, saved;
	struct loop l = { .workbench = w, .session = workbench_session(w), .term = term };

	l.signals = sig_catch(numbers, 2 + sig_ends(numbers + 2), e);
	if (l.signals < 0) {
		term_close(term, false);
		return -1;
	}
	start_screen(&l);
	saved = stderr_file_begin();
	run_loop(&l);
	return end_screen(&l, term, saved);
}
