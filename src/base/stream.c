/* stream.c: blocks of a file, read ahead by a thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/stream.h"

#include <stdbool.h>

#include "retort/base/gzip.h"
#include "retort/base/mem.h"
#include "retort/base/thread.h"

/* SHA-256 takes about as long as parsing; the blocks between them absorb each other's delays. */
#define BLOCKS 8

struct stream {
	struct gzip_file *file; /* the thread's */
	struct hash_sum sum;    /* the thread's until it ends */
	struct thread thread;
	struct lock lock;
	size_t made, used; /* blocks filled and handed out; made - used <= BLOCKS. The caller holds
			      the last one handed out */
	bool end;          /* no block follows: the file ends, or has failed */
	bool stop;         /* set by stream_close */
	bool failed;
	struct err e;
	struct hash hash;
	size_t size[BLOCKS];
	char *block[BLOCKS];
};

/* Wait for a block to fill; NULL: stop. */
static char *
wait_for_room(struct stream *s)
{
	char *to;

	thread_lock(&s->lock);
	while (!s->stop && s->made - s->used >= BLOCKS - 1)
		thread_wait(&s->lock);
	to = s->stop ? NULL : s->block[s->made % BLOCKS];
	thread_unlock(&s->lock);
	return to;
}

/* Hand a block to the caller's side. No bytes, or an error, are the end: return false. */
static bool
publish_block(struct stream *s, size_t n, bool failed, const struct err *e)
{
	thread_lock(&s->lock);
	s->size[s->made % BLOCKS] = n;
	if (failed) {
		s->failed = true;
		s->e = *e;
	}
	s->made += n > 0 && !failed;
	s->end = failed || n == 0;
	thread_wake(&s->lock);
	thread_unlock(&s->lock);
	return !s->end;
}

static void *
read_ahead(void *arg)
{
	struct stream *s = arg;
	struct err e = { .msg = "" };
	size_t n = 0;
	char *to;
	bool failed;

	hash_begin(&s->sum);
	do {
		to = wait_for_room(s);
		if (!to)
			return NULL;
		failed = gzip_next(s->file, to, STREAM_BLOCK, &n, &e) < 0;
		if (!failed && n)
			hash_add(&s->sum, to, n);
		else if (!failed)
			s->hash = hash_end(&s->sum);
	} while (publish_block(s, n, failed, &e));
	return NULL;
}

struct stream *
stream_open(const char *path, struct err *e)
{
	struct gzip_file *file = gzip_open(path, e);
	struct stream *s;

	if (!file)
		return NULL;
	s = mem_new(sizeof *s);
	s->file = file;
	for (int i = 0; i < BLOCKS; i++)
		s->block[i] = mem_new(STREAM_BLOCK);
	thread_lock_init(&s->lock);
	thread_start(&s->thread, read_ahead, s);
	return s;
}

/* `used` counts the block that the caller holds: wait_for_room leaves one block for it. */
int
stream_next(struct stream *s, const char **bytes, size_t *size, struct err *e)
{
	int status = 1;

	thread_lock(&s->lock);
	while (s->used == s->made && !s->end)
		thread_wait(&s->lock);
	if (s->used < s->made) {
		*bytes = s->block[s->used % BLOCKS];
		*size = s->size[s->used % BLOCKS];
		s->used++;
		thread_wake(&s->lock);
	} else if (s->failed) {
		*e = s->e;
		status = -1;
	} else {
		status = 0;
	}
	thread_unlock(&s->lock);
	return status;
}

struct hash
stream_hash(const struct stream *s)
{
	return s->hash;
}

void
stream_close(struct stream *s)
{
	thread_lock(&s->lock);
	s->stop = true;
	thread_wake(&s->lock);
	thread_unlock(&s->lock);
	thread_join(&s->thread);
	thread_lock_release(&s->lock);
	gzip_close(s->file);
	for (int i = 0; i < BLOCKS; i++)
		mem_free(s->block[i]);
	mem_free(s);
}
