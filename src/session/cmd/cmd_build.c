/* cmd_build.c: create networks: `seed`, `teacher`, `student`, `load`. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/nn/ckpt_encoding.h"
#include "retort/nn/hf/hf.h"
#include "retort/nn/hf/hf_files.h"

static int
exec_seed(struct cmd_call *c, struct err *e)
{
	(void)e;
	cmd_request(c, REQUEST_SEED)->u.seed.seed = args_number(&c->args, "N", 0);
	return 0;
}

static const struct grammar_form seed_forms[] = {
	GRAMMAR_FORM(exec_seed, { .name = "N", .kind = GRAMMAR_NUMBER }), { 0 }
};

const struct cmd cmd_build_seed = {
	.name = "seed",
	.form = seed_forms,
	.flags = CMD_RECORD,
	.doc = "Choose the seed of every random number; drops data and networks.",
	.example = "seed 42",
};

/* Store the words of a model. */
static int
store_model(struct cmd_call *c, struct request_net *r, struct err *e)
{
	struct text t = { 0 };
	int status;

	args_join(&c->args, "MODEL", &t);
	status = cmd_copy(r->spec, sizeof r->spec, "model", text_get(&t), e);
	text_release(&t);
	return status;
}

/* Set the line to record: with absolute paths of files, and the hash if the line has none. */
static void
record_hash(struct cmd_call *c, const char *name, uint64_t files, const struct hash *got,
	    const char *hash)
{
	char hex[65];

	cmd_record_files(c, name, files);
	if (!hash)
		text_addf(&c->record, " hash %s", hash_hex(got, hex));
}

/* The tokenizer files of a published model, which `save` copies, by absolute paths. */
static char *
list_files(const char *dir)
{
	char *whole = realpath(dir, NULL), *files = whole ? hf_files_list(whole) : NULL;

	free(whole);
	return files;
}

/* Load the network in FILE; `hash` is the expected hash. */
static int
load_network(struct cmd_call *c, const char *name, struct request_net *r, struct err *e)
{
	const char *hash = args_word(&c->args, "hash"), *file = args_word(&c->args, "FILE");
	char *path = io_join(c->dir, file);
	struct hash got;
	int status;

	r->head_new = args_get(&c->args, "head") != NULL;
	status = io_is_directory(path) ? hf_read(path, r->head_new, &r->ckpt, e)
				       : ckpt_read(path, &r->ckpt, e);
	if (status == 0 && ckpt_encoding_hash(r->ckpt, &got, e) < 0)
		status = err_wrap(e, "%s", path);
	if (status == 0)
		status = cmd_check_hash(path, &got, hash, e);
	snprintf(r->from, sizeof r->from, "%.60s", file);
	if (status == 0 && io_is_directory(path))
		r->files = list_files(path);
	if (status == 0 && io_is_directory(path) && ckpt_get(r->ckpt, HF_UNKNOWN_NOTE))
		text_addf(&c->message,
			  "%s: keys of config.json that are not known, and have no effect here: "
			  "%.200s",
			  file, ckpt_get(r->ckpt, HF_UNKNOWN_NOTE));
	if (status == 0)
		record_hash(c, name, args_bit(&c->args, "FILE"), &got, hash);
	mem_free(path);
	return status;
}

/* Set an option of the forward pass of a teacher: cache, top, precision. */
static int
set_option(struct cmd_call *c, struct err *e)
{
	struct request *r = cmd_request(c, REQUEST_OPTIONS);

	if (cmd_copy_arg(r->u.option.teacher, NET_NAME, c, "NAME", e) < 0 ||
	    cmd_copy(r->u.option.key, sizeof r->u.option.key, "teacher", c->argv[1], e) < 0)
		return -1;
	return cmd_copy(r->u.option.value, NET_SPEC, c->argv[1], c->argv[2], e);
}

/* The kind of numbers that the line gives; AUTO: none. -1 and an error if it gives two. */
static int
given_kind(const struct args *a, enum logit_kind *out, struct err *e)
{
	*out = LOGIT_KIND_AUTO;
	for (int k = LOGIT_KIND_LOGITS; k <= LOGIT_KIND_LOG_PROBABILITIES; k++) {
		if (!args_get(a, logit_kind_name[k]))
			continue;
		if (*out != LOGIT_KIND_AUTO)
			return err_set(e, "%s and %s exclude each other", logit_kind_name[*out],
				       logit_kind_name[k]);
		*out = (enum logit_kind)k;
	}
	return 0;
}

