/* test_base.c: errors, text, words, random numbers, hashes, files, memory. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <locale.h>
#include <unistd.h>

#include "retort/base/choice.h"
#include "retort/base/err.h"
#include "retort/base/hash.h"
#include "retort/base/io.h"
#include "retort/base/jsonwriter.h"
#include "retort/base/mem.h"
#include "retort/base/rng.h"
#include "retort/base/text.h"
#include "retort/base/unicode.h"

static void
errors_gain_context(void **state)
{
	struct err e;

	(void)state;
	CHECK_INT(err_set(&e, "invalid %s %d (expected %d to %d)", "temperature", 0, 1, 100), -1);
	err_wrap(&e, "line %d", 4);
	CHECK_STR(e.msg, "line 4: invalid temperature 0 (expected 1 to 100)");
}

static void
errors_are_cut_between_characters(void **state)
{
	struct err e;
	char long_text[1000];
	uint32_t cp;

	(void)state;
	for (size_t i = 0; i + 3 < sizeof long_text; i += 3)
		memcpy(long_text + i, "\xE6\xB8\xA9", 4);
	err_set(&e, "%s", long_text);
	for (const char *p = e.msg; *p;) {
		size_t n = text_utf8(p, strlen(p), &cp);

		CHECK_INT(cp, 0x6E29);
		p += n;
	}
}

static void
numbers_round_trip(void **state)
{
	static const double values[] = { 0,      0.1, 1e-300, 1.0 / 3, 4, 123456789.123456789,
					 5e-324, 1e22 };
	struct text plain = { 0 };
	char buf[40];
	double back;

	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		CHECK_INT(text_to_double(text_number(buf, sizeof buf, values[i]), &back), 0);
		CHECK(back == values[i]);
	}
	CHECK_STR(text_number(buf, sizeof buf, 0.1), "0.1");
	CHECK_STR(text_number(buf, sizeof buf, 4), "4");
	text_add_plain(&plain, "a\x1B[2J\x7F\xC2\x9B é\xFF床\t");
	CHECK_STR(plain.s, "a\\x1B[2J\\x7F\\xC2\\x9B é\\xFF床\\x09");
	text_release(&plain);
	CHECK_STR(text_fit(buf, 20, "a 1 -> 2, b 3 -> 4"), "a 1 -> 2, b 3 -> 4");
	CHECK_STR(text_fit(buf, 26, "a 1 -> 2, b 3 -> 4, c 5 -> 6, d 7 -> 8"),
		  "a 1 -> 2 and 3 more");
	CHECK_STR(text_fit(buf, 34, "a 1 -> 2, b 3 -> 4, c 5 -> 6, d 7 -> 8"),
		  "a 1 -> 2, b 3 -> 4 and 2 more");
	CHECK_STR(text_fit(buf, 6, "abcdefgh, i"), "abcde");
	CHECK(text_stem("a/b.ret", ".ret") == 3 && text_stem("b.ret.gz", ".ret") == 8);
	CHECK(text_stem(".ret", ".ret") == 4 && text_stem("t", ".ret") == 1);
	CHECK(text_has_suffix("b.ret", ".ret") && !text_has_suffix(".ret", ".ret"));
}

/* The fast path for plain decimals gives the same bits as strtod, for all numbers of digits and
 * positions of the point. */
static void
plain_decimals_equal_strtod(void **state)
{
	struct rng r = rng_stream(7, "decimals", 0, 0);
	static const char *const odd[] = { "-0",
					   "+5",
					   ".5",
					   "5.",
					   "000000000000001",
					   "999999999999999",
					   ".000000000000001",
					   "1e5",
					   "1E-5",
					   "0.1234567890123456",
					   "-1234567890123456789",
					   "123456789012345.0" };
	char word[64];

	(void)state;
	for (uint64_t i = 0; i < 20000; i++) {
		int digits = 1 + (int)(rng_bits(r, 4 * i) % 18),
		    point = (int)(rng_bits(r, 4 * i + 1) % (uint64_t)(digits + 1));
		uint64_t draw = rng_bits(r, 4 * i + 2);
		double fast, slow;
		int n = 0;

		if (i < sizeof odd / sizeof *odd) {
			snprintf(word, sizeof word, "%s", odd[i]);
		} else {
			word[n++] = "-+1"[draw % 3];
			for (int k = 0; k < digits; k++) {
				if (k == point)
					word[n++] = '.';
				word[n++] =
					(char)('0' +
					       rng_bits(r, 4 * i + 3 + ((uint64_t)k << 32)) % 10);
			}
			word[n] = '\0';
		}
		slow = strtod(word, NULL);
		CHECK_INT(text_to_double(word, &fast), 0);
		if (memcmp(&fast, &slow, sizeof fast) != 0)
			fail_msg("%s: %.17g, strtod %.17g", word, fast, slow);
	}
}

