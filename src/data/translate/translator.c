/* translator.c: texts through two programs that run concurrently. */
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

#define QUEUE_MAX 65536       /* bytes queued for a program before more texts are added */
#define RESULT_MAX (1u << 20) /* maximum size of a result, bytes */
#define POLL_MS 100           /* interval of checks of `stop`, milliseconds */
/* Seconds that count as silence between two checks, at most: this process may have been stopped. */
#define SILENCE_STEP 0.2

/* One of the two programs, its input queue and its incomplete output. */
struct leg {
	struct child child;
	struct text queue;
	size_t written;        /* bytes of the queue already written */
	size_t sent, received; /* texts sent to it, results read from it */
	bool last;             /* no more input will be queued */
	bool ended;            /* its output has ended */
	struct text got;
};

struct run {
	const struct translator *t;
	const char *const *text;
	size_t n;
	const struct translator_watch *w;
	struct leg leg[TRANSLATOR_LEGS];
	char **held;    /* [n] line mode: results, delivered once none is missing; else NULL */
	bool lost;      /* lines cannot be assigned to texts: deliver none */
	double silent;  /* seconds since a program read or wrote, without time this process was
			   stopped */
	double checked; /* time of the last update of `silent`, seconds */
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
translator_accepts(const char *text)
{
	size_t len = strlen(text);

	return len <= TRANSLATOR_TEXT && text[strspn(text, " \t\r\n")] &&
	       framing_is_utf8(text, len);
}

static void
queue_text(const struct run *r, struct leg *l, const char *text)
{
	framing_encode(&l->queue, text, r->t->framed);
	l->sent++;
}

/* Pass a complete result to the next program, or deliver it. */
static void
pass_result(struct run *r, int k, const char *result)
{
	struct leg *l = &r->leg[k];
	size_t i = l->received++;

	if (k == TRANSLATOR_FORTH) {
		queue_text(r, &r->leg[TRANSLATOR_BACK], result);
		return;
	}
	if (r->held)
		r->held[i] = mem_text(result);
	else
		r->w->take(r->w->arg, i, result);
	r->w->progress(r->w->arg, i + 1);
}

/* Split off complete results of a program's output. */
static int
split_results(struct run *r, int k, struct err *e)
{
	struct leg *l = &r->leg[k];
	struct text result = { 0 };
	size_t from = 0;
	const char *end;

	while (l->got.len > from &&
	       (end = memchr(l->got.s + from, r->t->framed ? '\0' : '\n', l->got.len - from))) {
		if (l->received == l->sent) {
			r->lost = true;
			text_release(&result);
			return err_set(e, "more results than texts: %zu", l->sent);
		}
		framing_decode(&result, l->got.s + from, (size_t)(end - l->got.s) - from,
			       r->t->framed);
		pass_result(r, k, text_get(&result));
		from = (size_t)(end - l->got.s) + 1;
	}
	text_release(&result);
	if (from) {
		memmove(l->got.s, l->got.s + from, l->got.len - from);
		l->got.len -= from;
	}
	return l->got.len <= RESULT_MAX ? 0
					: err_set(e, "a result of more than %u bytes", RESULT_MAX);
}

static int
read_results(struct run *r, int k, struct err *e)
{
	struct leg *l = &r->leg[k];
	char buf[16384];
	ssize_t n;

	child_read_stderr(&l->child);
	while (!l->ended && (n = child_read(&l->child, buf, sizeof buf)) >= 0) {
		r->silent = 0;
		l->ended = n == 0;
		text_bytes(&l->got, buf, (size_t)n);
		if (l->ended && l->got.len && !r->t->framed) /* last line without a line feed */
			text_add(&l->got, "\n");
		if (split_results(r, k, e) < 0)
			return -1;
	}
	return 0;
}

/* Write queued input without blocking; close the input when no more will follow. */
static void
write_queue(struct run *r, int k)
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
		child_close_stdin(
			&l->child); /* if it closed its input, its exit is reported later */
}

/* Queue texts up to QUEUE_MAX and write to both programs. */
static void
feed_programs(struct run *r)
{
	struct leg *first = &r->leg[TRANSLATOR_FORTH], *second = &r->leg[TRANSLATOR_BACK];

	while (first->sent < r->n && first->queue.len - first->written < QUEUE_MAX)
		queue_text(r, first, r->text[first->sent]);
	if (!r->t->framed) { /* a framed program writes one more NUL at the end of its input */
		first->last = first->sent == r->n;
		second->last = first->ended || first->received == r->n;
	}
	write_queue(r, TRANSLATOR_FORTH);
	write_queue(r, TRANSLATOR_BACK);
}

