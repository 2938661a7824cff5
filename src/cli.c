/* cli.c: the table of the command line's words, and the help made from it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

static const struct cli_option options[] = {
	{ "-j, --json", "run, replay: print data as one JSON object per line" },
	{ "-t, --threads N",
	  "threads, 1 to 256; same bits with any number (default: all processors)" },
	{ "-r, --record FILE",
	  "record the session in FILE (default in the workbench: a new file)" },
	{ "-c, --check", "replay: stop at the first figure that differs, exit status 3" },
	{ "-u, --until STEP", "run, replay: end after optimizer step STEP, at least 1" },
	{ "    --color WHEN", "auto, always or never (default: auto)" },
	{ "    --charset SET",
	  "glyphs of plots: auto, ascii, quadrants or braille (default: auto)" },
	{ "-h, --help", "print help; after a word, the help of that word" },
	{ "-V, --version", "print the version" },
	{ 0 },
};

static const struct cli_option bench_options[] = {
	{ "    --seconds S", "length of a window, above 0 (default: 1)" },
	{ "    --rounds N", "windows of each contestant, 1 to 64 (default: 7)" },
	{ "    --threads N", "threads, at least 1 (default: all processors)" },
	{ "    --python PATH", "Python with PyTorch (default: /usr/bin/python3)" },
	{ "    --no-peer", "leave PyTorch out" },
	{ "    --against PROGRAM", "compare with another build of retort" },
	{ "-h, --help", "print this help" },
	{ 0 },
};

static const struct cli_option loss_options[] = {
	{ "    --labels FILE", "classes, one per line, from 0; -1 or an empty line: no label" },
	{ "    --set KNOB=VALUE", "set the temperature or an option of the loss" },
	{ "    --gradient FILE", "write the gradient with respect to the student's logits" },
	{ "-j, --json", "print one JSON object" },
	{ "-l, --list", "list the losses with formula and reference" },
	{ "-h, --help", "print this help; after NAME, also the options of that loss" },
	{ 0 },
};

static const struct cli_option get_options[] = {
	{ "    --again", "make sets that are in the cache again" },
	{ "    --from DIRECTORY", "use packages in DIRECTORY before downloading (default: none)" },
	{ "-h, --help", "print this help" },
	{ 0 },
};

static const struct cli_option help_only[] = { { "-h, --help", "print this help" }, { 0 } };

#define SESSION_STATUS "0 done; 1 the run failed; 2 usage or script error"
#define REPLAY_STATUS SESSION_STATUS "; 3 a replay differs;\n128+n after signal n"
#define DATA_STATUS "0 done; 1 a set could not be fetched or read; 2 usage"
#define TOKENIZER_STATUS "0 done; 1 output could not be written; 2 usage, or an error in a file"

static const struct cli_word words[] = {
	{ "",
	  { "[OPTION]... [FILE]" },
	  "distil a large network into a small one, and replay it to the same bits",
	  options,
	  NULL,
	  REPLAY_STATUS },
	{ "run",
	  { "[OPTION]... run FILE" },
	  "run a session file without a terminal (-: standard input)",
	  NULL,
	  NULL,
	  SESSION_STATUS ";\n128+n after signal n" },
	{ "replay",
	  { "[OPTION]... replay FILE" },
	  "repeat a recording without a terminal",
	  NULL,
	  NULL,
	  REPLAY_STATUS },
	{ "commands",
	  { "commands" },
	  "list the commands of the session language",
	  help_only,
	  NULL,
	  "0 done; 2 usage" },
	{ "bench",
	  { "bench [OPTION]... [W1|W2|W3|W4|W5|busy|losses|reading]...",
	    "bench --against PROGRAM [OPTION]... [W1|W2|W3|W4|W5|start|read]..." },
	  "measure training speed, or compare two builds",
	  bench_options,
	  NULL,
	  "0 done; 1 a measurement failed; 2 usage" },
	{ "loss",
	  { "loss NAME STUDENT.csv [TEACHER.csv] [OPTION]...", "loss --list [--json]" },
	  "compute a loss between two files of logits, in double precision",
	  loss_options,
	  NULL,
	  "0 done; 1 no value; 2 usage, or an error in a file" },
	{ "tokenizer",
	  { "tokenizer train|show|encode|decode ..." },
	  "train a vocabulary, or use one",
	  help_only,
	  "tokenizer",
	  TOKENIZER_STATUS },
	{ "tokenizer train",
	  { NULL },
	  "train a vocabulary on texts",
	  help_only,
	  "tokenizer",
	  TOKENIZER_STATUS },
	{ "tokenizer show",
	  { NULL },
	  "print kind, size and special tokens of a vocabulary",
	  help_only,
	  "tokenizer",
	  TOKENIZER_STATUS },
	{ "tokenizer encode",
	  { NULL },
	  "print the token ids of a text",
	  help_only,
	  "tokenizer",
	  TOKENIZER_STATUS },
	{ "tokenizer decode",
	  { NULL },
	  "print the text of token ids",
	  help_only,
	  "tokenizer",
	  TOKENIZER_STATUS },
	{ "data",
	  { "data get|list|show ..." },
	  "fetch data sets, list them, or summarize one",
	  help_only,
	  NULL,
	  DATA_STATUS },
	{ "data get",
	  { "data get [--again] [--from DIRECTORY] NAME..." },
	  "fetch data sets into the cache directory",
	  get_options,
	  NULL,
	  DATA_STATUS },
	{ "data list",
	  { "data list" },
	  "print name, state, size, source, licence and description",
	  help_only,
	  NULL,
	  DATA_STATUS },
	{ "data show",
	  { "data show NAME|FILE [OPTION VALUE]..." },
	  "print columns, class shares, missing cells, duplicate rows and hash",
	  help_only,
	  "data",
	  DATA_STATUS },
};

enum {
	COLUMN = 23,
	FORMS = sizeof words->form / sizeof *words->form,
	N_WORDS = sizeof words / sizeof *words
};

const struct cli_word *
cli_find(int argc, char *const *argv)
{
	const struct cli_word *found = NULL;

	for (int i = 0; argc && i < N_WORDS; i++) {
		size_t n = strlen(argv[0]);
		const char *w = words[i].word;

		if (strcmp(w, argv[0]) == 0 || (argc > 1 && strncmp(w, argv[0], n) == 0 &&
						w[n] == ' ' && strcmp(w + n + 1, argv[1]) == 0))
			found = &words[i];
	}
	return argc ? found : words;
}

void
cli_option_line(const char *spelling, const char *help, FILE *out)
{
	if (strlen(spelling) > COLUMN)
		fprintf(out, "  %s\n  %*s  %s\n", spelling, COLUMN, "", help);
	else
		fprintf(out, "  %-*s  %s\n", COLUMN, spelling, help);
}

/* Print up to `most` forms of a word; `n` were printed before. Return the new count. */
static int
print_forms(const struct cli_word *w, int n, int most, FILE *out)
{
	for (int i = 0; i < most && w->form[i]; i++)
		fprintf(out, "%s retort %s\n", n++ ? "  or: " : "Usage:", w->form[i]);
	return n;
}

