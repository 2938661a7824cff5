/* pair_text.c: short texts for mapped pairs of layers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/pair_text.h"

#include <stdio.h>
#include <string.h>

const char *
pair_text_weight(const struct scene *s, double w, char *buf, size_t size)
{
	if (w < 0)
		snprintf(buf, size, "%s", scene_ascii(s) ? "." : "\u00B7");
	else
		snprintf(buf, size, "%.3g", w);
	return buf;
}

const char *
pair_text_tap(enum model_tap on, char *buf, size_t size)
{
	snprintf(buf, size, "%s%.3s", on == MODEL_HIDDEN ? "" : " ",
		 on == MODEL_HIDDEN ? "" : model_tap_name[on]);
	return buf;
}

const char *
pair_text_short(const struct layer_pair *m, const char *suffix, int room, char *buf, size_t size)
{
	char *exponent;

	for (int digits = 3; digits > 0; digits--) {
		snprintf(buf, size, "%.*g%.*s%s", digits, m->weight, m->on != MODEL_HIDDEN,
			 model_tap_name[m->on], suffix);
		if ((exponent = strstr(buf, "e+0"))) /* 1e+05 as 1e5 */
			memmove(exponent + 1, exponent + 3, strlen(exponent + 3) + 1);
		if ((int)strlen(buf) <= room)
			break;
	}
	return buf;
}
