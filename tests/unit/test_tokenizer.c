/* test_tokenizer.c: tokenization of text, and vocabulary files. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/mem.h"
#include "retort/data/text/normalize.h"
#include "retort/data/text/pretoken.h"
#include "retort/data/text/tokenizer_kinds.h"
#include "retort/data/text/vocabfile.h"

#define BLANK TOKENIZER_BLANK

/* ---------------------------------------------------------------- words */

/* Qwen 2 and 3; Llama 3. */
#define DIGIT                                                                 \
	"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| " \
	"?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
#define DIGITS                                                                     \
	"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| " \
	"?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"

/* The words of a text, with "|" between. Returns what pretoken_next returned last. */
static int
cut_text(const struct pretoken *p, const char *text, size_t size, struct text *out, struct err *e)
{
	struct pretoken_run run;
	size_t start, len;
	int status;

	pretoken_begin(&run, p, text, size);
	while ((status = pretoken_next(&run, &start, &len, e)) > 0) {
		text_add(out, out->len ? "|" : "");
		text_bytes(out, text + start, len);
	}
	pretoken_end(&run);
	return status;
}

static void
hostile_patterns_are_stopped(void **state)
{
	static const char *const bad[] = { "(", "[a", "a{2,1}", "\\C", "(?P<x", "*" };
	char text[4001];
	struct text words = { 0 };
	struct pretoken *p;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK(pretoken_new(PRETOKEN_PATTERN, bad[i], false, &e) == NULL);
		CHECK(strncmp(e.msg, "invalid pattern '", 17) == 0);
	}
	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = '!';
	p = pretoken_new(PRETOKEN_PATTERN, "(?:a|a)+[bc]", false, &e);
	CHECK(p != NULL);
	CHECK_INT(cut_text(p, text, sizeof text, &words, &e), -1);
	CHECK(strstr(e.msg, "limit exceeded") != NULL);
	pretoken_free(p);
	text_release(&words);
}

static void
words_between_matches_can_be_dropped(void **state)
{
	struct text words = { 0 };
	struct err e;
	struct pretoken *p = pretoken_new(PRETOKEN_PATTERN, "[a-z]+", true, &e);

	(void)state;
	CHECK(p != NULL);
	CHECK_INT(cut_text(p, "--ab--c-", 8, &words, &e), 0);
	CHECK_STR(text_get(&words), "ab|c");
	pretoken_free(p);
	text_release(&words);
}

