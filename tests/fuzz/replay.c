/* replay.c: run a fuzz target on the files of a corpus, for `make check`. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <dirent.h>
#include <sys/stat.h>

static int
run_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct stat st;
	uint8_t *data;

	if (!f || fstat(fileno(f), &st) < 0 || !S_ISREG(st.st_mode))
		return f ? fclose(f), 0 : 0;
	data = malloc((size_t)st.st_size + 1);
	if (!data || fread(data, 1, (size_t)st.st_size, f) != (size_t)st.st_size)
		abort();
	fclose(f);
	LLVMFuzzerTestOneInput(data, (size_t)st.st_size);
	free(data);
	return 1;
}

int
main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0],
		   *srcdir = getenv("srcdir");
	char dir[1024], path[2048];
	struct dirent *d;
	int n = 0;
	DIR *open;

	name = strncmp(name, "fuzz_", 5) == 0 ? name + 5 : name;
	snprintf(dir, sizeof dir, "%s/tests/fuzz/corpus/%s", srcdir ? srcdir : ".", name);
	open = opendir(argc > 1 ? argv[1] : dir);
	while (open && (d = readdir(open))) {
		snprintf(path, sizeof path, "%s/%s", argc > 1 ? argv[1] : dir, d->d_name);
		n += run_file(path);
	}
	if (open)
		closedir(open);
	printf("1..1\n%sok 1 - %s: %d inputs of the corpus\n", n ? "" : "not ", name, n);
	return n == 0;
}
