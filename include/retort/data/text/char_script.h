/* Words of one script, as the pre-tokenizer UnicodeScripts makes them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TEXT_CHAR_SCRIPT_H
#define RETORT_DATA_TEXT_CHAR_SCRIPT_H

#include <stdint.h>

#include "retort/data/text/splitter.h"

/* Number of the script of a character in the order of char_script.def; 0: any, that of a blank or
 * of a character without one. */
int char_script_of(uint32_t cp);

/*
 * Append the words of a text: one ends where a character of another script comes. Characters of any
 * script belong to the word before; in front of the first word they are dropped, as in the library
 * tokenizers.
 */
void char_script_cut(const char *text, size_t size, struct splitter_words *to);

#endif
