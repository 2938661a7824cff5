/* jsonparse.c: JSON with a bound of its memory. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/jsonparse.h"

#include <jansson.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMES 16                /* bytes of values for each byte of the text, and */
#define BASE ((size_t)64 << 20) /* for any text */
#define OVERHEAD 16             /* of the allocator, for each value */

/* Bytes that the parse of this thread may still allocate; without one, allocations are free. */
static _Thread_local struct {
	bool active, spent;
	size_t left;
} budget;

static void *
take_memory(size_t size)
{
	void *p;

	if (budget.active && size + OVERHEAD > budget.left) {
		budget.spent = true;
		return NULL;
	}
	p = malloc(size);
	if (p && budget.active) {
		size_t used = malloc_usable_size(p) + OVERHEAD;

		budget.left -= used < budget.left ? used : budget.left;
	}
	return p;
}

static void
return_memory(void *p)
{
	if (p && budget.active)
		budget.left += malloc_usable_size(p) + OVERHEAD;
	free(p);
}

json_t *
jsonparse_load(const char *bytes, size_t size, json_error_t *where)
{
	size_t most = size > (SIZE_MAX - BASE) / TIMES ? SIZE_MAX : TIMES * size + BASE;
	static atomic_flag is_set = ATOMIC_FLAG_INIT;
	json_t *root;

	if (!atomic_flag_test_and_set(&is_set))
		json_set_alloc_funcs(take_memory, return_memory);
	budget.active = true;
	budget.spent = false;
	budget.left = most;
	root = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, where);
	budget.active = false;
	if (!root && budget.spent)
		snprintf(where->text, sizeof where->text,
			 "too many values: they would take more than %zu bytes of memory "
			 "(%d times the text, and %zu MiB)",
			 most, TIMES, BASE >> 20);
	else if (!root && strstr(where->text, "JSON_ALLOW_NUL"))
		snprintf(where->text, sizeof where->text, "a text with a NUL character, \\u0000");
	return root;
}

const char *
jsonparse_show(const json_t *value, char *buf, size_t size)
{
	char *text =
		value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15))
		      : NULL;

	snprintf(buf, size, "%s", text ? text : "nothing");
	free(text);
	return buf;
}
