/* reading_against.c: `bench reading` of two builds, by the tables that they print. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "reading_against.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "paired.h"
#include "rig.h"

#define KINDS 32 /* of files, at most */
#define NAME 34  /* bytes of the name of a kind in the table */

enum side {
	SELF,
	OTHER,
	SIDES,
};

/* MB/s of a kind of file, by program and round. */
struct row {
	char name[NAME + 1];
	int n[SIDES];
	double speed[SIDES][RIG_ROUNDS];
};

struct table {
	int n;
	struct row row[KINDS];
};

/* The row of this name, which is appended where there is none; NULL: no room. */
static struct row *
find_row(struct table *t, const char *name)
{
	for (int i = 0; i < t->n; i++)
		if (strcmp(t->row[i].name, name) == 0)
			return &t->row[i];
	if (t->n == KINDS)
		return NULL;
	snprintf(t->row[t->n].name, NAME + 1, "%s", name);
	return &t->row[t->n++];
}

/* Add the figures of a line: "  NAME, padded  50 MB  374 ms  134 MB/s  124 MB/s  6.07". */
static void
add_line(struct table *t, const char *line, enum side side)
{
	char name[NAME + 1];
	double clock, processors;
	struct row *row;

	if (strncmp(line, "  ", 2) != 0 || strlen(line) < NAME + 2 ||
	    sscanf(line + 2 + NAME, "%*f MB %*f ms %lf MB/s %lf MB/s", &clock, &processors) != 2)
		return;
	snprintf(name, sizeof name, "%.*s", NAME, line + 2);
	for (size_t len = strlen(name); len && name[len - 1] == ' '; len--)
		name[len - 1] = '\0';
	row = find_row(t, name);
	if (row && row->n[side] < RIG_ROUNDS)
		row->speed[side][row->n[side]++] = processors;
}

static int
read_lines(struct table *t, const char *path, enum side side)
{
	char line[512];
	FILE *f = fopen(path, "r");

	if (!f)
		return -1;
	while (fgets(line, sizeof line, f))
		add_line(t, line, side);
	fclose(f);
	return 0;
}

static int
run_round(const struct against_options *o, int round, const char *out, struct table *t)
{
	const char *argv[] = { NULL, "bench", "--no-peer", "--rounds", "1", "reading", NULL };

	for (int i = 0; i < SIDES; i++) {
		enum side side = (enum side)(round % 2 ? SIDES - 1 - i : i);

		argv[0] = side == SELF ? o->self : o->other;
		if (against_run(argv, out) < 0 || read_lines(t, out, side) < 0)
			return -1;
	}
	return 0;
}

static double
mean(const double *x, int n)
{
	double sum = 0;

	for (int i = 0; i < n; i++)
		sum += x[i];
	return sum / n;
}

static void
print_row(const struct row *r, int rounds)
{
	struct paired p;

	if (r->n[SELF] != rounds || r->n[OTHER] != rounds)
		return; /* only one of them measures it */
	p = paired_ratio(r->speed[SELF], r->speed[OTHER], rounds);
	printf("%-*s %8.4g %8.4g MB/s %7.3f  %.3f..%.3f\n", NAME, r->name,
	       mean(r->speed[SELF], rounds), mean(r->speed[OTHER], rounds), p.ratio, p.low, p.high);
}

int
reading_against(const struct against_options *o, const char *dir)
{
	struct table *t = calloc(1, sizeof *t);
	char out[64];
	int status = t ? 0 : -1;

	snprintf(out, sizeof out, "%s/reading", dir);
	for (int round = 0; round < o->rounds && status == 0; round++)
		status = run_round(o, round, out, t);
	for (int i = 0; status == 0 && i < t->n; i++)
		print_row(&t->row[i], o->rounds);
	fflush(stdout);
	free(t);
	return status;
}
