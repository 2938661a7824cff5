/* sweep_folder.c: files from which a process trains a sweep. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/sweep_folder.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/scratch.h"
#include "retort/base/text.h"
#include "retort/session/recording.h"

#define KIND "background" /* of the folders, in the cache */
#define RECORDING "session.ret"
#define STATE "session.state"
#define SCRIPT "sweep.ret"

void
sweep_folder_clean(void)
{
	scratch_clean(KIND);
}

char *
sweep_folder_recording(const struct scratch *folder)
{
	return scratch_path(folder, RECORDING);
}

char *
sweep_folder_script(const struct scratch *folder)
{
	return scratch_path(folder, SCRIPT);
}

/* Write the recording: the lines of the session that read the data. Its hash into `hash`. */
static int
write_recording(const struct session *s, const struct scratch *folder, char hash[CHAIN_DIGITS + 1],
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
write_state(const struct scratch *folder, const struct ckpt *state, struct err *e)
{
	char *path = scratch_path(folder, STATE);
	int fd = io_open_append(path, true, e);
	int status = fd < 0 ? -1 : ckpt_write(state, path, e);

	io_close(fd);
	mem_free(path);
	return status;
}

/* Write the script. Its first line is due at the step of the state, before work goes on; `quit`
 * leaves without a report. */
static int
write_script(const struct scratch *folder, uint64_t at, const char *line, struct err *e)
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

struct scratch *
sweep_folder_make(struct session *s, struct ckpt *state, uint64_t at, const char *line,
		  struct err *e)
{
	struct scratch *folder = scratch_new(KIND, e);
	char hash[CHAIN_DIGITS + 1] = "";

	if (!folder)
		return NULL;
	if (write_recording(s, folder, hash, e) == 0 && resume_note(s, state, hash, e) == 0 &&
	    write_state(folder, state, e) == 0 && write_script(folder, at, line, e) == 0)
		return folder;
	scratch_free(folder);
	return NULL;
}
