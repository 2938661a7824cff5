/* mpi_ranks.c: messages between the processes of a job, over MPI. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "mpi_ranks.h"

#include <limits.h>
#include <mpi.h>
#include <stdlib.h>
#include <time.h>

#include "retort/base/mem.h"

#define TAG 1
#define PIECE ((size_t)1 << 30) /* bytes of one call: MPI counts them in an int */
#define SPINS 2000              /* looks at a request before the process sleeps between them */

static void
rest(void *arg)
{
	struct timespec t = { 0, 500000 };

	(void)arg;
	nanosleep(&t, NULL);
}

/* Wait for a request without keeping the core that other ranks may need. */
static void
await(MPI_Request *r)
{
	int done = 0;

	for (int i = 0; !done; i++) {
		MPI_Test(r, &done, MPI_STATUS_IGNORE);
		if (!done && i > SPINS)
			rest(NULL);
	}
}

void
mpi_ranks_abort(int status)
{
	MPI_Abort(MPI_COMM_WORLD, status);
	exit(status);
}

/* Memory for a message; the job ends without it. */
static void *
new_message(size_t size)
{
	void *p = mem_try(size, 1);

	if (p)
		return p;
	err_print("retort: no memory for a message of %zu bytes", size);
	mpi_ranks_abort(1);
	return NULL;
}

static void
send_bytes(void *arg, int to, const void *bytes, size_t size)
{
	MPI_Request r;

	(void)arg;
	if (size > INT_MAX) {
		err_print("retort: a message of %zu bytes (expected at most %d)", size, INT_MAX);
		mpi_ranks_abort(1);
	}
	MPI_Isend(bytes, (int)size, MPI_BYTE, to, TAG, MPI_COMM_WORLD, &r);
	await(&r);
}

static void *
take_bytes(void *arg, int *from, size_t *size)
{
	MPI_Status s;
	int any, n;
	void *p;

	(void)arg;
	MPI_Iprobe(MPI_ANY_SOURCE, TAG, MPI_COMM_WORLD, &any, &s);
	if (!any)
		return NULL;
	MPI_Get_count(&s, MPI_BYTE, &n);
	p = new_message((size_t)n + (n == 0));
	MPI_Recv(p, n, MPI_BYTE, s.MPI_SOURCE, TAG, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
	*from = s.MPI_SOURCE;
	*size = (size_t)n;
	return p;
}

static void
spread_piece(void *p, size_t n)
{
	MPI_Request r;

	MPI_Ibcast(p, (int)n, MPI_BYTE, 0, MPI_COMM_WORLD, &r);
	await(&r);
}

static void *
spread_bytes(void *arg, const void *bytes, size_t *size)
{
	const struct sweep_share *share = arg;
	uint64_t n = *size;
	char *p;

	spread_piece(&n, sizeof n);
	*size = (size_t)n;
	if (n == 0)
		return NULL;
	p = share->rank ? new_message(*size) : (char *)(uintptr_t)bytes;
	for (size_t at = 0; at < *size; at += PIECE)
		spread_piece(p + at, *size - at < PIECE ? *size - at : PIECE);
	return share->rank ? p : NULL;
}

static void
meet(void *arg)
{
	MPI_Request r;

	(void)arg;
	MPI_Ibarrier(MPI_COMM_WORLD, &r);
	await(&r);
}

int
mpi_ranks_open(struct sweep_share *share, int *local, struct err *e)
{
	MPI_Comm machine;
	int level;

	*share = (struct sweep_share){ .send = send_bytes,
				       .take = take_bytes,
				       .spread = spread_bytes,
				       .rest = rest,
				       .meet = meet };
	share->arg = share;
	if (MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &level) != MPI_SUCCESS)
		return err_set(e, "MPI does not start");
	if (level < MPI_THREAD_SERIALIZED)
		return err_set(e, "this MPI cannot be used by several threads one after another");
	MPI_Comm_rank(MPI_COMM_WORLD, &share->rank);
	MPI_Comm_size(MPI_COMM_WORLD, &share->n);
	MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &machine);
	MPI_Comm_size(machine, local);
	MPI_Comm_free(&machine);
	return 0;
}

void
mpi_ranks_close(void)
{
	meet(NULL);
	MPI_Finalize();
}
