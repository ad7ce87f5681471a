/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ci/tests/collectors/recorded.h"

extern const struct nn_collector nn_collector_facts_block;

static void only_serial_numbers_of_ours_are_told(void **state)
{
	struct recorded *recorded = *state;

	assert_int_equal(nn_collector_facts_block.sample(&recorded->collect, NULL), 0);
	assert_fact(recorded, "block.images", "none");
	nn_pairs_release(&recorded->facts);
	recorded_write(recorded, "/sys/block/vda/serial", "nearnative1\n");
	recorded_write(recorded, "/sys/block/vdb/serial", "SECRET\n");
	recorded_write(recorded, "/sys/block/vdc/serial", "nearnative2\n");
	recorded_write(recorded, "/sys/block/sda/size", "8\n");
	assert_int_equal(nn_collector_facts_block.sample(&recorded->collect, NULL), 0);
	assert_fact(recorded, "block.images", "nearnative1 nearnative2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(only_serial_numbers_of_ours_are_told,
						recorded_setup, recorded_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
