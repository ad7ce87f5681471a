/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A boot's credentials: where the orchestrator listens and the secret that proves which boot this
 * is. The orchestrator hands them to a target as nn_credentials_text() lines ("nearnative.url=…");
 * the agent looks for them, in this order, in its environment (NEARNATIVE_URL …), the SMBIOS OEM
 * strings, the kernel command line, and a file.
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
	const char *found_in; /* "environment", "smbios", "cmdline", "file"; a constant */
};

/* One "key=value" per member: url, boot, token, pin. The wire form of every carrier. */
#define NN_CREDENTIAL_PREFIX "nearnative."
#define NN_CREDENTIAL_NR     4

/** The @index-th "nearnative.<key>=<value>" of @cred, of the caller's; NULL for an empty member. */
char *nn_credentials_entry(const struct nn_credentials *cred, size_t index);

/** The same as an environment variable, "NEARNATIVE_<KEY>=<value>". */
char *nn_credentials_env(const struct nn_credentials *cred, size_t index);

/** Take them out of this process's environment, so that no child of it inherits the secret. */
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
