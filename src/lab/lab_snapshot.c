/* lab_snapshot.c: shared copies of the lab's state. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/lab_snapshot.h"

#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

#include "retort/base/mem.h"

struct snapshot {
	atomic_int references;
	struct lab_info info;
	struct lab_run run;
};

static struct snapshot *
snapshot_of(const struct lab_info *s)
{
	return (struct snapshot *)((const char *)s - offsetof(struct snapshot, info));
}

const struct lab_info *
lab_snapshot_new(const struct lab_info *info)
{
	struct snapshot *s = mem_new(sizeof *s);

	atomic_init(&s->references, 1);
	lab_info_copy(&s->info, &s->run, info);
	return &s->info;
}

bool
lab_snapshot_is(const struct lab_info *s, const struct lab_info *info)
{
	return memcmp(s, info, offsetof(struct lab_info, run)) == 0 &&
	       memcmp(s->run, info->run, sizeof *s->run) == 0;
}

const struct lab_info *
lab_snapshot_share(const struct lab_info *s)
{
	atomic_fetch_add(&snapshot_of(s)->references, 1);
	return s;
}

void
lab_snapshot_drop(const struct lab_info *s)
{
	if (s && atomic_fetch_sub(&snapshot_of(s)->references, 1) == 1)
		mem_free(snapshot_of(s));
}
