/* fuzz_session.c: a session file, run without a terminal. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "retort/session/chain.h"
#include "retort/session/cmd/cmd_table.h"
#include "retort/session/lex.h"
#include "retort/session/session.h"
#include "retort/nn/gemm/blas.h"

/* Drop lines that take long or access files; the rest runs in a trainer. */
static bool
is_allowed(const char *line)
{
	static const char *const refused[] = { "data",   "teacher", "student", "load",  "save",
					       "source", "train",   "run",     "export" };
	struct lex lex;
	int column;

	if (lex_line(line, &lex, &column, NULL) < 0 || lex.n == 0)
		return true;
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		if (strcmp(lex.word[0], refused[i]) == 0)
			return false;
	return true;
}

/* Lines with running hashes are whole, and are read back without them; those of the input are
 * counted. */
static void
check_chain(const char *text)
{
	struct chain c = { "" };
	struct chain_state s;
	struct text out = { 0 };
	size_t lines = 0;

	chain_check(text, &s);
	for (const char *p = text, *end; (end = strchr(p, '\n')); p = end + 1, lines++) {
		struct text line = { 0 };
		size_t len = chain_strip(p, (size_t)(end - p));

		MUST(len <= (size_t)(end - p));
		text_add(&line, "x"); /* is no comment */
		text_bytes(&line, p, len);
		chain_add(&c, &line);
		MUST(chain_strip(line.s, line.len) == len + 1);
		text_addf(&out, "%s\n", line.s);
		text_release(&line);
	}
	MUST(s.hashed <= lines && s.breaks <= lines);
	chain_check(text_get(&out), &s);
	MUST(s.hashed == lines && s.breaks == 0);
	text_release(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *nowhere;
	struct session_options o = { .commands = cmd_table, .threads = 1, .replay = size & 1 };
	char *text = fuzz_text(data, size), *line, *more;
	struct session *s;
	struct err e;

	check_chain(text);
	if (!nowhere) {
		nowhere = fopen("/dev/null", "w");
		MUST(nowhere && blas_init(1, &e) == 0);
	}
	o.out = o.talk = nowhere;
	s = session_new(&o, &e);
	MUST(s);
	for (line = strtok_r(text, "\n", &more); line; line = strtok_r(NULL, "\n", &more)) {
		struct err refusal = { .msg = "" };
		int column = 0;

		if (is_allowed(line) && session_line(s, line, &column, &refusal) < 0)
			MUST(refusal.msg[0] && column >= 1);
		session_pump(s);
	}
	session_free(s);
	free(text);
	return 0;
}
