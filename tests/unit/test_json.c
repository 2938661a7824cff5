/* test_json.c: every line of `retort run --json` is a JSON object, whatever the session asks. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <jansson.h>

#include "tmpfolder.h"
#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/session/cmd/cmd_table.h"
#include "retort/session/headless.h"
#include "retort/ui/screen_commands.h"

/* Commands with output, in all variants; `help` of every command is added. */
static const char asks[] = "retort-session 1\n"
			   "seed 3\n"
			   "help\n"
			   "help keys\n"
			   "data show odd.csv\n"
			   "data odd.csv\n"
			   "data show\n"
			   "show mlp 4\n"
			   "data digits labels 200\n"
			   "show\n"
			   "tokenizer train bpe sums size 300 into sums.json\n"
			   "tokenizer show sums.json\n"
			   "tokenizer encode sums.json 'two \"and\" two'\n"
			   "tokenizer decode sums.json 1 2 3 250 251\n"
			   "teacher big mlp 16\n"
			   "train big epochs 1\n"
			   "student mlp 8\n"
			   "show big\n"
			   "show s\n"
			   "teachers\n"
			   "map big:1 s:1 match hidden weight 0.5\n"
			   "map\n"
			   "ramp kd-weight 0.9 0.1 over 10\n"
			   "ramp\n"
			   "loss\n"
			   "loss kd\n"
			   "loss dkd weight 0.5\n"
			   "augment\n"
			   "augment noise\n"
			   "augment noise spread 0.1\n"
			   "bind\n"
			   "set eval-every 10\n"
			   "run 20\n"
			   "stage finetune 10\n"
			   "freeze\n"
			   "freeze 1\n"
			   "freeze\n"
			   "run 20\n"
			   "mismatch train held-out\n"
			   "report\n";

/* Output of a session; the caller frees. */
static char *
run(bool json, size_t *size)
{
	struct screen_commands commands = { .keys = keymap_new() };
	struct cmd_screen screen = screen_commands_handlers(&commands);
	struct session_options o = { .commands = cmd_table,
				     .screen = &screen,
				     .threads = 2,
				     .out = tmpfile(),
				     .talk = tmpfile(),
				     .json = json };
	struct text script = { 0 };
	struct err e = { .msg = "" };
	char talk[4096] = "";
	char *out;

	text_add(&script, asks);
	for (int i = 0; cmd_table[i]; i++)
		text_addf(&script, "help %s\n", cmd_table[i]->name);
	CHECK(o.out && o.talk);
	if (headless_run(&o, "asks", text_get(&script), tmpfolder_dir, &e) != 0) {
		rewind(o.talk);
		talk[fread(talk, 1, sizeof talk - 1, o.talk)] = '\0';
		fail_msg("%s%s", e.msg, talk);
	}
	keymap_free(commands.keys);
	*size = (size_t)ftell(o.out);
	rewind(o.out);
	out = mem_new(*size + 1);
	CHECK_INT(fread(out, 1, *size, o.out), *size);
	fclose(o.out);
	fclose(o.talk);
	text_release(&script);
	return out;
}

/* Every command with output must be in `asks`. */
static const char *const answers[] = {
	"help", "data", "show",    "tokenizer", "teachers", "map",
	"ramp", "loss", "augment", "bind",      "freeze",   "mismatch",
};

static void
every_line_is_an_object(void **state)
{
	size_t size, lines = 0, seen[sizeof answers / sizeof *answers] = { 0 }, evals = 0,
		     reports = 0;
	char *out = run(true, &size);

	(void)state;
	CHECK(strlen(out) == size && size > 0 && out[size - 1] == '\n');
	for (char *line = out, *end; (end = strchr(line, '\n')); line = end + 1, lines++) {
		json_error_t why;
		json_t *object;
		const char *event, *command;

		*end = '\0';
		object = json_loads(line, JSON_REJECT_DUPLICATES, &why);
		if (!object)
			fail_msg("line %zu, column %d: %s: %.200s", lines + 1, why.column, why.text,
				 line);
		event = json_string_value(json_object_get(object, "event"));
		command = json_string_value(json_object_get(object, "command"));
		CHECK(event != NULL);
		evals += strcmp(event, "eval") == 0;
		reports += strcmp(event, "report") == 0;
		CHECK((strcmp(event, "answer") == 0) == (command != NULL));
		for (size_t i = 0; command && i < sizeof answers / sizeof *answers; i++)
			seen[i] += strcmp(answers[i], command) == 0;
		json_decref(object);
	}
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
		if (!seen[i])
			fail_msg("%s did not answer", answers[i]);
	CHECK(evals > 5 && reports == 1);
	mem_free(out);
}

/* The texts in the JSON output are the plain output, in order. */
static void
answers_are_the_text(void **state)
{
	size_t size, answers_seen = 0;
	char *out = run(true, &size), *text = run(false, &size), *at = text;

	(void)state;
	for (char *line = out, *end; (end = strchr(line, '\n')); line = end + 1) {
		json_t *object = json_loadb(line, (size_t)(end - line), 0, NULL),
		       *say = json_object_get(object, "text");
		const char *odd = say ? strstr(json_string_value(say), "\xEF\xBF\xBD") : NULL;

		if (say && !odd && !strstr(json_string_value(say), "step/s")) {
			char *found = strstr(at, json_string_value(say));

			if (!found)
				fail_msg("not in the text: %s", json_string_value(say));
			at = found + strlen(json_string_value(say));
			answers_seen++;
		}
		json_decref(object);
	}
	CHECK(answers_seen > 30);
	mem_free(out);
	mem_free(text);
}

static int
make_dir(void **state)
{
	static const char *const kinds[] = { "caf\xC3\xA9", "tab\there", "\\back", "\x7F", "\x01" };
	struct text odd = { 0 };
	const void *part;
	struct err e;
	char *path;
	int status;

	(void)state;
	tmpfolder_make(tmpfolder_dir);
	setenv("LINES", "24", 1);
	text_add(&odd, "\"size \"\"s\"\"\",kind\n");
	for (int i = 0; i < 60; i++)
		text_addf(&odd, "%d,%s\n", i, kinds[i % 5]);
	path = io_join(tmpfolder_dir, "odd.csv");
	part = odd.s;
	status = io_write(path, &part, &odd.len, 1, &e);
	text_release(&odd);
	mem_free(path);
	return status;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_line_is_an_object),
		TEST(answers_are_the_text),
	};

	return cmocka_run_group_tests(tests, make_dir, tmpfolder_teardown);
}
