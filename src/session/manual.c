/* manual.c: the manual inside the program. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/manual.h"

#include <stdlib.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"

#define PAGE_LIMIT (1 << 20) /* bytes */

static char *
read_page(const char *dir, const char *name)
{
	char *path = io_join(dir, name), *text = NULL;
	size_t size;

	if (io_read(path, PAGE_LIMIT, &text, &size, NULL) < 0)
		text = NULL;
	mem_free(path);
	return text;
}

char *
manual_page(const char *topic)
{
	const char *dirs[] = { getenv("RETORT_HELPDIR"), RETORT_BUILDDIR "/man",
			       RETORT_PKGDATADIR "/help" };
	static const char *const forms[] = { "retort-%s.1.txt", "retort-%s.5.txt",
					     "retort-%s.7.txt", "%s.1.txt", "%s.5.txt" };
	char *page = NULL;

	if (strchr(topic, '/'))
		return NULL;
	for (size_t d = 0; d < sizeof dirs / sizeof *dirs && !page; d++)
		for (size_t f = 0; dirs[d] && f < sizeof forms / sizeof *forms && !page; f++) {
			const char *star = strstr(forms[f], "%s");
			struct text name = { 0 };

			text_bytes(&name, forms[f], (size_t)(star - forms[f]));
			text_addf(&name, "%s%s", topic, star + 2);
			page = read_page(dirs[d], name.s);
			text_release(&name);
		}
	return page;
}
