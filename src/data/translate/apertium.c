/* apertium.c: installed pairs of languages as pipelines that flush. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/translate/apertium.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"

#define MODES "/usr/share/apertium/modes"
#define MODE (1u << 16)  /* bytes of a mode file, at most */
#define FILES (1u << 28) /* bytes of a file that it names, at most */

/* Languages of Apertium's pairs with English in Debian 12, by both their codes. */
static const char *const codes[][2] = {
	{ "eng", "en" }, { "spa", "es" }, { "cat", "ca" }, { "epo", "eo" }, { "glg", "gl" },
	{ "hbs", "sh" }, { "isl", "is" }, { "mkd", "mk" }, { "eus", "eu" }, { "fra", "fr" },
};

/* The other code of a language, or the same. */
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
place(void)
{
	const char *said = getenv("RETORT_APERTIUM");

	return said && said[0] ? said : MODES;
}

/* One stage of a pipeline: -z behind the name of the program, -n for $1 (words it does not know
 * stay as they are), nothing for $2. */
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
	blank = len ? memchr(s, ' ', len) : NULL; /* what a file holds does not end with a NUL */
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
		return err_set(e, "there is no pipeline in it");
	if (memchr(mode, '\0', size) || memchr(mode, '\n', size))
		return err_set(e, "it is not one line");
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

/* A file counts with its bytes where it can be read. */
static void
count_file(struct hash *version, const char *path)
{
	struct hash h;
	char *bytes;
	size_t size;

	if (io_read(path, FILES, &bytes, &size, NULL) < 0)
		return;
	h = hash_of(bytes, size);
	mem_free(bytes);
	*version = hash_join(version, &h);
}

/* A program, where the shell would find it. */
static void
count_program(struct hash *version, const char *name)
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
			count_file(version, path.s);
		text_release(&path);
		if (there)
			return;
		dirs += len + (dirs[len] == ':');
	}
}

/* The pipeline itself, its programs, and the files in quotes behind them. */
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
			count_program(&version, word);
			first = false;
		} else if (len > 2 && word[0] == '\'' && word[len - 1] == '\'') {
			word[len - 1] = '\0';
			count_file(&version, word + 1);
		}
	}
	mem_free(words);
	return version;
}

/* The mode from one language to the other into *command; its name into mode. -1: there is none. */
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
		text_addf(&path, "%s/%s.mode", place(), mode);
		if (!io_exists(path.s)) {
			text_release(&path);
			continue;
		}
		status = io_read(path.s, MODE, &bytes, &size, e);
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
		       "there is no mode %s-%s in %s; Debian has packages apertium-eng-spa, "
		       "apertium-eng-cat, apertium-eo-en and more",
		       from, to, place());
}

/* Letters, digits and what else names of languages have: it becomes part of a path. */
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
		err_set(e, "'%.40s' is no language, like spa, and no two, like cat-spa", via);
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
