/* test_class_order.c: outputs of a loaded network in the order of the data's classes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/nn/models/class_order.h"

#define MOST 8

/* A file of a network with the classes `names`, and outputs that tell their place: weights 10 r +
 * k, biases 100 + k, moments -k. */
static struct ckpt *
file_of(const char *const *names, int n)
{
	struct ckpt *c = ckpt_new();
	size_t dim[2] = { 2, (size_t)n };
	struct ckpt_tensor *t;
	char key[32];

	ckpt_add(c, "block1.weight", 2, dim, NULL);
	ckpt_add(c, "logits.weight", 2, dim, NULL);
	ckpt_add(c, "logits.bias", 1, dim + 1, NULL);
	ckpt_add(c, "moment2.logits.bias", 1, dim + 1, NULL);
	t = c->tensor;
	for (int k = 0; k < n; k++) {
		for (int r = 0; r < 2; r++)
			t[0].data[r * n + k] = t[1].data[r * n + k] = (float)(10 * r + k);
		t[2].data[k] = (float)(100 + k);
		t[3].data[k] = (float)-k;
		snprintf(key, sizeof key, "label.%d", k);
		if (names[k])
			ckpt_note(c, key, names[k]);
	}
	return c;
}

static const struct {
	const char *file[MOST], *data[MOST]; /* class names */
	const char *from; /* the output that each class takes, as digits; NULL: refused */
	const char *says; /* in the note or the error; "" no note */
} cases[] = {
	{ { "a", "b", "c" }, { "a", "b", "c" }, "012", "" },
	{ { "c", "a", "b" }, { "a", "b", "c" }, "120", "0 was 1, 1 was 2, 2 was 0" },
	{ { "C", "A", "B" }, { "a", "b", "c" }, "120", "3 of 3 class names differ by case" },
	{ { "a", "B", "c" }, { "a", "b", "c" }, "012", "1 of 3 class names differ by case" },
	{ { "A", "a" }, { "a", "A" }, "10", "0 was 1, 1 was 0" },
	{ { "A", "b" }, { "a", "B" }, "01", "2 of 2 class names differ by case" },
	{ { "X", "b" },
	  { "a", "A" },
	  "01",
	  "0 of 2 class names are the data's; taken by place: 0 'X', 1 'b'" },
	{ { "LABEL_0", "LABEL_1" }, { "no", "yes" }, "01", "0 of 2 class names" },
	{ { "c", "x", "a" },
	  { "a", "b", "c" },
	  "210",
	  "2 of 3 class names are the data's; taken by place: 1 'x'" },
	{ { "x", "c", "a" }, { "a", "b", "c" }, "201", "taken by place: 0 'x'" },
	{ { "a", "x", "y", "d" }, { "a", "b", "c", "d" }, "0123", "2 of 4 class names" },
	{ { "x", "a", "y", "d" },
	  { "a", "b", "c", "d" },
	  NULL,
	  "0 'x', 2 'y' of the file are none of the data's" },
	{ { "a", "a", "b" },
	  { "a", "b", "c" },
	  NULL,
	  "classes 0 and 1 of the file have one name, 'a'" },
	{ { "a", "A", "b" }, { "a", "b", "c" }, NULL, "'A', differs by case only from several" },
	{ { "b", "A" },
	  { "a", "A" },
	  "01",
	  "1 of 2 class names are the data's; taken by place: 0 'b'" },
	{ { 0 }, { "a", "b" }, "01", "names no classes" },
};

static void
outputs_take_the_place_of_their_class(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *name[MOST], note[240], key[32];
		struct dataset ds = { .class_name = name };
		struct err e = { .msg = "" };
		const struct ckpt_tensor *t[4];
		struct ckpt *c;
		int status;

		for (; cases[i].data[ds.classes]; ds.classes++)
			name[ds.classes] = (char *)cases[i].data[ds.classes];
		c = file_of(cases[i].file, ds.classes);
		status = class_order_apply(c, &ds, note, sizeof note, &e);
		if (status != (cases[i].from ? 0 : -1) ||
		    !strstr(status ? e.msg : note, cases[i].says) || (!cases[i].says[0] && note[0]))
			fail_msg("case %zu: %s%s", i, note, e.msg);
		for (size_t k = 0; k < 4; k++)
			t[k] = &c->tensor[k];
		for (int k = 0; status == 0 && k < ds.classes; k++) {
			int was = cases[i].from[k] - '0';

			CHECK(t[0]->data[ds.classes + k] == (float)(10 + k));
			CHECK(t[1]->data[k] == (float)was);
			CHECK(t[1]->data[ds.classes + k] == (float)(10 + was));
			CHECK(t[2]->data[k] == (float)(100 + was));
			CHECK(t[3]->data[k] == (float)-was);
			snprintf(key, sizeof key, "label.%d", k);
			if (was != k)
				CHECK_STR(ckpt_get(c, key), name[k]);
		}
		ckpt_free(c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { TEST(outputs_take_the_place_of_their_class) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
