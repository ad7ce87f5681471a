/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/iommu/vfio-container.h"

#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MIB (1ULL << 20)

static void an_iova_is_aligned_inside_a_range_and_never_zero(void **state)
{
	static const struct {
		struct nn_iova_range ranges[2];
		uint64_t len_bytes;
		uint64_t iova; /* 0: none */
	} cases[] = {
		/* VT-d as QEMU has it: the hole of the MSI window between the ranges */
		{{{0, 0xfedfffff}, {0xfef00000, 0x7fffffffff}}, 64 * MIB, 2 * MIB},
		{{{0, 3 * MIB}, {0xfef00000, 0x7fffffffff}}, 64 * MIB, 0xff000000},
		{{{0, 4 * MIB - 1}, {0, 0}}, 2 * MIB, 2 * MIB},
		{{{0, 4 * MIB - 2}, {0, 0}}, 2 * MIB, 0},
		{{{2 * MIB + 1, 6 * MIB}, {0, 0}}, 1, 4 * MIB},
		/* the top of the address space, where sums would overflow */
		{{{UINT64_MAX - MIB, UINT64_MAX}, {0, 0}}, 1, 0},
		{{{UINT64_MAX - 4 * MIB, UINT64_MAX}, {0, 0}}, 2 * MIB, UINT64_MAX - 4 * MIB + 1},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		uint64_t iova = 0;
		struct nn_err err = {0};
		int rc = nn_iova_pick(cases[i].ranges, 2, cases[i].len_bytes, &iova, &err);

		if (iova != cases[i].iova)
			fail_msg("case %zu: 0x%" PRIx64, i, iova);
		assert_int_equal(rc, cases[i].iova ? 0 : -ENOSPC);
		assert_true(!rc || strstr(err.message, "no IOVA range has room for "));
	}
}

static void no_range_means_no_room(void **state)
{
	struct nn_err err = {0};
	uint64_t iova;

	(void)state;
	assert_int_equal(nn_iova_pick(NULL, 0, 4096, &iova, &err), -ENOSPC);
	assert_string_equal(err.message, "no IOVA range has room for 4096 bytes");
}

static void a_machine_without_vfio_is_a_skip(void **state)
{
	const struct nn_sysroot root = {.prefix = "/nonexistent"};
	struct nn_vfio_container container = NN_VFIO_CONTAINER_INIT;
	struct nn_err err = {0};

	(void)state;
	assert_int_equal(nn_vfio_group_check(&root, "1", &err), -EOPNOTSUPP);
	assert_string_equal(err.message, "open '/dev/vfio/vfio': No such file or directory");
	assert_int_equal(nn_vfio_container_open(&root, "1", &container, &err), -EOPNOTSUPP);
	assert_int_equal(container.container_fd, -1);
	nn_vfio_container_release(&container);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_iova_is_aligned_inside_a_range_and_never_zero),
		cmocka_unit_test(no_range_means_no_room),
		cmocka_unit_test(a_machine_without_vfio_is_a_skip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
