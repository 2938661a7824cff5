/* test_complete.c: completion of options of data sets. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/session/cmd/cmd_table.h"
#include "retort/session/complete.h"

static const struct lab_set sets[] = { { .name = "train" },
				       { .name = "few", .role = DATASET_TRANSFER },
				       { .name = "met", .role = DATASET_TARGET } };
static int n_sets; /* that there are */

/* The candidates for the end of `line`, joined by blanks; reused by the next call. */
static const char *
offered(const char *line)
{
	static struct text all;
	struct lab_info *info = mem_new(sizeof *info);
	static struct lab_run run;
	size_t start;
	char **list;

	info->run = &run;
	for (int i = 0; i < n_sets; i++)
		info->set[info->n_sets++] = sets[i];
	list = complete_line(info, cmd_table, NULL, line, strlen(line), &start);

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
	char dir[] = "/tmp/retort-complete-XXXXXX", line[64], want[64];
	int status;

	(void)state;
	CHECK(mkdtemp(dir) != NULL);
	CHECK_INT(chdir(dir), 0); /* files are offered too, and there are none here */
	CHECK(strstr(offered("data s"), "sentences") && strstr(offered("data s"), "sums"));
	CHECK_STR(offered("data sums "),
		  "comment decimal delimiter encoding frame hash header image label labels "
		  "labels-from length like missing quotes skip special task text thousands tokens "
		  "vocab "
		  "without");
	CHECK_STR(offered("data sums tokens ch"), "char char+mask");
	CHECK_STR(offered("data sums header "), "no yes");
	CHECK_STR(offered("data sums tokens char le"), "length");
	CHECK_STR(offered("data sums length "), "");
	CHECK_STR(offered("export x.p"), "x.pdf x.png");
	CHECK_STR(offered("export a.b/x"), "a.b/x.csv a.b/x.gp a.b/x.json a.b/x.pdf a.b/x.png "
					   "a.b/x.svg a.b/x.tsv");
	CHECK_STR(offered("export x.svg "), "metric replace run");
	CHECK_STR(offered("export x.svg metric val-n"), "val-nll");
	CHECK_INT(mkdir("inner", 0700), 0);
	snprintf(line, sizeof line, "data x-images labels-from %s/", dir);
	snprintf(want, sizeof want, "%s/inner/", dir);
	CHECK_STR(offered(line), want);
	status = rmdir("inner") + chdir("/") + rmdir(dir);
	CHECK_INT(status, 0);
}

static void
words_of_more_sets_are_offered(void **state)
{
	char dir[] = "/tmp/retort-complete-XXXXXX";
	int status;

	(void)state;
	CHECK(mkdtemp(dir) != NULL);
	CHECK_INT(chdir(dir), 0);
	n_sets = 3;
	CHECK_STR(offered("data add sat"), "satellite");
	CHECK_STR(offered("data add free.csv "),
		  "as comment decimal delimiter encoding frame hash header image label "
		  "labels-from length missing quotes skip special task text thousands tokens "
		  "unlabelled "
		  "vocab weight without");
	CHECK_STR(offered("data add free.csv unlabelled w"), "weight without");
	CHECK_STR(offered("data add free.csv unlabelled weight "), "");
	CHECK_STR(offered("data add free.csv header "), "no yes");
	CHECK_STR(offered("data target free.csv as met w"), "without");
	CHECK_STR(offered("data held-out test.csv v"), "vocab");
	CHECK_STR(offered("data show digits head"), "header");
	CHECK_STR(offered("data weight "), "few train"); /* met is not a training set */
	CHECK_STR(offered("data weight few "), "");
	CHECK_STR(offered("stage finetune sets "), "few train");
	CHECK_STR(offered("ramp set:"), "set:few set:train");
	CHECK_STR(offered("sweep set:"), ""); /* not swept */
	CHECK_STR(offered("sweep la"), "labels");
	CHECK_STR(offered("sweep labels 5,10 for 9 by val-"),
		  "val-accuracy val-agreement val-kl val-nll");
	CHECK_STR(offered("mismatch t"), "train");
	n_sets = 0;
	status = chdir("/") + rmdir(dir);
	CHECK_INT(status, 0);
}

