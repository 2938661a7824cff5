/* result_write.c: write a network, or outputs of one, that the trainer has copied. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/result_write.h"

#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/data/read/corpus.h"
#include "retort/kd/logit_write.h"
#include "retort/nn/hf/hf.h"
#include "retort/nn/hf/hf_files.h"
#include "retort/session/observer.h"
#include "retort/session/resume.h"

/* The tokenizer files to write beside a network: those that it was published with, if the data has
 * its token ids or was read with one of them; else the vocabulary file of the data. */
static int
choose_files(const struct pending *p, const struct request *r, char **out, struct err *e)
{
	const char *files = r->u.snapshot.files;

	*out = NULL;
	if (p->tokens && corpus_tokens_named(p->tokens))
		return 0;
	if (p->tokens && !(files && hf_files_has(files, p->tokens)))
		return (*out = hf_files_of(p->tokens, e)) ? 0 : -1;
	*out = files ? mem_text(files) : NULL;
	return 0;
}

static int
write_snapshot(const struct pending *p, const struct request *r, bool published, struct err *e)
{
	const char *path = p->save;
	char *files;
	int status;
	const struct ckpt *c = r->u.snapshot.ckpt;
	const struct ckpt_tensor *outputs = ckpt_find(c, "outputs");

	if (outputs && r->u.snapshot.outputs)
		return logit_write(path, outputs->data, outputs->dim[0],
				   outputs->rank == 3 ? outputs->dim[1] : 0,
				   outputs->dim[outputs->rank - 1], e);
	if (!published)
		return ckpt_write(c, path, e);
	if (choose_files(p, r, &files, e) < 0)
		return -1;
	status = hf_write(c, files, path, e);
	mem_free(files);
	return status;
}

void
result_write(struct session *s, const struct pending *p, const struct request *r)
{
	size_t len = strlen(p->save);
	bool published = (len && p->save[len - 1] == '/') || io_is_directory(p->save);
	struct err e;

	if ((!r->u.snapshot.leave ||
	     resume_note(s, r->u.snapshot.ckpt, recorder_hash(s->recorder), &e) == 0) &&
	    write_snapshot(p, r, published, &e) == 0) {
		s->over = s->over || r->u.snapshot.leave;
		if (r->u.snapshot.ends)
			session_line(s, "quit", NULL, NULL);
		if (s->live)
			session_message(s, false, "saved %s", p->save);
		if (!r->u.snapshot.outputs)
			observer_saved(s->live, r->run, r->u.snapshot.name, p->save);
		return;
	}
	session_message(s, true, "save: %s", e.msg);
	if (!s->live)
		session_fail(s, 1);
}
