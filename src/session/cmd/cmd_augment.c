/* cmd_augment.c: `augment`: list, set and preview augmentations. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

#include <stdio.h>
#include <string.h>

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
		  augment_is_on(a, &c->info->run.settings.knobs) ? "on" : "off");
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
				  knob_print(&c->info->run.settings.knobs, &knob_table[i], value,
					     sizeof value),
				  knob_table[i].doc);
}

static const struct augment *
find_augment(const char *name, struct err *e)
{
	struct text names = { 0 };

	for (size_t i = 0; i < augment_count; i++) {
		if (strcmp(augment_table[i]->name, name) == 0) {
			text_release(&names);
			return augment_table[i];
		}
		text_item(&names, "%s", augment_table[i]->name);
	}
	err_set(e, "augment: '%.40s' is none of %s, show, off", name, text_get(&names));
	text_release(&names);
	return NULL;
}

/* Return the knob of an option of an augmentation. NULL and an error that lists the options. */
static const struct knob *
find_knob(const struct augment *a, const char *word, struct err *e)
{
	struct text names = { 0 };
	size_t len = strlen(a->name) + 1;

	for (size_t i = 0; i < knob_count; i++) {
		if (augment_of_knob(&knob_table[i]) != a)
			continue;
		if (strcmp(knob_table[i].name + len, word) == 0) {
			text_release(&names);
			return &knob_table[i];
		}
		text_addf(&names, "%s, ", knob_table[i].name + len);
	}
	err_set(e, "augment %s: '%.40s' is none of %soff", a->name, word, text_get(&names));
	text_release(&names);
	return NULL;
}

static int
add_set(struct request_knobs *r, const char *name, const struct knob *k, const char *value,
	struct err *e)
{
	struct knobs trial;

	knob_defaults(&trial);
	if (r->n == REQUEST_SETS)
		return err_set(e, "augment %s: more than %d values", name, REQUEST_SETS);
	if (knob_set(&trial, k, value, e) < 0)
		return -1;
	r->set[r->n].knob = k;
	return cmd_copy(r->set[r->n++].value, sizeof r->set[0].value, k->name, value, e);
}

int
cmd_augment_option(struct request_knobs *r, const struct augment *a, const char *word,
		   const char *value, struct err *e)
{
	const struct knob *k = find_knob(a, word, e);

	return k ? add_set(r, a->name, k, value, e) : -1;
}

