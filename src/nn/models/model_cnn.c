/* model_cnn.c: convolutional networks: plain, LeNet, residual, and depthwise for small students. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/model.h"
#include "retort/nn/ops/op_table.h"

#include <stdio.h>
#include <string.h>

static bool
is_small(const struct model_build *b, int node, size_t least)
{
	const struct tensor *t = &b->g->node[node].out;

	return node < 0 || t->dim[1] < least || t->dim[2] < least;
}

struct conv {
	size_t channels, kernel, stride, padding, groups;
	enum act act;
	bool bare;
};

static int
add_conv(struct model_build *b, const char *block, const char *name, int at, const struct conv *c)
{
	char full[PARAM_NAME];

	snprintf(full, sizeof full, "%s%s%s", block, *name ? "." : "", name);
	return model_add(b, &op_conv, full, 1, &at,
			 (double[GRAPH_ATTRS]){ [CONV_ACT] = c->act,
						[CONV_CHANNELS] = (double)c->channels,
						[CONV_KERNEL] = (double)c->kernel,
						[CONV_STRIDE] = (double)c->stride,
						[CONV_PADDING] = (double)c->padding,
						[CONV_GROUPS] = (double)c->groups,
						[CONV_BARE] = c->bare });
}

/* Add batch norm, followed by relu unless `linear`; `residual` < 0: none. */
static int
add_norm(struct model_build *b, const char *block, const char *name, int at, int residual,
	 bool linear)
{
	char full[PARAM_NAME];

	snprintf(full, sizeof full, "%s.%s", block, name);
	return model_add(b, &op_batch_norm, full, residual >= 0 ? 2 : 1, (int[]){ at, residual },
			 (double[GRAPH_ATTRS]){ [BATCH_NORM_ACT] = linear ? ACT_NONE : ACT_RELU });
}

static int
add_pool(struct model_build *b, const char *block, int at, enum op_pool_kind kind)
{
	char full[PARAM_NAME];

	snprintf(full, sizeof full, "%s.pool", block);
	return model_add(
		b, &op_pool, full, 1, &at,
		(double[GRAPH_ATTRS]){ [POOL_KIND] = kind, [POOL_SIZE] = 2, [POOL_STRIDE] = 2 });
}

static int
add_logits(struct model_build *b, int at, bool global)
{
	if (global)
		at = model_add(b, &op_global_pool, "pool", 1, &at, NULL);
	at = model_add(
		b, &op_dense, "logits", 1, &at,
		(double[GRAPH_ATTRS]){ [DENSE_WIDTH] = (double)b->io->classes, [DENSE_FLAT] = 1 });
	model_add_layer(b, at);
	return at < 0 ? -1 : 0;
}

/* ---- cnn ---- */

enum { CNN_KERNEL, CNN_POOL, CNN_NORM, CNN_HEAD, CNN_DROPOUT };

static const struct model_option cnn_options[] = {
	[CNN_KERNEL] = { "kernel", MODEL_WHOLE, "3", 1, 15, NULL,
			 "Side of the windows; must be odd, so that a map keeps its size." },
	[CNN_POOL] = { "pool", MODEL_PICK, "max", 0, 0, "max average off",
		       "Pooling that halves the map between two blocks." },
	[CNN_NORM] = { "batch-norm", MODEL_PICK, "off", 0, 0, "off on",
		       "Batch norm between convolution and relu (Ioffe and Szegedy 2015)." },
	[CNN_HEAD] = { "head", MODEL_PICK, "flat", 0, 0, "flat global",
		       "Input of the logits: every position of the last map, or its mean." },
	[CNN_DROPOUT] = { "dropout", MODEL_REAL, "0", 0, 0.99, NULL,
			  "Dropout rate before the logits." },
	{ 0 },
};

static int
check_cnn(const struct model_spec *s, const struct model_io *io, struct err *e)
{
	(void)io;
	if ((int)s->value[CNN_KERNEL] % 2 == 0)
		return err_set(e,
			       "cnn: invalid kernel %g (expected an odd number, so that a map "
			       "keeps its size)",
			       s->value[CNN_KERNEL]);
	return 0;
}

