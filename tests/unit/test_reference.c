/* test_reference.c: ids of tokenizers of every kind against those of the library tokenizers, on
 * texts of many languages (tests/vectors/make_reference.js). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <jansson.h>

#include "retort/base/mem.h"
#include "retort/data/text/vocabfile.h"

static json_t *file;

/* tokenizer.json of a case: its model and its components. */
static char *
make_file(const json_t *one)
{
	static const char *const parts[] = { "added_tokens", "normalizer", "pre_tokenizer",
					     "post_processor" };
	const char *model = json_string_value(json_object_get(one, "model"));
	json_t *root = json_object();
	char *out;

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (json_object_get(one, parts[i]))
			json_object_set(root, parts[i], json_object_get(one, parts[i]));
	json_object_set(root, "model", json_object_get(json_object_get(file, "models"), model));
	out = json_dumps(root, 0);
	json_decref(root);
	return out;
}

/* FNV-1a of ids as little-endian int32. */
static uint32_t
hash_ids(const int32_t *id, size_t n, uint32_t h)
{
	for (size_t i = 0; i < n; i++)
		for (int shift = 0; shift < 32; shift += 8)
			h = (h ^ ((uint32_t)id[i] >> shift & 0xFF)) * 16777619u;
	return h;
}

static uint32_t
hash_text(const struct tokenizer *t, const char *s, size_t len, bool frame)
{
	const int32_t *before = NULL, *after = NULL;
	struct tokenizer_ids ids = { 0 };
	size_t n = 0, m = 0;
	uint32_t h = 2166136261u;
	struct err e;

	if (frame && tokenizer_frame(t, &before, &n, &after, &m, &e) < 0)
		fail_msg("%s", e.msg);
	if (tokenizer_encode(t, s, len, &ids, &e) < 0)
		fail_msg("%s", e.msg);
	h = hash_ids(before, n, h);
	h = hash_ids(ids.id, ids.n, h);
	h = hash_ids(after, m, h);
	mem_free(ids.id);
	return h;
}

/* Compare the ids of all texts. Returns the number of those that differ, and prints the first. */
static size_t
check_case(const json_t *one)
{
	const char *name = json_string_value(json_object_get(one, "name")),
		   *want = json_string_value(json_object_get(one, "ids"));
	json_t *texts = json_object_get(file, "texts"), *s;
	char *json = make_file(one), got[9];
	size_t wrong = 0, i;
	struct tokenizer t;
	struct err e;

	if (vocabfile_parse(json, strlen(json), NULL, 0, &t, &e) < 0)
		fail_msg("%s: %s", name, e.msg);
	t.cuts_special = json_is_true(json_object_get(one, "special"));
	CHECK_INT(strlen(want), 9 * json_array_size(texts) - 1);
	json_array_foreach(texts, i, s)
	{
		snprintf(got, sizeof got, "%08x",
			 (unsigned)hash_text(&t, json_string_value(s), json_string_length(s),
					     json_is_true(json_object_get(one, "frame"))));
		if (strncmp(got, want + 9 * i, 8) != 0 && wrong++ == 0)
			print_message("%s: text %zu: ids with hash %s, expected %.8s\n", name, i,
				      got, want + 9 * i);
	}
	tokenizer_release(&t);
	free(json);
	return wrong;
}

static void
ids_are_those_of_the_reference(void **state)
{
	size_t wrong = 0, i;
	json_t *one;

	(void)state;
	json_array_foreach(json_object_get(file, "cases"), i, one) wrong += check_case(one);
	CHECK(i > 100);
	CHECK_INT(wrong, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { TEST(ids_are_those_of_the_reference) };
	json_error_t e;
	int status;

	file = json_load_file(RETORT_SRCDIR "/tests/vectors/tokenizers.json", JSON_ALLOW_NUL, &e);
	if (!file) {
		fprintf(stderr, "tests/vectors/tokenizers.json: %s\n", e.text);
		return 1;
	}
	status = cmocka_run_group_tests(tests, NULL, NULL);
	json_decref(file);
	return status;
}