/* Add the value that turns `a` off: 0 of its rate. */
static int
add_disable(struct request_knobs *r, const struct augment *a, struct err *e)
{
	for (size_t i = 0; i < knob_count; i++)
		if (knob_table[i].offset == a->on)
			return add_set(r, a->name, &knob_table[i], "0", e);
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
preview_rows(struct cmd_call *c, struct err *e)
{
	int64_t *rows = &cmd_request(c, REQUEST_AUGMENT_PREVIEW)->u.preview.rows;

	*rows = AUGMENT_PREVIEW_ROWS;
	if (c->argc > 2)
		return err_set(e, "augment show: one number of rows is accepted");
	return c->argc == 1 ? 0 : cmd_number("augment show", c->argv[1], rows, e);
}

/* Parse pairs of option and value into a SET request. */
static int
enable_augment(struct cmd_call *c, const struct augment *a, struct err *e)
{
	struct request *r = cmd_request(c, REQUEST_SET);
	const char *hash = NULL;

	for (int i = 1; i < c->argc; i += 2) {
		if (a->wordnet && i + 1 < c->argc && strcmp(c->argv[i], "hash") == 0) {
			hash = c->argv[i + 1];
			continue;
		}
		if (cmd_augment_option(&r->u.knobs, a, c->argv[i],
				       i + 1 < c->argc ? c->argv[i + 1] : "", e) < 0)
			return -1;
	}
	return a->wordnet ? add_wordnet(c, r, hash, e) : 0;
}

static int
exec_augment(struct cmd_call *c, struct err *e)
{
	const struct augment *a;

	for (size_t i = 0; c->argc == 0 && i < augment_count; i++)
		print_augment(c, augment_table[i]);
	if (c->argc == 0)
		return 0;
	if (c->argc == 1 && strcmp(c->argv[0], "off") == 0)
		return disable_all(c, e);
	if (strcmp(c->argv[0], "show") == 0)
		return preview_rows(c, e);
	a = find_augment(c->argv[0], e);
	if (!a)
		return -1;
	if (c->argc == 1) {
		print_details(c, a);
		return 0;
	}
	if (a == &augment_backtranslate && cmd_translate_is(c))
		return cmd_translate(c, e);
	if (c->argc == 2 && strcmp(c->argv[1], "off") == 0)
		return add_disable(&cmd_request(c, REQUEST_SET)->u.knobs, a, e);
	return enable_augment(c, a, e);
}

static const struct grammar_form augment_forms[] = {
	GRAMMAR_FORM(),
	GRAMMAR_FORM({ .word = "off" }),
	GRAMMAR_FORM({ .word = "show" },
		     { .name = "N", .kind = GRAMMAR_NUMBER, .flags = GRAMMAR_OPTIONAL }),
	GRAMMAR_FORM({ .name = "NAME", .kind = GRAMMAR_AUGMENT }),
	GRAMMAR_FORM({ .name = "NAME", .kind = GRAMMAR_AUGMENT }, { .word = "off" }),
	GRAMMAR_FORM({ .name = "NAME", .kind = GRAMMAR_AUGMENT },
		     { .name = "OPTION", .kind = GRAMMAR_AUGMENT_OPTION, .flags = GRAMMAR_REPEAT },
		     { .name = "VALUE", .kind = GRAMMAR_AUGMENT_OPTION, .flags = GRAMMAR_MORE }),
	GRAMMAR_FORM({ .word = "backtranslate" }, { .word = "via", .name = "LANGUAGE" },
		     { .name = "OPTION",
		       .kind = GRAMMAR_AUGMENT_OPTION,
		       .flags = GRAMMAR_OPTIONAL | GRAMMAR_REPEAT },
		     { .name = "VALUE", .kind = GRAMMAR_AUGMENT_OPTION, .flags = GRAMMAR_MORE }),
	GRAMMAR_FORM({ .word = "backtranslate" }, { .word = "forth", .name = "COMMAND" },
		     { .word = "back", .name = "COMMAND" },
		     { .name = "OPTION",
		       .kind = GRAMMAR_AUGMENT_OPTION,
		       .flags = GRAMMAR_OPTIONAL | GRAMMAR_REPEAT },
		     { .name = "VALUE", .kind = GRAMMAR_AUGMENT_OPTION, .flags = GRAMMAR_MORE }),
	GRAMMAR_FORM({ .word = "backtranslate" },
		     { .word = "from", .name = "FILE", .kind = GRAMMAR_FILE },
		     { .word = "hash",
		       .name = "HEX",
		       .flags = GRAMMAR_ANY,
		       .help = "the hash that a recording expects" },
		     { .name = "OPTION",
		       .kind = GRAMMAR_AUGMENT_OPTION,
		       .flags = GRAMMAR_OPTIONAL | GRAMMAR_REPEAT },
		     { .name = "VALUE", .kind = GRAMMAR_AUGMENT_OPTION, .flags = GRAMMAR_MORE }),
	GRAMMAR_FORM({ .word = "backtranslate" }, { .word = "stop" }),
	{ NULL }
};

const struct cmd cmd_augment = {
	.name = "augment",
	.form = augment_forms,
	.flags = CMD_RECORD,
	.doc = "List augmentations, describe one, turn it on with its options, "
	       "or turn one or all off. "
	       "With show, print rows of text before and after.",
	.example = "augment noise spread 0.1",
	.option = cmd_translate_word,
	.exec = exec_augment,
};
