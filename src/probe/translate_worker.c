/* translate_worker.c: texts of training rows, translated there and back in a thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/probe/translate_worker.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/mono.h"
#include "retort/base/text.h"
#include "retort/base/worker.h"
#include "retort/data/sets.h"
#include "retort/data/texts.h"

#define PROGRESS_SECONDS 1.0 /* between two reports of progress */
#define SAMPLES 16           /* newest pairs in a report of progress */
#define FLUSH 8192           /* bytes buffered before they are appended to the cache */

/* One translation. */
struct job {
	size_t n, n_new;       /* texts; those that are not in the cache */
	char **text;           /* [n] owned */
	const char **new_text; /* [n_new] of text */
	size_t sentences;      /* that have come back */
	double from, reported; /* seconds: when it began, when progress was last reported */
	struct bitext *cached; /* what the cache file holds, and what came back since */
	int fd;                /* the cache file, for appending; -1: there is none */
	struct text queue;     /* lines to append */
};

/* While the worker is busy all of this is its thread's, else the trainer's. */
struct translation {
	void (*post)(void *arg, struct request *r);
	void *arg;
	struct worker *worker;
	struct job job;
};

static void
release_job(struct job *j)
{
	for (size_t i = 0; i < j->n; i++)
		mem_free(j->text[i]);
	mem_free(j->text);
	mem_free(j->new_text);
	bitext_free(j->cached);
	text_release(&j->queue);
	if (j->fd > 0)
		close(j->fd);
	memset(j, 0, sizeof *j);
}

/* Sentences of a text: stops before a blank or the end, at least one. */
static size_t
count_sentences(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += strchr(".!?", *s) && (s[1] == ' ' || s[1] == '\0');
	return n ? n : 1;
}

/* The newest of the first n pairs, the last first. */
static struct bitext *
newest_pairs(const struct job *j, size_t n)
{
	struct bitext *b = bitext_new("");

	for (size_t i = n; i > 0 && b->n < SAMPLES && i + SAMPLES > n; i--) {
		const struct bitext_pair *p = bitext_find(j->cached, j->new_text[i - 1]);

		if (p)
			bitext_add(b, p->before, p->after);
	}
	bitext_measure(b);
	return b;
}

/* Post the progress after n texts, every PROGRESS_SECONDS and at the end. */
static void
post_progress(struct translation *t, size_t n)
{
	double now = mono_now(), since = now - t->job.from;
	struct request *r;

	if (n < t->job.n_new && now < t->job.reported + PROGRESS_SECONDS)
		return;
	t->job.reported = now;
	r = request_new(REQUEST_PROGRESS);
	r->u.progress.done = n;
	r->u.progress.texts = t->job.n_new;
	r->u.progress.rate = since > 0 ? (double)t->job.sentences / since : 0;
	r->u.progress.bitext = newest_pairs(&t->job, n);
	snprintf(r->note, sizeof r->note, "translated %zu of %zu texts, %.0f sentences a second", n,
		 t->job.n_new, r->u.progress.rate);
	t->post(t->arg, r);
}

static void
count_text(void *arg, size_t n)
{
	struct translation *t = arg;

	t->job.sentences += count_sentences(t->job.new_text[n - 1]);
	post_progress(t, n);
}

static int
flush_queue(struct job *j, bool sync, struct err *e)
{
	int status = j->fd < 0 || j->queue.len == 0
			     ? 0
			     : io_append(j->fd, j->queue.s, j->queue.len, sync, e);

	text_clear(&j->queue);
	return status;
}

/* A cache that cannot be written does not end the translation. */
static void
take_text(void *arg, size_t i, const char *after)
{
	struct job *j = &((struct translation *)arg)->job;

	bitext_add(j->cached, j->new_text[i], after);
	bitext_line(&j->queue, j->new_text[i], after);
	if (j->queue.len >= FLUSH)
		flush_queue(j, false, NULL);
}

/* Path of the cache file of this version of a translator, owned by the caller. NULL and an error:
 * no cache directory. */
static char *
cache_path(const struct translator *t, struct err *e)
{
	char hex[65], *dir = io_xdg(IO_CACHE, "translations"), *path = NULL;
	struct text name = { 0 };

	if (!dir) {
		err_set(e, "no directory for translations: neither XDG_CACHE_HOME nor HOME is set");
	} else if (io_mkdirs(dir, e) == 0) {
		text_addf(&name, "%.16s.bitext", hash_hex(&t->version, hex));
		path = io_join(dir, name.s);
	}
	text_release(&name);
	mem_free(dir);
	return path;
}

static int
open_cache(struct job *j, const struct translator *t, const char *path, struct err *e)
{
	bool exists = io_exists(path);

	j->cached = exists ? bitext_read(path, e) : bitext_new(t->name);
	if (!j->cached)
		return err_wrap(e, "the cache of translations cannot be read; remove it");
	if ((!exists || j->cached->torn) &&
	    bitext_write(j->cached, path, e) < 0) /* torn: the last line was cut by a crash */
		return -1;
	j->fd = io_open_append(path, true, e);
	return j->fd < 0 ? -1 : 0;
}

