/* layer_pair.c: which layers can be compared, by which loss, through which projection. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/train/layer_pair.h"

#include <stdio.h>

#include "retort/base/text.h"

const char *const layer_pair_through_name[] = { "", "none", "linear", "conv1x1", "shared" };

static int
refuse_tap(const struct layer_pair *m, unsigned on, struct err *e)
{
	char taps[80] = "";
	size_t len = 0;

	for (int i = 0; i < MODEL_TAPS; i++)
		if (on & 1u << i)
			len += (size_t)snprintf(taps + len, sizeof taps - len, "%s%s",
						len ? ", " : "", model_tap_name[i]);
	return err_set(e, "match %s: cannot compare %s (expected %s)", m->match->name,
		       model_tap_name[m->on], taps);
}

/* Check the layers against the needs that the loss declares. */
static int
check_loss(const struct net_info *teacher, const struct net_info *student,
	   const struct layer_pair *m, struct err *e)
{
	const struct layer_info *t = &teacher->layer[m->t_layer], *s = &student->layer[m->s_layer];
	unsigned needs = m->match->needs, on = m->match->on ? m->match->on : (1u << MODEL_TAPS) - 1;
	size_t places = t->width / t->last;

	if (needs & LOSS_MAP)
		on = 1u << MODEL_HIDDEN;
	if (!(on & 1u << m->on))
		return refuse_tap(m, on, e);
	if (needs & (LOSS_MAP | LOSS_IMAGE) && (t->is_tokens || places < 2))
		return err_set(e, "match %s: compares feature maps, but %s:%s is not one",
			       m->match->name, teacher->name, t->name);
	if (needs & LOSS_SAME && net_info_width(t, m->on) != net_info_width(s, m->on))
		return err_set(e,
			       "match %s: compares layers of equal width, but %s:%s has %zu and "
			       "s:%s has %zu",
			       m->match->name, teacher->name, t->name, net_info_width(t, m->on),
			       s->name, net_info_width(s, m->on));
	if (needs & LOSS_BEFORE && (m->t_layer == 0 || m->s_layer < 2))
		return err_set(e,
			       "match %s: needs the layer before too, but there is no trained "
			       "layer before %s:%s",
			       m->match->name, m->t_layer == 0 ? teacher->name : "s",
			       m->t_layer == 0 ? t->name : s->name);
	return 0;
}

static struct loss_shape
shape_of(const struct layer_info *t, const struct layer_info *s, const struct layer_pair *m)
{
	struct loss_shape shape = { .rows = 2,
				    .width = net_info_numbers(s, m->on),
				    .t_width = net_info_numbers(t, m->on),
				    .positions = s->width / s->last,
				    .channels = net_info_width(s, m->on),
				    .t_channels = net_info_width(t, m->on),
				    .tokens = t->is_tokens,
				    .heads = net_info_heads(s, m->on),
				    .t_heads = net_info_heads(t, m->on) };

	if (m->match->needs & LOSS_BEFORE) {
		shape.before = s[-1].width;
		shape.before_positions = s[-1].width / s[-1].last;
		shape.t_before = t[-1].width;
		shape.t_before_positions = t[-1].width / t[-1].last;
	}
	return shape;
}

int
layer_pair_agrees(const struct net_info *teacher, const struct net_info *student,
		  const struct layer_pair *m, const struct knobs *k, struct err *e)
{
	const struct layer_info *t = &teacher->layer[m->t_layer], *s = &student->layer[m->s_layer];
	struct loss_shape shape = shape_of(t, s, m);
	unsigned among_rows = LOSS_BATCH | LOSS_WIDTHS;

	if ((m->match->needs & among_rows) == among_rows && k->batch < 2)
		return err_set(e,
			       "match %s: %s:%s s:%s: compares the rows of a batch with each "
			       "other, but batch is %d (expected at least 2)",
			       m->match->name, teacher->name, t->name, s->name, (int)k->batch);
	if (!m->match->agrees || m->match->agrees(&shape, k, e) == 0)
		return 0;
	return err_wrap(e, "match %s: %s:%s s:%s", m->match->name, teacher->name, t->name, s->name);
}

