/* model.c: descriptions of networks: parsing, printing, checking. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/model.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/choice.h"
#include "retort/base/text.h"

const char *const model_tap_name[] = { "hidden", "attention", "value", "query",
				       "key",    "scores",    NULL };

struct model_io
model_io_of(const struct dataset *ds)
{
	return (struct model_io){ .kind = ds->kind,
				  .features = ds->d,
				  .height = ds->height,
				  .width = ds->width,
				  .channels = ds->channels,
				  .length = ds->length,
				  .vocab = ds->vocab,
				  .classes = (size_t)ds->classes,
				  .next_token = ds->next_token };
}

/* Parse "256,128": widths of blocks, channels of stages. */
static int
parse_widths(char *word, struct model_spec *s, struct err *e)
{
	char *next = word;

	if (!s->kind->has_widths)
		return err_set(e, "invalid word '%.40s' (expected option=value)", word);
	while (next) {
		char *item = next, *comma = strchr(next, ',');
		int64_t n;

		next = comma ? comma + 1 : NULL;
		if (comma)
			*comma = '\0';
		if (text_to_int(item, &n) < 0 || n < 1 || n > MODEL_WIDTH)
			return err_set(
				e, "invalid width '%.40s' (expected a whole number from 1 to %d)",
				item, MODEL_WIDTH);
		if (s->n_widths == MODEL_BLOCKS)
			return err_set(e, "too many widths (expected at most %d)", MODEL_BLOCKS);
		s->width[s->n_widths++] = (size_t)n;
	}
	return 0;
}

/* Refuse an option that the kind does not have. Returns -1. */
static int
refuse_option(const struct model *m, const char *key, struct err *e)
{
	struct text names = { 0 };

	for (const struct model_option *o = m->option; o->name; o++)
		text_item(&names, "%s", o->name);
	choice_invalid(e, "option", key, text_get(&names));
	text_release(&names);
	return -1;
}

static size_t
word_len(const char *p)
{
	return strcspn(p, " ");
}

/* Choice i of a PICK and its length *len; NULL past the last. */
static const char *
choice_at(const struct model_option *o, size_t i, size_t *len)
{
	const char *p = o->choices;

	for (; i > 0 && *p; i--)
		p += word_len(p) + (p[word_len(p)] == ' ');
	*len = word_len(p);
	return *len ? p : NULL;
}

static int
parse_pick(const struct model_option *o, const char *value, double *out, struct err *e)
{
	struct text list = { 0 };
	const char *p;
	size_t len;

	for (size_t i = 0; (p = choice_at(o, i, &len)); i++) {
		if (len == strlen(value) && strncmp(p, value, len) == 0) {
			*out = (double)i;
			text_release(&list);
			return 0;
		}
		text_item(&list, "%.*s", (int)len, p);
	}
	choice_invalid(e, o->name, value, text_get(&list));
	text_release(&list);
	return -1;
}

/* Parse "1,1.5,2"; numbers are rounded to single precision, as those of a checkpoint are. */
static int
parse_list(const struct model_option *o, const char *value, float *list, double *out, struct err *e)
{
	char item[40];
	size_t n = 0;
	double x;

	for (const char *p = value; *p; n++) {
		size_t len = strcspn(p, ",");

		snprintf(item, sizeof item, "%.*s", (int)len, p);
		if (len >= sizeof item || text_to_double(item, &x) < 0 || x < o->least ||
		    x > o->most || (p[len] && !p[len + 1]))
			return err_set(e,
				       "invalid %s '%.40s' (expected numbers from %g to %g "
				       "separated by commas)",
				       o->name, value, o->least, o->most);
		if (n == MODEL_ENTRIES)
			return err_set(e, "%s: too many numbers (expected at most %d)", o->name,
				       MODEL_ENTRIES);
		list[n] = (float)x;
		p += len + (p[len] == ',');
	}
	*out = (double)n;
	return 0;
}

static int
parse_value(const struct model_option *o, const char *value, double *out, struct err *e)
{
	double x;
	int64_t n;

	if (o->type == MODEL_PICK)
		return parse_pick(o, value, out, e);
	if (o->type == MODEL_WHOLE) {
		if (text_to_int(value, &n) < 0 || (double)n < o->least || (double)n > o->most)
			return err_set(
				e, "invalid %s '%.40s' (expected a whole number from %.0f to %.0f)",
				o->name, value, o->least, o->most);
		*out = (double)n;
		return 0;
	}
	if (text_to_double(value, &x) < 0 || x < o->least || x > o->most)
		return err_set(e, "invalid %s '%.40s' (expected %g to %g)", o->name, value,
			       o->least, o->most);
	*out = x;
	return 0;
}

/* Set option i of a description. */
static int
parse_option(struct model_spec *s, int i, const char *value, struct err *e)
{
	const struct model_option *o = &s->kind->option[i];

	if (o->type == MODEL_LIST)
		return parse_list(o, value, s->list[model_list(s->kind, i)], &s->value[i], e);
	return parse_value(o, value, &s->value[i], e);
}

int
model_list(const struct model *m, int i)
{
	int row = 0;

	for (int k = 0; k < i; k++)
		row += m->option[k].type == MODEL_LIST;
	assert(row < MODEL_LISTS);
	return row;
}

int
model_option(const struct model *m, const char *name)
{
	for (int i = 0; m->option[i].name; i++)
		if (strcmp(m->option[i].name, name) == 0)
			return i;
	return -1;
}

void
model_defaults(const struct model *kind, struct model_spec *out)
{
	memset(out, 0, sizeof *out);
	out->kind = kind;
	for (int i = 0; kind->option[i].name; i++) {
		int status = parse_option(out, i, kind->option[i].initial, NULL);

		assert(status == 0 && i < MODEL_OPTIONS);
		(void)status;
	}
}

