/* Back-translation of training texts in a thread beside the training. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_PROBE_TRANSLATE_WORKER_H
#define RETORT_PROBE_TRANSLATE_WORKER_H

#include "retort/lab/trainer.h"

/*
 * TRANSLATE: the texts of the training rows are copied at the step boundary, then translated there
 * and back. The answer's bitext has the pairs of all that came back, also of a translator that
 * failed midway, which the note reports; one that returned nothing is an error. Reports PROGRESS
 * meanwhile. Results are appended to a cache file, one for each version of a translator, and texts
 * found there are not translated again. One translation at a time. TRANSLATE_STOP: end it; it is
 * answered with what there is.
 */
extern const struct trainer_addon translate_worker_addon;

#endif
