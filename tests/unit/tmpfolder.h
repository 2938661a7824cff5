/* Temporary folders of tests. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TESTS_TMPFOLDER_H
#define RETORT_TESTS_TMPFOLDER_H

#include <stddef.h>

#define TMPFOLDER_PATH 32

/* Create a folder in /tmp and write its path to `path`. Fails the test if that is not possible. */
void tmpfolder_make(char path[TMPFOLDER_PATH]);

/* Remove the folder with its contents. */
void tmpfolder_remove(const char *path);

/* For cmocka_run_group_tests: one folder for all tests of a program. */
extern char tmpfolder_dir[TMPFOLDER_PATH];
int tmpfolder_setup(void **state);
int tmpfolder_teardown(void **state);

/* Write a file into a folder. */
void tmpfolder_write(const char *path, const char *name, const void *bytes, size_t size);

#endif
