/* lab.c: names of teachers and layers in a snapshot of the lab, and which layers can be paired. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/lab.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/text.h"
#include "retort/data/sets.h"

const char *const lab_through_name[] = { "", "none", "linear", "conv1x1", "shared" };

const char *const lab_stage_name[] = { "run", "distil", "finetune", "hint", NULL };
const char *const lab_remedy_name[] = {
#define REMEDY(id) #id,
#include "retort/train/remedies.def"
	NULL,
};

_Static_assert(LAB_LAYERS <= 64, "layers are bits of a uint64_t");

const struct lab_stage *
lab_stage_at(const struct lab_info *info, uint64_t step)
{
	for (int i = info->n_stages; i-- > 0;)
		if (step > info->stages[i].from)
			return &info->stages[i];
	return NULL;
}

bool
lab_has_stages(const struct lab_info *info)
{
	for (int i = 0; i < info->n_stages; i++)
		if (info->stages[i].kind != LAB_RUN)
			return true;
	return false;
}

size_t
lab_rows(const struct lab_info *info, const double *weight, bool labelled)
{
	size_t n = 0;

	for (int i = 0; i < info->n_sets; i++)
		if (sets_train(info->set[i].role) && weight[i] > 0)
			n += labelled ? info->set[i].labelled : info->set[i].rows;
	return n;
}

void
lab_weights(const struct lab_info *info, double *weight)
{
	for (int i = 0; i < info->n_sets; i++)
		weight[i] = info->set[i].weight;
}

/* There is none of that name, or nobody learns from it. */
static int
refuse_set(const struct lab_info *info, const char *name, struct err *e)
{
	struct text names = { 0 };

	if (info->n_sets == 0)
		return err_set(e, "no data yet; `data digits` first");
	for (int i = 0; i < info->n_sets; i++) {
		if (sets_train(info->set[i].role)) {
			text_item(&names, "%s", info->set[i].name);
		} else if (strcmp(info->set[i].name, name) == 0) {
			text_release(&names);
			return err_set(e, "%s is %s: nobody learns from it", name,
				       info->set[i].role == DATASET_HELD
					       ? "held out"
					       : "what the student will meet");
		}
	}
	err_set(e, "'%.40s' is none of %.160s", name, text_get(&names));
	text_release(&names);
	return -1;
}

int
lab_set(const struct lab_info *info, const char *name, struct err *e)
{
	int found = -1;

	for (int i = 0; i < info->n_sets; i++) {
		if (!sets_train(info->set[i].role) || strcmp(info->set[i].name, name) != 0)
			continue;
		if (found >= 0)
			return err_set(e,
				       "there are several sets called %s; `as NAME` behind `data "
				       "add FILE` tells them apart",
				       name);
		found = i;
	}
	if (found < 0 && info->n_sets && strcmp(info->data, name) == 0)
		return 0;
	return found >= 0 ? found : refuse_set(info, name, e);
}

int
lab_sets(const struct lab_info *info, const char *list, unsigned *out, struct err *e)
{
	*out = 0;
	for (list += strspn(list, ","); *list; list += strspn(list, ",")) {
		size_t len = strcspn(list, ",");
		char name[64];
		int set;

		snprintf(name, sizeof name, "%.*s", (int)len, list);
		set = lab_set(info, name, e);
		if (set < 0)
			return -1;
		*out |= 1u << set;
		list += len;
	}
	return 0;
}

const char *
lab_sets_text(const struct lab_info *info, unsigned sets, char *buf, size_t size)
{
	size_t len = 0;

	buf[0] = '\0';
	for (int i = 0; i < info->n_sets && len < size; i++)
		if (sets >> i & 1)
			len += (size_t)snprintf(buf + len, size - len, "%s%s", len ? "+" : "",
						info->set[i].name);
	return buf;
}