static void
json_is_written_with_its_separators(void **state)
{
	char *got = NULL;
	size_t size;
	struct jsonwriter w = { open_memstream(&got, &size), false };

	(void)state;
	jsonwriter_begin(&w, NULL, '{');
	jsonwriter_string(&w, "a\"b", "x\\\n\x7F\xFF\u00E9");
	jsonwriter_begin(&w, "list", '[');
	jsonwriter_number(&w, NULL, 0.1);
	jsonwriter_number(&w, NULL, 1.0 / 3);
	jsonwriter_number(&w, NULL, NAN);
	jsonwriter_begin(&w, NULL, '{');
	jsonwriter_end(&w, '}');
	jsonwriter_end(&w, ']');
	jsonwriter_null(&w, "none");
	jsonwriter_end(&w, '}');
	fclose(w.out);
	CHECK_STR(got, "{\"a\\\"b\":\"x\\\\\\u000a\\u007f\uFFFD\u00E9\",\"list\":[0.1,"
		       "0.3333333333333333,null,{}],\"none\":null}");
	free(got);
}

static void
invalid_numbers_are_refused(void **state)
{
	static const char *const bad[] = { "",      "nan", "inf", "0x10", "1e999",
					   "1.2.3", "4x",  " 4",  "--1",  "e5" };
	double x;
	int64_t n;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK_INT(text_to_double(bad[i], &x), -1);
		CHECK_INT(text_to_int(bad[i], &n), -1);
	}
	CHECK_INT(text_to_int("99999999999999999999", &n), -1);
	CHECK_INT(text_to_int("1.5", &n), -1);
	CHECK_INT(text_to_int("-12", &n), 0);
	CHECK_INT(n, -12);
}

static void
broken_utf8_is_replaced_byte_by_byte(void **state)
{
	uint32_t cp;

	(void)state;
	CHECK_INT(text_utf8("\xC0\x80", 2, &cp), 1); /* overlong */
	CHECK_INT(cp, 0xFFFD);
	CHECK_INT(text_utf8("\xED\xA0\x80", 3, &cp), 1); /* surrogate */
	CHECK_INT(text_utf8("\xE6\xB8", 2, &cp), 1);     /* cut */
	CHECK_INT(text_width("ab\xE6\xB8\xA9"
			     "c"),
		  5);
}

static void
widths_are_those_of_a_terminal(void **state)
{
	static const struct {
		uint32_t cp;
		int width;
	} known[] = {
		{ 'a', 1 },
		{ 0xE9, 1 },
		{ 0x28FF, 1 },
		{ 0x2500, 1 },
		{ 0x6E29, 2 },
		{ 0x1F680, 2 } /* rocket */,
		{ 0x2705, 2 } /* check mark */,
		{ 0x231A, 2 } /* watch */,
		{ 0xFF21, 2 },
		{ 0x301, 0 },
		{ 0x20DD, 0 },
		{ 0xE31, 0 } /* Thai */,
		{ 0xE34, 0 },
		{ 0x93C, 0 } /* Devanagari */,
		{ 0x94D, 0 },
		{ 0x5B0, 0 } /* Hebrew */,
		{ 0x5C1, 0 },
		{ 0x64B, 0 } /* Arabic */,
		{ 0x651, 0 },
		{ 0x200B, 0 },
		{ 0x1B, -1 },
		{ 0x7F, -1 },
		{ 0x9B, -1 },
		{ 0, 0 },
	};

	(void)state;
	for (int locale = 0; locale < 2; locale++) {
		CHECK(setlocale(LC_CTYPE, locale ? "C" : "C.UTF-8") != NULL);
		for (size_t i = 0; i < sizeof known / sizeof *known; i++)
			CHECK_INT(unicode_width(known[i].cp), known[i].width);
		CHECK_INT(text_width("a\U0001F680\u0E01\u0E34\x1B|"), 5);
	}
}

