/* cmd_translate.c: options of `augment backtranslate`: a translator, or a file of translations. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

#include <stdlib.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/data/translate/translate.h"

#define RATE "0.5" /* default; not applied if back-translation is on */

/* Options that are not knobs. */
enum word { VIA, FORTH, BACK, FROM, HASH, PATIENCE, WORDS };

static const char *const names[WORDS] = { "via", "forth", "back", "from", "hash", "patience" };

const char *
cmd_translate_word(size_t i)
{
	return i < WORDS ? names[i] : i == WORDS ? "stop" : NULL;
}

bool
cmd_translate_is(const struct cmd_call *c)
{
	for (int i = 1; i < c->argc; i += 2)
		for (size_t k = 0; cmd_translate_word(k); k++)
			if (strcmp(c->argv[i], cmd_translate_word(k)) == 0)
				return true;
	return false;
}

/* Set at[w] to the position of the value of option w, 0 if absent; other options are knobs of the
 * augmentation and are added to `r`. */
static int
parse_words(struct cmd_call *c, struct request_knobs *r, int *at, struct err *e)
{
	bool rate = false;

	memset(at, 0, WORDS * sizeof *at);
	for (int i = 1; i < c->argc; i += 2) {
		size_t w = 0;

		while (w < WORDS && strcmp(names[w], c->argv[i]) != 0)
			w++;
		if (i + 1 == c->argc)
			return err_set(e, "augment backtranslate: %.40s needs a value behind it",
				       c->argv[i]);
		if (w < WORDS)
			at[w] = i + 1;
		else if (cmd_augment_option(r, &augment_backtranslate, c->argv[i], c->argv[i + 1],
					    e) < 0)
			return -1;
		rate |= strcmp(c->argv[i], "rate") == 0;
	}
	if (!rate && c->info->run.settings.knobs.backtranslate_rate <= 0)
		return cmd_augment_option(r, &augment_backtranslate, "rate", RATE, e);
	return 0;
}

/* Create the translator: a language pair of Apertium, or two commands. */
static int
make_translator(struct cmd_call *c, struct translator **out, const int *at, struct err *e)
{
	double patience = TRANSLATOR_PATIENCE;

	if (at[FROM] || at[HASH] || !at[FORTH] != !at[BACK] || !at[VIA] == !at[FORTH])
		return err_set(e, "augment backtranslate: one of `via LANGUAGE`, `forth COMMAND "
				  "back COMMAND` and `from FILE` is needed");
	if (at[PATIENCE] &&
	    cmd_real("augment backtranslate: patience", c->argv[at[PATIENCE]], &patience, e) < 0)
		return -1;
	if (!(patience >= 1 && patience <= 86400))
		return err_set(e, "augment backtranslate: patience %s is outside 1..86400 seconds",
			       c->argv[at[PATIENCE]]);
	*out = at[VIA] ? apertium_translator(c->argv[at[VIA]], e)
		       : translator_new(c->argv[at[FORTH]], c->argv[at[BACK]]);
	if (!*out)
		return err_wrap(e, "augment backtranslate: via");
	(*out)->patience = patience;
	return 0;
}

/* Set the line to record. A file in the directory of the recording is written without its
 * directory, so that both can be moved together. */
static void
record_bitext(struct cmd_call *c, const struct bitext *b, const int *at)
{
	char *path = io_join(c->dir, c->argv[at[FROM]]), *dir = io_dirname(path),
	     *whole = realpath(dir, NULL);
	char *slash = strrchr(path, '/'), *typed = c->argv[at[FROM]], hex[65];
	bool beside = c->recording_dir && whole && strcmp(whole, c->recording_dir) == 0;

	if (beside)
		c->argv[at[FROM]] = slash ? slash + 1 : path;
	cmd_record_files(c, "augment", beside ? 0 : 1u << at[FROM]);
	if (!at[HASH])
		text_addf(&c->record, " hash %s", hash_hex(&b->hash, hex));
	c->argv[at[FROM]] = typed;
	free(whole);
	mem_free(dir);
	mem_free(path);
}

static int
read_file(struct cmd_call *c, struct bitext **out, const int *at, struct err *e)
{
	char *path = io_join(c->dir, c->argv[at[FROM]]);

	*out = bitext_read(path, e);
	if (!*out ||
	    cmd_check_hash(path, &(*out)->hash, at[HASH] ? c->argv[at[HASH]] : NULL, e) < 0) {
		mem_free(path);
		return err_wrap(e, "augment backtranslate");
	}
	mem_free(path);
	bitext_measure(*out);
	record_bitext(c, *out, at);
	return 0;
}

int
cmd_translate(struct cmd_call *c, struct err *e)
{
	struct request_knobs knobs = { 0 };
	struct request *r;
	int at[WORDS];

	if (c->argc == 2 && strcmp(c->argv[1], "stop") == 0) {
		cmd_request(c, REQUEST_TRANSLATE_STOP);
		return 0;
	}
	if (parse_words(c, &knobs, at, e) < 0)
		return -1;
	if (!at[FROM] || at[VIA] || at[FORTH] || at[BACK]) {
		r = cmd_request(c, REQUEST_TRANSLATE);
		r->u.knobs = knobs;
		return make_translator(c, &r->u.translate.translator, at, e);
	}
	r = cmd_request(c, REQUEST_BITEXT);
	r->u.knobs = knobs;
	return read_file(c, &r->u.bitext.bitext, at, e);
}
