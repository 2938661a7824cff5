/* Compile a function for several instruction sets; the best one for the machine is selected at
 * program start. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_MULTI_H
#define RETORT_BASE_MULTI_H

/*
 * Put before the definition (not the declaration) of a function with plain loops, so that the
 * compiler makes vectors of the widest kind the machine has:
 *
 *	MULTIVERSION void
 *	name(...)
 *
 * Functions it calls are compiled for the baseline unless they are inlined: make helpers
 * `static MULTI_INLINE`. The dynamic linker selects the version once (an ifunc), so that every call
 * in every thread uses the same. Versions may differ in the last bit, because newer ones fuse
 * multiply and add; like the BLAS kernel, the version depends on the machine.
 *
 * gcc 12 knows the levels of the x86-64 psABI (v3: AVX2 and FMA, v4: AVX-512). Empty on
 * other architectures (arm64 has vectors in its baseline), without glibc, under sanitizers, which
 * are not initialized when an ifunc is resolved, and with clang: version 14 accepts the attribute,
 * but gives the symbol a name that other files do not link to, and selects v4 on every machine.
 */
#include <limits.h> /* defines __GLIBC__ where there is one */

#if defined MULTIVERSION
/* defined empty on the command line: build the baseline version only */
#elif defined __x86_64__ && defined __GLIBC__ && !defined __clang__ && __GNUC__ >= 12 && \
	!defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__
#define MULTIVERSION __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define MULTIVERSION
#endif

#define MULTI_INLINE inline __attribute__((always_inline))

/*
 * Before a loop of at most 16 iterations whose count is constant once inlined: unroll it fully.
 * Partial sums stay in registers only if no loop over them remains; clang treats a count as a
 * weaker hint than "full".
 */
#ifdef __clang__
#define MULTI_UNROLL _Pragma("clang loop unroll(full)")
#else
#define MULTI_UNROLL _Pragma("GCC unroll 16")
#endif

#endif