int
lab_layers(const struct lab_net *student, const char *list, uint64_t *out, struct err *e)
{
	*out = 0;
	for (list += strspn(list, ", "); *list; list += strspn(list, ", ")) {
		size_t len = strcspn(list, ", ");
		enum model_tap on = MODEL_HIDDEN;
		char name[40];
		int layer;

		snprintf(name, sizeof name, "%.*s", (int)len, list);
		layer = lab_info_layer(student, strncmp(name, "s:", 2) == 0 ? name + 2 : name, &on,
				       e);
		if (layer < 0)
			return -1;
		if (on != MODEL_HIDDEN)
			return err_set(e, "%s: a whole layer is meant, say %s", name,
				       student->layer[layer].name);
		if (!student->layer[layer].learns)
			return err_set(e, "%s: it is the input: nothing in it learns", name);
		*out |= (uint64_t)1 << layer;
		list += len;
	}
	return 0;
}

const char *
lab_layers_text(const struct lab_net *student, uint64_t layers, char *buf, size_t size)
{
	size_t len = 0;

	snprintf(buf, size, "none");
	for (int i = 0; i < student->n_layers && len < size; i++)
		if (layers >> i & 1)
			len += (size_t)snprintf(buf + len, size - len, "%s%s", len ? ", " : "",
						student->layer[i].name);
	return buf;
}

int
lab_info_teacher(const struct lab_info *info, const char *name, struct err *e)
{
	char names[LAB_TEACHERS * (LAB_NAME + 2)] = "";
	size_t len = 0;

	for (int i = 0; i < info->n_teachers; i++) {
		if (strcmp(info->teacher[i].name, name) == 0)
			return i;
		len += (size_t)snprintf(names + len, sizeof names - len, "%s%s", i ? ", " : "",
					info->teacher[i].name);
	}
	if (info->n_teachers == 0)
		return err_set(e,
			       "%s: no such teacher; there is none yet, `teacher %s mlp 256,256` "
			       "makes one",
			       name, name);
	return err_set(e, "%s: no such teacher; there is %s", name, names);
}

/* "attention" behind the dot, if there is one. Returns the length of what stands before it, or 0.
 */
static size_t
split_tap(const char *layer, enum model_tap *on)
{
	const char *dot = strchr(layer, '.');

	for (int i = 0; dot && i < MODEL_TAPS; i++)
		if (strcmp(dot + 1, model_tap_name[i]) == 0) {
			*on = (enum model_tap)i;
			return (size_t)(dot - layer);
		}
	return dot ? 0 : strlen(layer);
}

int
lab_info_layer(const struct lab_net *net, const char *layer, enum model_tap *on, struct err *e)
{
	enum model_tap tap = *on;
	size_t len = split_tap(layer, &tap);
	char name[24];

	for (int i = 0; i < net->n_layers && len > 0; i++) {
		snprintf(name, sizeof name, i == 0 ? "input" : "block%s", net->layer[i].name);
		if ((strlen(net->layer[i].name) == len &&
		     strncmp(net->layer[i].name, layer, len) == 0) ||
		    (strlen(name) == len && strncmp(name, layer, len) == 0) ||
		    (i == 0 && len == 9 && strncmp(layer, "embedding", len) == 0)) {
			*on = tap;
			return i;
		}
	}
	return err_set(e, "%s:%s: no such layer; %s has 0..%d and logits", net->name, layer,
		       net->name, net->n_layers - 2);
}

size_t
lab_layer_width(const struct lab_layer *l, enum model_tap on)
{
	if (on == MODEL_HIDDEN)
		return l->last;
	if (on == MODEL_QUERY)
		return l->heads ? l->last : 0;
	if (on == MODEL_VALUE || on == MODEL_KEY)
		return l->heads ? l->last / l->heads * l->kv_heads : 0;
	return l->heads;
}

size_t
lab_layer_numbers(const struct lab_layer *l, enum model_tap on)
{
	size_t positions = l->width / l->last;

	return positions *
	       (1u << on & MODEL_SQUARES ? l->heads * positions : lab_layer_width(l, on));
}

size_t
lab_layer_heads(const struct lab_layer *l, enum model_tap on)
{
	return on == MODEL_HIDDEN || !l->heads        ? 1
	       : on == MODEL_VALUE || on == MODEL_KEY ? l->kv_heads
						      : l->heads;
}

