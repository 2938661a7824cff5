/* reading.c: `retort bench reading`: speed of reading data sets, compared with reading and hashing
 * the same bytes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zlib.h>

#include "retort/base/err.h"
#include "retort/base/gzip.h"
#include "retort/base/hash.h"
#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/mono.h"
#include "retort/base/rng.h"
#include "retort/base/text.h"
#include "retort/data/dataset.h"
#include "retort/data/read/npyfile.h"
#include "retort/data/read/read.h"
#include "retort/data/text/vocabfile.h"
#include "retort/data/vocab/vocab.h"
#include "rig.h"

#define LIMIT ((size_t)1 << 30)
#define IMAGES 60000 /* as many as the training set of MNIST */
#define PIXELS (28 * 28)
#define COLUMNS 20

/* Processor time of this process so far, seconds. */
static double
processor_seconds(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *x, int n)
{
	qsort(x, (size_t)n, sizeof *x, compare_doubles);
	return x[n / 2];
}

/* Write a text to a file and release it. */
static int
write_text(const char *path, struct text *t, struct err *e)
{
	const void *part = t->s;
	int status = io_write(path, &part, &t->len, 1, e);

	text_release(t);
	return status;
}

/* Append about `size` bytes of CSV: rows of numbers with four decimals and a label. */
static void
add_table(struct text *t, size_t size)
{
	struct rng r = rng_stream(1, "table", 0, 0);
	uint64_t k = 0;

	for (int c = 0; c < COLUMNS; c++)
		text_addf(t, "x%d,", c);
	text_add(t, "kind\n");
	while (t->len < size) {
		for (int c = 0; c < COLUMNS; c++)
			text_addf(t, "%.4f,", 2 * rng_unit(r, k++) - 1);
		text_addf(t, "%u\n", rng_below(r, k++, 10));
	}
}

static int
make_table(const char *path, size_t size, struct err *e)
{
	struct text t = { 0 };

	add_table(&t, size);
	return write_text(path, &t, e);
}

/* The table compressed at the fastest level of gzip. */
static int
make_packed(const char *path, size_t size, struct err *e)
{
	struct text t = { 0 };
	gzFile f = gzopen(path, "wb1");
	int status = f ? 0 : -1;

	add_table(&t, size);
	for (size_t at = 0; at < t.len && status == 0; at += 1 << 20) {
		unsigned n = t.len - at < 1 << 20 ? (unsigned)(t.len - at) : 1 << 20;

		status = gzwrite(f, t.s + at, n) == (int)n ? 0 : -1;
	}
	text_release(&t);
	if ((f && gzclose(f) != Z_OK) || status < 0)
		return err_set(e, "%s: cannot be written", path);
	return 0;
}

static int
make_json(const char *path, size_t size, struct err *e)
{
	struct rng r = rng_stream(1, "table", 0, 0);
	struct text t = { 0 };
	uint64_t k = 0;

	while (t.len < size) {
		for (int c = 0; c < COLUMNS; c++)
			text_addf(&t, "%c\"x%d\": %.4f", c ? ',' : '{', c,
				  2 * rng_unit(r, k++) - 1);
		text_addf(&t, ", \"kind\": \"%u\"}\n", rng_below(r, k++, 10));
	}
	return write_text(path, &t, e);
}

/* float32 in the byte order of the machine. */
static int
make_array(const char *path, size_t size, struct err *e)
{
	struct rng r = rng_stream(1, "array", 0, 0);
	size_t n = size / sizeof(float) / COLUMNS * COLUMNS;
	char head[NPYFILE_HEADER];
	float *x = mem_array(n, sizeof *x);
	const void *part[] = { head, x };
	size_t sizes[] = { sizeof head, n * sizeof *x };
	int status;

	for (size_t i = 0; i < n; i++)
		x[i] = (float)(2 * rng_unit(r, i) - 1);
	npyfile_header(n / COLUMNS, 0, COLUMNS, head);
	status = io_write(path, part, sizes, 2, e);
	mem_free(x);
	return status;
}

/* Words of one to eight letters. */
static void
add_words(struct text *t, struct rng r, uint64_t *k, int words)
{
	for (int w = 0; w < words; w++) {
		unsigned n = 1 + rng_below(r, (*k)++, 8);

		for (unsigned i = 0; i < n; i++)
			text_addf(t, "%c", (char)('a' + (int)rng_below(r, (*k)++, 26)));
		text_add(t, w + 1 < words ? " " : "");
	}
}

