/* test_idx.c: gzip'd files, IDX files, images and how they are scaled. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <unistd.h>
#include <zlib.h>

#include "tmpfolder.h"
#include "retort/base/gzip.h"
#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/data/read/idxfile.h"
#include "retort/data/read/images.h"
#include "retort/data/scale.h"
#include "retort/data/read/read.h"

/* A header: type, rank and sizes; returns its length. */
static size_t
header(unsigned char *out, unsigned type, int rank, const unsigned *dim)
{
	memset(out, 0, 4);
	out[2] = (unsigned char)type;
	out[3] = (unsigned char)rank;
	for (int i = 0; i < 4 * rank; i++)
		out[4 + i] = (unsigned char)(dim[i / 4] >> (24 - 8 * (i % 4)));
	return 4 + 4 * (size_t)rank;
}

static size_t
zip(const void *bytes, size_t size, char *out, size_t room)
{
	z_stream z = { .next_in = (z_const Bytef *)bytes, .avail_in = (uInt)size };

	CHECK_INT(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_out = (Bytef *)out;
	z.avail_out = (uInt)room;
	CHECK_INT(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return room - z.avail_out;
}

/* Read `name`; returns the error message, or "" with the set in *out. */
static const char *
read_set(const char *name, const char *labels_from, struct dataset **out)
{
	static struct err e;
	char *path = io_join(tmpfolder_dir, name),
	     *from = labels_from ? io_join(tmpfolder_dir, labels_from) : NULL;
	struct dataset_options o = { .labels_from = from };

	e.msg[0] = '\0';
	*out = NULL;
	if (read_dataset(path, &o, out, &e) < 0)
		CHECK(strncmp(e.msg, path, strlen(path)) == 0);
	else
		CHECK(*out != NULL);
	mem_free(path);
	mem_free(from);
	return e.msg;
}

/* gzip_read of a file with these contents; the error is without the path. */
static int
unpack(const char *packed, size_t n, size_t limit, char **out, size_t *size, struct err *e)
{
	char *path = io_join(tmpfolder_dir, "packed");
	int status;

	tmpfolder_write(tmpfolder_dir, "packed", packed, n);
	e->msg[0] = '\0';
	status = gzip_read(path, limit, out, size, e);
	if (status < 0) {
		CHECK(strncmp(e->msg, path, strlen(path)) == 0);
		memmove(e->msg, e->msg + strlen(path) + 2, strlen(e->msg + strlen(path) + 2) + 1);
	}
	unlink(path);
	mem_free(path);
	return status;
}

static void
gzip_restores_contents_of_several_members(void **state)
{
	static char text[300000], packed[400000];
	char *out;
	size_t size, n;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)(i * i >> 7);
	n = zip(text, sizeof text, packed, sizeof packed);
	CHECK_INT(unpack(packed, n, sizeof text, &out, &size, &e), 0); /* exactly the limit */
	CHECK_INT(size, sizeof text);
	CHECK_INT(memcmp(out, text, size), 0);
	CHECK_INT(out[size], 0);
	mem_free(out);
	n += zip("tail", 4, packed + n, sizeof packed - n);
	CHECK_INT(unpack(packed, n, 1 << 20, &out, &size, &e), 0);
	CHECK_INT(size, sizeof text + 4);
	CHECK_INT(memcmp(out + sizeof text, "tail", 5), 0);
	mem_free(out);
	n = zip("", 0, packed, sizeof packed);
	CHECK_INT(unpack(packed, n, 100, &out, &size, &e), 0);
	CHECK_INT(size, 0);
	mem_free(out);
}

static void
every_cut_or_changed_gzip_is_refused(void **state)
{
	char text[200], packed[400], *out;
	size_t n, size;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)("abc"[i % 3] + (int)(i / 40));
	n = zip(text, sizeof text, packed, sizeof packed - 8);
	for (size_t cut = 2; cut < n; cut++) {
		CHECK_INT(unpack(packed, cut, 1000, &out, &size, &e), -1);
		CHECK(strstr(e.msg, "truncated") != NULL);
	}
	packed[n] = 'x';
	CHECK_INT(unpack(packed, n + 1, 1000, &out, &size, &e), -1);
	CHECK_STR(e.msg, "gzip: 1 bytes after the end of the compressed data");
	for (size_t i = n - 8; i < n; i++) { /* the checksum and the size */
		packed[i] ^= 1;
		CHECK_INT(unpack(packed, n, 1000, &out, &size, &e), -1);
		CHECK(strstr(e.msg, "corrupt") != NULL);
		packed[i] ^= 1;
	}
	CHECK_INT(unpack(packed, n, sizeof text - 1, &out, &size, &e), IO_TOO_LARGE);
	CHECK_STR(e.msg, "gzip: too large (expected at most 199 bytes uncompressed)");
}

