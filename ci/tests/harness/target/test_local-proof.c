/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "ci/tests/harness/device/tree.h"
#include "harness/base/array.h"
#include "harness/target/local-proof.h"

#define NVME   "0000:01:00.0"
#define PID    "4242"
#define STATUS "/proc/" PID "/task/" PID "/status"
#define GROUP  "/sys/fs/cgroup/nearnative-1"
#define POLICY "/sys/devices/system/cpu/cpufreq/policy"
#define TYPE   "/sys/kernel/iommu_groups/7/type"

struct rig {
	struct tree tree;
	struct nn_local_settings settings;
	struct nn_local_subject subject;
	struct nn_target_proof proof;
};

/* Everything is asked for, and so it is. */
static void rig_init(struct rig *rig)
{
	tree_init(&rig->tree);
	tree_add_nvme(&rig->tree);
	tree_file(&rig->tree, TYPE, "DMA\n");
	tree_file(&rig->tree, STATUS, "Name:\tagent\nCpus_allowed_list:\t1,3-4\nMems:\t0\n");
	tree_file(&rig->tree, "/proc/" PID "/cgroup", "4:cpu:/else\n0::/nearnative-1\n");
	tree_file(&rig->tree, GROUP "/memory.max", "536870912\n");
	tree_file(&rig->tree, GROUP "/memory.swap.max", "0\n");
	tree_file(&rig->tree, POLICY "0/scaling_governor", "performance\n");
	tree_file(&rig->tree, POLICY "2/scaling_governor", "performance\n");
	rig->settings = (struct nn_local_settings){.has_iommu = true,
						   .iommu = NN_IOMMU_STRICT,
						   .nr_cpus = 3,
						   .memory_bytes = 512ULL << 20,
						   .governor = "performance"};
	rig->subject = (struct nn_local_subject){.sysroot = &rig->tree.root,
						 .settings = &rig->settings,
						 .cpus = "1,3-4",
						 .bdf = NVME,
						 .agent = 4242};
}

static void rig_release(struct rig *rig)
{
	tree_release(&rig->tree);
	nn_target_proof_release(&rig->proof);
}

NN_AUTO_DEFINE(rig, struct rig, rig_release(p))

static const char *told(const struct rig *rig, const char *kind, const char *setting)
{
	NN_AUTO(free) char *name = nn_asprintf("%s.%s", kind, setting);

	return nn_pairs_get(&rig->proof.host, name);
}

static void what_is_in_effect_is_told_in_the_same_words(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};

	(void)unused;
	rig_init(&rig);
	nn_local_prove(&rig.subject, &rig.proof);
	for (const struct nn_setting *s = nn_local_setting_table; s->name; s++) {
		const char *requested = told(&rig, "requested", s->name);
		const char *effective = told(&rig, "effective", s->name);

		if (!requested || !effective)
			print_error("nothing was told of '%s'\n", s->name);
		assert_non_null(requested);
		assert_non_null(effective);
		assert_string_equal(effective, requested);
		assert_null(told(&rig, "unproved", s->name));
	}
	assert_string_equal(told(&rig, "effective", "cpus"), "1,3-4");
	assert_string_equal(told(&rig, "effective", "iommu"), "strict");
	assert_string_equal(told(&rig, "effective", "memory"), "512 MiB");
	assert_int_equal(rig.proof.system.nr, 0);
}

static void what_is_not_in_effect_is_told_as_it_is(void **unused)
{
	static const struct {
		const char *path;
		const char *text;
		const char *setting;
		const char *effective;
	} rows[] = {
		{STATUS, "Cpus_allowed_list:\t0-7\n", "cpus", "0-7"},
		{POLICY "2/scaling_governor", "powersave\n", "governor",
		 "performance and powersave"},
		{TYPE, "DMA-FQ\n", "iommu", "lazy"},
		{GROUP "/memory.max", "max\n", "memory", "all"},
		{GROUP "/memory.max", "1073741824\n", "memory", "1 GiB"},
		{GROUP "/memory.swap.max", "max\n", "memory", "512 MiB, and swap"},
		/* It may have been put elsewhere. */
		{"/proc/" PID "/cgroup", "0::/\n", "memory", "all"},
	};

	(void)unused;
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		NN_AUTO(rig) struct rig rig = {0};

		rig_init(&rig);
		tree_file(&rig.tree, rows[i].path, rows[i].text);
		nn_local_prove(&rig.subject, &rig.proof);
		assert_string_equal(told(&rig, "effective", rows[i].setting), rows[i].effective);
		assert_string_not_equal(told(&rig, "requested", rows[i].setting),
					rows[i].effective);
	}
}

static void what_cannot_be_seen_is_told_with_the_reason(void **unused)
{
	static const struct {
		const char *setting;
		const char *reason;
	} rows[] = {
		{"cpus", "/proc/4242 does not tell the agent's CPUs"},
		{"governor", "no CPU of this host tells its governor"},
		{"iommu", "there is no PCI device '" NVME "'"},
		{"memory", "/proc/4242 does not tell the agent's control group"},
	};
	NN_AUTO(tree) struct tree empty = {0};
	NN_AUTO(rig) struct rig rig = {0};

	(void)unused;
	rig_init(&rig);
	tree_init(&empty);
	rig.subject.sysroot = &empty.root;
	nn_local_prove(&rig.subject, &rig.proof);
	for (size_t i = 0; i < NN_ARRAY_SIZE(rows); i++) {
		assert_non_null(told(&rig, "requested", rows[i].setting));
		assert_null(told(&rig, "effective", rows[i].setting));
		assert_string_equal(told(&rig, "unproved", rows[i].setting), rows[i].reason);
	}
}

static void a_limit_that_is_no_number_is_unproved(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};

	(void)unused;
	rig_init(&rig);
	tree_file(&rig.tree, GROUP "/memory.max", "lots\n");
	nn_local_prove(&rig.subject, &rig.proof);
	assert_null(told(&rig, "effective", "memory"));
	assert_string_equal(told(&rig, "unproved", "memory"),
			    "'lots' is no whole number, 0 or more");
}

static void nothing_asked_for_is_nothing_told(void **unused)
{
	NN_AUTO(rig) struct rig rig = {0};

	(void)unused;
	rig_init(&rig);
	rig.settings = (struct nn_local_settings){0};
	rig.subject.cpus = NULL;
	nn_local_prove(&rig.subject, &rig.proof);
	assert_int_equal(rig.proof.host.nr, 0);
	assert_int_equal(rig.proof.system.nr, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_in_effect_is_told_in_the_same_words),
		cmocka_unit_test(what_is_not_in_effect_is_told_as_it_is),
		cmocka_unit_test(what_cannot_be_seen_is_told_with_the_reason),
		cmocka_unit_test(a_limit_that_is_no_number_is_unproved),
		cmocka_unit_test(nothing_asked_for_is_nothing_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
