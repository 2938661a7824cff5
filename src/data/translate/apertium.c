/* apertium.c: Apertium language pairs as pipelines that flush after each text. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/translate/apertium.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"

#define MODES "/usr/share/apertium/modes"
#define MODE_MAX (1u << 16) /* maximum size of a mode file, bytes */
#define FILE_MAX (1u << 28) /* maximum size of a file that it names, bytes */

/* Both codes of the languages that Debian 12 has Apertium pairs with English for. */
static const char *const codes[][2] = {
	{ "eng", "en" }, { "spa", "es" }, { "cat", "ca" }, { "epo", "eo" }, { "glg", "gl" },
	{ "hbs", "sh" }, { "isl", "is" }, { "mkd", "mk" }, { "eus", "eu" }, { "fra", "fr" },
};

/* The other code of a language; the same if it has one only. */
static const char *
other_code(const char *language)
{
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		for (int k = 0; k < 2; k++)
			if (strcmp(codes[i][k], language) == 0)
				return codes[i][1 - k];
	return language;
}

static const char *
modes_directory(void)
{
	const char *said = getenv("RETORT_APERTIUM");

	return said && said[0] ? said : MODES;
}

/* Append one stage of a pipeline: -z after the program, -n for $1 (unknown words stay as they are),
 * nothing for $2. */
static void
add_stage(struct text *out, const char *s, size_t len)
{
	const char *blank;
	size_t name;

	while (len && *s == ' ') {
		s++;
		len--;
	}
	while (len && s[len - 1] == ' ')
		len--;
	blank = len ? memchr(s, ' ', len) : NULL; /* the text is not NUL-terminated */
	name = blank ? (size_t)(blank - s) : len;
	text_bytes(out, s, name);
	text_add(out, " -z");
	for (size_t i = name; i < len; i++) {
		if (s[i] != '$' || i + 1 == len || (s[i + 1] != '1' && s[i + 1] != '2')) {
			text_bytes(out, s + i, 1);
		} else if (s[++i] == '1') {
			text_add(out, "-n");
		}
	}
}

int
apertium_command(const char *mode, size_t size, struct text *out, struct err *e)
{
	while (size && strchr(" \t\r\n", mode[size - 1]) && mode[size - 1])
		size--;
	if (size == 0)
		return err_set(e, "no pipeline");
	if (memchr(mode, '\0', size) || memchr(mode, '\n', size))
		return err_set(e, "more than one line");
	for (size_t from = 0; from <= size;) {
		const char *bar = memchr(mode + from, '|', size - from);
		size_t to = bar ? (size_t)(bar - mode) : size;

		if (from)
			text_add(out, " | ");
		add_stage(out, mode + from, to - from);
		from = to + 1;
	}
	return 0;
}

/* Mix the content of a file into the version; nothing if it cannot be read. */
static void
add_file(struct hash *version, const char *path)
{
	struct hash h;
	char *bytes;
	size_t size;

	if (io_read(path, FILE_MAX, &bytes, &size, NULL) < 0)
		return;
	h = hash_of(bytes, size);
	mem_free(bytes);
	*version = hash_join(version, &h);
}

/* Mix in a program, found in PATH as the shell does. */
static void
add_program(struct hash *version, const char *name)
{
	const char *dirs = getenv("PATH");

	while (dirs && *dirs) {
		size_t len = strcspn(dirs, ":");
		struct text path = { 0 };
		bool there;

		text_bytes(&path, dirs, len);
		text_addf(&path, "/%s", name);
		there = io_exists(path.s);
		if (there)
			add_file(version, path.s);
		text_release(&path);
		if (there)
			return;
		dirs += len + (dirs[len] == ':');
	}
}

/* Hash of the pipeline, its programs, and the quoted files in their arguments. */
static struct hash
version_of(const char *command)
{
	struct hash version = hash_of(command, strlen(command));
	char *words = mem_text(command), *rest = words, *word;
	bool first = true;

	while ((word = strsep(&rest, " "))) {
		size_t len = strlen(word);

		if (strcmp(word, "|") == 0) {
			first = true;
		} else if (first && len) {
			add_program(&version, word);
			first = false;
		} else if (len > 2 && word[0] == '\'' && word[len - 1] == '\'') {
			word[len - 1] = '\0';
			add_file(&version, word + 1);
		}
	}
	mem_free(words);
	return version;
}

/* Read the mode from one language to the other into *command, its name into mode[room]. */
static int
read_mode(const char *from, const char *to, char *mode, size_t room, struct text *command,
	  struct err *e)
{
	const char *const a[] = { from, other_code(from) }, *const b[] = { to, other_code(to) };

	for (int i = 0; i < 4; i++) {
		struct text path = { 0 };
		char *bytes;
		size_t size;
		int status;

		snprintf(mode, room, "%s-%s", a[i / 2], b[i % 2]);
		text_addf(&path, "%s/%s.mode", modes_directory(), mode);
		if (!io_exists(path.s)) {
			text_release(&path);
			continue;
		}
		status = io_read(path.s, MODE_MAX, &bytes, &size, e);
		if (status == 0) {
			status = apertium_command(bytes, size, command, e);
			if (status < 0)
				err_wrap(e, "%s", path.s);
			mem_free(bytes);
		}
		text_release(&path);
		return status;
	}
	return err_set(e,
		       "no mode %s-%s in %s; install the language pair, as Debian's packages "
		       "apertium-eng-spa, apertium-eng-cat, apertium-eo-en",
		       from, to, modes_directory());
}

/* Whether the characters are those of language names: it becomes part of a path. */
static bool
is_language(const char *s)
{
	size_t len = strlen(s);

	return len > 0 && len < 32 &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == len;
}

struct translator *
apertium_translator(const char *via, struct err *e)
{
	char *languages = mem_text(via), *dash = strchr(languages, '-');
	const char *from = dash ? languages : "eng", *to = dash ? dash + 1 : languages;
	struct text command[TRANSLATOR_LEGS] = { { 0 }, { 0 } };
	struct translator *t = NULL;
	char mode[80], back[80];

	if (dash)
		*dash = '\0';
	if (!is_language(from) || !is_language(to))
		err_set(e, "invalid language '%.40s' (expected one, as spa, or two, as cat-spa)",
			via);
	else if (read_mode(from, to, mode, sizeof mode, &command[0], e) == 0 &&
		 read_mode(to, from, back, sizeof back, &command[1], e) == 0) {
		struct hash v[TRANSLATOR_LEGS] = { version_of(command[0].s),
						   version_of(command[1].s) };
		struct text name = { 0 };

		t = translator_new(command[0].s, command[1].s);
		text_addf(&name, "apertium %s %s", mode, back);
		mem_free(t->name);
		t->name = name.s;
		t->framed = true;
		t->version = hash_join(&v[0], &v[1]);
	}
	text_release(&command[0]);
	text_release(&command[1]);
	mem_free(languages);
	return t;
}
