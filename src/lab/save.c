/* save.c: a network, or its outputs for all rows, as a checkpoint. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/save.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/data/vocabulary.h"
#include "retort/kd/teacher.h"
#include "retort/lab/leakage.h"
#include "retort/lab/setup_encoding.h"
#include "retort/lab/state_file.h"
#include "retort/nn/models/net_ckpt.h"
#include "retort/nn/predict.h"
#include "retort/train/best.h"
#include "retort/train/trainer_checkpoint.h"

#define LIMIT ((size_t)1 << 32) /* bytes of outputs, as logit_file.h reads them */

/* The data's names of what the network tells. */
static void
save_names(const struct trainer_state *w, struct ckpt *c)
{
	char key[32];

	for (int i = 0; w->train.ds->class_name && i < w->train.ds->classes; i++) {
		snprintf(key, sizeof key, "label.%d", i);
		ckpt_note(c, key, w->train.ds->class_name[i]);
	}
}

static int
add_outputs(void *arg, const struct predict_chunk *c)
{
	struct ckpt_tensor *out = arg;
	size_t width = out->len / out->dim[0];

	for (size_t i = 0; i < c->batch->rows * width; i++)
		out->data[c->at * width + i] = (float)c->logits[i];
	return 0;
}

/*
 * Compute the logits of every row of the data into `out`, as a teacher's cache does: a student that
 * learns from the file has the bits of one that learns from the network, on any processor.
 */
static int
compute_outputs(struct trainer_state *w, struct branch *b, struct ckpt_tensor *out, struct err *e)
{
	const struct dataset *ds = w->train.ds;
	const struct teacher_options options = { .cache = TEACHER_OFF };
	unsigned wants[MODEL_LAYERS] = { 0 };
	struct teacher t = { 0 };
	struct batch batch = { 0 };
	int status = teacher_open(&t, b->net, branch_value(b), ds, &w->train.inputs, wants,
				  &options, 0, false, e);

	if (status == 0)
		status = batch_init(&batch, t.chunk, ds, e);
	if (status == 0)
		predict_rows(t.net,
			     &(struct predict_rows){ .ds = ds,
						     .of = ds->n,
						     .n = ds->n,
						     .batch = &batch,
						     .chunk = t.chunk },
			     add_outputs, out);
	batch_release(&batch);
	teacher_close(&t);
	return status;
}

/* Write the logits of every row of the data, in their order, to the answer's checkpoint. */
static int
snapshot_outputs(struct trainer_state *w, struct branch *b, struct request *r, struct err *e)
{
	const struct dataset *ds = w->train.ds;
	size_t dim[3] = { ds->n }, n = 1, most = LIMIT;
	struct ckpt *c;

	if (ds->next_token)
		dim[n++] = ds->length;
	dim[n++] = (size_t)ds->classes;
	for (size_t i = 0; i < n; i++)
		most /= dim[i];
	if (most < sizeof(float))
		return err_set(e, "save: outputs: more than %zu bytes, the most that is read again",
			       LIMIT);
	c = r->u.snapshot.ckpt = ckpt_new();
	return compute_outputs(w, b, ckpt_add(c, "outputs", (int)n, dim, NULL), e);
}

/* Say in the answer which evaluation the best weights are of. */
static void
describe_best(const struct branch *b, struct request *r)
{
	snprintf(r->note, sizeof r->note, "save: best weights of %s: %s %.6g at step %llu",
		 r->u.snapshot.name[0] ? r->u.snapshot.name : "s",
		 metric_info(b->best.metric)->name, b->best.score,
		 (unsigned long long)b->best.step);
	r->notable = r->unchanged = true;
}

/* Write the network to the answer's checkpoint: as it is, with its optimizer state, or its best
 * weights alone. */
static int
snapshot_network(struct trainer_state *w, struct branch *b, struct request *r, struct err *e)
{
	bool best = r->u.snapshot.best;
	struct ckpt *c;
	char step[32], hex[65];

	if (best && !b->best.known)
		return err_set(e,
			       "save: %s has no best evaluation yet: its weights are kept from "
			       "the first evaluation of %s on",
			       r->u.snapshot.name, b->id == BRANCH_STUDENT ? "`run`" : "`train`");
	c = r->u.snapshot.ckpt = net_ckpt_of(b->net, best ? b->best.value : branch_value(b));
	snprintf(step, sizeof step, "%llu",
		 (unsigned long long)(best ? b->best.step : b->state->step));
	ckpt_note(c, "step", step);
	ckpt_note(c, "data", w->info.data_hash);
	ckpt_note(c, "blas", w->info.blas);
	if (vocabulary_hash(w->train.ds->tokenizer, hex))
		ckpt_note(c, "vocabulary-hash", hex);
	save_names(w, c);
	if (best)
		describe_best(b, r);
	else
		trainer_checkpoint_add(b, c);
	if (trainer_checkpoint_files(b))
		r->u.snapshot.files = mem_text(trainer_checkpoint_files(b));
	return leakage_save(w, b, r, e) < 0 ? -1 : setup_encoding_add(w, c, e);
}

/* Add the state; a session that is left is paused at this step. */
static int
add_state(struct trainer_state *w, struct request *r, struct err *e)
{
	if (state_file_add(w, r->u.snapshot.ckpt, r->u.snapshot.leave, e) < 0)
		return err_wrap(e, "save: state");
	if (r->u.snapshot.leave && w->info.phase != LAB_IDLE)
		w->info.paused = true;
	return 0;
}

int
save_request(struct trainer_state *w, struct request *r, struct err *e)
{
	const char *name = r->u.snapshot.name;
	bool student = !name[0] || strcmp(name, "s") == 0;
	int k = student ? -1 : lab_info_teacher(&w->info, name, e);
	struct branch *b = student ? w->run->student : k >= 0 ? w->train.teacher[k].branch : NULL;

	if (!student && k < 0)
		return err_wrap(e, "save");
	if (!student && w->info.teacher[k].is_file)
		return err_set(e, "save: %s is a file of outputs, %s", name,
			       w->info.teacher[k].origin);
	if (!b)
		return err_set(e, "save: no student yet");
	if (r->u.snapshot.state && !student)
		return err_set(e, "save: %s is a teacher, and has no state (expected s, or a run)",
			       name);
	if (r->u.snapshot.outputs)
		return snapshot_outputs(w, b, r, e);
	if (snapshot_network(w, b, r, e) < 0)
		return -1;
	return r->u.snapshot.state ? add_state(w, r, e) : 0;
}
