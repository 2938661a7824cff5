/* cmd_augment.c: `augment`: list, set and preview augmentations. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd/cmd_translate.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/choice.h"
#include "retort/base/mem.h"
#include "retort/data/augment/augment.h"
#include "retort/data/vocab/vocab.h"
#include "retort/probe/augment_preview.h"

static void
print_augment(struct cmd_call *c, const struct augment *a)
{
	static const char *const rows[] = { "tables", "images", "texts" };
	const char *between = "  ";

	text_addf(&c->output, "%-13s %-4s", a->name,
		  augment_is_on(a, &c->info->run->settings.knobs) ? "on" : "off");
	for (int kind = 0; kind < 3; kind++)
		if (a->kinds & 1u << kind) {
			text_addf(&c->output, "%s%s", between, rows[kind]);
			between = ", ";
		}
	text_addf(&c->output, ": %s\n", a->doc);
}

static void
print_details(struct cmd_call *c, const struct augment *a)
{
	char value[64];

	print_augment(c, a);
	for (size_t i = 0; i < knob_count; i++)
		if (augment_of_knob(&knob_table[i]) == a)
			text_addf(&c->output, "%-14s %-8s %s\n", knob_table[i].name,
				  knob_print(&c->info->run->settings.knobs, &knob_table[i], value,
					     sizeof value),
				  knob_table[i].doc);
}

static const char *
augment_name(size_t i)
{
	return i < augment_count ? augment_table[i]->name : NULL;
}

static const struct augment *
find_augment(const char *name, struct err *e)
{
	int i = choice_find_next(name, augment_name, "augmentation", e);

	return i < 0 ? NULL : augment_table[i];
}

/* Return the knob of an option of an augmentation, "rate" of noise is noise-rate. NULL and an error
 * that lists the options. */
static const struct knob *
find_knob(const struct augment *a, const char *word, struct err *e)
{
	struct text names = { 0 };
	size_t len = strlen(a->name) + 1;
	const struct knob *found = NULL;

	for (size_t i = 0; i < knob_count && !found; i++) {
		if (augment_of_knob(&knob_table[i]) != a)
			continue;
		if (strcmp(knob_table[i].name + len, word) == 0)
			found = &knob_table[i];
		text_item(&names, "%s", knob_table[i].name + len);
	}
	if (!found)
		choice_invalid(e, "option", word, text_get(&names));
	text_release(&names);
	return found;
}

int
cmd_augment_options(const struct args *args, const struct augment *a, struct request_knobs *r,
		    struct err *e)
{
	for (const struct args_value *v = args_get(args, "OPTION"); v;
	     v = args_next(args, "OPTION", v)) {
		const struct knob *k = find_knob(a, args->argv[v->at], e);

		if (!k || cmd_add_knob(r, k, args->argv[v->at + 1], e) < 0)
			return err_wrap(e, "augment %s", a->name);
	}
	return 0;
}

/* Add the value that turns `a` off: 0 of its rate. */
static int
add_disable(struct request_knobs *r, const struct augment *a, struct err *e)
{
	for (size_t i = 0; i < knob_count; i++)
		if (knob_table[i].offset == a->on)
			return cmd_add_knob(r, &knob_table[i], "0", e);
	return 0;
}

static int
disable_all(struct cmd_call *c, struct err *e)
{
	struct request_knobs *r = &cmd_request(c, REQUEST_SET)->u.knobs;

	for (size_t i = 0; i < augment_count; i++)
		if (add_disable(r, augment_table[i], e) < 0)
			return -1;
	return 0;
}

/* Compare the hash of WordNet with the recorded one, `hash` (NULL: not recorded). 0, or -1 and an
 * error. */
static int
check_wordnet(const char *got, const char *hash, struct err *e)
{
	return !hash || strcmp(got, hash) == 0
		       ? 0
		       : err_set(e,
				 "augment synonym: another WordNet: it hashes to %.16s..., and "
				 "%.16s%s was recorded",
				 got, hash, strlen(hash) > 16 ? "..." : "");
}

