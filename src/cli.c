/* cli.c: the table of the command line's words, and the help made from it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "cli.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "retort/base/err.h"
#include "retort/data/read/fetched.h"
#include "retort/kd/losses/loss_table.h"

/* clang-format off */
#define HELP { 'h', "help", NULL, NULL, "print this help" }
#define END { 0, NULL, NULL, NULL, NULL }

static const struct cli_option options[] = {
	{ 'j', "json", NULL, NULL, "run, replay: print data as one JSON object per line" },
	{ 't', "threads", "N", NULL, "threads, 1 to 256; same bits with any number (default: all processors)" },
	{ 'r', "record", "FILE", NULL, "record the session in FILE (default in the workbench: a new file)" },
	{ CLI_CONTINUE, "continue", "RECORDING", NULL, "continue a recording from the state beside it, and append to it" },
	{ CLI_METRICS, "metrics", "FILE", NULL, "write the curves in FILE (default: beside the recording)" },
	{ 'c', "check", NULL, NULL, "replay: stop at the first figure that differs, exit status 3" },
	{ CLI_WITHIN, "within", "X", NULL, "replay: accept differences of 5% of a figure, or of 0.01" },
	{ CLI_ALLOW, "allow", "WHAT", "files, programs", "replay: write files and read those without a hash, or run programs" },
	{ 'u', "until", "STEP", NULL, "run, replay: end after optimizer step STEP, at least 1" },
	{ CLI_COLOR, "color", "WHEN", "auto, always, never", "auto, always or never (default: auto)" },
	{ CLI_CHARSET, "charset", "SET", "auto, ascii, quadrants, braille", "glyphs of plots: auto, ascii, quadrants or braille (default: auto)" },
	{ CLI_COMPLETE, "complete", NULL, NULL, NULL }, { CLI_BESIDE, "beside", "PROCESS", NULL, NULL },
	{ 'h', "help", NULL, NULL, "print help; after a word, the help of that word" },
	{ 'V', "version", NULL, NULL, "print the version" },
	END,
};

static const struct cli_option bench_options[] = {
	{ CLI_SECONDS, "seconds", "S", NULL, "length of a window, above 0 (default: 1)" },
	{ CLI_ROUNDS, "rounds", "N", NULL, "windows of each contestant, 1 to 64 (default: 7)" },
	{ 't', "threads", "N", NULL, "threads, at least 1 (default: all processors)" },
	{ CLI_PYTHON, "python", "PROGRAM", NULL, "Python with PyTorch (default: /usr/bin/python3)" },
	{ CLI_NO_PEER, "no-peer", NULL, NULL, "leave PyTorch out" },
	{ CLI_AGAINST, "against", "PROGRAM", NULL, "compare with another build of retort" },
	{ CLI_SERVE, "serve", "KIND", NULL, NULL },
	HELP,
	END,
};

static const struct cli_option loss_options[] = {
	{ CLI_LABELS, "labels", "FILE", NULL, "classes, one per line, from 0; -1 or an empty line: no label" },
	{ CLI_SET, "set", "KNOB=VALUE", NULL, "set the temperature or an option of the loss" },
	{ CLI_GRADIENT, "gradient", "FILE", NULL, "write the gradient with respect to the student's logits" },
	{ 'j', "json", NULL, NULL, "print one JSON object" },
	{ 'l', "list", NULL, NULL, "list the losses with formula and reference" },
	{ 'h', "help", NULL, NULL, "print this help; after NAME, also the options of that loss" },
	END,
};

static const struct cli_option plot_options[] = {
	{ 'o', "output", "FILE", NULL, "file to write, by suffix: csv, tsv, json, svg, png, pdf or gp" },
	{ 'm', "metric", "METRIC", NULL, "draw METRIC, up to 8 times (default: val-nll and val-accuracy)" },
	{ CLI_RUN, "run", "NAME", NULL, "draw the run NAME, up to 32 times (default: all)" },
	{ CLI_TITLE, "title", "TEXT", NULL, "title (default: the name of a single recording)" },
	HELP,
	END,
};

static const struct cli_option sessions_options[] = {
	{ 'j', "json", NULL, NULL, "print one JSON object per line" },
	HELP,
	END,
};

static const struct cli_option get_options[] = {
	{ CLI_AGAIN, "again", NULL, NULL, "make sets that are in the cache again" },
	{ CLI_FROM, "from", "DIRECTORY", NULL, "use packages in DIRECTORY before downloading (default: none)" },
	HELP,
	END,
};
/* clang-format on */

static const struct cli_option help_only[] = { HELP, END };

