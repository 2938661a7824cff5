/* The scene: all that panes draw, as plain data. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_SCENE_H
#define RETORT_UI_SCENE_H

#include <stdbool.h>
#include <stdint.h>

#include "retort/curve/curves.h"
#include "retort/data/translate/translate.h"
#include "retort/lab/lab.h"
#include "retort/probe/shift/shift_report.h"

struct scene_line {
	enum { SCENE_INFO, SCENE_GOOD, SCENE_WARN, SCENE_ERROR } level;
	int64_t when; /* seconds of time(2); 0: unknown */
	char text[240];
};

#define SCENE_LOG 500               /* capacity of the log, lines */
#define SCENE_CANDIDATES 12         /* rows of a completion */
#define SCENE_PLOTS 3               /* upper, lower and third plot */
#define SCENE_CURVE (NET_NAME + 12) /* bytes of the name of a curve */
#define SCENE_KNOB_ROWS 128         /* maximum number of knobs */

/* Requests of view actions to the terminal loop, which clears the bits. */
enum scene_wants {
	SCENE_PROMPT = 1,  /* open the prompt with `prefill` */
	SCENE_SEARCH = 2,  /* open the prompt for a search: the line becomes `view find LINE` */
	SCENE_REDRAW = 4,  /* repaint the whole screen */
	SCENE_SUSPEND = 8, /* suspend the process, like Ctrl-Z */
};

/* One pending edit in the map editor. */
struct scene_edit {
	int teacher, t_layer, s_layer;
	enum model_tap on;               /* what of the layers is compared */
	double weight;                   /* < 0: off */
	const struct loss *match;        /* loss; NULL: that of the current map, or the default */
	enum layer_pair_through through; /* projection, with match */
};

/* State of the view; changed by view actions (ui/view.h) only, never recorded. */
struct scene_view {
	int focus;                    /* focused pane: enum layout_pane */
	bool zoomed;                  /* the focused pane has the whole screen */
	int knob;                     /* selected knob: index in knob_table */
	bool display;                 /* the page of knobs of the display is shown */
	int teacher;                  /* selected teacher */
	int plot_metric[SCENE_PLOTS]; /* metric ids of the plots */
	bool log_y[SCENE_PLOTS], log_x;
	bool difference; /* plots show differences to the reference */
	double y_from[SCENE_PLOTS],
		y_to[SCENE_PLOTS];   /* range of the values; y_to <= y_from: fitted */
	char hidden[8][SCENE_CURVE]; /* names of curves that are not drawn */
	int n_hidden;
	uint32_t x_from, x_to; /* zoomed range of steps; x_to 0: all, in doubling pages */
	bool cursor_on;
	uint32_t cursor;     /* step */
	unsigned run;        /* number of the run in view */
	unsigned chosen_run; /* of the one selected in pane runs; 0: the focused one */
	int branch; /* curves in view: BRANCH_STUDENT (with the baseline) or BRANCH_TEACHER(k) */
	bool follow_branch; /* switch to the network that starts training */
	int log_scroll;     /* lines up from the newest */
	int help_scroll;    /* first visible line */
	int report_scroll;  /* the same of the report */
	bool report_asked;  /* the next report is shown, not only announced */
	int pair;           /* selected text and its back-translation */
	/* map editor */
	bool editing;
	int edit_teacher, edit_row, edit_column; /* teacher, its layer, student layer */
	enum model_tap edit_on;                  /* tap in view */
	int n_edits;                             /* pending edits */
	struct scene_edit edit[TRAIN_MAPS];
	/* help */
	bool helping;     /* the help page is open */
	char side[2][64]; /* sets that the gauge compares; "": default */
	char search[64];  /* "": none */
};

/* An answer to a question by a key of its own. */
struct scene_choice {
	char key;
	char label[40]; /* "save the state" */
	char line[640]; /* command line that it executes; "": none */
};
#define SCENE_CHOICES 4

/* What of a run was saved. */
struct scene_saved {
	unsigned run;
	uint64_t steps; /* of the student when it was saved last, or was created */
	char path[512]; /* of that file; "": it was not saved */
};

/* The interval of the difference between a run and the reference, and what it was measured on. */
struct scene_interval {
	struct lab_interval is;        /* NaN: there is none */
	struct scores own, referenced; /* of the last evaluations then */
};

