/* test_teacher_files.c: files of cached outputs: found again, damaged, of older versions. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "teacherrig.h"

#include <stdlib.h>
#include <unistd.h>

#include "retort/base/io.h"
#include "retort/base/rng.h"
#include "retort/nn/gemm/blas.h"

#define TOP 3
#define POSITIONS (TEACHERRIG_ASKED * TEACHERRIG_LENGTH)

static void
cache_files_are_found_by_their_key_only(void **state)
{
	char dir[] = "/tmp/retort-answers-XXXXXX";
	struct teacherrig r;
	struct err e;
	size_t len;

	(void)state;
	CHECK(mkdtemp(dir) != NULL);
	setenv("XDG_CACHE_HOME", dir, 1);
	teacherrig_open(&r);
	r.options.cache = TEACHER_DISK;
	CHECK_INT(teacherrig_open_teacher(&r, &e), 0);
	mem_free(teacherrig_outputs(&r, &len));
	CHECK(r.says.forward > 0);
	teacher_close(&r.says);
	CHECK_INT(teacherrig_open_teacher(&r, &e), 0); /* as another session would */
	mem_free(teacherrig_outputs(&r, &len));
	CHECK_INT(r.says.forward, 0);
	teacher_close(&r.says);
	r.value[3] += (real)0.5;
	CHECK_INT(teacherrig_open_teacher(&r, &e), 0);
	mem_free(teacherrig_outputs(&r, &len));
	CHECK(r.says.forward > 0);
	teacherrig_close(&r);
	teacherrig_remove_tree(dir);
	unsetenv("XDG_CACHE_HOME");
}

/* Size of the only file of a cache directory with this ending. */
static size_t
find_file(const char *dir, const char *end, char *path, size_t room)
{
	char command[200], *bytes;
	FILE *p;
	size_t size = 0;
	struct err e;

	snprintf(command, sizeof command, "ls '%s'/retort/answers/*%s", dir, end);
	p = popen(command, "r");
	CHECK(p && fgets(path, (int)room, p));
	pclose(p);
	path[strcspn(path, "\n")] = '\0';
	CHECK_INT(io_read(path, 1 << 24, &bytes, &size, &e), 0);
	mem_free(bytes);
	return size;
}

/* Overwrite `n` bytes of a file from `at` on. */
static void
overwrite(const char *path, size_t at, const void *bytes, size_t n)
{
	FILE *f = fopen(path, "r+b");

	CHECK(f && fseek(f, (long)at, SEEK_SET) == 0 && fwrite(bytes, 1, n, f) == n);
	CHECK_INT(fclose(f), 0);
}

/* Largest logits of the batch from a teacher that is opened as by another session. */
static void
read_top(struct teacherrig *r, int32_t *id, real *logit, real *tail)
{
	struct err e;

	teacher_close(&r->says);
	CHECK_INT(teacherrig_open_teacher(r, &e), 0);
	teacher_run(&r->says, &r->batch);
	teacher_top(&r->says, &r->batch, id, logit, tail);
}

/* Any changed byte is found by its checksum; the chunk is computed again, with the same bits, and
 * the file is repaired. */
static void
damaged_chunks_are_computed_again(void **state)
{
	char dir[] = "/tmp/retort-answers-XXXXXX", path[200];
	int32_t id[2][POSITIONS * TOP];
	real logit[2][POSITIONS * TOP], tail[2][POSITIONS];
	struct teacherrig r;
	size_t size;

	(void)state;
	CHECK(mkdtemp(dir) != NULL);
	setenv("XDG_CACHE_HOME", dir, 1);
	teacherrig_open(&r);
	memset(r.wants, 0, sizeof r.wants);
	r.options = (struct teacher_options){ .cache = TEACHER_DISK, .top = TOP };
	read_top(&r, id[0], logit[0], tail[0]);
	size = find_file(dir, "hidden", path, sizeof path);
	for (size_t i = 0; i < 200; i++) {
		size_t at = i < 20 ? i * 11
				   : rng_below(rng_stream(3, "damage", 0, 0), i, (uint32_t)size);
		uint8_t byte = (uint8_t)rng_below(rng_stream(4, "damage", 0, 0), i, 256);

		teacher_close(&r.says);
		overwrite(path, at, &byte, 1);
		memset(id[1], 0, sizeof id[1]);
		read_top(&r, id[1], logit[1], tail[1]);
		CHECK(memcmp(id[0], id[1], sizeof *id) == 0);
		CHECK(memcmp(logit[0], logit[1], sizeof *logit) == 0);
		CHECK(memcmp(tail[0], tail[1], sizeof *tail) == 0);
	}
	read_top(&r, id[1], logit[1], tail[1]);
	CHECK_INT(r.says.forward, 0);
	teacherrig_close(&r);
	teacherrig_remove_tree(dir);
	unsetenv("XDG_CACHE_HOME");
}

/* A file without checksums, as older versions wrote it: read, except chunks with class ids that do
 * not exist or numbers that are not finite. */
static void
files_without_checksums_are_read(void **state)
{
	static const char magic = '1';
	char dir[] = "/tmp/retort-answers-XXXXXX", path[200];
	const real other = (real)0.25;
	const double bad[] = { -1, TEACHERRIG_VOCAB, 3e9, NAN, INFINITY };
	int32_t id[2][POSITIONS * TOP];
	real logit[2][POSITIONS * TOP], tail[2][POSITIONS];
	struct logit_cache_shape shape;
	struct teacherrig r;
	size_t size, first;

	(void)state;
	CHECK(mkdtemp(dir) != NULL);
	setenv("XDG_CACHE_HOME", dir, 1);
	teacherrig_open(&r);
	memset(r.wants, 0, sizeof r.wants);
	r.options = (struct teacher_options){ .cache = TEACHER_DISK, .top = TOP };
	read_top(&r, id[0], logit[0], tail[0]);
	shape = teacher_cache_shape(&r.says, r.layers - 1, MODEL_HIDDEN);
	size = logit_cache_size(&shape);
	first = size - mem_arena_round(shape.rows * shape.width * sizeof(real)); /* row 0 */
	CHECK(find_file(dir, "hidden", path, sizeof path) > size);
	teacher_close(&r.says);
	CHECK_INT(truncate(path, (off_t)size), 0);
	overwrite(path, 14, &magic, 1);
	overwrite(path, first + TOP * sizeof other, &other, sizeof other);
	read_top(&r, id[1], logit[1], tail[1]);
	CHECK_INT(r.says.forward, 0);
	CHECK_NEAR(logit[1][0], other, 0);
	CHECK_INT(find_file(dir, "hidden", path, sizeof path), size);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		real x = (real)bad[i];

		teacher_close(&r.says);
		overwrite(path, first, &x, sizeof x);
		read_top(&r, id[1], logit[1], tail[1]);
		CHECK_INT(r.says.forward, r.says.chunk);
		CHECK(memcmp(id[0], id[1], sizeof *id) == 0);
		CHECK_NEAR(logit[1][0], logit[0][0], 0);
	}
	teacherrig_close(&r);
	teacherrig_remove_tree(dir);
	unsetenv("XDG_CACHE_HOME");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cache_files_are_found_by_their_key_only),
		TEST(damaged_chunks_are_computed_again),
		TEST(files_without_checksums_are_read),
	};

	blas_init(1, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
