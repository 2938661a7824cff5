/* test_teacher.c: outputs of a teacher, cached in memory, on disk, partly, or not at all. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <unistd.h>

#include "retort/base/io.h"
#include "retort/base/rng.h"
#include "retort/nn/gemm/blas.h"
#include "retort/kd/spatial.h"
#include "retort/kd/teacher.h"
#include "retort/nn/models/model_table.h"

#define ROWS 150
#define LENGTH 6
#define VOCAB 13
#define ASKED 10

static int32_t ids[ROWS * LENGTH + 1], labels[ROWS];
static const struct dataset stream = { .kind = DATASET_TOKENS,
				       .n = ROWS,
				       .d = LENGTH,
				       .length = LENGTH,
				       .vocab = VOCAB,
				       .classes = VOCAB,
				       .next_token = true,
				       .ids = ids,
				       .y = labels };

struct rig {
	struct net *net;
	real *value;
	struct hash inputs;
	struct batch batch;
	struct teacher says;
	struct teacher_options options;
	unsigned wants[MODEL_LAYERS];
	int layers;
};

static void
rig_open(struct rig *r)
{
	struct model_io io = model_io_of(&stream);
	static int32_t y[ROWS];
	struct dataset ds = stream;
	struct model_spec spec;
	uint32_t rows[ASKED];
	struct err e;

	memset(r, 0, sizeof *r);
	for (size_t i = 0; i < ROWS * LENGTH + 1; i++)
		ids[i] = (int32_t)rng_below(rng_stream(1, "ids", 0, 0), i, VOCAB);
	ds.y = y;
	CHECK_INT(model_table_parse("decoder layers=2 width=8 heads=2", &spec, &e), 0);
	r->net = net_new("big", &spec, &io, ASKED, NULL, NULL, &e);
	CHECK(r->net != NULL);
	r->layers = r->net->n_layers;
	r->value = mem_try(r->net->layout.len, sizeof(real));
	param_start_all(&r->net->layout, r->value, 5, "big");
	r->inputs = hash_of(ids, sizeof ids);
	CHECK_INT(batch_init(&r->batch, ASKED, &ds, &e), 0);
	for (uint32_t i = 0; i < ASKED; i++)
		rows[i] = i * 13 % ROWS;
	batch_fill(&r->batch, &ds, rows, ASKED, NULL);
	r->wants[1] = 1u << MODEL_HIDDEN | 1u << MODEL_ATTENTION;
	r->wants[2] = 1u << MODEL_VALUE | 1u << TEACHER_SPATIAL;
}

static void
rig_close(struct rig *r)
{
	teacher_close(&r->says);
	net_free(r->net);
	mem_free(r->value);
	batch_release(&r->batch);
}

static int
open_teacher(struct rig *r, struct err *e)
{
	return teacher_open(&r->says, r->net, r->value, &stream, &r->inputs, r->wants, &r->options,
			    ASKED, false, e);
}

/* All requested outputs, concatenated. */
static real *
answers(struct rig *r, size_t *len)
{
	real *all = NULL, *out = mem_array(ASKED * 1000, sizeof *out);
	size_t cap = 0;

	*len = 0;
	teacher_run(&r->says, &r->batch);
	for (int i = 0; i < r->layers; i++)
		for (int what = 0; what < TEACHER_TAPS; what++) {
			const real *x, *look;
			const int32_t *row;
			size_t n, width;

			if (!(r->says.wants[i] & 1u << what) ||
			    (r->options.top && i == r->layers - 1))
				continue;
			n = ASKED * teacher_width(&r->says, i, what);
			x = teacher_outputs(&r->says, i, what, &r->batch, out);
			look = teacher_borrow(&r->says, i, what, &r->batch, &row);
			width = n / ASKED;
			for (size_t k = 0; k < ASKED; k++)
				CHECK(memcmp(look + (row ? (size_t)row[k] : k) * width,
					     x + k * width, width * sizeof *x) == 0);
			mem_grow(&all, &cap, *len + n, sizeof *all);
			memcpy(all + *len, x, n * sizeof *all);
			*len += n;
		}
	mem_free(out);
	return all;
}

