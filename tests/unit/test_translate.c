/* test_translate.c: translation by external programs, and files of bitexts. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/data/translate/trigram_cosine.h"
#include "retort/data/translate/apertium.h"
#include "retort/data/translate/bitext.h"
#include "retort/data/translate/framing.h"

static void
framed_messages_round_trip(void **state)
{
	static const char *const texts[] = { "plain", "a [b] {c} ^d$ e/f @g <h> \\i \\\\",
					     "é 床前 \xF0\x9F\x98\x80", "" };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		for (int framed = 0; framed < 2; framed++) {
			struct text wire = { 0 }, back = { 0 };

			framing_encode(&wire, texts[i], framed);
			framing_decode(&back, wire.s, wire.len - 1, framed);
			assert_string_equal(text_get(&back), texts[i]);
			text_release(&wire);
			text_release(&back);
		}
}

static void
a_message_is_one_line_for_any_text(void **state)
{
	struct text wire = { 0 };

	(void)state;
	framing_encode(&wire, "a\nb\tc\x7F", false);
	assert_string_equal(wire.s, "a b c \n");
	text_clear(&wire);
	framing_encode(&wire, "[x]", true);
	assert_int_equal(wire.len, 8);
	assert_memory_equal(wire.s, "\\[x\\][]", 8);
	text_release(&wire);
	assert_true(framing_is_utf8("\xEF\xBF\xBD", 3));
	assert_false(framing_is_utf8("a\xFF", 2));
}

static void
cosines_match_values_by_hand(void **state)
{
	(void)state;
	CHECK_NEAR(trigram_cosine_texts("the same", "the same"), 1, 0);
	CHECK_NEAR(trigram_cosine_texts("abcdef", "uvwxyz"), 0, 0);
	/* " ab", "abc", "bc " and " ab", "abd", "bd " share one of three trigrams */
	CHECK_NEAR(trigram_cosine_texts("abc", "abd"), 1.0 / 3, 1e-15);
	/* " aa", "aaa" twice, "aa " and " aa", "aaa", "aa ": (1 + 2 + 1) / sqrt(6 * 3) */
	CHECK_NEAR(trigram_cosine_texts("aaaa", "aaa"), 4 / sqrt(18), 1e-15);
	CHECK_NEAR(trigram_cosine_texts("A  B\nC", " a b c"), 1, 1e-15);
	CHECK_NEAR(trigram_cosine_texts("床前明月光", "床前明月夜"), 3.0 / 5, 1e-15);
	CHECK_NEAR(trigram_cosine_texts("", "x"), 0, 0);
	CHECK_NEAR(trigram_cosine_texts("\xFF\xFF", "\xFF"),
		   trigram_cosine_texts("\xFF", "\xFF\xFF"), 0);
}

static void
pairs_are_found_and_stored(void **state)
{
	static const char *path = "bitext.tmp";
	struct bitext *p = bitext_new("some pair"), *q;
	char before[32];
	struct err e;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		snprintf(before, sizeof before, "text %d\t\\\n\r", i);
		bitext_add(p, before, i % 2 ? before + 5 : "");
	}
	bitext_add(p, "text 7\t\\\n\r", "another");
	assert_int_equal(p->n, 1000);
	assert_string_equal(bitext_find(p, "text 7\t\\\n\r")->after, "7\t\\\n\r");
	assert_null(bitext_find(p, "text 1000"));
	assert_int_equal(bitext_write(p, path, &e), 0);
	q = bitext_read(path, &e);
	assert_non_null(q);
	assert_string_equal(q->translator, "some pair");
	assert_int_equal(q->n, p->n);
	for (size_t i = 0; i < p->n; i++) {
		assert_string_equal(q->pair[i].before, p->pair[i].before);
		assert_string_equal(q->pair[i].after, p->pair[i].after);
	}
	bitext_free(p);
	bitext_free(q);
	remove(path);
}

