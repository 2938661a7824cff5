/* bundled.c: data sets and scripts that are installed with the program. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/bundled.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"

#define LIMIT ((size_t)1 << 30) /* bytes of a file, inflated */

static const struct {
	const char *name, *file;
	struct dataset_options o;
} bundled[] = {
	{ "digits", "digits.csv", { 0 } },
	{ "sentences",
	  "sentences.csv",
	  { .text = "text", .label = "label", .tokens = "byte", .length = 64 } },
	{ "sums", "sums.txt", { .tokens = "byte", .length = 64 } },
};

const char *
bundled_name(size_t i)
{
	return i < sizeof bundled / sizeof *bundled ? bundled[i].name : NULL;
}

struct dataset_options
bundled_options(size_t i)
{
	return bundled[i].o;
}

char *
bundled_file(const char *file, const char *what, struct err *e)
{
	const char *dirs[] = { getenv("RETORT_DATADIR"), RETORT_SRCDIR "/datasets",
			       RETORT_PKGDATADIR };
	struct text searched = { 0 };

	for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
		char *path;

		if (!dirs[i] || !dirs[i][0])
			continue;
		path = io_join(dirs[i], file);
		if (io_exists(path)) {
			text_release(&searched);
			return path;
		}
		text_item(&searched, "%s", path);
		mem_free(path);
	}
	err_set(e, "%s: not found; looked for %s", what, text_get(&searched));
	text_release(&searched);
	return NULL;
}

char *
bundled_path(const char *name, struct err *e)
{
	char what[80];

	for (size_t i = 0; i < sizeof bundled / sizeof *bundled; i++) {
		if (strcmp(bundled[i].name, name) != 0)
			continue;
		snprintf(what, sizeof what, "data set %s", name);
		return bundled_file(bundled[i].file, what, e);
	}
	err_set(e, "data set %s: not bundled", name);
	return NULL;
}
