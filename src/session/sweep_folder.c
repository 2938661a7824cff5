/* sweep_folder.c: files from which a process trains a sweep. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/sweep_folder.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/session/recording.h"

#define PREFIX "background-" /* and the number of the process that made the folder */
#define RECORDING "session.ret"
#define STATE "session.state"
#define SCRIPT "sweep.ret"

char *
sweep_folder_cache(void)
{
	char *base = io_xdg("XDG_CACHE_HOME", ".cache"),
	     *dir = base ? io_join(base, "sweeps") : NULL;

	mem_free(base);
	if (dir && io_mkdirs(dir, NULL) == 0)
		return dir;
	mem_free(dir);
	return NULL;
}

char *
sweep_folder_recording(const char *folder)
{
	return io_join(folder, RECORDING);
}

char *
sweep_folder_script(const char *folder)
{
	return io_join(folder, SCRIPT);
}

void
sweep_folder_remove(const char *folder)
{
	static const char *const name[] = { RECORDING, STATE, SCRIPT, "session.metrics.tsv" };

	for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
		char *path = io_join(folder, name[i]);

		unlink(path);
		mem_free(path);
	}
	rmdir(folder);
}

void
sweep_folder_clean(void)
{
	char *dir = sweep_folder_cache();
	DIR *open = dir ? opendir(dir) : NULL;

	for (struct dirent *d; open && (d = readdir(open));) {
		int64_t pid;
		char *path;

		if (strncmp(d->d_name, PREFIX, strlen(PREFIX)) != 0 ||
		    text_to_int(d->d_name + strlen(PREFIX), &pid) < 0 || pid < 1 ||
		    kill((pid_t)pid, 0) == 0 || errno != ESRCH)
			continue;
		path = io_join(dir, d->d_name);
		sweep_folder_remove(path);
		mem_free(path);
	}
	if (open)
		closedir(open);
	mem_free(dir);
}

/* A new folder of this process; caller frees. NULL and an error. */
static char *
make_folder(struct err *e)
{
	char *dir = sweep_folder_cache(), *path = NULL;
	char name[40];

	if (!dir) {
		err_set(e, "no cache directory: neither XDG_CACHE_HOME nor HOME is an absolute "
			   "path that can be written");
		return NULL;
	}
	snprintf(name, sizeof name, PREFIX "%ld", (long)getpid());
	path = io_join(dir, name);
	mem_free(dir);
	sweep_folder_remove(path); /* of a process that had the same number */
	if (mkdir(path, 0700) == 0)
		return path;
	err_set(e, "%s: %s", path, strerror(errno));
	mem_free(path);
	return NULL;
}

/* Write the recording: the lines of the session that read the data. Its hash into `hash`. */
static int
write_recording(const struct session *s, const char *folder, char hash[CHAIN_DIGITS + 1],
		struct err *e)
{
	char *path = sweep_folder_recording(folder);
	struct recording *r = recording_new(path, e);
	char *lines = mem_text(text_get(&s->setup));
	int status = r ? 0 : -1;

	for (char *line = lines, *end; status == 0 && (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		status = recording_line(r, line, false, e);
	}
	if (r)
		snprintf(hash, CHAIN_DIGITS + 1, "%s", recording_hash(r));
	recording_free(r);
	mem_free(lines);
	mem_free(path);
	return status;
}

/* Write the state, whose file is made for the owner alone before. */
static int
write_state(const char *folder, const struct ckpt *state, struct err *e)
{
	char *path = io_join(folder, STATE);
	int fd = io_open_append(path, true, e);
	int status = fd < 0 ? -1 : ckpt_write(state, path, e);

	io_close(fd);
	mem_free(path);
	return status;
}

/* Write the script. Its first line is due at the step of the state, before work goes on; `quit`
 * leaves without a report. */
static int
write_script(const char *folder, uint64_t at, const char *line, struct err *e)
{
	char *path = sweep_folder_script(folder);
	struct text t = { 0 };
	int status;

	if (at != UINT64_MAX)
		text_addf(&t, "@%llu stop\n", (unsigned long long)at);
	text_addf(&t, "%s\nquit\n", line);
	status = io_write_private(path, (const void *const[]){ t.s }, &t.len, 1, e);
	text_release(&t);
	mem_free(path);
	return status;
}

char *
sweep_folder_make(struct session *s, struct ckpt *state, uint64_t at, const char *line,
		  struct err *e)
{
	char *folder = make_folder(e), hash[CHAIN_DIGITS + 1] = "";

	if (!folder)
		return NULL;
	if (write_recording(s, folder, hash, e) == 0 && resume_note(s, state, hash, e) == 0 &&
	    write_state(folder, state, e) == 0 && write_script(folder, at, line, e) == 0)
		return folder;
	sweep_folder_remove(folder);
	mem_free(folder);
	return NULL;
}
