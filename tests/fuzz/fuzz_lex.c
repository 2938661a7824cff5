/* fuzz_lex.c: a line of the session language. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "retort/session/lex.h"

/* The input as a word is read back from its quotes byte for byte. */
static void
check_quoted(const char *word)
{
	static struct lex lex;
	struct text t = { 0 };
	struct err e;
	int column;

	if (strlen(word) >= LEX_LINE / 4 - 8)
		return;
	text_add(&t, "x ");
	lex_quote(&t, word);
	MUST(!strchr(t.s, '\n') && lex_line(t.s, &lex, &column, &e) == 0 && lex.n == 2);
	MUST(strcmp(lex.word[1], word) == 0);
	text_release(&t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct lex lex;
	char *line = fuzz_text(data, size);
	struct err e = { .msg = "" };
	int column = 0;

	if (lex_line(line, &lex, &column, &e) < 0) {
		MUST(e.msg[0] && column >= 1);
	} else {
		MUST(lex.n >= 0 && lex.n <= LEX_WORDS);
		for (int i = 0; i < lex.n; i++)
			MUST(lex.word[i] >= lex.text &&
			     lex.word[i] + strlen(lex.word[i]) < lex.text + sizeof lex.text &&
			     lex.column[i] >= 1 && (size_t)lex.column[i] <= strlen(line));
	}
	check_quoted(line);
	free(line);
	return 0;
}