static void
wait_for_io(struct run *r)
{
	struct pollfd fd[3 * TRANSLATOR_LEGS];
	int n = 0;

	for (int k = 0; k < TRANSLATOR_LEGS; k++) {
		struct leg *l = &r->leg[k];

		if (!l->ended)
			fd[n++] = (struct pollfd){ .fd = l->child.out, .events = POLLIN };
		if (l->child.err >= 0)
			fd[n++] = (struct pollfd){ .fd = l->child.err, .events = POLLIN };
		if (l->child.in >= 0 && l->queue.len)
			fd[n++] = (struct pollfd){ .fd = l->child.in, .events = POLLOUT };
	}
	poll(fd, (nfds_t)n, POLL_MS);
}

/* Time during which this process was stopped (Ctrl-Z) does not count. */
static void
count_silence(struct run *r)
{
	double now = mono_now(), since = now - r->checked;

	r->silent += since < SILENCE_STEP ? since : SILENCE_STEP;
	r->checked = now;
}

/* The program that the run waits for: the first with results outstanding. */
static int
awaited_leg(const struct run *r)
{
	return r->leg[TRANSLATOR_FORTH].received < r->n ? TRANSLATOR_FORTH : TRANSLATOR_BACK;
}

static int
is_over(struct run *r, struct err *e)
{
	if (atomic_load(r->w->stop))
		return err_set(e, "stopped");
	if (r->silent > r->t->patience)
		return err_set(e, "no output for %g seconds, after %zu of %zu texts",
			       r->t->patience, r->leg[awaited_leg(r)].received, r->n);
	return r->leg[TRANSLATOR_BACK].received == r->n &&
	       (r->t->framed || r->leg[TRANSLATOR_BACK].ended);
}

/* Fail with the exit status of a program whose output ended early. */
static int
check_ended(struct run *r, int k, struct err *e)
{
	struct leg *l = &r->leg[k];
	char how[CHILD_STDERR + 40];
	bool well;

	if (!l->ended || l->received == r->n)
		return 0;
	well = child_end(&l->child, false, how, sizeof how);
	r->lost = well && r->held;
	return err_set(e, "%s after %zu of %zu texts%s", how, l->received, r->n,
		       r->lost ? "; which are missing is unknown, so none is used" : "");
}

/* Run to the end. On failure *leg is the program at fault. */
static int
run_to_end(struct run *r, int *leg, struct err *e)
{
	int over = 0;

	while (over == 0) {
		feed_programs(r);
		wait_for_io(r);
		count_silence(r);
		for (*leg = 0; *leg < TRANSLATOR_LEGS; ++*leg)
			if (read_results(r, *leg, e) < 0)
				return -1;
		for (*leg = 0; *leg < TRANSLATOR_LEGS; ++*leg)
			if (check_ended(r, *leg, e) < 0)
				return -1;
		*leg = awaited_leg(r);
		over = is_over(r, e);
	}
	return over < 0 ? -1 : 0;
}

static void
deliver_held(struct run *r)
{
	for (size_t i = 0; r->held && i < r->n; i++) {
		if (r->held[i] && !r->lost)
			r->w->take(r->w->arg, i, r->held[i]);
		mem_free(r->held[i]);
	}
	mem_free(r->held);
}

static void
release_run(struct run *r, bool kill)
{
	char how[CHILD_STDERR + 40];

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
	struct run r = { .t = t, .text = text, .n = n, .w = w, .checked = mono_now() };
	int status = 0, leg = 0;

	if (n == 0)
		return 0;
	r.held = t->framed ? NULL : mem_array(n, sizeof *r.held);
	status = child_start(&r.leg[TRANSLATOR_FORTH].child, t->command[TRANSLATOR_FORTH], e);
	if (status == 0)
		status = child_start(&r.leg[TRANSLATOR_BACK].child, t->command[TRANSLATOR_BACK], e);
	if (status == 0 && (status = run_to_end(&r, &leg, e)) < 0 && !atomic_load(w->stop))
		err_wrap(e, "%s", names[leg]);
	if (status < 0)
		err_wrap(e, "%s", t->name);
	deliver_held(&r);
	release_run(&r, status < 0 || t->framed);
	return status;
}
