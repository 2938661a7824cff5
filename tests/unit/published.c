/* published.c: the published models of tests/vectors/hf. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "published.h"

const char *
path_of(const char *model, const char *file, char *buf, size_t size)
{
	snprintf(buf, size, RETORT_SRCDIR "/tests/vectors/hf/%s%s%s", model, file[0] ? "/" : "",
		 file);
	return buf;
}

json_t *
read_json(const char *model, const char *file)
{
	char path[1024];
	json_error_t e;
	json_t *j = json_load_file(path_of(model, file, path, sizeof path), 0, &e);

	if (!j)
		fail_msg("%s: %s", path, e.text);
	return j;
}
