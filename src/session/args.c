/* args.c: look up parsed arguments of a command line. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/args.h"

#include <assert.h>
#include <string.h>

#include "retort/session/grammar.h"

const struct args_value *
args_next(const struct args *a, const char *key, const struct args_value *previous)
{
	for (int i = previous ? (int)(previous - a->value) + 1 : 0; i < a->n; i++) {
		const struct grammar_item *item = a->value[i].item;
		const char *name = item->word ? item->word : item->name;

		if (name && strcmp(name, key) == 0)
			return &a->value[i];
	}
	return NULL;
}

const struct args_value *
args_get(const struct args *a, const char *key)
{
	return args_next(a, key, NULL);
}

const char *
args_word(const struct args *a, const char *key)
{
	const struct args_value *v = args_get(a, key);

	return v ? a->argv[v->at] : NULL;
}

int64_t
args_number(const struct args *a, const char *key, int64_t absent)
{
	const struct args_value *v = args_get(a, key);

	return v ? v->number : absent;
}

double
args_real(const struct args *a, const char *key, double absent)
{
	const struct args_value *v = args_get(a, key);

	return v ? v->real : absent;
}

int
args_choice(const struct args *a, const char *key, int absent)
{
	const struct args_value *v = args_get(a, key);

	return v ? v->choice : absent;
}

uint64_t
args_bit(const struct args *a, const char *key)
{
	const struct args_value *v = args_get(a, key);

	assert(!v || v->at < ARGS_BITS);
	return v ? (uint64_t)1 << v->at : 0;
}

void
args_join(const struct args *a, const char *key, struct text *out)
{
	for (const struct args_value *v = args_get(a, key); v; v = args_next(a, key, v))
		text_addf(out, "%s%s", out->len ? " " : "", a->argv[v->at]);
}

bool
args_has_kind(const struct args *a, int kind)
{
	for (int i = 0; i < a->n; i++)
		if ((int)a->value[i].item->kind == kind)
			return true;
	return false;
}