static void
invalid_bitexts_are_refused_with_the_line(void **state)
{
	static const struct {
		const char *bytes, *message;
	} cases[] = {
		{ "", "line 1: expected 'retort-bitext 1 TRANSLATOR'" },
		{ "retort-bitext 2 x\n", "line 1: expected 'retort-bitext 1 TRANSLATOR'" },
		{ "retort-bitext 1 x\na\tb\nc\n",
		  "line 3: expected BEFORE and AFTER with one tab between" },
		{ "retort-bitext 1 x\na\tb\tc\n",
		  "line 2: expected BEFORE and AFTER with one tab between" },
		{ "retort-bitext 1 x\na\\b\tc\n",
		  "line 2: invalid escape (expected one of \\t, \\n, \\r, \\\\)" },
		{ "retort-bitext 1 x\na\tc\\\n",
		  "line 2: invalid escape (expected one of \\t, \\n, \\r, \\\\)" },
		{ "retort-bitext 1 x\na\t\xFF\n", "line 2: not UTF-8" },
	};
	struct bitext *p;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_null(bitext_parse(cases[i].bytes, strlen(cases[i].bytes), &e));
		assert_string_equal(e.msg, cases[i].message);
	}
	assert_null(bitext_parse("retort-bitext 1 x\na\0b\tc\n", 24, &e));
	assert_string_equal(e.msg, "NUL byte");
	p = bitext_parse("retort-bitext 1 x\na\tb\nhalf a li", 31,
			 &e); /* an incomplete last line */
	assert_non_null(p);
	assert_int_equal(p->n, 1);
	bitext_free(p);
}

struct heard {
	struct text said; /* "0:after 1:after " */
	size_t n, progress;
};

static void
take(void *arg, size_t i, const char *after)
{
	struct heard *h = arg;

	text_addf(&h->said, "%zu:%s ", i, after);
	h->n++;
}

static void
progress(void *arg, size_t n)
{
	((struct heard *)arg)->progress = n;
}

static int
translate(struct translator *t, const char *const *text, size_t n, struct heard *h, struct err *e)
{
	static atomic_bool stop;
	const struct translator_watch w = { take, progress, h, &stop };

	memset(h, 0, sizeof *h);
	return translator_run(t, text, n, &w, e);
}

static const char *const three[] = { "the cat", "a [dog]", "no\nbird" };

static void
lines_go_through_both_commands(void **state)
{
	struct translator *t = translator_new("sed 's/^/</'", "tr a-z A-Z; printf ''");
	struct heard h;
	struct err e;

	(void)state;
	assert_int_equal(translate(t, three, 3, &h, &e), 0);
	assert_string_equal(h.said.s, "0:<THE CAT 1:<A [DOG] 2:<NO BIRD ");
	assert_int_equal(h.progress, 3);
	text_release(&h.said);
	translator_free(t);
}

/* More than pipes hold, so that both ends must be served in turn. */
static void
pipelines_pass_a_megabyte(void **state)
{
	enum { N = 4000 };
	static char line[N][300];
	const char *text[N];
	struct translator *t = translator_new("cat", "sed 's/x$/y/'");
	struct heard h;
	struct err e;

	(void)state;
	for (int i = 0; i < N; i++) {
		snprintf(line[i], sizeof line[i], "%290dx", i);
		text[i] = line[i];
	}
	assert_int_equal(translate(t, text, N, &h, &e), 0);
	assert_int_equal(h.n, N);
	assert_non_null(strstr(h.said.s, "3999:3999y "));
	text_release(&h.said);
	translator_free(t);
}

