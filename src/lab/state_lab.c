/* state_lab.c: data, teachers and remedies to fields of a state; compared, or read. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/state_lab.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/hash.h"
#include "retort/base/mem.h"
#include "retort/lab/layer_map.h"
#include "retort/lab/runs.h"
#include "retort/lab/setup_net.h"
#include "retort/lab/state_figures.h"
#include "retort/lab/state_net.h"

/* ---- data ---- */

static void
add_rows(struct hash_sum *sum, const uint32_t *rows, size_t n)
{
	if (n)
		hash_add(sum, rows, n * sizeof *rows);
	hash_add(sum, "", 1);
}

/* Hash of the rows of each part of the data: of seed, visible labels and held-out rows. */
static const char *
hash_rows(const struct trainer_state *w, char hex[65])
{
	const struct split *s = &w->train.split;
	struct hash_sum sum;
	struct hash h;

	hash_begin(&sum);
	add_rows(&sum, s->train, s->n_train);
	add_rows(&sum, s->held, s->n_held);
	add_rows(&sum, s->shown, s->n_shown);
	add_rows(&sum, s->target, s->n_target);
	h = hash_end(&sum);
	return hash_hex(&h, hex);
}

/* Write a text, or compare it with that of the lab. False where they differ. */
static bool
visit_same(struct state_field *f, const char *key, const char *now, char *was, size_t size)
{
	snprintf(was, size, "%s", now);
	state_field_text(f, key, was, size);
	return f->failed || strcmp(was, now) == 0;
}

void
state_lab_data(struct state_field *f, const struct trainer_state *w)
{
	const struct lab_info *i = &w->info;
	char name[64], hash[65], now[65];
	struct hash inputs = w->train.inputs;
	uint64_t seed = i->seed;

	snprintf(name, sizeof name, "%s", i->data);
	state_field_text(f, "data", name, sizeof name);
	if (!visit_same(f, "data-hash", i->data_hash, hash, sizeof hash))
		state_field_fail(f,
				 "other data: the state is of '%s', %.12s..., the session has "
				 "'%s', %.12s...",
				 name, hash, i->data, i->data_hash);
	state_field_bits(f, "seed", &seed);
	if (seed != i->seed)
		state_field_fail(f,
				 "another seed: the state is of `seed %llu`, the session of "
				 "`seed %llu`",
				 (unsigned long long)seed, (unsigned long long)i->seed);
	if (!visit_same(f, "rows-hash", hash_rows(w, now), hash, sizeof hash))
		state_field_fail(f,
				 "other rows: '%s' has other visible labels, held-out or target "
				 "rows than when the state was saved",
				 i->data);
	if (!visit_same(f, "inputs-hash", hash_hex(&inputs, now), hash, sizeof hash))
		state_field_fail(f,
				 "other inputs: '%s' is scaled otherwise than when the state was "
				 "saved",
				 i->data);
}

/* ---- teachers ---- */

static const char *
hash_teacher(const struct trainer_state *w, int k, char hex[65])
{
	const struct train_teacher *t = &w->train.teacher[k];

	return t->branch ? state_net_hash(t->branch, hex) : hash_hex(&t->file->hash, hex);
}

/* Name, hash, and how its outputs are computed. */
struct known {
	char name[NET_NAME], hash[65];
	bool is_file, ready;
	struct teacher_options options;
};

static void
visit_teacher(struct state_field *f, struct known *t)
{
	int cache = (int)t->options.cache, n = 0;

	while (teacher_cache_name[n])
		n++;
	state_field_text(f, "name", t->name, sizeof t->name);
	state_field_text(f, "hash", t->hash, sizeof t->hash);
	state_field_bool(f, "file", &t->is_file);
	state_field_bool(f, "ready", &t->ready);
	state_field_word(f, "cache", &cache, teacher_cache_name, n);
	state_field_size(f, "top", &t->options.top, 65536);
	state_field_bool(f, "bf16", &t->options.bf16);
	t->options.cache = (enum teacher_cache)cache;
}

static void
describe_teacher(const struct trainer_state *w, int k, struct known *t)
{
	const struct net_info *info = &w->info.teacher[k];

	*t = (struct known){ .is_file = info->is_file,
			     .ready = info->ready,
			     .options = info->options };
	snprintf(t->name, sizeof t->name, "%s", info->name);
	hash_teacher(w, k, t->hash);
}

