/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "harness/plan/plan.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "harness/base/clock.h"
#include "harness/base/plugin.h"
#include "harness/base/strbuf.h"
#include "harness/plan/schedule.h"

#define FIXTURES "ci/tests/fixtures/plans"

/* A catalog of two workloads and two targets, so that no registry is needed here. */
static const struct nn_setting timer_settings[] = {
	{.name = "count", .kind = NN_SETTING_U64},
	{.name = "interval", .kind = NN_SETTING_DURATION},
	{.name = NULL},
};
static const struct nn_setting libvirt_settings[] = {
	{.name = "memory", .kind = NN_SETTING_BYTES},
	{.name = "vcpus", .kind = NN_SETTING_U64},
	{.name = NULL},
};
static const struct nn_plugin timer = {.name = "system/timer", .settings = timer_settings};
static const struct nn_plugin null = {.name = "null"};
static const struct nn_plugin libvirt = {.name = "libvirt", .settings = libvirt_settings};
static const struct nn_plugin local = {.name = "local"};

static const struct nn_plugin *either(const struct nn_plugin *a, const struct nn_plugin *b,
				      const char *name)
{
	if (strcmp(a->name, name) == 0)
		return a;
	return strcmp(b->name, name) == 0 ? b : NULL;
}

static int check_workload(const char *name, struct nn_err *err)
{
	return either(&timer, &null, name) ? 0 : nn_err_set(err, -EINVAL, "no workload '%s'", name);
}

static int check_workload_setting(const char *workload, const char *name, const char *value,
				  struct nn_err *err)
{
	return nn_plugin_check_setting(either(&timer, &null, workload), name, value, err);
}

static int check_target(const char *name, struct nn_err *err)
{
	return either(&libvirt, &local, name) ? 0
					      : nn_err_set(err, -EINVAL, "no target '%s'", name);
}

static int check_target_setting(const char *target, const char *name, const char *value,
				struct nn_err *err)
{
	return nn_plugin_check_setting(either(&libvirt, &local, target), name, value, err);
}

/* Settings that are each fine may make no sense as a whole. */
static int check_arm(const struct nn_plan_arm *arm, struct nn_err *err)
{
	const char *vcpus = nn_pairs_get(&arm->settings, "vcpus");

	if (!vcpus || strcmp(vcpus, "0") != 0)
		return 0;
	return nn_err_set(err, -EINVAL, "arm '%s': setting 'vcpus': 0, expected at least 1",
			  arm->name);
}

static const struct nn_plan_catalog catalog = {
	.check_workload = check_workload,
	.check_workload_setting = check_workload_setting,
	.check_target = check_target,
	.check_target_setting = check_target_setting,
	.check_arm = check_arm,
};

/* The plans of this project may name any workload that the build offers; others check that. */
static int accept_name(const char *name, struct nn_err *err)
{
	(void)name;
	(void)err;
	return 0;
}

static int accept_setting(const char *owner, const char *name, const char *value,
			  struct nn_err *err)
{
	(void)owner;
	(void)name;
	(void)value;
	(void)err;
	return 0;
}

static const struct nn_plan_catalog open_catalog = {
	.check_workload = accept_name,
	.check_workload_setting = accept_setting,
	.check_target = accept_name,
	.check_target_setting = accept_setting,
};

