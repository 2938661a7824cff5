/* enomem.c: for LD_PRELOAD: from the first call of setlocale on, which is early in main,
 * allocations number $ENOMEM_AT to $ENOMEM_AT + $ENOMEM_COUNT - 1 of the whole process fail, also
 * those of libraries. A file $ENOMEM_MARK is made at the first. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static _Atomic bool started;
static _Atomic long calls;
static long at, count;
static const char *mark;

static bool
is_refused(void)
{
	long n;

	if (!atomic_load(&started))
		return false;
	n = atomic_fetch_add(&calls, 1) + 1;
	if (n == at && mark)
		close(open(mark, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	if (n < at || n - at >= count)
		return false;
	errno = ENOMEM;
	return true;
}

static long
number(const char *name)
{
	const char *s = getenv(name);

	return s ? strtol(s, NULL, 10) : 0;
}

char *
setlocale(int category, const char *locale)
{
	char *(*next)(int, const char *) =
		(char *(*)(int, const char *))dlsym(RTLD_NEXT, "setlocale");

	at = number("ENOMEM_AT");
	count = number("ENOMEM_COUNT");
	mark = getenv("ENOMEM_MARK");
	atomic_store(&started, at > 0);
	return next(category, locale);
}

void *
malloc(size_t n)
{
	return is_refused() ? NULL : __libc_malloc(n);
}

void *
calloc(size_t n, size_t size)
{
	return is_refused() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t n)
{
	return is_refused() ? NULL : __libc_realloc(p, n);
}

void *
aligned_alloc(size_t align, size_t n)
{
	return is_refused() ? NULL : __libc_memalign(align, n);
}
