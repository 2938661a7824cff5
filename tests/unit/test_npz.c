/* test_npz.c: arrays of .npz archives, and formats that are recognised and refused. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <stdlib.h>
#include <zip.h>

#include "tmpfolder.h"
#include "retort/base/io.h"
#include "retort/base/magic.h"
#include "retort/base/mem.h"
#include "retort/base/npz.h"
#include "retort/data/read/read.h"

/* A .npy array of one byte for each number. */
static size_t
make_array(char *file, const char *shape, const unsigned char *data, size_t n)
{
	int len = snprintf(file + 10, 200,
			   "{'descr': '|u1', 'fortran_order': False, 'shape': %s, }", shape);

	memcpy(file, "\x93NUMPY\x01\x00", 8);
	file[8] = (char)len;
	file[9] = 0;
	memcpy(file + 10 + len, data, n);
	return 10 + (size_t)len + n;
}

static void
add_member(zip_t *z, const char *name, const void *bytes, size_t size, bool deflate)
{
	zip_source_t *s = zip_source_buffer(z, bytes, size, 0);
	zip_int64_t i = zip_file_add(z, name, s, ZIP_FL_ENC_UTF_8);

	CHECK(i >= 0);
	CHECK_INT(zip_set_file_compression(z, (zip_uint64_t)i,
					   deflate ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0),
		  0);
}

/* An archive of features, 12 rows of 2, and labels, or of the features alone. */
static char *
make_archive(const char *name, bool labels, bool deflate)
{
	static char rows[300], classes[300];
	unsigned char data[24];
	char *path = io_join(tmpfolder_dir, name);
	int code;
	zip_t *z = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);

	for (unsigned i = 0; i < 24; i++)
		data[i] = (unsigned char)(i * 7);
	add_member(z, "x_train.npy", rows, make_array(rows, "(12, 2)", data, 24), deflate);
	for (unsigned i = 0; i < 12; i++)
		data[i] = i % 3;
	if (labels)
		add_member(z, "y_train.npy", classes, make_array(classes, "(12,)", data, 12),
			   deflate);
	CHECK_INT(zip_close(z), 0);
	return path;
}

/* Read with labels; returns the error, or "". */
static const char *
read_set(const char *path, const char *labels, struct dataset **out)
{
	static struct err e;
	struct dataset_options o = { .labels_from = labels };

	e.msg[0] = '\0';
	*out = NULL;
	return read_dataset(path, &o, out, &e) < 0 ? e.msg : "";
}

static void
arrays_are_read_by_name(void **state)
{
	struct dataset *ds;

	(void)state;
	for (int deflate = 0; deflate < 2; deflate++) {
		char *path = make_archive("d.npz", true, deflate), rows[300], labels[300];

		snprintf(rows, sizeof rows, "%s:x_train", path);
		snprintf(labels, sizeof labels, "%s:y_train.npy", path);
		CHECK_STR(read_set(rows, labels, &ds), "");
		CHECK_INT(ds->n, 12);
		CHECK_INT(ds->classes, 3);
		CHECK_NEAR(ds->x[23], 161, 0);
		CHECK_INT(ds->y[11], 2);
		CHECK_STR(ds->name, "d");
		dataset_free(ds);
		mem_free(path);
	}
}

static void
an_archive_of_one_array_stands_for_it(void **state)
{
	char *path = make_archive("one.npz", false, true), *full, *same,
	     *both = make_archive("two.npz", true, true), labels[300], missing[300];
	struct dataset *ds;

	(void)state;
	snprintf(labels, sizeof labels, "%s:y_train", both);
	snprintf(missing, sizeof missing, "%s:y_test", both);
	CHECK_STR(read_set(path, labels, &ds), "");
	CHECK_NEAR(ds->x[1], 7, 0);
	dataset_free(ds);
	CHECK(strstr(read_set(both, labels, &ds),
		     "two.npz: an archive of several arrays; name one of them, as in :NAME "
		     "(x_train, y_train)"));
	CHECK(strstr(read_set(path, missing, &ds),
		     "two.npz:y_test: no array 'y_test' (expected one of x_train, y_train)"));
	full = npz_realpath(labels);
	same = realpath(both, NULL);
	CHECK(strncmp(full, same, strlen(same)) == 0);
	CHECK_STR(full + strlen(same), ":y_train");
	free(same);
	mem_free(full);
	mem_free(path);
	mem_free(both);
}

