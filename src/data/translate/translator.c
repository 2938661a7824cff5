/* translator.c: texts go through two programs and are taken as they come back. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/translate/translator.h"

#include <poll.h>
#include <string.h>

#include "retort/base/child.h"
#include "retort/base/mem.h"
#include "retort/base/mono.h"
#include "retort/base/text.h"
#include "retort/data/translate/framing.h"

#define AHEAD 65536       /* bytes that wait to be written before another text is put behind them */
#define ANSWER (1u << 20) /* bytes of an answer, at most */
#define BEAT 100          /* milliseconds between two looks at `stop` */
#define LOOK                                                                                   \
	0.2 /* seconds that count as silence between two looks, at most: this process may have \
	       been stopped */

/* One of the two programs: what it is still to be given, and what it said that is not whole yet. */
struct leg {
	struct child child;
	struct text queue;
	size_t written; /* bytes of the queue */
	size_t asked, answered;
	bool last;  /* nothing will be put into the queue any more */
	bool ended; /* its output has */
	struct text got;
};

struct run {
	const struct translator *t;
	const char *const *text;
	size_t n;
	const struct translator_watch *w;
	struct leg leg[TRANSLATOR_LEGS];
	char **held;   /* lines: taken when it is known that none is missing */
	bool lost;     /* it is known that whose they are is not */
	double silent; /* seconds since a program read or wrote something, as far as this process
			  ran */
	double looked; /* seconds: when that was last counted */
};

struct translator *
translator_new(const char *forth, const char *back)
{
	struct translator *t = mem_new(sizeof *t);
	struct text name = { 0 };

	text_addf(&name, "%s | %s", forth, back);
	t->name = name.s;
	t->command[TRANSLATOR_FORTH] = mem_text(forth);
	t->command[TRANSLATOR_BACK] = mem_text(back);
	t->patience = TRANSLATOR_PATIENCE;
	t->version = hash_of(name.s, name.len);
	return t;
}

void
translator_free(struct translator *t)
{
	if (!t)
		return;
	mem_free(t->name);
	for (int i = 0; i < TRANSLATOR_LEGS; i++)
		mem_free(t->command[i]);
	mem_free(t);
}

bool
translator_takes(const char *text)
{
	size_t len = strlen(text);

	return len <= TRANSLATOR_TEXT && text[strspn(text, " \t\r\n")] &&
	       framing_is_clean(text, len);
}

static void
put(const struct run *r, struct leg *l, const char *text)
{
	framing_put(&l->queue, text, r->t->framed);
	l->asked++;
}

/* A whole answer of a program: on to the next one, or to whoever watches. */
static void
pass_on(struct run *r, int k, const char *answer)
{
	struct leg *l = &r->leg[k];
	size_t i = l->answered++;

	if (k == TRANSLATOR_FORTH) {
		put(r, &r->leg[TRANSLATOR_BACK], answer);
		return;
	}
	if (r->held)
		r->held[i] = mem_text(answer);
	else
		r->w->take(r->w->arg, i, answer);
	r->w->progress(r->w->arg, i + 1);
}

/* Answers that are whole in what a program has said. */
static int
cut(struct run *r, int k, struct err *e)
{
	struct leg *l = &r->leg[k];
	struct text answer = { 0 };
	size_t from = 0;
	const char *end;

	while (l->got.len > from &&
	       (end = memchr(l->got.s + from, r->t->framed ? '\0' : '\n', l->got.len - from))) {
		if (l->answered == l->asked) {
			r->lost = true;
			text_release(&answer);
			return err_set(e, "answers more texts than it was asked: %zu", l->asked);
		}
		framing_take(&answer, l->got.s + from, (size_t)(end - l->got.s) - from,
			     r->t->framed);
		pass_on(r, k, text_get(&answer));
		from = (size_t)(end - l->got.s) + 1;
	}
	text_release(&answer);
	if (from) {
		memmove(l->got.s, l->got.s + from, l->got.len - from);
		l->got.len -= from;
	}
	return l->got.len <= ANSWER
		       ? 0
		       : err_set(e, "an answer of more than %u bytes has no end", ANSWER);
}

static int
hear(struct run *r, int k, struct err *e)
{
	struct leg *l = &r->leg[k];
	char buf[16384];
	ssize_t n;

	child_listen(&l->child);
	while (!l->ended && (n = child_read(&l->child, buf, sizeof buf)) >= 0) {
		r->silent = 0;
		l->ended = n == 0;
		text_bytes(&l->got, buf, (size_t)n);
		if (l->ended && l->got.len && !r->t->framed) /* a last line without an end */
			text_add(&l->got, "\n");
		if (cut(r, k, e) < 0)
			return -1;
	}
	return 0;
}

/* Give a program what it takes; when it has had all, its input ends. */
static void
speak(struct run *r, int k)
{
	struct leg *l = &r->leg[k];
	ssize_t n = 0;

	if (l->child.in < 0)
		return;
	while (l->written < l->queue.len && (n = child_write(&l->child, l->queue.s + l->written,
							     l->queue.len - l->written)) > 0) {
		l->written += (size_t)n;
		r->silent = 0;
	}
	if (l->written == l->queue.len)
		l->written = l->queue.len = 0;
	if (n < 0 || (l->queue.len == 0 && l->last))
		child_close_in(&l->child); /* that it takes no more is told when its output ends */
}