static const struct bad_plan {
	const char *name; /* of FIXTURES/<name>.yaml */
	unsigned int line;
	const char *phrase;
} bad_plans[] = {
	{"bad-aa-arm", 9, "no arm is called 'nativ', expected one of: native, vm"},
	{"bad-aa-base", 11, "base is 'native', expected 'vm', which aa runs against itself"},
	{"bad-aa-claim", 12,
	 "no arm is called 'vm', expected one of: native, native-again (design.aa leaves the others out)"},
	{"bad-aa-long-name", 8,
	 "-again' is no name, expected 1 to 64 letters, digits, '.', '_' or '-'"},
	{"bad-alias", 10, "an alias '*timer', expected the value written out"},
	{"bad-allow-emulated", 9, "allow_emulated: 'flase': expected yes or no"},
	{"bad-arm-name", 3, "'' is no name, expected 1 to 64 letters, digits, '.', '_' or '-'"},
	{"bad-arm-settings", 6, "arm 'vm': setting 'vcpus': 0, expected at least 1"},
	{"bad-arm-text", 3, "arms[0] is one value, expected a mapping of keys to values"},
	{"bad-arms-mapping", 2, "arms is a mapping of keys to values, expected a list"},
	{"bad-base", 10, "no arm is called 'nativ', expected one of: native, vm"},
	{"bad-binary", 2, "a NUL byte, expected text in UTF-8"},
	{"bad-blocks-many", 9, "blocks is '1001', expected a whole number from 1 to 1000"},
	{"bad-blocks-zero", 10, "blocks is '0', expected a whole number from 1 to 1000"},
	{"bad-claim-arm", 11, "no arm is called 'wm', expected one of: native, vm"},
	{"bad-claim-base", 9, "no arm is called 'host', expected one of: native, vm"},
	{"bad-claim-form", 10,
	 "'vm > 97% of native for system/timer' is no claim, expected 'ARM >= 97% of BASE [for WORKLOAD[:METRIC]]'"},
	{"bad-claim-margin", 9, "the margin is '97', expected more than 0% and at most 200%"},
	{"bad-claim-metric", 9,
	 "'system/timer:' names no workload and metric, expected 'ARM >= 97% of BASE [for WORKLOAD[:METRIC]]'"},
	{"bad-claim-self", 9,
	 "'vm >= 97% of vm for *' compares arm 'vm' with itself, expected two arms"},
	{"bad-claim-share", 9, "'most': expected a share such as 97% or 0.97"},
	{"bad-claim-twice", 12,
	 "'vm >= 95 % of native for system/timer:p*' and, at line 10, 'vm >= 97% of native for system/timer:p*' are about the same, expected one margin"},
	{"bad-claim-workload", 9,
	 "a claim for 'compute/*', which no workload of this plan matches, expected one of its names or a pattern such as 'iommu/*'"},
	{"bad-claims-mapping", 9, "claims is a mapping of keys to values, expected a list"},
	{"bad-comments-only", 1, "the file is empty, expected name, arms and workloads"},
	{"bad-control-character", 2, "control characters are not allowed, expected text in UTF-8"},
	{"bad-deadline-long", 9,
	 "the deadline 'boot' is 1000h, expected more than 0 and at most 168h"},
	{"bad-deadline-unit", 10,
	 "the deadline 'boot': '3': expected a time such as 500us, 30s or 2min"},
	{"bad-deadline-zero", 11,
	 "the deadline 'run' is 0s, expected more than 0 and at most 168h"},
	{"bad-device-sexagesimal", 2,
	 "device: '0000:01:20.0' is no PCI address, expected domain:bus:device.function such as 0000:01:00.0"},
	{"bad-device-list", 2,
	 "device is a list, expected an address, {pf: ADDRESS, vf: NUMBER} or {parent: NAME, mdev: TYPE}"},
	{"bad-device-key", 2,
	 "device has no key 'function', expected an address, {pf: ADDRESS, vf: NUMBER} or {parent: NAME, mdev: TYPE}"},
	{"bad-device-half", 2,
	 "device has 'pf' without 'vf', expected an address, {pf: ADDRESS, vf: NUMBER} or {parent: NAME, mdev: TYPE}"},
	{"bad-device-both", 2,
	 "device is a virtual function and a mediated device at once, expected an address, {pf: ADDRESS, vf: NUMBER} or {parent: NAME, mdev: TYPE}"},
	{"bad-device-vf", 4, "device.vf is '-1', expected a whole number from 0 to 65535"},
	{"bad-device-pf", 3,
	 "device.pf: '1:2' is no PCI address, expected domain:bus:device.function such as 0000:01:00.0"},
	{"bad-device-type", 2,
	 "'../i915' of '0000:00:02.0' is no mediated device, expected names that 'nearnative devices' shows"},
	{"bad-device", 2,
	 "device: '01:00' is no PCI address, expected domain:bus:device.function such as 0000:01:00.0"},
	{"bad-duplicate-arm", 5,
	 "two arms are called 'native', expected different names (first at line 3)"},
	{"bad-duplicate-key", 9, "'name' is given twice, expected it once (first at line 1)"},
	{"bad-duplicate-setting", 11,
	 "'count' is given twice, expected it once (first at line 10)"},
	{"bad-duplicate-workload", 9,
	 "the workload 'system/timer' is listed twice, expected it once (first at line 8)"},
	{"bad-empty-section", 9, "design is empty, expected a mapping of keys to values"},
	{"bad-empty", 1, "the file is empty, expected name, arms and workloads"},
	{"bad-indent", 4,
	 "did not find expected '-' indicator while parsing a block collection that begins at line 3, expected valid YAML"},
	{"bad-iterations-zero", 9,
	 "iterations is '0', expected a whole number from 1 to 1000000000"},
	{"bad-list-key", 9, "a list or mapping as a key, expected a plain word"},
	{"bad-list", 1, "the plan is a list, expected a mapping of keys to values"},
	{"bad-missing-arms", 1, "'arms' is missing, expected 'arms:' with a list"},
	{"bad-missing-name", 1, "'name' is missing, expected 'name:' with a value"},
	{"bad-missing-target", 5,
	 "'target' is missing in arms[1], expected 'target:' with a value"},
	{"bad-missing-workload-name", 8,
	 "'name' is missing in workloads[0], expected 'name:' with a value"},
	{"bad-missing-workloads-after-section", 1,
	 "'workloads' is missing, expected 'workloads:' with a list"},
	{"bad-missing-workloads", 1, "'workloads' is missing, expected 'workloads:' with a list"},
	{"bad-name-control", 1, "'a [31m b' is no name"},
	{"bad-name-list", 1, "name is a list, expected one value"},
	{"bad-name", 1, "'my plan' is no name, expected 1 to 64 letters, digits, '.', '_' or '-'"},
	{"bad-nested", 3, "nested too deeply, expected at most 16 levels"},
	{"bad-no-arms", 2, "arms has 0 entries, expected 1 to 32"},
	{"bad-not-utf8", 2, "invalid trailing UTF-8 octet, expected text in UTF-8"},
	{"bad-plain-text", 1, "the plan is one value, expected a mapping of keys to values"},
	{"bad-runs-text", 11, "runs is 'three', expected a whole number from 1 to 100"},
	{"bad-seed-zero", 10, "seed is '0', expected a whole number from 1 to 9007199254740991"},
	{"bad-setting-list", 10, "the setting 'count' is no single value, expected 'count: value'"},
	{"bad-setting-value", 10, "'soon': expected a time"},
	{"bad-setting", 9, "'cuont'"},
	{"bad-settings-text", 9, "settings is one value, expected a mapping such as {name: value}"},
	{"bad-spare-is-device", 3,
	 "the spare function is the device under test, expected another function"},
	{"bad-tab", 3, "a tab indents this line, expected spaces (YAML has no tabs)"},
	{"bad-target-setting", 7, "'1 gallon': expected a size"},
	{"bad-target", 4, "locall"},
	{"bad-two-documents", 9, "a second document begins, expected one plan a file"},
	{"bad-unclosed", 10,
	 "did not find expected ',' or '}' while parsing a flow mapping that begins at line 9, expected valid YAML"},
	{"bad-unknown-arm-key", 4,
	 "unknown key 'tarket' in arms[0], expected name, target or settings (did you mean 'target'?)"},
	{"bad-unknown-design-key", 11,
	 "unknown key 'block' in design, expected blocks, runs, seed, base, aa or retries (did you mean 'blocks'?)"},
	{"bad-unknown-key-after-section", 10,
	 "unknown key 'deadlins', expected name, device, spare, arms, workloads, design, claims, deadlines or allow_emulated (did you mean 'deadlines'?)"},
	{"bad-unknown-key-unlike", 9,
	 "unknown key 'description', expected name, device, spare, arms, workloads, design, claims, deadlines or allow_emulated"},
	{"bad-unknown-key", 9,
	 "unknown key 'claim', expected name, device, spare, arms, workloads, design, claims, deadlines or allow_emulated (did you mean 'claims'?)"},
	{"bad-warmup-negative", 9, "warmup is '-1', expected a whole number from 0 to 1000000000"},
	{"bad-workload-runs", 9, "runs is '101', expected a whole number from 1 to 100"},
	{"bad-workload", 9, "system/tmer"},
};

