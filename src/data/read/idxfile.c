/* idxfile.c: IDX arrays. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/idxfile.h"

#include <math.h>
#include <string.h>

#include "retort/base/text.h"

static const struct {
	size_t bytes; /* of a number; 0: unknown type */
	const char *name;
} types[] = {
	[IDXFILE_U8] = { 1, "ubyte" },  [IDXFILE_I8] = { 1, "byte" },
	[IDXFILE_I16] = { 2, "short" }, [IDXFILE_I32] = { 4, "int" },
	[IDXFILE_F32] = { 4, "float" }, [IDXFILE_F64] = { 8, "double" },
};

bool
idxfile_is(const char *bytes, size_t size)
{
	return size >= 2 && bytes[0] == 0 && bytes[1] == 0;
}

/* Read a big-endian integer of n bytes. */
static uint64_t
read_word(const unsigned char *p, size_t n)
{
	uint64_t x = 0;

	for (size_t i = 0; i < n; i++)
		x = x << 8 | p[i];
	return x;
}

/* Append the dimensions: "60000x28x28". */
static void
add_dimensions(const struct idxfile *f, struct text *out)
{
	for (int i = 0; i < f->rank; i++)
		text_addf(out, "%s%zu", i ? "x" : "", f->dim[i]);
}

static int
check_length(const struct idxfile *f, size_t there, struct err *e)
{
	size_t bytes = types[f->type].bytes, want = bytes;
	struct text shape = { 0 };
	int status = 0;

	add_dimensions(f, &shape);
	for (int i = 0; i < f->rank && status == 0; i++) {
		if (f->dim[i] == 0)
			status =
				err_set(e, "IDX: %s numbers: the array is empty", text_get(&shape));
		else if (want > SIZE_MAX / f->dim[i])
			status =
				err_set(e, "IDX: too many numbers: %s; %zu bytes follow the header",
					text_get(&shape), there);
		else
			want *= f->dim[i];
	}
	if (status == 0 && want > there)
		status = err_set(e,
				 "IDX: truncated: %s numbers of type %s take %zu bytes, but %zu "
				 "follow the header",
				 text_get(&shape), types[f->type].name, want, there);
	if (status == 0 && want < there)
		status = err_set(
			e,
			"IDX: too long: %s numbers of type %s take %zu bytes, but %zu more follow",
			text_get(&shape), types[f->type].name, want, there - want);
	text_release(&shape);
	return status;
}

int
idxfile_parse(const char *bytes, size_t size, struct idxfile *out, struct err *e)
{
	const unsigned char *p = (const unsigned char *)bytes;
	struct idxfile f = { 0 };
	size_t header;

	if (!idxfile_is(bytes, size))
		return err_set(e, "IDX: invalid first bytes (expected two zeros)");
	if (size < 4)
		return err_set(e, "IDX: truncated: %zu bytes (expected at least 4)", size);
	if (p[2] >= sizeof types / sizeof *types || types[p[2]].bytes == 0)
		return err_set(e,
			       "IDX: type 0x%02X (expected 0x08, 0x09, 0x0B, 0x0C, 0x0D or 0x0E)",
			       (unsigned)p[2]);
	if (p[3] < 1 || p[3] > 4)
		return err_set(e, "IDX: %u dimensions (expected 1 to 4)", (unsigned)p[3]);
	f.type = (enum idxfile_type)p[2];
	f.rank = p[3];
	header = 4 + 4 * (size_t)f.rank;
	if (size < header)
		return err_set(e, "IDX: truncated: %d dimensions end at byte %zu of %zu", f.rank,
			       header, size);
	f.len = 1;
	for (int i = 0; i < f.rank; i++) {
		f.dim[i] = (size_t)read_word(p + 4 + 4 * i, 4);
		f.len *= f.dim[i]; /* has not wrapped if the check below passes */
	}
	f.data = p + header;
	if (check_length(&f, size - header, e) < 0)
		return -1;
	*out = f;
	return 0;
}

double
idxfile_at(const struct idxfile *f, size_t i)
{
	size_t n = types[f->type].bytes;
	uint64_t w = read_word(f->data + i * n, n);
	uint32_t low = (uint32_t)w;
	float single;
	double x;

	switch (f->type) {
	case IDXFILE_U8:
		return (double)low;
	case IDXFILE_I8:
		return (double)(int8_t)low;
	case IDXFILE_I16:
		return (double)(int16_t)low;
	case IDXFILE_I32:
		return (double)(int32_t)low;
	case IDXFILE_F32:
		memcpy(&single, &low, sizeof single);
		return (double)single;
	case IDXFILE_F64:
		break;
	}
	memcpy(&x, &w, sizeof x);
	return x;
}

int
idxfile_floats(const struct idxfile *f, float *out, struct err *e)
{
	if (f->type == IDXFILE_U8) { /* the common case, vectorized */
		for (size_t i = 0; i < f->len; i++)
			out[i] = (float)f->data[i];
		return 0;
	}
	for (size_t i = 0; i < f->len; i++) {
		out[i] = (float)idxfile_at(f, i);
		if (!isfinite(out[i]))
			return err_set(e, "IDX: row %zu, number %zu of it: not a finite number",
				       i / (f->len / f->dim[0]), i % (f->len / f->dim[0]));
	}
	return 0;
}