/* Report and record what was found by the numbers of the file. */
static void
report_kind(struct cmd_call *c, const struct logit_file *file, bool given)
{
	const char *kind = logit_kind_name[file->kind], *name = args_word(&c->args, "NAME");

	if (!given) {
		text_addf(&c->record, " %s", kind);
		text_addf(&c->message, "teacher %s: the numbers are %s", name, kind);
	}
	if (file->cut)
		text_addf(&c->message,
			  "%s%zu positions have more than %zu classes: the smallest are in the "
			  "rest of the mass",
			  given ? "" : "; ", file->cut, file->top);
}

/* Read the file of outputs and its ids; store the hash as an error if it is not the recorded one.
 */
static int
read_file(struct cmd_call *c, struct logit_file **out, struct err *e)
{
	const struct args *a = &c->args;
	const char *rows = args_word(a, "ROWS"), *classes = args_word(a, "top");
	char *path = io_join(c->dir, args_word(a, "FILE")),
	     *ids = rows ? io_join(c->dir, rows) : NULL,
	     *top = classes ? io_join(c->dir, classes) : NULL;
	struct logit_file_options o = { .recorded = args_get(a, "hash") != NULL,
					.ids = args_get(a, "ids") && !rows,
					.ids_path = ids,
					.top = top };
	int status = given_kind(a, &o.kind, e);

	if (status == 0)
		status = logit_file_read(path, &o, out, e);
	if (status == 0)
		status = cmd_check_hash(path, &(*out)->hash, args_word(a, "hash"), e);
	mem_free(top);
	mem_free(path);
	mem_free(ids);
	return status;
}

/* Create the request of a teacher called NAME. NULL and an error. */
static struct request_net *
request_teacher(struct cmd_call *c, struct err *e)
{
	struct request_net *r = &cmd_request(c, REQUEST_TEACHER)->u.net;

	return cmd_copy_arg(r->name, sizeof r->name, c, "NAME", e) < 0 ? NULL : r;
}

/* Read a teacher that is a file of outputs. Its hash is recorded, so that a replay rejects another
 * file. */
static int
read_outputs(struct cmd_call *c, struct err *e)
{
	struct request_net *r = request_teacher(c, e);
	const struct args *a = &c->args;
	enum logit_kind kind;

	if (!r)
		return -1;
	if (read_file(c, &r->file, e) < 0)
		return err_wrap(e, "teacher %.40s", c->argv[0]);
	snprintf(r->from, sizeof r->from, "%.60s", args_word(a, "FILE"));
	record_hash(c, "teacher", args_bit(a, "FILE") | args_bit(a, "ROWS") | args_bit(a, "top"),
		    &r->file->hash, args_word(a, "hash"));
	if (given_kind(a, &kind, e) == 0)
		report_kind(c, r->file, kind != LOGIT_KIND_AUTO);
	return 0;
}

static int
load_teacher(struct cmd_call *c, struct err *e)
{
	struct request_net *r = request_teacher(c, e);

	return r ? load_network(c, "teacher", r, e) : -1;
}

static int
create_teacher(struct cmd_call *c, struct err *e)
{
	struct request_net *r = request_teacher(c, e);

	return r ? store_model(c, r, e) : -1;
}

#define BUILD_FILE                                                                  \
	{                                                                           \
		.name = "FILE", .kind = GRAMMAR_FILE,                               \
		.help = "a safetensors file, or the directory of a published model" \
	}
#define BUILD_HEAD \
	GRAMMAR_ONE_OF("head", "new", "leave its head out: a new one is made for the data")
#define BUILD_TEACHER                                   \
	{                                               \
		.name = "NAME", .kind = GRAMMAR_TEACHER \
	}