static void
utf8_is_decoded_as_rfc_3629_says(void **state)
{
	static const char *const bad[] = { "\xF0\x8F\xBF\xBF",
					   "\xF4\x90\x80\x80",
					   "\xF5\x80\x80\x80",
					   "\xF0\x90\x80",
					   "\x80",
					   "\xFF" };
	uint32_t cp;
	char buf[4];

	(void)state;
	for (uint32_t c = 1; c < 0x110000; c++) {
		size_t n = unicode_encode(c, buf);

		CHECK_INT(n, c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4);
		if (c >= 0xD800 && c < 0xE000) {
			CHECK_INT(text_utf8(buf, n, &cp), 1);
			CHECK_INT(cp, 0xFFFD);
			continue;
		}
		CHECK_INT(text_utf8(buf, n, &cp), n);
		CHECK_INT(cp, c);
		CHECK_INT(text_utf8(buf, n - 1, &cp), n > 1);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK_INT(text_utf8(bad[i], strlen(bad[i]), &cp), 1);
		CHECK_INT(cp, 0xFFFD);
	}
}

static const char *
knob_like(size_t i)
{
	static const char *const names[] = { "temperature", "lr", "clip" };

	return i < 3 ? names[i] : NULL;
}

static void
misspelled_words_find_the_nearest(void **state)
{
	(void)state;
	CHECK_STR(choice_nearest("temprature", knob_like), "temperature");
	CHECK_STR(choice_nearest("cilp", knob_like), "clip");
	CHECK(choice_nearest("zebra", knob_like) == NULL);
}

static void
words_are_found_in_lists(void **state)
{
	struct err e;

	(void)state;
	CHECK_INT(choice_find("auto", "auto, off, memory, disk", "cache", &e), 0);
	CHECK_INT(choice_find("disk", "auto off memory disk", "cache", &e), 3);
	CHECK_INT(choice_find("off,", "auto, off", "cache", &e), -1);
	CHECK_INT(choice_find("", "auto, off", "cache", &e), -1);
	CHECK_INT(choice_find("of", "auto, off", "cache", NULL), -1);
	CHECK_INT(choice_find_next("lr", knob_like, "knob", &e), 1);
	CHECK_INT(choice_find_next("", knob_like, "knob", &e), -1);
}

static void
messages_list_the_choices(void **state)
{
	struct text many = { 0 };
	struct err e;

	(void)state;
	choice_find("memry", "auto, off, memory, disk", "cache", &e);
	CHECK_STR(e.msg, "invalid cache 'memry' (expected one of auto, off, memory, disk; "
			 "did you mean memory?)");
	choice_find("zebra", "char", "method", &e);
	CHECK_STR(e.msg, "invalid method 'zebra' (expected char)");
	choice_find_next("zebra", knob_like, "knob", &e);
	CHECK_STR(e.msg, "invalid knob 'zebra' (expected one of temperature, lr, clip)");
	choice_unknown(&e, "knob", "clpi", knob_like, "`help set` lists all");
	CHECK_STR(e.msg, "unknown knob 'clpi' (did you mean clip?)");
	choice_unknown(&e, "knob", "zebra", knob_like, "`help set` lists all");
	CHECK_STR(e.msg, "unknown knob 'zebra' (`help set` lists all)");
	for (int i = 0; i < 100; i++)
		text_item(&many, "choice-%d", i);
	choice_find("choicf-77", text_get(&many), "thing", &e);
	CHECK(strstr(e.msg, " more; did you mean choice-77?)") != NULL);
	text_release(&many);
}