static void every_malformed_plan_is_refused_with_line_and_expectation(void **state)
{
	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(bad_plans); i++) {
		const struct bad_plan *bad = &bad_plans[i];
		NN_AUTO(free) char *path = nn_asprintf(FIXTURES "/%s.yaml", bad->name);
		NN_AUTO(free) char *place = nn_asprintf("%s:%u: ", path, bad->line);
		NN_AUTO(plan) struct nn_plan *plan = NULL;
		struct nn_err err = {0};

		assert_int_equal(nn_plan_load(path, &catalog, &plan, &err), -EINVAL);
		assert_null(plan);
		assert_int_equal(err.code, -EINVAL);
		if (strncmp(err.message, place, strlen(place)) != 0 ||
		    !strstr(err.message, bad->phrase) || strchr(err.message, '\n'))
			fail_msg("expected '%s%s', got '%s'", place, bad->phrase, err.message);
		assert_int_equal(nn_plan_load(path, &catalog, &plan, NULL), -EINVAL);
	}
}

static void every_malformed_plan_of_the_folder_is_in_the_table(void **state)
{
	NN_AUTO(dir) DIR *dir = opendir(FIXTURES);
	const struct dirent *entry;
	size_t nr = 0;

	(void)state;
	assert_non_null(dir);
	for (entry = readdir(dir); entry; entry = readdir(dir))
		nr += strncmp(entry->d_name, "bad-", 4) == 0;
	assert_int_equal(nr, NN_ARRAY_SIZE(bad_plans));
}

