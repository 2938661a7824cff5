/* session_share.c: what one of several processes that execute the same script leaves to rank 0. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/session_share.h"

#include "retort/lab/sweep_share.h"

bool
session_share_follows(const struct session *s)
{
	return s->o.share && s->o.share->rank > 0;
}

bool
session_share_skips(struct session *s, const struct cmd *d, const struct cmd_call *c)
{
	if (!s->o.share || !args_has_kind(&c->args, GRAMMAR_OUTPUT))
		return false;
	s->owes_meeting = true;
	return session_share_follows(s) && !(d->flags & CMD_RECORD);
}

void
session_share_meet(struct session *s)
{
	if (!s->owes_meeting)
		return;
	s->owes_meeting = false;
	s->o.share->meet(s->o.share->arg);
}
