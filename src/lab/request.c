/* request.c: requests are made and freed; what they carry is theirs until it is taken. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/request.h"

#include "retort/base/mem.h"

const char *const request_pairs_name[] = { "", "uniform", "last", "skip", "first", "auto" };

struct request *
request_new(enum request_kind kind)
{
	struct request *r = mem_new(sizeof *r);

	r->kind = kind;
	return r;
}

bool
request_looks(enum request_kind kind)
{
	return kind == REQUEST_PROBE || kind == REQUEST_GAUGE;
}

void
request_free(struct request *r)
{
	if (!r)
		return;
	dataset_free(r->dataset);
	ckpt_free(r->ckpt);
	logit_file_free(r->answers);
	wordnet_free(r->wordnet);
	translator_free(r->translator);
	bitext_free(r->bitext);
	mem_free(r->path);
	mem_free(r->said);
	mem_free(r);
}
