/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/target/local-proof.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/units.h"
#include "harness/target/vm-process.h"

/* ---- cpus ---- */

static void asked_cpus(const struct nn_local_subject *subject, struct nn_strbuf *text)
{
	if (subject->cpus)
		nn_strbuf_add(text, subject->cpus);
}

static int seen_cpus(const struct nn_local_subject *subject, struct nn_strbuf *text,
		     struct nn_err *why)
{
	NN_AUTO(free) char *first_thread = nn_asprintf("%d", (int)subject->agent);
	NN_AUTO(free)
	char *cpus = nn_thread_cpus(subject->sysroot, (uint64_t)subject->agent, first_thread);

	if (!cpus)
		return nn_err_set(why, -ESRCH, "/proc/%d does not tell the agent's CPUs",
				  (int)subject->agent);
	nn_strbuf_add(text, cpus);
	return 0;
}

/* ---- governor ---- */

static void asked_governor(const struct nn_local_subject *subject, struct nn_strbuf *text)
{
	if (subject->settings->governor)
		nn_strbuf_add(text, subject->settings->governor);
}

static int seen_governor(const struct nn_local_subject *subject, struct nn_strbuf *text,
			 struct nn_err *why)
{
	NN_AUTO(name_list) struct nn_name_list governors = {0};
	int rc = nn_host_governors(subject->sysroot, &governors, why);

	for (size_t i = 0; i < governors.nr; i++)
		nn_strbuf_addf(text, "%s%s", i ? " and " : "", governors.names[i]);
	return rc;
}

/* ---- iommu ---- */

static void asked_iommu(const struct nn_local_subject *subject, struct nn_strbuf *text)
{
	if (subject->settings->has_iommu)
		nn_strbuf_add(text, nn_iommu_mode_name(subject->settings->iommu));
}

static int seen_iommu(const struct nn_local_subject *subject, struct nn_strbuf *text,
		      struct nn_err *why)
{
	enum nn_iommu_mode mode;
	int rc = nn_iommu_mode_of(subject->sysroot, subject->bdf, &mode, why);

	if (!rc)
		nn_strbuf_add(text, nn_iommu_mode_name(mode));
	return rc;
}

/* ---- memory ---- */

static void asked_memory(const struct nn_local_subject *subject, struct nn_strbuf *text)
{
	if (subject->settings->memory_bytes)
		nn_strbuf_add_bytes(text, subject->settings->memory_bytes);
}

/*
 * The group that the agent is in, as it is and not as it was to be, without the first slash; the
 * caller's, or NULL when that cannot be seen.
 * Source: Documentation/admin-guide/cgroup-v2.rst, /proc/PID/cgroup
 */
static char *group_of(const struct nn_local_subject *subject)
{
	static const char version_2[] = "0::/";
	NN_AUTO(free) char *path = nn_asprintf("/proc/%d/cgroup", (int)subject->agent);
	NN_AUTO(free) char *text = nn_sysfs_text(subject->sysroot, path);
	const char *line = text;

	while (line && strncmp(line, version_2, strlen(version_2)) != 0) {
		line = strchr(line, '\n');
		line += line != NULL;
	}
	if (!line)
		return NULL;
	line += strlen(version_2);
	return nn_strndup(line, strcspn(line, "\n"));
}

static int add_limit(const char *limit, struct nn_strbuf *text, struct nn_err *why)
{
	uint64_t bytes;
	int rc;

	if (strcmp(limit, "max") == 0) {
		nn_strbuf_add(text, "all");
		return 0;
	}
	rc = nn_parse_u64(limit, &bytes, why);
	if (!rc)
		nn_strbuf_add_bytes(text, bytes);
	return rc;
}

/* The group of all groups has no limit, nor a file to say so. */
static int read_limit(const struct nn_sysroot *root, const char *group, struct nn_strbuf *limit,
		      struct nn_err *why)
{
	NN_AUTO(free) char *path = nn_asprintf(NN_CGROUPS "/%s/memory.max", group);

	if (group[0])
		return nn_sysfs_read(root, path, limit, why);
	nn_strbuf_add(limit, "max");
	return 0;
}

static int seen_memory(const struct nn_local_subject *subject, struct nn_strbuf *text,
		       struct nn_err *why)
{
	NN_AUTO(free) char *group = group_of(subject);
	NN_AUTO(free) char *swap_path = NULL;
	NN_AUTO(free) char *swap = NULL;
	NN_AUTO(strbuf) struct nn_strbuf limit = NN_STRBUF_INIT;
	int rc;

	if (!group)
		return nn_err_set(why, -ENODATA, "/proc/%d does not tell the agent's control group",
				  (int)subject->agent);
	rc = read_limit(subject->sysroot, group, &limit, why);
	if (!rc)
		rc = add_limit(nn_strbuf_str(&limit), text, why);
	swap_path = nn_asprintf(NN_CGROUPS "/%s/memory.swap.max", group);
	swap = nn_sysfs_text(subject->sysroot, swap_path);
	if (swap && strcmp(swap, "0") != 0)
		nn_strbuf_add(text, ", and swap");
	return rc;
}

/* ---- all ---- */

/* A row for every setting. A test holds this against the table of settings. */
static const struct {
	const char *setting;
	/* Append what was asked for; nothing when nothing was. */
	void (*asked)(const struct nn_local_subject *subject, struct nn_strbuf *text);
	/* Append what is, in the same words; -errno with the reason when it cannot be seen. */
	int (*seen)(const struct nn_local_subject *subject, struct nn_strbuf *text,
		    struct nn_err *why);
} rows[] = {
	{"cpus", asked_cpus, seen_cpus},
	{"governor", asked_governor, seen_governor},
	{"iommu", asked_iommu, seen_iommu},
	{"memory", asked_memory, seen_memory},
};

void nn_local_prove(const struct nn_local_subject *subject, struct nn_target_proof *ret_proof)
{
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		NN_AUTO(strbuf) struct nn_strbuf asked = NN_STRBUF_INIT;
		NN_AUTO(strbuf) struct nn_strbuf seen = NN_STRBUF_INIT;
		struct nn_err why = {0};

		rows[i].asked(subject, &asked);
		if (!asked.len)
			continue;
		nn_target_tell(&ret_proof->host, "requested", rows[i].setting,
			       nn_strbuf_str(&asked));
		if (rows[i].seen(subject, &seen, &why))
			nn_target_tell(&ret_proof->host, "unproved", rows[i].setting, why.message);
		else
			nn_target_tell(&ret_proof->host, "effective", rows[i].setting,
				       nn_strbuf_str(&seen));
	}
}
