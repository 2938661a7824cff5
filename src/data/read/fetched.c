/* fetched.c: data sets in the cache, found by name. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/fetched.h"

#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/data/read/bundled.h"

const struct fetched fetched_table[] = {
#define FETCHED(name_, set_, file_, size_, source_, licence_, what_, ...) \
	{ .name = name_,                                                  \
	  .set = set_,                                                    \
	  .file = file_,                                                  \
	  .size = size_,                                                  \
	  .source = source_,                                              \
	  .licence = licence_,                                            \
	  .what = what_,                                                  \
	  .o = { __VA_ARGS__ } },
#include "retort/data/fetched.def"
};

const size_t fetched_count = sizeof fetched_table / sizeof *fetched_table;

const char *
fetched_name(size_t i)
{
	return i < fetched_count ? fetched_table[i].name : NULL;
}

const char *
fetched_set(size_t i)
{
	if (i >= fetched_count)
		return NULL;
	return i && strcmp(fetched_table[i].set, fetched_table[i - 1].set) == 0
		       ? ""
		       : fetched_table[i].set;
}

const struct fetched *
fetched_find(const char *name)
{
	for (size_t i = 0; i < fetched_count; i++)
		if (strcmp(fetched_table[i].name, name) == 0)
			return &fetched_table[i];
	return NULL;
}

char *
fetched_cache(void)
{
	return io_xdg(IO_CACHE, "data");
}

char *
fetched_path(const struct fetched *f, struct err *e)
{
	char *cache = fetched_cache(), *dir, *path;

	if (!cache) {
		err_set(e, "%s: no cache directory: neither XDG_CACHE_HOME nor HOME is set",
			f->name);
		return NULL;
	}
	dir = io_join(cache, f->set);
	path = io_join(dir, f->file);
	if (!io_exists(path)) {
		err_set(e, "%s: not fetched yet; run `retort data get %s` (%s, %s)", f->name,
			f->set, f->source, f->size);
		mem_free(path);
		path = NULL;
	}
	mem_free(dir);
	mem_free(cache);
	return path;
}

char *
fetched_script(struct err *e)
{
	return bundled_file("get/get.sh", "script that fetches data sets", e);
}
