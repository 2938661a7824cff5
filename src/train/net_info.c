/* net_info.c: layers of a described network by name, and the widths of their taps. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/train/net_info.h"

#include <stdio.h>
#include <string.h>

_Static_assert(MODEL_LAYERS <= 64, "layers are bits of a uint64_t");

/* Parse the tap after the dot, "attention", if there is one. Returns the length of the layer's
 * name before it; 0: unknown tap. */
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
net_info_layer(const struct net_info *net, const char *layer, enum model_tap *on, struct err *e)
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
	return err_set(e, "invalid layer '%s:%s' (expected %s:0 to %d or logits)", net->name, layer,
		       net->name, net->n_layers - 2);
}

size_t
net_info_width(const struct layer_info *l, enum model_tap on)
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
net_info_numbers(const struct layer_info *l, enum model_tap on)
{
	size_t positions = l->width / l->last;

	return positions *
	       (1u << on & MODEL_SQUARES ? l->heads * positions : net_info_width(l, on));
}

size_t
net_info_heads(const struct layer_info *l, enum model_tap on)
{
	return on == MODEL_HIDDEN || !l->heads        ? 1
	       : on == MODEL_VALUE || on == MODEL_KEY ? l->kv_heads
						      : l->heads;
}

int
net_info_layers(const struct net_info *student, const char *list, uint64_t *out, struct err *e)
{
	*out = 0;
	for (list += strspn(list, ", "); *list; list += strspn(list, ", ")) {
		size_t len = strcspn(list, ", ");
		enum model_tap on = MODEL_HIDDEN;
		char name[40];
		int layer;

		snprintf(name, sizeof name, "%.*s", (int)len, list);
		layer = net_info_layer(student, strncmp(name, "s:", 2) == 0 ? name + 2 : name, &on,
				       e);
		if (layer < 0)
			return -1;
		if (on != MODEL_HIDDEN)
			return err_set(e, "%s: a tap cannot be frozen (expected a layer: %s)", name,
				       student->layer[layer].name);
		if (!student->layer[layer].learns)
			return err_set(e, "%s: the input has no parameters", name);
		*out |= (uint64_t)1 << layer;
		list += len;
	}
	return 0;
}

const char *
net_info_layers_text(const struct net_info *student, uint64_t layers, char *buf, size_t size)
{
	size_t len = 0;

	snprintf(buf, size, "none");
	for (int i = 0; i < student->n_layers && len < size; i++)
		if (layers >> i & 1)
			len += (size_t)snprintf(buf + len, size - len, "%s%s", len ? ", " : "",
						student->layer[i].name);
	return buf;
}