/* Check the layers with the loss's own function. */
static int
check_fits(const struct net_info *teacher, const struct net_info *student,
	   const struct layer_pair *m, struct err *e)
{
	const struct layer_info *t = &teacher->layer[m->t_layer], *s = &student->layer[m->s_layer];
	struct loss_shape shape = shape_of(t, s, m);

	if (!m->match->fits || m->match->fits(&shape, e) == 0)
		return 0;
	return err_wrap(e, "match %s: %s:%s s:%s", m->match->name, teacher->name, t->name, s->name);
}

/* Check the projection that was given. */
static int
check_through(const struct net_info *teacher, const struct net_info *student,
	      const struct layer_pair *m, struct err *e)
{
	const struct layer_info *t = &teacher->layer[m->t_layer], *s = &student->layer[m->s_layer];
	const char *through = layer_pair_through_name[m->through];
	size_t width = net_info_width(s, m->on);

	if (m->through == THROUGH_NONE && m->match->needs & LOSS_PROJECT)
		return err_set(e, "through none: match %s always has a learned projection",
			       m->match->name);
	if (m->through == THROUGH_NONE && !(m->match->needs & (LOSS_MAP | LOSS_WIDTHS)) &&
	    m->t_width != width)
		return err_set(e,
			       "through none: %s:%s has width %zu, but s:%s has %zu (expected "
			       "linear or shared)",
			       teacher->name, t->name, m->t_width, s->name, width);
	if (m->through <= THROUGH_NONE)
		return 0;
	if (m->match->needs & (LOSS_MAP | LOSS_WIDTHS | LOSS_SAME))
		return err_set(e, "through %s: match %s has no projection (expected none)", through,
			       m->match->name);
	if (1u << m->on & MODEL_SQUARES)
		return err_set(e, "through %s: attention %s have no projection (expected none)",
			       through, m->on == MODEL_ATTENTION ? "maps" : "scores");
	if (m->through == THROUGH_CONV1X1 && (s->is_tokens || s->width == s->last))
		return err_set(e, "through conv1x1: s:%s is not a feature map (expected linear)",
			       s->name);
	return 0;
}

int
layer_pair_fit(const struct net_info *teacher, const struct net_info *student, struct layer_pair *m,
	       struct err *e)
{
	const struct layer_info *t = &teacher->layer[m->t_layer], *s = &student->layer[m->s_layer];
	size_t t_places = t->width / t->last, s_places = s->width / s->last;
	unsigned rows = LOSS_BATCH | LOSS_WIDTHS;
	bool as_rows = (m->match->needs & rows) == rows && !t->is_tokens &&
		       !s->is_tokens; /* padding has to be known by position */

	if (!s->learns)
		return err_set(e, "s:%s is the input and has no parameters to train", s->name);
	if (m->on != MODEL_HIDDEN && (!t->heads || !s->heads))
		return err_set(e, "%s:%s has no attention", t->heads ? "s" : teacher->name,
			       t->heads ? s->name : t->name);
	if (t_places != s_places && !as_rows)
		return err_set(e, "%s:%s has %zu position%s, but s:%s has %zu", teacher->name,
			       t->name, t_places, t_places == 1 ? "" : "s", s->name, s_places);
	if (1u << m->on & MODEL_SQUARES && t->heads != s->heads)
		return err_set(
			e,
			"%s:%s has %zu heads, but s:%s has %zu, so attention %s cannot be compared",
			teacher->name, t->name, t->heads, s->name, s->heads,
			m->on == MODEL_SCORES ? "scores" : "maps");
	if (check_loss(teacher, student, m, e) < 0)
		return -1;
	m->t_width = net_info_width(t, m->on);
	if (check_through(teacher, student, m, e) < 0)
		return -1;
	m->projected = m->through > THROUGH_NONE ||
		       (!(m->match->needs & (LOSS_MAP | LOSS_WIDTHS)) &&
			(m->match->needs & LOSS_PROJECT || m->t_width != net_info_width(s, m->on)));
	return check_fits(teacher, student, m, e);
}