static int
make_text(const char *path, size_t size, struct err *e)
{
	struct rng r = rng_stream(1, "text", 0, 0);
	struct text t = { 0 };
	uint64_t k = 0;

	while (t.len < size) {
		add_words(&t, r, &k, 12);
		text_add(&t, ".\n");
	}
	return write_text(path, &t, e);
}

static int
make_texts(const char *path, size_t size, struct err *e)
{
	struct rng r = rng_stream(1, "text", 0, 0);
	struct text t = { 0 };
	uint64_t k = 0;

	text_add(&t, "kind,text\n");
	while (t.len < size) {
		text_addf(&t, "%u,", rng_below(r, k++, 10));
		add_words(&t, r, &k, 12);
		text_add(&t, "\n");
	}
	return write_text(path, &t, e);
}

static int
write_idx(const char *path, const unsigned char *head, size_t n_head, const unsigned char *bytes,
	  size_t n, struct err *e)
{
	const void *part[] = { head, bytes };
	size_t size[] = { n_head, n };

	return io_write(path, part, size, 2, e);
}

/* Images of the size of MNIST's, with labels 0 to 9 in turn. */
static int
make_images(const char *path, size_t size, struct err *e)
{
	static const unsigned char head[] = { 0, 0, 8, 3,  0, 0, IMAGES >> 8, IMAGES & 255,
					      0, 0, 0, 28, 0, 0, 0,           28 };
	static const unsigned char label_head[] = { 0, 0, 8, 1, 0, 0, IMAGES >> 8, IMAGES & 255 };
	struct rng r = rng_stream(1, "images", 0, 0);
	unsigned char *pixel = mem_array(IMAGES, PIXELS);
	struct text labels = { 0 };
	int status;

	(void)size;
	for (size_t i = 0; i < (size_t)IMAGES * PIXELS; i++)
		pixel[i] = (unsigned char)(rng_below(r, i / 4, 256) * (i % 4 == 0));
	status = write_idx(path, head, sizeof head, pixel, (size_t)IMAGES * PIXELS, e);
	for (size_t i = 0; i < IMAGES; i++)
		pixel[i] = (unsigned char)(i % 10);
	text_addf(&labels, "%s.labels", path);
	if (status == 0)
		status = write_idx(labels.s, label_head, sizeof label_head, pixel, IMAGES, e);
	text_release(&labels);
	mem_free(pixel);
	return status;
}

/* Alternate reading a file as a data set and reading, inflating and hashing its bytes on one
 * thread. */
static int
compare(const char *what, const char *path, const struct dataset_options *o, int rounds,
	struct err *e)
{
	double took[RIG_ROUNDS], used[RIG_ROUNDS], ratio[RIG_ROUNDS], mb = 0;

	for (int i = 0; i < rounds; i++) {
		double start = mono_now(), plain, busy;
		struct dataset *ds;
		size_t size;
		char *bytes;

		if (gzip_read(path, LIMIT, &bytes, &size, e) < 0)
			return -1;
		mb = 1e-6 * (double)size;
		hash_of(bytes, size);
		mem_free(bytes);
		plain = mono_now() - start;
		busy = processor_seconds();
		start = mono_now();
		if (read_dataset(path, o, &ds, e) < 0)
			return -1;
		took[i] = mono_now() - start;
		used[i] = processor_seconds() - busy;
		ratio[i] = took[i] / plain;
		dataset_free(ds);
	}
	printf("  %-34s %6.0f MB %8.0f ms %8.0f MB/s %8.0f MB/s %8.2f\n", what, mb,
	       1e3 * median(took, rounds), mb / median(took, rounds), mb / median(used, rounds),
	       median(ratio, rounds));
	fflush(stdout);
	return 0;
}