static void
words_of_ramps_and_terms_are_offered(void **state)
{
	(void)state;
	CHECK(strstr(offered("ramp temp"), "temperature"));
	CHECK(strstr(offered("ramp temperature "), "off"));
	CHECK_STR(offered("ramp temperature 8 1 o"), "over");
	CHECK_STR(offered("ramp temperature 8 1 over 5 "), "cosine exponential linear steps then");
	CHECK_STR(offered("ramp temperature 8 1 over 5 cosine t"), "then");
	CHECK_STR(offered("balance k"), ""); /* its weight is 0 here */
}

/* offered() completes for a lab without networks: words that need none are still offered. */
static void
forms_of_map_and_student_are_offered(void **state)
{
	(void)state;
	CHECK_STR(offered("map big "), "auto first last skip uniform");
	CHECK_STR(offered("map big:1 "), "");
	CHECK_STR(offered("map big uniform th"), "through");
	CHECK(strstr(offered("map big:1 s:1 through "), "conv1x1") &&
	      strstr(offered("map big:1 s:1 through sh"), "shared"));
	CHECK_STR(offered("student in"), "init");
	CHECK_STR(offered("student init fr"), "from");
	CHECK_STR(offered("student init from big la"), "layers");
}

static void
options_of_stages_are_offered(void **state)
{
	(void)state;
	CHECK_STR(offered("stage "), "distil finetune hint teach");
	CHECK_STR(offered("stage teach "), "");
	CHECK_STR(offered("stage hint "), "freeze lr rows set sets steps");
	CHECK_STR(offered("stage finetune 100 "), "fade freeze keep lr rows set sets");
	CHECK_STR(offered("stage finetune rows "), "all labelled");
	CHECK_STR(offered("stage finetune keep k"), "kd");
	CHECK_STR(offered("stage finetune keep kd "), "");
	CHECK_STR(offered("stage distil set temper"), "temperature");
	CHECK_STR(offered("stage distil set temperature 2 lr 1 "), "freeze rows set sets steps");
	CHECK_STR(offered("freeze "), ""); /* there is no student here */
	CHECK_STR(offered("remedy "), "prior select weigh");
	CHECK_STR(offered("remedy weigh "), "held-out off train");
	CHECK_STR(offered("remedy weigh train "), "like");
	CHECK_STR(offered("remedy select train 20 "), "by");
	CHECK_STR(offered("remedy select train 20 by "), "chance coverage margin uncertainty");
	CHECK_STR(offered("remedy prior held-out by "), "em match");
	CHECK_STR(offered("remedy nothing "), "");
}

static const char *
described(const char *line, const char *candidate)
{
	const char *doc = complete_describe(cmd_table, line, strlen(line), candidate);

	return doc ? doc : "";
}

static void
candidates_are_described(void **state)
{
	(void)state;
	CHECK_STR(described("", "quit"), cmd_session_quit.doc);
	CHECK_STR(described("qu", "quit"), cmd_session_quit.doc);
	CHECK_STR(described("set lr", "lr"), knob_find("lr", NULL)->doc);
	CHECK_STR(described("view ", "cursor"), "Show or hide a cursor with exact values.");
	CHECK_STR(described("view metric ", "val-kl"), metric_info(METRIC_VAL_KL)->doc);
	CHECK_STR(described("loss ", "kd"), loss_table_find("kd")->doc);
	CHECK_STR(described("set lr ", "0.003"), "");
	CHECK_STR(described("set lr ", "lr"), ""); /* a value, not a knob */
	CHECK_STR(described("nothing ", "lr"), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(options_and_values_of_data_take_turns),
		TEST(words_of_more_sets_are_offered),
		TEST(words_of_ramps_and_terms_are_offered),
		TEST(forms_of_map_and_student_are_offered),
		TEST(options_of_stages_are_offered),
		TEST(candidates_are_described),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
