/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Physical ceilings: what no driver and no hypervisor can exceed. Private to this folder.
 */
#ifndef NN_REPORTS_CEILING_H
#define NN_REPORTS_CEILING_H

#include "reports/comparison.h"

/**
 * Payload of a PCIe link in one direction, bytes per second: lanes × rate × encoding, less the data
 * link layer's packets and the TLP headers of @mps_bytes.
 * @gt_per_s: 2.5, 5, 8, 16, 32. Return: NaN for another rate or no lanes.
 * Source: pcie-bench, SIGCOMM 2018: 62.96 Gb/s of Gen3 x8 leave 57.88 Gb/s; TLP overhead 24 bytes.
 */
double nn_pcie_ceiling_bytes_per_s(double gt_per_s, unsigned int lanes, unsigned int mps_bytes);

/**
 * Fill the row's ceiling and its source where the metric crosses the link of the device under test
 * and the link is known. Links of an emulated machine limit nothing.
 */
void nn_row_set_ceiling(struct nn_report_row *row, const struct nn_comparison *comparison);

#endif
