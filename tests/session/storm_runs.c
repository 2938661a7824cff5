/* storm_runs.c: lines about runs at random. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "storm_runs.h"

#include "retort/base/rng.h"
#include "storm_changes.h"

static struct rng draws;
static uint64_t drawn;
static int forks, marks;

void
storm_runs_seed(uint64_t seed)
{
	draws = rng_stream(seed, "storm-runs", 0, 0);
}

uint32_t
storm_runs_below(uint32_t n)
{
	return rng_below(draws, drawn++, n);
}

/* The number of a run. */
static int
any_run(const struct lab_info *i)
{
	return i->n_runs ? i->runs[storm_runs_below((uint32_t)i->n_runs)].number : 1;
}

static void
add_fork(struct text *line, const struct lab_info *i)
{
	static const char *const change[] = { "",
					      " set temperature 2",
					      " set kd-weight 0.3",
					      " set noise-spread 0.2",
					      " map clear",
					      " set ce-weight 0.5 set lr 0.002" };
	uint64_t step = i->run->student.steps;

	text_addf(line, "fork f%d", ++forks);
	if (storm_runs_below(3) == 0)
		text_addf(line, " of %d", any_run(i));
	if (storm_runs_below(3) == 0)
		text_addf(line, " at %u", storm_runs_below((uint32_t)step + 1));
	else if (marks && storm_runs_below(6) == 0)
		text_addf(line, " at m%u", 1 + storm_runs_below((uint32_t)marks));
	text_add(line, change[storm_runs_below(sizeof change / sizeof *change)]);
}

static void
add_rewind(struct text *line, const struct lab_info *i)
{
	static const char *const where[] = { "", "best", "change", "all", "all best" };
	uint64_t step = i->run->student.steps;

	if (storm_runs_below(2))
		text_addf(line, "rewind %u", storm_runs_below((uint32_t)step + 1));
	else if (marks && storm_runs_below(4) == 0)
		text_addf(line, "rewind m%u", 1 + storm_runs_below((uint32_t)marks));
	else
		text_addf(line, "rewind %s", where[storm_runs_below(5)]);
}

void
storm_runs_add(struct text *line, const struct lab_info *info, const char *const *layer,
	       uint32_t layers)
{
	static const char *const word[] = { "focus", "focus", "hide", "show", "reference", "drop" };
	static const char *const room[] = { "keep-mib 1",   "keep-mib 2",   "keep-mib 256",
					    "keep-files 0", "keep-files 1", "keep-files 64" };

	switch (storm_runs_below(27)) {
	case 0:
	case 1:
		add_fork(line, info);
		break;
	case 2:
	case 3:
		add_rewind(line, info);
		break;
	case 4:
	case 5:
		text_addf(line, "run %s %d", word[storm_runs_below(6)], any_run(info));
		break;
	case 6:
		text_addf(line, "run %d: %s", any_run(info), storm_runs_below(2) ? "undo" : "redo");
		break;
	case 7:
		text_add(line, "all: ");
		storm_changes_add(line, layer, layers);
		break;
	case 8:
		text_add(line, storm_runs_below(4) ? "undo" : "stop");
		break;
	case 9:
		text_addf(line, "mark m%d", ++marks);
		break;
	case 10:
		text_addf(line, "rewind %d %u", any_run(info),
			  storm_runs_below((uint32_t)info->run->student.steps + 1));
		break;
	case 11: /* little room: kept states go to files, or are freed */
		text_addf(line, "all: set %s", room[storm_runs_below(sizeof room / sizeof *room)]);
		break;
	default:
		if (storm_runs_below(2))
			text_addf(line, "run %d: ", any_run(info));
		storm_changes_add(line, layer, layers);
	}
}

void
storm_runs_add_idle(struct text *line)
{
	static const char *const sweep[] = {
		"temperature 1,4 for 6",
		"lr log 1e-4..1e-2 x 3, kd-weight 0..1 x 2 for 4",
		"lr log 1e-4..1e-1 random 4 for 8 halving",
		"kd-weight 0.2,0.8 for 5 seeds 2",
		"student 'mlp 8' 'mlp 12' for 5",
		"batch 16,32 for 4 by val-accuracy",
		"lr 1e-3,1e9 for 6",
	};

	if (storm_runs_below(4) == 0)
		text_addf(line, "student mlp %u", 8 + storm_runs_below(8));
	else
		text_addf(line, "sweep %s", sweep[storm_runs_below(sizeof sweep / sizeof *sweep)]);
}
