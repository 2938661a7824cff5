/* model.c: kinds of networks, and the language that describes one. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/engine/model.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/text.h"

const struct model *const model_table[] = {
#define MODEL(id) &model_##id,
#include "retort/engine/models.def"
};
const size_t model_count = sizeof model_table / sizeof model_table[0];

static const char *
kind_name(size_t i)
{
	return i < model_count ? model_table[i]->name : NULL;
}

static const struct model *
find_kind(const char *word, struct err *e)
{
	const char *near = text_nearest(word, kind_name);

	for (size_t i = 0; i < model_count; i++)
		if (strcmp(word, model_table[i]->name) == 0)
			return model_table[i];
	if (near)
		err_set(e, "model '%s' is not known; did you mean %s?", word, near);
	else
		err_set(e, "model '%s' is not known; try `%s`", word, model_table[0]->synopsis);
	return NULL;
}

/* "256,128": the width of each hidden block. */
static int
parse_widths(char *word, struct model_spec *s, struct err *e)
{
	char *next = word;

	while (next) {
		char *item = next, *comma = strchr(next, ',');
		int64_t n;

		next = comma ? comma + 1 : NULL;
		if (comma)
			*comma = '\0';
		if (text_to_int(item, &n) < 0 || n < 1 || n > MODEL_WIDTH)
			return err_set(e, "width '%s' is not a whole number in 1..%d", item, MODEL_WIDTH);
		if (s->n_blocks == MODEL_BLOCKS)
			return err_set(e, "more than %d hidden blocks", MODEL_BLOCKS);
		s->width[s->n_blocks++] = (size_t)n;
	}
	return 0;
}

static int
parse_switch(const char *key, const char *value, bool *out, struct err *e)
{
	if (strcmp(value, "on") != 0 && strcmp(value, "off") != 0)
		return err_set(e, "%s: '%s' is neither on nor off", key, value);
	*out = strcmp(value, "on") == 0;
	return 0;
}

static int
parse_option(const char *key, const char *value, struct model_spec *s, struct err *e)
{
	if (strcmp(key, "activation") == 0) {
		for (int a = ACT_RELU; act_name[a]; a++)
			if (strcmp(act_name[a], value) == 0) {
				s->act = (enum act)a;
				return 0;
			}
		return err_set(e, "activation: '%s' is none of relu, gelu, tanh", value);
	}
	if (strcmp(key, "residual") == 0)
		return parse_switch(key, value, &s->residual, e);
	if (strcmp(key, "dropout") == 0) {
		if (text_to_double(value, &s->dropout) < 0 || s->dropout < 0 || s->dropout > 0.99)
			return err_set(e, "dropout: '%s' is outside 0..0.99", value);
		return 0;
	}
	return err_set(e, "'%s' is none of activation, residual, dropout", key);
}

/* The next word of a copy of the text, NUL-terminated in place; NULL at the end. */
static char *
next_word(char **p)
{
	char *word = *p + strspn(*p, " \t");
	size_t len = strcspn(word, " \t");

	if (len == 0)
		return NULL;
	*p = word + len;
	if (**p)
		*(*p)++ = '\0';
	return word;
}

int
model_parse(const char *text, struct model_spec *out, struct err *e)
{
	struct model_spec s = { .act = ACT_RELU };
	char copy[512], *p = copy, *word, *equals;

	if (strlen(text) >= sizeof copy)
		return err_set(e, "model: longer than %zu bytes", sizeof copy - 1);
	memcpy(copy, text, strlen(text) + 1);
	word = next_word(&p);
	if (!word)
		return err_set(e, "model: none given; try `%s`", model_table[0]->synopsis);
	s.kind = find_kind(word, e);
	if (!s.kind)
		return -1;
	while ((word = next_word(&p))) {
		int status;

		equals = strchr(word, '=');
		if (equals)
			*equals = '\0';
		status = equals ? parse_option(word, equals + 1, &s, e) : parse_widths(word, &s, e);
		if (status < 0)
			return err_wrap(e, "%s", s.kind->name);
	}
	if (s.n_blocks == 0)
		return err_set(e, "%s: no width given; `%s`", s.kind->name, s.kind->synopsis);
	*out = s;
	return 0;
}

const char *
model_print(const struct model_spec *s, char *buf, size_t size)
{
	struct text t = { 0 };
	char number[32];

	text_add(&t, s->kind->name);
	for (int i = 0; i < s->n_blocks; i++)
		text_addf(&t, "%s%zu", i ? "," : " ", s->width[i]);
	if (s->act != ACT_RELU)
		text_addf(&t, " activation=%s", act_name[s->act]);
	if (s->residual)
		text_add(&t, " residual=on");
	if (s->dropout > 0)
		text_addf(&t, " dropout=%s", text_number(number, sizeof number, s->dropout));
	snprintf(buf, size, "%s", text_get(&t));
	text_release(&t);
	return buf;
}

static int
build_mlp(const struct model_spec *s, struct graph *g, int input, size_t classes, int *tap, struct err *e)
{
	int at = input, n = 0;
	char name[32];

	tap[n++] = input;
	for (int i = 0; i < s->n_blocks && at >= 0; i++) {
		size_t in = tensor_width(&g->node[at].out);
		int from = at;

		snprintf(name, sizeof name, "block%d", i + 1);
		at = graph_add(g, &op_dense, name, 0, 1, &at, (double[GRAPH_ATTRS]){ s->act, (double)s->width[i] }, e);
		if (at >= 0 && s->residual && in == s->width[i]) {
			snprintf(name, sizeof name, "block%d.sum", i + 1);
			at = graph_add(g, &op_ew_add, name, 0, 2, (int[]){ from, at }, NULL, e);
		}
		if (at >= 0 && s->dropout > 0) {
			snprintf(name, sizeof name, "block%d.dropout", i + 1);
			at = graph_add(g, &op_dropout, name, 0, 1, &at, (double[GRAPH_ATTRS]){ s->dropout }, e);
		}
		tap[n++] = at;
	}
	if (at >= 0)
		at = graph_add(g, &op_dense, "logits", 0, 1, &at, (double[GRAPH_ATTRS]){ ACT_NONE, (double)classes }, e);
	tap[n++] = at;
	return at < 0 ? -1 : n;
}

const struct model model_mlp = {
	.name = "mlp",
	.synopsis = "mlp WIDTH[,WIDTH]... [activation=relu|gelu|tanh] [residual=on|off] [dropout=P]",
	.doc = "A multilayer perceptron: a block is a dense layer and its activation; with residual=on "
	       "a block adds its input where the widths agree.",
	.build = build_mlp,
};
