/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What fuzz targets share. A target is one file that takes bytes as an attacker would give them,
 * hands them to one parser or reader, and stops the fuzzer when something does not hold that must
 * hold for every input: a message in one line, a round trip, a door that stays shut. Crashes,
 * leaks, endless loops and hunger for memory are found by libFuzzer and the sanitizers. A target
 * keeps nothing between two inputs, so an input that was found alone shows what it shows.
 */
#ifndef NN_CI_FUZZ_FUZZ_H
#define NN_CI_FUZZ_FUZZ_H

#include <ctype.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/base/array.h"
#include "harness/base/cleanup.h"
#include "harness/base/err.h"
#include "harness/base/strbuf.h"

/** libFuzzer's entry: always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/** Stop with the input when @is_true is not. */
#define fuzz_require(is_true, ...)                                  \
	do {                                                        \
		if (!(is_true)) {                                   \
			(void)fprintf(stderr, "must not be: ");     \
			(void)fprintf(stderr, __VA_ARGS__);         \
			(void)fprintf(stderr, " (%s)\n", #is_true); \
			abort();                                    \
		}                                                   \
	} while (0)

/* An input that begins with one line of its own: which of several parsers it is for. */
struct fuzz_input {
	char *word; /* the first line */
	char *text; /* the rest, NUL-terminated */
	size_t len;
};

static inline void fuzz_input_release(struct fuzz_input *input)
{
	free(input->word);
	free(input->text);
}

NN_AUTO_DEFINE(fuzz_input, struct fuzz_input, fuzz_input_release(p))

static inline struct fuzz_input fuzz_split(const uint8_t *bytes, size_t size)
{
	const char *text = (const char *)bytes;
	const char *end = size ? memchr(text, '\n', size) : NULL;
	size_t word_len = end ? (size_t)(end - text) : size;
	size_t begin = end ? word_len + 1 : size;

	return (struct fuzz_input){
		.word = nn_strndup(size ? text : "", word_len),
		.text = nn_strndup(size ? text + begin : "", size - begin),
		.len = size - begin,
	};
}

/* Has the text a byte that would break a line or steer a terminal? */
static inline bool fuzz_has_control(const char *text, const char *but)
{
	for (; *text; text++) {
		if (iscntrl((unsigned char)*text) && !strchr(but, *text))
			return true;
	}
	return false;
}

/* What holds for every failure: a code, and one line that says why. */
static inline void fuzz_check_failure(int rc, const struct nn_err *err)
{
	fuzz_require(rc < 0 && err->code == rc, "result %d with code %d", rc, err->code);
	fuzz_require(err->message[0], "a failure without a message");
	fuzz_require(!fuzz_has_control(err->message, ""), "message '%s'", err->message);
}

/* The bytes as a file, for readers that want a path. */
struct fuzz_file {
	int fd;
	char path[64];
};

static inline struct fuzz_file fuzz_file_new(const void *bytes, size_t len)
{
	struct fuzz_file file = {.fd = memfd_create("fuzz", MFD_CLOEXEC)};

	fuzz_require(file.fd >= 0 && (!len || pwrite(file.fd, bytes, len, 0) == (ssize_t)len),
		     "no memory file");
	(void)snprintf(file.path, sizeof(file.path), "/proc/self/fd/%d", file.fd);
	return file;
}

NN_AUTO_DEFINE(fuzz_file, struct fuzz_file, (void)close(p->fd))

#endif
