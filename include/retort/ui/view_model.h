/* The live half of a session: what a person sees of it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_VIEW_MODEL_H
#define RETORT_UI_VIEW_MODEL_H

#include "retort/lab/trainer.h"
#include "retort/ui/scene.h"
#include "retort/session/report.h"

struct view_model;

struct view_model *view_model_new(const char *name, bool recording);
void view_model_free(struct view_model *l);

/* What the panes draw; owned. */
struct scene *view_model_scene(struct view_model *l);

/* A sample, in the order of the ring. */
void view_model_sample(struct view_model *l, const struct event *ev);

/* An answer: takes its snapshot of the lab, and its texts, marks what changed and says it. */
void view_model_answer(struct view_model *l, struct request *r);

/* How far a translation is, and said, unless an error stands that has not yet outlived five such
 * reports; takes r->bitext. */
void view_model_translated(struct view_model *l, struct request *r);

/* A knob that changes how things look was turned. */
void view_model_knobs(struct view_model *l, const struct knobs *view);

/* Knobs that were asked for and are not answered: forget them all; add one. */
void view_model_unasked(struct view_model *l);
void view_model_ask(struct view_model *l, const struct knob *k, const char *value);

/* The report in the help pane. */
void view_model_report(struct view_model *l, const struct lab_info *info,
		       const struct report_change *change, size_t n);

/* What a command says: one line as the message, more in the help pane. */
void view_model_say(struct view_model *l, const char *title, const char *text);

/* The same, each of its lines in the log. */
void view_model_log(struct view_model *l, const char *text);

/*
 * What is to be asked about the layers that the map editor shows, where it is open and they may
 * have moved: at most once a second while something works, and not before the last answer. NULL:
 * nothing. Owned by the caller.
 */
struct request *view_model_probe(struct view_model *l, double now);
void view_model_probed(struct view_model *l, const struct request *r);

/* Speed and time left, twice a second at most. */
void view_model_tick(struct view_model *l, double now);

#endif
