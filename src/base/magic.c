/* magic.c: formats that are recognised by their first bytes and not read. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/magic.h"

#include <stdbool.h>
#include <string.h>

#define PANDAS(read) "in Python: pandas." read "(FILE).to_csv('data.csv', index=False)"
#define WEIGHTS                                                                        \
	"in Python: safetensors.torch.save_file(torch.load(FILE, weights_only=True), " \
	"'x.safetensors')"
#define ARRAYS "in Python: numpy.save('x.npy', ARRAY)"

#define BEGINNING 512 /* bytes that show whether a file is a text */

struct format {
	const char *bytes;
	size_t len, at; /* `bytes` stand at this offset */
	const char *name, *how;
};

/* Signatures that no table begins with. */
static const struct format certain[] = {
	{ "Obj\x01", 4, 0, "an Avro file", "export it as CSV or JSON lines" },
	{ "\x89HDF\r\n\x1A\n", 8, 0, "an HDF5 file",
	  "in Python: numpy.save('x.npy', h5py.File(FILE)[KEY][:])" },
	{ "CDF\x01", 4, 0, "a NetCDF file", ARRAYS },
	{ "SQLite format 3", 16, 0, "an SQLite database",
	  "sqlite3 -csv -header FILE 'select * from TABLE' >data.csv" },
	{ "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8, 0, "an old Office file", "save the sheet as CSV" },
	{ "\x89PNG\r\n\x1A\n", 8, 0, "a PNG image", ARRAYS },
	{ "\xFF\xD8\xFF", 3, 0, "a JPEG image", ARRAYS },
	{ "\xFD"
	  "7zXZ",
	  6, 0, "an xz file", "xz -d FILE, or recompress it with gzip" },
	{ "\x28\xB5\x2F\xFD", 4, 0, "a zstd file", "zstd -d FILE, or recompress it with gzip" },
	{ "\x04\x22\x4D\x18", 4, 0, "an lz4 file", "lz4 -d FILE, or recompress it with gzip" },
	{ "7z\xBC\xAF\x27\x1C", 6, 0, "a 7z archive", "7z x FILE" },
	{ "Rar!\x1A\x07", 6, 0, "a RAR archive", "unrar x FILE" },
	{ "\x80\x02", 2, 0, "a pickle, which may run code", WEIGHTS },
	{ "\x80\x03", 2, 0, "a pickle, which may run code", ARRAYS },
	{ "\x80\x04", 2, 0, "a pickle, which may run code", ARRAYS },
	{ "\x80\x05", 2, 0, "a pickle, which may run code", ARRAYS },
	{ "%PDF-", 5, 0, "a PDF file", "export its text" },
	{ "version https://git-lfs", 23, 0, "a Git LFS pointer and not the file itself",
	  "git lfs pull" },
};

/* Letters: a column can be called "ORCID", so that a file with a control character near its
 * beginning is meant. */
static const struct format letters[] = {
	{ "PAR1", 4, 0, "a Parquet file", PANDAS("read_parquet") },
	{ "ARROW1", 6, 0, "an Arrow or Feather file", PANDAS("read_feather") },
	{ "FEA1", 4, 0, "a Feather file", PANDAS("read_feather") },
	{ "ORC", 3, 0, "an ORC file", PANDAS("read_orc") },
	{ "MATLAB ", 7, 0, "a MATLAB file",
	  "in Python: numpy.save('x.npy', scipy.io.loadmat(FILE)[KEY])" },
	{ "GIF8", 4, 0, "a GIF image", ARRAYS },
	{ "GGUF", 4, 0, "a GGUF model", "load the safetensors files that it was converted from" },
	{ "ggml", 4, 0, "a GGML model", "load the safetensors files that it was converted from" },
	{ "BZh", 3, 0, "a bzip2 file", "bzip2 -d FILE, or recompress it with gzip" },
	{ "ustar", 5, 257, "a tar archive", "tar -xf FILE" },
};

/* What a zip archive is, by the name of its first member; the last stands for every other. */
static const struct {
	const char *part, *name, *how;
} archives[] = {
	{ "data.pkl", "a PyTorch file", WEIGHTS },
	{ ".npy", "a .npz archive", "name one of its arrays: FILE.npz:ARRAY" },
	{ "[Content_Types].xml", "an Office file", "save the sheet as CSV" },
	{ "_rels/.rels", "an Office file", "save the sheet as CSV" },
	{ "mimetype", "an OpenDocument file", "save the sheet as CSV" },
	{ "", "a zip archive", "unzip FILE" },
};

static int
refuse(const char *name, const char *how, struct err *e)
{
	return err_set(e, "this is %s, which is not read; convert it (%s)", name, how);
}

static bool
contains(const char *bytes, size_t size, const char *part)
{
	size_t len = strlen(part);

	for (size_t i = 0; i + len <= size; i++)
		if (memcmp(bytes + i, part, len) == 0)
			return true;
	return false;
}

/* A local file header: signature, 22 bytes, length of the name, length of the extra field, name. */
static int
check_zip(const char *bytes, size_t size, struct err *e)
{
	size_t len, i = 0;

	if (size < 30 || memcmp(bytes, "PK\x03\x04", 4) != 0)
		return 0;
	len = (size_t)(unsigned char)bytes[26] | (size_t)(unsigned char)bytes[27] << 8;
	len = len < size - 30 ? len : size - 30;
	while (!contains(bytes + 30, len, archives[i].part))
		i++;
	return refuse(archives[i].name, archives[i].how, e);
}

/* The first fields of an ONNX model: ir_version, a small number, then the name of its producer. */
static int
check_onnx(const char *bytes, size_t size, struct err *e)
{
	if (size < 8 || bytes[0] != 0x08 || bytes[1] < 1 || bytes[1] > 20 || bytes[2] != 0x12 ||
	    bytes[3] < 3 || bytes[3] > 60)
		return 0;
	for (size_t i = 4; i < size && i < 4 + (size_t)bytes[3]; i++)
		if (bytes[i] < ' ' || bytes[i] > '~')
			return 0;
	return refuse("an ONNX model", "load the safetensors files that it was exported from", e);
}

/* Whether the first bytes have a control character that texts have not. */
static bool
is_binary(const char *bytes, size_t size)
{
	for (size_t i = 0; i < size && i < BEGINNING; i++)
		if ((unsigned char)bytes[i] < ' ' && (unsigned char)(bytes[i] - '\t') > '\r' - '\t')
			return true;
	return false;
}

/* Refuse a file that has the signature of one of n formats. */
static int
check_formats(const struct format *f, size_t n, const char *bytes, size_t size, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (size >= f[i].at + f[i].len &&
		    memcmp(bytes + f[i].at, f[i].bytes, f[i].len) == 0)
			return refuse(f[i].name, f[i].how, e);
	return 0;
}

int
magic_check(const char *bytes, size_t size, struct err *e)
{
	if (check_formats(certain, sizeof certain / sizeof *certain, bytes, size, e) < 0)
		return -1;
	if (is_binary(bytes, size) &&
	    check_formats(letters, sizeof letters / sizeof *letters, bytes, size, e) < 0)
		return -1;
	return check_zip(bytes, size, e) < 0 || check_onnx(bytes, size, e) < 0 ? -1 : 0;
}
