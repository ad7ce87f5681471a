/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/device/board.h"

#include <string.h>

#include "harness/base/array.h"
#include "harness/device/attribute.h"

#define IOMMU_CLASS  "/sys/class/iommu"
#define UNSAFE       "/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts"
#define ACS_OVERRIDE "pcie_acs_override="

void nn_board_release(struct nn_board *board)
{
	free(board->kernel);
	free(board->iommu);
	free(board->policy);
	free(board->acs_override);
	nn_name_list_release(&board->options);
	*board = (struct nn_board){0};
}

/* The kernel numbers its IOMMUs by the driver's name: dmar0, ivhd0, smmu3.0x00000000. */
static char *iommu_kind(const struct nn_sysroot *root)
{
	static const struct {
		const char *prefix;
		const char *name;
	} kinds[] = {
		{"dmar", "Intel VT-d"}, {"ivhd", "AMD-Vi"},         {"smmu3", "Arm SMMUv3"},
		{"smmu", "Arm SMMU"},   {"virtio", "virtio-iommu"},
	};
	NN_AUTO(name_list) struct nn_name_list names = {0};
	NN_AUTO(name_list) struct nn_name_list groups = {0};

	if (nn_sysfs_list(root, NN_IOMMU_GROUPS, &groups, NULL) || !groups.nr)
		return NULL;
	(void)nn_sysfs_list(root, IOMMU_CLASS, &names, NULL); /* stays empty */
	for (size_t i = 0; names.nr && i < NN_ARRAY_SIZE(kinds); i++) {
		if (strncmp(names.names[0], kinds[i].prefix, strlen(kinds[i].prefix)) == 0)
			return nn_strdup(kinds[i].name);
	}
	return nn_strdup(names.nr ? names.names[0] : "unknown");
}

/*
 * Passed devices have domains of another type, so the types that the kernel chooses by itself are
 * what counts. Source: Documentation/ABI/testing/sysfs-kernel-iommu_groups
 */
static char *default_policy(const struct nn_sysroot *root)
{
	static const struct {
		const char *type;
		const char *policy;
	} types[] = {{"DMA-FQ", "lazy"}, {"DMA", "strict"}, {"identity", "passthrough"}};
	NN_AUTO(name_list) struct nn_name_list groups = {0};
	const char *policy = NULL;

	(void)nn_sysfs_list(root, NN_IOMMU_GROUPS, &groups, NULL); /* stays empty */
	for (size_t i = 0; i < groups.nr; i++) {
		NN_AUTO(free) char *path = nn_asprintf(NN_IOMMU_GROUPS "/%s/type", groups.names[i]);
		NN_AUTO(free) char *type = nn_sysfs_text(root, path);

		for (size_t t = 0; type && t < NN_ARRAY_SIZE(types); t++) {
			if (strcmp(type, types[t].type) != 0)
				continue;
			if (policy && strcmp(policy, types[t].policy) != 0)
				return nn_strdup("mixed");
			policy = types[t].policy;
		}
	}
	return nn_strdup(policy);
}

/* x86 names its interrupt controllers, with "IR-" in front of those that are remapped. */
static int interrupt_remapping(const struct nn_sysroot *root)
{
	NN_AUTO(free) char *text = nn_sysfs_text(root, "/proc/interrupts");

	if (!text || (!strstr(text, "IO-APIC") && !strstr(text, "PCI-MSI")))
		return -1;
	return strstr(text, " IR-") ? 1 : 0;
}

static int unsafe_interrupts(const struct nn_sysroot *root)
{
	NN_AUTO(free) char *text = nn_sysfs_text(root, UNSAFE);

	return text ? text[0] == 'Y' : -1;
}

/* Words such as "intel_iommu=on", "iommu.strict=1", "pci=noacs", "vfio-pci.ids=10de:2684". */
static void take_options(const struct nn_sysroot *root, struct nn_board *board)
{
	static const char *const prefixes[] = {"intel_iommu=", "amd_iommu=", "iommu=", "iommu.",
					       "pci=",         ACS_OVERRIDE, "vfio",   "intremap="};
	NN_AUTO(free) char *text = nn_sysfs_text(root, "/proc/cmdline");
	char *rest = text;

	while (rest) {
		const char *word = strsep(&rest, " ");

		for (size_t i = 0; i < NN_ARRAY_SIZE(prefixes); i++) {
			if (strncmp(word, prefixes[i], strlen(prefixes[i])) == 0)
				(void)nn_name_list_add_once(&board->options, word);
		}
		if (strncmp(word, ACS_OVERRIDE, strlen(ACS_OVERRIDE)) != 0)
			continue;
		free(board->acs_override);
		board->acs_override = nn_strdup(word + strlen(ACS_OVERRIDE));
	}
}

void nn_board_read(const struct nn_sysroot *root, struct nn_board *ret_board)
{
	*ret_board = (struct nn_board){
		.kernel = nn_sysfs_text(root, "/proc/sys/kernel/osrelease"),
		.iommu = iommu_kind(root),
		.policy = default_policy(root),
		.interrupt_remapping = interrupt_remapping(root),
		.unsafe_interrupts = unsafe_interrupts(root),
	};
	take_options(root, ret_board);
}