static int
build_cnn(struct model_build *b)
{
	const double *o = b->spec->value;
	bool norm = o[CNN_NORM] != 0;
	int at = b->input;
	char name[24];

	model_add_layer(b, at);
	for (int i = 0; i < b->spec->n_widths && at >= 0; i++) {
		struct conv c = { b->spec->width[i],
				  (size_t)o[CNN_KERNEL],
				  1,
				  (size_t)o[CNN_KERNEL] / 2,
				  1,
				  norm ? ACT_NONE : ACT_RELU,
				  norm };

		snprintf(name, sizeof name, "block%d", i + 1);
		if (i > 0 && o[CNN_POOL] < 2 && !is_small(b, at, 2))
			at = add_pool(b, name, at, o[CNN_POOL] == 0 ? POOL_MAX : POOL_AVERAGE);
		at = add_conv(b, name, "conv", at, &c);
		if (norm)
			at = add_norm(b, name, "norm", at, -1, false);
		model_add_layer(b, at);
	}
	if (o[CNN_DROPOUT] > 0)
		at = model_add(b, &op_dropout, "dropout", 1, &at,
			       (double[GRAPH_ATTRS]){ o[CNN_DROPOUT] });
	return add_logits(b, at, o[CNN_HEAD] != 0);
}

const struct model model_cnn = {
	.name = "cnn",
	.doc = "A convolutional network: blocks of a convolution and relu, with the map halved "
	       "between blocks.",
	.has_widths = true,
	.reads = 1u << DATASET_IMAGE,
	.option = cnn_options,
	.check = check_cnn,
	.build = build_cnn,
};

/* ---- LeNet ---- */

enum { LENET_ACTIVATION };

static const struct model_option lenet_options[] = {
	[LENET_ACTIVATION] = { "activation", MODEL_PICK, "relu", 0, 0, "relu tanh",
			       "Activation after every layer but the last." },
	{ 0 },
};

static int
check_lenet(const struct model_spec *s, const struct model_io *io, struct err *e)
{
	(void)s;
	if (io->height < 12 || io->width < 12)
		return err_set(
			e, "lenet: images of %zu x %zu are too small (expected at least 12 x 12)",
			io->height, io->width);
	return 0;
}

static int
build_lenet(struct model_build *b)
{
	enum act act = b->spec->value[LENET_ACTIVATION] == 0 ? ACT_RELU : ACT_TANH;
	int at = b->input;

	model_add_layer(b, at);
	at = add_conv(b, "block1", "conv", at, &(struct conv){ 6, 5, 1, 2, 1, act, false });
	model_add_layer(b, at);
	at = add_pool(b, "block1", at, POOL_MAX);
	at = add_conv(b, "block2", "conv", at, &(struct conv){ 16, 5, 1, 0, 1, act, false });
	model_add_layer(b, at);
	at = add_pool(b, "block2", at, POOL_MAX);
	for (int i = 0; i < 2 && at >= 0; i++) {
		at = model_add(b, &op_dense, i == 0 ? "block3" : "block4", 1, &at,
			       (double[GRAPH_ATTRS]){ [DENSE_ACT] = act,
						      [DENSE_WIDTH] = i == 0 ? 120 : 84,
						      [DENSE_FLAT] = 1 });
		model_add_layer(b, at);
	}
	return add_logits(b, at, false);
}

const struct model model_cnn_lenet = {
	.name = "lenet",
	.doc = "LeNet-5 with max pooling: two convolutions of 6 and 16 channels, two dense layers "
	       "of 120 and 84 (LeCun et al. 1998).",
	.reads = 1u << DATASET_IMAGE,
	.option = lenet_options,
	.check = check_lenet,
	.build = build_lenet,
};

/* ---- residual and depthwise networks: stages of blocks, each at half the size of the one before
 * ---- */

enum { STAGE_BLOCKS, STAGE_RESIDUAL };

static const struct model_option stage_options[] = {
	[STAGE_BLOCKS] = { "blocks", MODEL_WHOLE, "1", 1, 16, NULL, "Blocks in each stage." },
	[STAGE_RESIDUAL] = { "residual", MODEL_PICK, "on", 0, 0, "off on",
			     "Residual connections; off to measure their effect." },
	{ 0 },
};