static void
remove_tree(const char *dir)
{
	char command[80];

	snprintf(command, sizeof command, "rm -rf '%s'", dir);
	CHECK_INT(system(command), 0);
}

static void
outputs_are_the_same_with_any_cache(void **state)
{
	char dir[] = "/tmp/retort-answers-XXXXXX",
	     *home = getenv("XDG_CACHE_HOME") ? mem_text(getenv("XDG_CACHE_HOME")) : NULL;
	real *first = NULL;
	struct rig r;
	struct err e;
	size_t n = 0;

	(void)state;
	CHECK(mkdtemp(dir) != NULL);
	setenv("XDG_CACHE_HOME", dir, 1);
	rig_open(&r);
	for (int c = TEACHER_AUTO; teacher_cache_name[c]; c++) {
		size_t len;
		real *x;

		r.options.cache = (enum teacher_cache)c;
		CHECK_INT(open_teacher(&r, &e), 0);
		CHECK_INT(r.says.is_cached, c != TEACHER_OFF);
		x = answers(&r, &len);
		CHECK(len > 0 && (!first || len == n));
		for (size_t i = 0; first && i < len; i++)
			CHECK_NEAR(x[i], first[i], 1e-12); /* rows in another batch give the same */
		n = len;
		if (first)
			mem_free(x);
		else
			first = x;
	}
	mem_free(first);
	rig_close(&r);
	remove_tree(dir);
	if (home)
		setenv("XDG_CACHE_HOME", home, 1);
	else
		unsetenv("XDG_CACHE_HOME");
	mem_free(home);
}

static void
cache_files_are_found_by_their_key_only(void **state)
{
	char dir[] = "/tmp/retort-answers-XXXXXX";
	struct rig r;
	struct err e;
	size_t len;

	(void)state;
	CHECK(mkdtemp(dir) != NULL);
	setenv("XDG_CACHE_HOME", dir, 1);
	rig_open(&r);
	r.options.cache = TEACHER_DISK;
	CHECK_INT(open_teacher(&r, &e), 0);
	mem_free(answers(&r, &len));
	CHECK(r.says.forward > 0);
	teacher_close(&r.says);
	CHECK_INT(open_teacher(&r, &e), 0); /* as another session would */
	mem_free(answers(&r, &len));
	CHECK_INT(r.says.forward, 0);
	teacher_close(&r.says);
	r.value[3] += (real)0.5;
	CHECK_INT(open_teacher(&r, &e), 0);
	mem_free(answers(&r, &len));
	CHECK(r.says.forward > 0);
	rig_close(&r);
	remove_tree(dir);
	unsetenv("XDG_CACHE_HOME");
}

static void
the_largest_logits_are_kept_with_the_mass_of_the_rest(void **state)
{
	int32_t id[ASKED * LENGTH * 3];
	real logit[ASKED * LENGTH * 3], tail[ASKED * LENGTH],
		*whole = mem_array(ASKED * LENGTH * VOCAB, sizeof *whole);
	struct rig r;
	struct err e;

	(void)state;
	rig_open(&r);
	CHECK_INT(open_teacher(&r, &e), 0);
	teacher_run(&r.says, &r.batch);
	teacher_outputs(&r.says, r.layers - 1, MODEL_HIDDEN, &r.batch, whole);
	r.options.top = 3;
	CHECK_INT(open_teacher(&r, &e), 0);
	teacher_run(&r.says, &r.batch);
	teacher_top(&r.says, &r.batch, id, logit, tail);
	for (size_t p = 0; p < ASKED * LENGTH; p++) {
		const real *z = whole + p * VOCAB;
		double rest = 0;

		for (int k = 0; k < 3; k++) {
			CHECK_NEAR(logit[p * 3 + k], z[id[p * 3 + k]], 1e-12);
			CHECK(k == 0 || logit[p * 3 + k] <= logit[p * 3 + k - 1]);
		}
		for (int c = 0; c < VOCAB; c++)
			if (c != id[p * 3] && c != id[p * 3 + 1] && c != id[p * 3 + 2]) {
				CHECK(z[c] <= logit[p * 3 + 2]);
				rest += exp(z[c]);
			}
		CHECK_NEAR(tail[p], log(rest), 1e-10);
	}
	mem_free(whole);
	rig_close(&r);
}

