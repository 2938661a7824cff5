/* The live half of a session: what a person sees of it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_LIVE_H
#define RETORT_SESSION_LIVE_H

#include "retort/learn/trainer.h"
#include "retort/screen/scene.h"
#include "retort/session/report.h"

struct live;

struct live *live_new(const char *name, bool recording);
void live_free(struct live *l);

/* What the panes draw; owned. */
struct scene *live_scene(struct live *l);

/* A sample, in the order of the ring. */
void live_sample(struct live *l, const struct event *ev);

/* An answer: takes its snapshot of the lab, and its texts, marks what changed and says it. */
void live_answer(struct live *l, struct request *r);

/* How far a translation is, and said, unless an error stands that has not yet outlived five such reports; takes r->bitext. */
void live_translated(struct live *l, struct request *r);

/* A knob that changes how things look was turned. */
void live_knobs(struct live *l, const struct knobs *view);

/* Knobs that were asked for and are not answered: forget them all; add one. */
void live_unasked(struct live *l);
void live_ask(struct live *l, const struct knob *k, const char *value);

/* The report in the help pane. */
void live_report(struct live *l, const struct lab_info *info, const struct report_change *change, size_t n);

/* What a command says: one line as the message, more in the help pane. */
void live_say(struct live *l, const char *title, const char *text);

/* The same, each of its lines in the log. */
void live_log(struct live *l, const char *text);

/*
 * What is to be asked about the layers that the map editor shows, where it is open and they may have moved: at most once a
 * second while something works, and not before the last answer. NULL: nothing. Owned by the caller.
 */
struct request *live_probe(struct live *l, double now);
void live_probed(struct live *l, const struct request *r);

/* Speed and time left, twice a second at most. */
void live_tick(struct live *l, double now);

#endif
