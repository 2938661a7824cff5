/* translate_worker.c: texts are translated in a thread of their own. */
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
#include "retort/base/thread.h"
#include "retort/data/sets.h"
#include "retort/data/texts.h"

#define BEAT 1.0   /* seconds between two reports of progress */
#define SEEN 16    /* pairs that go along, to be looked at */
#define FLUSH 8192 /* bytes that wait to be written into the cache */

/* Texts that are translated, and what has become of them. */
struct job {
	size_t n, asked;     /* texts; those that are not in the cache */
	char **text;         /* [n] owned */
	const char **ask;    /* [asked] of text */
	size_t sentences;    /* that have come back */
	double from, told;   /* seconds: when it began, when it last said how far it is */
	struct bitext *kept; /* what the cache holds */
	int fd;              /* the cache, for appending; -1: there is none */
	struct text queue;   /* on its way there */
};

/* While there is an order everything but the lock's own is this thread's; while there is none it is
 * the trainer's. */
struct translate_worker {
	void (*done)(void *arg, struct request *r);
	void *arg;
	struct lock lock;
	struct request *order; /* under lock */
	bool quit;             /* under lock */
	atomic_bool stop;
	bool runs; /* there is a thread: the trainer's to know */
	struct thread thread;
	struct job job;
};

static void
release(struct job *j)
{
	for (size_t i = 0; i < j->n; i++)
		mem_free(j->text[i]);
	mem_free(j->text);
	mem_free(j->ask);
	bitext_free(j->kept);
	text_release(&j->queue);
	if (j->fd > 0)
		close(j->fd);
	memset(j, 0, sizeof *j);
}

/* Ends of sentences, as far as stops tell; a text is one at least. */
static size_t
sentences_of(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += strchr(".!?", *s) && (s[1] == ' ' || s[1] == '\0');
	return n ? n : 1;
}

/* The last that came back, the newest first. */
static struct bitext *
newest(const struct job *j, size_t n)
{
	struct bitext *b = bitext_new("");

	for (size_t i = n; i > 0 && b->n < SEEN && i + SEEN > n; i--) {
		const struct bitext_pair *p = bitext_find(j->kept, j->ask[i - 1]);

		if (p)
			bitext_add(b, p->before, p->after);
	}
	bitext_measure(b);
	return b;
}

static void
report(struct translate_worker *t, size_t n)
{
	struct request *r;
	double now = mono_now(), since = now - t->job.from;

	if (n < t->job.asked && now < t->job.told + BEAT)
		return;
	t->job.told = now;
	r = request_new(REQUEST_PROGRESS);
	r->number = (int64_t)n;
	r->at = t->job.asked;
	r->value = since > 0 ? (double)t->job.sentences / since : 0;
	snprintf(r->note, sizeof r->note, "translated %zu of %zu texts, %.0f sentences a second", n,
		 t->job.asked, r->value);
	r->bitext = newest(&t->job, n);
	t->done(t->arg, r);
}

static void
progress(void *arg, size_t n)
{
	struct translate_worker *t = arg;

	t->job.sentences += sentences_of(t->job.ask[n - 1]);
	report(t, n);
}

static int
flush(struct job *j, bool sync, struct err *e)
{
	int status = j->fd < 0 || j->queue.len == 0
			     ? 0
			     : io_append(j->fd, j->queue.s, j->queue.len, sync, e);

	text_clear(&j->queue);
	return status;
}

/* A cache that cannot be written is no reason to stop: what came back is used all the same. */
static void
take(void *arg, size_t i, const char *after)
{
	struct job *j = &((struct translate_worker *)arg)->job;

	bitext_add(j->kept, j->ask[i], after);
	bitext_line(&j->queue, j->ask[i], after);
	if (j->queue.len >= FLUSH)
		flush(j, false, NULL);
}

/* The file of what this very translator has said before. NULL and an error: there is no place for
 * one. */
static char *
cache_path(const struct translator *t, struct err *e)
{
	char hex[65], *base = io_xdg("XDG_CACHE_HOME", ".cache"),
		      *dir = base ? io_join(base, "translations") : NULL, *path = NULL;
	struct text name = { 0 };

	if (!dir) {
		err_set(e, "there is no place for translations: neither XDG_CACHE_HOME nor HOME is "
			   "set");
	} else if (io_mkdirs(dir, e) == 0) {
		text_addf(&name, "%.16s.bitext", hash_hex(&t->version, hex));
		path = io_join(dir, name.s);
	}
	text_release(&name);
	mem_free(dir);
	mem_free(base);
	return path;
}

static int
open_cache(struct job *j, const struct translator *t, const char *path, struct err *e)
{
	bool there = io_exists(path);

	j->kept = there ? bitext_read(path, e) : bitext_new(t->name);
	if (!j->kept)
		return err_wrap(e, "what was translated before cannot be read; remove it");
	if ((!there || j->kept->torn) &&
	    bitext_write(j->kept, path, e) < 0) /* torn: whoever wrote the last line was killed */
		return -1;
	j->fd = io_open_append(path, e);
	return j->fd < 0 ? -1 : 0;
}

