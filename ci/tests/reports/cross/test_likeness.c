/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/cross/likeness.h"

#include <errno.h>
#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collectors/collector.h"
#include "harness/base/array.h"
#include "harness/base/compat.h"
#include "harness/base/json.h"

/* Two campaigns of one native and one virtual arm that are alike in everything. */
struct two {
	struct nn_comparison *campaigns[2];
	struct nn_pairs plans[2];
	struct nn_differences differences;
};

static const char *const arm_names[] = {"native", "vm"};

static void set_fact(struct nn_pairs *facts, const char *name, const char *value)
{
	for (size_t i = 0; i < facts->nr; i++) {
		if (strcmp(facts->items[i].name, name) == 0) {
			free(facts->items[i].value);
			facts->items[i].value = nn_strdup(value);
			return;
		}
	}
	nn_pairs_add(facts, name, value);
}

static void fill_facts(struct nn_pairs *facts, bool is_guest)
{
	static const char *const machine[][2] = {
		{"board.name", "X870E"},
		{"bios.version", "1.0"},
		{"cpu.model", "Ryzen 9"},
		{"cpu.mitigations", "none"},
		{"kernel.release", "6.12.1"},
		{"kernel.cmdline", "quiet BOOT_IMAGE=/vmlinuz-6.12.1 nn.work=/tmp/1 iommu=pt"},
		{"memory.total", "32000000 kB"},
		{"clocksource.current", "tsc"},
		{"device.id", "10de:2684"},
		{"device.driver", "nvidia"},
		{"build", "build-1"},
		{"hypervisor", "none"},
		{"qemu", "QEMU 7.2"},
	};

	for (size_t i = 0; i < NN_ARRAY_SIZE(machine); i++) {
		NN_AUTO(free) char *of_host = nn_asprintf("host.%s", machine[i][0]);

		nn_pairs_add(facts, of_host, machine[i][1]);
		nn_pairs_add(facts, machine[i][0], machine[i][1]);
	}
	if (is_guest)
		set_fact(facts, "hypervisor", "KVMKVMKVM");
}

static int two_setup(void **state)
{
	struct two *two = nn_calloc(1, sizeof(*two));

	for (size_t i = 0; i < 2; i++) {
		struct nn_comparison *c = nn_calloc(1, sizeof(*c));

		two->campaigns[i] = c;
		c->summary[NN_SUMMARY_MACHINE] = nn_strdup("f00d");
		c->summary[NN_SUMMARY_PLAN_HASH] = nn_strdup("abc");
		for (size_t a = 0; a < 2; a++) {
			struct nn_report_arm *arm =
				NN_ARRAY_APPEND(c->arms, c->nr_arms, c->cap_arms);

			arm->name = nn_strdup(arm_names[a]);
			arm->target = nn_strdup(a ? "libvirt" : "local");
			fill_facts(&arm->facts, a == 1);
		}
		nn_pairs_add(&two->plans[i], "plan.arm.vm", "target=libvirt memory=1GiB");
		nn_pairs_add(&two->plans[i], "plan.workload.null", "runs=3");
	}
	*state = two;
	return 0;
}

static int two_teardown(void **state)
{
	struct two *two = *state;

	for (size_t i = 0; i < 2; i++) {
		nn_comparison_free(two->campaigns[i]);
		nn_pairs_release(&two->plans[i]);
	}
	nn_differences_release(&two->differences);
	free(two);
	return 0;
}

/* Of the second campaign: in every arm's host and system, or as "guest.X" in the VM only. */
static void change(struct two *two, const char *name, const char *value)
{
	struct nn_comparison *c = two->campaigns[1];
	NN_AUTO(free) char *of_host = nn_asprintf("host.%s", name);
	bool is_guest = strncmp(name, "guest.", 6) == 0;

	if (is_guest) {
		set_fact(&c->arms[1].facts, name + 6, value);
		return;
	}
	for (size_t a = 0; a < 2; a++) {
		set_fact(&c->arms[a].facts, of_host, value);
		if (a == 0)
			set_fact(&c->arms[a].facts, name, value);
	}
}

