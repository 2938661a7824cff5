/* loss_value.c: value and gradient of a loss on outputs between two files of logits, in double. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "loss_value.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/err.h"
#include "retort/base/io.h"
#include "retort/base/mem.h"

#ifndef RETORT_REAL_DOUBLE
#error "retort loss is linked with the library in double"
#endif

#define FAILED 1
#define USAGE 2
#define LIMIT ((size_t)1 << 32) /* size of a file, bytes */

/* Print an error; return the exit status. */
static int
report_failure(int status, const struct err *e)
{
	err_print("%s", e->msg);
	return status;
}

/* Read a file of logits. Return 0 or the exit status. */
static int
read_logits(const char *path, struct lossfile *out)
{
	struct err e;
	char *bytes;
	size_t size;
	int status;

	if (io_read(path, LIMIT, &bytes, &size, &e) < 0)
		return report_failure(USAGE, &e);
	status = lossfile_parse(path, bytes, size, out, &e);
	mem_free(bytes);
	return status < 0 ? report_failure(USAGE, &e) : 0;
}

/* Read the file of labels. Return 0 or the exit status. */
static int
read_labels(struct loss_value *c)
{
	struct err e;
	char *bytes;
	size_t size;
	int status;

	if (io_read(c->labels_path, LIMIT, &bytes, &size, &e) < 0)
		return report_failure(USAGE, &e);
	status = lossfile_labels(c->labels_path, bytes, size, c->student.rows, c->student.columns,
				 c->label, &e);
	mem_free(bytes);
	return status < 0 ? report_failure(USAGE, &e) : 0;
}

/* Read all files; without labels, each is -1. Return 0 or the exit status. */
static int
read_files(struct loss_value *c)
{
	struct err e;
	int status = read_logits(c->student_path, &c->student);

	if (status == 0 && c->teacher_path)
		status = read_logits(c->teacher_path, &c->teacher);
	if (status == 0 && c->teacher_path &&
	    lossfile_match(c->student_path, &c->student, c->teacher_path, &c->teacher, &e) < 0)
		status = report_failure(USAGE, &e);
	if (status)
		return status;
	c->label = mem_array(c->student.rows, sizeof *c->label);
	for (size_t i = 0; i < c->student.rows; i++)
		c->label[i] = -1;
	return c->labels_path ? read_labels(c) : 0;
}

/* Allocate the parameters of the loss, zero. */
static void
allocate_own(struct loss_value *c, const struct loss_shape *shape)
{
	for (int i = 0; c->loss->own && c->loss->own[i].name; i++) {
		size_t dim[2] = { 1, 1 };

		c->loss->own[i].shape(shape, dim);
		c->own[i] = mem_array(dim[0] * dim[1], sizeof *c->own[i]);
	}
}

/* Allocate weights, scratch and gradient. Return 0, or the exit status if they do not fit. */
static int
allocate_buffers(struct loss_value *c, const struct loss_shape *shape)
{
	size_t len = shape->rows * shape->width, room = LOSS_SCRATCH * len;

	if (c->loss->scratch && c->loss->scratch(shape) > room)
		room = c->loss->scratch(shape);
	c->weight = mem_array(shape->rows, sizeof *c->weight);
	c->scratch = mem_try(room, sizeof *c->scratch);
	c->dx = c->gradient_path ? mem_try(len, sizeof *c->dx) : NULL;
	if (c->scratch && (c->dx || !c->gradient_path))
		return 0;
	err_print("retort loss: no memory for %zu rows of %zu classes", shape->rows, shape->width);
	return FAILED;
}

/* Set the weights of the rows: a mean over all, or over those with a label. */
static void
set_weights(struct loss_value *c)
{
	bool by_label = c->loss->needs & LOSS_LABELS;
	size_t rows = 0;

	for (size_t i = 0; i < c->student.rows; i++)
		rows += !by_label || c->label[i] >= 0;
	for (size_t i = 0; i < c->student.rows; i++)
		c->weight[i] = !by_label || c->label[i] >= 0 ? 1 / (double)rows : 0;
}

/* Write the gradient as a file of logits. Return 0 or the exit status. */
static int
write_gradient(const struct loss_value *c)
{
	size_t size;
	char *text = lossfile_text(c->dx, c->student.rows, c->student.columns, &size);
	const void *part = text;
	struct err e;
	int status = io_write(c->gradient_path, &part, &size, 1, &e);

	mem_free(text);
	return status < 0 ? report_failure(FAILED, &e) : 0;
}

/* Print the value and write the gradient, if all are finite. Return the exit status. */
static int
print_value(const struct loss_value *c, double value, double temperature)
{
	bool finite = isfinite(value);

	for (size_t i = 0; c->dx && i < c->student.rows * c->student.columns; i++)
		finite &= isfinite(c->dx[i]);
	if (!finite) {
		err_print("retort loss: %s: the value or its gradient is not finite (logits too "
			  "large)",
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

/* Compute the loss on the files that were read. Return the exit status. */
static int
compute_loss(struct loss_value *c)
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

	if (allocate_buffers(c, &shape) != 0)
		return FAILED;
	allocate_own(c, &shape);
	set_weights(c);
	a.weight = c->weight;
	a.dx = c->dx;
	a.scratch = c->scratch;
	memcpy(a.own, c->own, sizeof a.own);
	a.temperature = loss_temperature(c->loss, &c->knobs);
	value = c->loss->run(&a);
	return print_value(c, value,
			   c->loss->learned ? c->loss->learned(&c->knobs, c->own) : a.temperature);
}

int
loss_value_print(struct loss_value *c)
{
	int status = read_files(c);

	return status ? status : compute_loss(c);
}

void
loss_value_release(struct loss_value *c)
{
	lossfile_release(&c->student);
	lossfile_release(&c->teacher);
	mem_free(c->label);
	mem_free(c->weight);
	mem_free(c->dx);
	mem_free(c->scratch);
	for (int i = 0; i < LOSS_OWN; i++)
		mem_free(c->own[i]);
}
