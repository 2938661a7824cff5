/* hf_layout.c: options of a model under a published layout, and which layout a network fits. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/hf/hf_layout.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/nn/hf/hf_rope.h"
#include "retort/nn/models/model_table.h"
#include "retort/nn/models/transformer.h"
#include "retort/nn/ops/rope.h"

void
hf_layout_release(struct hf_model *m)
{
	for (size_t i = 0; m->label && i < m->classes; i++)
		mem_free(m->label[i]);
	mem_free(m->label);
	mem_free(m->vocabulary);
	mem_free(m->encoding);
	mem_free(m->unknown);
	m->label = NULL;
	m->vocabulary = m->encoding = m->unknown = NULL;
}

const char *
hf_layout_names(char *buf, size_t size)
{
	struct text t = { 0 };

	for (size_t i = 0; i < hf_layout_table_count; i++)
		text_item(&t, "%s", hf_layout_table[i].name);
	snprintf(buf, size, "%s", text_get(&t));
	text_release(&t);
	return buf;
}

const char *
hf_layout_value(const struct model_spec *spec, int option, char *buf, size_t size)
{
	const struct model_option *o = &spec->kind->option[option];
	const char *p = o->choices;

	if (o->type != MODEL_PICK)
		return text_number(buf, size, spec->value[option]);
	for (int i = (int)spec->value[option]; i > 0; i--)
		p = strchr(p, ' ') + 1;
	snprintf(buf, size, "%.*s", (int)strcspn(p, " "), p);
	return buf;
}

int
hf_layout_set(struct hf_model *m, const char *option, const char *value, struct err *e)
{
	int i = model_option(m->spec.kind, option);
	struct model_spec one;
	char text[MODEL_TEXT];

	assert(i >= 0);
	snprintf(text, sizeof text, "%s %s=%s", m->spec.kind->name, option, value);
	if (model_table_parse(text, &one, e) < 0)
		return -1;
	m->spec.value[i] = one.value[i];
	if (m->spec.kind->option[i].type == MODEL_LIST)
		memcpy(m->spec.list[model_list(m->spec.kind, i)],
		       one.list[model_list(m->spec.kind, i)], sizeof *one.list);
	return 0;
}

double
hf_layout_get(const struct hf_model *m, const char *option)
{
	int i = model_option(m->spec.kind, option);

	return i < 0 ? 0 : m->spec.value[i];
}

size_t
hf_layout_size(const struct hf_model *m, char letter)
{
	size_t width = (size_t)hf_layout_get(m, "width"), kv = (size_t)hf_layout_get(m, "kv-heads");
	size_t heads = (size_t)hf_layout_get(m, "heads"), ff = (size_t)hf_layout_get(m, "ff");
	size_t head = (size_t)hf_layout_get(m, "head-width");
	size_t embed = (size_t)hf_layout_get(m, "embed");

	head = head ? head : width / heads;
	kv = kv ? kv : heads;
	ff = ff ? ff : 4 * width;
	switch (letter) {
	case 'V':
		return m->vocab;
	case 'P':
		return (size_t)(hf_layout_get(m, "positions") + hf_layout_get(m, "first-position"));
	case 'T':
		return (size_t)hf_layout_get(m, "types");
	case 'D':
		return width;
	case 'E':
		return embed ? embed : width;
	case 'Q':
		return (heads + 2 * kv) * head;
	case 'H':
		return heads * head;
	case 'K':
		return kv * head;
	case 'h':
		return head;
	case 'F':
		return ff;
	case 'G':
		return 2 * ff;
	case 'R':
		return (size_t)hf_layout_get(m, "relative");
	case 'N':
		return heads;
	default:
		assert(letter == 'C');
		return m->classes;
	}
}

const struct hf_key *
hf_layout_find(const struct hf_layout *l, const char *option)
{
	for (const struct hf_key *k = l->key; k->name; k++)
		if (k->kind <= HF_ACT && k->kind != HF_TWIN && strcmp(k->arg, option) == 0)
			return k;
	return NULL;
}

const char *
hf_layout_key(const struct hf_layout *l, char letter)
{
	static const char letters[] = "PTDQKFHhGEN";
	static const char *const option[] = { "positions", "types", "width", "width",
					      "kv-heads",  "ff",    "heads", "head-width",
					      "ff",        "embed", "heads" };
	const char *at = strchr(letters, letter);
	const struct hf_key *k = at ? hf_layout_find(l, option[at - letters]) : NULL;

	if (letter == 'V' || letter == 'C')
		return letter == 'V' ? "vocab_size" : "id2label";
	if (letter == 'R')
		return "relative_attention_num_buckets";
	return k ? k->name : hf_layout_find(l, "width")->name;
}

bool
hf_layout_predicts(const struct hf_model *m)
{
	return strcmp(m->spec.kind->name, "decoder") == 0;
}

bool
hf_layout_applies(const struct hf_model *m, const struct hf_tensor *t)
{
	size_t len = t->when ? strcspn(t->when, "!=") : 0;
	bool other = len && t->when[len] == '!';
	const char *want = len ? t->when + len + 1 + other : NULL;
	char option[40], have[40];
	int i;

	if (!len)
		return true;
	snprintf(option, sizeof option, "%.*s", (int)len, t->when);
	i = model_option(m->spec.kind, option);
	assert(i >= 0);
	return (strcmp(hf_layout_value(&m->spec, i, have, sizeof have), want) == 0) != other;
}

static bool
is_gated(const struct model_spec *spec, int option)
{
	char word[40];

	return strstr(hf_layout_value(spec, option, word, sizeof word), "glu") != NULL;
}

/* Whether the layout has a key that holds this option with others. */
static bool
has_compound(const struct hf_layout *l, const char *option)
{
	enum hf_kind kind = strncmp(option, "rope-", 5) == 0 ? HF_ROPE : HF_LAYER_TYPES;

	if (kind == HF_LAYER_TYPES && strcmp(option, "window-blocks") != 0)
		return false;
	for (const struct hf_key *k = l->key; k->name; k++)
		if (k->kind == kind || (kind == HF_ROPE && k->kind == HF_LONG_ROPE))
			return true;
	return false;
}

