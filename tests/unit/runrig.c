/* runrig.c: sessions of many kinds, for tests of what a run is. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "runrig.h"

const struct runrig_scenario runrig_scenario[RUNRIG_SCENARIOS] = {
	{ "mlp, two teachers, ramps, maps with projections, ctkd",
	  { "data digits labels 100", "set batch 16", "teacher big mlp 32,32",
	    "teacher wide mlp 48", "train big epochs 1", "train wide epochs 1", "student mlp 16,12",
	    "map big:1 s:1 weight 0.5 and wide:1 s:2 weight 0.3", "loss ctkd weight 1",
	    "set mix entropy", "ramp temperature 8 1 over 20 cosine" },
	  { "set kd-weight 0.7", "map big:2 s:2 match cka weight 0.2", "undo", "freeze 1" } },
	{ "mlp, crd, teachers drawn at random, noise",
	  { "data digits labels 300", "set batch 16", "teacher big mlp 32,24",
	    "teacher wide mlp 48", "train big epochs 1", "train wide epochs 1", "student mlp 16,12",
	    "map big:2 s:2 match crd weight 0.8 and big:1 s:1 match vid", "set mix random",
	    "set noise-spread 0.5" },
	  { "teachers wide weight 3", "undo", "redo", "set lr 0.002" } },
	{ "cnn with batch norm, augmented images",
	  { "data digits image 8x8 labels 200", "set batch 16", "teacher big resnet 4,4",
	    "train big epochs 1", "student resnet 4,4", "augment shift most 1",
	    "augment mixup rate 0.5", "map big:1 s:1 match at weight 2",
	    "ramp map1 2 0.5 over 12" },
	  { "augment rotate most 10", "freeze 1", "undo", "thaw" } },
	{ "transformer with dropout, attention",
	  { "data sentences labels 100", "set batch 8",
	    "teacher big transformer layers=2 width=16 heads=2", "train big epochs 1",
	    "student transformer layers=1 width=16 heads=2 dropout=0.2",
	    "map big:block2.attention s:block1.attention weight 10", "augment mask rate 0.1" },
	  { "set temperature 2", "undo", "balance", "set clip 0.5" } },
	{ "lstm, optimizer momentum",
	  { "data sentences labels 100", "set batch 8", "set optimizer momentum", "teacher big bag",
	    "train big epochs 1", "student lstm width=8 embed=8" },
	  { "loss jsd weight 0.5", "loss jsd off", "undo", "set schedule linear" } },
	{ "mlp, remedies",
	  { "data digits labels 300", "set batch 16", "teacher big mlp 16", "train big epochs 1",
	    "student mlp 16,12", "remedy weigh train like held-out" },
	  { "remedy prior", "undo", "remedy prior by em", "remedy weigh off" } },
	{ "transformer with dropout, two teachers of texts",
	  { "data sentences labels 100", "set batch 8",
	    "teacher big transformer layers=2 width=16 heads=2", "teacher words bag",
	    "train big epochs 1", "train words epochs 1",
	    "student transformer layers=1 width=12 heads=2 dropout=0.2",
	    "map big:block1 s:block1 weight 0.5", "set mix confidence", "augment delete rate 0.1" },
	  { "teachers words weight 2", "remedy prior", "teachers words mute", "undo" } },
	{ "decoder with dropout, next tokens, largest logits of two teachers",
	  { "data sums", "set batch 4", "teacher big decoder layers=1 width=16 heads=2",
	    "teacher small decoder layers=1 width=8 heads=2", "train big epochs 1",
	    "train small epochs 1", "teacher big top 8", "teacher small top 8",
	    "student decoder layers=1 width=8 heads=2 dropout=0.1", "set eval-rows 16" },
	  { "set temperature 2", "teachers small mute", "undo", "freeze 1" } },
};

void
runrig_step(struct trainer_state *w, const struct runrig_scenario *s, struct hash *h)
{
	uint64_t at = w->run->student->state->step;

	if (at >= 14 && at <= 20 && at % 2 == 0 && s->change[(at - 14) / 2])
		steprig_apply(w, s->change[(at - 14) / 2]);
	steprig_step(w, h);
}

struct trainer_state *
runrig_open(const struct runrig_scenario *s)
{
	return runrig_open_threads(s, 2);
}

struct trainer_state *
runrig_open_threads(const struct runrig_scenario *s, int threads)
{
	struct trainer_state *w = steprig_new(threads);
	char run[32];

	for (int i = 0; s->setup[i]; i++) {
		steprig_apply(w, s->setup[i]);
		steprig_work(w);
	}
	snprintf(run, sizeof run, "run %d", RUNRIG_STEPS);
	steprig_apply(w, run);
	return w;
}

struct hash
runrig_state(const struct run *r)
{
	struct hash state = hash_of(r->student->state, r->student->state->size),
		    ramps = hash_of(&r->info.settings.knobs, sizeof r->info.settings.knobs);
	double number[4] = { (double)r->info.step, (double)r->n_undo, (double)r->n_redo,
			     (double)r->n_history };
	struct hash numbers = hash_of(number, sizeof number);

	state = hash_join(&state, &ramps);
	return hash_join(&state, &numbers);
}
