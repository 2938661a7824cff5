/* Words of edits of the layer map: of `map`, and of commands that take them too. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_CMD_MAP_WORDS_H
#define RETORT_SESSION_CMD_MAP_WORDS_H

#include "retort/session/cmd.h"

/* How a pair is compared, in any order. */
#define MAP_WORDS_OPTIONS                                                                       \
	GRAMMAR_ONE_OF("on", "hidden, attention, value, query, key, scores",                    \
		       "part of the layers that is compared"),                                  \
		GRAMMAR_OPTION("match", "LOSS", GRAMMAR_LAYER_LOSS, "loss between the layers"), \
		GRAMMAR_ONE_OF("through", "none, linear, conv1x1, shared",                      \
			       "projection of the student layer"),                              \
		GRAMMAR_OPTION("weight", "W", GRAMMAR_REAL, "weight of the term"),              \
		GRAMMAR_FLAG("off", "remove the pairs")

/* A student layer with its options, and further edits; a teacher layer stands before it. */
#define MAP_WORDS_LAYERS                                                                \
	{ .name = "s:LAYER", .kind = GRAMMAR_STUDENT_LAYER }, MAP_WORDS_OPTIONS,        \
		{ .word = "and",                                                        \
		  .name = "TEACHER:LAYER",                                              \
		  .kind = GRAMMAR_TEACHER_LAYER,                                        \
		  .flags = GRAMMAR_ANY | GRAMMAR_REPEAT | GRAMMAR_AGAIN,                \
		  .help = "a further edit" },                                           \
	{                                                                               \
		.name = "s:LAYER", .kind = GRAMMAR_STUDENT_LAYER, .flags = GRAMMAR_MORE \
	}

/* A rule or a list of pairs with its options, and further edits; a teacher stands before it. */
#define MAP_WORDS_PAIRS                                                                            \
	{ .name = "LIST|uniform|last|skip|first|auto", .kind = GRAMMAR_PAIRS }, MAP_WORDS_OPTIONS, \
		{ .word = "and",                                                                   \
		  .name = "TEACHER",                                                               \
		  .kind = GRAMMAR_TEACHER,                                                         \
		  .flags = GRAMMAR_ANY | GRAMMAR_REPEAT | GRAMMAR_AGAIN,                           \
		  .help = "a further edit" },                                                      \
	{                                                                                          \
		.name = "LIST|uniform|last|skip|first|auto", .kind = GRAMMAR_PAIRS,                \
		.flags = GRAMMAR_MORE                                                              \
	}

/* Parse the edits of a line from its value `from` on: each begins with two arguments, which its
 * options follow. 0, or -1 and an error. */
int map_words_parse(const struct args *a, int from, struct request_maps *r, struct err *e);

#endif