static void
words_are_cut_as_the_patterns_say(void **state)
{
	static const struct {
		const char *pattern; /* NULL: the rule of `kind` */
		enum pretoken_kind kind;
		const char *text, *words;
	} cases[] = {
		{ NULL, PRETOKEN_PATTERN, "I'll say: don't!", "I|'ll| say|:| don|'t|!" },
		{ NULL, PRETOKEN_PATTERN, "I'LL", "I|'|LL" },
		{ NULL, PRETOKEN_PATTERN, "a  b\n\nc  ", "a| | b|\n|\n|c|  " },
		{ NULL, PRETOKEN_PATTERN, "x12 345.6", "x|12| 345|.|6" },
		{ NULL, PRETOKEN_PATTERN, "床前 明月", "床前| 明月" },
		{ NULL, PRETOKEN_PATTERN, "a\xFF\xFE z", "a|\xFF\xFE| z" },
		{ NULL, PRETOKEN_PATTERN, "e\xCC\x81", "e|\xCC\x81" }, /* a mark is not a letter */
		{ DIGIT, PRETOKEN_PATTERN, "I'LL x12\r\n\r\n", "I|'LL| x|1|2|\r\n\r\n" },
		{ DIGIT, PRETOKEN_PATTERN, "f(x)\n\ny  \n z", "f|(x|)\n\n|y|  \n| z" },
		{ DIGIT, PRETOKEN_PATTERN, " \t_x a  b", " |\t|_x| a| | b" },
		{ DIGITS, PRETOKEN_PATTERN, "12345 6", "123|45| |6" },
		/* caseless matches follow Unicode: U+017F is a long s, in the published patterns,
		   too */
		{ DIGIT, PRETOKEN_PATTERN, "it'\u017Fe", "it|'\u017F|e" },
		{ NULL, PRETOKEN_PATTERN, "it'\u017F", "it|'|\u017F" },
		/* U+180E is no white space since Unicode 6.3 */
		{ NULL, PRETOKEN_PATTERN, "a\u180E\u3000b", "a|\u180E|\u3000|b" },
		{ "[0-9]{2}|-", PRETOKEN_PATTERN, "ab123-c", "ab|12|3|-|c" },
		{ "x*", PRETOKEN_PATTERN, "axxbx", "a|xx|b|x" },
		{ "(?<=a)b|\\p{Lu}\\p{Ll}+", PRETOKEN_PATTERN, "abÄpfel", "a|b|Äpfel" },
		{ NULL, PRETOKEN_BERT, " It's, no_one;\t$5 ", "It|'|s|,|no|_|one|;|$|5" },
		{ NULL, PRETOKEN_BLANK, BLANK "a" BLANK "bc" BLANK BLANK "d",
		  BLANK "a|" BLANK "bc|" BLANK "|" BLANK "d" },
		{ NULL, PRETOKEN_BLANK, "a\n\nb" BLANK "c\n", "a|\n\n|b|" BLANK "c|\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct text got = { 0 };
		struct err e = { .msg = "" };
		struct pretoken *p = pretoken_new(cases[i].kind, cases[i].pattern, false, &e);

		if (!p)
			fail_msg("%s", e.msg);
		CHECK_INT(cut_text(p, cases[i].text, strlen(cases[i].text), &got, &e), 0);
		CHECK_STR(text_get(&got), cases[i].words);
		text_release(&got);
		pretoken_free(p);
	}
}

static void
texts_are_normalised_as_asked(void **state)
{
	static const unsigned uncased = NORMALIZE_CLEAN | NORMALIZE_CHINESE | NORMALIZE_NFD |
					NORMALIZE_ACCENTS | NORMALIZE_LOWER;
	static const struct {
		unsigned what;
		const char *text, *normal;
	} cases[] = {
		{ 0,
		  "A\xFF"
		  "e\xCC\x81",
		  "A\xFF"
		  "e\xCC\x81" },
		{ NORMALIZE_NFC,
		  "Ae\xCC\x81"
		  "bﬁ",
		  "Aébﬁ" },
		{ NORMALIZE_NFD, "Aéb",
		  "Ae\xCC\x81"
		  "b" },
		{ NORMALIZE_NFKC, "ﬁ ½ｘ e\xCC\x81", "fi 1⁄2x é" },
		{ NORMALIZE_NFC, "a\xFF\xC3\xCC\x81",
		  "a\xFF\xC3\xCC\x81" }, /* bytes that are not UTF-8 stay unchanged */
		{ NORMALIZE_NFC | NORMALIZE_LOWER, "ÀB", "àb" },
		{ uncased, "Ünï\tCÖDE\x01\x7F 月A", "uni code  月 a" },
		{ NORMALIZE_CLEAN,
		  "a\xEF\xBF\xBD\xE2\x80\x8B"
		  "b\xC2\xA0"
		  "c",
		  "ab c" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct text got = { 0 };

		normalize_put(cases[i].what, cases[i].text, strlen(cases[i].text), &got);
		CHECK_STR(text_get(&got), cases[i].normal);
		text_release(&got);
	}
}

static void
every_byte_has_a_letter(void **state)
{
	(void)state;
	for (int byte = 0; byte < 256; byte++)
		CHECK_INT(byte_letter_byte(byte_letter_of((unsigned char)byte)), byte);
	CHECK_INT(byte_letter_of(' '), 0x120);
	CHECK_INT(byte_letter_of('\n'), 0x10A);
	CHECK_INT(byte_letter_of(0xAD), 0x143);
	CHECK_INT(byte_letter_byte(0x144), -1);
	CHECK_INT(byte_letter_byte(' '), -1);
}

/* ---------------------------------------------------------------- files */

static void
parse(struct tokenizer *t, const char *file)
{
	struct err e = { .msg = "" };

	if (vocabfile_parse(file, strlen(file), NULL, 0, t, &e) < 0)
		fail_msg("%s", e.msg);
}

static void
encodes(const struct tokenizer *t, const char *text, const char *ids, const char *back)
{
	struct tokenizer_ids got = { 0 };
	struct text line = { 0 }, out = { 0 };
	struct err e = { .msg = "" };

	if (tokenizer_encode(t, text, strlen(text), &got, &e) < 0)
		fail_msg("%s: %s", text, e.msg);
	for (size_t i = 0; i < got.n; i++)
		text_addf(&line, "%s%d", i ? " " : "", got.id[i]);
	CHECK_STR(text_get(&line), ids);
	CHECK_INT(tokenizer_decode(t, got.id, got.n, &out, &e), 0);
	CHECK_STR(text_get(&out), back);
	text_release(&line);
	text_release(&out);
	mem_free(got.id);
}

static void
lines_with_unk_are_wordpiece(void **state)
{
	static const char file[] = "[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]\r\n[MASK]\r\nun\r\n##aff\r\n##"
				   "able\r\naff\r\n,\r\n月\r\n#\r\n";
	struct tokenizer t;

	(void)state;
	parse(&t, file);
	CHECK_INT(t.kind, TOKENIZER_WORDPIECE);
	CHECK_INT(t.vocab, 12);
	CHECK_INT(t.special[TOKENIZER_PADDING], 0);
	CHECK_INT(t.special[TOKENIZER_UNKNOWN], 1);
	CHECK_INT(t.special[TOKENIZER_BEGIN], 2);
	CHECK_INT(t.special[TOKENIZER_END], 3);
	CHECK_INT(t.special[TOKENIZER_MASK], 4);
	encodes(&t, "Unaffable, AFF月月", "5 6 7 9 8 10 10", "unaffable , aff 月 月");
	encodes(&t, "unaffabley aff##able", "1 8 11 11 1",
		"[UNK] aff # # [UNK]"); /* the whole word is unknown; "able" does not begin a word
					 */
	encodes(&t, "[MASK]", "1 1 1",
		"[UNK] [UNK] [UNK]"); /* names of special tokens in a text are text */
	CHECK(tokenizer_starts_word(&t, 5) && !tokenizer_starts_word(&t, 6) &&
	      tokenizer_starts_word(&t, 4));
	tokenizer_release(&t);
	parse(&t, "[UNK]\nUn\n##aff\n");
	encodes(&t, "Unaff unaff", "1 2 0",
		"Unaff [UNK]"); /* a token has a capital letter: case is kept */
	tokenizer_release(&t);
	parse(&t, "[\"[UNK]\", \"" BLANK "un\", \"aff\", \"" BLANK "aff\"]");
	encodes(&t, "unaff affun", "1 2 0", "unaff [UNK]");
	CHECK(tokenizer_starts_word(&t, 1) && !tokenizer_starts_word(&t, 2));
	tokenizer_release(&t);
}

static void
pairs_with_scores_are_unigrams(void **state)
{
	static const char file[] = "[[\"<unk>\", 0], [\"<s>\", 0], [\"" BLANK
				   "a\", -1], [\"b\", -3], [\"ab\", -2.5], [\"" BLANK "ab\", -4.5],"
				   "[\"月\", null], [\"" BLANK "\", -5], [\"b\", -1]]";
	struct tokenizer t;

	(void)state;
	parse(&t, file);
	CHECK_INT(t.kind, TOKENIZER_UNIGRAM);
	CHECK_INT(t.special[TOKENIZER_UNKNOWN], 0);
	encodes(&t, "ab", "2 8", "ab");     /* -1 -1 beats -4.5; of b the last counts */
	encodes(&t, "bab", "7 8 4", "bab"); /* the first of two equally likely ones wins */
	encodes(&t, " a月", "7 2 6", " a月");
	encodes(&t, "xyza<s>", "7 0", "<unk>"); /* consecutive unknown characters are one */
	encodes(&t, "", "", "");
	CHECK(tokenizer_starts_word(&t, 2) && !tokenizer_starts_word(&t, 4));
	tokenizer_release(&t);
}

#define BYTE_LEVEL "\"pre_tokenizer\": {\"type\": \"ByteLevel\", \"add_prefix_space\": false}"

static void
tokenizer_json_is_followed(void **state)
{
	struct tokenizer t;

	(void)state;
	parse(&t, "{\"added_tokens\": [{\"id\": 6, \"content\": \"<|endoftext|>\"}, {\"id\": 5, "
		  "\"content\": \"<unk>\"}], \"normalizer\": {\"type\": "
		  "\"Lowercase\"}, " BYTE_LEVEL
		  ", \"model\": {\"type\": \"BPE\", \"unk_token\": \"<unk>\", \"vocab\": "
		  "{\"a\": 0, \"b\": 1, \"\xC4\xA0\": 2, \"ab\": 3, "
		  "\"\xC4\xA0"
		  "ab\": 4}, \"merges\": [\"a b\", [\"\xC4\xA0\", \"ab\"]]}}");
	CHECK_INT(t.kind, TOKENIZER_BPE);
	CHECK_INT(t.vocab, 7);
	CHECK_INT(t.special[TOKENIZER_END], 6);
	encodes(&t, "aAb AB b?", "0 3 4 2 1 5", "aab ab b<unk>");
	CHECK(tokenizer_starts_word(&t, 4) && !tokenizer_starts_word(&t, 3));
	tokenizer_release(&t);
	parse(&t, "{\"pre_tokenizer\": {\"type\": \"BertPreTokenizer\"}, \"model\": {\"type\": "
		  "\"WordPiece\", \"unk_token\": \"?\", "
		  "\"max_input_chars_per_word\": 3, \"vocab\": {\"a\": 1, \"##A\": 2, \"?\": 0}}}");
	encodes(&t, "aAA aAAA A", "1 2 2 0 0", "aAA ? ?");
	tokenizer_release(&t);
	parse(&t, "{\"pre_tokenizer\": {\"type\": \"Metaspace\"}, \"added_tokens\": [{\"id\": 2, "
		  "\"content\": \"<mask>\"}], \"model\": {\"type\": "
		  "\"Unigram\", \"unk_id\": 0, \"vocab\": [[\"?\", 0], [\"" BLANK "a\", -1]]}}");
	CHECK_INT(t.special[TOKENIZER_MASK], 2);
	encodes(&t, " a a", "1 1", "a a");
	tokenizer_release(&t);
}

static const struct {
	const char *file, *message;
} invalid_files[] = {
	{ "{\"a\": 0}", "tokens without merges" },
	{ "[]x", "line 1, column 3" },
	{ "[\"a\", \"b\"]", "no token [UNK]" },
	{ "[\"[UNK]\", \"b\", \"b\"]", "id 2: duplicate token 'b', which has id 1" },
	{ "[\"[UNK]\", 7]", "token 1: expected a string" },
	{ "[[\"a\", \"b\"]]", "token 0: expected a string and a score" },
	{ "[UNK]\nab\nab\n", "line 3: duplicate of line 2" },
	{ "[UNK]\nab\n\n", "line 3: an empty token" },
	{ "[UNK]\nab\n\xFF\n", "line 3: byte 0: 0xFF is not UTF-8" },
	{ "{\"model\": {\"type\": \"CTC\"}}",
	  "unsupported type 'CTC' (expected one of BPE, WordPiece, Unigram, WordLevel)" },
	{ "{\"model\": {\"type\": \"BPE\", \"dropout\": 0.1, \"vocab\": {\"a\": 0}}}",
	  "dropout 0.1: tokens by chance are not supported" },
	{ "{\"added_tokens\": [{\"id\": 1, \"content\": \"a\"}], \"model\": {\"type\": "
	  "\"WordLevel\", \"vocab\": {\"a\": 0}}}",
	  "added_tokens: 'a' has id 1, and 0 in the vocabulary" },
	{ "{\"normalizer\": {\"type\": \"Lowercase\"}, \"added_tokens\": [{\"id\": 1, \"content\": "
	  "\"A\"}, {\"id\": 2, \"content\": \"a\"}], \"model\": {\"type\": \"WordLevel\", "
	  "\"vocab\": "
	  "{\"b\": 0}}}",
	  "added_tokens: 'A' and 'a' are the same when normalized" },
	{ "{\"post_processor\": {\"type\": \"BertProcessing\", \"sep\": [\"x\", 7], \"cls\": "
	  "[\"b\", 0]}, "
	  "\"model\": {\"type\": \"WordLevel\", \"vocab\": {\"b\": 0}}}",
	  "post_processor: invalid id 7 (expected 0 to 0)" },
	{ "{\"pre_tokenizer\": {\"type\": \"Scripts\"}, \"model\": {\"type\": "
	  "\"WordLevel\"}}",
	  "pre_tokenizer: unsupported type 'Scripts'" },
	{ "{" BYTE_LEVEL ", \"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0, \"b\": "
	  "2}, \"merges\": []}}",
	  "'b': invalid id 2 (expected 0 to 1" },
	{ "{" BYTE_LEVEL ", \"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0, \"b\": "
	  "0}, \"merges\": []}}",
	  "duplicate id 0: 'a' and 'b'" },
	{ "{" BYTE_LEVEL
	  ", \"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": [\"a z\"]}}",
	  "merge 1: 'z' is not a token" },
	{ "{" BYTE_LEVEL
	  ", \"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": [\"a a\"]}}",
	  "'a' and 'a' do not make a token" },
	{ "{" BYTE_LEVEL ", \"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0, \"aa\": "
	  "1}, \"merges\": [\"a a\", \"a a\"]}}",
	  "merge 2: duplicate of merge 1" },
	{ "{" BYTE_LEVEL
	  ", \"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": [\"aa\"]}}",
	  "merge 1: invalid merge 'aa' (expected two tokens" },
	{ "{" BYTE_LEVEL
	  ", \"normalizer\": {\"type\": \"Precompiled\"}, \"model\": {\"type\": \"BPE\"}}",
	  "normalizer: Precompiled: expected \"precompiled_charsmap\" in base64" },
	{ "{\"pre_tokenizer\": {\"type\": \"Split\", \"pattern\": {\"Regex\": \"a+(\"}}, "
	  "\"model\": {\"type\": \"BPE\"}}",
	  "pre_tokenizer: invalid pattern 'a+(': missing closing parenthesis" },
	{ "{\"model\": {\"type\": \"Unigram\", \"unk_id\": 4, \"vocab\": [[\"a\", -1]]}}",
	  "invalid unk_id (expected 0 to 0)" },
	{ "{\"model\": {\"type\": \"Unigram\", \"vocab\": [[\"a\", null]]}}", "token 0: expected" },
	{ "{\"pre_tokenizer\": {\"type\": \"Split\", \"pattern\": {\"Regex\": \"a\"}, "
	  "\"behavior\": \"Sideways\"}, \"model\": {\"type\": \"BPE\"}}",
	  "Split: invalid behavior 'Sideways' (expected one of Removed, Isolated" },
	{ "{\"a\": 0, \"a\": 1}", "duplicate" },
};

static void
invalid_files_are_refused_with_the_reason(void **state)
{
	struct tokenizer t;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof invalid_files / sizeof *invalid_files; i++) {
		CHECK_INT(vocabfile_parse(invalid_files[i].file, strlen(invalid_files[i].file),
					  NULL, 0, &t, &e),
			  -1);
		if (!strstr(e.msg, invalid_files[i].message))
			fail_msg("%s\nsays %s", invalid_files[i].file, e.msg);
	}
}

static void
text_that_cannot_be_encoded_is_refused(void **state)
{
	struct tokenizer_ids ids = { 0 };
	struct tokenizer t;
	struct err e;

	(void)state;
	parse(&t, "[[\"" BLANK "a\", -1], [\"b\", -1]]");
	CHECK_INT(tokenizer_encode(&t, "ab\xFFz", 4, &ids, &e), -1);
	CHECK_STR(e.msg, "byte 2: 0xFF is not UTF-8");
	CHECK_INT(tokenizer_encode(&t, "az", 2, &ids, &e), -1);
	CHECK_STR(e.msg, "the vocabulary has neither U+007A nor an unknown token");
	tokenizer_release(&t);
	parse(&t,
	      "{" BYTE_LEVEL ", \"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0, \"月\": 1}, "
	      "\"merges\": []}}");
	CHECK_INT(tokenizer_encode(&t, "ab", 2, &ids, &e), -1);
	CHECK_STR(e.msg, "the vocabulary has neither byte 0x62 nor an unknown token");
	CHECK_INT(ids.n, 0);
	tokenizer_release(&t);
	mem_free(ids.id);
}

/* Long texts are encoded in slices, which must not change ids. */
static void
slices_do_not_change_ids(void **state)
{
	static const char line[] = "ab  b\na b\n\n  ";
	struct tokenizer_ids whole = { 0 }, one = { 0 };
	struct text text = { 0 };
	struct tokenizer t;
	struct err e;

	(void)state;
	parse(&t, "{\"pre_tokenizer\": {\"type\": \"Metaspace\"}, \"normalizer\": {\"type\": "
		  "\"NFC\"}, \"model\": {\"type\": \"Unigram\", \"unk_id\": 0, "
		  "\"vocab\": [[\"?\", 0], [\"" BLANK "a\", -1], [\"b\", -1], [\"" BLANK
		  "\", -2], [\"\\n\", -2]]}}");
	while (text.len < 9u << 20)
		text_add(&text, line);
	CHECK_INT(tokenizer_encode(&t, text.s, text.len, &whole, &e), 0);
	CHECK_INT(tokenizer_encode(&t, line, strlen(line), &one, &e), 0);
	CHECK_INT(one.n, 13);
	CHECK_INT(whole.n, 12 * (text.len / strlen(line)) +
				   1); /* the last blank of a line joins the a of the next */
	tokenizer_release(&t);
	text_release(&text);
	mem_free(whole.id);
	mem_free(one.id);
}

static void
bytes_and_characters_can_reserve_a_mask(void **state)
{
	struct tokenizer t;
	struct err e;

	(void)state;
	tokenizer_init(&t, TOKENIZER_BYTE);
	tokenizer_reserve_mask(&t);
	tokenizer_reserve_mask(&t);
	CHECK_INT(t.vocab, 257);
	CHECK_INT(t.special[TOKENIZER_MASK], 256);
	encodes(&t, "a", "97", "a");
	tokenizer_release(&t);
	tokenizer_init(&t, TOKENIZER_CHAR);
	CHECK_INT(tokenizer_add_chars(&t, "ab", 2, &e), 0);
	CHECK_INT(tokenizer_assign_ids(&t, &e), 0);
	tokenizer_reserve_mask(&t);
	CHECK_INT(t.special[TOKENIZER_MASK], 2);
	tokenizer_release(&t);
	parse(&t, "[UNK]\na\n[MASK]\n\n");
	CHECK_INT(t.kind, TOKENIZER_CHAR);
	CHECK_INT(t.special[TOKENIZER_MASK], 2);
	encodes(&t, "a?\n", "1 0 3", "a[UNK]\n");
	tokenizer_release(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(words_are_cut_as_the_patterns_say),
		TEST(words_between_matches_can_be_dropped),
		TEST(hostile_patterns_are_stopped),
		TEST(texts_are_normalised_as_asked),
		TEST(every_byte_has_a_letter),
		TEST(lines_with_unk_are_wordpiece),
		TEST(pairs_with_scores_are_unigrams),
		TEST(tokenizer_json_is_followed),
		TEST(invalid_files_are_refused_with_the_reason),
		TEST(text_that_cannot_be_encoded_is_refused),
		TEST(slices_do_not_change_ids),
		TEST(bytes_and_characters_can_reserve_a_mask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
