/* lab.c: teachers, sets and stages of a snapshot by name. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/lab.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/choice.h"
#include "retort/base/text.h"
#include "retort/data/sets.h"

const char *const lab_stage_name[] = { "run", "distil", "finetune", "hint", NULL };
const char *const lab_remedy_name[] = {
#define REMEDY(id) #id,
#include "retort/train/remedies.def"
	NULL,
};

const struct lab_listed *
lab_run_listed(const struct lab_info *info, int number)
{
	for (int i = 0; i < info->n_runs; i++)
		if (info->runs[i].number == number)
			return &info->runs[i];
	return NULL;
}

void
lab_print_kept(const struct lab_info *info, struct text *out)
{
	text_addf(out, "states: %.1f of %lld MiB", (double)info->kept_memory / 0x1p20,
		  (long long)info->run->settings.knobs.keep_mib);
	if (info->kept_files)
		text_addf(out, ", %.1f of %lld MiB in files", (double)info->kept_files / 0x1p20,
			  (long long)info->run->settings.knobs.keep_files);
	text_add(out, "\n");
}

const struct lab_stage *
lab_stage_at(const struct lab_info *info, uint64_t step)
{
	for (int i = info->run->n_stages; i-- > 0;)
		if (step > info->run->stages[i].from)
			return &info->run->stages[i];
	return NULL;
}

bool
lab_has_stages(const struct lab_info *info)
{
	for (int i = 0; i < info->run->n_stages; i++)
		if (info->run->stages[i].kind != LAB_RUN)
			return true;
	return false;
}

size_t
lab_rows(const struct lab_info *info, const double *weight, bool labelled)
{
	size_t n = 0;

	for (int i = 0; i < info->n_sets; i++)
		if (sets_role_trains(info->set[i].role) && weight[i] > 0)
			n += labelled ? info->set[i].labelled : info->set[i].rows;
	return n;
}

/* Explain that a set does not exist, or is not trained on. */
static int
refuse_set(const struct lab_info *info, const char *name, struct err *e)
{
	struct text names = { 0 };

	if (info->n_sets == 0)
		return err_set(e, "no data yet; `data digits` first");
	for (int i = 0; i < info->n_sets; i++) {
		if (sets_role_trains(info->set[i].role)) {
			text_item(&names, "%s", info->set[i].name);
		} else if (strcmp(info->set[i].name, name) == 0) {
			text_release(&names);
			return err_set(e, "%s: %s, not trained on", name,
				       info->set[i].role == DATASET_HELD ? "held-out set"
									 : "target set");
		}
	}
	choice_invalid(e, "set", name, text_get(&names));
	text_release(&names);
	return -1;
}

int
lab_set(const struct lab_info *info, const char *name, struct err *e)
{
	int found = -1;

	for (int i = 0; i < info->n_sets; i++) {
		if (!sets_role_trains(info->set[i].role) || strcmp(info->set[i].name, name) != 0)
			continue;
		if (found >= 0)
			return err_set(e,
				       "ambiguous set '%s': several have this name; name them with "
				       "`data add FILE as NAME`",
				       name);
		found = i;
	}
	if (found < 0 && info->n_sets && strcmp(info->data, name) == 0)
		return 0;
	return found >= 0 ? found : refuse_set(info, name, e);
}

int
lab_sets(const struct lab_info *info, const char *list, unsigned *out, struct err *e)
{
	*out = 0;
	for (list += strspn(list, ","); *list; list += strspn(list, ",")) {
		size_t len = strcspn(list, ",");
		char name[64];
		int set;

		snprintf(name, sizeof name, "%.*s", (int)len, list);
		set = lab_set(info, name, e);
		if (set < 0)
			return -1;
		*out |= 1u << set;
		list += len;
	}
	return 0;
}

const char *
lab_sets_text(const struct lab_info *info, unsigned sets, char *buf, size_t size)
{
	size_t len = 0;

	buf[0] = '\0';
	for (int i = 0; i < info->n_sets && len < size; i++)
		if (sets >> i & 1)
			len += (size_t)snprintf(buf + len, size - len, "%s%s", len ? "+" : "",
						info->set[i].name);
	return buf;
}

void
lab_info_copy(struct lab_info *to, struct lab_run *run, const struct lab_info *from)
{
	*run = *from->run;
	*to = *from;
	to->run = run;
}

int
lab_info_teacher(const struct lab_info *info, const char *name, struct err *e)
{
	char names[TRAIN_TEACHERS * (NET_NAME + 2)] = "";
	size_t len = 0;

	for (int i = 0; i < info->n_teachers; i++) {
		if (strcmp(info->teacher[i].name, name) == 0)
			return i;
		len += (size_t)snprintf(names + len, sizeof names - len, "%s%s", i ? ", " : "",
					info->teacher[i].name);
	}
	if (info->n_teachers == 0)
		return err_set(e, "no teacher %s; `teacher %s mlp 256,256` adds one", name, name);
	return choice_invalid(e, "teacher", name, names);
}

int
lab_map_labels(const struct lab_info *info, const struct loss *l, struct err *e)
{
	if (!(l->needs & LOSS_LABELS))
		return 0;
	if (info->io.next_token)
		return err_set(
			e,
			"match %s: needs class labels, but the labels of the data are next tokens",
			l->name);
	if (info->n_shown == 0)
		return err_set(e,
			       "match %s: needs labels, but none is visible to the student; `data "
			       "... labels N` sets their number",
			       l->name);
	return 0;
}