static const struct nn_differences *check(struct two *two, const char *axes)
{
	const struct nn_likeness_side a = {two->campaigns[0], &two->plans[0]};
	const struct nn_likeness_side b = {two->campaigns[1], &two->plans[1]};
	struct nn_err err = {0};
	uint32_t bits = 0;

	if (*axes && nn_axes_parse(axes, &bits, &err))
		fail_msg("%s", err.message);
	nn_differences_release(&two->differences);
	nn_likeness_check(&a, &b, NULL, bits, &two->differences);
	return &two->differences;
}

static void equal_campaigns_do_not_differ(void **state)
{
	const struct nn_differences *found = check(*state, "");

	assert_int_equal(found->nr, 0);
	assert_true(nn_differences_are_allowed(found));
}

static void what_always_differs_does_not_count(void **state)
{
	static const char *const facts[][2] = {
		{"boot_id", "0b3c"},
		{"system.uptime", "12 s"},
		{"gpu.temperature", "61"},
		{"device.iommu.group", "17"},
		{"product.serial", "1234"},
		{"memory.total", "31990000 kB"},
		{"clocksource.current", "acpi_pm | tsc"},
		{"kernel.cmdline", "quiet BOOT_IMAGE=/other root=UUID=12 nn.work=/tmp/2 iommu=pt"},
	};

	for (size_t i = 0; i < NN_ARRAY_SIZE(facts); i++)
		change(*state, facts[i][0], facts[i][1]);
	assert_int_equal(check(*state, "")->nr, 0);
}

/* But for what varies by nature, a value that some boots share is not enough. */
static void a_kernel_that_changed_within_a_campaign_is_a_difference(void **state)
{
	change(*state, "kernel.release", "6.12.1 | 6.13.0");
	assert_int_equal(check(*state, "")->nr, 1);
}

static void a_difference_belongs_to_its_axis(void **state)
{
	static const char *const cases[][3] = {
		{"kernel.release", "6.13.0", "kernel"},
		{"kernel.cmdline", "quiet iommu=pt mitigations=off", "kernel"},
		{"device.driver", "nouveau", "driver"},
		{"qemu", "QEMU 9", "hypervisor"},
		{"qemu.program", "/opt/qemu/wrapper", "hypervisor"},
		{"device.id", "10de:2bb1", "device"},
		{"gpu.power_cap", "300 W", "device"},
		{"device.link.width", "8", "device"},
		{"board.name", "B650", "board"},
		{"cpu.model", "Xeon", "cpu"},
		{"memory.total", "64000000 kB", "memory"},
		{"bios.version", "2.0", "firmware"},
		{"nvme.firmware", "9", "firmware"},
		{"cpu.governor", "powersave", "settings"},
		{"clocksource.current", "hpet", "settings"},
		{"libc", "2.41", "os"},
		{"build", "build-2", "harness"},
		{"clock.kind", "virtual", "clock"},
		{"moon.phase", "full", "other"},
	};

	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		const struct nn_differences *found;
		void *own = NULL;

		assert_int_equal(two_setup(&own), 0);
		change(own, cases[i][0], cases[i][1]);
		found = check(own, "");
		if (found->nr != 1 || strcmp(found->items[0].axis->name, cases[i][2]) != 0)
			fail_msg("%s: %zu differences, the first on axis '%s', wanted '%s'",
				 cases[i][0], found->nr,
				 found->nr ? found->items[0].axis->name : "", cases[i][2]);
		assert_false(nn_differences_are_allowed(found));
		assert_true(nn_differences_are_allowed(check(own, cases[i][2])));
		assert_false(nn_differences_are_allowed(
			check(own, strcmp(cases[i][2], "plan") ? "plan" : "os")));
		(void)two_teardown(&own);
	}
	(void)state;
}

