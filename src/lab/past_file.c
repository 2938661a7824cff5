/* past_file.c: blocks of numbers of a kept state to a file and back. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/past_file.h"

#include <errno.h>
#include <string.h>

#include "retort/base/hash.h"
#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/scratch.h"

#define BLOCKS 4
#define MAGIC "retort state 1\n"

struct head {
	char magic[sizeof MAGIC];
	uint64_t step, size[BLOCKS];
	struct hash hash; /* of the blocks */
};

/* Where the blocks of a state are, and their bytes. */
static void
list_blocks(struct past_state *s, void **block[BLOCKS], uint64_t size[BLOCKS])
{
	block[0] = &s->state;
	block[1] = (void **)&s->best.value;
	block[2] = (void **)&s->bias_before;
	block[3] = (void **)&s->bias_after;
	size[0] = s->size;
	size[1] = s->n_best * sizeof *s->best.value;
	size[2] = size[3] = s->n_bias * sizeof *s->bias_before;
}

static struct hash
hash_blocks(void *const *const *block, const uint64_t *size)
{
	struct hash_sum sum;

	hash_begin(&sum);
	for (int i = 0; i < BLOCKS; i++)
		hash_add(&sum, *block[i], (size_t)size[i]);
	return hash_end(&sum);
}

int
past_file_write(const struct past_state *s, const atomic_bool *cancelled, struct err *e)
{
	struct head head = { .magic = MAGIC, .step = s->step };
	void **block[BLOCKS];
	const void *part[1 + BLOCKS] = { &head };
	size_t size[1 + BLOCKS] = { sizeof head };

	list_blocks((struct past_state *)s, block, head.size); /* no block is changed */
	head.hash = hash_blocks((void *const *const *)block, head.size);
	for (int i = 0; i < BLOCKS; i++) {
		part[1 + i] = *block[i];
		size[1 + i] = (size_t)head.size[i];
	}
	return scratch_write(s->path, part, size, 1 + BLOCKS, cancelled, e);
}

/* Read exactly n bytes. */
static int
read_exactly(int fd, const char *path, void *to, size_t n, struct err *e)
{
	char *p = to;

	while (n > 0) {
		ssize_t got = io_read_some(fd, p, n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set(e, "%s: %s", path, strerror(errno));
		if (got == 0)
			return err_set(e, "%s: cut short", path);
		p += got;
		n -= (size_t)got;
	}
	return 0;
}

/* Read the blocks, whose sizes are known, from an open file; `s` gets those that were allocated. */
static int
read_blocks(int fd, struct past_state *s, struct err *e)
{
	struct head head, want = { .magic = MAGIC, .step = s->step };
	void **block[BLOCKS];
	struct hash hash;

	list_blocks(s, block, want.size);
	if (read_exactly(fd, s->path, &head, sizeof head, e) < 0)
		return -1;
	if (memcmp(head.magic, want.magic, sizeof head.magic) != 0 || head.step != want.step ||
	    memcmp(head.size, want.size, sizeof head.size) != 0)
		return err_set(e, "%s: damaged: not the state of step %llu", s->path,
			       (unsigned long long)s->step);
	for (int i = 0; i < BLOCKS; i++) {
		if (want.size[i] == 0)
			continue;
		*block[i] = mem_try((size_t)want.size[i], 1);
		if (!*block[i])
			return err_set(e, "%s: no memory for the state of step %llu", s->path,
				       (unsigned long long)s->step);
		if (read_exactly(fd, s->path, *block[i], (size_t)want.size[i], e) < 0)
			return -1;
	}
	hash = hash_blocks((void *const *const *)block, want.size);
	return memcmp(&hash, &head.hash, sizeof hash) == 0
		       ? 0
		       : err_set(e, "%s: damaged: its checksum is another", s->path);
}

int
past_file_read(struct past_state *s, struct err *e)
{
	size_t size;
	int fd = io_open_read(s->path, &size, e), status;

	if (fd < 0)
		return -1;
	status = read_blocks(fd, s, e);
	io_close(fd);
	if (status < 0)
		past_state_free_blocks(s);
	return status;
}
