/* term.c: the terminal, by ncurses. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/term/term.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "retort/base/mem.h"
#include "retort/conf/knob.h"
#include "retort/ui/palette.h"
#include "retort/ui/term/paste.h"

/* ncurses draws only: keys are read as bytes (keys.h), because readline needs bytes too. */
struct term {
	SCREEN *screen;
	FILE *file;
	int fd;
	bool utf8, braille, mouse;
	bool defaults; /* the terminal has default colours */
	enum palette_depth depth;
	bool is_light;
	attr_t attr[CANVAS_LOOKS]; /* by style */
	short pair[CANVAS_LOOKS];  /* colour pair by style; 0: none */
	struct canvas shown;       /* the cells on the screen; width 0: unknown */
};

/* State for term_crash, which runs in a signal handler. */
static struct {
	int fd;
	struct termios before;
	char bytes[256];
	size_t len;
	volatile sig_atomic_t armed;
} crash;

#define MOUSE_ON "\033[?1000h\033[?1006h"
#define MOUSE_OFF "\033[?1000l\033[?1006l"

static void
add_crash(const char *s)
{
	size_t len = s && s != (char *)-1 ? strlen(s) : 0;

	if (crash.len + len > sizeof crash.bytes)
		return;
	memcpy(crash.bytes + crash.len, s, len);
	crash.len += len;
}

/* Prepare what term_crash writes. */
static void
arm_crash(int fd, const struct termios *before)
{
	crash.fd = fd;
	crash.before = *before;
	crash.len = 0;
	add_crash(MOUSE_OFF PASTE_OFF);
	add_crash(tigetstr("sgr0"));
	add_crash(tigetstr("cnorm"));
	add_crash(tigetstr("rmcup"));
	crash.armed = 1;
}

void
term_crash(void)
{
	if (!crash.armed)
		return;
	crash.armed = 0;
	tcsetattr(crash.fd, TCSANOW, &crash.before);
	if (write(crash.fd, crash.bytes, crash.len) < 0)
		return;
}

static int
open_file(struct term *t, struct termios *before, struct err *e)
{
	t->fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
	if (t->fd < 0)
		return err_set(e, "/dev/tty: %s", strerror(errno));
	t->file = fdopen(t->fd, "r+");
	if (!t->file || tcgetattr(t->fd, before) < 0)
		return err_set(e, "/dev/tty: %s", strerror(errno));
	return 0;
}

/* Turn a mode of the terminal on or off; without effect on one that does not know it. */
static bool
write_mode(const struct term *t, const char *bytes)
{
	return write(t->fd, bytes, strlen(bytes)) > 0;
}

static void
start_screen(struct term *t)
{
	raw();
	noecho();
	nonl();
	leaveok(stdscr, FALSE);
	scrollok(stdscr, FALSE);
	idlok(stdscr, FALSE);
	if (has_colors())
		start_color();
	t->defaults = use_default_colors() == OK;
}

struct term *
term_open(struct err *e)
{
	struct term *t = mem_new(sizeof *t);
	const char *name = getenv("TERM");
	struct termios before;

	t->fd = -1;
	if (open_file(t, &before, e) < 0)
		goto fail;
	if (!name || !*name) {
		err_set(e, "TERM is not set");
		goto fail;
	}
	t->screen = newterm(NULL, t->file, t->file); /* initscr would exit on an error */
	if (!t->screen) {
		err_set(e, "TERM=%s: unknown terminal", name);
		goto fail;
	}
	if (!tigetstr("cup") || tigetstr("cup") == (char *)-1) {
		endwin();
		delscreen(t->screen);
		err_set(e, "TERM=%s: the terminal cannot move its cursor", name);
		goto fail;
	}
	arm_crash(t->fd, &before);
	start_screen(t);
	write_mode(t, PASTE_ON);
	t->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0 && wcwidth(0x28FF) == 1;
	t->braille = t->utf8 && strcmp(name, "linux") != 0;
	t->depth = PALETTE_DEPTHS; /* none yet */
	term_color(t, KNOB_COLOR_AUTO, KNOB_BACKGROUND_AUTO);
	return t;
fail:
	if (t->file)
		fclose(t->file);
	else if (t->fd >= 0)
		close(t->fd);
	mem_free(t);
	return NULL;
}

void
term_close(struct term *t, bool silent)
{
	if (!t)
		return;
	if (silent) {
		term_crash();
	} else {
		term_mouse(t, false);
		write_mode(t, PASTE_OFF);
		endwin();
	}
	crash.armed = 0;
	if (!silent)
		delscreen(t->screen);
	fclose(t->file);
	canvas_release(&t->shown);
	mem_free(t);
}

int
term_fd(const struct term *t)
{
	return t->fd;
}

bool
term_utf8(const struct term *t)
{
	return t->utf8;
}

bool
term_braille(const struct term *t)
{
	return t->braille;
}

void
term_size(struct term *t, int *width, int *height)
{
	struct winsize w;

	if (ioctl(t->fd, TIOCGWINSZ, &w) == 0 && w.ws_col && w.ws_row &&
	    (w.ws_col != COLS || w.ws_row != LINES)) {
		resizeterm(w.ws_row, w.ws_col);
		t->shown.width = 0;
	}
	*width = COLS;
	*height = LINES;
}