static const char full_plan[] =
	"name: demo-1.0\n"
	"device: \"01:00.0\"\n"
	"spare: 0000:00:5.0\n"
	"arms:\n"
	"  - name: native\n"
	"    target: local\n"
	"  - name: vm\n"
	"    target: libvirt\n"
	"    settings: {memory: 1GiB, vcpus: \"1\"}\n"
	"workloads:\n"
	"  - name: system/timer\n"
	"    iterations: 20\n"
	"    warmup: 0\n"
	"    runs: 2\n"
	"    settings: {interval: 1ms}\n"
	"  - name: 'null'\n"
	"design: {blocks: 5, runs: 4, seed: 0x2a, base: vm, retries: 0}\n"
	"claims:\n"
	"  - vm >= 97% of native for *\n"
	"  - \"native >= 0.5 of vm for system/t*:latency\"\n"
	"deadlines: {bind: 1s, boot: 2min, hello: 500ms, run: 1h, upload: 5s, shutdown: 1.5s}\n"
	"allow_emulated: yes\n";

static void a_plan_that_says_everything_is_loaded_as_said(void **state)
{
	NN_AUTO(plan) struct nn_plan *plan = NULL;

	(void)state;
	assert_int_equal(nn_plan_parse(full_plan, "f.yaml", &catalog, &plan, NULL), 0);
	assert_string_equal(plan->path, "f.yaml");
	assert_string_equal(plan->text, full_plan);
	assert_string_equal(plan->name, "demo-1.0");
	assert_int_equal(plan->device.kind, NN_PLAN_FUNCTION);
	assert_string_equal(plan->device.name, "0000:01:00.0");
	assert_string_equal(plan->spare, "0000:00:05.0");
	assert_int_equal(plan->nr_arms, 2);
	assert_string_equal(plan->arms[1].name, "vm");
	assert_string_equal(plan->arms[1].target, "libvirt");
	assert_int_equal(plan->arms[1].line, 7);
	assert_int_equal(plan->arms[0].settings.nr, 0);
	assert_int_equal(plan->arms[1].settings.nr, 2);
	assert_string_equal(nn_pairs_get(&plan->arms[1].settings, "memory"), "1GiB");
	assert_string_equal(nn_pairs_get(&plan->arms[1].settings, "vcpus"), "1");
	assert_int_equal(plan->blocks, 5);
	assert_int_equal(plan->seed, 42);
	assert_int_equal(plan->retries, 0);
	assert_string_equal(plan->base, "vm");
	assert_true(plan->allow_emulated);
	assert_int_equal(plan->deadlines.bind_ns, NN_NS_PER_S);
	assert_int_equal(plan->deadlines.boot_ns, 120 * NN_NS_PER_S);
	assert_int_equal(plan->deadlines.hello_ns, 500 * NN_NS_PER_MS);
	assert_int_equal(plan->deadlines.run_ns, 3600 * NN_NS_PER_S);
	assert_int_equal(plan->deadlines.upload_ns, 5 * NN_NS_PER_S);
	assert_int_equal(plan->deadlines.shutdown_ns, 1500 * NN_NS_PER_MS);
}

