/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/scratch.h"

#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/base/cleanup.h"
#include "harness/base/strbuf.h"

#define SCRATCH_OPEN_FOLDERS 16

int nn_scratch_new(char **ret_path, struct nn_err *err)
{
	const char *base = getenv("TMPDIR");
	NN_AUTO(free)
	char *path = nn_asprintf("%s/nearnative-XXXXXX", base && *base ? base : "/tmp");

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

void nn_scratch_remove(const char *path)
{
	if (path)
		(void)nftw(path, scratch_remove_one, SCRATCH_OPEN_FOLDERS,
			   FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}