#define SESSION_STATUS "0 done; 1 the run failed; 2 usage or script error"
#define REPLAY_STATUS SESSION_STATUS "; 3 a replay differs;\n128+n after signal n"
#define DATA_STATUS "0 done; 1 a set could not be fetched or read; 2 usage"
#define TOKENIZER_STATUS "0 done; 1 output could not be written; 2 usage, or an error in a file"

const struct cli_word cli_words[] = {
	{ .word = "",
	  .form = { "[OPTION]... [FILE]" },
	  .help = "distil a large network into a small one, and replay it to the same bits",
	  .status = REPLAY_STATUS,
	  .files = ".ret" },
	{ .word = "run",
	  .form = { "[OPTION]... run FILE" },
	  .help = "run a session file without a terminal (-: standard input)",
	  .status = SESSION_STATUS ";\n128+n after signal n",
	  .files = ".ret",
	  .most_files = 1 },
	{ .word = "replay",
	  .form = { "[OPTION]... replay FILE" },
	  .help = "repeat a recording without a terminal",
	  .status = REPLAY_STATUS,
	  .files = ".ret",
	  .most_files = 1 },
	{ .word = "commands",
	  .form = { "commands" },
	  .help = "list the commands of the session language",
	  .option = help_only,
	  .status = "0 done; 2 usage" },
	{ .word = "sessions",
	  .form = { "sessions [OPTION]... [FILE|DIRECTORY]..." },
	  .help = "list recordings with their last figures",
	  .option = sessions_options,
	  .status = "0 done; 1 a recording could not be read; 2 usage",
	  .files = ".ret",
	  .most_files = 100 },
	{ .word = "bench",
	  .form = { "bench [OPTION]... [W1|W2|W3|W4|W5|busy|losses|reading|fork]...",
		    "bench --against PROGRAM [OPTION]... [W1|W2|W3|W4|W5|start|read|reading]..." },
	  .help = "measure training speed, or compare two builds",
	  .option = bench_options,
	  .operand = "W1, W2, W3, W4, W5, busy, losses, reading, fork, start, read",
	  .status = "0 done; 1 a measurement failed; 2 usage" },
	{ .word = "loss",
	  .form = { "loss NAME STUDENT.csv [TEACHER.csv] [OPTION]...", "loss --list [--json]" },
	  .help = "compute a loss between two files of logits, in double precision",
	  .option = loss_options,
	  .status = "0 done; 1 no value; 2 usage, or an error in a file",
	  .names = loss_table_output_name,
	  .most_names = 1,
	  .files = ".csv",
	  .most_files = 3 },
	{ .word = "plot",
	  .form = { "plot RECORDING... -o FILE [OPTION]..." },
	  .help = "draw the curves of recordings, or write them as a table",
	  .option = plot_options,
	  .status = "0 done; 1 a file could not be read or written; 2 usage",
	  .files = ".ret",
	  .most_files = 64 },
	{ .word = "tokenizer",
	  .form = { "tokenizer train|show|encode|decode ..." },
	  .help = "train a vocabulary, or use one",
	  .option = help_only,
	  .command = "tokenizer",
	  .status = TOKENIZER_STATUS },
	{ .word = "tokenizer train",
	  .help = "train a vocabulary on texts",
	  .option = help_only,
	  .command = "tokenizer",
	  .status = TOKENIZER_STATUS },
	{ .word = "tokenizer show",
	  .help = "print kind, size and special tokens of a vocabulary",
	  .option = help_only,
	  .command = "tokenizer",
	  .status = TOKENIZER_STATUS },
	{ .word = "tokenizer encode",
	  .help = "print the token ids of a text",
	  .option = help_only,
	  .command = "tokenizer",
	  .status = TOKENIZER_STATUS },
	{ .word = "tokenizer decode",
	  .help = "print the text of token ids",
	  .option = help_only,
	  .command = "tokenizer",
	  .status = TOKENIZER_STATUS },
	{ .word = "data",
	  .form = { "data get|list|show ..." },
	  .help = "fetch data sets, list them, or summarize one",
	  .option = help_only,
	  .status = DATA_STATUS },
	{ .word = "data get",
	  .form = { "data get [--again] [--from DIRECTORY] NAME..." },
	  .help = "fetch data sets into the cache directory",
	  .option = get_options,
	  .status = DATA_STATUS,
	  .names = fetched_name,
	  .most_names = 100 },
	{ .word = "data list",
	  .form = { "data list" },
	  .help = "print name, state, size, source, licence and description",
	  .option = help_only,
	  .status = DATA_STATUS },
	{ .word = "data show",
	  .form = { "data show NAME|FILE [OPTION VALUE]..." },
	  .help = "print columns, class shares, missing cells, duplicate rows and hash",
	  .option = help_only,
	  .command = "data",
	  .status = DATA_STATUS },
	{ 0 },
};

