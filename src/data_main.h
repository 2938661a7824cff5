/* `retort data`: fetch data sets, list them, summarize one. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_MAIN_H
#define RETORT_DATA_MAIN_H

/* Run with the words after `retort`; argv[0] is "data". Return the exit status, or do not return if
 * a script replaces the process. */
int data_main(int argc, char **argv);

#endif