static const struct {
	const char *forth, *back, *message;
	size_t taken;
} failures[] = {
	{ "exit 4", "cat", "exit 4 | cat: forth: ended with status 4 after 0 of 3 texts", 0 },
	{ "cat", "nosuchprogram",
	  "cat | nosuchprogram: back: ended with status 127: sh: 1: nosuchprogram: not "
	  "found after 0 of 3 texts",
	  0 },
	{ "cat", "head -n 1; kill -9 $$",
	  "cat | head -n 1; kill -9 $$: back: was killed by signal 9 after 1 of 3 texts", 1 },
	{ "head -n 2", "cat",
	  "head -n 2 | cat: forth: ended with status 0 after 2 of 3 texts; which are "
	  "missing "
	  "is unknown, so none is used",
	  0 },
	{ "cat", "head -n 2",
	  "cat | head -n 2: back: ended with status 0 after 2 of 3 texts; which are "
	  "missing "
	  "is unknown, so none is used",
	  0 },
	{ "sed p", "cat", "sed p | cat: forth: more results than texts: 3", 0 },
	{ "cat", "cat; echo", "cat | cat; echo: back: more results than texts: 3", 0 },
	{ "cat >/dev/null; sleep 1000", "cat",
	  "cat >/dev/null; sleep 1000 | cat: forth: no output for 1.5 seconds, after "
	  "0 of 3 "
	  "texts",
	  0 },
	{ "yes >&2", "cat", "yes >&2 | cat: forth: no output for 1.5 seconds, after 0 of 3 texts",
	  0 },
	{ "sleep 1000", "exit 5",
	  "sleep 1000 | exit 5: back: ended with status 5 after 0 of 3 texts", 0 },
	{ "cat", "head -n 1; sleep 1000",
	  "cat | head -n 1; sleep 1000: back: no output for 1.5 seconds, after 1 of "
	  "3 texts",
	  1 },
};

static void
failures_are_reported(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
		struct translator *t = translator_new(failures[i].forth, failures[i].back);
		struct heard h;
		struct err e;

		t->patience = strstr(failures[i].message, "1.5") ? 1.5 : 20;
		assert_int_equal(translate(t, three, 3, &h, &e), -1);
		assert_string_equal(e.msg, failures[i].message);
		assert_int_equal(h.n, failures[i].taken);
		text_release(&h.said);
		translator_free(t);
	}
}

/* Stopped as by Ctrl-Z for longer than the timeout; its translator continues, and has results when
 * it resumes. */
static void
stopped_time_does_not_count_for_the_timeout(void **state)
{
	struct translator *t = translator_new("sleep 2.6; cat", "cat");
	struct heard h;
	struct err e;
	int status;
	pid_t pid;

	(void)state;
	t->patience = 2;
	pid = fork();
	if (pid == 0)
		_exit(translate(t, three, 3, &h, &e) == 0 ? 0 : 1);
	usleep(300000);
	kill(pid, SIGSTOP);
	usleep(2000000);
	kill(pid, SIGCONT);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	translator_free(t);
}

static void
a_run_can_be_cancelled(void **state)
{
	struct translator *t = translator_new("sleep 1000", "cat");
	atomic_bool stop = true;
	struct heard h = { 0 };
	const struct translator_watch w = { take, progress, &h, &stop };
	struct err e;

	(void)state;
	assert_int_equal(translator_run(t, three, 3, &w, &e), -1);
	assert_int_equal(h.n, 0);
	translator_free(t);
}

static void
unsuitable_texts_are_not_sent(void **state)
{
	static char big[TRANSLATOR_TEXT + 2];

	(void)state;
	memset(big, 'a', TRANSLATOR_TEXT + 1);
	assert_false(translator_accepts(""));
	assert_false(translator_accepts(" \n"));
	assert_false(translator_accepts("a\xFFz"));
	assert_false(translator_accepts(big));
	assert_true(translator_accepts(big + 1));
}

