/* test_onnxfile.c: the reader of ONNX tests with valid and invalid files. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "onnx.h"

#include "retort/base/mem.h"
#include "retort/base/rng.h"

/* dims 2 and 3 packed and not, two float_data (a packed run and a single one), a name. */
#define NAME "\x42\x01w"
#define FLOATS "\x22\x14\0\0\x80\x3f\0\0\0\xc0\0\0\0\x3f\0\0\x80\x3e\0\0\0\0\x25\0\0\x40\x40"
static const char floats[] = "\x08\x02\x0a\x01\x03\x10\x01" FLOATS NAME;

static void
check_numbers(const char *bytes, size_t size, size_t n, const double *want)
{
	struct onnx_tensor t;
	struct err e = { .msg = "" };

	if (onnx_tensor_parse(bytes, size, &t, &e) < 0)
		fail_msg("%s", e.msg);
	CHECK_INT(t.len, n);
	for (size_t i = 0; i < n; i++)
		CHECK_NEAR(t.data[i], want[i], 0);
	mem_free(t.data);
}
#define NUMBERS(bytes, ...)                                                                  \
	do {                                                                                 \
		static const double want_[] = { __VA_ARGS__ };                               \
		check_numbers(bytes, sizeof bytes - 1, sizeof want_ / sizeof *want_, want_); \
	} while (0)

static void
tensors_of_every_type_are_read(void **state)
{
	(void)state;
	NUMBERS("\x08\x02\x0a\x01\x03\x10\x01" FLOATS NAME, 1, -2, 0.5, 0.25, 0, 3);
	NUMBERS("\x08\x02\x10\x01\x4a\x08\0\0\x80\x3f\0\0\0\xc0", 1, -2); /* raw float */
	NUMBERS("\x08\x01\x10\x0b\x4a\x08\0\0\0\0\0\0\xf8\xbf", -1.5);    /* raw double */
	NUMBERS("\x08\x01\x10\x0b\x52\x08\0\0\0\0\0\0\xf8\xbf", -1.5);    /* double_data */
	NUMBERS("\x08\x02\x10\x07\x4a\x10\xfe\xff\xff\xff\xff\xff\xff\xff\5\0\0\0\0\0\0\0", -2,
		5); /* raw int64 */
	NUMBERS("\x08\x02\x10\x07\x3a\x0b\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01\x05", -2,
		5); /* int64_data */
	NUMBERS("\x08\x02\x10\x06\x28\x07\x28\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 7,
		-1);                                             /* int32_data, single */
	NUMBERS("\x08\x01\x10\x06\x4a\x04\xff\xff\xff\xff", -1); /* raw int32 */
	NUMBERS("\x08\x02\x10\x02\x4a\x02\xff\x01", 255, 1);     /* raw uint8 */
	NUMBERS("\x08\x02\x10\x03\x4a\x02\xff\x01", -1, 1);      /* raw int8 */
	NUMBERS("\x08\x02\x10\x09\x2a\x02\x01\x00", 1, 0);       /* bool as int32_data */
	NUMBERS("\x08\x03\x10\x0a\x4a\x06\0\x3c\0\xc0\x01\0", 1, -2, 0x1p-24); /* raw float16 */
	NUMBERS("\x08\x01\x10\x0a\x2a\x03\x80\xf0\x03", -32768);    /* float16 as int32_data */
	NUMBERS("\x08\x02\x10\x10\x4a\x04\x80\x3f\x40\xc0", 1, -3); /* raw bfloat16 */
	NUMBERS("\x10\x01\x4a\x04\0\0\0\x3f", 0.5);                 /* no dimension */
	NUMBERS("\x0a\x02\x02\x01\x10\x0d\x5a\x02\x07\x09", 7, 9);  /* packed dims, uint64 */
}

static void
invalid_tensor_bytes_are_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		const char *says;
	} bad[] = {
#define BAD(bytes, says) { bytes, sizeof bytes - 1, says }
		BAD("", "no data type"),
		BAD("\x08\x02\x10\x01\x4a\x04\0\0\x80\x3f", "1 numbers, its shape needs 2"),
		BAD("\x08\x01\x10\x01\x4a\x05\0\0\x80\x3f\0", "shape needs 1"),
		BAD("\x08\x01\x10\x08\x32\x01x", "data type 8"),
		BAD("\x08\xff\xff\xff\xff\x0f\x08\xff\xff\xff\xff\x0f\x10\x01", "more than"),
		BAD("\x08\x80\x80\x80\x02\x08\x80\x80\x80\x02\x10\x01", "more than"),
		BAD("\x08\x01\x08\x01\x08\x01\x08\x01\x08\x01\x08\x01\x08\x01\x08\x01\x08\x01\x10"
		    "\x01",
		    "more than 8 dim"),
		BAD("\x08", "no protobuf"),
		BAD("\x4a\x7f\x01", "no protobuf"),
		BAD("\x0b\x01", "no protobuf"),
		BAD("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x10\x01", "no protobuf"),
		BAD("\x0a\x01\x80\x10\x01", "cut off"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct onnx_tensor t;
		struct err e = { .msg = "" };

		CHECK_INT(onnx_tensor_parse(bad[i].bytes, bad[i].size, &t, &e), -1);
		if (!strstr(e.msg, bad[i].says))
			fail_msg("bytes %zu: said '%s', expected '%s'", i, e.msg, bad[i].says);
	}
}

