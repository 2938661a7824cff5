/* npz.c: arrays of a .npz file, through libzip. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/npz.h"

#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "retort/base/gzip.h"
#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"

#define LISTED 20 /* names of arrays in a message, at most */

/* The end of the archive's name in "ARCHIVE.npz:NAME"; NULL if the path is no such name. */
static const char *
find_colon(const char *path)
{
	const char *at = NULL, *next = path;

	while ((next = strstr(next, ".npz:")))
		at = next++;
	return at && at[5] && !io_exists(path) ? at + 4 : NULL;
}

/* Whether a member is the array with this name; NULL: any array. */
static bool
is_array(const char *member, const char *name)
{
	size_t len = text_stem(member, ".npy");

	if (name && strcmp(member, name) == 0)
		return true;
	if (!member[len])
		return false;
	return !name || (strlen(name) == len && memcmp(member, name, len) == 0);
}

/* List the arrays, as they are named after the colon. */
static void
list_arrays(zip_t *z, struct text *out)
{
	zip_int64_t n = zip_get_num_entries(z, 0);
	size_t listed = 0;

	for (zip_int64_t i = 0; i < n; i++) {
		const char *member = zip_get_name(z, (zip_uint64_t)i, ZIP_FL_ENC_GUESS);

		if (!member || !is_array(member, NULL) || ++listed > LISTED)
			continue;
		text_add(out, listed > 1 ? ", " : "");
		text_bytes(out, member, strlen(member) - 4);
	}
	if (listed > LISTED)
		text_addf(out, " and %zu more", listed - LISTED);
}

/* Index of the array with this name, or of the only one. */
static int
find_array(zip_t *z, const char *name, zip_uint64_t *out, struct err *e)
{
	zip_int64_t n = zip_get_num_entries(z, 0);
	struct text names = { 0 };
	size_t found = 0;

	for (zip_int64_t i = 0; i < n; i++) {
		const char *member = zip_get_name(z, (zip_uint64_t)i, ZIP_FL_ENC_GUESS);

		if (member && is_array(member, name) && found++ == 0)
			*out = (zip_uint64_t)i;
	}
	if (found == 1)
		return 0;
	list_arrays(z, &names);
	if (!names.len)
		err_set(e, "a zip archive without arrays (expected members that end in .npy)");
	else if (found)
		err_set(e, "an archive of several arrays; name one of them, as in :%s (%s)",
			name ? name : "NAME", text_get(&names));
	else
		err_set(e, "no array '%.60s' (expected one of %s)", name, text_get(&names));
	text_release(&names);
	return -1;
}

static int
refuse(zip_error_t *why, struct err *e)
{
	return err_set(e, "zip: %s", zip_error_strerror(why));
}

/* Read all of an open member, whose checksum libzip verifies at its end. */
static int
read_all(zip_file_t *f, char *to, size_t size, struct err *e)
{
	for (size_t done = 0; done < size;) {
		zip_int64_t n = zip_fread(f, to + done, size - done);

		if (n < 0)
			return refuse(zip_file_get_error(f), e);
		if (n == 0)
			return err_set(e, "zip: the array ends at byte %zu of %zu", done, size);
		done += (size_t)n;
	}
	if (zip_fread(f, &(char){ 0 }, 1) != 0)
		return err_set(e, "zip: the array is damaged or longer than its %zu bytes", size);
	return 0;
}

static int
read_member(zip_t *z, zip_uint64_t index, size_t limit, char **out, size_t *size, struct err *e)
{
	zip_file_t *f;
	zip_stat_t s;
	int status;

	if (zip_stat_index(z, index, 0, &s) < 0 || !(s.valid & ZIP_STAT_SIZE))
		return refuse(zip_get_error(z), e);
	if (s.size > limit) {
		err_set(e, "zip: too large: %llu bytes (expected at most %zu)",
			(unsigned long long)s.size, limit);
		return IO_TOO_LARGE;
	}
	if (s.valid & ZIP_STAT_COMP_SIZE &&
	    gzip_check_size((size_t)s.comp_size, (size_t)s.size, e) < 0)
		return err_wrap(e, "zip");
	*size = (size_t)s.size;
	f = zip_fopen_index(z, index, 0);
	if (!f)
		return refuse(zip_get_error(z), e);
	*out = mem_try(*size + 1, 1);
	status = *out ? read_all(f, *out, *size, e)
		      : err_set(e, "zip: no memory for %zu bytes", *size);
	zip_fclose(f);
	if (status < 0)
		mem_free(*out);
	else
		(*out)[*size] = '\0';
	return status;
}

static int
read_array(const char *archive, const char *name, size_t limit, char **out, size_t *size,
	   struct err *e)
{
	zip_uint64_t index = 0;
	int code = 0, status;
	zip_t *z = zip_open(archive, ZIP_RDONLY, &code);

	if (!z) {
		zip_error_t why;

		zip_error_init_with_code(&why, code);
		refuse(&why, e);
		zip_error_fini(&why);
		return -1;
	}
	status = find_array(z, name, &index, e);
	if (status == 0)
		status = read_member(z, index, limit, out, size, e);
	zip_discard(z);
	return status;
}

bool
npz_is(const char *path)
{
	return find_colon(path) || (text_has_suffix(path, ".npz") && io_exists(path));
}

char *
npz_realpath(const char *path)
{
	const char *colon = find_colon(path);
	char *archive = mem_text(path), *full, *out = NULL;
	struct text t = { 0 };

	if (colon)
		archive[colon - path] = '\0';
	full = realpath(archive, NULL);
	if (full) {
		text_addf(&t, "%s%s", full, colon ? colon : "");
		out = mem_text(text_get(&t));
	}
	text_release(&t);
	free(full);
	mem_free(archive);
	return out;
}

int
npz_read(const char *path, size_t limit, char **out, size_t *size, struct err *e)
{
	const char *colon = find_colon(path);
	char *archive;
	int status;

	if (!npz_is(path))
		return gzip_read(path, limit, out, size, e);
	archive = mem_text(path);
	if (colon)
		archive[colon - path] = '\0';
	status = read_array(archive, colon ? colon + 1 : NULL, limit, out, size, e);
	mem_free(archive);
	if (status < 0)
		err_wrap(e, "%s", path);
	return status;
}