void
state_lab_write_teachers(struct state_field *f, struct state_settings *c, bool whole,
			 struct ckpt *to)
{
	struct trainer_state *w = c->w;
	size_t n = (size_t)w->info.n_teachers;

	state_field_list(f, "teachers", &n, TRAIN_TEACHERS);
	for (int k = 0; k < w->info.n_teachers; k++) {
		struct branch *b = w->train.teacher[k].branch;
		struct state_net net = { .prefix = "" };
		struct known t;

		describe_teacher(w, k, &t);
		state_field_item(f, (size_t)k);
		visit_teacher(f, &t);
		if (whole && b) {
			snprintf(net.prefix, sizeof net.prefix, "state.t%d.", k);
			state_net_write(b, to, &net);
			state_net_visit(f, &net);
			state_field_bits(f, "seed", &b->state->seed);
			state_net_fields(f, c, b, &w->info.teacher[k]);
			state_figures_visit(f, c, &w->figures[k]);
		}
		state_field_end(f);
	}
	state_field_end(f);
}

static int
check_teacher(struct state_field *f, const struct trainer_state *w, int k, const struct known *t)
{
	const struct net_info *now = &w->info.teacher[k];
	char hex[65];

	if (k >= w->info.n_teachers || strcmp(now->name, t->name) != 0)
		return state_field_fail(f,
					"teacher %d of the state is '%s' (the session has %s%s); "
					"make or load it first",
					k + 1, t->name, k < w->info.n_teachers ? "" : "none",
					k < w->info.n_teachers ? now->name : "");
	if (now->is_file != t->is_file || strcmp(hash_teacher(w, k, hex), t->hash) != 0)
		return state_field_fail(f,
					"teacher %s is another one: its weights hash to %.12s..., "
					"those of the state to %.12s...",
					t->name, hash_teacher(w, k, hex), t->hash);
	if (now->options.top != t->options.top || now->options.bf16 != t->options.bf16)
		return state_field_fail(f,
					"teacher %s: the state was trained with other options; "
					"`teacher %s top %zu` and `precision %s`",
					t->name, t->name, t->options.top,
					t->options.bf16 ? "bf16" : "f32");
	return 0;
}

int
state_lab_check_teachers(struct state_field *f, struct state_settings *c)
{
	size_t n = 0;

	state_field_list(f, "teachers", &n, TRAIN_TEACHERS);
	for (size_t k = 0; !f->failed && k < n; k++) {
		struct known t = { .name = "" };

		state_field_item(f, k);
		visit_teacher(f, &t);
		state_field_end(f);
		if (!f->failed)
			check_teacher(f, c->w, (int)k, &t);
	}
	state_field_end(f);
	c->n_teachers = (int)n;
	return f->failed ? -1 : 0;
}

/* ---- teachers of a whole state ---- */

/* Make teacher k from its network in the file. */
static int
read_network(struct state_field *f, const struct state_settings *c, const struct ckpt *from, int k,
	     const struct known *t)
{
	struct trainer_state *w = c->w;
	struct train_teacher *to = &w->train.teacher[k];
	struct net_info *info = &w->info.teacher[k];
	struct state_net net = { .prefix = "" };
	struct ckpt *part;
	uint64_t seed = 0;
	int status = -1;
	char hex[65];

	state_net_visit(f, &net);
	state_field_bits(f, "seed", &seed);
	if (f->failed)
		return -1;
	part = state_net_part(from, net.prefix);
	to->branch = state_net_new(w, part, BRANCH_TEACHER(k), t->name, seed, f->e);
	if (to->branch) {
		setup_net_describe(info, to->branch, "");
		state_net_fields(f, c, to->branch, info);
		state_figures_visit(f, c, &w->figures[k]);
		status = f->failed ? -1 : state_net_read(w, to->branch, from, part, &net, f->e);
	}
	ckpt_free(part);
	if (status < 0)
		return -1;
	if (strcmp(state_net_hash(to->branch, hex), t->hash) != 0)
		return state_field_fail(f, "teacher %s: its weights are not those of its hash",
					t->name);
	info->ready = t->ready;
	info->options = t->options;
	info->seen_held = to->branch->rows.held;
	info->seen_target = to->branch->rows.target;
	sampler_init(&to->order, w->train.ds, w->train.labelled, w->train.n_labelled,
		     setup_net_order_seed(w, t->name));
	return 0;
}

/* The teachers that the lab has, which are files. */
struct files {
	int n;
	struct net_info info[TRAIN_TEACHERS];
	struct train_teacher teacher[TRAIN_TEACHERS];
};