/* Rows may have one text: it is a text once. */
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

static void
choose(struct job *j)
{
	drop_repeated(j);
	j->ask = mem_array(j->n, sizeof *j->ask);
	for (size_t i = 0; i < j->n; i++)
		if (!bitext_find(j->kept, j->text[i]) && translator_takes(j->text[i]))
			j->ask[j->asked++] = j->text[i];
}

/* Pairs of the texts that were asked for, in their order. */
static struct bitext *
collect(const struct job *j, const char *name)
{
	struct bitext *b = bitext_new(name);

	for (size_t i = 0; i < j->n; i++) {
		const struct bitext_pair *p = bitext_find(j->kept, j->text[i]);

		if (p)
			bitext_add(b, p->before, p->after);
	}
	return b;
}

static int
translate(struct translate_worker *t, struct request *r, struct err *e)
{
	const struct translator_watch watch = { take, progress, t, &t->stop };
	struct job *j = &t->job;
	struct err why = { "" };
	int status;

	r->path = cache_path(r->translator, e);
	if (!r->path || open_cache(j, r->translator, r->path, e) < 0)
		return err_wrap(e, "augment backtranslate");
	choose(j);
	j->from = j->told = mono_now();
	status = translator_run(r->translator, j->ask, j->asked, &watch, &why);
	if (flush(j, true, e) < 0)
		snprintf(r->note, sizeof r->note, "what was translated is not kept: %.180s",
			 e->msg);
	r->bitext = collect(j, r->translator->name);
	r->value = mono_now() - j->from;
	r->at = j->asked;
	r->number = (int64_t)j->sentences;
	if (status < 0 && atomic_load(&t->stop))
		return err_set(e, "augment backtranslate: stopped; what came back is kept");
	if (status == 0 || r->bitext->n == 0)
		return status == 0 ? 0 : err_set(e, "augment backtranslate: %s", why.msg);
	snprintf(r->note, sizeof r->note, "%.140s; %zu of %zu texts are translated, and are used",
		 why.msg, r->bitext->n, j->n);
	return 0;
}

static void *
run(void *arg)
{
	struct translate_worker *t = arg;

	thread_lock(&t->lock);
	while (!t->quit) {
		struct request *r = t->order;

		if (!r) {
			thread_wait(&t->lock);
			continue;
		}
		thread_unlock(&t->lock);
		r->status = translate(t, r, &r->err);
		r->translated = true;
		release(&t->job);
		thread_lock(&t->lock);
		t->order = NULL;
		atomic_store(&t->stop, t->quit);
		thread_unlock(&t->lock);
		t->done(t->arg, r);
		thread_lock(&t->lock);
	}
	thread_unlock(&t->lock);
	return NULL;
}

struct translate_worker *
translate_worker_new(void (*done)(void *arg, struct request *r), void *arg)
{
	struct translate_worker *t = mem_new(sizeof *t);

	t->done = done;
	t->arg = arg;
	thread_lock_init(&t->lock);
	return t;
}

void
translate_worker_free(struct translate_worker *t)
{
	if (!t)
		return;
	atomic_store(&t->stop, true);
	thread_lock(&t->lock);
	t->quit = true;
	thread_wake(&t->lock);
	thread_unlock(&t->lock);
	if (t->runs)
		thread_join(&t->thread);
	request_free(t->order); /* one that was not begun */
	release(&t->job);
	thread_lock_release(&t->lock);
	mem_free(t);
}

void
translate_worker_stop(struct translate_worker *t)
{
	thread_lock(&t->lock);
	if (t->order)
		atomic_store(&t->stop, true);
	thread_unlock(&t->lock);
}

static bool
is_busy(struct translate_worker *t)
{
	bool busy;

	thread_lock(&t->lock);
	busy = t->order != NULL;
	thread_unlock(&t->lock);
	return busy;
}

static void
copy_texts(struct job *j, const struct trainer_state *w)
{
	j->fd = -1;
	j->text = mem_array(w->split.n_train, sizeof *j->text);
	for (size_t i = 0; i < w->split.n_train; i++) {
		uint32_t row = w->split.train[i];
		const char *s = texts_of(w->ds, row);

		if (s[0] && w->info.set[sets_of(w->ds, row)].weight > 0) /* else it is not drawn */
			j->text[j->n++] = mem_text(s);
	}
}

int
translate_worker_take(struct translate_worker *t, const struct trainer_state *w, struct request *r)
{
	r->status = -1;
	if (!w->ds)
		return err_set(&r->err,
			       "augment backtranslate: no data yet; `data fine-foods` first");
	if (!w->ds->texts.at)
		return err_set(&r->err, "augment backtranslate: %s is no table of texts",
			       w->ds->name);
	if (is_busy(t))
		return err_set(&r->err, "augment backtranslate: a translation is under way; "
					"`augment backtranslate stop` ends it");
	copy_texts(&t->job, w);
	thread_lock(&t->lock);
	t->order = r;
	thread_wake(&t->lock);
	thread_unlock(&t->lock);
	if (!t->runs)
		thread_start(&t->thread, run, t);
	t->runs = true;
	return 0;
}