/*
 * Gemm(a, "", w) -> y with alpha 0.5, pads [1, 2, -3] packed, sizes 4 and 5 not packed, mode
 * "same"; w is in the model, a is an input of the graph.
 */
#define ATTRS                                                                          \
	"\x2a\x0c\x0a\x05"                                                             \
	"alpha\x15\0\0\0\x3f"                                                          \
	"\x2a\x14\x0a\x04pads\x42\x0c\x01\x02\xfd\xff\xff\xff\xff\xff\xff\xff\xff\x01" \
	"\x2a\x0b\x0a\x05sizes\x40\x04\x40\x05"                                        \
	"\x2a\x0c\x0a\x04mode\x22\x04same"
#define NODE       \
	"\x0a\x01" \
	"a\x0a\x00\x0a\x01w\x12\x01y\x22\x04Gemm" ATTRS
#define FIXED "\x2a\x0c\x08\x01\x10\x01\x25\0\0\xc0\x3f" NAME
#define INPUT              \
	"\x5a\x03\x0a\x01" \
	"a"
static const char model[] = "\x08\x07\x3a\x65\x0a\x50" NODE FIXED INPUT;

static void
a_model_of_one_node_is_read(void **state)
{
	struct onnx_model m;
	struct err e = { .msg = "" };

	(void)state;
	if (onnx_model_parse(model, sizeof model - 1, &m, &e) < 0)
		fail_msg("%s", e.msg);
	CHECK_STR(m.node.op, "Gemm");
	CHECK_INT(m.node.n_in, 3);
	CHECK_STR(m.node.in[0], "a");
	CHECK_STR(m.node.in[1], "");
	CHECK_STR(m.node.in[2], "w");
	CHECK_STR(m.node.out[0], "y");
	CHECK_INT(m.n_in, 1);
	CHECK_STR(m.in[0], "a");
	CHECK_INT(m.n_fixed, 1);
	CHECK_STR(m.fixed[0].name, "w");
	CHECK_NEAR(m.fixed[0].data[0], 1.5, 0);
	CHECK_NEAR(onnx_number(&m.node, "alpha", 1), 0.5, 0);
	CHECK_NEAR(onnx_number(&m.node, "beta", 1), 1, 0);
	CHECK_NEAR(onnx_item(&m.node, "pads", 2, 0), -3, 0);
	CHECK_NEAR(onnx_item(&m.node, "pads", 3, 9), 9, 0);
	CHECK_NEAR(onnx_item(&m.node, "sizes", 1, 0), 5, 0);
	CHECK_STR(onnx_word(&m.node, "mode", "none"), "same");
	CHECK_STR(onnx_word(&m.node, "auto_pad", "NOTSET"), "NOTSET");
	onnx_model_release(&m);
}

/* Every prefix of a file, and files with random bytes changed: a result or an error, without reads
 * past the end. */
static void
damaged_cache_files_are_rebuilt(void **state)
{
	const struct {
		const char *bytes;
		size_t size;
	} files[] = { { floats, sizeof floats - 1 }, { model, sizeof model - 1 } };

	(void)state;
	for (size_t f = 0; f < 2; f++)
		for (size_t i = 0; i < files[f].size + 20000; i++) {
			size_t size = i < files[f].size ? i : files[f].size;
			char *s = malloc(size ? size : 1); /* exact allocation: a sanitizer detects
							      reads past the end */
			struct onnx_tensor t;
			struct onnx_model m;
			struct err e = { .msg = "" };

			memcpy(s, files[f].bytes, size);
			for (uint64_t k = 0; i >= files[f].size && k < 3; k++)
				s[rng_below(rng_stream(1, "at", i, f), k, (uint32_t)size)] =
					(char)rng_below(rng_stream(1, "to", i, f), k, 256);
			if (onnx_tensor_parse(s, size, &t, &e) == 0)
				mem_free(t.data);
			else
				CHECK(e.msg[0]);
			e.msg[0] = '\0';
			if (onnx_model_parse(s, size, &m, &e) == 0)
				onnx_model_release(&m);
			else
				CHECK(e.msg[0]);
			free(s);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tensors_of_every_type_are_read),
		TEST(invalid_tensor_bytes_are_refused),
		TEST(a_model_of_one_node_is_read),
		TEST(damaged_cache_files_are_rebuilt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
