/* cmd_translate.c: options of `augment backtranslate`: a translator, or a file of translations. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd/cmd_translate.h"

#include <stdlib.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/data/translate/translate.h"

#define RATE "0.5" /* default; not applied if back-translation is on */

/* Add the knobs of the line, and a rate if none is set. */
static int
add_knobs(struct cmd_call *c, struct request_knobs *r, struct err *e)
{
	bool rate = c->info->run->settings.knobs.backtranslate_rate > 0;

	if (cmd_augment_options(&c->args, &augment_backtranslate, r, e) < 0)
		return -1;
	for (int i = 0; i < r->n; i++)
		rate |= strcmp(r->set[i].knob->name, "backtranslate-rate") == 0;
	return rate ? 0 : cmd_add_knob(r, knob_find("backtranslate-rate", e), RATE, e);
}

/* Create the request, with the knobs of the line. NULL and an error. */
static struct request_translate *
request_translation(struct cmd_call *c, struct err *e)
{
	struct request_translate *t = &cmd_request(c, REQUEST_TRANSLATE)->u.translate;

	return add_knobs(c, &t->knobs, e) < 0 ? NULL : t;
}

/* Give the request its translator, which it owns. */
static void
set_translator(const struct cmd_call *c, struct request_translate *t, struct translator *translator)
{
	translator->patience = args_real(&c->args, "patience", TRANSLATOR_PATIENCE);
	t->translator = translator;
}

int
cmd_translate_via(struct cmd_call *c, struct err *e)
{
	struct request_translate *t = request_translation(c, e);
	struct translator *translator =
		t ? apertium_translator(args_word(&c->args, "via"), e) : NULL;

	if (!t)
		return -1;
	if (!translator)
		return err_wrap(e, "augment backtranslate: via");
	set_translator(c, t, translator);
	return 0;
}

int
cmd_translate_commands(struct cmd_call *c, struct err *e)
{
	struct request_translate *t = request_translation(c, e);

	if (!t)
		return -1;
	set_translator(c, t,
		       translator_new(args_word(&c->args, "forth"), args_word(&c->args, "back")));
	return 0;
}

int
cmd_translate_stop(struct cmd_call *c, struct err *e)
{
	(void)e;
	cmd_request(c, REQUEST_TRANSLATE_STOP);
	return 0;
}

/* Set the line to record. A file in the directory of the recording is written without its
 * directory, so that both can be moved together. */
static void
record_bitext(struct cmd_call *c, const struct bitext *b, const char *path)
{
	int at = args_get(&c->args, "from")->at;
	const char *slash = strrchr(path, '/');
	char *dir = io_dirname(path), *whole = realpath(dir, NULL), *typed = c->argv[at], hex[65];
	bool beside = c->recording_dir && whole && strcmp(whole, c->recording_dir) == 0;

	if (beside)
		c->argv[at] = (char *)(slash ? slash + 1 : path);
	cmd_record_files(c, "augment", beside ? 0 : args_bit(&c->args, "from"));
	if (!args_get(&c->args, "hash"))
		text_addf(&c->record, " hash %s", hash_hex(&b->hash, hex));
	c->argv[at] = typed;
	free(whole);
	mem_free(dir);
}

int
cmd_translate_from(struct cmd_call *c, struct err *e)
{
	struct request_bitext *r = &cmd_request(c, REQUEST_BITEXT)->u.bitext;
	char *path = io_join(c->dir, args_word(&c->args, "from"));
	int status = add_knobs(c, &r->knobs, e);

	if (status == 0) {
		r->bitext = bitext_read(path, e);
		status = r->bitext ? cmd_check_hash(path, &r->bitext->hash,
						    args_word(&c->args, "hash"), e)
				   : -1;
		if (status < 0)
			err_wrap(e, "augment backtranslate");
	}
	if (status == 0) {
		bitext_measure(r->bitext);
		record_bitext(c, r->bitext, path);
	}
	mem_free(path);
	return status;
}