/* Set attributes and a colour pair for a style. */
static void
set_style(struct term *t, int style)
{
	struct palette_look l = palette_look((enum canvas_style)style, t->depth, t->is_light);

	t->attr[style] = (l.attributes & PALETTE_BOLD ? A_BOLD : 0) |
			 (l.attributes & PALETTE_DIM ? A_DIM : 0) |
			 (l.attributes & PALETTE_UNDERLINE ? A_UNDERLINE : 0) |
			 (l.attributes & PALETTE_REVERSE ? A_REVERSE : 0);
	t->pair[style] = 0;
	if (t->depth == PALETTE_MONO || (l.text < 0 && l.ground < 0 && !t->defaults))
		return;
	/* text without a colour has a pair too: without one, curses resets all attributes behind
	 * each colour, which costs bytes */
	t->pair[style] = (short)(l.text < 0 && l.ground < 0 ? CANVAS_LOOKS + 1 : style + 1);
	init_pair(t->pair[style], l.text, l.ground);
}

void
term_color(struct term *t, int mode, int background)
{
	const char *no = getenv("NO_COLOR");
	bool color = has_colors() && mode != KNOB_COLOR_NEVER &&
		     (mode == KNOB_COLOR_ALWAYS || !(no && *no)),
	     is_light = palette_is_light(background);
	enum palette_depth depth = !color ? PALETTE_MONO : COLORS >= 256 ? PALETTE_256 : PALETTE_8;

	if (depth == t->depth && is_light == t->is_light)
		return;
	t->depth = depth;
	t->is_light = is_light;
	t->shown.width = 0;
	for (int style = 0; style < CANVAS_LOOKS; style++)
		set_style(t, style);
}

void
term_mouse(struct term *t, bool on)
{
	if (on != t->mouse && write_mode(t, on ? MOUSE_ON : MOUSE_OFF))
		t->mouse = on;
}

/*
 * Curses advances by wcwidth(). A character that the C library does not know, or for which it
 * disagrees with the canvas, would shift the rest of the row.
 */
static bool
can_show(const struct term *t, uint32_t ch, int width)
{
	return ch < 127 || (t->utf8 && wcwidth((wchar_t)ch) == width);
}

/* Draw a character with its marks, `width` columns wide in the canvas. */
static void
put_cell(const struct term *t, int y, int x, const struct cell *cell, int width)
{
	wchar_t text[2 + CANVAS_MARKS] = { (wchar_t)cell->ch };
	attr_t attr = t->attr[cell->style];
	short pair = t->pair[cell->style];
	cchar_t c;

	for (int i = 0; i < CANVAS_MARKS && cell->mark[i] && can_show(t, cell->mark[i], 0); i++)
		text[1 + i] = (wchar_t)cell->mark[i];
	if (!can_show(t, cell->ch, width)) {
		text[0] = t->utf8 ? 0xFFFD : '?';
		text[1] = 0;
		if (width == 2) {
			setcchar(&c, L" ", attr, pair, NULL);
			mvadd_wch(y, x + 1, &c);
		}
	}
	setcchar(&c, text, attr, pair, NULL);
	mvadd_wch(y, x, &c);
}

static bool
is_equal(const struct cell *a, const struct cell *b)
{
	return a->ch == b->ch && a->style == b->style &&
	       memcmp(a->mark, b->mark, sizeof a->mark) == 0;
}

void
term_show(struct term *t, const struct canvas *c, bool all)
{
	bool known = t->shown.width == c->width && t->shown.height == c->height && !all;

	if (!known)
		canvas_resize(&t->shown, c->width, c->height);
	if (all)
		clearok(stdscr, TRUE);
	for (int i = 0; i < c->width * c->height; i++) {
		const struct cell *cell = &c->cell[i];

		if (known && is_equal(cell, &t->shown.cell[i]))
			continue;
		t->shown.cell[i] = *cell;
		if (cell->ch) /* the left half of a wide character draws both */
			put_cell(t, i / c->width, i % c->width, cell,
				 (i + 1) % c->width && cell[1].ch == 0 ? 2 : 1);
	}
	/* a hidden cursor stays where the last cell was written: moving it costs bytes */
	leaveok(stdscr, curs_set(c->cursor_x >= 0) != ERR && c->cursor_x < 0);
	move(c->cursor_x >= 0 ? c->cursor_y : c->height - 1, c->cursor_x >= 0 ? c->cursor_x : 0);
	wnoutrefresh(stdscr);
	doupdate();
}

bool
term_ready(const struct term *t)
{
	struct pollfd p = { t->fd, POLLOUT, 0 };

	return poll(&p, 1, 0) == 1 && (p.revents & POLLOUT);
}

int
term_read(struct term *t, char *out, size_t size)
{
	struct pollfd p = { t->fd, POLLIN, 0 };
	ssize_t n;

	if (poll(&p, 1, 0) != 1)
		return 0;
	n = read(t->fd, out, size);
	return n > 0 ? (int)n : n < 0 && (errno == EINTR || errno == EAGAIN) ? 0 : -1;
}

void
term_leave(struct term *t)
{
	if (t->mouse)
		write_mode(t, MOUSE_OFF);
	write_mode(t, PASTE_OFF);
	endwin();
}

void
term_return(struct term *t)
{
	refresh(); /* resumes curses after endwin */
	if (t->mouse)
		t->mouse = write_mode(t, MOUSE_ON);
	write_mode(t, PASTE_ON);
	t->shown.width = 0;
}
