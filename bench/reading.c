/* reading.c: files read as data, beside the same bytes read and hashed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reading.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "retort/base/hash.h"
#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/mono.h"
#include "retort/base/rng.h"
#include "retort/base/text.h"
#include "retort/data/dataset.h"
#include "retort/data/read/read.h"
#include "rig.h"

#define LIMIT ((size_t)1 << 30)
#define IMAGES 60000
#define PIXELS (28 * 28)
#define COLUMNS 20

static double
processor(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *x, int n)
{
	qsort(x, (size_t)n, sizeof *x, by_size);
	return x[n / 2];
}

/* Numbers of five digits, a label behind them; about `size` bytes. */
static int
make_table(const char *path, size_t size, struct err *e)
{
	struct rng r = rng_stream(1, "table", 0, 0);
	struct text t = { 0 };
	uint64_t k = 0;
	const void *part;
	int status;

	for (int c = 0; c < COLUMNS; c++)
		text_addf(&t, "x%d,", c);
	text_add(&t, "kind\n");
	while (t.len < size) {
		for (int c = 0; c < COLUMNS; c++)
			text_addf(&t, "%.4f,", 2 * rng_unit(r, k++) - 1);
		text_addf(&t, "%u\n", rng_below(r, k++, 10));
	}
	part = t.s;
	status = io_write(path, &part, &t.len, 1, e);
	text_release(&t);
	return status;
}

static int
write_idx(const char *path, const unsigned char *head, size_t n_head, const unsigned char *bytes,
	  size_t n, struct err *e)
{
	const void *part[] = { head, bytes };
	size_t size[] = { n_head, n };

	return io_write(path, part, size, 2, e);
}

/* As many images and labels as MNIST trains on. */
static int
make_images(const char *images, const char *labels, struct err *e)
{
	static const unsigned char head[] = { 0, 0, 8, 3,  0, 0, IMAGES >> 8, IMAGES & 255,
					      0, 0, 0, 28, 0, 0, 0,           28 };
	static const unsigned char label_head[] = { 0, 0, 8, 1, 0, 0, IMAGES >> 8, IMAGES & 255 };
	struct rng r = rng_stream(1, "images", 0, 0);
	unsigned char *pixel = mem_array(IMAGES, PIXELS);
	int status;

	for (size_t i = 0; i < (size_t)IMAGES * PIXELS; i++)
		pixel[i] = (unsigned char)(rng_below(r, i / 4, 256) * (i % 4 == 0));
	status = write_idx(images, head, sizeof head, pixel, (size_t)IMAGES * PIXELS, e);
	for (size_t i = 0; i < IMAGES; i++)
		pixel[i] = (unsigned char)(i % 10);
	if (status == 0)
		status = write_idx(labels, label_head, sizeof label_head, pixel, IMAGES, e);
	mem_free(pixel);
	return status;
}

/* Reading in turn with no more than reading and hashing. */
static int
compare(const char *what, const char *path, int rounds, struct err *e)
{
	double took[RIG_ROUNDS], used[RIG_ROUNDS], ratio[RIG_ROUNDS], mb = 0;

	for (int i = 0; i < rounds; i++) {
		double start = mono_now(), plain, busy;
		struct dataset *ds;
		size_t size;
		char *bytes;

		if (io_read(path, LIMIT, &bytes, &size, e) < 0)
			return -1;
		mb = 1e-6 * (double)size;
		hash_of(bytes, size);
		mem_free(bytes);
		plain = mono_now() - start;
		busy = processor();
		start = mono_now();
		if (read_dataset(path, &(struct dataset_options){ 0 }, &ds, e) < 0)
			return -1;
		took[i] = mono_now() - start;
		used[i] = processor() - busy;
		ratio[i] = took[i] / plain;
		dataset_free(ds);
	}
	printf("  %-34s %6.0f MB %8.0f ms %8.0f MB/s %8.0f MB/s %8.2f\n", what, mb,
	       1e3 * median(took, rounds), mb / median(took, rounds), mb / median(used, rounds),
	       median(ratio, rounds));
	fflush(stdout);
	return 0;
}

static int
measure(const char *dir, int rounds, struct err *e)
{
	static const struct {
		const char *what, *name;
		size_t size;
	} tables[] = {
		{ "table, streamed into a file", "large.csv", 100000000 },
		{ "table, in memory", "small.csv", 50000000 },
	};
	char *images = io_join(dir, "mnist-images-idx3-ubyte"),
	     *labels = io_join(dir, "mnist-labels-idx1-ubyte");
	int status = 0;

	printf("reading: beside the same bytes read and hashed on one thread\n  %-34s %9s %11s "
	       "%13s %13s %8s\n",
	       "", "", "", "clock", "processors", "of plain");
	for (size_t i = 0; i < sizeof tables / sizeof *tables && status == 0; i++) {
		char *path = io_join(dir, tables[i].name);

		status = make_table(path, tables[i].size, e);
		if (status == 0)
			status = compare(tables[i].what, path, rounds, e);
		unlink(path);
		mem_free(path);
	}
	if (status == 0)
		status = make_images(images, labels, e);
	if (status == 0)
		status = compare("images like MNIST's, IDX", images, rounds, e);
	unlink(images);
	unlink(labels);
	mem_free(images);
	mem_free(labels);
	return status;
}

int
reading_measure(int rounds)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = io_join(tmp && tmp[0] == '/' ? tmp : "/tmp", "retort-bench-XXXXXX");
	struct err e;
	int status = mkdtemp(dir) ? 0 : err_set(&e, "%s: no directory can be made", dir);

	if (status == 0) {
		status = measure(dir, rounds, &e);
		rmdir(dir);
	}
	if (status < 0)
		fprintf(stderr, "retort bench reading: %s\n", e.msg);
	mem_free(dir);
	return status;
}
