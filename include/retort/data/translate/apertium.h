/* Apertium language pairs as translators. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TRANSLATE_APERTIUM_H
#define RETORT_DATA_TRANSLATE_APERTIUM_H

#include "retort/base/text.h"
#include "retort/data/translate/translator.h"

/*
 * Make the translator into a language and back: "spa" from English, "cat-spa" from Catalan.
 * Languages are named as in Apertium's modes, or by the other of their two codes ("es", "epo").
 * Modes are read from $RETORT_APERTIUM, default /usr/share/apertium/modes. Each program of a mode
 * gets -z, to flush at a NUL; the programs that `apertium -z` runs would buffer all output until
 * the end of input. The version is a hash of modes, programs and the files that they name. Returns
 * NULL with an error that names Debian's packages when a mode is missing.
 */
struct translator *apertium_translator(const char *via, struct err *e);

/* Append the pipeline of a mode file with flushing programs, for /bin/sh. Returns -1 with an error
 * when the file is empty, or has NUL bytes or several lines. */
int apertium_command(const char *mode, size_t size, struct text *out, struct err *e);

#endif
