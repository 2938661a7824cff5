/* Words of a text, by the rules that published tokenizers cut with before they look at their
 * vocabulary. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TEXT_PRETOKEN_H
#define RETORT_DATA_TEXT_PRETOKEN_H

#include <stdbool.h>
#include <stddef.h>

enum pretoken_rule {
	PRETOKEN_GPT2,   /* a word with the blank before it, a number, signs, white space */
	PRETOKEN_DIGIT,  /* Qwen's: the same, but every digit alone, and line ends with the signs
			    before them */
	PRETOKEN_DIGITS, /* GPT-4's and Llama 3's: up to three digits together */
	PRETOKEN_BERT,   /* words and single signs; white space is dropped */
	PRETOKEN_BLANK, /* what begins with U+2581, up to the next one or a line end, and line ends;
			   for training unigrams */
	PRETOKEN_RULES
};

/* The regular expression that a rule stands for in files of tokenizers; NULL where it is none. */
const char *pretoken_pattern(enum pretoken_rule rule);

/*
 * The next word at or behind *at: its first byte goes to *start, its size to *len, and *at moves
 * behind it. false at the end. Any bytes are taken: what is no UTF-8 counts as a sign of one byte.
 */
bool pretoken_next(enum pretoken_rule rule, const char *text, size_t size, size_t *at,
		   size_t *start, size_t *len);

#endif