static int
refuse_tap(const struct lab_map *m, unsigned on, struct err *e)
{
	char taps[80] = "";
	size_t len = 0;

	for (int i = 0; i < MODEL_TAPS; i++)
		if (on & 1u << i)
			len += (size_t)snprintf(taps + len, sizeof taps - len, "%s%s",
						len ? ", " : "", model_tap_name[i]);
	return err_set(e, "match %s: does not compare %s; it compares %s", m->match->name,
		       model_tap_name[m->on], taps);
}

/* Whether the loss can compare layers like these, by what it says of itself. */
static int
check_loss(const struct lab_net *teacher, const struct lab_net *student, const struct lab_map *m,
	   struct err *e)
{
	const struct lab_layer *t = &teacher->layer[m->t_layer], *s = &student->layer[m->s_layer];
	unsigned needs = m->match->needs, on = m->match->on ? m->match->on : (1u << MODEL_TAPS) - 1;
	size_t places = t->width / t->last;

	if (needs & LOSS_MAP)
		on = 1u << MODEL_HIDDEN;
	if (!(on & 1u << m->on))
		return refuse_tap(m, on, e);
	if (needs & (LOSS_MAP | LOSS_IMAGE) && (t->is_tokens || places < 2))
		return err_set(e, "match %s: compares feature maps, %s:%s is none", m->match->name,
			       teacher->name, t->name);
	if (needs & LOSS_SAME && lab_layer_width(t, m->on) != lab_layer_width(s, m->on))
		return err_set(e,
			       "match %s: compares layers of one width, %s:%s has %zu and s:%s %zu",
			       m->match->name, teacher->name, t->name, lab_layer_width(t, m->on),
			       s->name, lab_layer_width(s, m->on));
	if (needs & LOSS_BEFORE && (m->t_layer == 0 || m->s_layer < 2))
		return err_set(e,
			       "match %s: compares what becomes of the layer before: there is none "
			       "that learns before %s:%s",
			       m->match->name, m->t_layer == 0 ? teacher->name : "s",
			       m->t_layer == 0 ? t->name : s->name);
	return 0;
}

static struct loss_shape
shape_of(const struct lab_layer *t, const struct lab_layer *s, const struct lab_map *m)
{
	struct loss_shape shape = { .rows = 2,
				    .width = lab_layer_numbers(s, m->on),
				    .t_width = lab_layer_numbers(t, m->on),
				    .positions = s->width / s->last,
				    .channels = lab_layer_width(s, m->on),
				    .t_channels = lab_layer_width(t, m->on),
				    .tokens = t->is_tokens,
				    .heads = lab_layer_heads(s, m->on),
				    .t_heads = lab_layer_heads(t, m->on) };

	if (m->match->needs & LOSS_BEFORE) {
		shape.before = s[-1].width;
		shape.before_positions = s[-1].width / s[-1].last;
		shape.t_before = t[-1].width;
		shape.t_before_positions = t[-1].width / t[-1].last;
	}
	return shape;
}

int
lab_map_labels(const struct lab_info *info, const struct loss *l, struct err *e)
{
	if (!(l->needs & LOSS_LABELS))
		return 0;
	if (info->io.next_token)
		return err_set(
			e,
			"match %s: needs rows that have a class, and the data tells the next token",
			l->name);
	if (info->n_shown == 0)
		return err_set(e,
			       "match %s: needs labels, and the student sees none; `data ... "
			       "labels N` shows it some",
			       l->name);
	return 0;
}

int
lab_map_agrees(const struct lab_net *teacher, const struct lab_net *student,
	       const struct lab_map *m, const struct knobs *k, struct err *e)
{
	const struct lab_layer *t = &teacher->layer[m->t_layer], *s = &student->layer[m->s_layer];
	struct loss_shape shape = shape_of(t, s, m);
	unsigned among_rows = LOSS_BATCH | LOSS_WIDTHS;

	if ((m->match->needs & among_rows) == among_rows && k->batch < 2)
		return err_set(e,
			       "match %s: %s:%s s:%s: it compares the rows of a batch with each "
			       "other, and batch is %d; it takes 2 or more",
			       m->match->name, teacher->name, t->name, s->name, (int)k->batch);
	if (!m->match->agrees || m->match->agrees(&shape, k, e) == 0)
		return 0;
	return err_wrap(e, "match %s: %s:%s s:%s", m->match->name, teacher->name, t->name, s->name);
}

