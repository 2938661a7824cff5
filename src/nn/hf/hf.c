/* hf.c: conversion of model directories in the published layouts from and to checkpoints. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/hf/hf.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/data/dataset.h"
#include "retort/nn/hf/hf_config.h"
#include "retort/nn/hf/hf_files.h"
#include "retort/nn/hf/hf_tensors.h"
#include "retort/nn/models/model_table.h"

#define CONFIG_LIMIT ((size_t)1 << 20)
#define INDEX_LIMIT ((size_t)16 << 20)

int
hf_wants(const char *name, const char *type, struct err *e)
{
	if (hf_tensor_names_buffer(name))
		return 0;
	if (strcmp(type, "F32") == 0 || strcmp(type, "F16") == 0 || strcmp(type, "BF16") == 0)
		return 1;
	return err_set(e, "tensor %s: invalid type '%.20s' (expected one of F32, F16, BF16)", name,
		       type);
}

/* ---------------------------------------------------------------- conversion */

static void
note_number(struct ckpt *c, const char *key, size_t n)
{
	char buf[32];

	snprintf(buf, sizeof buf, "%zu", n);
	ckpt_note(c, key, buf);
}

/* Write the notes that net_ckpt_spec reads. */
static void
write_notes(const struct hf_model *m, struct ckpt *c)
{
	char text[MODEL_TEXT], key[40];

	ckpt_note(c, "model", model_print(&m->spec, text, sizeof text));
	note_number(c, "length", (size_t)hf_layout_get(m, "positions"));
	note_number(c, "vocabulary", m->vocab);
	note_number(c, "classes", m->classes ? m->classes : m->vocab);
	ckpt_note(c, "tells", hf_layout_predicts(m) ? "next-token" : "class");
	if (m->head_new)
		ckpt_note(c, "head", "new");
	if (m->vocabulary)
		ckpt_note(c, "vocabulary-hash", m->vocabulary);
	if (m->encoding)
		ckpt_note(c, "encoding", m->encoding);
	for (size_t i = 0; m->label && !m->head_new && i < m->classes; i++) {
		snprintf(key, sizeof key, "label.%zu", i);
		ckpt_note(c, key, m->label[i]);
	}
}

/* Copy the notes about rows that the network was trained on, "rows.filter" and others. */
static void
copy_row_notes(const struct ckpt *from, struct ckpt *to)
{
	for (size_t i = 0; i < from->n_notes; i++)
		if (strncmp(from->note[i].key, "rows.", 5) == 0)
			ckpt_note(to, from->note[i].key, from->note[i].value);
}

int
hf_parse(const char *config, size_t size, const struct ckpt *theirs, bool head_new,
	 struct ckpt **out, struct err *e)
{
	struct hf_model m;
	struct ckpt *c;
	int status;

	if (hf_config_parse(config, size, head_new, &m, e) < 0)
		return err_wrap(e, "config.json");
	c = ckpt_new();
	write_notes(&m, c);
	copy_row_notes(theirs, c);
	if (m.unknown)
		ckpt_note(c, HF_UNKNOWN_NOTE, m.unknown);
	hf_layout_normalize(&m.spec);
	status = hf_tensors_read(&m, theirs, c, e);
	hf_layout_release(&m);
	if (status < 0) {
		ckpt_free(c);
		return -1;
	}
	*out = c;
	return 0;
}

static int
note_size(const struct ckpt *c, const char *key, size_t *out, struct err *e)
{
	const char *text = ckpt_get(c, key);
	int64_t n;

	if (!text || text_to_int(text, &n) < 0 || n < 1 || n > DATASET_VOCAB)
		return err_set(e,
			       "invalid note %s '%.40s' in the file (expected a whole number from "
			       "1 to %d)",
			       key, text ? text : "", DATASET_VOCAB);
	*out = (size_t)n;
	return 0;
}

/* Read the names of classes; none where one is missing. */
static void
read_names(const struct ckpt *c, struct hf_model *m)
{
	char key[40];

	if (m->classes == 0 || m->classes > DATASET_CLASSES)
		return;
	m->label = mem_array(m->classes, sizeof *m->label);
	for (size_t i = 0; i < m->classes; i++) {
		const char *name;

		snprintf(key, sizeof key, "label.%zu", i);
		name = ckpt_get(c, key);
		if (!name) {
			hf_layout_release(m);
			return;
		}
		m->label[i] = mem_text(name);
	}
}

static int
read_notes(const struct ckpt *c, struct hf_model *m, struct err *e)
{
	const char *model = ckpt_get(c, "model"), *tells = ckpt_get(c, "tells"),
		   *length = ckpt_get(c, "length");
	size_t n;

	memset(m, 0, sizeof *m);
	if (!model)
		return err_set(e, "no model in the notes of the file");
	if (model_table_parse(model, &m->spec, e) < 0)
		return -1;
	if (model_option(m->spec.kind, "positions") >= 0 && hf_layout_get(m, "positions") < 1 &&
	    (note_size(c, "length", &n, e) < 0 || hf_layout_set(m, "positions", length, e) < 0))
		return -1;
	if (hf_layout_fit(m, e) < 0 || note_size(c, "vocabulary", &m->vocab, e) < 0)
		return -1;
	if ((!tells || strcmp(tells, "next-token") != 0) &&
	    note_size(c, "classes", &m->classes, e) < 0)
		return -1;
	read_names(c, m);
	if (ckpt_get(c, "vocabulary-hash"))
		m->vocabulary = mem_text(ckpt_get(c, "vocabulary-hash"));
	if (ckpt_get(c, "encoding"))
		m->encoding = mem_text(ckpt_get(c, "encoding"));
	return 0;
}

