/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/collectors/recorded.h"

extern const struct nn_collector nn_collector_facts_cpu;

#define CPU "/sys/devices/system/cpu"

static void sample(struct recorded *recorded)
{
	nn_pairs_release(&recorded->facts);
	assert_int_equal(nn_collector_facts_cpu.sample(&recorded->collect, NULL), 0);
}

static void add_cpu(const struct recorded *recorded, unsigned int number, const char *package,
		    const char *siblings)
{
	NN_AUTO(free)
	char *ids = nn_asprintf(CPU "/cpu%u/topology/physical_package_id", number);
	NN_AUTO(free)
	char *list = nn_asprintf(CPU "/cpu%u/topology/thread_siblings_list", number);

	recorded_write(recorded, ids, package);
	recorded_write(recorded, list, siblings);
}

static void alike_cpus_have_a_topology(void **state)
{
	struct recorded *recorded = *state;

	for (unsigned int i = 0; i < 8; i++) {
		NN_AUTO(free) char *siblings = nn_asprintf("%u-%u\n", i & ~1U, i | 1U);

		add_cpu(recorded, i, i < 4 ? "0\n" : "1\n", siblings);
	}
	recorded_write(recorded, CPU "/cpufreq/boost", "1\n");
	recorded_write(recorded, CPU "/cpu8/online", "0\n");
	sample(recorded);
	assert_fact(recorded, "cpu.topology", "2x2x2");
}

static void cores_that_differ_have_none(void **state)
{
	struct recorded *recorded = *state;

	sample(recorded);
	assert_fact(recorded, "cpu.topology", NULL);
	add_cpu(recorded, 0, "0\n", "0-1\n");
	add_cpu(recorded, 1, "0\n", "0-1\n");
	add_cpu(recorded, 2, "0\n", "2\n");
	sample(recorded);
	assert_fact(recorded, "cpu.topology", NULL);
}

static void caches_are_listed_by_index(void **state)
{
	struct recorded *recorded = *state;

	recorded_write(recorded, CPU "/cpu0/cache/index0/level", "1\n");
	recorded_write(recorded, CPU "/cpu0/cache/index0/type", "Data\n");
	recorded_write(recorded, CPU "/cpu0/cache/index0/size", "32K\n");
	recorded_write(recorded, CPU "/cpu0/cache/index3/level", "3\n");
	recorded_write(recorded, CPU "/cpu0/cache/index3/type", "Unified\n");
	recorded_write(recorded, CPU "/cpu0/cache/index3/size", "16384K\n");
	recorded_write(recorded, CPU "/cpu0/cache/uevent", "");
	sample(recorded);
	assert_fact(recorded, "cpu.caches", "L1 Data 32K, L3 Unified 16384K");
}

static void flags_are_there_or_not(void **state)
{
	struct recorded *recorded = *state;

	sample(recorded);
	assert_fact(recorded, "cpu.invtsc", NULL);
	recorded_write(recorded, "/proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu nonstop_tsc\n");
	sample(recorded);
	assert_fact(recorded, "cpu.invtsc", "yes");
	assert_fact(recorded, "cpu.topoext", "no");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(alike_cpus_have_a_topology, recorded_setup,
						recorded_teardown),
		cmocka_unit_test_setup_teardown(cores_that_differ_have_none, recorded_setup,
						recorded_teardown),
		cmocka_unit_test_setup_teardown(caches_are_listed_by_index, recorded_setup,
						recorded_teardown),
		cmocka_unit_test_setup_teardown(flags_are_there_or_not, recorded_setup,
						recorded_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
