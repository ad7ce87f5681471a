/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/protocol/credentials.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "harness/base/cleanup.h"
#include "harness/base/strbuf.h"
#include "harness/protocol/wire.h"

#define CREDENTIALS_FILE    "/etc/nearnative/agent.conf"
#define FW_CFG_FILE         "/sys/firmware/qemu_fw_cfg/by_name/" NN_CREDENTIALS_FW_CFG "/raw"
#define SMBIOS_ENTRIES      "/sys/firmware/dmi/entries"
#define SMBIOS_TABLE        "/sys/firmware/dmi/tables/DMI"
#define SMBIOS_HEADER_BYTES 4
#define SMBIOS_OEM_STRINGS  11
#define SMBIOS_END_OF_TABLE 127
#define SMBIOS_TYPE_AT      0
#define SMBIOS_LENGTH_AT    1

/* A member of struct nn_credentials and its names. */
struct member {
	const char *key;
	const char *variable;
	bool is_secret;
	size_t offset;
	size_t cap;
};

#define MEMBER(field, var, secret)                                       \
	{                                                                \
		.key = #field, .variable = (var), .is_secret = (secret), \
		.offset = offsetof(struct nn_credentials, field),        \
		.cap = sizeof(((struct nn_credentials *)NULL)->field)    \
	}

static const struct member members[NN_CREDENTIAL_NR] = {
	MEMBER(url, "NEARNATIVE_URL", false),
	MEMBER(boot, "NEARNATIVE_BOOT", false),
	MEMBER(token, "NEARNATIVE_TOKEN", true),
	MEMBER(pin, "NEARNATIVE_PIN", false),
};

static const char *member_value(const struct nn_credentials *cred, size_t index)
{
	return (const char *)cred + members[index].offset;
}

/* A value that does not fit is none of ours: it is left out, not cut. */
static void member_set(struct nn_credentials *cred, size_t index, const char *value, size_t len)
{
	char *to = (char *)cred + members[index].offset;

	if (len >= members[index].cap)
		return;
	memcpy(to, value, len);
	to[len] = '\0';
}

int nn_credentials_write(const struct nn_credentials *cred, const char *path, struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	NN_AUTO(fd) int fd = -1;

	for (size_t i = 0; i < NN_CREDENTIAL_NR; i++) {
		const char *value = member_value(cred, i);

		if (*value)
			nn_strbuf_addf(&text, NN_CREDENTIAL_PREFIX "%s=%s\n", members[i].key,
				       value);
	}
	(void)unlink(path); /* what else is in the way is told by O_EXCL */
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
	errno = fd < 0 ? errno : EIO; /* EIO: of a write that is cut short */
	if (fd < 0 || write(fd, nn_strbuf_str(&text), text.len) != (ssize_t)text.len)
		return nn_err_errno(err, errno, "write credentials to '%s'", path);
	return 0;
}

char *nn_credentials_env(const struct nn_credentials *cred, size_t index)
{
	const char *value = member_value(cred, index);

	return *value ? nn_asprintf("%s=%s", members[index].variable, value) : NULL;
}

void nn_credentials_forget_env(void)
{
	for (size_t i = 0; i < NN_CREDENTIAL_NR; i++) {
		char *value = getenv(members[i].variable);

		if (value && members[i].is_secret)
			explicit_bzero(value, strlen(value));
		(void)unsetenv(members[i].variable); /* fails only for names with '=' */
	}
}

static void scan_entry(const char *entry, size_t len, struct nn_credentials *cred)
{
	static const char prefix[] = NN_CREDENTIAL_PREFIX;
	size_t prefix_len = sizeof(prefix) - 1;

	if (len < prefix_len || memcmp(entry, prefix, prefix_len) != 0)
		return;
	entry += prefix_len;
	len -= prefix_len;
	for (size_t i = 0; i < NN_CREDENTIAL_NR; i++) {
		size_t key_len = strlen(members[i].key);

		if (len > key_len && memcmp(entry, members[i].key, key_len) == 0 &&
		    entry[key_len] == '=')
			member_set(cred, i, entry + key_len + 1, len - key_len - 1);
	}
}

void nn_credentials_scan(const char *text, size_t len, struct nn_credentials *cred)
{
	size_t start = 0;

	for (size_t i = 0; i <= len; i++) {
		if (i < len && text[i] && !isspace((unsigned char)text[i]))
			continue;
		scan_entry(text + start, i - start, cred);
		start = i + 1;
	}
}

static int find_in_environment(const struct nn_sysroot *root NN_UNUSED, const char *file NN_UNUSED,
			       struct nn_credentials *cred, struct nn_err *err)
{
	for (size_t i = 0; i < NN_CREDENTIAL_NR; i++) {
		const char *value = getenv(members[i].variable);

		if (value)
			member_set(cred, i, value, strlen(value));
	}
	return cred->url[0] ? 0 : nn_err_set(err, -ENOENT, "no %s", members[0].variable);
}

/*
 * Scan the strings of every type 11 structure in @table. A structure is a header that tells its
 * formatted length, then strings that end with NUL, then one more NUL.
 */
