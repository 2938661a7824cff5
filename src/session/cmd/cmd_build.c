/* cmd_build.c: create networks: `seed`, `teacher`, `student`, `load`. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/nn/hf/hf.h"

static int
exec_seed(struct cmd_call *c, struct err *e)
{
	return cmd_number("seed", c->argv[0], &cmd_request(c, REQUEST_SEED)->u.seed.seed, e);
}

static const struct grammar_form build_seed_forms[] = {
	GRAMMAR_FORM({ .name = "N", .kind = GRAMMAR_NUMBER }), { NULL }
};

const struct cmd cmd_build_seed = {
	.name = "seed",
	.form = build_seed_forms,
	.flags = CMD_RECORD,
	.doc = "Choose the seed of every random number; drops data and networks.",
	.example = "seed 42",
	.exec = exec_seed,
};

/* Join the words of a model, from word `from` on. */
static int
join_spec(struct cmd_call *c, int from, struct request_net *r, struct err *e)
{
	struct text t = { 0 };
	int status;

	for (int i = from; i < c->argc; i++)
		text_addf(&t, "%s%s", i > from ? " " : "", c->argv[i]);
	status = cmd_copy(r->spec, sizeof r->spec, "model", text_get(&t), e);
	text_release(&t);
	return status;
}

/* Set the line to record: with absolute paths of files, and the hash if the line has none. */
static void
record_hash(struct cmd_call *c, const char *name, uint32_t files, const struct hash *got,
	    const char *hash)
{
	char hex[65];

	cmd_record_files(c, name, files);
	if (!hash)
		text_addf(&c->record, " hash %s", hash_hex(got, hex));
}

/* Load the network in the file at word `at`; `hash HEX` behind it is the expected hash. */
static int
load_network(struct cmd_call *c, const char *name, int at, struct request_net *r, struct err *e)
{
	const char *hash = c->argc == at + 3 ? c->argv[at + 2] : NULL;
	char *path;
	struct hash got;
	int status;

	if (c->argc != at + 1 && (!hash || strcmp(c->argv[at + 1], "hash") != 0))
		return err_set(
			e,
			"%s: one file or directory is needed, and `hash HEX` may stand behind it",
			name);
	path = io_join(c->dir, c->argv[at]);
	status = io_is_directory(path) ? hf_read(path, &r->ckpt, e) : ckpt_read(path, &r->ckpt, e);
	if (status == 0) {
		got = ckpt_hash(r->ckpt);
		status = cmd_check_hash(path, &got, hash, e);
	}
	snprintf(r->from, sizeof r->from, "%.60s", c->argv[at]);
	if (status == 0)
		record_hash(c, name, 1u << at, &got, hash);
	mem_free(path);
	return status;
}

/* True for an option of the forward pass of a teacher. */
static bool
is_option(const char *word)
{
	return strcmp(word, "cache") == 0 || strcmp(word, "top") == 0 ||
	       strcmp(word, "precision") == 0;
}

static int
set_option(struct cmd_call *c, struct err *e)
{
	struct request *r = cmd_request(c, REQUEST_OPTIONS);

	if (c->argc != 3)
		return err_set(e, "teacher %.40s %s: one value is needed", c->argv[0], c->argv[1]);
	if (cmd_copy(r->u.option.teacher, NET_NAME, "teacher", c->argv[0], e) < 0 ||
	    cmd_copy(r->u.option.key, sizeof r->u.option.key, "teacher", c->argv[1], e) < 0)
		return -1;
	return cmd_copy(r->u.option.value, NET_SPEC, c->argv[1], c->argv[2], e);
}

/* Parse the words behind the file: probabilities, ids [FILE], hash HEX. */
static int
parse_outputs(struct cmd_call *c, struct logit_file_options *o, int *ids_at, const char **hash,
	      struct err *e)
{
	for (int i = 3; i < c->argc; i++) {
		const char *word = c->argv[i], *next = i + 1 < c->argc ? c->argv[i + 1] : NULL;

		if (strcmp(word, "probabilities") == 0) {
			o->probabilities = true;
		} else if (strcmp(word, "ids") == 0) {
			o->ids = !next || strcmp(next, "probabilities") == 0 ||
				 strcmp(next, "hash") == 0;
			*ids_at = o->ids ? 0 : ++i;
		} else if (strcmp(word, "hash") == 0 && next) {
			*hash = c->argv[++i];
		} else {
			return err_set(e,
				       "teacher %.40s outputs: '%.40s' is none of probabilities, "
				       "ids [FILE], hash HEX",
				       c->argv[0], word);
		}
	}
	return 0;
}