static void a_consequence_is_excused_only_with_its_cause(void **state)
{
	change(*state, "cpu.mitigations", "retbleed: vulnerable");
	assert_false(nn_differences_are_allowed(check(*state, "kernel")));
	change(*state, "kernel.release", "6.13.0");
	assert_true(nn_differences_are_allowed(check(*state, "kernel")));
	/* nor is the cause enough when it was not asked for */
	assert_false(nn_differences_are_allowed(check(*state, "driver")));
}

static void where_an_arm_runs_follows_its_machine(void **state)
{
	change(*state, "effective.cpus", "12-15");
	assert_false(nn_differences_are_allowed(check(*state, "cpu")));
	change(*state, "cpu.model", "Xeon");
	assert_true(nn_differences_are_allowed(check(*state, "cpu")));
}

static void firmware_of_a_guest_is_the_hypervisors_making(void **state)
{
	const struct nn_differences *found;

	change(*state, "guest.bios.version", "seabios-1.17");
	found = check(*state, "firmware");
	assert_int_equal(found->nr, 1);
	assert_string_equal(found->items[0].axis->name, "hypervisor");
	assert_false(nn_differences_are_allowed(found));
	change(*state, "qemu", "QEMU 9");
	assert_true(nn_differences_are_allowed(check(*state, "qemu")));
}

static void settings_of_the_plan_show_through_in_the_guest(void **state)
{
	struct two *two = *state;

	set_fact(&two->plans[1], "plan.arm.vm", "target=libvirt memory=2GiB");
	change(two, "guest.memory.total", "64000000 kB");
	assert_false(nn_differences_are_allowed(check(two, "kernel,driver,hypervisor")));
	assert_true(nn_differences_are_allowed(check(two, "plan")));
}

static void plans_that_are_not_understood_are_compared_by_their_hash(void **state)
{
	struct two *two = *state;
	const struct nn_likeness_side a = {two->campaigns[0], &two->plans[0]};
	const struct nn_likeness_side b = {two->campaigns[1], NULL};

	nn_likeness_check(&a, &b, NULL, 0, &two->differences);
	assert_int_equal(two->differences.nr, 0);
	free(two->campaigns[1]->summary[NN_SUMMARY_PLAN_HASH]);
	two->campaigns[1]->summary[NN_SUMMARY_PLAN_HASH] = nn_strdup("def");
	nn_likeness_check(&a, &b, NULL, 0, &two->differences);
	assert_int_equal(two->differences.nr, 1);
	assert_string_equal(two->differences.items[0].name, "plan.hash");
	assert_string_equal(two->differences.items[0].axis->name, "plan");
}

static void a_workload_of_one_plan_alone_is_no_difference(void **state)
{
	struct two *two = *state;

	nn_pairs_add(&two->plans[1], "plan.workload.system/timer", "runs=3");
	assert_int_equal(check(two, "")->nr, 0);
}

static void machines_without_facts_differ_by_their_fingerprint(void **state)
{
	struct two *two = *state;
	const struct nn_differences *found;

	free(two->campaigns[1]->summary[NN_SUMMARY_MACHINE]);
	two->campaigns[1]->summary[NN_SUMMARY_MACHINE] = nn_strdup("beef");
	found = check(two, "");
	assert_int_equal(found->nr, 1);
	assert_string_equal(found->items[0].name, "fingerprint");
	assert_string_equal(found->items[0].axis->name, "board");
	/* a fact that goes into the fingerprint explains it better */
	change(two, "bios.version", "2.0");
	found = check(two, "firmware");
	assert_int_equal(found->nr, 1);
	assert_true(nn_differences_are_allowed(found));
}

static void facts_unknown_to_an_older_agent_are_excused_with_the_harness(void **state)
{
	change(*state, "gpu.vbios", "96.02");
	assert_false(nn_differences_are_allowed(check(*state, "harness")));
	change(*state, "build", "build-2");
	assert_true(nn_differences_are_allowed(check(*state, "harness")));
}

