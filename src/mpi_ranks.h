/* Processes of one job under mpirun. The only door to MPI. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_MPI_RANKS_H
#define RETORT_MPI_RANKS_H

#include "retort/base/err.h"
#include "retort/lab/sweep_share.h"

/*
 * Join the job. *share: the way between its processes, with share->n their number, 1 or more;
 * *local: number of them on this machine. One thread at a time may use it. 0, or -1 and an error.
 */
int mpi_ranks_open(struct sweep_share *share, int *local, struct err *e);

/* Leave the job, after every process has come here. */
void mpi_ranks_close(void);

/* End all processes of the job at once; mpirun ends with this status, which is not 0. */
void mpi_ranks_abort(int status);

#endif