/* Rows may share a text: translate it once. */
static void
drop_repeated(struct job *j)
{
	struct bitext *seen = bitext_new("");
	size_t n = 0;

	for (size_t i = 0; i < j->n; i++) {
		if (bitext_find(seen, j->text[i])) {
			mem_free(j->text[i]);
			continue;
		}
		bitext_add(seen, j->text[i], "");
		j->text[n++] = j->text[i];
	}
	j->n = n;
	bitext_free(seen);
}

/* Find the texts that are not in the cache. */
static void
choose_texts(struct job *j)
{
	drop_repeated(j);
	j->new_text = mem_array(j->n, sizeof *j->new_text);
	for (size_t i = 0; i < j->n; i++)
		if (!bitext_find(j->cached, j->text[i]) && translator_accepts(j->text[i]))
			j->new_text[j->n_new++] = j->text[i];
}

/* The pairs of all texts that have a translation, in their order. */
static struct bitext *
collect_pairs(const struct job *j, const char *name)
{
	struct bitext *b = bitext_new(name);

	for (size_t i = 0; i < j->n; i++) {
		const struct bitext_pair *p = bitext_find(j->cached, j->text[i]);

		if (p)
			bitext_add(b, p->before, p->after);
	}
	return b;
}

static int
translate(struct translation *t, struct request *r, struct err *e)
{
	const atomic_bool *cancelled = worker_cancelled(t->worker);
	const struct translator_watch watch = { take_text, count_text, t, cancelled };
	struct request_translate *x = &r->u.translate;
	struct job *j = &t->job;
	struct err why = { .msg = "" };
	int status;

	x->path = cache_path(x->translator, e);
	if (!x->path || open_cache(j, x->translator, x->path, e) < 0)
		return err_wrap(e, "augment backtranslate");
	choose_texts(j);
	j->from = j->reported = mono_now();
	status = translator_run(x->translator, j->new_text, j->n_new, &watch, &why);
	r->notable = true;
	if (flush_queue(j, true, e) < 0)
		snprintf(r->note, sizeof r->note, "translations are not cached: %.180s", e->msg);
	x->bitext = collect_pairs(j, x->translator->name);
	x->seconds = mono_now() - j->from;
	x->texts = j->n_new;
	x->sentences = (int64_t)j->sentences;
	if (status < 0 && atomic_load(cancelled))
		return err_set(e, "augment backtranslate: stopped; what was translated is cached");
	if (status == 0 || x->bitext->n == 0)
		return status == 0 ? 0 : err_set(e, "augment backtranslate: %s", why.msg);
	snprintf(r->note, sizeof r->note, "%.140s; %zu of %zu texts are translated and used",
		 why.msg, x->bitext->n, j->n);
	return 0;
}

static void
work(void *arg, void *order)
{
	struct translation *t = arg;
	struct request *r = order;

	r->status = translate(t, r, &r->err);
	release_job(&t->job);
}

static void
post_answer(void *arg, void *order)
{
	struct translation *t = arg;

	t->post(t->arg, order);
}

static void *
open_translation(void (*post)(void *arg, struct request *r), void *arg)
{
	struct translation *t = mem_new(sizeof *t);

	t->post = post;
	t->arg = arg;
	t->worker = worker_new(work, post_answer, t);
	return t;
}

static void
close_translation(void *state)
{
	struct translation *t = state;

	worker_free(t->worker);
	mem_free(t);
}

static void
copy_texts(struct job *j, const struct trainer_state *w)
{
	j->fd = -1;
	j->text = mem_array(w->train.split.n_train, sizeof *j->text);
	for (size_t i = 0; i < w->train.split.n_train; i++) {
		uint32_t row = w->train.split.train[i];
		const char *s = texts_row(w->train.ds, row);

		if (s[0] && w->info.run->settings.set_weight[sets_of_row(w->train.ds, row)] >
				    0) /* else it is not drawn */
			j->text[j->n++] = mem_text(s);
	}
}

static int
handle_translate(void *state, struct trainer_state *w, struct request *r, struct err *e)
{
	struct translation *t = state;

	if (!w->train.ds)
		return err_set(e, "augment backtranslate: no data yet; `data fine-foods` first");
	if (!w->train.ds->texts.at)
		return err_set(e, "augment backtranslate: %s: not a table of texts",
			       w->train.ds->name);
	if (worker_is_busy(t->worker))
		return err_set(e, "augment backtranslate: a translation is running; `augment "
				  "backtranslate stop` ends it");
	copy_texts(&t->job, w);
	worker_give(t->worker, r);
	return 0;
}

static int
handle_stop(void *state, struct trainer_state *w, struct request *r, struct err *e)
{
	struct translation *t = state;

	(void)w;
	(void)r;
	(void)e;
	worker_cancel(t->worker);
	return 0;
}

const struct trainer_addon translate_worker_addon = {
	.open = open_translation,
	.close = close_translation,
	.row = { { REQUEST_TRANSLATE, handle_translate }, { REQUEST_TRANSLATE_STOP, handle_stop } },
};
