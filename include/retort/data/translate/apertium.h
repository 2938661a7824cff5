/* Apertium as a translator: pairs of languages that are installed, as pipelines that go on and on.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TRANSLATE_APERTIUM_H
#define RETORT_DATA_TRANSLATE_APERTIUM_H

#include "retort/base/text.h"
#include "retort/data/translate/translator.h"

/*
 * The translator from a language to another and back: "spa" from English, "cat-spa" from Catalan;
 * languages as Apertium's modes name them, or by the other of their two codes ("es", "epo"). Modes
 * are looked for in $RETORT_APERTIUM, else in /usr/share/apertium/modes. Each program of a mode is
 * told to flush at a NUL (-z), because what `apertium -z` runs holds everything back until the end
 * of its input. The version is a hash of modes, programs and all files that they name. NULL and an
 * error that names the package where a mode is not there.
 */
struct translator *apertium_translator(const char *via, struct err *e);

/* The pipeline of a mode file's text, flushing: for /bin/sh. Refused: nothing, NUL bytes, several
 * lines. Fuzzed. */
int apertium_command(const char *mode, size_t size, struct text *out, struct err *e);

#endif
