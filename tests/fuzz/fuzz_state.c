/* fuzz_state.c: the state of a run, or of a session, in the checkpoint of a student. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "retort/base/mem.h"
#include "retort/data/read/read.h"
#include "retort/lab/idle_change.h"
#include "retort/lab/phase.h"
#include "retort/lab/save.h"
#include "retort/lab/state_file.h"

static const char table[] = "a,b,label\n1,2,x\n2,1,y\n3,5,x\n5,3,y\n1,4,x\n4,1,y\n2,6,x\n6,2,y\n"
			    "7,9,x\n9,7,y\n3,8,x\n8,3,y\n";

/* Apply a request, which is freed. */
static int
apply(struct trainer_state *w, struct request *r, struct err *e)
{
	int status = request_table[r->kind].handle(w, r, e);

	request_free(r);
	return status;
}

/* A lab with a small table. */
static struct trainer_state *
open_lab(void)
{
	struct trainer_state *w = mem_new(sizeof *w);
	struct request *r = request_new(REQUEST_DATA);
	struct dataset_options o = { .task = DATASET_TASK_CLASSES };
	struct err e;

	idle_change_init(w, 1);
	r->u.data.labels = -1;
	MUST(read_bytes("t.csv", table, sizeof table - 1, &o, &r->u.data.dataset, &e) == 0);
	MUST(apply(w, r, &e) == 0);
	return w;
}

static void
close_lab(struct trainer_state *w)
{
	idle_change_release(w);
	mem_free(w);
}

static void
work(struct trainer_state *w, int steps)
{
	struct err e;

	for (int i = 0; i < steps && phase_works(w); i++) {
		phase_step(w, &e);
		w->n_samples = 0;
		w->n_notices = 0;
	}
}

/* The checkpoint of a student in the middle of a run, of a session if `whole`. */
static struct ckpt *
make_state(bool whole)
{
	struct trainer_state *w = open_lab();
	struct request *r = request_new(REQUEST_STUDENT), *run = request_new(REQUEST_RUN),
		       *save = request_new(REQUEST_SNAPSHOT);
	struct ckpt *c;
	struct err e;

	snprintf(r->u.net.spec, sizeof r->u.net.spec, "mlp 2");
	run->u.run.steps = 8;
	save->u.snapshot.state = true;
	save->u.snapshot.leave = whole;
	MUST(apply(w, r, &e) == 0 && apply(w, run, &e) == 0);
	work(w, 4);
	MUST(save_request(w, save, &e) == 0);
	c = save->u.snapshot.ckpt;
	save->u.snapshot.ckpt = NULL;
	request_free(save);
	close_lab(w);
	return c;
}

/* The tensors of `c` with a text as its state. */
static struct ckpt *
with_text(const struct ckpt *c, const char *text)
{
	struct ckpt *to = ckpt_new();

	for (size_t i = 0; i < c->n_tensors; i++)
		ckpt_add(to, c->tensor[i].name, c->tensor[i].rank, c->tensor[i].dim,
			 c->tensor[i].data);
	for (size_t i = 0; i < c->n_notes; i++)
		if (strcmp(c->note[i].key, STATE_FILE_NOTE) != 0)
			ckpt_note(to, c->note[i].key, c->note[i].value);
	ckpt_note(to, STATE_FILE_NOTE, text);
	return to;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ckpt *state[2];
	char *text = fuzz_text(data, size);
	bool whole = strstr(text, "\"whole\":true");
	struct request *r = request_new(whole ? REQUEST_CONTINUE : REQUEST_STUDENT);
	struct trainer_state *w = open_lab();
	struct err e = { .msg = "" };

	if (!state[whole])
		state[whole] = make_state(whole);
	r->u.net.ckpt = with_text(state[whole], text);
	if (apply(w, r, &e) < 0) {
		MUST(e.msg[0]);
		MUST(whole || (!w->run->student && w->n_runs == 1 && w->n_slots == 0));
	} else {
		w->info.paused = false;
		if (!whole && w->info.run->interrupted) {
			struct request *run = request_new(REQUEST_RUN);

			run->u.run.rest = true;
			apply(w, run, &e);
		}
		work(w, 20);
	}
	close_lab(w);
	free(text);
	return 0;
}
