/* chain.c: the running hash of a recording. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/chain.h"

#include <string.h>

#include "retort/base/hash.h"

static const char tag[] = " #=";

_Static_assert(sizeof tag - 1 + CHAIN_DIGITS < CHAIN_TAG + 1,
	       "a hash has more bytes than CHAIN_TAG");

/* Set the hash to that of itself and a line. */
static void
follow(struct chain *c, const char *line, size_t len)
{
	struct hash_sum sum;
	struct hash h;
	char hex[65];

	hash_begin(&sum);
	hash_add(&sum, c->hash, strlen(c->hash));
	hash_add(&sum, "\n", 1);
	hash_add(&sum, line, len);
	h = hash_end(&sum);
	memcpy(c->hash, hash_hex(&h, hex), CHAIN_DIGITS);
	c->hash[CHAIN_DIGITS] = '\0';
}

void
chain_add(struct chain *c, struct text *line)
{
	follow(c, text_get(line), line->len);
	text_addf(line, "%s%s", tag, c->hash);
}

size_t
chain_strip(const char *line, size_t len)
{
	const size_t size = sizeof tag - 1 + CHAIN_DIGITS;
	size_t end = len && line[len - 1] == '\r' ? len - 1 : len;

	if (end < size || memcmp(line + end - size, tag, sizeof tag - 1) != 0)
		return len;
	for (size_t i = end - CHAIN_DIGITS; i < end; i++)
		if (!strchr("0123456789abcdef", line[i]))
			return len;
	return end - size;
}

static bool
is_ignored(const char *line, size_t len)
{
	size_t i = 0;

	while (i < len && strchr(" \t\r", line[i]))
		i++;
	return i == len || line[i] == '#';
}

/* Compare one line; `c` follows the hash that is written. */
static void
check_line(struct chain *c, const char *line, size_t len, size_t number, struct chain_state *out)
{
	size_t plain = chain_strip(line, len);
	bool whole = false;

	if (plain == len && is_ignored(line, len))
		return;
	if (plain < len) {
		const char *written = line + plain + sizeof tag - 1;

		follow(c, line, plain);
		whole = memcmp(c->hash, written, CHAIN_DIGITS) == 0;
		memcpy(c->hash, written, CHAIN_DIGITS);
		out->hashed++;
	}
	if (whole)
		return;
	if (out->breaks < CHAIN_BREAKS)
		out->line[out->breaks] = number;
	out->breaks++;
}

void
chain_check(const char *text, struct chain_state *out)
{
	struct chain c = { "" };
	size_t number = 1;

	memset(out, 0, sizeof *out);
	for (const char *p = text, *end; (end = strchr(p, '\n')); p = end + 1)
		check_line(&c, p, (size_t)(end - p), number++, out);
	out->last = c;
	out->torn = text[0] && text[strlen(text) - 1] != '\n';
	if (out->hashed == 0)
		out->breaks = 0; /* a script by hand */
}
