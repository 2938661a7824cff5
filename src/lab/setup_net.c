/* setup_net.c: a network made from a spec or a checkpoint, and its description. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/setup_net.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/rng.h"
#include "retort/base/text.h"
#include "retort/data/vocabulary.h"
#include "retort/lab/leakage.h"
#include "retort/lab/setup_encoding.h"
#include "retort/nn/models/class_order.h"
#include "retort/nn/models/model_table.h"
#include "retort/nn/models/net_ckpt.h"
#include "retort/train/trainer_checkpoint.h"

/* Write a description, the start of it where it is longer. */
static void
print_spec(const struct model_spec *spec, char *buf, size_t size)
{
	char all[MODEL_TEXT];
	size_t len = strlen(model_print(spec, all, sizeof all));

	snprintf(buf, size, "%.*s%s", (int)(len < size ? len : size - 4), all,
		 len < size ? "" : "...");
}

void
setup_net_describe(struct net_info *out, const struct branch *b, const char *origin)
{
	const struct net *n = b->net;

	memset(out, 0, sizeof *out);
	snprintf(out->name, sizeof out->name, "%s", n->name);
	out->model = n->spec;
	print_spec(&n->spec, out->spec, sizeof out->spec);
	snprintf(out->origin, sizeof out->origin, "%s", origin);
	out->n_layers = n->n_layers;
	for (size_t i = 0; i < n->own; i++)
		if (!n->layout.param[i].is_state)
			out->parameters += n->layout.param[i].len;
	for (int i = 0; i < n->n_layers; i++) {
		const struct model_layer *l = &n->layer[i];
		const struct node *node = &n->graph->node[l->node[MODEL_HIDDEN]];

		net_layer_name(n, i, out->layer[i].name, sizeof out->layer[i].name);
		out->layer[i].width = tensor_width(&node->out);
		out->layer[i].last = node->out.dim[node->out.rank - 1];
		out->layer[i].is_tokens = n->io.kind == DATASET_TOKENS && node->out.rank == 3;
		out->layer[i].heads = l->heads;
		out->layer[i].kv_heads = l->kv_heads;
		out->layer[i].learns = node->op != &op_input;
	}
	out->last = out->best = out->target = NET_INFO_NO_SCORES;
	out->seen_held = b->rows.held;
	out->seen_target = b->rows.target;
}

/* Every stage starts anew: a student taught by its own last generation would else begin where that
 * one began. */
static uint64_t
seed_of(const struct trainer_state *w, int id)
{
	if (id != BRANCH_STUDENT || w->info.stage == 0)
		return w->info.seed;
	return rng_bits(rng_stream(w->info.seed, "stage", (uint64_t)w->info.stage, 0), 0);
}

/* Refuse a network that was trained with another vocabulary than the data's. */
static int
check_vocabulary(const struct trainer_state *w, const struct ckpt *c, struct err *e)
{
	const char *trained = ckpt_get(c, "vocabulary-hash");
	char hex[65];
	const char *have = vocabulary_hash(w->train.ds->tokenizer, hex);

	if (!trained || !have || strcmp(trained, have) == 0)
		return 0;
	return err_set(e,
		       "it was trained with another vocabulary (hash %.12s..., that of the data is "
		       "%.12s...): its tokens have other ids; read the data with `tokens` and its "
		       "vocabulary",
		       trained, have);
}

/*
 * Append to `note` what a loaded network has beyond the data: rows without a token, a new head. In
 * front of it: held-out rows that it was trained on.
 */
static void
describe_load(const struct trainer_state *w, const struct request_net *r, const struct branch *b,
	      const struct encoding *enc, const struct model_io *io, char *note, size_t size)
{
	const struct dataset *ds = w->train.ds;
	struct text t = { 0 };

	leakage_describe(w, b, r->ckpt, enc, &t);
	text_addf(&t, "%s%s", t.len && note[0] ? "; " : "", note);
	if (r->head_new)
		text_addf(&t, "%sa new head for %d %s", t.len ? "; " : "", ds->classes,
			  ds->next_token ? "tokens" : "classes");
	if (io->next_token && io->vocab > ds->vocab)
		text_addf(&t,
			  "%sthe embedding has %zu rows, the data %zu tokens: outputs from %zu on "
			  "are left out",
			  t.len ? "; " : "", io->vocab, ds->vocab, ds->vocab);
	text_fit(note, size, text_get(&t));
	text_release(&t);
}