int
hf_print(const struct ckpt *c, struct ckpt **theirs, char **config, struct err *e)
{
	struct ckpt *out = ckpt_new();
	struct text text = { 0 };
	struct hf_model m;

	if (read_notes(c, &m, e) < 0 || hf_tensors_write(&m, c, out, e) < 0) {
		hf_layout_release(&m);
		ckpt_free(out);
		return -1;
	}
	ckpt_note(out, "format", "pt"); /* required by the transformers library */
	copy_row_notes(c, out);
	hf_config_print(&m, &text);
	hf_layout_release(&m);
	*theirs = out;
	*config = mem_text(text_get(&text));
	text_release(&text);
	return 0;
}

/* ---------------------------------------------------------------- files */

/* Move the tensors of `from` to the end of `to`, and free `from`. */
static int
move_tensors(struct ckpt *to, struct ckpt *from, struct err *e)
{
	int status = 0;

	for (size_t i = 0; i < from->n_tensors && status == 0; i++)
		if (ckpt_find(to, from->tensor[i].name))
			status = err_set(e, "tensor %s: in more than one file",
					 from->tensor[i].name);
	if (status == 0)
		copy_row_notes(from, to);
	for (size_t i = 0; i < from->n_tensors && status == 0; i++) {
		mem_grow(&to->tensor, &to->cap_tensors, to->n_tensors + 1, sizeof *to->tensor);
		to->tensor[to->n_tensors++] = from->tensor[i];
		from->tensor[i].data = NULL;
	}
	ckpt_free(from);
	return status;
}

/* Read a model in several files, listed in the index. */
static int
read_indexed(const char *dir, const char *index, struct ckpt **out, struct err *e)
{
	struct ckpt *all = NULL, *one;
	char *text, **file;
	size_t size, n;
	int status;

	if (io_read(index, INDEX_LIMIT, &text, &size, e) < 0)
		return -1;
	status = hf_config_files(text, size, &file, &n, e);
	mem_free(text);
	if (status < 0)
		return err_wrap(e, "%s", index);
	all = ckpt_new();
	for (size_t i = 0; i < n && status == 0; i++) {
		char *path = io_join(dir, file[i]);

		status = ckpt_read_some(path, hf_wants, &one, e);
		if (status == 0 && move_tensors(all, one, e) < 0)
			status = err_wrap(e, "%s", path);
		mem_free(path);
	}
	hf_config_files_free(file, n);
	if (status < 0)
		ckpt_free(all);
	else
		*out = all;
	return status;
}

static int
read_tensors(const char *dir, struct ckpt **out, struct err *e)
{
	char *whole = io_join(dir, "model.safetensors"),
	     *index = io_join(dir, "model.safetensors.index.json");
	char *pickle = io_join(dir, "pytorch_model.bin");
	int status;

	if (!io_exists(whole) && io_exists(index))
		status = read_indexed(dir, index, out, e);
	else if (!io_exists(whole) && io_exists(pickle))
		status = err_set(
			e, "%s: a pickle can run code and is not read (expected model.safetensors)",
			pickle);
	else
		status = ckpt_read_some(whole, hf_wants, out, e);
	mem_free(whole);
	mem_free(index);
	mem_free(pickle);
	return status;
}

int
hf_read(const char *dir, bool head_new, struct ckpt **out, struct err *e)
{
	char *path = io_join(dir, "config.json"), *config = NULL;
	struct ckpt *theirs = NULL;
	size_t size;
	int status = io_read(path, CONFIG_LIMIT, &config, &size, e);

	mem_free(path);
	if (status == 0)
		status = read_tensors(dir, &theirs, e);
	if (status == 0 && hf_parse(config, size, theirs, head_new, out, e) < 0)
		status = err_wrap(e, "%s", dir);
	ckpt_free(theirs);
	mem_free(config);
	return status;
}

int
hf_write(const struct ckpt *c, const char *files, const char *dir, struct err *e)
{
	char *fresh[2] = { io_join(dir, "model.safetensors.new"), io_join(dir, "config.json.new") };
	char *path[2] = { io_join(dir, "model.safetensors"), io_join(dir, "config.json") };
	struct ckpt *theirs = NULL;
	char *config = NULL;
	int status = hf_print(c, &theirs, &config, e);

	if (status == 0)
		status = io_mkdirs(dir, e);
	if (status == 0)
		status = hf_files_copy(files, dir, e);
	if (status == 0)
		status = ckpt_write(theirs, fresh[0], e);
	if (status == 0)
		status = io_write(fresh[1], (const void *[]){ config },
				  (size_t[]){ strlen(config) }, 1, e);
	for (int i = 0; i < 2; i++) {
		if (status == 0)
			status = io_rename(fresh[i], path[i], e);
		if (status < 0 && theirs)
			remove(fresh[i]);
	}
	for (int i = 0; i < 2; i++) {
		mem_free(fresh[i]);
		mem_free(path[i]);
	}
	ckpt_free(theirs);
	mem_free(config);
	return status;
}
