/* tmpfolder.c: temporary folders of tests. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "tmpfolder.h"

#include "retort/base/io.h"
#include "retort/base/mem.h"

char tmpfolder_dir[TMPFOLDER_PATH];

void
tmpfolder_make(char path[TMPFOLDER_PATH])
{
	snprintf(path, TMPFOLDER_PATH, "/tmp/retort-test-XXXXXX");
	CHECK(mkdtemp(path) != NULL);
}

void
tmpfolder_remove(const char *path)
{
	char command[TMPFOLDER_PATH + 16];

	snprintf(command, sizeof command, "rm -rf '%s'", path);
	CHECK_INT(system(command), 0);
}

void
tmpfolder_write(const char *path, const char *name, const void *bytes, size_t size)
{
	char *file = io_join(path, name);

	CHECK_INT(io_write(file, &bytes, &size, 1, NULL), 0);
	mem_free(file);
}

int
tmpfolder_setup(void **state)
{
	(void)state;
	tmpfolder_make(tmpfolder_dir);
	return 0;
}

int
tmpfolder_teardown(void **state)
{
	(void)state;
	tmpfolder_remove(tmpfolder_dir);
	return 0;
}