static void
modes_become_pipelines_that_flush(void **state)
{
	static const struct {
		const char *mode, *command;
	} cases[] = {
		{ "lt-proc 'a.bin' | tagger -g $2 'b c' | lt-proc $1 'd'\n",
		  "lt-proc -z 'a.bin' | tagger -z -g  'b c' | lt-proc -z -n 'd'" },
		{ "one", "one -z" },
		{ "x '$3' $", "x -z '$3' $" },
	};
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct text out = { 0 };

		assert_int_equal(apertium_command(cases[i].mode, strlen(cases[i].mode), &out, &e),
				 0);
		assert_string_equal(out.s, cases[i].command);
		text_release(&out);
	}
	assert_int_equal(apertium_command(" \n", 2, NULL, &e), -1);
	assert_int_equal(apertium_command("a\nb", 3, NULL, &e), -1);
	assert_int_equal(apertium_command("a\0b", 3, NULL, &e), -1);
}

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

/* Own modes of a standard program: sed's -z means the same as that of Apertium's programs. */
static void
modes_are_found_and_their_files_hashed(void **state)
{
	struct translator *t, *u;
	struct heard h;
	struct err e;

	(void)state;
	assert_int_equal(io_mkdirs("modes.tmp", &e), 0);
	write_file("modes.tmp/en-xx.mode", "sed -u 's/the/el/' | sed -u -f 'modes.tmp/rules'\n");
	write_file("modes.tmp/xx-en.mode", "sed -u 's/el/a/'\n");
	write_file("modes.tmp/rules", "s/$/!/\n");
	setenv("RETORT_APERTIUM", "modes.tmp", 1);
	t = apertium_translator("xx", &e);
	assert_non_null(t);
	assert_string_equal(t->name, "apertium en-xx xx-en");
	assert_int_equal(translate(t, three, 3, &h, &e), 0);
	assert_string_equal(h.said.s, "0:a cat! 1:a [dog]! 2:no bird! ");
	text_release(&h.said);
	u = apertium_translator("en-xx", &e);
	assert_non_null(u);
	assert_true(memcmp(&u->version, &t->version, sizeof u->version) == 0);
	translator_free(u);
	write_file("modes.tmp/rules", "s/$/?/\n");
	u = apertium_translator("xx", &e);
	assert_true(memcmp(&u->version, &t->version, sizeof u->version) != 0);
	translator_free(u);
	translator_free(t);
	assert_null(apertium_translator("../etc", &e));
	assert_string_equal(e.msg,
			    "invalid language '../etc' (expected one, as spa, or two, as cat-spa)");
	assert_null(apertium_translator("tlh", &e));
	assert_non_null(strstr(e.msg, "no mode eng-tlh in modes.tmp"));
	unsetenv("RETORT_APERTIUM");
	assert_int_equal(system("rm -r modes.tmp"), 0);
}

/* Apertium itself, if installed. */
static void
apertium_translates(void **state)
{
	static const char *const text[] = { "I love this tea.",
					    "The dog [really] likes {it} & 100% of <b>.",
					    "床前明月光", "¡ñ!" };
	struct translator *t;
	struct heard h;
	struct err e;

	(void)state;
	t = apertium_translator("es", &e);
	if (!t)
		skip();
	if (translate(t, text, 4, &h, &e) < 0)
		fail_msg("%s", e.msg);
	assert_int_equal(h.n, 4);
	assert_non_null(strstr(h.said.s, "tea"));
	assert_non_null(strstr(h.said.s, "[really]"));
	assert_non_null(strstr(h.said.s, "床前明月光"));
	text_release(&h.said);
	translator_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(framed_messages_round_trip),
		TEST(a_message_is_one_line_for_any_text),
		TEST(cosines_match_values_by_hand),
		TEST(pairs_are_found_and_stored),
		TEST(invalid_bitexts_are_refused_with_the_line),
		TEST(lines_go_through_both_commands),
		TEST(pipelines_pass_a_megabyte),
		TEST(failures_are_reported),
		TEST(stopped_time_does_not_count_for_the_timeout),
		TEST(a_run_can_be_cancelled),
		TEST(unsuitable_texts_are_not_sent),
		TEST(modes_become_pipelines_that_flush),
		TEST(modes_are_found_and_their_files_hashed),
		TEST(apertium_translates),
	};

	signal(SIGPIPE, SIG_IGN); /* as in the program */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
