/* The scene: everything panes draw, as plain data. The screen asks nobody for anything. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_SCENE_H
#define RETORT_UI_SCENE_H

#include <stdbool.h>
#include <stdint.h>

#include "retort/data/translate/bitext.h"
#include "retort/lab/lab.h"
#include "retort/probe/shift/shift_report.h"
#include "retort/ui/series.h"

enum scene_mark_kind {
	SCENE_TWEAK,
	SCENE_MAP,
	SCENE_NOTE,
	SCENE_STOP,
	SCENE_DIVERGED,
	SCENE_RUN,
	SCENE_STAGE
};

/* Something that happened at a step, drawn on the rail under the plot. */
struct scene_mark {
	enum scene_mark_kind kind;
	uint16_t branch;
	uint32_t step;
	char letter;   /* 'a'..'z' in turn for tweaks and notes; '+' map, '!' diverged, '|' run, '>'
			  stage */
	char text[96]; /* "temperature 4 -> 2"; of a stage it begins with its name, and sets that
			  were said: "finetune few, 500 steps" */
	int knob;      /* index in knob_table, or -1: its value strip */
	double from, to;  /* values of that knob */
	struct ramp ramp; /* that it follows from then on; no legs: none */
};

struct scene_line {
	enum { SCENE_INFO, SCENE_GOOD, SCENE_WARN, SCENE_ERROR } level;
	char text[240];
};

#define SCENE_LOG 500       /* lines kept */
#define SCENE_KNOB_ROWS 128 /* knobs there can be */

/* What a view action asks of the terminal's side, which clears the bits as it obeys. */
enum scene_wants {
	SCENE_PROMPT = 1,  /* open the prompt with `prefill` in it */
	SCENE_SEARCH = 2,  /* open it for a search: the line becomes `view find LINE` */
	SCENE_REDRAW = 4,  /* paint everything anew */
	SCENE_SUSPEND = 8, /* stop like Ctrl-Z */
};

/* One pending edit in the map editor. */
struct scene_edit {
	int teacher, t_layer, s_layer;
	enum model_tap on;        /* what of them is compared */
	double weight;            /* < 0: off */
	const struct loss *match; /* how; NULL: as it is mapped, or as the editor would map it */
	enum lab_through through; /* with match */
};

/* What the person looks at; changed by view actions (screen/view.h) only, never recorded. */
struct scene_view {
	int focus;          /* pane index in the pane table */
	bool zoomed;        /* the focused pane has the whole screen */
	int knob;           /* selected row of the knob panel: index in knob_table */
	int teacher;        /* selected teacher */
	int plot_metric[2]; /* metric ids of the upper and lower plot */
	bool log_y[2], log_x;
	uint32_t x_from, x_to; /* zoomed range of steps; x_to 0: all, in doubling pages */
	bool cursor_on;
	uint32_t cursor;    /* step */
	int branch;         /* whose curves: LAB_STUDENT (with its plain twin) or LAB_TEACHER(k) */
	bool follow_branch; /* show whoever is at work */
	int log_scroll, help_scroll;
	int pair; /* selected pair of a text and its translation */
	/* map editor */
	bool editing;
	int edit_teacher, edit_row, edit_column; /* teacher, its layer, student layer */
	enum model_tap edit_on;                  /* what of them the matrix is about */
	int edit_top, edit_left;                 /* first visible row and column */
	int n_edits;
	struct scene_edit edit[LAB_MAPS];
	/* help */
	bool helping;
	char side[2][64]; /* sets that the gauge pane compares; "" nobody has chosen */
	char search[64];
};

struct scene {
	struct lab_info info;
	char session[128]; /* name shown: the file, or "digits" */
	bool recording;
	double rate; /* steps a second of whoever works; 0 unknown */
	double eta;  /* seconds left; < 0 unknown */
	struct series *series[LAB_BRANCHES][METRIC_COUNT]; /* NULL until the first sample */
	struct lab_cka cka; /* of the layers that the editor shows; n_student 0: not known yet */
	struct bitext
		*bitext; /* owned: texts of the data and their translations; NULL: there are none */
	struct scene_translation {
		size_t done, asked;  /* texts; asked 0: nothing is being translated */
		double rate;         /* sentences a second */
		struct bitext *last; /* owned: those that came back last, the newest first; NULL */
	} translation;
	struct shift_report
		gauge; /* of the sets that the gauge pane compares; rows 0: not known yet */
	struct series *two_sample_auc; /* of a classifier that tells them apart as the student sees
					  them; NULL until the first */
	char gauge_error[160];         /* why it is not known; "" it may come yet */
	struct scene_mark *mark;       /* [n_marks] ascending steps within a branch */
	size_t n_marks, cap_marks;
	struct scene_line *log; /* ring of SCENE_LOG; line i is log[(log_first + i) % SCENE_LOG] */
	int log_first, n_log;
	/* asked for and not yet answered, by knob: shown as "4 -> 8?" */
	bool pending[SCENE_KNOB_ROWS];
	char pending_text[SCENE_KNOB_ROWS][32];
	struct knobs defaults;
	char message[240]; /* the last answer or error, on the last line but one */
	bool message_is_error;
	char question[96]; /* "quit while training? y/n"; "" none */
	char answer[64];   /* the command line that `y` gives */
	unsigned wants;    /* enum scene_wants */
	char prefill[256];
	/* the page in the help pane: lines owned; X BACKSPACE X is bold, _ BACKSPACE X underlined,
	 * as nroff writes */
	char **help;
	size_t n_help;
	char help_title[48];
	/* prompt: filled by the terminal side */
	bool prompting;
	char prompt[256];     /* what is visible of the line, with its ':' */
	int prompt_cursor;    /* column of the cursor in it */
	char candidates[240]; /* completion list, one line */
	bool utf8;            /* the terminal takes UTF-8 */
	bool braille;         /* and has glyphs for braille */
	int width, height;    /* of the screen, filled by the terminal side: pages are as long; 0
				 unknown */
	struct scene_view view;
	uint64_t version; /* counts up with every change that could be seen */
};

/* Empty, with the default view and default knobs. */
void scene_init(struct scene *s);
void scene_release(struct scene *s);

/* Whether only ASCII may be drawn: because of the terminal, or by knob charset. */
bool scene_ascii(const struct scene *s);
/* An arrow to the right, a multiplication sign: in ASCII "->" and "x". */
const char *scene_arrow(const struct scene *s);
const char *scene_times(const struct scene *s);

/* Add a sample; makes the series at the first. NaN is kept as a break. */
void scene_sample(struct scene *s, unsigned branch, unsigned metric, uint32_t step, double value);
/* Add a line to the log. */
void scene_log(struct scene *s, int level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Set the message line (also logged when it is an error). */
void scene_say(struct scene *s, bool is_error, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Add a marker; letters are given in turn. */
void scene_mark_add(struct scene *s, enum scene_mark_kind kind, unsigned branch, uint32_t step,
		    const char *text, int knob, double from, double to);
/* The ramp that turns a knob now; NULL where none does, or it has ended. */
const struct ramp *scene_ramp(const struct scene *s, int knob);
/* Show a page in the help pane (view.helping), from its first line. Copies the text, and breaks
 * lines that the screen cuts. */
void scene_help(struct scene *s, const char *title, const char *text);
/* Forget the curves and marks of one branch (a new student, a teacher trained anew). */
void scene_forget(struct scene *s, unsigned branch);

#endif
