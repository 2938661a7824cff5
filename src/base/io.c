/* io.c: whole-file reads, atomic writes, synced appends, directories. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "retort/base/mem.h"
#include "retort/base/replace.h"
#include "retort/base/sig.h"
#include "retort/base/spool.h"

#define READ_MAX ((size_t)1 << 20) /* bytes of one read(2) */
#define PUBLIC 0666  /* permissions of new files, of which the umask takes some away */
#define PRIVATE 0600 /* of files that hold texts of the user */

int
io_open_read(const char *path, size_t *size, struct err *e)
{
	struct stat st;
	int fd;

	/* a writer that waits for a reader of the pipe must not meet one that goes again */
	if (stat(path, &st) == 0 && S_ISFIFO(st.st_mode))
		return spool_open(path, size, e);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return err_set(e, "%s: %s", path, strerror(errno));
	if (fstat(fd, &st) < 0)
		err_set(e, "%s: %s", path, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		err_set(e, "%s: %s (expected a file or a pipe)", path,
			S_ISDIR(st.st_mode) ? "a directory" : "a device");
	else {
		*size = (size_t)st.st_size;
		return fd;
	}
	close(fd);
	return -1;
}

ssize_t
io_read_some(int fd, void *buf, size_t room)
{
	ssize_t n;

	do
		n = read(fd, buf, room < READ_MAX ? room : READ_MAX);
	while (n < 0 && errno == EINTR);
	return n;
}

void
io_close(int fd)
{
	if (fd >= 0)
		close(fd);
}

/* Read exactly `size` bytes; a file that shrinks meanwhile is an error, as is a signal. */
static int
read_all(int fd, char *buf, size_t size, const char *path, struct err *e)
{
	for (size_t done = 0; done < size;) {
		ssize_t n;

		if (sig_check(e) < 0)
			return err_wrap(e, "%s", path);
		n = io_read_some(fd, buf + done, size - done);
		if (n <= 0)
			return err_set(e, "%s: %s at byte %zu of %zu", path,
				       n < 0 ? strerror(errno) : "the file ends", done, size);
		done += (size_t)n;
	}
	return 0;
}

int
io_read(const char *path, size_t limit, char **out, size_t *size, struct err *e)
{
	size_t n = 0;
	int fd = io_open_read(path, &n, e), status = -1;
	char *buf = NULL;

	if (fd < 0)
		return -1;
	if (n > limit) {
		status = IO_TOO_LARGE;
		err_set(e, "%s: too large: %zu bytes (expected at most %zu)", path, n, limit);
	} else if (!(buf = mem_try(n + 1, 1))) {
		err_set(e, "%s: no memory for %zu bytes", path, n);
	} else if (read_all(fd, buf, n, path, e) == 0) {
		*out = buf;
		*size = n;
		buf = NULL;
		status = 0;
	}
	mem_free(buf);
	io_close(fd);
	return status;
}

int
io_read_stream(int fd, const char *name, size_t limit, char **out, size_t *size, struct err *e)
{
	char *buf = NULL;
	size_t n = 0, cap = 0;
	ssize_t got = 1;
	int status = 0;

	while (status == 0 && got > 0) {
		if (n > limit)
			status = err_set(e, "%s: more than %zu bytes", name, limit);
		else if (mem_try_grow(&buf, &cap, n + 4097, 1) < 0)
			status = err_set(e, "%s: no memory for %zu bytes", name, n + 4097);
		else if ((got = io_read_some(fd, buf + n, cap - n - 1)) < 0)
			status = err_set(e, "%s: %s", name, strerror(errno));
		else
			n += (size_t)got;
	}
	if (status < 0) {
		mem_free(buf);
		return -1;
	}
	buf[n] = '\0';
	*out = buf;
	*size = n;
	return 0;
}

static int
write_all(int fd, const char *s, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, s, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		s += n;
		size -= (size_t)n;
	}
	return 0;
}

int
io_write(const char *path, const void *const *part, const size_t *size, size_t parts, struct err *e)
{
	struct replace_blocks b = { part, size, parts, -1 };

	return replace_file(path, PUBLIC, &b, e);
}

int
io_write_private(const char *path, const void *const *part, const size_t *size, size_t parts,
		 struct err *e)
{
	struct replace_blocks b = { part, size, parts, PRIVATE };