static void
a_gzip_bomb_takes_no_more_memory_than_the_limit(void **state)
{
	static char zeros[1 << 22];
	char packed[1 << 13], *out;
	size_t n = zip(zeros, sizeof zeros, packed, sizeof packed), size;
	struct err e;

	(void)state;
	CHECK(n < sizeof zeros / 900);
	CHECK_INT(unpack(packed, n, 100000, &out, &size, &e), IO_TOO_LARGE);
	CHECK(strstr(e.msg, "at most 100000 bytes") != NULL);
	memset(packed + n - 4, 0xFF, 4); /* it claims 4 GiB, which must not be allocated */
	CHECK_INT(unpack(packed, n, (size_t)1 << 40, &out, &size, &e), -1);
	CHECK(strstr(e.msg, "200 times") != NULL);
}

static void
every_type_is_read(void **state)
{
	static const struct {
		unsigned type;
		size_t n;
		unsigned char bytes[16];
		double first, second;
	} all[] = {
		{ 0x08, 2, { 0, 255 }, 0, 255 },
		{ 0x09, 2, { 0x80, 0x7F }, -128, 127 },
		{ 0x0B, 4, { 0xFF, 0xFE, 0x01, 0x02 }, -2, 258 },
		{ 0x0C, 8, { 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x01, 0x00, 0x00 }, -1, 65536 },
		{ 0x0D, 8, { 0x3F, 0xC0, 0, 0, 0xC0, 0, 0, 0 }, 1.5, -2 },
		{ 0x0E,
		  16,
		  { 0x3F, 0xF0, 0, 0, 0, 0, 0, 0, 0xC0, 0x24, 0, 0, 0, 0, 0, 0 },
		  1,
		  -10 },
	};
	unsigned char file[64];
	struct array f;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		size_t at = header(file, all[i].type, 1, (unsigned[]){ 2 });

		memcpy(file + at, all[i].bytes, all[i].n);
		CHECK_INT(idxfile_parse((char *)file, at + all[i].n, &f, &e), 0);
		CHECK_INT(f.len, 2);
		CHECK_NEAR(array_at(&f, 0), all[i].first, 0);
		CHECK_NEAR(array_at(&f, 1), all[i].second, 0);
	}
}

static const struct {
	unsigned type;
	int rank;
	unsigned dim[4];
	size_t there;
	const char *message;
} wrong_sizes[] = {
	{ 0x08, 3, { 2, 2, 2 }, 7, "2x2x2 elements of type uint8 take 8 bytes, but 7 follow" },
	{ 0x0D, 1, { 2 }, 9, "2 elements of type float32 take 8 bytes, but 1 more" },
	{ 0x08, 1, { 0 }, 0, "shape 0: the array is empty" },
	{ 0x0A, 1, { 1 }, 1, "type 0x0A (expected 0x08" },
	{ 0xFF, 1, { 1 }, 1, "type 0xFF" },
	{ 0x08,
	  3,
	  { 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF },
	  8,
	  "4294967295x4294967295x4294967295: too many elements: 8 bytes follow" },
	{ 0x08, 2, { 0x80000000, 2 }, 8, "2147483648x2 elements of type uint8 take 4294967296" },
	{ 0x0E, 3, { 0x40000000, 0x40000000, 2 }, 8, "too many elements" },
};

