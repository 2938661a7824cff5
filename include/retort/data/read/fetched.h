/* Data sets that are fetched once and found by name afterwards; fetched.def names them all. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_FETCHED_H
#define RETORT_DATA_READ_FETCHED_H

#include "retort/data/dataset.h"

struct fetched {
	const char *name;   /* as `data` takes it */
	const char *set;    /* as `retort data get` takes it: the script that fetches it, and its
			       folder in the cache */
	const char *file;   /* in that folder */
	const char *size;   /* of the whole set on disk, for people */
	const char *source; /* the package it is made of */
	const char *licence;
	const char *what;         /* in a few words */
	struct dataset_options o; /* what it is read with unless others are said */
};

extern const struct fetched fetched_table[];
extern const size_t fetched_count;

const char *fetched_name(size_t i); /* NULL past the last */
const char *fetched_set(size_t i);  /* the set of name i, once each: "" where it was named before;
				       NULL past the last */

const struct fetched *fetched_find(const char *name); /* NULL: no such set */

/* The directory that the sets lie in: $XDG_CACHE_HOME/retort/data or ~/.cache/retort/data. NULL
 * without a home. Caller frees. */
char *fetched_cache(void);

/* Where its file lies. Unless it has been fetched NULL, with an error that says how to. Caller
 * frees. */
char *fetched_path(const struct fetched *f, struct err *e);

/* The script that fetches sets, in $RETORT_DATADIR, the source tree, or as installed; NULL with an
 * error. Caller frees. */
char *fetched_script(struct err *e);

#endif
