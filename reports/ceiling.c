/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/ceiling.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/array.h"
#include "harness/base/strbuf.h"
#include "harness/base/units.h"

/* What data link layer packets leave, and what headers and framing add to each TLP. */
#define LINK_LAYER_SHARE   (57.88 / 62.96)
#define TLP_OVERHEAD_BYTES 24.0

/* The largest that is common: with it the ceiling is an upper bound where the size is unknown. */
#define MPS_ASSUMED_BYTES 512

/* Metrics whose every byte crosses the link of the device under test, if it is of this class. */
static const struct {
	const char *workload;
	const char *metric;
	const char *class_code; /* its beginning: storage, display; PCI Code and ID Assignment */
} over_the_link[] = {
	{"iommu/nvme-read", "throughput", "01"},
	{"compute/bandwidth", "h2d", "03"},
	{"compute/bandwidth", "d2h", "03"},
};

static const struct {
	const char *unit;
	double bytes_per_s;
} byte_rates[] = {
	{"B/s", 1},        {"kB/s", 1e3},     {"MB/s", 1e6},     {"GB/s", 1e9},
	{"KiB/s", 0x1p10}, {"MiB/s", 0x1p20}, {"GiB/s", 0x1p30},
};

double nn_pcie_ceiling_bytes_per_s(double gt_per_s, unsigned int lanes, unsigned int mps_bytes)
{
	/* 8b/10b up to 5 GT/s, 128b/130b above; PCI Express Base Specification */
	double encoding = gt_per_s > 5 ? 128.0 / 130.0 : 0.8;
	double payload = (double)mps_bytes / ((double)mps_bytes + TLP_OVERHEAD_BYTES);

	if (!(gt_per_s >= 2.5) || gt_per_s > 32 || !lanes)
		return NAN;
	return gt_per_s * 1e9 / 8 * encoding * lanes * LINK_LAYER_SHARE * payload;
}

static bool crosses_link(const struct nn_report_row *row, const char *class_code)
{
	for (size_t i = 0; i < NN_ARRAY_SIZE(over_the_link); i++) {
		if (strcmp(row->workload, over_the_link[i].workload) == 0 &&
		    strcmp(row->metric, over_the_link[i].metric) == 0 &&
		    strncmp(class_code, over_the_link[i].class_code, 2) == 0)
			return true;
	}
	return false;
}

static double bytes_per_s_of(const char *unit)
{
	for (size_t i = 0; i < NN_ARRAY_SIZE(byte_rates); i++) {
		if (strcmp(unit, byte_rates[i].unit) == 0)
			return byte_rates[i].bytes_per_s;
	}
	return NAN;
}

/* "16.0 GT/s PCIe" and "x16" or "16": the number that stands in front. */
static double leading_number(const char *text)
{
	size_t from = strcspn(text, "0123456789");
	NN_AUTO(free) char *digits = nn_strndup(text + from, strspn(text + from, "0123456789."));
	double value = NAN;

	return nn_parse_double(digits, &value, NULL) ? NAN : value;
}

/* The machine that owns the device knows its link; a guest sees what is emulated before it. */
static const char *link_fact(const struct nn_report_arm *arm, const char *name)
{
	NN_AUTO(free) char *of_host = nn_asprintf("host.%s", name);
	const char *value = nn_pairs_get(&arm->facts, of_host);

	return value ? value : nn_pairs_get(&arm->facts, name);
}

void nn_row_set_ceiling(struct nn_report_row *row, const struct nn_comparison *comparison)
{
	const struct nn_report_arm *arm = nn_comparison_arm(comparison, row->base_arm);
	double unit = bytes_per_s_of(row->unit);
	const char *class_code, *speed, *width;
	double nr_lanes, ceiling;

	if (!arm || comparison->is_emulated || isnan(unit))
		return;
	class_code = link_fact(arm, "device.class");
	if (!class_code || !crosses_link(row, class_code))
		return;
	speed = link_fact(arm, "device.link.speed");
	width = link_fact(arm, "device.link.width");
	if (!speed || !width || strstr(speed, " | ") || strstr(width, " | "))
		return; /* absent, or boots differ: there is no one ceiling */
	nr_lanes = leading_number(width);
	if (!(nr_lanes >= 1 && nr_lanes <= 32))
		return;
	ceiling = nn_pcie_ceiling_bytes_per_s(leading_number(speed), (unsigned int)nr_lanes,
					      MPS_ASSUMED_BYTES);
	if (isnan(ceiling))
		return;
	row->ceiling = ceiling / unit;
	row->ceiling_source = nn_asprintf("PCIe link, %s x%g, MPS %d assumed", speed, nr_lanes,
					  MPS_ASSUMED_BYTES);
}