enum {
	COLUMN = 23,
	FORMS = sizeof cli_words->form / sizeof *cli_words->form,
};

const struct cli_word *
cli_find(int argc, char *const *argv)
{
	const struct cli_word *found = NULL;

	for (const struct cli_word *k = cli_words; argc && k->word; k++) {
		size_t n = strlen(argv[0]);
		const char *w = k->word;

		if (strcmp(w, argv[0]) == 0 || (argc > 1 && strncmp(w, argv[0], n) == 0 &&
						w[n] == ' ' && strcmp(w + n + 1, argv[1]) == 0))
			found = k;
	}
	return argc ? found : cli_words;
}

const struct cli_option *
cli_options(const struct cli_word *w)
{
	return w->option ? w->option : options;
}

void
cli_getopt_init(struct cli_getopt *g, const struct cli_option *o)
{
	size_t n = 0, letters = 0;

	memset(g, 0, sizeof *g);
	for (; o->name; o++) {
		assert(n + 1 < CLI_OPTIONS);
		g->longs[n++] =
			(struct option){ o->name, o->argument ? required_argument : no_argument,
					 NULL, o->letter };
		if (o->letter > 255)
			continue;
		g->letters[letters++] = (char)o->letter;
		if (o->argument)
			g->letters[letters++] = ':';
	}
}

void
cli_option_line(const char *spelling, const char *help, FILE *out)
{
	if (strlen(spelling) > COLUMN)
		fprintf(out, "  %s\n  %*s  %s\n", spelling, COLUMN, "", help);
	else
		fprintf(out, "  %-*s  %s\n", COLUMN, spelling, help);
}

/* Report what getopt_long refused: optopt is 0 for an option that is unknown or ambiguous, else the
 * option whose argument is missing or not expected. */
static void
report_option(const struct cli_getopt *g, const char *program, const char *word)
{
	bool is_long = strncmp(word, "--", 2) == 0;

	if (!is_long && !strchr(g->letters, optopt))
		err_print("%s: unknown option '-%c' of '%s'", program, optopt, word);
	else if (!is_long)
		err_print("%s: option '-%c' requires an argument", program, optopt);
	else if (optopt == 0)
		err_print("%s: unknown or ambiguous option '%s'", program, word);
	else if (strchr(word, '='))
		err_print("%s: option '%s' does not take an argument", program, word);
	else
		err_print("%s: option '%s' requires an argument", program, word);
}

int
cli_getopt_next(const struct cli_getopt *g, const char *program, int argc, char **argv)
{
	int at = optind > 0 ? optind : 1, option;
	const char *word;

	opterr = 0; /* its messages hold the word as it is, with what a terminal would obey */
	option = getopt_long(argc, argv, g->letters, g->longs, NULL);
	if (option != '?')
		return option;
	word = optind > 0 && optind <= argc && optind > at ? argv[optind - 1] : argv[at];
	report_option(g, program, word);
	return option;
}

/* Print "-t, --threads N" and the help of an option. */
static void
print_option(const struct cli_option *o, FILE *out)
{
	char spelling[64], letter[8] = "   ";

	if (o->letter < 256)
		snprintf(letter, sizeof letter, "-%c,", o->letter);
	snprintf(spelling, sizeof spelling, "%s --%s%s%s", letter, o->name, o->argument ? " " : "",
		 o->argument ? o->argument : "");
	cli_option_line(spelling, o->help, out);
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

	for (const struct cli_word *w = cli_words + 1; w->word; w++)
		if (!parent->word[0] || is_below(w, parent)) {
			snprintf(name, sizeof name, "retort %s", w->word);
			cli_option_line(name, w->help, out);
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

	for (const struct cli_word *k = cli_words; k->word; k++)
		if (is_below(k, w) || (!w->word[0] && !strchr(k->word, ' ')))
			n = print_forms(k, n, w->word[0] ? FORMS : 1, out);
	if (n == 0)
		print_forms(w, n, FORMS, out);
}

void
cli_help(const struct cli_word *w, const char *forms, FILE *out)
{
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
	for (const struct cli_option *o = cli_options(w); o->name; o++)
		if (o->help)
			print_option(o, out);
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

void
cli_begin(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd ? O_RDONLY : O_WRONLY) < 0)
			return;
}

int
cli_end(int status)
{
	bool failed = ferror(stdout);

	errno = 0;
	if (fflush(stdout) == 0 && !failed)
		return status;
	if (errno == 0 && write(STDOUT_FILENO, "", 0) < 0) /* it failed before: ask for the cause */
		failed = true;
	err_print("retort: standard output: %s",
		  errno ? strerror(errno) : "some of it could not be written");
	return status ? status : 1;
}