static const struct grammar_form teacher_forms[] = {
	GRAMMAR_FORM(load_teacher, BUILD_TEACHER, { .word = "load" }, BUILD_FILE, BUILD_HEAD,
		     CMD_HASH),
	GRAMMAR_FORM(
		read_outputs, BUILD_TEACHER, { .word = "outputs" },
		{ .name = "FILE", .kind = GRAMMAR_FILE },
		GRAMMAR_FLAG("logits", "the file has logits"),
		GRAMMAR_FLAG("probabilities", "the file has probabilities"),
		GRAMMAR_FLAG("log-probabilities", "the file has their logarithms"),
		GRAMMAR_OPTION("top", "IDS", GRAMMAR_FILE,
			       "file of the classes that the numbers are of"),
		GRAMMAR_FLAG("ids", "rows are found by their id"),
		{ .name = "ROWS", .kind = GRAMMAR_FILE, .flags = GRAMMAR_MORE | GRAMMAR_OPTIONAL },
		CMD_HASH),
	GRAMMAR_FORM(set_option, BUILD_TEACHER,
		     { .word = "cache",
		       .kind = GRAMMAR_CHOICE,
		       .choices = "auto, off, memory, disk",
		       .help = "where its outputs are cached" }),
	GRAMMAR_FORM(set_option, BUILD_TEACHER,
		     { .word = "top", .name = "K|all", .help = "logits stored for each row" }),
	GRAMMAR_FORM(set_option, BUILD_TEACHER,
		     { .word = "precision",
		       .kind = GRAMMAR_CHOICE,
		       .choices = "f32, bf16",
		       .help = "precision of its products" }),
	GRAMMAR_FORM(create_teacher, BUILD_TEACHER,
		     { .name = "MODEL", .kind = GRAMMAR_MODEL, .flags = GRAMMAR_REPEAT }),
	{ 0 }
};

const struct cmd cmd_build_teacher = {
	.name = "teacher",
	.form = teacher_forms,
	.flags = CMD_RECORD,
	.doc = "Create a teacher, load one, read one from a file of its "
	       "outputs, or set how its outputs are computed and cached.",
	.example = "teacher big mlp 256,256",
};

static int
init_student(struct cmd_call *c, struct err *e)
{
	struct request *r = cmd_request(c, REQUEST_INIT);

	if (cmd_copy_arg(r->u.init.teacher, NET_NAME, c, "from", e) < 0)
		return -1;
	return cmd_copy_arg(r->u.init.layers, NET_SPEC, c, "layers", e);
}

static int
load_student(struct cmd_call *c, struct err *e)
{
	return load_network(c, "student", &cmd_request(c, REQUEST_STUDENT)->u.net, e);
}

static int
create_student(struct cmd_call *c, struct err *e)
{
	return store_model(c, &cmd_request(c, REQUEST_STUDENT)->u.net, e);
}

static int
recreate_student(struct cmd_call *c, struct err *e)
{
	struct request_net *r = &cmd_request(c, REQUEST_STUDENT)->u.net;

	return cmd_copy_arg(r->spec, sizeof r->spec, c, "again", e);
}

static const struct grammar_form student_forms[] = {
	GRAMMAR_FORM(recreate_student,
		     { .word = "again", .help = "a new student of the same model" }),
	GRAMMAR_FORM(load_student, { .word = "load" }, BUILD_FILE, BUILD_HEAD, CMD_HASH),
	GRAMMAR_FORM(
		init_student, { .word = "init" },
		{ .word = "from", .name = "TEACHER", .kind = GRAMMAR_TEACHER },
		{ .word = "layers", .name = "LAYER[,LAYER]...", .help = "layers that are copied" }),
	GRAMMAR_FORM(create_student,
		     { .name = "MODEL", .kind = GRAMMAR_MODEL, .flags = GRAMMAR_REPEAT }),
	{ 0 }
};

const struct cmd cmd_build_student = {
	.name = "student",
	.form = student_forms,
	.flags = CMD_RECORD,
	.doc = "Create the student, recreate it, or load one; its step is reset to 0. "
	       "With init, copy layers of a teacher into it.",
	.example = "student mlp 16",
};

static int
exec_load(struct cmd_call *c, struct err *e)
{
	bool student = strcmp(c->argv[0], "s") == 0;
	struct request_net *r = &cmd_request(c, student ? REQUEST_STUDENT : REQUEST_TEACHER)->u.net;

	if (cmd_copy(r->name, sizeof r->name, "load", c->argv[0], e) < 0)
		return -1;
	return load_network(c, "load", r, e);
}

static const struct grammar_form load_forms[] = {
	GRAMMAR_FORM(exec_load, { .name = "NAME", .kind = GRAMMAR_NET }, BUILD_FILE, BUILD_HEAD,
		     CMD_HASH),
	{ 0 }
};

const struct cmd cmd_build_load = {
	.name = "load",
	.form = load_forms,
	.flags = CMD_RECORD,
	.doc = "Load a checkpoint or a published model as teacher NAME, or as the student when "
	       "NAME is s.",
	.example = "save big big.safetensors",
};
