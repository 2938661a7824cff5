/* duplicates.c: rows that are equal. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/duplicates.h"

#include <string.h>

#include "retort/base/mem.h"

/* The features or ids of a row. */
static const void *
row_at(const struct dataset *ds, size_t row, size_t *size)
{
	*size = ds->ids    ? ds->length * sizeof *ds->ids
		: ds->wide ? ds->d * sizeof *ds->wide
			   : ds->d * sizeof *ds->x;
	if (ds->ids)
		return ds->ids + row * ds->length;
	return ds->wide ? (const void *)(ds->wide + row * ds->d)
			: (const void *)(ds->x + row * ds->d);
}

/* Slot of a hash table of distinct rows. */
struct slot {
	uint32_t row; /* + 1; 0: empty */
	uint32_t tag; /* upper half of its hash: rows with the same tag are compared */
};

/* FNV-1a by words of four bytes. It starts from the hash of the file, so that a file cannot be made
 * whose rows collide. */
static uint64_t
hash_row(const struct dataset *ds, const void *bytes, size_t size)
{
	uint64_t h;
	uint32_t word;

	memcpy(&h, ds->hash.byte, sizeof h);
	for (size_t i = 0; i + sizeof word <= size; i += sizeof word) {
		memcpy(&word, (const char *)bytes + i, sizeof word);
		h = (h ^ word) * UINT64_C(1099511628211);
		h ^= h >> 29;
	}
	return h;
}

/* First row that equals row i, or i itself, which is inserted. At most two thirds of the slots are
 * used. */
static size_t
find_equal(const struct dataset *ds, struct slot *slot, size_t slots, size_t i)
{
	size_t size, at;
	const void *row = row_at(ds, i, &size);
	uint64_t h = hash_row(ds, row, size);
	uint32_t tag = (uint32_t)(h >> 32);

	for (at = h & (slots - 1); slot[at].row; at = (at + 1) & (slots - 1))
		if (slot[at].tag == tag &&
		    memcmp(row_at(ds, slot[at].row - 1, &size), row, size) == 0)
			return slot[at].row - 1;
	slot[at] = (struct slot){ (uint32_t)i + 1, tag };
	return i;
}

int
duplicates_count(const struct dataset *ds, size_t *equal, size_t *differ, struct err *e)
{
	size_t slots = 16;
	struct tmpmap *map = ds->tmpmap ? tmpmap_new(e) : NULL;
	struct slot *slot;

	*equal = *differ = 0;
	while (slots < ds->n + ds->n / 2)
		slots *= 2;
	if (ds->tmpmap)
		slot = map ? tmpmap_map(map, slots * sizeof *slot, e) : NULL;
	else
		slot = mem_array(slots, sizeof *slot);
	for (size_t i = 0; slot && i < ds->n; i++) {
		size_t first = find_equal(ds, slot, slots, i);

		*equal += first != i;
		*differ += first != i && ds->y[i] != ds->y[first];
	}
	if (!ds->tmpmap)
		mem_free(slot);
	tmpmap_free(map);
	return slot ? 0 : -1;
}
