/* Scenes for tests of the screen. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TESTS_SCENES_H
#define RETORT_TESTS_SCENES_H

#include "retort/ui/scene.h"

enum scenes_kind {
	SCENES_EMPTY,       /* no data, no network */
	SCENES_TRAINING,    /* the first teacher trains */
	SCENES_DISTILLING,  /* two teachers, three maps, markers, a pending knob */
	SCENES_EDITING,     /* DISTILLING in the map editor, two pending edits */
	SCENES_HELPING,     /* a manual page with a search */
	SCENES_TOKENS,      /* networks with attention, pairs on several taps */
	SCENES_TAPS,        /* TOKENS in the map editor, on attention, three pending edits */
	SCENES_RAMPS,       /* DISTILLING with ramps: one finished, one cancelled, two active */
	SCENES_CKA,         /* EDITING with the CKA of the layers */
	SCENES_TEXTS,       /* DISTILLING, the pane of back-translations */
	SCENES_TRANSLATING, /* the same during translation */
	SCENES_GAUGE,       /* DISTILLING, two sets of rows compared, with weights */
	SCENES_CURSOR,      /* DISTILLING with a baseline, the cursor at a marker, quadrants */
	SCENES_RUNS,        /* DISTILLING with four runs, one hidden, one diverged */
	SCENES_KINDS,
};

const char *scenes_name(enum scenes_kind kind);

/* Fill an uninitialised scene and curves of its own, deterministically; scenes_release frees both.
 */
void scenes_make(struct scene *s, enum scenes_kind kind);
void scenes_release(struct scene *s);

#endif