static void
headers_with_wrong_sizes_are_refused(void **state)
{
	unsigned char file[64] = { 0 };
	struct array f;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof wrong_sizes / sizeof *wrong_sizes; i++) {
		size_t at =
			header(file, wrong_sizes[i].type, wrong_sizes[i].rank, wrong_sizes[i].dim);

		CHECK_INT(idxfile_parse((char *)file, at + wrong_sizes[i].there, &f, &e), -1);
		if (!strstr(e.msg, wrong_sizes[i].message))
			fail_msg("%s", e.msg);
	}
	for (int rank = 0; rank < 256; rank++) {
		header(file, 0x08, 1, (unsigned[]){ 1 });
		file[3] = (unsigned char)rank;
		CHECK_INT(idxfile_parse((char *)file, 9, &f, &e), rank == 1 ? 0 : -1);
	}
	header(file, 0x08, 1, (unsigned[]){ 1 });
	for (size_t n = 0; n < 9; n++)
		CHECK_INT(idxfile_parse((char *)file, n, &f, &e), -1);
}

/* n images of 2 by 3 pixels, number i full of i, and labels i % 3 + 4. */
static size_t
some_images(unsigned char *file, unsigned n, int rank)
{
	size_t at = header(file, 0x08, rank,
			   rank == 4 ? (unsigned[]){ n, 1, 3, 2 } : (unsigned[]){ n, 2, 3 });

	for (unsigned i = 0; i < 6 * n; i++)
		file[at++] = (unsigned char)(i / 6);
	return at;
}

static size_t
some_labels(unsigned char *file, unsigned n)
{
	size_t at = header(file, 0x08, 1, &n);

	for (unsigned i = 0; i < n; i++)
		file[at++] = (unsigned char)(i % 3 + 4);
	return at;
}

static void
images_find_their_labels_gzipped_or_not(void **state)
{
	unsigned char file[200], labels[64];
	char packed[400], hex[65], same[65];
	size_t n = some_images(file, 12, 3), n_labels = some_labels(labels, 12);
	struct dataset *ds;

	(void)state;
	tmpfolder_write(tmpfolder_dir, "a-images-idx3-ubyte", file, n);
	tmpfolder_write(tmpfolder_dir, "a-labels-idx1-ubyte.gz", packed,
			zip(labels, n_labels, packed, sizeof packed));
	CHECK_STR(read_set("a-images-idx3-ubyte", NULL, &ds), "");
	CHECK_STR(ds->name, "a-images-idx3-ubyte");
	CHECK_INT(ds->kind, DATASET_IMAGE);
	CHECK_INT(ds->n, 12);
	CHECK_INT(ds->height, 2);
	CHECK_INT(ds->width, 3);
	CHECK_INT(ds->channels, 1);
	CHECK_INT(ds->d, 6);
	CHECK_INT(ds->classes, 3);
	CHECK_STR(ds->class_name[0], "4");
	CHECK_INT(ds->y[5], 2);
	CHECK_NEAR(ds->x[6 * 11 + 5], 11, 0);
	hash_hex(&ds->hash, hex);
	dataset_free(ds);

	tmpfolder_write(tmpfolder_dir, "b-images.idx3-ubyte.gz", packed,
			zip(file, n, packed, sizeof packed));
	tmpfolder_write(tmpfolder_dir, "b-labels.idx1-ubyte", labels, n_labels);
	CHECK_STR(read_set("b-images.idx3-ubyte.gz", NULL, &ds), "");
	CHECK_STR(ds->name, "b-images");
	CHECK_STR(hash_hex(&ds->hash, same), hex); /* the hash is that of the contents */
	dataset_free(ds);
	labels[8]++;
	tmpfolder_write(tmpfolder_dir, "b-labels.idx1-ubyte", labels, n_labels);
	CHECK_STR(read_set("b-images.idx3-ubyte.gz", NULL, &ds), "");
	CHECK(strcmp(hash_hex(&ds->hash, same), hex) != 0);
	dataset_free(ds);
}

static void
four_dimensions_have_channels_and_two_are_numbers(void **state)
{
	unsigned char file[200];
	size_t at;
	struct dataset *ds;

	(void)state;
	tmpfolder_write(tmpfolder_dir, "labels", file, some_labels(file, 12));
	tmpfolder_write(tmpfolder_dir, "colour", file, some_images(file, 12, 4));
	CHECK_STR(read_set("colour", "labels", &ds), "");
	CHECK_INT(ds->kind, DATASET_IMAGE);
	CHECK_INT(ds->height, 1);
	CHECK_INT(ds->width, 3);
	CHECK_INT(ds->channels, 2);
	dataset_free(ds);
	at = header(file, 0x09, 2, (unsigned[]){ 12, 5 });
	for (int i = 0; i < 60; i++)
		file[at++] = (unsigned char)-i;
	tmpfolder_write(tmpfolder_dir, "table", file, at);
	CHECK_STR(read_set("table", "labels", &ds), "");
	CHECK_INT(ds->kind, DATASET_NUMBERS);
	CHECK_INT(ds->d, 5);
	CHECK_NEAR(ds->x[59], -59, 0);
	dataset_free(ds);
}

