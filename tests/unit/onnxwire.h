/* Protobuf's wire format: fields of a message. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TESTS_ONNXWIRE_H
#define RETORT_TESTS_ONNXWIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes left of a message; `bad` once they are not one. */
struct onnxwire {
	const unsigned char *at, *end;
	bool bad;
};

enum onnxwire_kind {
	ONNXWIRE_VARINT = 0,
	ONNXWIRE_FIXED64 = 1,
	ONNXWIRE_BYTES = 2,
	ONNXWIRE_FIXED32 = 5
};

struct onnxwire_field {
	int id, kind;
	uint64_t value;        /* of ONNXWIRE_VARINT, ONNXWIRE_FIXED64, ONNXWIRE_FIXED32 */
	struct onnxwire bytes; /* of ONNXWIRE_BYTES, else empty */
};

/* The next field; false at the end and where the bytes are no message (w->bad). */
bool onnxwire_next(struct onnxwire *w, struct onnxwire_field *f);

/* The next number: of varying length, or of n bytes, low end first. */
uint64_t onnxwire_varint(struct onnxwire *w);
uint64_t onnxwire_fixed(struct onnxwire *w, size_t n);

#endif