/* A plan whose device is @device, which is to be loaded. */
static struct nn_plan *plan_with_device(const char *device)
{
	NN_AUTO(free)
	char *text = nn_asprintf("name: x\ndevice: %s\narms: [{name: only, target: local}]\n"
				 "workloads: [{name: system/timer}]\n",
				 device);
	struct nn_plan *plan = NULL;

	assert_int_equal(nn_plan_parse(text, "f.yaml", &catalog, &plan, NULL), 0);
	return plan;
}

static void devices_may_be_made_for_the_plan(void **state)
{
	NN_AUTO(plan) struct nn_plan *vf = plan_with_device("{pf: \"1:0.0\", vf: 3}");
	NN_AUTO(plan) struct nn_plan *mdev = plan_with_device("{mdev: mtty-2, parent: mtty}");

	(void)state;
	assert_int_equal(vf->device.kind, NN_PLAN_VIRTUAL_FUNCTION);
	assert_string_equal(vf->device.name, "0000:01:00.0");
	assert_int_equal(vf->device.vf, 3);
	assert_int_equal(mdev->device.kind, NN_PLAN_MEDIATED);
	assert_string_equal(mdev->device.name, "mtty");
	assert_string_equal(mdev->device.type, "mtty-2");
}

static void workloads_keep_their_numbers_and_inherit_runs(void **state)
{
	NN_AUTO(plan) struct nn_plan *plan = NULL;

	(void)state;
	assert_int_equal(nn_plan_parse(full_plan, "f.yaml", &catalog, &plan, NULL), 0);
	assert_int_equal(plan->nr_workloads, 2);
	assert_int_equal(plan->workloads[0].iterations, 20);
	assert_int_equal(plan->workloads[0].warmup, 0);
	assert_int_equal(plan->workloads[0].runs, 2);
	assert_int_equal(plan->workloads[0].line, 11);
	assert_string_equal(nn_pairs_get(&plan->workloads[0].settings, "interval"), "1ms");
	assert_string_equal(plan->workloads[1].name, "null");
	assert_int_equal(plan->workloads[1].iterations, 0);
	assert_true(plan->workloads[1].warmup == UINT64_MAX);
	assert_int_equal(plan->workloads[1].runs, 4);
}