/* Make teacher k the file of that name. */
static int
take_file(struct state_field *f, struct trainer_state *w, struct files *files, int k,
	  const struct known *t)
{
	for (int i = 0; i < files->n; i++) {
		char hex[65];

		if (strcmp(files->info[i].name, t->name) != 0 || !files->teacher[i].file)
			continue;
		w->info.teacher[k] = files->info[i];
		w->train.teacher[k] = files->teacher[i];
		files->teacher[i].file = NULL;
		if (strcmp(hash_hex(&w->train.teacher[k].file->hash, hex), t->hash) == 0)
			return 0;
		return state_field_fail(f, "teacher %s: the file of outputs is another one",
					t->name);
	}
	return state_field_fail(f, "teacher %s: its file of outputs was not read", t->name);
}

/* Take the files out of the lab. -1: it has networks. */
static int
take_out(struct state_field *f, struct trainer_state *w, struct files *files)
{
	files->n = w->info.n_teachers;
	for (int k = 0; k < files->n; k++) {
		if (w->train.teacher[k].branch)
			return state_field_fail(f, "the lab has teachers already");
		files->info[k] = w->info.teacher[k];
		files->teacher[k] = w->train.teacher[k];
		memset(&w->train.teacher[k], 0, sizeof w->train.teacher[k]);
	}
	w->info.n_teachers = w->info.run->settings.n_teachers = 0;
	return 0;
}

static int
read_teacher(struct state_field *f, struct state_settings *c, const struct ckpt *from,
	     struct files *files, int k)
{
	struct trainer_state *w = c->w;
	struct settings *s = &w->info.run->settings;
	struct known t = { .name = "" };
	struct err e;

	visit_teacher(f, &t);
	if (f->failed)
		return -1;
	if (runs_check_name(w, "teacher", t.name, &e) < 0)
		return state_field_fail(f, "%s", e.msg);
	if ((t.is_file ? take_file(f, w, files, k, &t) : read_network(f, c, from, k, &t)) < 0)
		return -1;
	w->train.teacher[k].made = ++w->n_made;
	s->teacher_weight[k] = 1;
	s->teacher_muted[k] = false;
	s->teacher_frozen[k] = 0;
	c->n_teachers = s->n_teachers = ++w->info.n_teachers;
	return 0;
}

int
state_lab_read_teachers(struct state_field *f, struct state_settings *c, const struct ckpt *from)
{
	struct files *files = mem_new(sizeof *files);
	struct trainer_state *w = c->w;
	int status = take_out(f, w, files);
	size_t n = 0;

	state_field_list(f, "teachers", &n, TRAIN_TEACHERS);
	for (size_t k = 0; status == 0 && !f->failed && k < n; k++) {
		state_field_item(f, k);
		status = read_teacher(f, c, from, files, (int)k);
		state_field_end(f);
		if (status < 0) {
			branch_free(w->train.teacher[k].branch);
			w->train.teacher[k].branch = NULL;
		}
	}
	state_field_end(f);
	for (int i = 0; i < files->n; i++)
		logit_file_free(files->teacher[i].file);
	mem_free(files);
	return f->failed ? -1 : status;
}

/* ---- metric slots ---- */

void
state_lab_slots(struct state_field *f, struct state_settings *c)
{
	struct trainer_state *w = c->w;
	size_t n = (size_t)w->n_slots;

	state_field_list(f, "slots", &n, TRAIN_MAPS);
	for (size_t i = 0; !f->failed && i < n; i++) {
		struct layer_pair m = f->reading ? (struct layer_pair){ 0 } : w->slot[i];
		int on = m.on;

		state_field_item(f, i);
		state_field_int(f, "teacher", &m.teacher, 0, c->n_teachers - 1);
		state_field_int(f, "from", &m.t_layer, 0, MODEL_LAYERS - 1);
		state_field_int(f, "to", &m.s_layer, 0, MODEL_LAYERS - 1);
		state_field_word(f, "on", &on, model_tap_name, MODEL_TAPS);
		state_field_end(f);
		m.on = (enum model_tap)on;
		c->slot[i] = f->reading && !f->failed ? layer_map_slot(w, &m) : (int)i;
		if (c->slot[i] < 0)
			state_field_fail(f,
					 "too many different pairs in this session (expected at "
					 "most %d)",
					 TRAIN_MAPS);
	}
	state_field_end(f);
	c->n_slots = f->failed ? 0 : (int)n;
}
