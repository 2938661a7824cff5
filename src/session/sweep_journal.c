/* sweep_journal.c: read and append figures of finished points. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/sweep_journal.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "retort/base/base64.h"
#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/lab/sweep_message.h"
#include "retort/lab/sweep_score.h"
#include "retort/train/metric.h"

#define HEX 64                    /* digits of a hash */
#define DIGITS 16                 /* of the hash of a line */
#define LARGEST ((size_t)1 << 30) /* bytes of a journal */

struct sweep_journal {
	int fd, version;
	char *path;
	bool temporary;
};

/* Bytes of the figures of a row. */
static size_t
row_size(int version)
{
	return version == 1 ? SWEEP_MESSAGE_ROW_1 : SWEEP_MESSAGE_ROW;
}

/* ---- read ---- */

/* Fields of a line, separated by blanks. */
struct fields {
	const char *at, *end;
};

/* The next field; false: there is none. */
static bool
next_field(struct fields *f, const char **field, size_t *len)
{
	const char *blank = memchr(f->at, ' ', (size_t)(f->end - f->at));

	*field = f->at;
	*len = (size_t)((blank ? blank : f->end) - f->at);
	f->at = blank ? blank + 1 : f->end;
	return *len > 0;
}

static int
hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
parse_hash(const char *s, size_t len, struct hash *out)
{
	if (len != HEX)
		return false;
	for (size_t i = 0; i < HEX / 2; i++) {
		int high = hex_digit(s[2 * i]), low = hex_digit(s[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out->byte[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/* Whether the last field of a line is the hash of what is before it; *len is then without it. */
static bool
is_whole(const char *line, size_t *len)
{
	struct hash h;
	char hex[65];

	if (*len < DIGITS + 2 || line[*len - DIGITS - 1] != ' ')
		return false;
	h = hash_of(line, *len - DIGITS - 1);
	if (memcmp(hash_hex(&h, hex), line + *len - DIGITS, DIGITS) != 0)
		return false;
	*len -= DIGITS + 1;
	return true;
}

/* Decode the figures of the rows. NULL: they are not whole, or of another number of rows. */
static struct eval_row *
decode_rows(const char *s, size_t len, int version, struct sweep *sweep)
{
	size_t size = base64_size(s, len), n = size / row_size(version);
	uint8_t *bytes = n && n * row_size(version) == size ? mem_try(size, 1) : NULL;
	struct eval_row *row = bytes ? mem_try(n, sizeof *row) : NULL;

	if (!row || base64_decode(s, len, bytes, size) < 0 ||
	    (sweep->known_rows && sweep->known_rows != n)) {
		mem_free(bytes);
		mem_free(row);
		return NULL;
	}
	sweep_message_rows(bytes, n, row_size(version), row);
	mem_free(bytes);
	sweep->known_rows = n;
	return row;
}

void
sweep_journal_line(const char *line, size_t len, int version, struct sweep *s)
{
	struct fields f = { line, line + len };
	struct sweep_figures got = { .row = NULL };
	const char *field;
	size_t size;
	char number[24];
	int64_t steps;

	if (!is_whole(line, &len))
		return;
	f.end = line + len;
	if (!next_field(&f, &field, &size) || !parse_hash(field, size, &got.key) ||
	    !next_field(&f, &field, &size))
		return;
	snprintf(number, sizeof number, "%.*s", (int)(size < 20 ? size : 20), field);
	if (text_to_int(number, &steps) < 0 || steps < 1 || !next_field(&f, &field, &size))
		return;
	got.steps = (uint64_t)steps;
	got.diverged = size == 8 && memcmp(field, "diverged", 8) == 0;
	if (!next_field(&f, &field, &size))
		return;
	if (!got.diverged && !(got.row = decode_rows(field, size, version, s)))
		return;
	mem_grow(&s->known, &s->cap_known, s->n_known + 1, sizeof *s->known);
	s->known[s->n_known++] = got;
}

/* Check the first line. Its version, or -1 and an error. */
static int
check_first(const char *line, size_t len, const char *data, struct err *e)
{
	char first[120];
	int version;

	if (len < 13 || memcmp(line, "retort-sweep ", 13) != 0)
		return err_set(e,
			       "not a journal of a sweep (expected a first line 'retort-sweep "
			       "%d data HASH')",
			       SWEEP_JOURNAL_VERSION);
	version = line[13] >= '0' && line[13] <= '9' ? line[13] - '0' : -1;
	if (len < 15 || line[14] != ' ' || version < 1 || version > SWEEP_JOURNAL_VERSION)
		return err_set(e,
			       "a journal of another version (expected 1 to %d); remove it to "
			       "begin anew",
			       SWEEP_JOURNAL_VERSION);
	snprintf(first, sizeof first, "retort-sweep %d data %.64s", version, data);
	if (strlen(first) != len || memcmp(first, line, len) != 0)
		return err_set(e,
			       "a journal of other data (hash %.*s, that of the data is %.12s); "
			       "name another file",
			       len > 32 ? 12 : 0, len > 32 ? line + 20 : "", data);
	return version;
}

int
sweep_journal_parse(const char *text, size_t size, const char *data, struct sweep *s, struct err *e)
{
	const char *at = text, *end = text + size;
	int version = 0;

	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));

		if (!stop) /* a line that is cut short */
			break;
		if (version)
			sweep_journal_line(at, (size_t)(stop - at), version, s);
		else if ((version = check_first(at, (size_t)(stop - at), data, e)) < 0)
			return -1;
		at = stop + 1;
	}
	return version ? version : err_set(e, "not a journal of a sweep");
}

/* ---- write ---- */

int
sweep_journal_add(struct sweep_journal *j, const struct sweep_figures *f, size_t n_rows,
		  struct err *e)
{
	struct text line = { 0 }, bytes = { 0 };
	struct hash h;
	char hex[65];
	int status;

	text_addf(&line, "%s %llu %s ", hash_hex(&f->key, hex), (unsigned long long)f->steps,
		  f->diverged ? "diverged" : "trained");
	if (f->row) {
		sweep_message_add_rows(f->row, n_rows, row_size(j->version), &bytes);
		base64_encode(bytes.s, bytes.len, &line);
	} else {
		text_add(&line, "-");
	}
	h = hash_of(line.s, line.len);
	text_addf(&line, " %.*s\n", DIGITS, hash_hex(&h, hex));
	status = io_append(j->fd, line.s, line.len, true, e);
	text_release(&line);
	text_release(&bytes);
	return status < 0 ? err_wrap(e, "%s", j->path) : 0;
}

/* ---- open ---- */

/* Read what is there. *cut: the last line has no end. Its version, or -1 and an error. */
static int
read_known(const char *path, const char *data, struct sweep *s, bool *cut, struct err *e)
{
	char *text;
	size_t size;
	int status;

	if (io_read(path, LARGEST, &text, &size, e) < 0)
		return -1;
	*cut = size && text[size - 1] != '\n';
	status = sweep_journal_parse(text, size, data, s, e);
	mem_free(text);
	if (status == 1 && sweep_score_taught(s->metric))
		status = err_set(e,
				 "a journal of version 1, which has no %s; remove it to begin anew",
				 metric_info(s->metric)->name);
	return status < 0 ? err_wrap(e, "%s", path) : status;
}

struct sweep_journal *
sweep_journal_open(const char *path, bool temporary, const char *data, struct sweep *s,
		   struct err *e)
{
	bool exists = io_exists(path), cut = false;
	int version = SWEEP_JOURNAL_VERSION;
	struct sweep_journal *j;
	char first[120] = "\n";
	int fd;

	if (exists && (version = read_known(path, data, s, &cut, e)) < 0)
		return NULL;
	fd = io_open_append(path, true, e);
	if (fd < 0)
		return NULL;
	if (!exists)
		snprintf(first, sizeof first, "retort-sweep %d data %.64s\n", SWEEP_JOURNAL_VERSION,
			 data);
	if ((!exists || cut) && io_append(fd, first, strlen(first), true, e) < 0) {
		err_wrap(e, "%s", path);
		io_close(fd);
		return NULL;
	}
	j = mem_new(sizeof *j);
	*j = (struct sweep_journal){ fd, version, mem_text(path), temporary };
	return j;
}

int
sweep_journal_version(const struct sweep_journal *j)
{
	return j->version;
}

const char *
sweep_journal_path(const struct sweep_journal *j)
{
	return j->path;
}

void
sweep_journal_close(struct sweep_journal *j, bool ended)
{
	if (!j)
		return;
	io_close(j->fd);
	if (j->temporary && ended)
		unlink(j->path);
	mem_free(j->path);
	mem_free(j);
}