/* Read a teacher that is a file of outputs. Its hash is recorded, so that a replay rejects another
 * file. */
static int
read_outputs(struct cmd_call *c, struct request_net *r, struct err *e)
{
	struct logit_file_options o = { 0 };
	const char *hash = NULL;
	char *path, *ids;
	int ids_at = 0, status;

	if (c->argc < 3)
		return err_set(e, "teacher %.40s outputs: a file is needed, CSV or .npy",
			       c->argv[0]);
	if (parse_outputs(c, &o, &ids_at, &hash, e) < 0)
		return -1;
	path = io_join(c->dir, c->argv[2]);
	ids = ids_at ? io_join(c->dir, c->argv[ids_at]) : NULL;
	o.ids_path = ids;
	status = logit_file_read(path, &o, &r->file, e);
	status = status < 0 ? -1 : cmd_check_hash(path, &r->file->hash, hash, e);
	snprintf(r->from, sizeof r->from, "%.60s", c->argv[2]);
	if (status == 0)
		record_hash(c, "teacher", 1u << 2 | (ids_at ? 1u << ids_at : 0), &r->file->hash,
			    hash);
	mem_free(path);
	mem_free(ids);
	return status < 0 ? err_wrap(e, "teacher %.40s", c->argv[0]) : 0;
}

static int
exec_teacher(struct cmd_call *c, struct err *e)
{
	struct request_net *r;

	if (is_option(c->argv[1]))
		return set_option(c, e);
	r = &cmd_request(c, REQUEST_TEACHER)->u.net;
	if (cmd_copy(r->name, sizeof r->name, "teacher", c->argv[0], e) < 0)
		return -1;
	if (strcmp(c->argv[1], "outputs") == 0)
		return read_outputs(c, r, e);
	if (strcmp(c->argv[1], "load") != 0)
		return join_spec(c, 1, r, e);
	if (c->argc < 3)
		return err_set(e, "teacher %s load: one file or directory is needed", r->name);
	return load_network(c, "teacher", 2, r, e);
}

static const struct grammar_form build_teacher_forms[] = {
	GRAMMAR_FORM({ .name = "NAME", .kind = GRAMMAR_TEACHER }, { .word = "load" },
		     { .name = "FILE|DIRECTORY", .kind = GRAMMAR_FILE },
		     { .word = "hash",
		       .name = "HEX",
		       .flags = GRAMMAR_ANY,
		       .help = "the hash that a recording expects" }),
	GRAMMAR_FORM(
		{ .name = "NAME", .kind = GRAMMAR_TEACHER }, { .word = "outputs" },
		{ .name = "FILE", .kind = GRAMMAR_FILE },
		{ .word = "probabilities",
		  .flags = GRAMMAR_ANY,
		  .help = "the file holds probabilities" },
		{ .word = "ids", .flags = GRAMMAR_ANY, .help = "rows are found by their id" },
		{ .name = "FILE", .kind = GRAMMAR_FILE, .flags = GRAMMAR_MORE | GRAMMAR_OPTIONAL },
		{ .word = "hash",
		  .name = "HEX",
		  .flags = GRAMMAR_ANY,
		  .help = "the hash that a recording expects" }),
	GRAMMAR_FORM({ .name = "NAME", .kind = GRAMMAR_TEACHER },
		     { .word = "cache",
		       .kind = GRAMMAR_CHOICE,
		       .choices = "auto, off, memory, disk",
		       .help = "where its outputs are cached" }),
	GRAMMAR_FORM({ .name = "NAME", .kind = GRAMMAR_TEACHER },
		     { .word = "top", .name = "K|all", .help = "logits stored for each row" }),
	GRAMMAR_FORM({ .name = "NAME", .kind = GRAMMAR_TEACHER },
		     { .word = "precision",
		       .kind = GRAMMAR_CHOICE,
		       .choices = "f32, bf16",
		       .help = "precision of its products" }),
	GRAMMAR_FORM({ .name = "NAME", .kind = GRAMMAR_TEACHER },
		     { .name = "MODEL", .kind = GRAMMAR_MODEL, .flags = GRAMMAR_REPEAT }),
	{ NULL }
};