/* Whether the layout has this scaling of rotary positions, where it has any. */
static bool
scaling_fits(const struct hf_layout *l, const struct model_spec *spec)
{
	double scaling = spec->value[model_option(spec->kind, "rope-scaling")];

	return !hf_rope_is_long(l) || scaling == ROPE_PLAIN || scaling == ROPE_LONG;
}

/*
 * Whether option i of `spec` fits the layout, whose own description is `like`. Dropout always does:
 * it does not change the outputs of a trained network. A size for which the layout has a table must
 * not be 0; a gated feed-forward layer has names of its own.
 */
static bool
option_fits(const struct hf_layout *l, const struct model_spec *like, const struct model_spec *spec,
	    int i)
{
	const struct model_option *o = &spec->kind->option[i];
	const struct hf_key *k = hf_layout_find(l, o->name);
	double x = spec->value[i], y = like->value[i];

	if (x == y || strcmp(o->name, "dropout") == 0)
		return true;
	if (has_compound(l, o->name))
		return strcmp(o->name, "rope-scaling") != 0 || scaling_fits(l, spec);
	if (!k && strcmp(o->name, "rope-base") != 0)
		return false;
	if (strcmp(o->name, "activation") == 0)
		return is_gated(spec, i) == is_gated(like, i);
	if (k && k->kind == HF_BIAS)
		return x == BIAS_OFF || x == BIAS_ON;
	return o->type != MODEL_WHOLE || x != 0 ||
	       (k && k->kind <= HF_WINDOW && k->kind >= HF_HEAD);
}

static void
split_bias(struct model_spec *s, const char *option, double bias)
{
	int i = model_option(s->kind, option);

	if (i >= 0 && s->value[i] == 0)
		s->value[i] = bias != 0 ? BIAS_ON : BIAS_OFF;
}

void
hf_layout_normalize(struct model_spec *s)
{
	int heads = model_option(s->kind, "heads"), kv = model_option(s->kind, "kv-heads"),
	    ff = model_option(s->kind, "ff");
	int width = model_option(s->kind, "width"), bias = model_option(s->kind, "bias"),
	    head = model_option(s->kind, "head-width");

	if (heads < 0 || kv < 0)
		return;
	if (s->value[kv] == s->value[heads])
		s->value[kv] = 0;
	if (s->value[ff] == 0)
		s->value[ff] = 4 * s->value[width];
	if (s->value[head] * s->value[heads] == s->value[width])
		s->value[head] = 0;
	split_bias(s, "attention-bias", s->value[bias]);
	split_bias(s, "ff-bias", s->value[bias]);
	s->value[bias] = 1;
}

/* Append the options that do not fit, "order=pre (it has post), ..."; returns their number. */
static int
list_misfits(const struct hf_layout *l, const struct model_spec *spec, struct text *out)
{
	struct model_spec like;
	char have[40], want[40];
	int n = 0, status = model_table_parse(l->model, &like, NULL);
	int ff = model_option(spec->kind, "ff");

	assert(status == 0);
	(void)status;
	hf_layout_normalize(&like);
	like.value[ff] = spec->value[ff];
	for (int i = 0; spec->kind->option[i].name; i++)
		if (!option_fits(l, &like, spec, i))
			text_addf(out, "%s%s=%s (it has %s)", n++ ? ", " : "",
				  spec->kind->option[i].name,
				  hf_layout_value(spec, i, have, sizeof have),
				  hf_layout_value(&like, i, want, sizeof want));
	return n;
}

int
hf_layout_fit(struct hf_model *m, struct err *e)
{
	const struct hf_layout *best = NULL;
	struct text nearest = { 0 };
	char names[200];
	int least = 1000, status = 0;

	for (size_t i = 0; i < hf_layout_table_count && least > 0; i++) {
		const struct hf_layout *l = &hf_layout_table[i];
		const char *kind = m->spec.kind->name;
		struct text t = { 0 };
		int n;

		if (strncmp(l->model, kind, strlen(kind)) != 0 || l->model[strlen(kind)] != ' ')
			continue;
		if (!best)
			hf_layout_normalize(&m->spec);
		n = list_misfits(l, &m->spec, &t);
		if (n < least) {
			text_clear(&nearest);
			text_add(&nearest, text_get(&t));
			least = n;
			best = l;
		}
		text_release(&t);
	}
	m->layout = best;
	if (!best)
		status = err_set(e,
				 "%s: no published layout (expected one of %s); a plain file name "
				 "always works",
				 m->spec.kind->name, hf_layout_names(names, sizeof names));
	else if (least > 0)
		status = err_set(e,
				 "no published layout fits; the nearest, %s, differs in %s; a "
				 "plain file name always works",
				 best->name, text_get(&nearest));
	text_release(&nearest);
	return status;
}
