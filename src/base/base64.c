/* base64.c: base64 through Nettle. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/base64.h"

#include <nettle/base64.h>

size_t
base64_length(size_t size)
{
	return (size + 2) / 3 * 4;
}

size_t
base64_size(const char *s, size_t len)
{
	size_t padding = 0;

	while (padding < 2 && padding < len && s[len - 1 - padding] == '=')
		padding++;
	return len / 4 * 3 - (len >= 4 ? padding : 0);
}

void
base64_encode(const void *bytes, size_t size, struct text *out)
{
	const uint8_t *from = bytes;
	char chunk[BASE64_ENCODE_RAW_LENGTH(768)];

	for (size_t at = 0; at < size; at += 768) {
		size_t n = size - at < 768 ? size - at : 768;

		base64_encode_raw(chunk, n, from + at);
		text_bytes(out, chunk, base64_length(n));
	}
}

int
base64_decode(const char *s, size_t len, uint8_t *bytes, size_t size)
{
	struct base64_decode_ctx c;
	uint8_t buffer[BASE64_DECODE_LENGTH(1024)];
	size_t at = 0;

	if (len != base64_length(size))
		return -1;
	base64_decode_init(&c);
	for (size_t from = 0; from < len; from += 1024) {
		size_t n = sizeof buffer;

		if (!base64_decode_update(&c, &n, buffer, len - from < 1024 ? len - from : 1024,
					  s + from) ||
		    n > size - at)
			return -1;
		for (size_t i = 0; i < n; i++)
			bytes[at++] = buffer[i];
	}
	return base64_decode_final(&c) && at == size ? 0 : -1;
}
