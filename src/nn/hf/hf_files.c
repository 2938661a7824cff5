/* hf_files.c: tokenizer files beside config.json, listed and copied. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/hf/hf_files.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/gzip.h"
#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"

#define LIMIT ((size_t)256 << 20) /* bytes of a file */

static bool
has_ending(const char *name, const char *ending)
{
	size_t len = strlen(name), tail = strlen(ending);

	return len > tail && strcmp(name + len - tail, ending) == 0;
}

/* Whether a file of this name belongs to a tokenizer. */
static bool
is_known(const char *name)
{
	static const char *const names[] = {
		"tokenizer.json",
		"tokenizer_config.json",
		"special_tokens_map.json",
		"vocab.txt",
		"vocab.json",
		"merges.txt",
		"vocab.bpe",
		"encoder.json",
		"added_tokens.json",
		"bpe.codes",
		"chat_template.jinja",
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return has_ending(name, ".model");
}

static void
add_file(struct text *list, const char *name, const char *path)
{
	text_addf(list, "%s\t%s\n", name, path);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char *
hf_files_list(const char *dir)
{
	struct text list = { 0 };
	char **name = NULL, *out;
	size_t n = 0, cap = 0;
	DIR *open = opendir(dir);
	struct dirent *d;

	while (open && (d = readdir(open))) {
		if (!is_known(d->d_name) || strpbrk(d->d_name, "\t\n"))
			continue;
		mem_grow(&name, &cap, n + 1, sizeof *name);
		name[n++] = mem_text(d->d_name);
	}
	if (open)
		closedir(open);
	if (n)
		qsort(name, n, sizeof *name, by_name);
	for (size_t i = 0; i < n; i++) {
		char *path = io_join(dir, name[i]);

		add_file(&list, name[i], path);
		mem_free(path);
		mem_free(name[i]);
	}
	mem_free(name);
	out = list.len ? mem_text(text_get(&list)) : NULL;
	text_release(&list);
	return out;
}

/* The name beside config.json of a vocabulary file of another name, by the first bytes, as in
 * data/text/vocabfile.h. */
static const char *
name_of_contents(const char *bytes)
{
	const char *p = bytes + strspn(bytes, " \t\r\n"), *next = *p ? p + 1 : p;

	next += strspn(next, " \t\r\n");
	if ((*p == '{' || *p == '[') && *next && strchr("\"[]{}", *next))
		return *p == '{' && strstr(bytes, "\"model\"") ? "tokenizer.json" : "vocab.json";
	return bytes[0] == '\n' ? "tokenizer.model" /* the first field of its protobuf */
				: "vocab.txt";
}

/* Add the file of merges beside vocab.json or encoder.json, or the tokens beside the merges. */
static void
add_companion(struct text *list, const char *path, const char *name)
{
	static const char *const pair[][2] = { { "vocab.json", "merges.txt" },
					       { "encoder.json", "vocab.bpe" },
					       { "vocab.json", "vocab.bpe" },
					       { "encoder.json", "merges.txt" } };
	char *dir = io_dirname(path);

	for (size_t i = 0; i < 2 * sizeof pair / sizeof *pair; i++) {
		const char *is = pair[i / 2][i % 2], *other = pair[i / 2][1 - i % 2];
		char *beside = io_join(dir, other);
		bool found = strcmp(name, is) == 0 && io_exists(beside);

		if (found)
			add_file(list, other, beside);
		mem_free(beside);
		if (found)
			break;
	}
	mem_free(dir);
}

char *
hf_files_of(const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	size_t len = strlen(base) - (has_ending(base, ".gz") ? 3 : 0), size;
	struct text list = { 0 };
	char *bytes, *plain, *out;

	if (gzip_read(path, LIMIT, &bytes, &size, e) < 0)
		return NULL;
	plain = mem_text(base);
	plain[len] = '\0';
	add_file(&list, is_known(plain) ? plain : name_of_contents(bytes), path);
	add_companion(&list, path, plain);
	out = mem_text(text_get(&list));
	text_release(&list);
	mem_free(plain);
	mem_free(bytes);
	return out;
}

/* ---------------------------------------------------------------- lines of a list */

/* Take the next line apart, into memory that the caller frees. False past the last. */
static bool
next_file(const char **list, char **name, char **path)
{
	const char *line = *list, *end = line ? strchr(line, '\n') : NULL, *tab;

	if (!end)
		return false;
	tab = memchr(line, '\t', (size_t)(end - line));
	tab = tab ? tab : end;
	*name = mem_text(line);
	(*name)[tab - line] = '\0';
	*path = mem_text(tab < end ? tab + 1 : tab);
	(*path)[tab < end ? end - tab - 1 : 0] = '\0';
	*list = end + 1;
	return true;
}

static bool
same_bytes(const char *a, const char *b)
{
	char *x = NULL, *y = NULL;
	size_t n = 0, m = 0;
	bool same = gzip_read(a, LIMIT, &x, &n, NULL) == 0 &&
		    gzip_read(b, LIMIT, &y, &m, NULL) == 0 && n == m && memcmp(x, y, n) == 0;

	mem_free(x);
	mem_free(y);
	return same;
}

bool
hf_files_has(const char *list, const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	char *name, *at;
	bool found = false;

	while (!found && next_file(&list, &name, &at)) {
		found = io_same(at, path) || (strcmp(name, base) == 0 && same_bytes(at, path));
		mem_free(name);
		mem_free(at);
	}
	return found;
}

/* Refuse a list of which a file is gone. */
static int
check_files(const char *list, struct err *e)
{
	char *name, *path;
	int status = 0;

	while (status == 0 && next_file(&list, &name, &path)) {
		if (!io_exists(path))
			status = err_set(e,
					 "%s: a tokenizer file that was there when it was read is "
					 "gone (put it back, or save to a file without '/')",
					 path);
		mem_free(name);
		mem_free(path);
	}
	return status;
}

int
hf_files_copy(const char *list, const char *dir, struct err *e)
{
	char *name, *path, *bytes;
	int status = check_files(list, e);
	size_t size;

	while (status == 0 && next_file(&list, &name, &path)) {
		char *to = io_join(dir, name);

		if (!io_same(path, to)) {
			status = gzip_read(path, LIMIT, &bytes, &size, e) < 0 ? -1 : 0;
			if (status == 0) {
				status = io_write(to, (const void *[]){ bytes }, &size, 1, e);
				mem_free(bytes);
			}
		}
		mem_free(to);
		mem_free(name);
		mem_free(path);
	}
	return status;
}