const struct cmd cmd_build_teacher = {
	.name = "teacher",
	.form = build_teacher_forms,
	.flags = CMD_RECORD,
	.doc = "Create a teacher, load one, read one from a file of its "
	       "outputs, or set how its outputs are computed and cached.",
	.example = "teacher big mlp 256,256",
	.exec = exec_teacher,
};

static int
init_student(struct cmd_call *c, struct err *e)
{
	struct request *r = cmd_request(c, REQUEST_INIT);

	if (c->argc != 5 || strcmp(c->argv[1], "from") != 0 || strcmp(c->argv[3], "layers") != 0)
		return err_set(e,
			       "student init: `student init from TEACHER layers LAYER[,LAYER]...`");
	if (cmd_copy(r->u.init.teacher, NET_NAME, "teacher", c->argv[2], e) < 0)
		return -1;
	return cmd_copy(r->u.init.layers, NET_SPEC, "layers", c->argv[4], e);
}

static int
exec_student(struct cmd_call *c, struct err *e)
{
	struct request_net *r;

	if (strcmp(c->argv[0], "init") == 0)
		return init_student(c, e);
	r = &cmd_request(c, REQUEST_STUDENT)->u.net;
	if (strcmp(c->argv[0], "load") != 0)
		return join_spec(c, 0, r, e);
	if (c->argc < 2)
		return err_set(e, "student load: one file or directory is needed");
	return load_network(c, "student", 1, r, e);
}

static const struct grammar_form build_student_forms[] = {
	GRAMMAR_FORM({ .word = "again", .help = "a new student of the same model" }),
	GRAMMAR_FORM({ .word = "load" }, { .name = "FILE|DIRECTORY", .kind = GRAMMAR_FILE },
		     { .word = "hash",
		       .name = "HEX",
		       .flags = GRAMMAR_ANY,
		       .help = "the hash that a recording expects" }),
	GRAMMAR_FORM(
		{ .word = "init" }, { .word = "from", .name = "TEACHER", .kind = GRAMMAR_TEACHER },
		{ .word = "layers", .name = "LAYER[,LAYER]...", .help = "layers that are copied" }),
	GRAMMAR_FORM({ .name = "MODEL", .kind = GRAMMAR_MODEL, .flags = GRAMMAR_REPEAT }),
	{ NULL }
};

const struct cmd cmd_build_student = {
	.name = "student",
	.form = build_student_forms,
	.flags = CMD_RECORD,
	.doc = "Create the student, recreate it, or load one; its step is reset to 0. "
	       "With init, copy layers of a teacher into it.",
	.example = "student mlp 16",
	.exec = exec_student,
};

static int
exec_load(struct cmd_call *c, struct err *e)
{
	bool student = strcmp(c->argv[0], "s") == 0;
	struct request_net *r = &cmd_request(c, student ? REQUEST_STUDENT : REQUEST_TEACHER)->u.net;

	if (cmd_copy(r->name, sizeof r->name, "load", c->argv[0], e) < 0)
		return -1;
	return load_network(c, "load", 1, r, e);
}

static const struct grammar_form build_load_forms[] = {
	GRAMMAR_FORM({ .name = "NAME", .kind = GRAMMAR_NET },
		     { .name = "FILE|DIRECTORY", .kind = GRAMMAR_FILE },
		     { .word = "hash",
		       .name = "HEX",
		       .flags = GRAMMAR_ANY,
		       .help = "the hash that a recording expects" }),
	{ NULL }
};

const struct cmd cmd_build_load = {
	.name = "load",
	.form = build_load_forms,
	.flags = CMD_RECORD,
	.doc = "Load a checkpoint or a published model as teacher NAME, or as the student when "
	       "NAME is s.",
	.example = "save big big.safetensors",
	.exec = exec_load,
};