	return replace_file(path, PRIVATE, &b, e);
}

int
io_rename(const char *from, const char *to, struct err *e)
{
	return replace_by(from, to, e);
}

void
io_lock_byte(int fd, size_t at)
{
	struct flock l = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)at, .l_len = 1
	};

	while (fcntl(fd, F_OFD_SETLKW, &l) < 0 && errno == EINTR)
		;
}

void
io_unlock_byte(int fd, size_t at)
{
	struct flock l = {
		.l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = (off_t)at, .l_len = 1
	};

	fcntl(fd, F_OFD_SETLK, &l);
}

void *
io_map(const char *path, size_t size, int *fd, bool *fresh, struct err *e)
{
	struct stat st;
	void *p = MAP_FAILED;

	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, PUBLIC);
	if (*fd < 0) {
		err_set(e, "%s: %s", path, strerror(errno));
		return NULL;
	}
	io_lock_byte(*fd, 0);
	*fresh = fstat(*fd, &st) < 0 || (size_t)st.st_size != size;
	if (!*fresh || (ftruncate(*fd, 0) == 0 && posix_fallocate(*fd, 0, (off_t)size) == 0))
		p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
	if (p != MAP_FAILED)
		return p;
	err_set(e, "%s: no room for %zu bytes", path, size);
	close(*fd);
	return NULL;
}

void
io_unmap(void *p, size_t size)
{
	if (p)
		munmap(p, size);
}

int
io_open_append(const char *path, bool private, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, private ? PRIVATE : PUBLIC);

	if (fd < 0)
		err_set(e, "%s: %s", path, strerror(errno));
	return fd;
}

int
io_open_new(const char *path, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, PUBLIC);

	if (fd < 0)
		err_set(e, "%s: %s", path, errno == EEXIST ? "exists already" : strerror(errno));
	return fd;
}

int
io_lock(int fd)
{
	return flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK ? -1 : 0;
}

int
io_append(int fd, const char *s, size_t len, bool sync, struct err *e)
{
	if (write_all(fd, s, len) < 0)
		return err_set(e, "write: %s", strerror(errno));
	/* EINVAL: a pipe or a terminal, which have nothing to sync */
	if (sync && fdatasync(fd) < 0 && errno != EINVAL)
		return err_set(e, "fdatasync: %s", strerror(errno));
	return 0;
}

int
io_mkdirs(const char *path, struct err *e)
{
	char *copy = mem_text(path);
	int status = 0;

	for (char *p = copy + 1; status == 0; p++) {
		if (*p && *p != '/')
			continue;
		{
			char was = *p;

			*p = '\0';
			if (mkdir(copy, 0777) < 0 && errno != EEXIST)
				status = err_set(e, "%s: %s", copy, strerror(errno));
			*p = was;
			if (!was)
				break;
		}
	}
	mem_free(copy);
	return status;
}

char *
io_join(const char *dir, const char *name)
{
	size_t len = strlen(dir) + strlen(name) + 2;
	char *path;

	if (name[0] == '/')
		return mem_text(name);
	path = mem_new(len);
	snprintf(path, len, "%s/%s", dir, name);
	return path;
}

char *
io_dirname(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir;

	if (!slash)
		return mem_text(".");
	if (slash == path)
		return mem_text("/");
	dir = mem_text(path);
	dir[slash - path] = '\0';
	return dir;
}

bool
io_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

bool
io_same(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

bool
io_is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Join two paths and free the first. */
static char *
join_free(char *dir, const char *name)
{
	char *path = io_join(dir, name);

	mem_free(dir);
	return path;
}

char *
io_xdg(enum io_xdg directory, const char *name)
{
	static const struct {
		const char *var, *below;
	} place[] = {
		[IO_CACHE] = { "XDG_CACHE_HOME", ".cache" },
		[IO_CONFIG] = { "XDG_CONFIG_HOME", ".config" },
		[IO_STATE] = { "XDG_STATE_HOME", ".local/state" },
	};
	const char *dir = getenv(place[directory].var), *home = getenv("HOME");
	char *path;

	if (dir && dir[0] == '/')
		path = io_join(dir, "retort");
	else if (home && home[0] == '/')
		path = join_free(io_join(home, place[directory].below), "retort");
	else
		return NULL;
	return name ? join_free(path, name) : path;
}
