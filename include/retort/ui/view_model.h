/* The view model: builds the scene from samples and results of a session. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_VIEW_MODEL_H
#define RETORT_UI_VIEW_MODEL_H

#include "retort/lab/trainer.h"
#include "retort/session/report.h"
#include "retort/ui/scene.h"

struct view_model;

/* Create a view model; `name` of the session and the path of its recording, NULL for none, are
 * shown in the status line. */
struct view_model *view_model_new(const char *name, const char *record);
void view_model_free(struct view_model *v);

/* The scene, owned by the view model. */
struct scene *view_model_scene(struct view_model *v);

/* Add a sample. Samples must come in order. */
void view_model_sample(struct view_model *v, const struct event *ev);

/* Apply the result of a request: copy its snapshot of the lab, add markers, message and log lines.
 * Takes the texts that `r` owns. */
void view_model_answer(struct view_model *v, struct request *r);

/* Show the progress of a translation; takes r->u.progress.bitext. A message replaces an error only
 * after five reports. */
void view_model_progress(struct view_model *v, struct request *r);

/* A network was saved: the student of a run need not be saved again before it trains. */
void view_model_saved(struct view_model *v, unsigned run, const char *name, const char *path);

/* Set the display knobs. */
void view_model_display(struct view_model *v, const struct knobs *display);

/* Mark a knob as pending with a requested value; clear all pending knobs. */
void view_model_add_pending(struct view_model *v, const struct knob *k, const char *value);
void view_model_clear_pending(struct view_model *v);

/* Store the report for its pane, which gets the focus if `report` was typed, and say and log its
 * accuracies in a line. */
void view_model_report(struct view_model *v, const struct lab_info *info,
		       const struct report_change *change, size_t n);

/* Show output of a command: a line as the message, several in the help pane. */
void view_model_text(struct view_model *v, const char *title, const char *text);

/* Add output of a command to the log, line by line. */
void view_model_log(struct view_model *v, const char *text);

/* Return the measurement that an open pane needs, owned by the caller; NULL: none. `now`: seconds.
 */
struct request *view_model_next_measurement(struct view_model *v, double now);

/* Store the result of a measurement. */
void view_model_measured(struct view_model *v, const struct request *r);

/* Update speed and time left, at most twice a second. */
void view_model_tick(struct view_model *v, double now);

#endif
