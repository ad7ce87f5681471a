/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/ceiling.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "harness/base/array.h"
#include "reports/row.h"

/* Payload GB/s that reference peers §5 computes from pcie-bench's figures. */
static void ceilings_are_those_of_pcie_bench(void **state)
{
	static const struct {
		double gt_per_s;
		unsigned int lanes;
		unsigned int mps;
		double gb_per_s;
	} cases[] = {
		{2.5, 16, 512, 3.51}, {5, 8, 256, 3.36},   {8, 1, 512, 0.86},
		{8, 8, 512, 6.92},    {8, 16, 128, 12.20}, {16, 4, 256, 6.62},
		{16, 16, 512, 27.67}, {32, 8, 512, 27.67}, {32, 16, 256, 52.97},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++)
		assert_float_equal(nn_pcie_ceiling_bytes_per_s(cases[i].gt_per_s, cases[i].lanes,
							       cases[i].mps) /
					   1e9,
				   cases[i].gb_per_s, 0.006);
}

static void an_unknown_link_has_no_ceiling(void **state)
{
	(void)state;
	assert_true(isnan(nn_pcie_ceiling_bytes_per_s(NAN, 16, 512)));
	assert_true(isnan(nn_pcie_ceiling_bytes_per_s(8, 0, 512)));
	assert_true(isnan(nn_pcie_ceiling_bytes_per_s(1, 16, 512)));
}

/* A comparison of one arm whose machine has an NVMe behind Gen3 x4. */
static struct nn_comparison *machine(const char *width)
{
	struct nn_comparison *c = nn_calloc(1, sizeof(*c));
	struct nn_report_arm *arm = NN_ARRAY_APPEND(c->arms, c->nr_arms, c->cap_arms);

	arm->name = nn_strdup("native");
	nn_pairs_add(&arm->facts, "device.class", "010802");
	nn_pairs_add(&arm->facts, "device.link.speed", "8.0 GT/s PCIe");
	nn_pairs_add(&arm->facts, "device.link.width", width);
	return c;
}

static struct nn_report_row row_of(const char *workload, const char *metric)
{
	return (struct nn_report_row){.workload = nn_strdup(workload),
				      .metric = nn_strdup(metric),
				      .unit = nn_strdup("MB/s"),
				      .base_arm = nn_strdup("native"),
				      .ceiling = NAN};
}

static void reads_over_the_link_have_its_ceiling(void **state)
{
	NN_AUTO(comparison) struct nn_comparison *c = machine("4");
	struct nn_report_row row = row_of("iommu/nvme-read", "throughput");

	(void)state;
	nn_row_set_ceiling(&row, c);
	assert_float_equal(row.ceiling, 3460, 6);
	assert_string_equal(row.ceiling_source, "PCIe link, 8.0 GT/s PCIe x4, MPS 512 assumed");
	nn_row_release(&row);
}

static void what_is_not_known_to_cross_the_link_has_none(void **state)
{
	static const struct {
		const char *workload;
		const char *metric;
		const char *width;
		bool is_emulated;
	} cases[] = {
		{"iommu/nvme-read", "latency", "4", false},
		{"compute/bandwidth", "h2d", "4", false}, /* the device is no display */
		{"iommu/nvme-read", "throughput", "4 | 2", false},
		{"iommu/nvme-read", "throughput", "4", true},
	};

	(void)state;
	for (size_t i = 0; i < NN_ARRAY_SIZE(cases); i++) {
		NN_AUTO(comparison) struct nn_comparison *c = machine(cases[i].width);
		struct nn_report_row row = row_of(cases[i].workload, cases[i].metric);

		c->is_emulated = cases[i].is_emulated;
		nn_row_set_ceiling(&row, c);
		assert_true(isnan(row.ceiling));
		nn_row_release(&row);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ceilings_are_those_of_pcie_bench),
		cmocka_unit_test(an_unknown_link_has_no_ceiling),
		cmocka_unit_test(reads_over_the_link_have_its_ceiling),
		cmocka_unit_test(what_is_not_known_to_cross_the_link_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
