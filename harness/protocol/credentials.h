/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A boot's credentials: where the orchestrator listens and the secret that proves which boot this
 * is. They are text, "nearnative.url=…" and so on, and the agent looks for them, in this order, in
 * its environment (NEARNATIVE_URL …), what QEMU handed over by fw_cfg, the SMBIOS OEM strings, the
 * kernel command line, and a file.
 *
 * The token is a secret, and a command line is none: everybody reads /proc/PID/cmdline. So our own
 * targets use the environment, which its owner alone reads, and a private file that QEMU is told
 * the name of. OEM strings stand on QEMU's command line and in the domain's XML, and everybody on
 * the measured machine reads its kernel's command line: they are read for who sets up an arm of his
 * own where that does no harm.
 */
#ifndef NN_PROTOCOL_CREDENTIALS_H
#define NN_PROTOCOL_CREDENTIALS_H

#include "harness/base/compat.h"
#include "harness/base/err.h"
#include "harness/base/hash.h"
#include "harness/base/sysfs.h"

struct nn_credentials {
	char url[256];
	char boot[NN_UUID_CAP];
	char token[NN_TOKEN_HEX_CAP];
	char pin[80];         /* "sha256//…" or "" */
	const char *found_in; /* "environment", "fw_cfg", "smbios" …; a constant */
};

/* One "nearnative.key=value" per member: url, boot, token, pin. The wire form of every carrier. */
#define NN_CREDENTIAL_PREFIX "nearnative."
#define NN_CREDENTIAL_NR     4

/*
 * What QEMU's fw_cfg calls the file of them: in a guest
 * /sys/firmware/qemu_fw_cfg/by_name/<name>/raw Source: QEMU, docs/specs/fw_cfg.rst, "opt/RFQDN/"
 */
#define NN_CREDENTIALS_FW_CFG "opt/example.nearnative/credentials"

/**
 * Make the file @path, which only we may read, of one entry a line; one that is there is replaced.
 * Return: 0 or -errno.
 */
int nn_credentials_write(const struct nn_credentials *cred, const char *path, struct nn_err *err);

/** The @index-th as an environment variable, "NEARNATIVE_<KEY>=<value>"; NULL when empty. */
char *nn_credentials_env(const struct nn_credentials *cred, size_t index);

/**
 * Take them out of this process's environment, so that no child of it inherits the secret, and wipe
 * the token, so that /proc/PID/environ no longer shows it.
 */
void nn_credentials_forget_env(void);

/**
 * Look in all places; the first that has url, boot and token wins.
 * @file: the file to look at last (not below @root), or NULL for /etc/nearnative/agent.conf. Its
 * lines are entries; lines that begin with '#' are comments.
 * Return: 0, or -ENOENT with the list of places that were tried.
 * Source: SMBIOS 3.x §7.12 OEM Strings (type 11), /sys/firmware/dmi/entries/11-<n>/raw
 */
int nn_credentials_find(const struct nn_sysroot *root, const char *file,
			struct nn_credentials *ret_cred, struct nn_err *err);

/** Take "nearnative.<key>=<value>" entries, separated by NUL, newline or space, out of @text. */
void nn_credentials_scan(const char *text, size_t len, struct nn_credentials *cred);

#endif
