/* `retort sessions`: list recordings with their last figures. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSIONS_MAIN_H
#define RETORT_SESSIONS_MAIN_H

/* Run with the words after `retort`; argv[0] is "sessions". Return the exit status. */
int sessions_main(int argc, char **argv);

#endif