/* Add WordNet to the request at its first use; later requests use the one the trainer has. Records
 * its hash. */
static int
add_wordnet(struct cmd_call *c, struct request *r, const char *hash, struct err *e)
{
	char hex[65], *dir = NULL;

	snprintf(hex, sizeof hex, "%s", c->info->wordnet);
	if (!hex[0]) {
		dir = wordnet_dir(e);
		r->u.set.wordnet = dir ? wordnet_read(dir, e) : NULL;
		mem_free(dir);
		if (!r->u.set.wordnet)
			return err_wrap(e, "augment synonym");
		hash_hex(&r->u.set.wordnet->hash, hex);
	}
	if (check_wordnet(hex, hash, e) < 0)
		return -1;
	if (hash)
		return 0;
	text_add(&c->record, "augment");
	for (int i = 0; i < c->argc; i++) /* names and numbers need no quotes */
		text_addf(&c->record, " %s", c->argv[i]);
	text_addf(&c->record, " hash %s", hex);
	return 0;
}

static int
exec_show(struct cmd_call *c, struct err *e)
{
	(void)e;
	cmd_request(c, REQUEST_AUGMENT_PREVIEW)->u.preview.rows =
		args_number(&c->args, "N", AUGMENT_PREVIEW_ROWS);
	return 0;
}

static int
exec_list(struct cmd_call *c, struct err *e)
{
	(void)e;
	for (size_t i = 0; i < augment_count; i++)
		print_augment(c, augment_table[i]);
	return 0;
}

static int
exec_describe(struct cmd_call *c, struct err *e)
{
	const struct augment *a = find_augment(c->argv[0], e);

	if (!a)
		return err_wrap(e, "augment");
	print_details(c, a);
	return 0;
}

static int
exec_off(struct cmd_call *c, struct err *e)
{
	const struct augment *a = find_augment(c->argv[0], e);

	if (!a)
		return err_wrap(e, "augment");
	return add_disable(&cmd_request(c, REQUEST_SET)->u.knobs, a, e);
}

/* Set options of an augmentation. */
static int
exec_set(struct cmd_call *c, struct err *e)
{
	const struct augment *a = find_augment(c->argv[0], e);
	const char *hash = args_word(&c->args, "hash");
	struct request *r;

	if (!a)
		return err_wrap(e, "augment");
	if (hash && !a->wordnet)
		return err_set(e, "augment %s: hash applies to synonym only", a->name);
	r = cmd_request(c, REQUEST_SET);
	if (cmd_augment_options(&c->args, a, &r->u.knobs, e) < 0)
		return -1;
	return a->wordnet ? add_wordnet(c, r, hash, e) : 0;
}

/* Options that are knobs of the augmentation, among others in any order. */
#define AUGMENT_OPTIONS                                                                \
	{ .name = "OPTION",                                                            \
	  .kind = GRAMMAR_AUGMENT_OPTION,                                              \
	  .flags = GRAMMAR_ANY | GRAMMAR_REPEAT },                                     \
	{                                                                              \
		.name = "VALUE", .kind = GRAMMAR_AUGMENT_OPTION, .flags = GRAMMAR_MORE \
	}

#define AUGMENT_PATIENCE                                                                           \
	{                                                                                          \
		.word = "patience", .name = "SECONDS", .kind = GRAMMAR_REAL, .flags = GRAMMAR_ANY, \
		.min = 1, .max = 86400,                                                            \
		.help = "time that a translation may take before it is given up"                   \
	}

/* An option of another form of back-translation. */
#define AUGMENT_REFUSED(keyword)                                                         \
	{                                                                                \
		.word = keyword, .flags = GRAMMAR_ANY | GRAMMAR_REFUSED,                 \
		.help = "does not fit here: one of `via LANGUAGE`, `forth COMMAND back " \
			"COMMAND` and `from FILE` is needed"                             \
	}

