/* row_equal.c: rows that are equal to one of others. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/row_equal.h"

#include "retort/base/mem.h"

/* Slot of a hash, or of the empty slot where it belongs: at most two thirds are used. */
static size_t
find_slot(const uint64_t *slot, size_t slots, uint64_t hash)
{
	size_t at = hash & (slots - 1);

	while (slot[at] && slot[at] != hash)
		at = (at + 1) & (slots - 1);
	return at;
}

int
row_equal_count(const struct dataset *ds, const uint32_t *in, size_t n_in, const uint32_t *of,
		size_t n_of, size_t *equal, struct err *e)
{
	size_t slots = 16;
	uint64_t *slot;

	*equal = 0;
	if (n_of == 0)
		return 0;
	while (slots < n_in + n_in / 2)
		slots *= 2;
	slot = mem_try(slots, sizeof *slot);
	if (!slot)
		return err_set(e, "no memory to compare %zu rows", n_in);
	for (size_t i = 0; i < n_in; i++)
		slot[find_slot(slot, slots, ds->row_hash[in[i]])] = ds->row_hash[in[i]];
	for (size_t i = 0; i < n_of; i++)
		*equal += slot[find_slot(slot, slots, ds->row_hash[of[i]])] != 0;
	mem_free(slot);
	return 0;
}