static int
check_stages(const struct model_spec *s, const struct model_io *io, struct err *e)
{
	(void)io;
	if (s->n_widths * (int)s->value[STAGE_BLOCKS] > MODEL_BLOCKS)
		return err_set(e, "%s: too many blocks: %d stages of %g (expected at most %d)",
			       s->kind->name, s->n_widths, s->value[STAGE_BLOCKS], MODEL_BLOCKS);
	return 0;
}

/* The shortcut of a block: its input where the shape stays, else through a 1 x 1 convolution (He et
 * al. 2016, option B). */
static int
add_shortcut(struct model_build *b, const char *name, int at, size_t channels, size_t stride)
{
	if (at < 0 || b->spec->value[STAGE_RESIDUAL] == 0)
		return -1;
	if (stride == 1 && b->g->node[at].out.dim[3] == channels)
		return at;
	at = add_conv(b, name, "shortcut", at,
		      &(struct conv){ channels, 1, stride, 0, 1, ACT_NONE, true });
	return add_norm(b, name, "shortcut.norm", at, -1, true);
}

static int
add_residual_block(struct model_build *b, const char *name, int at, size_t channels, size_t stride)
{
	int shortcut = add_shortcut(b, name, at, channels, stride);

	at = add_conv(b, name, "conv1", at,
		      &(struct conv){ channels, 3, stride, 1, 1, ACT_NONE, true });
	at = add_norm(b, name, "norm1", at, -1, false);
	at = add_conv(b, name, "conv2", at, &(struct conv){ channels, 3, 1, 1, 1, ACT_NONE, true });
	return add_norm(b, name, "norm2", at, shortcut, false);
}

/* A depthwise convolution, then a pointwise one (Howard et al. 2017). */
static int
add_depthwise_block(struct model_build *b, const char *name, int at, size_t channels, size_t stride)
{
	size_t in = at < 0 ? 1 : b->g->node[at].out.dim[3];
	int shortcut =
		stride == 1 && in == channels && b->spec->value[STAGE_RESIDUAL] != 0 ? at : -1;

	at = add_conv(b, name, "depthwise", at,
		      &(struct conv){ in, 3, stride, 1, in, ACT_NONE, true });
	at = add_norm(b, name, "norm1", at, -1, false);
	at = add_conv(b, name, "pointwise", at,
		      &(struct conv){ channels, 1, 1, 0, 1, ACT_NONE, true });
	return add_norm(b, name, "norm2", at, shortcut, false);
}

static int
build_stages(struct model_build *b, int (*add_block)(struct model_build *b, const char *name,
						     int at, size_t channels, size_t stride))
{
	const struct model_spec *s = b->spec;
	int at = b->input, k = 0;
	char name[24];

	model_add_layer(b, at);
	at = add_conv(b, "stem", "conv", at,
		      &(struct conv){ s->width[0], 3, 1, 1, 1, ACT_NONE, true });
	at = add_norm(b, "stem", "norm", at, -1, false);
	for (int stage = 0; stage < s->n_widths; stage++)
		for (int i = 0; i < (int)s->value[STAGE_BLOCKS] && at >= 0; i++) {
			snprintf(name, sizeof name, "block%d", ++k);
			at = add_block(b, name, at, s->width[stage],
				       stage > 0 && i == 0 && !is_small(b, at, 2) ? 2 : 1);
			model_add_layer(b, at);
		}
	return add_logits(b, at, true);
}

static int
build_resnet(struct model_build *b)
{
	return build_stages(b, add_residual_block);
}

static int
build_depthwise(struct model_build *b)
{
	return build_stages(b, add_depthwise_block);
}

const struct model model_cnn_resnet = {
	.name = "resnet",
	.doc = "A residual network for small images (He et al. 2016): a convolution, then stages "
	       "of two-convolution blocks with batch norm, "
	       "a stage for each width and each at half the size of the one before, then the mean "
	       "over positions.",
	.has_widths = true,
	.reads = 1u << DATASET_IMAGE,
	.option = stage_options,
	.check = check_stages,
	.build = build_resnet,
};

const struct model model_cnn_depthwise = {
	.name = "depthwise",
	.doc = "The same with depthwise separable convolutions, as in MobileNet (Howard et al. "
	       "2017): "
	       "for small students.",
	.has_widths = true,
	.reads = 1u << DATASET_IMAGE,
	.option = stage_options,
	.check = check_stages,
	.build = build_depthwise,
};
