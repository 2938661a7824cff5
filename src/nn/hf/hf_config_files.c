/* hf_config_files.c: the index of a published model in several files. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/hf/hf_config.h"

#include <jansson.h>
#include <string.h>

#include "retort/base/jsonparse.h"
#include "retort/base/mem.h"

void
hf_config_files_free(char **file, size_t n)
{
	for (size_t i = 0; i < n; i++)
		mem_free(file[i]);
	mem_free(file);
}

static int
add_file(char **file, size_t *n, const char *name, struct err *e)
{
	for (size_t i = *n; i > 0; i--) /* neighbouring tensors are usually in one file */
		if (name && strcmp(file[i - 1], name) == 0)
			return 0;
	if (!name || !name[0] || name[0] == '.' || strchr(name, '/'))
		return err_set(
			e,
			"weight_map: invalid file name '%.60s' (expected a file in this directory)",
			name ? name : "");
	if (*n == HF_CONFIG_FILES)
		return err_set(e, "weight_map: more than %d files", HF_CONFIG_FILES);
	file[(*n)++] = mem_text(name);
	return 0;
}

int
hf_config_files(const char *json, size_t size, char ***file, size_t *n, struct err *e)
{
	json_error_t where;
	json_t *root = jsonparse_load(json, size, &where), *value;
	json_t *map = json_object_get(root, "weight_map");
	const char *key;
	int status = 0;

	*n = 0;
	*file = NULL;
	if (!root)
		return err_set(e, "%s at line %d", where.text, where.line);
	if (json_object_size(map) == 0)
		status = err_set(e, "weight_map: no tensors");
	else
		*file = mem_array(HF_CONFIG_FILES, sizeof **file);
	json_object_foreach(map, key, value) if (status == 0) status =
		add_file(*file, n, json_string_value(value), e);
	json_decref(root);
	if (status < 0)
		hf_config_files_free(*file, *n);
	return status;
}
