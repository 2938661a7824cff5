/* The number type of the engine: float, or double in the library that the numeric tests link. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_REAL_H
#define RETORT_BASE_REAL_H

#include <math.h>

/*
 * The sources of base, data, engine, kd and learn are compiled twice: once with float, which is
 * what trains, and once with -DRETORT_REAL_DOUBLE, which is what central differences and golden
 * values are checked in. The same lines are tested that run.
 */
#ifdef RETORT_REAL_DOUBLE
typedef double real;
#define REAL_EXP exp
#define REAL_LOG log
#define REAL_LOG1P log1p
#define REAL_EXPM1 expm1
#define REAL_TANH tanh
#define REAL_ERF erf
#define REAL_SQRT sqrt
#define REAL_ABS fabs
#else
typedef float real;
#define REAL_EXP expf
#define REAL_LOG logf
#define REAL_LOG1P log1pf
#define REAL_EXPM1 expm1f
#define REAL_TANH tanhf
#define REAL_ERF erff
#define REAL_SQRT sqrtf
#define REAL_ABS fabsf
#endif

#endif
