/* One function compiled for several instruction sets; the best one for the machine is taken at
 * start. */
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
 * What such a function calls is compiled for the oldest machine unless it is inlined: helpers are
 * `static MULTI_INLINE`. The choice is made once, by the dynamic linker (an ifunc), so every
 * thread and every call takes the same version. Versions may differ in the last bit, since the
 * newer ones multiply and add with one rounding: like the BLAS kernel, it is a matter of the
 *machine.
 *
 * gcc 12 knows the levels of the x86-64 psABI (v3: AVX2 and FMA, v4: AVX-512). Empty on other
 * architectures (arm64 has its vectors in the base set), without glibc, under sanitizers, which
 * are not up yet when an ifunc is resolved, and with clang: version 14 takes the attribute, but
 *names the symbol so that no other file finds it, and between levels it chooses v4 on every
 *machine.
 */
#include <limits.h> /* defines __GLIBC__ where there is one */

#if defined MULTIVERSION
/* given on the command line, as nothing: one version, so that the plain one can be tried */
#elif defined __x86_64__ && defined __GLIBC__ && !defined __clang__ && __GNUC__ >= 12 && \
	!defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__
#define MULTIVERSION __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define MULTIVERSION
#endif

#define MULTI_INLINE inline __attribute__((always_inline))

/*
 * Before a loop of at most 16 rounds whose number is known where it is inlined: unrolled to the
 * end. Sums are in registers only where no loop over them is left; clang takes a number for less
 * than that.
 */
#ifdef __clang__
#define MULTI_UNROLL _Pragma("clang loop unroll(full)")
#else
#define MULTI_UNROLL _Pragma("GCC unroll 16")
#endif

#endif
