/* The view model as the observer of a session. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_VIEW_OBSERVER_H
#define RETORT_UI_VIEW_OBSERVER_H

#include "retort/session/observer.h"
#include "retort/ui/view_model.h"

/* Functions that pass every event on to `model`, which must outlive the session. */
struct observer view_observer(struct view_model *model);

#endif
