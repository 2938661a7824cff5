/* wordnet.c: finds and reads a WordNet, looks up synonyms. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/vocab/wordnet.h"

#include <stdlib.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"

#define DEBIAN "/usr/share/wordnet"

static const char *const part_names[WORDNET_PARTS] = { "noun", "verb", "adj", "adv" };

const char *
wordnet_part_name(size_t i)
{
	return i < WORDNET_PARTS ? part_names[i] : NULL;
}

static int
read_file(const char *dir, const char *kind, const char *part, char **bytes, size_t *size,
	  struct err *e)
{
	struct text name = { 0 };
	char *path;
	int status;

	text_addf(&name, "%s.%s", kind, part);
	path = io_join(dir, text_get(&name));
	status = io_read(path, WORDNET_FILE, bytes, size, e);
	mem_free(path);
	text_release(&name);
	return status;
}

struct wordnet *
wordnet_read(const char *dir, struct err *e)
{
	struct wordnet_part part[WORDNET_PARTS] = { 0 };
	char *bytes[2 * WORDNET_PARTS] = { 0 };
	struct wordnet *wn = NULL;
	int status = 0;

	for (int i = 0; i < WORDNET_PARTS && status == 0; i++) {
		status = read_file(dir, "index", part_names[i], &bytes[2 * i], &part[i].index_size,
				   e);
		if (status == 0)
			status = read_file(dir, "data", part_names[i], &bytes[2 * i + 1],
					   &part[i].data_size, e);
		part[i].index = bytes[2 * i];
		part[i].data = bytes[2 * i + 1];
	}
	if (status == 0) {
		wn = mem_new(sizeof *wn);
		status = wordnet_parse(part, wn, e);
		if (status < 0)
			err_wrap(e, "%s", dir);
	}
	for (int i = 0; i < 2 * WORDNET_PARTS; i++)
		mem_free(bytes[i]);
	if (status == 0)
		return wn;
	mem_free(wn);
	return NULL;
}

char *
wordnet_dir(struct err *e)
{
	const char *said = getenv("RETORT_WORDNET"), *dir = said && said[0] ? said : DEBIAN;

	if (io_is_directory(dir))
		return mem_text(dir);
	err_set(e,
		"no WordNet in %s; install Debian's wordnet-base, or set RETORT_WORDNET to the "
		"directory of its index and data files",
		dir);
	return NULL;
}

const int32_t *
wordnet_find(const struct wordnet *wn, const char *word, size_t len, size_t *n)
{
	char lower[WORDNET_LONGEST];
	int32_t id;

	*n = 0;
	if (len > WORDNET_LONGEST)
		return NULL;
	for (size_t i = 0; i < len; i++)
		lower[i] = word[i] >= 'A' && word[i] <= 'Z' ? (char)(word[i] - 'A' + 'a') : word[i];
	id = token_trie_find(&wn->word, lower, len);
	if (id < 0 || (size_t)id >= wn->n_lemmas)
		return NULL;
	*n = wn->first[id + 1] - wn->first[id];
	return *n ? wn->other + wn->first[id] : NULL;
}

void
wordnet_release(struct wordnet *wn)
{
	token_trie_release(&wn->word);
	mem_free(wn->first);
	mem_free(wn->other);
	*wn = (struct wordnet){ 0 };
}

void
wordnet_free(struct wordnet *wn)
{
	if (!wn)
		return;
	wordnet_release(wn);
	mem_free(wn);
}
