/* idxfile.c: IDX arrays. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/idxfile.h"

/* Types of numbers by the third byte of a file. */
static const struct {
	bool known;
	enum array_type type;
} types[] = {
	[0x08] = { true, ARRAY_U8 },  [0x09] = { true, ARRAY_I8 },  [0x0B] = { true, ARRAY_I16 },
	[0x0C] = { true, ARRAY_I32 }, [0x0D] = { true, ARRAY_F32 }, [0x0E] = { true, ARRAY_F64 },
};

bool
idxfile_is(const char *bytes, size_t size)
{
	return size >= 2 && bytes[0] == 0 && bytes[1] == 0;
}

static size_t
read_size(const unsigned char *p)
{
	return (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
}

int
idxfile_parse(const char *bytes, size_t size, struct array *out, struct err *e)
{
	const unsigned char *p = (const unsigned char *)bytes;
	struct array a = { .big = true };
	size_t header;

	if (!idxfile_is(bytes, size))
		return err_set(e, "IDX: invalid first bytes (expected two zeros)");
	if (size < 4)
		return err_set(e, "IDX: truncated: %zu bytes (expected at least 4)", size);
	if (p[2] >= sizeof types / sizeof *types || !types[p[2]].known)
		return err_set(e,
			       "IDX: type 0x%02X (expected 0x08, 0x09, 0x0B, 0x0C, 0x0D or 0x0E)",
			       (unsigned)p[2]);
	if (p[3] < 1 || p[3] > ARRAY_DIMS)
		return err_set(e, "IDX: %u dimensions (expected 1 to %d)", (unsigned)p[3],
			       ARRAY_DIMS);
	a.type = types[p[2]].type;
	a.width = array_type_width(a.type);
	a.rank = p[3];
	header = 4 + 4 * (size_t)a.rank;
	if (size < header)
		return err_set(e, "IDX: truncated: %d dimensions end at byte %zu of %zu", a.rank,
			       header, size);
	for (int i = 0; i < a.rank; i++)
		a.dim[i] = read_size(p + 4 + 4 * i);
	a.data = p + header;
	if (array_check(&a, size - header, e) < 0)
		return err_wrap(e, "IDX");
	*out = a;
	return 0;
}
