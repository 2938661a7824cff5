/* `retort data`: fetch data sets, list them, tell what is in one. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_MAIN_H
#define RETORT_DATA_MAIN_H

/* The words behind `retort`: argv[0] is "data". Returns the exit status; may not return, where a
 * script takes over. */
int data_main(int argc, char **argv);

#endif