/* True if `w` is a word after the single word `parent`. */
static bool
is_below(const struct cli_word *w, const struct cli_word *parent)
{
	size_t n = strlen(parent->word);

	return n && w != parent && strncmp(w->word, parent->word, n) == 0 && w->word[n] == ' ';
}

/* List the words of the command line, or those below a word. Return their number. */
static int
list_words(const struct cli_word *parent, FILE *out)
{
	char name[64];
	int n = 0;

	for (int i = 1; i < N_WORDS; i++)
		if (!parent->word[0] || is_below(&words[i], parent)) {
			snprintf(name, sizeof name, "retort %s", words[i].word);
			cli_option_line(name, words[i].help, out);
			n++;
		}
	return n;
}

/* Print the forms of a word; of "", one of each single word; of a word with words below it, theirs.
 */
static void
print_usage(const struct cli_word *w, FILE *out)
{
	int n = 0;

	for (int i = 0; i < N_WORDS; i++)
		if (is_below(&words[i], w) || (!w->word[0] && !strchr(words[i].word, ' ')))
			n = print_forms(&words[i], n, w->word[0] ? FORMS : 1, out);
	if (n == 0)
		print_forms(w, n, FORMS, out);
}

void
cli_help(const struct cli_word *w, const char *forms, FILE *out)
{
	const struct cli_option *o = w->option ? w->option : options;

	if (forms[0])
		fputs(forms, out);
	else
		print_usage(w, out);
	fprintf(out, "%c%s.\n\n", toupper((unsigned char)w->help[0]), w->help + 1);
	if (!w->word[0]) {
		cli_option_line("retort", "open the workbench on the bundled digits", out);
		cli_option_line("retort FILE", "play a session file in the workbench", out);
	}
	if (list_words(w, out))
		fputc('\n', out);
	for (; o->spelling; o++)
		cli_option_line(o->spelling, o->help, out);
}

void
cli_status(const struct cli_word *w, FILE *out)
{
	fprintf(out, "\nExit status: %s.\n", w->status);
}

int
cli_try_help(const char *word)
{
	fprintf(stderr, "Try 'retort %s%s--help' for more information.\n", word, *word ? " " : "");
	return 2;
}
