/* onnxwire.c: protobuf's wire format. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "onnxwire.h"

uint64_t
onnxwire_varint(struct onnxwire *w)
{
	uint64_t v = 0;

	for (int shift = 0; shift < 64 && w->at < w->end; shift += 7) {
		unsigned char c = *w->at++;

		v |= (uint64_t)(c & 127) << shift;
		if (c < 128)
			return v;
	}
	w->bad = true;
	return 0;
}

uint64_t
onnxwire_fixed(struct onnxwire *w, size_t n)
{
	uint64_t v = 0;

	if ((size_t)(w->end - w->at) < n) {
		w->bad = true;
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		v |= (uint64_t)w->at[i] << (8 * i);
	w->at += n;
	return v;
}

bool
onnxwire_next(struct onnxwire *w, struct onnxwire_field *f)
{
	uint64_t key, n;

	if (w->bad || w->at == w->end)
		return false;
	key = onnxwire_varint(w);
	*f = (struct onnxwire_field){ .id = (int)(key >> 3 & 0x1fffffff),
				      .kind = (int)(key & 7),
				      .bytes = { w->at, w->at, false } };
	switch (f->kind) {
	case ONNXWIRE_VARINT:
		f->value = onnxwire_varint(w);
		break;
	case ONNXWIRE_FIXED64:
		f->value = onnxwire_fixed(w, 8);
		break;
	case ONNXWIRE_FIXED32:
		f->value = onnxwire_fixed(w, 4);
		break;
	case ONNXWIRE_BYTES:
		n = onnxwire_varint(w);
		if (n > (uint64_t)(w->end - w->at)) {
			w->bad = true;
			break;
		}
		f->bytes = (struct onnxwire){ w->at, w->at + n, false };
		w->at += n;
		break;
	default: /* groups, deprecated */
		w->bad = true;
	}
	return !w->bad;
}