static void claims_keep_their_line_and_parts(void **state)
{
	NN_AUTO(plan) struct nn_plan *plan = NULL;

	(void)state;
	assert_int_equal(nn_plan_parse(full_plan, "f.yaml", &catalog, &plan, NULL), 0);
	assert_int_equal(plan->nr_claims, 2);
	assert_int_equal(plan->claims[1].line, 20);
	assert_string_equal(plan->claims[0].text, "vm >= 97% of native for *");
	assert_string_equal(plan->claims[1].workload, "system/t*");
	assert_string_equal(plan->claims[1].metric, "latency");
	assert_true(plan->claims[1].margin == 0.5);
}

static void a_plan_that_says_little_gets_the_documented_defaults(void **state)
{
	static const char text[] = "name: x\n"
				   "arms: [{name: only, target: local}]\n"
				   "workloads: [{name: system/timer}]\n";
	NN_AUTO(plan) struct nn_plan *plan = NULL;

	(void)state;
	assert_int_equal(nn_plan_parse(text, "f.yaml", &catalog, &plan, NULL), 0);
	assert_int_equal(plan->device.kind, NN_PLAN_NO_DEVICE);
	assert_null(plan->spare);
	assert_int_equal(plan->blocks, 10);
	assert_int_equal(plan->retries, 3);
	assert_int_equal(plan->workloads[0].runs, 3);
	assert_int_equal(plan->seed, 0);
	assert_string_equal(plan->base, "only");
	assert_false(plan->is_aa);
	assert_int_equal(plan->nr_claims, 0);
	assert_false(plan->allow_emulated);
	assert_int_equal(plan->deadlines.bind_ns, 30 * NN_NS_PER_S);
	assert_int_equal(plan->deadlines.boot_ns, 180 * NN_NS_PER_S);
	assert_int_equal(plan->deadlines.hello_ns, 120 * NN_NS_PER_S);
	assert_int_equal(plan->deadlines.run_ns, 120 * NN_NS_PER_S);
	assert_int_equal(plan->deadlines.upload_ns, 60 * NN_NS_PER_S);
	assert_int_equal(plan->deadlines.shutdown_ns, 60 * NN_NS_PER_S);
}

static void claims_need_not_say_for_what_and_may_repeat_themselves(void **state)
{
	static const char text[] = "name: x\n"
				   "arms: [{name: a, target: local}, {name: b, target: local}]\n"
				   "workloads: [{name: system/timer}]\n"
				   "claims:\n"
				   "  - b >= 97 % of a\n"
				   "  - b >= 0.97 of a for *\n"
				   "  - b >= 90% of a for system/timer\n"
				   "  - b >= 80% of a for system/timer:p*\n"
				   "  - b >= 70% of a for system/timer:q*\n"
				   "  - a >= 80% of b\n";
	NN_AUTO(plan) struct nn_plan *plan = NULL;
	struct nn_err err = {0};

	(void)state;
	if (nn_plan_parse(text, "f.yaml", &catalog, &plan, &err))
		fail_msg("%s", err.message);
	assert_int_equal(plan->nr_claims, 6);
	assert_string_equal(plan->claims[0].workload, "*");
	assert_string_equal(plan->claims[0].metric, "*");
	assert_true(plan->claims[0].margin == plan->claims[1].margin);
}

static char *aa_plan(const char *rest)
{
	return nn_asprintf("name: x\n"
			   "arms:\n"
			   "  - {name: native, target: local}\n"
			   "  - name: vm\n"
			   "    target: libvirt\n"
			   "    settings: {memory: 1GiB, vcpus: \"1\"}\n"
			   "  - {name: vm-again, target: local}\n"
			   "workloads: [{name: system/timer}]\n"
			   "%s",
			   rest);
}