/* Append to a note, which has room for it or cuts it. */
static void
add_note(char *note, size_t size, const char *more)
{
	size_t len = strlen(note);

	if (more[0])
		snprintf(note + len, size - len, "%s%s", len ? "; " : "", more);
}

/* Fill in spec, sizes and encoding of the network of a file, after checking that it fits the data;
 * `enc` is owned by the caller. */
static int
check_file(const struct trainer_state *w, const struct request_net *r, struct model_spec *spec,
	   struct model_io *io, struct encoding *enc, char *note, size_t size, struct err *e)
{
	char columns[80];

	if (r->head_new)
		net_ckpt_drop_head(r->ckpt);
	if (setup_encoding_read(w, r->ckpt, r->from, enc, columns, sizeof columns, e) < 0)
		return -1;
	if (net_ckpt_spec(r->ckpt, spec, io, e) < 0 || check_vocabulary(w, r->ckpt, e) < 0 ||
	    class_order_apply(r->ckpt, w->train.ds, note, size, e) < 0) {
		encoding_release(enc);
		return -1;
	}
	add_note(note, size, columns);
	return 0;
}

/* Fill in the parameters of a branch from the file. */
static int
load_file(const struct trainer_state *w, const struct request_net *r, const struct encoding *enc,
	  struct branch *b, char *note, size_t size, struct err *e)
{
	char scale[200];

	if (net_ckpt_load(b->net, branch_value(b), r->ckpt, e) < 0 ||
	    trainer_checkpoint_take(b, r->ckpt, e) < 0 || leakage_load(w, b, r->ckpt, e) < 0)
		return -1;
	setup_encoding_fold(w, enc, b, r->from, scale, sizeof scale);
	add_note(note, size, scale);
	trainer_checkpoint_keep_files(b, r->files);
	return 0;
}

/* The network that a description names: "again" is the last student. */
static int
take_spec(const struct trainer_state *w, const char *text, struct model_spec *spec, struct err *e)
{
	if (strcmp(text, "again") != 0)
		return model_table_parse(text, spec, e);
	*spec = w->again;
	return 0;
}

struct branch *
setup_net_make(struct trainer_state *w, struct request *request, int id, const char *name,
	       struct err *e)
{
	struct request_net *r = &request->u.net;
	struct model_io io = model_io_of(w->train.ds);
	size_t capacity = train_batch(&w->info.run->settings);
	struct encoding enc = { 0 };
	struct model_spec spec;
	struct branch *b;
	char note[REQUEST_NOTE - NET_NAME - 2] = ""; /* follows the name and ": " */

	if (r->ckpt ? check_file(w, r, &spec, &io, &enc, note, sizeof note, e) < 0
		    : take_spec(w, r->spec, &spec, e) < 0)
		return NULL;
	b = branch_new(id, name, &spec, &io, capacity, seed_of(w, id), w->train.pool, e);
	if (b && r->ckpt && load_file(w, r, &enc, b, note, sizeof note, e) < 0) {
		branch_free(b);
		b = NULL;
	}
	if (b && r->ckpt)
		describe_load(w, r, b, &enc, &io, note, sizeof note);
	encoding_release(&enc);
	if (!b)
		return NULL;
	request->notable |= note[0] != '\0';
	if (note[0])
		snprintf(request->note, sizeof request->note, "%.23s: %s", name, note);
	return b;
}

uint64_t
setup_net_order_seed(const struct trainer_state *w, const char *name)
{
	return rng_bits(rng_stream(w->info.seed, name, 0, 0), 0);
}
