/* test_teacher_files.c: files of cached outputs: found again, damaged, of older versions. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "teacherrig.h"

#include <stdlib.h>
#include <sys/wait.h>
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

/* In a process of its own: open the shared cache, ask for all outputs, write the number of rows
 * that went through the network, and their hash. */
static void
ask_beside(struct teacherrig *r, int fd)
{
	struct {
		uint64_t forward;
		struct hash outputs;
	} got;
	struct err e;
	size_t len;
	real *out;

	if (teacherrig_open_teacher(r, &e) < 0)
		_exit(1);
	out = teacherrig_outputs(r, &len);
	got.forward = r->says.forward;
	got.outputs = hash_of(out, len * sizeof *out);
	_exit(write(fd, &got, sizeof got) == sizeof got ? 0 : 1);
}

#define BESIDE 6

/* Processes that begin at once fill each chunk of a shared cache once, and all read the same. */
static void
processes_share_the_work(void **state)
{
	char dir[] = "/tmp/retort-answers-XXXXXX";
	struct {
		uint64_t forward;
		struct hash outputs;
	} got;
	uint64_t alone, sum = 0;
	struct hash want;
	struct teacherrig r;
	int pipes[2], status;
	struct err e;
	size_t len;
	real *out;

	(void)state;
	CHECK(mkdtemp(dir) != NULL && pipe(pipes) == 0);
	setenv("XDG_CACHE_HOME", dir, 1);
	teacherrig_open(&r);
	r.options = (struct teacher_options){ .cache = TEACHER_MEMORY };
	CHECK_INT(teacherrig_open_teacher(&r, &e), 0);
	out = teacherrig_outputs(&r, &len);
	alone = r.says.forward;
	want = hash_of(out, len * sizeof *out);
	mem_free(out);
	teacher_close(&r.says);
	r.options = (struct teacher_options){ .cache = TEACHER_AUTO, .shared = true };
	for (int i = 0; i < BESIDE; i++)
		if (fork() == 0)
			ask_beside(&r, pipes[1]);
	for (int i = 0; i < BESIDE; i++) {
		CHECK_INT(read(pipes[0], &got, sizeof got), sizeof got);
		CHECK(memcmp(&got.outputs, &want, sizeof want) == 0);
		sum += got.forward;
		CHECK(wait(&status) > 0 && status == 0);
	}
	CHECK(alone > 0);
	CHECK_INT(sum, alone);
	close(pipes[0]);
	close(pipes[1]);
	teacherrig_close(&r);
	teacherrig_remove_tree(dir);
	unsetenv("XDG_CACHE_HOME");
}

/* Without a directory for its files, a cache that is shared where it can be is in memory. */
static void
sharing_needs_no_directory(void **state)
{
	struct teacherrig r;
	struct err e;
	size_t len;

	(void)state;
	setenv("XDG_CACHE_HOME", "/dev/null", 1);
	teacherrig_open(&r);
	r.options = (struct teacher_options){ .cache = TEACHER_AUTO, .shared = true };
	CHECK_INT(teacherrig_open_teacher(&r, &e), 0);
	mem_free(teacherrig_outputs(&r, &len));
	CHECK(r.says.forward > 0);
	CHECK_INT(r.says.cache[r.layers - 1][MODEL_HIDDEN].mapped, 0);
	teacher_close(&r.says);
	r.options.cache = TEACHER_DISK;
	CHECK_INT(teacherrig_open_teacher(&r, &e), -1);
	teacherrig_close(&r);
	unsetenv("XDG_CACHE_HOME");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(processes_share_the_work),
		TEST(sharing_needs_no_directory),
		TEST(cache_files_are_found_by_their_key_only),
		TEST(damaged_chunks_are_computed_again),
		TEST(files_without_checksums_are_read),
	};

	blas_init(1, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
