/* test_teacher.c: outputs of a teacher, cached in memory, on disk, partly, or not at all. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "teacherrig.h"

#include <unistd.h>

#include "retort/base/io.h"
#include "retort/base/rng.h"
#include "retort/nn/gemm/blas.h"
#include "retort/kd/spatial.h"
#include "retort/kd/teacher.h"
#include "retort/nn/models/model_table.h"

static void
outputs_are_the_same_with_any_cache(void **state)
{
	char dir[] = "/tmp/retort-answers-XXXXXX",
	     *home = getenv("XDG_CACHE_HOME") ? mem_text(getenv("XDG_CACHE_HOME")) : NULL;
	real *first = NULL;
	struct teacherrig r;
	struct err e;
	size_t n = 0;

	(void)state;
	CHECK(mkdtemp(dir) != NULL);
	setenv("XDG_CACHE_HOME", dir, 1);
	teacherrig_open(&r);
	for (int c = TEACHER_AUTO; teacher_cache_name[c]; c++) {
		size_t len;
		real *x;

		r.options.cache = (enum teacher_cache)c;
		CHECK_INT(teacherrig_open_teacher(&r, &e), 0);
		CHECK_INT(r.says.is_cached, c != TEACHER_OFF);
		x = teacherrig_outputs(&r, &len);
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
	teacherrig_close(&r);
	teacherrig_remove_tree(dir);
	if (home)
		setenv("XDG_CACHE_HOME", home, 1);
	else
		unsetenv("XDG_CACHE_HOME");
	mem_free(home);
}

static void
the_largest_logits_are_kept_with_the_mass_of_the_rest(void **state)
{
	int32_t id[TEACHERRIG_ASKED * TEACHERRIG_LENGTH * 3];
	real logit[TEACHERRIG_ASKED * TEACHERRIG_LENGTH * 3],
		tail[TEACHERRIG_ASKED * TEACHERRIG_LENGTH],
		*whole = mem_array(TEACHERRIG_ASKED * TEACHERRIG_LENGTH * TEACHERRIG_VOCAB,
				   sizeof *whole);
	struct teacherrig r;
	struct err e;

	(void)state;
	teacherrig_open(&r);
	CHECK_INT(teacherrig_open_teacher(&r, &e), 0);
	teacher_run(&r.says, &r.batch);
	teacher_outputs(&r.says, r.layers - 1, MODEL_HIDDEN, &r.batch, whole);
	r.options.top = 3;
	CHECK_INT(teacherrig_open_teacher(&r, &e), 0);
	teacher_run(&r.says, &r.batch);
	teacher_top(&r.says, &r.batch, id, logit, tail);
	for (size_t p = 0; p < TEACHERRIG_ASKED * TEACHERRIG_LENGTH; p++) {
		const real *z = whole + p * TEACHERRIG_VOCAB;
		double rest = 0;

		for (int k = 0; k < 3; k++) {
			CHECK_NEAR(logit[p * 3 + k], z[id[p * 3 + k]], 1e-12);
			CHECK(k == 0 || logit[p * 3 + k] <= logit[p * 3 + k - 1]);
		}
		for (int c = 0; c < TEACHERRIG_VOCAB; c++)
			if (c != id[p * 3] && c != id[p * 3 + 1] && c != id[p * 3 + 2]) {
				CHECK(z[c] <= logit[p * 3 + 2]);
				rest += exp(z[c]);
			}
		CHECK_NEAR(tail[p], log(rest), 1e-10);
	}
	mem_free(whole);
	teacherrig_close(&r);
}

/* An augmented batch is not served from the cache, and leaves the cache unchanged. */
static void
augmented_rows_bypass_the_cache(void **state)
{
	real *kept, *off, *on;
	struct teacherrig r;
	struct err e;
	size_t n;

	(void)state;
	teacherrig_open(&r);
	CHECK_INT(teacherrig_open_teacher(&r, &e), 0);
	kept = teacherrig_outputs(&r, &n);
	batch_i32(&r.batch, BATCH_IDS)[3] ^= 1; /* another token than in the row of the data */
	r.batch.augmented = true;
	CHECK_INT(teacher_open(&r.says, r.net, r.value, &teacherrig_data, &r.inputs, r.wants,
			       &r.options, TEACHERRIG_ASKED, true, &e),
		  0);
	CHECK(r.says.is_cached && r.says.cache[1][MODEL_HIDDEN].filled[0]);
	on = teacherrig_outputs(&r, &n);
	CHECK(memcmp(on, kept, n * sizeof *on) != 0);
	r.options.cache = TEACHER_OFF;
	CHECK_INT(teacherrig_open_teacher(&r, &e), 0);
	off = teacherrig_outputs(&r, &n);
	CHECK(memcmp(on, off, n * sizeof *on) == 0);
	mem_free(on);
	mem_free(off);
	mem_free(kept);
	teacherrig_close(&r);
}

