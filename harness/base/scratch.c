/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/scratch.h"

#include <ctype.h>
#include <errno.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/cleanup.h"
#include "harness/base/compat.h"
#include "harness/base/strbuf.h"

#define SCRATCH_OPEN_FOLDERS 16
#define SCRATCH_NAME         "nearnative-"
#define SCRATCH_RANDOM       "XXXXXX"

int nn_scratch_new(char **ret_path, struct nn_err *err)
{
	const char *base = getenv("TMPDIR");
	NN_AUTO(free)
	char *path = nn_asprintf("%s/" SCRATCH_NAME SCRATCH_RANDOM, base && *base ? base : "/tmp");

	if (!mkdtemp(path))
		return nn_err_errno(err, errno, "make a folder '%s'", path);
	*ret_path = NN_STEAL(path);
	return 0;
}

static int scratch_remove_one(const char *path, const struct stat *st NN_UNUSED, int type NN_UNUSED,
			      struct FTW *at NN_UNUSED)
{
	(void)remove(path); /* what cannot be removed stays in /tmp; nothing depends on it */
	return 0;
}

/* Is it a folder of ours, by its name, its kind and its owner? */
static bool scratch_is_ours(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *random = slash ? slash + 1 + strlen(SCRATCH_NAME) : NULL;
	struct stat st;

	if (path[0] != '/' || strstr(path, "/../") ||
	    strncmp(slash + 1, SCRATCH_NAME, strlen(SCRATCH_NAME)) != 0 ||
	    strlen(random) != strlen(SCRATCH_RANDOM))
		return false;
	for (; *random; random++) {
		if (!isalnum((unsigned char)*random))
			return false;
	}
	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid();
}

void nn_scratch_remove(const char *path)
{
	if (path && scratch_is_ours(path))
		(void)nftw(path, scratch_remove_one, SCRATCH_OPEN_FOLDERS,
			   FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}
