/* test_complete.c: what Tab offers for the options of a data set. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <unistd.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/session/complete.h"

/* The candidates for the end of `line`, joined by blanks; reused by the next call. */
static const char *
offered(const char *line)
{
	static struct text all;
	struct lab_info *info = mem_new(sizeof *info);
	size_t start;
	char **list = complete_line(info, line, strlen(line), &start);

	text_clear(&all);
	for (size_t i = 0; list && list[i]; i++) {
		text_addf(&all, "%s%s", i ? " " : "", list[i]);
		mem_free(list[i]);
	}
	mem_free(list);
	mem_free(info);
	return text_get(&all);
}

static void
options_and_values_of_data_take_turns(void **state)
{
	(void)state;
	CHECK_INT(chdir("/"), 0); /* files are offered too: none here is called ch... */
	CHECK(strstr(offered("data s"), "sentences") && strstr(offered("data s"), "sums"));
	CHECK_STR(offered("data sums "), "header image label labels labels-from length text tokens vocab");
	CHECK_STR(offered("data sums tokens ch"), "char");
	CHECK_STR(offered("data sums header "), "no yes");
	CHECK_STR(offered("data sums tokens char le"), "length");
	CHECK_STR(offered("data sums length "), "");
	CHECK(strstr(offered("data x-images labels-from /"), "/tmp/") != NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(options_and_values_of_data_take_turns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
