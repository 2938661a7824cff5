/* loss_main.c: `retort loss`, a program of its own because it computes in double. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/choice.h"
#include "retort/base/jsonwriter.h"
#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/kd/loss.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/kd/lossfile.h"

#ifndef RETORT_REAL_DOUBLE
#error "retort loss is linked with the library in double"
#endif

#define FAILED 1
#define USAGE 2
#define LIMIT ((size_t)1 << 32) /* bytes of a file */

static const char help[] =
	"Usage: retort loss NAME STUDENT.csv [TEACHER.csv] [OPTION]...\n"
	"  or:  retort loss --list [--json]\n"
	"Compute a loss on outputs between two files of logits, in double precision.\n"
	"\n"
	"      --labels FILE      true classes, one a line, from 0; -1 or an empty line: none\n"
	"      --set KNOB=VALUE   a knob, or an option of the loss by its short name\n"
	"      --gradient FILE    write the gradient with respect to the student's logits\n"
	"  -j, --json             print one JSON object\n"
	"  -l, --list             list the losses with formula and reference\n"
	"  -h, --help             print this\n"
	"\n"
	"Exit status: 0 done; 1 no value; 2 usage, or an error in a file.\n";

static const struct option options[] = {
	{ "labels", required_argument, NULL, 'L' },
	{ "set", required_argument, NULL, 's' },
	{ "gradient", required_argument, NULL, 'g' },
	{ "json", no_argument, NULL, 'j' },
	{ "list", no_argument, NULL, 'l' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/* What was asked for, and what was read. */
struct call {
	const char *student_path, *teacher_path, *labels_path, *gradient_path;
	bool json, list, help;
	char **set;
	int n_set;
	const struct loss *loss;
	struct knobs knobs;
	struct lossfile student, teacher;
	int32_t *label;
	double *weight, *dx, *scratch, *own[LOSS_OWN];
};

static int
fail(int status, const struct err *e)
{
	fprintf(stderr, "%s\n", e->msg);
	return status;
}

static int
usage(const char *name, const char *what)
{
	fprintf(stderr, "retort loss: %s%s%s\nTry 'retort loss --help' for more information.\n",
		name, *name ? ": " : "", what);
	return USAGE;
}

static int
find_loss(struct call *c, const char *name)
{
	const char *near = choice_nearest(name, loss_table_output_name);

	c->loss = loss_table_find(name);
	if (c->loss && !loss_on_layers(c->loss))
		return 0;
	if (c->loss)
		return usage(name, "compares layers, not outputs; --list shows those that do");
	fprintf(stderr, "retort loss: %s: no such loss; %s%s%s\n", name,
		near ? "did you mean " : "--list shows all", near ? near : "", near ? "?" : "");
	return USAGE;
}

/* "dkd takes temperature, weight, alpha, beta". */
static int
no_option(const struct call *c, const char *name, struct err *e)
{
	struct text takes = { 0 };

	text_add(&takes, "temperature");
	for (size_t i = 0; i < knob_count; i++)
		if (loss_table_of_knob(&knob_table[i]) == c->loss &&
		    !strstr(knob_table[i].name, "-temperature"))
			text_addf(&takes, ", %s", knob_table[i].name + strlen(c->loss->name) + 1);
	err_set(e, "%.40s: no option of %s, which takes %s", name, c->loss->name, text_get(&takes));
	text_release(&takes);
	return -1;
}

/* An option of the loss by its short name or as its knob, or the temperature; whatever else would
 * change nothing, unseen. */
static const struct knob *
find_knob(const struct call *c, const char *name, struct err *e)
{
	char whole[64];
	bool is_temperature = strcmp(name, "temperature") == 0;

	snprintf(whole, sizeof whole, "%s-%.40s", c->loss->name, name);
	for (size_t i = 0; i < knob_count; i++)
		if (is_temperature ? strcmp(knob_table[i].name, name) == 0
				   : loss_table_of_knob(&knob_table[i]) == c->loss &&
					     (strcmp(knob_table[i].name, whole) == 0 ||
					      strcmp(knob_table[i].name, name) == 0))
			return &knob_table[i];
	no_option(c, name, e);
	return NULL;
}

static int
set_knob(struct call *c, char *assignment)
{
	char *value = strchr(assignment, '=');
	const struct knob *k;
	struct err e;

	if (!value || value == assignment)
		return usage(assignment, "--set takes KNOB=VALUE");
	*value++ = '\0';
	k = find_knob(c, assignment, &e);
	if (!k || knob_set(&c->knobs, k, value, &e) < 0)
		return usage("", e.msg);
	if (k->offset == 0 && c->loss->temperature)
		*(double *)((char *)&c->knobs + c->loss->temperature) = c->knobs.temperature;
	return 0;
}

static int
read_logits(const char *path, struct lossfile *out)
{
	struct err e;
	char *bytes;
	size_t size;
	int status;

	if (io_read(path, LIMIT, &bytes, &size, &e) < 0)
		return fail(USAGE, &e);
	status = lossfile_parse(path, bytes, size, out, &e);
	mem_free(bytes);
	return status < 0 ? fail(USAGE, &e) : 0;
}

static int
read_labels(struct call *c)
{
	struct err e;
	char *bytes;
	size_t size;
	int status;

	if (io_read(c->labels_path, LIMIT, &bytes, &size, &e) < 0)
		return fail(USAGE, &e);
	status = lossfile_labels(c->labels_path, bytes, size, c->student.rows, c->student.columns,
				 c->label, &e);
	mem_free(bytes);
	return status < 0 ? fail(USAGE, &e) : 0;
}

static int
read_files(struct call *c)
{
	struct err e;
	int status = read_logits(c->student_path, &c->student);

	if (status == 0 && c->teacher_path)
		status = read_logits(c->teacher_path, &c->teacher);
	if (status == 0 && c->teacher_path &&
	    lossfile_match(c->student_path, &c->student, c->teacher_path, &c->teacher, &e) < 0)
		status = fail(USAGE, &e);
	if (status)
		return status;
	c->label = mem_array(c->student.rows, sizeof *c->label);
	for (size_t i = 0; i < c->student.rows; i++)
		c->label[i] = -1;
	return c->labels_path ? read_labels(c) : 0;
}

/* Numbers of the loss's own, at their start. */
static void
take_own(struct call *c, const struct loss_shape *shape)
{
	for (int i = 0; c->loss->own && c->loss->own[i].name; i++) {
		size_t dim[2] = { 1, 1 };

		c->loss->own[i].shape(shape, dim);
		c->own[i] = mem_array(dim[0] * dim[1], sizeof *c->own[i]);
	}
}

static int
take_room(struct call *c, const struct loss_shape *shape)
{
	size_t len = shape->rows * shape->width, room = LOSS_SCRATCH * len;

	if (c->loss->scratch && c->loss->scratch(shape) > room)
		room = c->loss->scratch(shape);
	c->weight = mem_array(shape->rows, sizeof *c->weight);
	c->scratch = mem_try(room, sizeof *c->scratch);
	c->dx = c->gradient_path ? mem_try(len, sizeof *c->dx) : NULL;
	if (c->scratch && (c->dx || !c->gradient_path))
		return 0;
	fprintf(stderr, "retort loss: no memory for %zu rows of %zu classes\n", shape->rows,
		shape->width);
	return FAILED;
}

/* Weights of a mean over all rows, or over those with a label. */
static void
weigh(struct call *c)
{
	bool by_label = c->loss->needs & LOSS_LABELS;
	size_t rows = 0;

	for (size_t i = 0; i < c->student.rows; i++)
		rows += !by_label || c->label[i] >= 0;
	for (size_t i = 0; i < c->student.rows; i++)
		c->weight[i] = !by_label || c->label[i] >= 0 ? 1 / (double)rows : 0;
}

static int
write_gradient(const struct call *c)
{
	size_t size;
	char *text = lossfile_text(c->dx, c->student.rows, c->student.columns, &size);
	const void *part = text;
	struct err e;
	int status = io_write(c->gradient_path, &part, &size, 1, &e);

	mem_free(text);
	return status < 0 ? fail(FAILED, &e) : 0;
}

static int
finish(const struct call *c, double value, double temperature)
{
	bool finite = isfinite(value);

	for (size_t i = 0; c->dx && i < c->student.rows * c->student.columns; i++)
		finite &= isfinite(c->dx[i]);
	if (!finite) {
		fprintf(stderr,
			"retort loss: %s: the value or its gradient is not finite: the logits are "
			"too large\n",
			c->loss->name);
		return FAILED;
	}
	if (c->gradient_path && write_gradient(c) != 0)
		return FAILED;
	if (c->json)
		printf("{\"loss\": \"%s\", \"value\": %.17g, \"rows\": %zu, \"classes\": %zu, "
		       "\"temperature\": %.17g}\n",
		       c->loss->name, value, c->student.rows, c->student.columns, temperature);
	else
		printf("%.17g\n", value);
	return 0;
}

static int
compute(struct call *c)
{
	struct loss_shape shape = { .rows = c->student.rows,
				    .width = c->student.columns,
				    .t_width = c->student.columns,
				    .positions = 1,
				    .classes = c->student.columns,
				    .data_rows = c->student.rows };
	struct loss_args a = { .rows = shape.rows,
			       .width = shape.width,
			       .t_width = shape.width,
			       .positions = 1,
			       .x = c->student.value,
			       .target = c->teacher.value,
			       .label = c->label,
			       .scale = 1,
			       .knobs = &c->knobs,
			       .shape = shape };
	double value;

	if (take_room(c, &shape) != 0)
		return FAILED;
	take_own(c, &shape);
	weigh(c);
	a.weight = c->weight;
	a.dx = c->dx;
	a.scratch = c->scratch;
	memcpy(a.own, c->own, sizeof a.own);
	a.temperature = loss_temperature(c->loss, &c->knobs);
	value = c->loss->run(&a);
	return finish(c, value, c->loss->tell ? c->loss->tell(&c->knobs, c->own) : a.temperature);
}

/* What the loss needs and was not given. */
static int
check_needs(const struct call *c)
{
	unsigned needs = c->loss->needs;

	if (needs & LOSS_LOGITS && !c->teacher_path)
		return usage(c->loss->name, "needs a teacher: give TEACHER.csv after STUDENT.csv");
	if (needs & (LOSS_LABELS | LOSS_CLASSES) && !c->labels_path)
		return usage(c->loss->name, "needs labels: give --labels FILE");
	return 0;
}

static int
take_words(struct call *c, int argc, char **argv)
{
	int status;

	if (argc < 1)
		return usage("", "the name of a loss is needed; --list shows them");
	status = find_loss(c, argv[0]);
	if (status)
		return status;
	if (argc < 2)
		return usage(argv[0], "a file of the student's logits is needed");
	if (argc > 3)
		return usage(argv[3], "one file too many");
	c->student_path = argv[1];
	c->teacher_path = argc > 2 ? argv[2] : NULL;
	knob_defaults(&c->knobs);
	for (int i = 0; i < c->n_set && status == 0; i++)
		status = set_knob(c, c->set[i]);
	return status ? status : check_needs(c);
}

static void
quote(const char *s)
{
	jsonwriter_string(&(struct jsonwriter){ stdout, false }, NULL, s);
}

static int
list(bool json)
{
	for (size_t i = 0; i < LOSS_OUTPUTS; i++) {
		const struct loss *l = loss_table[i];

		if (!json) {
			printf("%s\t%s\t%s\n", l->name, l->formula, l->reference);
			continue;
		}
		printf("{\"loss\": \"%s\", \"formula\": ", l->name);
		quote(l->formula);
		printf(", \"reference\": ");
		quote(l->reference);
		puts("}");
	}
	return 0;
}

static int
take_option(struct call *c, int option)
{
	switch (option) {
	case 'L':
		c->labels_path = optarg;
		return 0;
	case 'g':
		c->gradient_path = optarg;
		return 0;
	case 's':
		c->set[c->n_set++] = optarg;
		return 0;
	case 'j':
		c->json = true;
		return 0;
	case 'l':
		c->list = true;
		return 0;
	case 'h':
		c->help = true;
		return 0;
	default:
		fputs("Try 'retort loss --help' for more information.\n", stderr);
		return USAGE;
	}
}

static void
release(struct call *c)
{
	lossfile_release(&c->student);
	lossfile_release(&c->teacher);
	mem_free(c->label);
	mem_free(c->weight);
	mem_free(c->dx);
	mem_free(c->scratch);
	for (int i = 0; i < LOSS_OWN; i++)
		mem_free(c->own[i]);
	mem_free(c->set);
}

static int
run(struct call *c, int argc, char **argv)
{
	int status = 0, option;

	while ((option = getopt_long(argc, argv, "jlh", options, NULL)) != -1 && status == 0)
		status = take_option(c, option);
	if (status)
		return status;
	if (c->help)
		return fputs(help, stdout) < 0;
	if (c->list)
		return list(c->json);
	status = take_words(c, argc - optind, argv + optind);
	if (status == 0)
		status = read_files(c);
	return status ? status : compute(c);
}

int
main(int argc, char **argv)
{
	struct call c = { .set = mem_array((size_t)argc + 1, sizeof *c.set) };
	int status = run(&c, argc, argv);

	release(&c);
	if (fflush(stdout) != 0 && status == 0) {
		perror("retort loss: standard output");
		status = FAILED;
	}
	return status;
}