static void
random_numbers_are_functions(void **state)
{
	struct rng a = rng_stream(42, "shuffle", 3, 0), b = rng_stream(42, "shuffle", 3, 0);
	double sum = 0, squares = 0;
	int n = 100000;

	(void)state;
	CHECK(rng_bits(a, 7) == rng_bits(b, 7));
	CHECK(rng_bits(a, 7) != rng_bits(rng_stream(42, "dropout", 3, 0), 7));
	CHECK(rng_bits(a, 7) != rng_bits(rng_stream(43, "shuffle", 3, 0), 7));
	CHECK(rng_bits(a, 7) != rng_bits(a, 8));
	for (int i = 0; i < n; i++) {
		double x = rng_normal(a, (uint64_t)i);

		sum += x;
		squares += x * x;
	}
	CHECK_NEAR(sum / n, 0, 5 / sqrt(n)); /* five standard errors */
	CHECK_NEAR(squares / n, 1, 5 * sqrt(2.0 / n));
}

static void
a_shuffle_is_a_permutation(void **state)
{
	uint32_t items[100], seen[100] = { 0 };
	int moved = 0;

	(void)state;
	for (uint32_t i = 0; i < 100; i++)
		items[i] = i;
	rng_shuffle(rng_stream(1, "test", 0, 0), items, 100);
	for (uint32_t i = 0; i < 100; i++) {
		seen[items[i]]++;
		moved += items[i] != i;
	}
	for (uint32_t i = 0; i < 100; i++)
		CHECK_INT(seen[i], 1);
	CHECK(moved > 80);
}

static void
sha256_of_abc(void **state)
{
	struct hash h = hash_of("abc", 3);
	char hex[65];

	(void)state; /* FIPS 180-2, appendix B.1 */
	CHECK_STR(hash_hex(&h, hex),
		  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	CHECK_NEAR(hash_number(&h), 0xba7816bf8f01, 0);
}

static void
files_are_replaced_atomically(void **state)
{
	char dir[] = "/tmp/retort-test-XXXXXX", *path, *back;
	const void *parts[] = { "one", "two" };
	size_t sizes[] = { 3, 3 }, size;
	struct err e;

	(void)state;
	CHECK(mkdtemp(dir) != NULL);
	path = io_join(dir, "f");
	CHECK_INT(io_write(path, parts, sizes, 2, &e), 0);
	CHECK_INT(io_read(path, 100, &back, &size, &e), 0);
	CHECK_STR(back, "onetwo");
	mem_free(back);
	CHECK_INT(io_read(path, 5, &back, &size, &e), IO_TOO_LARGE);
	CHECK(strstr(e.msg, "too large: 6 bytes (expected at most 5)") != NULL);
	CHECK_INT(io_read(dir, 100, &back, &size, &e), -1);
	CHECK(strstr(e.msg, "a directory") != NULL);
	unlink(path);
	rmdir(dir);
	mem_free(path);
}

static void
arenas_hand_out_aligned_blocks(void **state)
{
	struct arena a;
	char *p, *q;

	(void)state;
	CHECK_INT(mem_arena_init(&a, mem_arena_round(10) + mem_arena_round(100)), 0);
	p = mem_arena_take(&a, 10);
	q = mem_arena_take(&a, 100);
	CHECK(((uintptr_t)p & 63) == 0 && ((uintptr_t)q & 63) == 0 && q - p == 64);
	mem_arena_release(&a);
	CHECK(mem_try(SIZE_MAX / 2, 4) == NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(errors_gain_context),
		TEST(errors_are_cut_between_characters),
		TEST(numbers_round_trip),
		TEST(plain_decimals_equal_strtod),
		TEST(json_is_written_with_its_separators),
		TEST(invalid_numbers_are_refused),
		TEST(broken_utf8_is_replaced_byte_by_byte),
		TEST(widths_are_those_of_a_terminal),
		TEST(utf8_is_decoded_as_rfc_3629_says),
		TEST(misspelled_words_find_the_nearest),
		TEST(words_are_found_in_lists),
		TEST(messages_list_the_choices),
		TEST(random_numbers_are_functions),
		TEST(a_shuffle_is_a_permutation),
		TEST(sha256_of_abc),
		TEST(files_are_replaced_atomically),
		TEST(arenas_hand_out_aligned_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