static void an_aa_plan_runs_one_arm_against_itself(void **state)
{
	NN_AUTO(free)
	char *text = aa_plan("design: {aa: vm, blocks: 7}\nclaims: [vm-again >= 97% of vm]\n");
	NN_AUTO(plan) struct nn_plan *plan = NULL;
	struct nn_err err = {0};

	(void)state;
	if (nn_plan_parse(text, "f.yaml", &catalog, &plan, &err))
		fail_msg("%s", err.message);
	assert_true(plan->is_aa);
	assert_int_equal(plan->nr_arms, 2);
	assert_string_equal(plan->arms[0].name, "vm");
	assert_string_equal(plan->arms[1].name, "vm-again");
	assert_string_equal(plan->base, "vm");
	assert_int_equal(plan->blocks, 7);
	assert_int_equal(plan->nr_claims, 1);
	assert_string_equal(plan->text, text);
	for (size_t i = 0; i < plan->nr_arms; i++) {
		assert_string_equal(plan->arms[i].target, "libvirt");
		assert_int_equal(plan->arms[i].line, 4);
		assert_int_equal(plan->arms[i].settings.nr, 2);
		assert_string_equal(nn_pairs_get(&plan->arms[i].settings, "memory"), "1GiB");
		assert_string_equal(nn_pairs_get(&plan->arms[i].settings, "vcpus"), "1");
	}
}

static void both_boots_of_an_aa_block_come_first_equally_often(void **state)
{
	NN_AUTO(free) char *text = aa_plan("design: {aa: native, blocks: 1000}\n");
	NN_AUTO(plan) struct nn_plan *plan = NULL;
	NN_AUTO(schedule) struct nn_schedule *schedule = NULL;
	size_t nr_again_first = 0;

	(void)state;
	assert_int_equal(nn_plan_parse(text, "f.yaml", &catalog, &plan, NULL), 0);
	schedule = nn_schedule_new(plan, 3);
	assert_int_equal(schedule->nr_arms, 2);
	for (size_t i = 0; i < schedule->nr_blocks; i++) {
		assert_int_equal(schedule->blocks[i].arms[0] + schedule->blocks[i].arms[1], 1);
		nr_again_first += schedule->blocks[i].arms[0];
	}
	assert_in_range(nr_again_first, 420, 580); /* 500 expected, standard deviation 16 */
}

static void an_aa_plan_may_name_its_base_and_needs_no_claims_and_no_other_arm(void **state)
{
	static const char *const texts[] = {
		"name: x\narms: [{name: native, target: local}]\n"
		"workloads: [{name: system/timer}]\ndesign: {aa: native}\n",
		"name: x\narms: [{name: vm, target: libvirt}, {name: native, target: local}]\n"
		"workloads: [{name: system/timer}]\ndesign: {base: native, aa: native}\n",
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(texts); i++) {
		NN_AUTO(plan) struct nn_plan *plan = NULL;

		assert_int_equal(nn_plan_parse(texts[i], "f.yaml", &catalog, &plan, NULL), 0);
		assert_true(plan->is_aa);
		assert_int_equal(plan->nr_arms, 2);
		assert_string_equal(plan->arms[1].name, "native-again");
		assert_string_equal(plan->base, "native");
		assert_int_equal(plan->nr_claims, 0);
	}
}

static void the_hash_is_of_the_bytes(void **state)
{
	NN_AUTO(strbuf) struct nn_strbuf changed = NN_STRBUF_INIT;
	NN_AUTO(plan) struct nn_plan *plan = NULL;
	NN_AUTO(plan) struct nn_plan *other = NULL;
	char hash[NN_SHA256_HEX_CAP];

	(void)state;
	nn_strbuf_add(&changed, full_plan);
	nn_strbuf_add(&changed, "# the end\n");
	assert_int_equal(nn_plan_parse(full_plan, "a", &catalog, &plan, NULL), 0);
	assert_int_equal(nn_plan_parse(nn_strbuf_str(&changed), "a", &catalog, &other, NULL), 0);
	nn_sha256_hex(full_plan, strlen(full_plan), hash);
	assert_string_equal(plan->hash, hash);
	assert_string_not_equal(plan->hash, other->hash);
}

