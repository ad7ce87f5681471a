/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/base/cpu-flags.h"

#include <string.h>

bool nn_cpu_has_flag(const struct nn_sysroot *root, const char *flag)
{
	NN_AUTO(free) char *text = nn_sysfs_text(root, "/proc/cpuinfo");
	const char *line = text ? strstr(text, "\nflags") : NULL;
	const char *at = line ? strchr(line, ':') : NULL;
	size_t flag_len = strlen(flag);

	while (at && *at && *at != '\n') {
		size_t len = strcspn(++at, " \n");

		if (len == flag_len && strncmp(at, flag, len) == 0)
			return true;
		at += len;
	}
	return false;
}