static void only_the_arms_that_are_compared_count(void **state)
{
	struct two *two = *state;
	const struct nn_likeness_side a = {two->campaigns[0], &two->plans[0]};
	const struct nn_likeness_side b = {two->campaigns[1], &two->plans[1]};
	struct nn_strings arms = {0};

	set_fact(&two->campaigns[1]->arms[1].facts, "kernel.release", "6.13.0");
	nn_strings_add(&arms, nn_strdup("native"));
	nn_likeness_check(&a, &b, &arms, 0, &two->differences);
	assert_int_equal(two->differences.nr, 0);
	nn_strings_add(&arms, nn_strdup("vm"));
	nn_likeness_check(&a, &b, &arms, 0, &two->differences);
	assert_int_equal(two->differences.nr, 1);
	nn_strings_release(&arms);
}

static void the_list_names_axis_fact_place_and_both_values(void **state)
{
	NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;
	uint32_t axes = 0;

	change(*state, "kernel.release", "6.13.0");
	change(*state, "kernel.cmdline", "quiet nn.work=/tmp/3 iommu=strict");
	change(*state, "cpu.mitigations", "retbleed: vulnerable");
	change(*state, "board.name", "B650");
	assert_int_equal(nn_axes_parse("kernel", &axes, NULL), 0);
	nn_differences_text(check(*state, "kernel"), axes, &sb);
	assert_string_equal(nn_strbuf_str(&sb),
			    "kernel (asked for)\n"
			    "  kernel.cmdline (host, native)\n"
			    "    A  iommu=pt\n"
			    "    B  iommu=strict\n"
			    "  kernel.release (host, native)\n"
			    "    A  6.12.1\n"
			    "    B  6.13.0\n"
			    "board (not asked for)\n"
			    "  board.name (host, native): speaks against comparing\n"
			    "    A  X870E\n"
			    "    B  B650\n"
			    "settings (not asked for)\n"
			    "  cpu.mitigations (host, native): follows from what was asked for\n"
			    "    A  none\n"
			    "    B  retbleed: vulnerable\n");
}

static void the_json_list_says_what_is_allowed(void **state)
{
	NN_AUTO(json) json_t *array = NULL;
	NN_AUTO(free) char *text = NULL;

	change(*state, "board.name", "B650");
	array = nn_differences_json(check(*state, "kernel"));
	text = nn_json_text(array);
	assert_string_equal(text, "[{\"axis\":\"board\",\"name\":\"board.name\",\"where\":"
				  "[\"host\",\"native\"],\"a\":\"X870E\",\"b\":\"B650\","
				  "\"is_allowed\":false}]");
}

static void single_machines_are_not_their_models(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *out = nn_calloc(1, sizeof(*out));

	change(*state, "board.name", "B650");
	nn_differences_remark(check(*state, "board"), out);
	assert_int_equal(out->remarks.nr, 2);
	assert_string_equal(out->remarks.items[0],
			    "what differs: board: board.name: A: X870E; B: B650");
	assert_string_equal(out->remarks.items[1],
			    "these two machines are compared, not their models: a claim on models "
			    "needs at least 5 of each");
}

static void axes_are_named_with_commas_and_short_names(void **state)
{
	static const char *const cases[][2] = {
		{"kernel", "kernel"},
		{"driver,kernel", "kernel, driver"},
		{"gpu", "device"},
		{"qemu", "hypervisor"},
		{"machine", "board, cpu, memory, firmware"},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(strbuf) struct nn_strbuf sb = NN_STRBUF_INIT;
		uint32_t axes = 0;

		assert_int_equal(nn_axes_parse(cases[i][0], &axes, NULL), 0);
		nn_axes_name(axes, &sb);
		assert_string_equal(nn_strbuf_str(&sb), cases[i][1]);
	}
}