struct scene {
	struct lab_info info;
	struct lab_run run; /* that info has */
	char session[128];  /* name of the session: file name, or "digits" */
	bool recording;
	char record[256]; /* path of the recording; "": unknown */
	struct scene_saved saved[LAB_RUNS];
	int n_saved;
	struct scene_interval interval[LAB_RUNS]; /* [n_intervals] in any order */
	int n_intervals;
	double rate;           /* steps/s of the network that trains; 0: unknown */
	double eta;            /* seconds left; < 0: unknown */
	struct curves *curves; /* borrowed: of the session */
	struct lab_cka cka;    /* of the layers in the map editor; n_student 0: unknown */
	struct bitext *bitext; /* owned: texts of the data and back-translations; NULL: none */
	struct scene_translation {
		size_t done, total;  /* texts; total 0: no translation is running */
		double rate;         /* sentences/s */
		struct bitext *last; /* owned: last back-translations, newest first; NULL */
	} translation;
	struct shift_report gauge;     /* of the sets that the gauge compares; rows 0: unknown */
	struct series *two_sample_auc; /* owned: its AUC on the student's logits; NULL: none yet */
	char gauge_error[160];         /* why the report is unknown; "": not measured yet */
	struct scene_line *log; /* ring of SCENE_LOG; line i is log[(log_first + i) % SCENE_LOG] */
	int log_first, n_log;
	int64_t clock; /* seconds of time(2), for new lines of the log; 0: unknown */
	/* by knob: requested and not yet applied, shown as "4 -> 8?" */
	bool pending[SCENE_KNOB_ROWS];
	char pending_text[SCENE_KNOB_ROWS][32];
	struct knobs defaults;
	char message[240]; /* last result or error, in the row of the prompt */
	bool message_is_error;
	char question[240]; /* "quit? y/n"; "": none */
	char answer[4096];  /* command line that `y` executes, or the one that was refused */
	char options[160];  /* of the line: key 1 executes it with the first behind it, key 2 with
			       the second ...; separated by bars; "": a question for y and n */
	struct scene_choice choice[SCENE_CHOICES]; /* [n_choices] the answers; with options none */
	int n_choices;
	bool leaving;      /* the question is that of view_leave */
	unsigned wants;    /* enum scene_wants */
	char prefill[256]; /* for SCENE_PROMPT */
	/* help page, owned lines of nroff output: X BACKSPACE X is bold, _ BACKSPACE X underlined
	 */
	char **help;
	size_t n_help;
	char help_title[48];
	char **report; /* [n_report] owned lines of the last report */
	size_t n_report;
	uint64_t report_step; /* of the student */
	/* set by the terminal loop */
	bool prompting;       /* the prompt is open */
	char prompt[256];     /* visible part of the line, with its ':' */
	int prompt_cursor;    /* column of the cursor in it */
	char candidates[240]; /* completion list in one line */
	struct scene_candidate {
		char word[64], doc[160]; /* doc "": none */
	} candidate[SCENE_CANDIDATES];
	int n_candidates, all_candidates; /* rows of the list, and all candidates there are */
	bool utf8;                        /* the terminal supports UTF-8 */
	bool braille;                     /* its font has braille */
	int width, height;                /* of the screen, cells; 0: unknown */
	struct scene_view view;
	uint64_t version; /* incremented by each visible change */
};

/* Initialise an empty scene with default knobs and view; scene_release frees it. The curves are set
 * before anything is drawn. */
void scene_init(struct scene *s);
void scene_release(struct scene *s);

/* Whether only ASCII may be drawn: because of the terminal, or by knob charset. */
bool scene_ascii(const struct scene *s);
/* An arrow to the right, a multiplication sign: in ASCII "->" and "x". */
const char *scene_arrow(const struct scene *s);
const char *scene_times(const struct scene *s);

/* The samples of a metric, of a network of the run in view or of a teacher; NULL: there are none.
 */
const struct series *scene_series(const struct scene *s, unsigned branch, unsigned metric);
/* Whether a marker belongs to a network of the run in view, or to a teacher. */
bool scene_has_mark(const struct scene *s, const struct curves_mark *m, unsigned branch);
/* What was saved of a run; NULL: nothing. */
const struct scene_saved *scene_saved(const struct scene *s, unsigned run);
/* Remember that the student of a run was saved with so many steps; path "": it is new. */
void scene_save(struct scene *s, unsigned run, uint64_t steps, const char *path);
/* The interval of the difference between a run and the present reference; NULL: none is known. */
const struct scene_interval *scene_interval(const struct scene *s, int run);
/* Store an interval in the place of the last one of that run. */
void scene_set_interval(struct scene *s, const struct scene_interval *interval);
/* Append a line to the log; `level` as in struct scene_line. */
void scene_log(struct scene *s, int level, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Ask which of `options`, separated by bars, is put behind the line: 1 the first ... The question
 * ends before the list of options that err_ask adds. */
void scene_ask(struct scene *s, const char *line, const char *options, const char *question);

/* End the question without an answer. */
void scene_dismiss(struct scene *s);

/* The option that a key from 1 to 9 chooses. Return its length, 0: there is none. */
int scene_option(const struct scene *s, int key, const char **option);

/* Set the message; an error is also logged. */
void scene_say(struct scene *s, bool is_error, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The active ramp of a knob; NULL if there is none or it has ended. */
const struct ramp *scene_ramp(const struct scene *s, int knob);
/* Open the help pane with a copy of a text, whose long lines are wrapped to the screen. */
void scene_help(struct scene *s, const char *title, const char *text);
/* Store the lines of a report. */
void scene_report(struct scene *s, const char *text);

#endif
