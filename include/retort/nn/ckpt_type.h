/* Number types of safetensors files, converted to float when read. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_CKPT_TYPE_H
#define RETORT_NN_CKPT_TYPE_H

#include <stddef.h>
#include <stdint.h>

/* An unsigned little-endian integer of `size` bytes, at most 8. */
uint64_t ckpt_type_integer(const unsigned char *p, size_t size);

/* Index of the type "F32", "F16", "BF16" or "F64"; -1: another. */
int ckpt_type_find(const char *name);

/* Bytes in a number of type `type`, an index. */
size_t ckpt_type_size(int type);

/* The number at p, little-endian, as float. */
float ckpt_type_number(const unsigned char *p, int type);

#endif
