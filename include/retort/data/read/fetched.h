/* Data sets that are fetched once into the cache and then found by name; fetched.def lists them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_FETCHED_H
#define RETORT_DATA_READ_FETCHED_H

#include "retort/data/dataset.h"

struct fetched {
	const char *name;   /* in `data NAME` */
	const char *set;    /* in `retort data get SET`: its script, and its folder in the cache */
	const char *file;   /* in that folder */
	const char *size;   /* of the whole set on disk, for display */
	const char *source; /* package that it is made from */
	const char *licence;
	const char *what;         /* short description */
	struct dataset_options o; /* default options to read it with */
};

extern const struct fetched fetched_table[];
extern const size_t fetched_count;

/* Name i; NULL past the last. */
const char *fetched_name(size_t i);

/* Set of name i, "" if it is that of name i - 1; NULL past the last. */
const char *fetched_set(size_t i);

/* Find a set by its name; NULL: there is none. */
const struct fetched *fetched_find(const char *name);

/* Directory of the sets, $XDG_CACHE_HOME/retort/data or ~/.cache/retort/data; NULL without a home.
 * The caller frees it. */
char *fetched_cache(void);

/* Path of the set's file; NULL, with an error that gives the command to fetch it, if it is not in
 * the cache. The caller frees it. */
char *fetched_path(const struct fetched *f, struct err *e);

/* Path of the script that fetches sets; NULL with an error. The caller frees it. See bundled_file.
 */
char *fetched_script(struct err *e);

#endif
