/* probe_table.c: what registers with the trainer. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/probe/table/probe_table.h"

#include "retort/probe/augment_preview.h"
#include "retort/probe/cka/cka_worker.h"
#include "retort/probe/remedy/remedy.h"
#include "retort/probe/shift/shift_worker.h"
#include "retort/probe/translate_worker.h"

const struct trainer_addon *const probe_table[] = {
	&augment_preview_addon, &cka_worker_addon,       &shift_worker_addon,
	&remedy_addon,          &translate_worker_addon, NULL,
};