/* What a loss says of the pair besides. */
static int
check_fits(const struct lab_net *teacher, const struct lab_net *student, const struct lab_map *m,
	   struct err *e)
{
	const struct lab_layer *t = &teacher->layer[m->t_layer], *s = &student->layer[m->s_layer];
	struct loss_shape shape = shape_of(t, s, m);

	if (!m->match->fits || m->match->fits(&shape, e) == 0)
		return 0;
	return err_wrap(e, "match %s: %s:%s s:%s", m->match->name, teacher->name, t->name, s->name);
}

/* What stands between, where it was said: why it cannot. */
static int
check_through(const struct lab_net *teacher, const struct lab_net *student, const struct lab_map *m,
	      struct err *e)
{
	const struct lab_layer *t = &teacher->layer[m->t_layer], *s = &student->layer[m->s_layer];
	const char *through = lab_through_name[m->through];
	size_t width = lab_layer_width(s, m->on);

	if (m->through == LAB_NONE && m->match->needs & LOSS_PROJECT)
		return err_set(e,
			       "through none: match %s learns a map in between even where widths "
			       "are equal",
			       m->match->name);
	if (m->through == LAB_NONE && !(m->match->needs & (LOSS_MAP | LOSS_WIDTHS)) &&
	    m->t_width != width)
		return err_set(e,
			       "through none: %s:%s has %zu numbers, s:%s %zu; linear or shared "
			       "maps one to the other",
			       teacher->name, t->name, m->t_width, s->name, width);
	if (m->through <= LAB_NONE)
		return 0;
	if (m->match->needs & (LOSS_MAP | LOSS_WIDTHS | LOSS_SAME))
		return err_set(
			e,
			"through %s: match %s compares layers as they are; none is what it takes",
			through, m->match->name);
	if (1u << m->on & MODEL_SQUARES)
		return err_set(
			e,
			"through %s: attention %s are compared as they are; none is what they take",
			through, m->on == MODEL_ATTENTION ? "maps" : "scores");
	if (m->through == LAB_CONV1X1 && (s->is_tokens || s->width == s->last))
		return err_set(e,
			       "through conv1x1: s:%s is no feature map; linear is the same for "
			       "one position",
			       s->name);
	return 0;
}

int
lab_map_fit(const struct lab_net *teacher, const struct lab_net *student, struct lab_map *m,
	    struct err *e)
{
	const struct lab_layer *t = &teacher->layer[m->t_layer], *s = &student->layer[m->s_layer];
	size_t t_places = t->width / t->last, s_places = s->width / s->last;
	unsigned rows = LOSS_BATCH | LOSS_WIDTHS;
	bool as_rows = (m->match->needs & rows) == rows && !t->is_tokens &&
		       !s->is_tokens; /* where padding is has to be known */

	if (!s->learns)
		return err_set(e, "s:%s is the input: nothing in it can learn", s->name);
	if (m->on != MODEL_HIDDEN && (!t->heads || !s->heads))
		return err_set(e, "%s:%s has no attention", t->heads ? "s" : teacher->name,
			       t->heads ? s->name : t->name);
	if (t_places != s_places && !as_rows)
		return err_set(e, "%s:%s has %zu position%s, s:%s has %zu", teacher->name, t->name,
			       t_places, t_places == 1 ? "" : "s", s->name, s_places);
	if (1u << m->on & MODEL_SQUARES && t->heads != s->heads)
		return err_set(
			e,
			"%s:%s has %zu heads, s:%s has %zu: their attention %s cannot be compared",
			teacher->name, t->name, t->heads, s->name, s->heads,
			m->on == MODEL_SCORES ? "scores" : "maps");
	if (check_loss(teacher, student, m, e) < 0)
		return -1;
	m->t_width = lab_layer_width(t, m->on);
	if (check_through(teacher, student, m, e) < 0)
		return -1;
	m->projected =
		m->through > LAB_NONE ||
		(!(m->match->needs & (LOSS_MAP | LOSS_WIDTHS)) &&
		 (m->match->needs & LOSS_PROJECT || m->t_width != lab_layer_width(s, m->on)));
	return check_fits(teacher, student, m, e);
}