/* The largest logits too: of the augmented rows, then of the rows as they are, from the cache. */
static void
largest_logits_of_augmented_rows_bypass_the_cache(void **state)
{
	int32_t id[2][TEACHERRIG_ASKED * TEACHERRIG_LENGTH * 3];
	real logit[2][TEACHERRIG_ASKED * TEACHERRIG_LENGTH * 3],
		tail[2][TEACHERRIG_ASKED * TEACHERRIG_LENGTH];
	struct teacherrig r;
	struct err e;

	(void)state;
	teacherrig_open(&r);
	r.options = (struct teacher_options){ .cache = TEACHER_MEMORY, .top = 3 };
	batch_i32(&r.batch, BATCH_IDS)[3] ^= 1; /* another token than in the row of the data */
	r.batch.augmented = true;
	for (int as_they_are = 0; as_they_are < 2; as_they_are++) {
		CHECK_INT(teacher_open(&r.says, r.net, r.value, &teacherrig_data, &r.inputs,
				       r.wants, &r.options, TEACHERRIG_ASKED, true, &e),
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
	teacherrig_close(&r);
}

/* With and without cache: the attention map of a layer's hidden state, which itself is not
 * requested. */
static void
spatial_maps_need_no_hidden_states(void **state)
{
	real map[TEACHERRIG_ASKED * TEACHERRIG_LENGTH * 8],
		want[TEACHERRIG_ASKED * TEACHERRIG_LENGTH],
		got[TEACHERRIG_ASKED * TEACHERRIG_LENGTH];
	struct teacherrig r;
	struct err e;

	(void)state;
	teacherrig_open(&r);
	r.wants[2] |= 1u << MODEL_HIDDEN;
	CHECK_INT(teacherrig_open_teacher(&r, &e), 0);
	teacher_run(&r.says, &r.batch);
	teacher_outputs(&r.says, 2, MODEL_HIDDEN, &r.batch, map);
	spatial_map(map, TEACHERRIG_ASKED, TEACHERRIG_LENGTH, 8, want, NULL);
	for (int kept = 0; kept < 2; kept++) {
		const real *says;

		teacher_close(&r.says);
		r.wants[2] = 1u << TEACHER_SPATIAL;
		r.options.cache = kept ? TEACHER_MEMORY : TEACHER_OFF;
		CHECK_INT(teacherrig_open_teacher(&r, &e), 0);
		CHECK_INT(teacher_width(&r.says, 2, TEACHER_SPATIAL), TEACHERRIG_LENGTH);
		teacher_run(&r.says, &r.batch);
		says = teacher_outputs(&r.says, 2, TEACHER_SPATIAL, &r.batch, got);
		for (size_t i = 0; i < TEACHERRIG_ASKED * TEACHERRIG_LENGTH; i++)
			CHECK_NEAR(says[i], want[i], 1e-12);
	}
	teacherrig_close(&r);
}

/* A failed open leaves a teacher that can be opened again, with the same outputs. */
static void
a_failed_open_can_be_repeated(void **state)
{
	char dir[] = "/tmp/retort-answers-XXXXXX", file[80];
	struct teacherrig r;
	struct err e;
	size_t n[2];
	real *x[2];

	(void)state;
	CHECK(mkdtemp(dir) != NULL);
	snprintf(file, sizeof file, "%s/file", dir);
	CHECK_INT(io_write(file, (const void *[]){ "" }, (size_t[]){ 0 }, 1, &e), 0);
	teacherrig_open(&r);
	CHECK_INT(teacherrig_open_teacher(&r, &e), 0);
	x[0] = teacherrig_outputs(&r, &n[0]);
	r.options.cache = TEACHER_DISK;
	setenv("XDG_CACHE_HOME", file, 1); /* no directory */
	CHECK_INT(teacherrig_open_teacher(&r, &e), -1);
	CHECK(!r.says.is_open && !r.says.net && !r.says.cache[1][MODEL_HIDDEN].out);
	unsetenv("XDG_CACHE_HOME");
	r.options.cache = TEACHER_OFF;
	CHECK_INT(teacher_open(&r.says, r.net, r.value, &teacherrig_data, &r.inputs, r.wants,
			       &r.options, (size_t)1 << 50, false, &e),
		  -1); /* no memory */
	CHECK(!r.says.is_open && !r.says.net);
	r.options.cache = TEACHER_AUTO;
	CHECK_INT(teacherrig_open_teacher(&r, &e), 0);
	/* an open one that cannot grow is closed too */
	CHECK_INT(teacher_open(&r.says, r.net, r.value, &teacherrig_data, &r.inputs, r.wants,
			       &r.options, (size_t)1 << 50, true, &e),
		  -1);
	CHECK(!r.says.is_open && !r.says.net);
	CHECK_INT(teacherrig_open_teacher(&r, &e), 0);
	x[1] = teacherrig_outputs(&r, &n[1]);
	CHECK_INT(n[0], n[1]);
	CHECK(memcmp(x[0], x[1], n[0] * sizeof **x) == 0);
	mem_free(x[0]);
	mem_free(x[1]);
	teacherrig_close(&r);
	teacherrig_remove_tree(dir);
}

static void
uncacheable_outputs_are_refused(void **state)
{
	struct teacherrig r;
	struct err e;

	(void)state;
	teacherrig_open(&r);
	r.options.top = TEACHERRIG_VOCAB;
	CHECK_INT(teacherrig_open_teacher(&r, &e), -1);
	CHECK(strstr(e.msg, "top 13") && strstr(e.msg, "less than 13"));
	r.options.top = 2;
	r.options.cache = TEACHER_OFF;
	CHECK_INT(teacherrig_open_teacher(&r, &e), -1);
	CHECK(strstr(e.msg, "top 2") && strstr(e.msg, "cache is off"));
	teacherrig_close(&r);
}

/* Softmax of the logits of the batch. */
static void
chances(struct teacherrig *r, real *logit, real *p)
{
	real *out = mem_array(TEACHERRIG_ASKED * TEACHERRIG_LENGTH * TEACHERRIG_VOCAB, sizeof *out);
	const real *z;

	teacher_run(&r->says, &r->batch);
	z = teacher_outputs(&r->says, r->layers - 1, MODEL_HIDDEN, &r->batch, out);
	memcpy(logit, z, TEACHERRIG_ASKED * TEACHERRIG_LENGTH * TEACHERRIG_VOCAB * sizeof *z);
	for (size_t i = 0; i < TEACHERRIG_ASKED * TEACHERRIG_LENGTH; i++) {
		real sum = 0;

		for (size_t c = 0; c < TEACHERRIG_VOCAB; c++)
			sum += p[i * TEACHERRIG_VOCAB + c] = exp(logit[i * TEACHERRIG_VOCAB + c]);
		for (size_t c = 0; c < TEACHERRIG_VOCAB; c++)
			p[i * TEACHERRIG_VOCAB + c] /= sum;
	}
	mem_free(out);
}

static void
bf16_weights_give_nearly_the_same_outputs_and_report_the_effect(void **state)
{
	enum { N = TEACHERRIG_ASKED * TEACHERRIG_LENGTH * TEACHERRIG_VOCAB };
	static real exact[N], rounded[N], p[N], q[N];
	uint32_t rows[TEACHERRIG_ASKED];
	double kl = 0, largest = 0, agree = 0;
	struct teacherrig r;
	struct err e;

	(void)state;
	teacherrig_open(&r);
	for (uint32_t i = 0; i < TEACHERRIG_ASKED; i++)
		rows[i] = i;
	batch_fill(&r.batch, &teacherrig_data, rows, TEACHERRIG_ASKED, NULL);
	r.options.cache = TEACHER_OFF; /* the first rows are compared, as many as a batch has */
	CHECK_INT(teacherrig_open_teacher(&r, &e), 0);
	CHECK_INT(r.says.effect.positions, 0);
	chances(&r, exact, p);
	r.options.bf16 = true;
	CHECK_INT(teacherrig_open_teacher(&r, &e), 0);
	CHECK_INT(r.says.forward, 0);
	chances(&r, rounded, q);
	for (size_t i = 0; i < TEACHERRIG_ASKED * TEACHERRIG_LENGTH; i++) {
		size_t a = i * TEACHERRIG_VOCAB, b = i * TEACHERRIG_VOCAB;

		for (size_t c = i * TEACHERRIG_VOCAB; c < (i + 1) * TEACHERRIG_VOCAB; c++) {
			kl += p[c] * log(p[c] / q[c]);
			largest = fmax(largest, fabs(exact[c] - rounded[c]));
			a = exact[c] > exact[a] ? c : a;
			b = rounded[c] > rounded[b] ? c : b;
		}
		agree += a == b;
	}
	CHECK_INT(r.says.effect.positions, TEACHERRIG_ASKED * TEACHERRIG_LENGTH);
	CHECK_NEAR(r.says.effect.kl, kl / (TEACHERRIG_ASKED * TEACHERRIG_LENGTH), 1e-12);
	CHECK_NEAR(r.says.effect.largest, largest, 1e-12);
	CHECK_NEAR(r.says.effect.agreement, agree / (TEACHERRIG_ASKED * TEACHERRIG_LENGTH), 1e-12);
	CHECK(largest > 0 && largest < 0.01 && kl > 0 &&
	      kl / (TEACHERRIG_ASKED * TEACHERRIG_LENGTH) < 1e-5);
	teacherrig_close(&r);
}

static void
bf16_weights_follow_changes(void **state)
{
	enum { N = TEACHERRIG_ASKED * TEACHERRIG_LENGTH * TEACHERRIG_VOCAB };
	static real before[N], after[N], again[N], p[N];
	struct teacherrig r;
	struct err e;

	(void)state;
	teacherrig_open(&r);
	r.options.bf16 = true;
	CHECK_INT(teacherrig_open_teacher(&r, &e), 0);
	chances(&r, before, p);
	for (size_t i = 0; i < r.net->layout.len; i++)
		r.value[i] *= (real)1.5;
	CHECK_INT(teacherrig_open_teacher(&r, &e), 0);
	chances(&r, after, p);
	CHECK(memcmp(before, after, sizeof before) != 0);
	teacher_close(&r.says);
	CHECK_INT(teacherrig_open_teacher(&r, &e), 0);
	chances(&r, again, p);
	CHECK(memcmp(again, after, sizeof after) == 0);
	teacherrig_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(outputs_are_the_same_with_any_cache),
		TEST(the_largest_logits_are_kept_with_the_mass_of_the_rest),
		TEST(augmented_rows_bypass_the_cache),
		TEST(largest_logits_of_augmented_rows_bypass_the_cache),
		TEST(spatial_maps_need_no_hidden_states),
		TEST(a_failed_open_can_be_repeated),
		TEST(uncacheable_outputs_are_refused),
		TEST(bf16_weights_give_nearly_the_same_outputs_and_report_the_effect),
		TEST(bf16_weights_follow_changes),
	};

	blas_init(1, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