static void scan_smbios(const struct nn_strbuf *table, struct nn_credentials *cred)
{
	size_t at = 0;

	while (at + SMBIOS_HEADER_BYTES <= table->len) {
		const char *structure = table->data + at;
		unsigned char type = (unsigned char)structure[SMBIOS_TYPE_AT];
		unsigned char length = (unsigned char)structure[SMBIOS_LENGTH_AT];
		size_t strings = at + length;
		size_t end = strings;

		if (length < SMBIOS_HEADER_BYTES || strings >= table->len)
			return;
		while (end + 1 < table->len && (table->data[end] || table->data[end + 1]))
			end++;
		if (type == SMBIOS_OEM_STRINGS)
			nn_credentials_scan(table->data + strings, end - strings, cred);
		if (type == SMBIOS_END_OF_TABLE)
			return;
		at = end + 2;
	}
}

static int scan_smbios_file(const struct nn_sysroot *root, const char *path,
			    struct nn_credentials *cred, struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf table = NN_STRBUF_INIT;
	int rc = nn_sysfs_read(root, path, &table, err);

	if (!rc)
		scan_smbios(&table, cred);
	return rc;
}

/* The dmi-sysfs module may be absent; the raw table is there whenever the kernel knows DMI. */
static int find_in_smbios(const struct nn_sysroot *root, const char *file NN_UNUSED,
			  struct nn_credentials *cred, struct nn_err *err)
{
	NN_AUTO(name_list) struct nn_name_list entries = {0};
	int rc;

	(void)nn_sysfs_list(root, SMBIOS_ENTRIES, &entries, NULL); /* then the table remains */
	for (size_t i = 0; i < entries.nr; i++) {
		NN_AUTO(free) char *path = nn_asprintf(SMBIOS_ENTRIES "/%s/raw", entries.names[i]);

		if (strncmp(entries.names[i], "11-", 3) == 0)
			(void)scan_smbios_file(root, path, cred, NULL); /* as above */
	}
	if (cred->url[0])
		return 0;
	rc = scan_smbios_file(root, SMBIOS_TABLE, cred, err);
	if (rc)
		return rc;
	return cred->url[0]
		       ? 0
		       : nn_err_set(err, -ENOENT, "no OEM string '" NN_CREDENTIAL_PREFIX "url=…'");
}

static int scan_file(const struct nn_sysroot *root, const char *path, struct nn_credentials *cred,
		     struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	int rc = nn_sysfs_read(root, path, &text, err);

	if (rc)
		return rc;
	nn_credentials_scan(nn_strbuf_str(&text), text.len, cred);
	return cred->url[0] ? 0 : nn_err_set(err, -ENOENT, "no '" NN_CREDENTIAL_PREFIX "url=…'");
}

/* Needs the kernel's module qemu_fw_cfg (CONFIG_FW_CFG_SYSFS). */
static int find_in_fw_cfg(const struct nn_sysroot *root, const char *file NN_UNUSED,
			  struct nn_credentials *cred, struct nn_err *err)
{
	return scan_file(root, FW_CFG_FILE, cred, err);
}

static int find_in_cmdline(const struct nn_sysroot *root, const char *file NN_UNUSED,
			   struct nn_credentials *cred, struct nn_err *err)
{
	return scan_file(root, "/proc/cmdline", cred, err);
}

static int find_in_file(const struct nn_sysroot *root, const char *file,
			struct nn_credentials *cred, struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf text = NN_STRBUF_INIT;
	const struct nn_sysroot *where = file ? &NN_SYSROOT_LIVE : root;
	int rc = nn_sysfs_read(where, file ? file : CREDENTIALS_FILE, &text, err);

	if (rc)
		return rc;
	for (const char *line = nn_strbuf_str(&text); *line;) {
		size_t len = strcspn(line, "\n");

		if (line[strspn(line, " \t")] != '#')
			nn_credentials_scan(line, len, cred);
		line += len + (line[len] ? 1 : 0);
	}
	return cred->url[0] ? 0
			    : nn_err_set(err, -ENOENT, "no line '" NN_CREDENTIAL_PREFIX "url=…'");
}

/* In the order in which they are looked at. */
static const struct place {
	const char *name;
	int (*find)(const struct nn_sysroot *root, const char *file, struct nn_credentials *cred,
		    struct nn_err *err);
} places[] = {
	{"environment", find_in_environment},
	{"fw_cfg", find_in_fw_cfg},
	{"smbios", find_in_smbios},
	{"cmdline", find_in_cmdline},
	{"file", find_in_file},
};

/* What is wrong with credentials of which at least the URL was found, or NULL. */
static const char *credentials_fault(const struct nn_credentials *cred)
{
	if (strncmp(cred->url, "http://", 7) != 0 && strncmp(cred->url, "https://", 8) != 0)
		return "the url is neither http:// nor https://";
	if (!nn_wire_is_uuid(cred->boot))
		return "the boot is missing or no UUID";
	if (!cred->token[0])
		return "the token is missing";
	return NULL;
}

int nn_credentials_find(const struct nn_sysroot *root, const char *file,
			struct nn_credentials *ret_cred, struct nn_err *err)
{
	NN_AUTO(strbuf) struct nn_strbuf tried = NN_STRBUF_INIT;

	for (size_t i = 0; i < NN_ARRAY_SIZE(places); i++) {
		struct nn_credentials cred = {.found_in = places[i].name};
		struct nn_err why = {0};
		const char *fault = why.message;

		if (!places[i].find(root, file, &cred, &why)) {
			fault = credentials_fault(&cred);
			if (!fault) {
				*ret_cred = cred;
				return 0;
			}
		}
		nn_strbuf_addf(&tried, "%s%s (%s)", i ? ", " : "", places[i].name, fault);
	}
	return nn_err_set(err, -ENOENT, "find credentials: %s", nn_strbuf_str(&tried));
}