static void a_file_over_one_mebibyte_is_refused(void **state)
{
	char path[] = "/tmp/nearnative-test-plan-XXXXXX";
	NN_AUTO(fd) int fd = mkstemp(path);
	NN_AUTO(free)
	char *place = nn_asprintf("%s:1: the file is too large, expected at most 1 MiB", path);
	NN_AUTO(plan) struct nn_plan *plan = NULL;
	struct nn_err err = {0};

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 1024 * 1024 + 1), 0);
	assert_int_equal(nn_plan_load(path, &catalog, &plan, &err), -EFBIG);
	assert_string_equal(err.message, place);
	assert_int_equal(nn_plan_load("/dev/zero", &catalog, &plan, &err), -EFBIG);
	assert_int_equal(unlink(path), 0);
}

static void a_plan_that_cannot_be_read_names_the_file_and_the_cause(void **state)
{
	NN_AUTO(plan) struct nn_plan *plan = NULL;
	struct nn_err err = {0};

	(void)state;
	assert_int_equal(nn_plan_load("no/such.yaml", &catalog, &plan, &err), -ENOENT);
	assert_string_equal(err.message, "plan: open 'no/such.yaml': No such file or directory");
	assert_int_equal(nn_plan_load("ci/tests", &catalog, &plan, &err), -EISDIR);
	assert_string_equal(err.message, "plan: read 'ci/tests': Is a directory");
}

static void the_plans_that_we_ship_load(void **state)
{
	NN_AUTO(plan) struct nn_plan *demo = NULL;
	NN_AUTO(plan) struct nn_plan *alone = NULL;
	struct nn_err err = {0};

	(void)state;
	if (nn_plan_load("ci/plans/demo.yaml", &open_catalog, &demo, &err))
		fail_msg("%s", err.message);
	assert_int_equal(demo->blocks, 5);
	assert_int_equal(demo->nr_arms, 2);
	assert_string_equal(demo->base, "native");
	assert_true(demo->nr_claims >= 2);
	if (nn_plan_load("ci/plans/local.yaml", &open_catalog, &alone, &err))
		fail_msg("%s", err.message);
	assert_int_equal(alone->nr_arms, 1);
	assert_int_equal(alone->device.kind, NN_PLAN_NO_DEVICE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_malformed_plan_is_refused_with_line_and_expectation),
		cmocka_unit_test(every_malformed_plan_of_the_folder_is_in_the_table),
		cmocka_unit_test(a_plan_that_says_everything_is_loaded_as_said),
		cmocka_unit_test(devices_may_be_made_for_the_plan),
		cmocka_unit_test(workloads_keep_their_numbers_and_inherit_runs),
		cmocka_unit_test(claims_keep_their_line_and_parts),
		cmocka_unit_test(a_plan_that_says_little_gets_the_documented_defaults),
		cmocka_unit_test(claims_need_not_say_for_what_and_may_repeat_themselves),
		cmocka_unit_test(an_aa_plan_runs_one_arm_against_itself),
		cmocka_unit_test(both_boots_of_an_aa_block_come_first_equally_often),
		cmocka_unit_test(both_boots_of_an_aa_block_come_first_equally_often),
		cmocka_unit_test(an_aa_plan_may_name_its_base_and_needs_no_claims_and_no_other_arm),
		cmocka_unit_test(the_hash_is_of_the_bytes),
		cmocka_unit_test(a_file_over_one_mebibyte_is_refused),
		cmocka_unit_test(a_plan_that_cannot_be_read_names_the_file_and_the_cause),
		cmocka_unit_test(the_plans_that_we_ship_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