static void
images_without_fitting_labels_are_refused(void **state)
{
	unsigned char file[200];
	struct dataset *ds;
	size_t n;

	(void)state;
	tmpfolder_write(tmpfolder_dir, "c-images-idx3-ubyte", file, some_images(file, 12, 3));
	CHECK(strstr(read_set("c-images-idx3-ubyte", NULL, &ds), "add labels-from FILE") != NULL);
	tmpfolder_write(tmpfolder_dir, "short", file, some_labels(file, 11));
	CHECK(strstr(read_set("c-images-idx3-ubyte", "short", &ds), "11 labels for 12 rows") !=
	      NULL);
	CHECK(strstr(read_set("short", NULL, &ds), "one dimension, as of labels") != NULL);
	CHECK(strstr(read_set("c-images-idx3-ubyte", "c-images-idx3-ubyte", &ds),
		     "labels of shape 12x2x3 (expected one label for each row") != NULL);
	n = some_labels(file, 12);
	memset(file + n - 12, 7, 12);
	tmpfolder_write(tmpfolder_dir, "same", file, n);
	CHECK(strstr(read_set("c-images-idx3-ubyte", "same", &ds),
		     "number of classes 1 (expected at least 2)") != NULL);
	n = some_images(file, 9, 3);
	tmpfolder_write(tmpfolder_dir, "few", file, n);
	CHECK(strstr(read_set("few", "short", &ds), "invalid number of rows 9 (expected 10 to ") !=
	      NULL);
	tmpfolder_write(tmpfolder_dir, "cut", file, n - 1);
	CHECK(strstr(read_set("cut", "short", &ds), "truncated: 9x2x3") != NULL);
}

static void
pixels_share_one_mean_and_one_spread_of_the_training_rows(void **state)
{
	const uint32_t rows[] = { 0, 2, 4 };
	float x[5 * 10], before;
	struct dataset ds = { .kind = DATASET_IMAGE,
			      .n = 5,
			      .d = 10,
			      .height = 2,
			      .width = 5,
			      .channels = 1,
			      .x = x };
	double sum = 0, squares = 0, mean;
	struct scale s;

	(void)state;
	for (int i = 0; i < 50; i++)
		x[i] = (float)(i * i % 37);
	for (int i = 0; i < 30; i++)
		sum += (double)x[20 * (i / 10) + i % 10];
	mean = sum / 30;
	for (int i = 0; i < 30; i++)
		squares += pow((double)x[20 * (i / 10) + i % 10] - mean, 2);
	scale_fit(&ds, rows, 3, &s);
	CHECK_INT(s.d, 10);
	for (int c = 0; c < 10; c++) {
		CHECK_NEAR(s.mean[c], mean, 1e-12);
		CHECK_NEAR(s.spread[c], sqrt(squares / 30), 1e-12);
	}
	before = x[13];
	scale_apply(&s, &ds);
	CHECK_NEAR(x[13], ((double)before - mean) / sqrt(squares / 30), 1e-6);
	scale_release(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(gzip_restores_contents_of_several_members),
		TEST(every_cut_or_changed_gzip_is_refused),
		TEST(a_gzip_bomb_takes_no_more_memory_than_the_limit),
		TEST(every_type_is_read),
		TEST(headers_with_wrong_sizes_are_refused),
		TEST(images_find_their_labels_gzipped_or_not),
		TEST(four_dimensions_have_channels_and_two_are_numbers),
		TEST(images_without_fitting_labels_are_refused),
		TEST(pixels_share_one_mean_and_one_spread_of_the_training_rows),
	};

	return cmocka_run_group_tests(tests, tmpfolder_setup, tmpfolder_teardown);
}