static void an_unknown_axis_is_refused_with_those_that_there_are(void **state)
{
	static const char *const wrong[] = {"", "kernels", "kernel,", "kernel,,driver", "Kernel"};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(wrong); i++) {
		struct nn_err err = {0};
		uint32_t axes = 0;

		assert_int_equal(nn_axes_parse(wrong[i], &axes, &err), -EINVAL);
		assert_int_equal(axes, 0);
		assert_non_null(strstr(err.message, "unknown axis"));
		assert_non_null(strstr(err.message, "kernel, driver, hypervisor"));
	}
}

/* ---- facts of this very machine ---- */

static void own_fact(void *user, const char *name, const char *value)
{
	NN_AUTO(free) char *key = nn_asprintf("machine:%s", name);
	size_t *nr_facts = user;

	if (!value || strncmp(name, "collector.", 10) == 0)
		return;
	(*nr_facts)++;
	for (size_t i = 0; i + 1 < nn_nr_axes; i++) {
		for (const char *const *glob = nn_axes[i].own; *glob; glob++) {
			if (fnmatch(*glob, key, 0) == 0)
				return;
		}
	}
	if (strcmp(name, "device.iommu.group") != 0 && strcmp(name, "device.iommu.members") != 0)
		fail_msg("fact '%s' belongs to no axis: add it to reports/cross/likeness-axes.c",
			 name);
}

static void own_telemetry(void *user NN_UNUSED, const char *name NN_UNUSED,
			  const char *unit NN_UNUSED, double value NN_UNUSED)
{
}

static void own_event(void *user NN_UNUSED, enum nn_severity severity NN_UNUSED,
		      const char *kind NN_UNUSED, const char *message NN_UNUSED)
{
}

static void every_fact_of_the_collectors_has_an_axis(void **state)
{
	static const enum nn_collector_side sides[] = {NN_SIDE_HOST, NN_SIDE_SYSTEM};
	const struct nn_sysroot live = NN_SYSROOT_LIVE;
	size_t nr_facts = 0;
	const struct nn_sink sink = {.user = &nr_facts,
				     .fact = own_fact,
				     .telemetry = own_telemetry,
				     .event = own_event};
	const struct nn_collect params = {
		.sysroot = &live, .bdf = "", .build_id = "build-1", .sink = &sink};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(sides); i++) {
		struct nn_collector_set *set = nn_collector_set_start(sides[i], &params);

		nn_collector_set_sample(set, NN_COLLECT_FACTS);
		nn_collector_set_stop(set);
	}
	assert_true(nr_facts > 10);
}

#define TWO_TEST(function) cmocka_unit_test_setup_teardown(function, two_setup, two_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TWO_TEST(equal_campaigns_do_not_differ),
		TWO_TEST(what_always_differs_does_not_count),
		TWO_TEST(a_kernel_that_changed_within_a_campaign_is_a_difference),
		cmocka_unit_test(a_difference_belongs_to_its_axis),
		TWO_TEST(a_consequence_is_excused_only_with_its_cause),
		TWO_TEST(where_an_arm_runs_follows_its_machine),
		TWO_TEST(firmware_of_a_guest_is_the_hypervisors_making),
		TWO_TEST(settings_of_the_plan_show_through_in_the_guest),
		TWO_TEST(plans_that_are_not_understood_are_compared_by_their_hash),
		TWO_TEST(a_workload_of_one_plan_alone_is_no_difference),
		TWO_TEST(machines_without_facts_differ_by_their_fingerprint),
		TWO_TEST(facts_unknown_to_an_older_agent_are_excused_with_the_harness),
		TWO_TEST(only_the_arms_that_are_compared_count),
		TWO_TEST(the_list_names_axis_fact_place_and_both_values),
		TWO_TEST(the_json_list_says_what_is_allowed),
		TWO_TEST(single_machines_are_not_their_models),
		cmocka_unit_test(axes_are_named_with_commas_and_short_names),
		cmocka_unit_test(an_unknown_axis_is_refused_with_those_that_there_are),
		cmocka_unit_test(every_fact_of_the_collectors_has_an_axis),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
