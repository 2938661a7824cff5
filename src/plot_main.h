/* `retort plot`: draw the curves of recordings. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_PLOT_MAIN_H
#define RETORT_PLOT_MAIN_H

/* Run the words from "plot" on. Return the exit status. */
int plot_main(int argc, char **argv);

#endif