/* Texts behind one another, as long as not too much waits. */
static void
feed(struct run *r)
{
	struct leg *first = &r->leg[TRANSLATOR_FORTH], *second = &r->leg[TRANSLATOR_BACK];

	while (first->asked < r->n && first->queue.len - first->written < AHEAD)
		put(r, first, r->text[first->asked]);
	if (!r->t->framed) { /* what flushes by itself answers the end of its input with one more
				NUL */
		first->last = first->asked == r->n;
		second->last = first->ended || first->answered == r->n;
	}
	speak(r, TRANSLATOR_FORTH);
	speak(r, TRANSLATOR_BACK);
}

static void
rest(struct run *r)
{
	struct pollfd fd[3 * TRANSLATOR_LEGS];
	int n = 0;

	for (int k = 0; k < TRANSLATOR_LEGS; k++) {
		struct leg *l = &r->leg[k];

		if (!l->ended)
			fd[n++] = (struct pollfd){ .fd = l->child.out, .events = POLLIN };
		if (l->child.words >= 0)
			fd[n++] = (struct pollfd){ .fd = l->child.words, .events = POLLIN };
		if (l->child.in >= 0 && l->queue.len)
			fd[n++] = (struct pollfd){ .fd = l->child.in, .events = POLLOUT };
	}
	poll(fd, (nfds_t)n, BEAT);
}

/* A session that was stopped by Ctrl-Z has waited for nobody, however long that was. */
static void
count_silence(struct run *r)
{
	double now = mono_now(), since = now - r->looked;

	r->silent += since < LOOK ? since : LOOK;
	r->looked = now;
}

/* Which program is waited for: the first that owes an answer. */
static int
debtor(const struct run *r)
{
	return r->leg[TRANSLATOR_FORTH].answered < r->n ? TRANSLATOR_FORTH : TRANSLATOR_BACK;
}

static int
is_over(struct run *r, struct err *e)
{
	if (atomic_load(r->w->stop))
		return err_set(e, "stopped");
	if (r->silent > r->t->patience)
		return err_set(e, "answers nothing for %g seconds, after %zu of %zu texts",
			       r->t->patience, r->leg[debtor(r)].answered, r->n);
	return r->leg[TRANSLATOR_BACK].answered == r->n &&
	       (r->t->framed || r->leg[TRANSLATOR_BACK].ended);
}

/* A program whose output ended too early: how, and after how many. */
static int
check_ended(struct run *r, int k, struct err *e)
{
	struct leg *l = &r->leg[k];
	char how[CHILD_SAID + 40];
	bool well;

	if (!l->ended || l->answered == r->n)
		return 0;
	well = child_end(&l->child, false, how, sizeof how);
	r->lost = well && r->held;
	return err_set(e, "%s after %zu of %zu texts%s", how, l->answered, r->n,
		       r->lost ? "; nobody knows which of them are missing, and none is used" : "");
}

/* *who is at fault where something is. */
static int
go(struct run *r, int *who, struct err *e)
{
	int over = 0;

	while (over == 0) {
		feed(r);
		rest(r);
		count_silence(r);
		for (*who = 0; *who < TRANSLATOR_LEGS; ++*who)
			if (hear(r, *who, e) < 0)
				return -1;
		for (*who = 0; *who < TRANSLATOR_LEGS; ++*who)
			if (check_ended(r, *who, e) < 0)
				return -1;
		*who = debtor(r);
		over = is_over(r, e);
	}
	return over < 0 ? -1 : 0;
}

static void
give_held(struct run *r)
{
	for (size_t i = 0; r->held && i < r->n; i++) {
		if (r->held[i] && !r->lost)
			r->w->take(r->w->arg, i, r->held[i]);
		mem_free(r->held[i]);
	}
	mem_free(r->held);
}

static void
end(struct run *r, bool kill)
{
	char how[CHILD_SAID + 40];

	for (int k = 0; k < TRANSLATOR_LEGS; k++) {
		child_end(&r->leg[k].child, kill, how, sizeof how);
		text_release(&r->leg[k].queue);
		text_release(&r->leg[k].got);
	}
}

int
translator_run(const struct translator *t, const char *const *text, size_t n,
	       const struct translator_watch *w, struct err *e)
{
	static const char *const names[] = { "forth", "back" };
	struct run r = { .t = t, .text = text, .n = n, .w = w, .looked = mono_now() };
	int status = 0, who = 0;

	if (n == 0)
		return 0;
	r.held = t->framed ? NULL : mem_array(n, sizeof *r.held);
	status = child_start(&r.leg[TRANSLATOR_FORTH].child, t->command[TRANSLATOR_FORTH], e);
	if (status == 0)
		status = child_start(&r.leg[TRANSLATOR_BACK].child, t->command[TRANSLATOR_BACK], e);
	if (status == 0 && (status = go(&r, &who, e)) < 0 && !atomic_load(w->stop))
		err_wrap(e, "%s", names[who]);
	if (status < 0)
		err_wrap(e, "%s", t->name);
	give_held(&r);
	end(&r, status < 0 || t->framed);
	return status;
}