/* Return the next word of *p, NUL-terminated in place, and move *p after it; NULL at the end. */
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

static int
parse_word(char *word, struct model_spec *s, struct err *e)
{
	char *equals = strchr(word, '=');
	int i;

	if (!equals)
		return parse_widths(word, s, e);
	*equals = '\0';
	i = model_option(s->kind, word);
	return i < 0 ? refuse_option(s->kind, word, e) : parse_option(s, i, equals + 1, e);
}

int
model_parse(const struct model *kind, char *words, struct model_spec *out, struct err *e)
{
	char synopsis[MODEL_TEXT], *word;
	struct model_spec s;

	model_defaults(kind, &s);
	while ((word = next_word(&words)))
		if (parse_word(word, &s, e) < 0)
			return err_wrap(e, "%s", kind->name);
	if (kind->has_widths && s.n_widths == 0)
		return err_set(e, "%s: no width given (expected `%.300s`)", kind->name,
			       model_synopsis(kind, synopsis, sizeof synopsis));
	*out = s;
	return 0;
}

void
model_print_list(const float *list, size_t n, struct text *out)
{
	char number[32];
	double x;

	for (size_t i = 0; i < n; i++) {
		for (int digits = 6; digits <= 9; digits++) {
			snprintf(number, sizeof number, "%.*g", digits, (double)list[i]);
			if (text_to_double(number, &x) == 0 && (float)x == list[i])
				break;
		}
		text_addf(out, "%s%s", i ? "," : "", number);
	}
}

static void
print_value(struct text *t, const struct model_spec *s, int i)
{
	const struct model_option *o = &s->kind->option[i];
	char number[32];
	size_t len;
	const char *p;

	if (o->type == MODEL_LIST) {
		model_print_list(s->list[model_list(s->kind, i)], (size_t)s->value[i], t);
		return;
	}
	if (o->type == MODEL_WHOLE) {
		text_addf(t, "%.0f", s->value[i]);
		return;
	}
	if (o->type == MODEL_REAL) {
		text_add(t, text_number(number, sizeof number, s->value[i]));
		return;
	}
	p = choice_at(o, (size_t)s->value[i], &len);
	text_bytes(t, p, len);
}

const char *
model_print(const struct model_spec *s, char *buf, size_t size)
{
	struct model_spec plain;
	struct text t = { 0 };

	model_defaults(s->kind, &plain);
	text_add(&t, s->kind->name);
	for (int i = 0; i < s->n_widths; i++)
		text_addf(&t, "%s%zu", i ? "," : " ", s->width[i]);
	for (int i = 0; s->kind->option[i].name; i++)
		if (s->value[i] != plain.value[i]) {
			text_addf(&t, " %s=", s->kind->option[i].name);
			print_value(&t, s, i);
		}
	snprintf(buf, size, "%s", text_get(&t));
	text_release(&t);
	return buf;
}

const char *
model_synopsis(const struct model *m, char *buf, size_t size)
{
	struct text t = { 0 };

	text_add(&t, m->name);
	if (m->has_widths)
		text_add(&t, " WIDTH[,WIDTH]...");
	for (const struct model_option *o = m->option; o->name; o++) {
		size_t len;
		const char *p;

		text_addf(&t, " [%s=", o->name);
		if (o->type != MODEL_PICK)
			text_add(&t, o->type == MODEL_WHOLE  ? "N"
				     : o->type == MODEL_REAL ? "X"
							     : "X,X,...");
		else
			for (size_t i = 0; (p = choice_at(o, i, &len)); i++)
				text_addf(&t, "%s%.*s", i ? "|" : "", (int)len, p);
		text_add(&t, "]");
	}
	snprintf(buf, size, "%s", text_get(&t));
	text_release(&t);
	return buf;
}

static const char *const kind_of_data[] = { "numbers", "images", "tokens" };

int
model_check(const struct model_spec *s, const struct model_io *io, struct err *e)
{
	if (!(s->kind->reads & 1u << io->kind))
		return err_set(e, "%s reads %s, not %s%s", s->kind->name,
			       s->kind->reads & 1u << DATASET_TOKENS    ? "tokens"
			       : s->kind->reads & 1u << DATASET_NUMBERS ? "numbers"
									: "images",
			       kind_of_data[io->kind],
			       s->kind->reads == 1u << DATASET_IMAGE && io->kind == DATASET_NUMBERS
				       ? "; `data digits image 8x8` makes images of a table"
				       : "");
	if (io->next_token && !s->kind->predicts_next)
		return err_set(e,
			       "%s predicts a class for each row, but the labels are next tokens; "
			       "use `decoder`",
			       s->kind->name);
	return s->kind->check ? s->kind->check(s, io, e) : 0;
}

int
model_add(struct model_build *b, const struct op *op, const char *name, int n_in, const int *in,
	  const double *attr)
{
	for (int i = 0; i < n_in; i++)
		if (in[i] < 0)
			return -1;
	return graph_add(b->g, op, name, 0, n_in, in, attr, b->e);
}

struct model_layer *
model_add_layer(struct model_build *b, int node)
{
	struct model_layer *l = &b->layer[b->n_layers];

	assert(b->n_layers < MODEL_LAYERS);
	*l = (struct model_layer){ 0 };
	for (int tap = 0; tap < MODEL_TAPS; tap++)
		l->node[tap] = tap == MODEL_HIDDEN ? node : -1;
	b->n_layers++;
	return l;
}

bool
model_wanted(const struct model_build *b, enum model_tap tap)
{
	return b->wants && b->wants[b->n_layers] & 1u << tap;
}