/* Every byte of the compressed numbers counts: the checksum, or the inflation, finds a change. */
static void
damaged_archives_are_refused(void **state)
{
	char *path = make_archive("bad.npz", false, true), *bytes, *out;
	size_t size, n, refused = 0;
	struct err e;

	(void)state;
	CHECK_INT(io_read(path, 1 << 20, &bytes, &size, &e), 0);
	for (size_t i = 45; i < 100; i++) {
		bytes[i] ^= 0x20;
		tmpfolder_write(tmpfolder_dir, "bad.npz", bytes, size);
		bytes[i] ^= 0x20;
		if (npz_read(path, 1 << 20, &out, &n, &e) == 0)
			fail_msg("byte %zu of %zu", i, size);
		CHECK(strncmp(e.msg, path, strlen(path)) == 0);
		refused++;
	}
	CHECK_INT(refused, 55);
	tmpfolder_write(tmpfolder_dir, "bad.npz", bytes, size);
	CHECK_INT(npz_read(path, 10, &out, &n, &e), IO_TOO_LARGE);
	CHECK_INT(npz_read(path, 1 << 20, &out, &n, &e), 0);
	mem_free(out);
	tmpfolder_write(tmpfolder_dir, "bad.npz", "no zip", 6);
	CHECK_INT(npz_read(path, 1 << 20, &out, &n, &e), -1);
	CHECK(strstr(e.msg, "bad.npz: zip: "));
	mem_free(bytes);
	mem_free(path);
}

static void
an_archive_that_is_a_bomb_is_refused(void **state)
{
	static char zeros[4 << 20];
	char *path = io_join(tmpfolder_dir, "bomb.npz"), *out;
	zip_t *z;
	size_t n;
	struct err e;
	int code;

	(void)state;
	z = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);
	add_member(z, "x.npy", zeros, sizeof zeros, true);
	CHECK_INT(zip_close(z), 0);
	CHECK_INT(npz_read(path, (size_t)1 << 30, &out, &n, &e), -1);
	CHECK(strstr(e.msg, "bomb.npz: zip: ") && strstr(e.msg, "RETORT_GZIP_RATIO=1032"));
	mem_free(path);
}

static const struct {
	const char *bytes;
	size_t len;
	const char *name; /* NULL: not recognised */
} files[] = {
	{ "PAR1\x15\x04", 6, "a Parquet file" },
	{ "ARROW1\0\0", 8, "an Arrow or Feather file" },
	{ "\x89HDF\r\n\x1A\n", 8, "an HDF5 file" },
	{ "GGUF\x03\0\0\0", 8, "a GGUF model" },
	{ "\xFD"
	  "7zXZ\0",
	  6, "an xz file" },
	{ "\x28\xB5\x2F\xFD\x04", 5, "a zstd file" },
	{ "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n", 58,
	  "a Git LFS pointer" },
	{ "\x80\x02}q\0", 5, "a pickle" },
	{ "PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x10\0\0\0archive/data.pkl", 46,
	  "a PyTorch file" },
	{ "PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x13\0\0\0[Content_Types].xml",
	  49, "an Office file" },
	{ "PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x05\0\0\0a.csv", 35,
	  "a zip archive" },
	{ "\x08\x07\x12\x07pytorch\x1A\x05"
	  "2.1.0:",
	  19, "an ONNX model" },
	{ "BZh91AY&SY\x1B\0", 12, "a bzip2 file" },
	{ "ORC\x0A\x03\0", 6, "an ORC file" },
	{ "%PDF-1.7\n", 9, "a PDF file" },
	{ "\xFF\xD8\xFF\xE0", 4, "a JPEG image" },
	{ "a,b\n1,2\n", 8, NULL },
	{ "ORCID,b\n1,2\n", 12, NULL },
	{ "PAR1,PAR2\r\n1,2\n", 15, NULL },
	{ "BZh1,2,a\n", 9, NULL },
	{ "{\"a\": 1}\n", 9, NULL },
	{ "\x93NUMPY\x01\x00v\x00", 10, NULL },
	{ "\0\0\x08\x03\0\0\0\x0A", 8, NULL },
	{ "", 0, NULL },
};

static void
formats_are_recognised_by_their_contents(void **state)
{
	char tar[600] = "data.csv";
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		e.msg[0] = '\0';
		CHECK_INT(magic_check(files[i].bytes, files[i].len, &e), files[i].name ? -1 : 0);
		if (files[i].name && !strstr(e.msg, files[i].name))
			fail_msg("%zu: %s", i, e.msg);
	}
	memcpy(tar + 257, "ustar", 5);
	CHECK_INT(magic_check(tar, sizeof tar, &e), -1);
	CHECK_STR(e.msg, "this is a tar archive, which is not read; convert it (tar -xf FILE)");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(arrays_are_read_by_name),
		TEST(an_archive_of_one_array_stands_for_it),
		TEST(damaged_archives_are_refused),
		TEST(an_archive_that_is_a_bomb_is_refused),
		TEST(formats_are_recognised_by_their_contents),
	};

	return cmocka_run_group_tests(tests, tmpfolder_setup, tmpfolder_teardown);
}
