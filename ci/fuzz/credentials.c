/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Credentials in a place where an agent looks for them. The first line of the input names the
 * place's file below the root.
 */
#include "ci/fuzz/fuzz.h"

#include <errno.h>
#include <sys/stat.h>

#include "harness/base/scratch.h"
#include "harness/protocol/credentials.h"
#include "harness/protocol/wire.h"

static const char *const places[] = {
	"/sys/firmware/qemu_fw_cfg/by_name/" NN_CREDENTIALS_FW_CFG "/raw",
	"/sys/firmware/dmi/entries/11-0/raw",
	"/sys/firmware/dmi/tables/DMI",
	"/proc/cmdline",
	"/etc/nearnative/agent.conf",
};

static bool is_place(const char *word)
{
	for (size_t i = 0; i < NN_ARRAY_SIZE(places); i++) {
		if (strcmp(places[i], word) == 0)
			return true;
	}
	return false;
}

static void put(const char *root, const char *place, const char *bytes, size_t len)
{
	NN_AUTO(free) char *path = nn_asprintf("%s%s", root, place);
	NN_AUTO(fd) int fd = -1;

	for (char *c = path + strlen(root) + 1; *c; c++) {
		if (*c != '/')
			continue;
		*c = '\0';
		(void)mkdir(path, 0700); /* may be there */
		*c = '/';
	}
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	fuzz_require(fd >= 0 && write(fd, bytes, len) == (ssize_t)len, "cannot write '%s'", path);
}

static void check(const struct nn_credentials *cred)
{
	fuzz_require(strncmp(cred->url, "http", 4) == 0, "url '%s'", cred->url);
	fuzz_require(nn_wire_is_uuid(cred->boot), "boot '%s'", cred->boot);
	fuzz_require(cred->token[0] && cred->found_in, "no token");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	NN_AUTO(fuzz_input) struct fuzz_input input = fuzz_split(bytes, size);
	NN_AUTO(free) char *folder = NULL;
	struct nn_credentials cred = {0};
	struct nn_sysroot root;
	struct nn_err err = {0};
	int rc;

	if (!is_place(input.word))
		return 0;
	fuzz_require(nn_scratch_new(&folder, &err) == 0, "%s", err.message);
	root.prefix = folder;
	put(folder, input.word, input.text, input.len);
	rc = nn_credentials_find(&root, NULL, &cred, &err);
	nn_scratch_remove(folder);
	if (rc)
		fuzz_require(rc == -ENOENT && err.message[0], "result %d", rc);
	else
		check(&cred);
	return 0;
}