#define AUGMENT_NAME                                    \
	{                                               \
		.name = "NAME", .kind = GRAMMAR_AUGMENT \
	}

static const struct grammar_form augment_forms[] = {
	GRAMMAR_ALONE(exec_list),
	GRAMMAR_FORM(disable_all, { .word = "off", .help = "turn all augmentations off" }),
	GRAMMAR_FORM(exec_show, { .word = "show", .help = "print rows of text before and after" },
		     { .name = "N", .kind = GRAMMAR_NUMBER, .flags = GRAMMAR_OPTIONAL }),
	GRAMMAR_FORM(cmd_translate_stop, { .word = "backtranslate" },
		     { .word = "stop", .help = "stop the running translation" }),
	GRAMMAR_FORM(cmd_translate_via, { .word = "backtranslate" },
		     { .word = "via",
		       .name = "LANGUAGE",
		       .kind = GRAMMAR_PROGRAM,
		       .flags = GRAMMAR_ANY | GRAMMAR_NEEDED,
		       .help = "language of the translation, by Apertium" },
		     AUGMENT_PATIENCE, AUGMENT_OPTIONS, AUGMENT_REFUSED("forth"),
		     AUGMENT_REFUSED("back"), AUGMENT_REFUSED("from"), AUGMENT_REFUSED("hash")),
	GRAMMAR_FORM(cmd_translate_commands, { .word = "backtranslate" },
		     { .word = "forth",
		       .name = "COMMAND",
		       .kind = GRAMMAR_PROGRAM,
		       .flags = GRAMMAR_ANY | GRAMMAR_NEEDED,
		       .help = "program that translates lines" },
		     { .word = "back",
		       .name = "COMMAND",
		       .kind = GRAMMAR_PROGRAM,
		       .flags = GRAMMAR_ANY | GRAMMAR_NEEDED,
		       .help = "program that translates them back" },
		     AUGMENT_PATIENCE, AUGMENT_OPTIONS, AUGMENT_REFUSED("via"),
		     AUGMENT_REFUSED("from"), AUGMENT_REFUSED("hash")),
	GRAMMAR_FORM(cmd_translate_from, { .word = "backtranslate" },
		     { .word = "from",
		       .name = "FILE",
		       .kind = GRAMMAR_FILE,
		       .flags = GRAMMAR_ANY | GRAMMAR_NEEDED,
		       .help = "file of texts and their back-translations" },
		     CMD_HASH, AUGMENT_OPTIONS, AUGMENT_REFUSED("via"), AUGMENT_REFUSED("forth"),
		     AUGMENT_REFUSED("back"), AUGMENT_REFUSED("patience")),
	GRAMMAR_FORM(exec_describe, { .word = "backtranslate" }),
	GRAMMAR_FORM(exec_off, { .word = "backtranslate" }, { .word = "off" }),
	GRAMMAR_FORM(exec_set, { .word = "backtranslate" }, AUGMENT_OPTIONS, AUGMENT_REFUSED("via"),
		     AUGMENT_REFUSED("forth"), AUGMENT_REFUSED("back"), AUGMENT_REFUSED("from"),
		     AUGMENT_REFUSED("hash"), AUGMENT_REFUSED("patience")),
	GRAMMAR_FORM(exec_describe, AUGMENT_NAME),
	GRAMMAR_FORM(exec_off, AUGMENT_NAME, { .word = "off" }),
	GRAMMAR_FORM(exec_set, AUGMENT_NAME, CMD_HASH, AUGMENT_OPTIONS),
	{ 0 }
};

const struct cmd cmd_augment = {
	.name = "augment",
	.form = augment_forms,
	.flags = CMD_RECORD,
	.doc = "List augmentations, describe one, turn it on with its options, "
	       "or turn one or all off. "
	       "With show, print rows of text before and after.",
	.example = "augment noise spread 0.1",
};
