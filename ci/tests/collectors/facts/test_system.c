/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/collectors/recorded.h"

extern const struct nn_collector nn_collector_facts_system;

static void sample(struct recorded *recorded)
{
	struct nn_err err = {0};

	assert_int_equal(nn_collector_facts_system.sample(&recorded->collect, &err), 0);
}

static void facts_come_from_the_tree(void **state)
{
	struct recorded *recorded = *state;

	recorded_write(recorded, "/proc/sys/kernel/osrelease", "6.1.0-56-amd64\n");
	recorded_write(recorded, "/proc/cmdline", "quiet iommu.strict=1\n");
	recorded_write(recorded, "/proc/cpuinfo",
		       "processor\t: 0\nmodel\t\t: 1\nmodel name\t: AMD EPYC Processor\n"
		       "microcode\t: 0x1000065\n\nprocessor\t: 1\nmodel name\t: other\n");
	recorded_write(recorded, "/proc/meminfo", "MemTotal:        4026532 kB\nMemFree: 1 kB\n");
	recorded_write(recorded, "/sys/devices/system/cpu/online", "0-3,8\n");
	recorded_write(recorded, "/sys/class/dmi/id/board_name", "ProArt X870E-CREATOR WIFI\n");
	recorded_write(recorded, "/sys/class/dmi/id/board_serial", "SECRET\n");
	recorded_write(recorded, "/sys/devices/system/cpu/vulnerabilities/meltdown",
		       "Not affected\n");
	recorded_write(recorded, "/sys/devices/system/cpu/vulnerabilities/retbleed",
		       "Mitigation: untrained return thunk\n");
	recorded_write(recorded, "/sys/devices/system/cpu/vulnerabilities/mds", "Vulnerable\n");
	sample(recorded);

	assert_fact(recorded, "kernel.release", "6.1.0-56-amd64");
	assert_fact(recorded, "kernel.cmdline", "quiet iommu.strict=1");
	assert_fact(recorded, "cpu.model", "AMD EPYC Processor");
	assert_fact(recorded, "cpu.microcode", "0x1000065");
	assert_fact(recorded, "cpu.count", "5");
	assert_fact(recorded, "memory.total", "4026532 kB");
	assert_fact(recorded, "board.name", "ProArt X870E-CREATOR WIFI");
	assert_fact(recorded, "cpu.mitigations",
		    "mds: Vulnerable; retbleed: Mitigation: untrained return thunk");
	assert_fact(recorded, "build", "build-1");
	assert_fact(recorded, "clock.kind", "real");
	for (size_t i = 0; i < recorded->facts.nr; i++)
		assert_null(strstr(recorded->facts.items[i].value, "SECRET"));
}

static void what_cannot_be_read_is_absent(void **state)
{
	struct recorded *recorded = *state;

	sample(recorded);
	assert_fact(recorded, "kernel.release", NULL);
	assert_fact(recorded, "cpu.count", NULL);
	assert_fact(recorded, "memory.total", NULL);
	assert_fact(recorded, "cpu.mitigations", NULL);
}

static void virtual_clock_is_a_whole_word_of_the_command_line(void **state)
{
	static const struct {
		const char *cmdline;
		const char *kind;
	} cases[] = {
		{"quiet nn.clock=virtual panic=-1\n", "virtual"},
		{"nn.clock=virtual\n", "virtual"},
		{"quiet  nn.clock=virtual\n", "virtual"},
		{"xnn.clock=virtual\n", "real"},
		{"nn.clock=virtually\n", "real"},
		{"\n", "real"},
	};
	struct recorded *recorded = *state;

	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		nn_pairs_release(&recorded->facts);
		recorded_write(recorded, "/proc/cmdline", cases[i].cmdline);
		sample(recorded);
		assert_fact(recorded, "clock.kind", cases[i].kind);
	}
}

static void cpu_list_that_makes_no_sense_gives_no_count(void **state)
{
	static const char *const lists[] = {"x\n", "3-1\n", "1;2\n", "\n"};
	struct recorded *recorded = *state;

	for (size_t i = 0; i < NN_ARRAY_SIZE(lists); i++) {
		recorded_write(recorded, "/sys/devices/system/cpu/online", lists[i]);
		sample(recorded);
		assert_fact(recorded, "cpu.count", NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(facts_come_from_the_tree, recorded_setup,
						recorded_teardown),
		cmocka_unit_test_setup_teardown(what_cannot_be_read_is_absent, recorded_setup,
						recorded_teardown),
		cmocka_unit_test_setup_teardown(virtual_clock_is_a_whole_word_of_the_command_line,
						recorded_setup, recorded_teardown),
		cmocka_unit_test_setup_teardown(cpu_list_that_makes_no_sense_gives_no_count,
						recorded_setup, recorded_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