/* Files of each kind; sizes are uncompressed. */
static const struct {
	const char *what, *name;
	size_t size;
	int (*make)(const char *path, size_t size, struct err *e);
	bool labelled; /* labels are in a separate file */
	struct dataset_options o;
	enum tokenizer_kind kind; /* of a vocabulary that is trained on the file; BYTE: none */
} files[] = {
	{ .what = "table, streamed into a file",
	  .name = "large.csv",
	  .size = 100000000,
	  .make = make_table },
	{ .what = "table, in memory", .name = "small.csv", .size = 50000000, .make = make_table },
	{ .what = "table, gzip'd", .name = "small.csv.gz", .size = 50000000, .make = make_packed },
	{ .what = "table, JSON lines", .name = "small.jsonl", .size = 50000000, .make = make_json },
	{ .what = "array, .npy",
	  .name = "array.npy",
	  .size = 50000000,
	  .make = make_array,
	  .o = { .unlabelled = true } },
	{ .what = "images like MNIST's, IDX",
	  .name = "mnist-images",
	  .make = make_images,
	  .labelled = true },
	{ .what = "text, characters",
	  .name = "text.txt",
	  .size = 20000000,
	  .make = make_text,
	  .o = { .tokens = "char", .length = 64 } },
	{ .what = "text, WordPiece",
	  .name = "text.txt",
	  .size = 20000000,
	  .make = make_text,
	  .o = { .length = 64 },
	  .kind = TOKENIZER_WORDPIECE },
	{ .what = "text, BPE",
	  .name = "text.txt",
	  .size = 20000000,
	  .make = make_text,
	  .o = { .length = 64 },
	  .kind = TOKENIZER_BPE },
	{ .what = "text, Unigram",
	  .name = "text.txt",
	  .size = 20000000,
	  .make = make_text,
	  .o = { .length = 64 },
	  .kind = TOKENIZER_UNIGRAM },
	{ .what = "table of texts, bytes",
	  .name = "texts.csv",
	  .size = 20000000,
	  .make = make_texts,
	  .o = { .text = "text", .label = "kind", .tokens = "byte", .length = 64 } },
};

#define VOCABULARY 2000     /* tokens of a vocabulary that is trained */
#define LEARNED (200 << 10) /* bytes of the text that it is trained on */

/* Train a vocabulary on the start of a file. */
static int
make_vocabulary(const char *path, enum tokenizer_kind kind, const char *into, struct err *e)
{
	struct vocabtrain_options o = { .kind = kind, .size = VOCABULARY };
	size_t size, words;
	struct text out = { 0 };
	struct tokenizer t;
	const char *text;
	char *bytes;
	int status;

	if (gzip_read(path, LIMIT, &bytes, &size, e) < 0)
		return -1;
	text = bytes;
	size = size < LEARNED ? size : LEARNED;
	status = vocabtrain_make(&o, &text, &size, 1, &t, &words, e);
	mem_free(bytes);
	if (status < 0)
		return -1;
	vocabfile_write(&t, &out);
	tokenizer_release(&t);
	return write_text(into, &out, e);
}

static int
measure_file(const char *dir, size_t i, int rounds, struct err *e)
{
	char *path = io_join(dir, files[i].name);
	struct dataset_options o = files[i].o;
	struct text labels = { 0 }, vocabulary = { 0 };
	int status = files[i].make(path, files[i].size, e);

	text_addf(&labels, "%s.labels", path);
	text_addf(&vocabulary, "%s.json", path);
	if (files[i].labelled)
		o.labels_from = labels.s;
	if (files[i].kind != TOKENIZER_BYTE) {
		o.tokens = vocabulary.s;
		if (status == 0)
			status = make_vocabulary(path, files[i].kind, vocabulary.s, e);
	}
	if (status == 0)
		status = compare(files[i].what, path, &o, rounds, e);
	unlink(path);
	unlink(labels.s);
	unlink(vocabulary.s);
	text_release(&labels);
	text_release(&vocabulary);
	mem_free(path);
	return status;
}

int
reading_measure(int rounds)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = io_join(tmp && tmp[0] == '/' ? tmp : "/tmp", "retort-bench-XXXXXX");
	struct err e;
	int status = mkdtemp(dir) ? 0 : err_set(&e, "%s: cannot create the directory", dir);

	if (status == 0) {
		printf("reading: compared with reading and hashing the same bytes on one thread\n"
		       "  %-34s %9s %11s %13s %13s %8s\n",
		       "", "", "", "clock", "processors", "ratio");
		for (size_t i = 0; i < sizeof files / sizeof *files && status == 0; i++)
			status = measure_file(dir, i, rounds, &e);
		rmdir(dir);
	}
	if (status < 0)
		err_print("retort bench reading: %s", e.msg);
	mem_free(dir);
	return status;
}
