/* Scenes that tests of the screen look at: every kind of thing that can be on it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TESTS_SCENES_H
#define RETORT_TESTS_SCENES_H

#include "retort/ui/scene.h"

enum scenes_kind {
	SCENES_EMPTY,      /* nothing was said yet */
	SCENES_TRAINING,   /* the first teacher trains */
	SCENES_DISTILLING, /* two teachers, three maps, marks, a pending knob */
	SCENES_EDITING,    /* the same in the map editor, two edits pending */
	SCENES_HELPING,    /* a page of the manual with a search */
	SCENES_TOKENS,     /* networks with attention, pairs on all that layers have */
	SCENES_TAPS,       /* the same in the map editor, on attention, three edits pending */
	SCENES_RAMPS, /* distilling, knobs under ramps: one that has ended, one ended by hand, two
			 that go on */
	SCENES_ALIKE, /* EDITING when it is known how alike layers are */
	SCENES_TEXTS, /* distilling, the pane of texts and their translations */
	SCENES_TRANSLATING, /* the same while they are being translated */
	SCENES_GAUGE,       /* distilling, two sets of rows compared, one of them weighed */
	SCENES_KINDS,
};

const char *scenes_name(enum scenes_kind kind);

/* Fill an uninitialised scene; the caller releases it. The same call, the same scene. */
void scenes_make(struct scene *s, enum scenes_kind kind);

#endif