/* An augmented batch is not served from the cache, and leaves the cache unchanged. */
static void
augmented_rows_bypass_the_cache(void **state)
{
	int32_t id[2][ASKED * LENGTH * 3];
	real logit[2][ASKED * LENGTH * 3], tail[2][ASKED * LENGTH], *kept, *off, *on;
	struct rig r;
	struct err e;
	size_t n;

	(void)state;
	rig_open(&r);
	CHECK_INT(open_teacher(&r, &e), 0);
	kept = answers(&r, &n);
	batch_i32(&r.batch, BATCH_IDS)[3] ^= 1; /* another token than in the row of the data */
	r.batch.augmented = true;
	CHECK_INT(teacher_open(&r.says, r.net, r.value, &stream, &r.inputs, r.wants, &r.options,
			       ASKED, true, &e),
		  0);
	CHECK(r.says.is_cached && r.says.cache[1][MODEL_HIDDEN].filled[0]);
	on = answers(&r, &n);
	CHECK(memcmp(on, kept, n * sizeof *on) != 0);
	r.options.cache = TEACHER_OFF;
	CHECK_INT(open_teacher(&r, &e), 0);
	off = answers(&r, &n);
	CHECK(memcmp(on, off, n * sizeof *on) == 0);
	mem_free(on);
	mem_free(off);
	r.options.cache = TEACHER_MEMORY;
	for (int as_they_are = 0; as_they_are < 2;
	     as_they_are++) { /* the maximum of these, and of the row */
		r.options.top = 3;
		CHECK_INT(teacher_open(&r.says, r.net, r.value, &stream, &r.inputs, r.wants,
				       &r.options, ASKED, true, &e),
			  0);
		teacher_run(&r.says, &r.batch);
		teacher_top(&r.says, &r.batch, id[as_they_are], logit[as_they_are],
			    tail[as_they_are]);
		batch_i32(&r.batch, BATCH_IDS)[3] ^= 1;
	}
	CHECK(memcmp(logit[0], logit[1], sizeof logit[0]) != 0);
	r.batch.augmented = false;
	teacher_run(&r.says, &r.batch);
	teacher_top(&r.says, &r.batch, id[0], logit[0], tail[0]);
	CHECK(memcmp(id[0], id[1], sizeof id[0]) == 0 &&
	      memcmp(logit[0], logit[1], sizeof logit[0]) == 0 &&
	      memcmp(tail[0], tail[1], sizeof tail[0]) == 0);
	mem_free(kept);
	rig_close(&r);
}

/* With and without cache: the attention map of a layer's hidden state, which itself is not
 * requested. */
static void
spatial_maps_need_no_hidden_states(void **state)
{
	real map[ASKED * LENGTH * 8], want[ASKED * LENGTH], got[ASKED * LENGTH];
	struct rig r;
	struct err e;

	(void)state;
	rig_open(&r);
	r.wants[2] |= 1u << MODEL_HIDDEN;
	CHECK_INT(open_teacher(&r, &e), 0);
	teacher_run(&r.says, &r.batch);
	teacher_outputs(&r.says, 2, MODEL_HIDDEN, &r.batch, map);
	spatial_map(map, ASKED, LENGTH, 8, want, NULL);
	for (int kept = 0; kept < 2; kept++) {
		const real *says;

		teacher_close(&r.says);
		r.wants[2] = 1u << TEACHER_SPATIAL;
		r.options.cache = kept ? TEACHER_MEMORY : TEACHER_OFF;
		CHECK_INT(open_teacher(&r, &e), 0);
		CHECK_INT(teacher_width(&r.says, 2, TEACHER_SPATIAL), LENGTH);
		teacher_run(&r.says, &r.batch);
		says = teacher_outputs(&r.says, 2, TEACHER_SPATIAL, &r.batch, got);
		for (size_t i = 0; i < ASKED * LENGTH; i++)
			CHECK_NEAR(says[i], want[i], 1e-12);
	}
	rig_close(&r);
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
read_top(struct rig *r, int32_t *id, real *logit, real *tail)
{
	struct err e;

	teacher_close(&r->says);
	CHECK_INT(open_teacher(r, &e), 0);
	teacher_run(&r->says, &r->batch);
	teacher_top(&r->says, &r->batch, id, logit, tail);
}

#define TOP 3
#define POSITIONS (ASKED * LENGTH)

/* Any changed byte is found by its checksum; the chunk is computed again, with the same bits, and
 * the file is repaired. */
static void
damaged_chunks_are_computed_again(void **state)
{
	char dir[] = "/tmp/retort-answers-XXXXXX", path[200];
	int32_t id[2][POSITIONS * TOP];
	real logit[2][POSITIONS * TOP], tail[2][POSITIONS];
	struct rig r;
	size_t size;

	(void)state;
	CHECK(mkdtemp(dir) != NULL);
	setenv("XDG_CACHE_HOME", dir, 1);
	rig_open(&r);
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
	rig_close(&r);
	remove_tree(dir);
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
	const double bad[] = { -1, VOCAB, 3e9, NAN, INFINITY };
	int32_t id[2][POSITIONS * TOP];
	real logit[2][POSITIONS * TOP], tail[2][POSITIONS];
	struct logit_cache_shape shape;
	struct rig r;
	size_t size, first;

	(void)state;
	CHECK(mkdtemp(dir) != NULL);
	setenv("XDG_CACHE_HOME", dir, 1);
	rig_open(&r);
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
	rig_close(&r);
	remove_tree(dir);
	unsetenv("XDG_CACHE_HOME");
}

/* A failed open leaves a teacher that can be opened again, with the same outputs. */
static void
a_failed_open_can_be_repeated(void **state)
{
	char dir[] = "/tmp/retort-answers-XXXXXX", file[80];
	struct rig r;
	struct err e;
	size_t n[2];
	real *x[2];

	(void)state;
	CHECK(mkdtemp(dir) != NULL);
	snprintf(file, sizeof file, "%s/file", dir);
	CHECK_INT(io_write(file, (const void *[]){ "" }, (size_t[]){ 0 }, 1, &e), 0);
	rig_open(&r);
	CHECK_INT(open_teacher(&r, &e), 0);
	x[0] = answers(&r, &n[0]);
	r.options.cache = TEACHER_DISK;
	setenv("XDG_CACHE_HOME", file, 1); /* no directory */
	CHECK_INT(open_teacher(&r, &e), -1);
	CHECK(!r.says.is_open && !r.says.net && !r.says.cache[1][MODEL_HIDDEN].out);
	unsetenv("XDG_CACHE_HOME");
	r.options.cache = TEACHER_OFF;
	CHECK_INT(teacher_open(&r.says, r.net, r.value, &stream, &r.inputs, r.wants, &r.options,
			       (size_t)1 << 50, false, &e),
		  -1); /* no memory */
	CHECK(!r.says.is_open && !r.says.net);
	r.options.cache = TEACHER_AUTO;
	CHECK_INT(open_teacher(&r, &e), 0);
	/* an open one that cannot grow is closed too */
	CHECK_INT(teacher_open(&r.says, r.net, r.value, &stream, &r.inputs, r.wants, &r.options,
			       (size_t)1 << 50, true, &e),
		  -1);
	CHECK(!r.says.is_open && !r.says.net);
	CHECK_INT(open_teacher(&r, &e), 0);
	x[1] = answers(&r, &n[1]);
	CHECK_INT(n[0], n[1]);
	CHECK(memcmp(x[0], x[1], n[0] * sizeof **x) == 0);
	mem_free(x[0]);
	mem_free(x[1]);
	rig_close(&r);
	remove_tree(dir);
}

static void
uncacheable_outputs_are_refused(void **state)
{
	struct rig r;
	struct err e;

	(void)state;
	rig_open(&r);
	r.options.top = VOCAB;
	CHECK_INT(open_teacher(&r, &e), -1);
	CHECK(strstr(e.msg, "top 13") && strstr(e.msg, "less than 13"));
	r.options.top = 2;
	r.options.cache = TEACHER_OFF;
	CHECK_INT(open_teacher(&r, &e), -1);
	CHECK(strstr(e.msg, "top 2") && strstr(e.msg, "cache is off"));
	rig_close(&r);
}

/* Softmax of the logits of the batch. */
static void
chances(struct rig *r, real *logit, real *p)
{
	real *out = mem_array(ASKED * LENGTH * VOCAB, sizeof *out);
	const real *z;

	teacher_run(&r->says, &r->batch);
	z = teacher_outputs(&r->says, r->layers - 1, MODEL_HIDDEN, &r->batch, out);
	memcpy(logit, z, ASKED * LENGTH * VOCAB * sizeof *z);
	for (size_t i = 0; i < ASKED * LENGTH; i++) {
		real sum = 0;

		for (size_t c = 0; c < VOCAB; c++)
			sum += p[i * VOCAB + c] = exp(logit[i * VOCAB + c]);
		for (size_t c = 0; c < VOCAB; c++)
			p[i * VOCAB + c] /= sum;
	}
	mem_free(out);
}

static void
bf16_weights_give_nearly_the_same_outputs_and_report_the_effect(void **state)
{
	enum { N = ASKED * LENGTH * VOCAB };
	static real exact[N], rounded[N], p[N], q[N];
	uint32_t rows[ASKED];
	double kl = 0, largest = 0, agree = 0;
	struct rig r;
	struct err e;

	(void)state;
	rig_open(&r);
	for (uint32_t i = 0; i < ASKED; i++)
		rows[i] = i;
	batch_fill(&r.batch, &stream, rows, ASKED, NULL);
	r.options.cache = TEACHER_OFF; /* the first rows are compared, as many as a batch has */
	CHECK_INT(open_teacher(&r, &e), 0);
	CHECK_INT(r.says.effect.positions, 0);
	chances(&r, exact, p);
	r.options.bf16 = true;
	CHECK_INT(open_teacher(&r, &e), 0);
	CHECK_INT(r.says.forward, 0);
	chances(&r, rounded, q);
	for (size_t i = 0; i < ASKED * LENGTH; i++) {
		size_t a = i * VOCAB, b = i * VOCAB;

		for (size_t c = i * VOCAB; c < (i + 1) * VOCAB; c++) {
			kl += p[c] * log(p[c] / q[c]);
			largest = fmax(largest, fabs(exact[c] - rounded[c]));
			a = exact[c] > exact[a] ? c : a;
			b = rounded[c] > rounded[b] ? c : b;
		}
		agree += a == b;
	}
	CHECK_INT(r.says.effect.positions, ASKED * LENGTH);
	CHECK_NEAR(r.says.effect.kl, kl / (ASKED * LENGTH), 1e-12);
	CHECK_NEAR(r.says.effect.largest, largest, 1e-12);
	CHECK_NEAR(r.says.effect.agreement, agree / (ASKED * LENGTH), 1e-12);
	CHECK(largest > 0 && largest < 0.01 && kl > 0 && kl / (ASKED * LENGTH) < 1e-5);
	rig_close(&r);
}

static void
bf16_weights_follow_changes(void **state)
{
	enum { N = ASKED * LENGTH * VOCAB };
	static real before[N], after[N], again[N], p[N];
	struct rig r;
	struct err e;

	(void)state;
	rig_open(&r);
	r.options.bf16 = true;
	CHECK_INT(open_teacher(&r, &e), 0);
	chances(&r, before, p);
	for (size_t i = 0; i < r.net->layout.len; i++)
		r.value[i] *= (real)1.5;
	CHECK_INT(open_teacher(&r, &e), 0);
	chances(&r, after, p);
	CHECK(memcmp(before, after, sizeof before) != 0);
	teacher_close(&r.says);
	CHECK_INT(open_teacher(&r, &e), 0);
	chances(&r, again, p);
	CHECK(memcmp(again, after, sizeof after) == 0);
	rig_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(outputs_are_the_same_with_any_cache),
		TEST(cache_files_are_found_by_their_key_only),
		TEST(the_largest_logits_are_kept_with_the_mass_of_the_rest),
		TEST(augmented_rows_bypass_the_cache),
		TEST(spatial_maps_need_no_hidden_states),
		TEST(damaged_chunks_are_computed_again),
		TEST(files_without_checksums_are_read),
		TEST(a_failed_open_can_be_repeated),
		TEST(uncacheable_outputs_are_refused),
		TEST(bf16_weights_give_nearly_the_same_outputs_and_report_the_effect),
		TEST(bf16_weights_follow_changes),
	};

	blas_init(1, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
