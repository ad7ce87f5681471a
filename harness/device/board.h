/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of a machine as a whole decides how its devices can be isolated: the kernel, its IOMMU and
 * the words that were said to it about them.
 */
#ifndef NN_DEVICE_BOARD_H
#define NN_DEVICE_BOARD_H

#include "harness/base/sysfs.h"

struct nn_board {
	char *kernel;                /* release, or NULL */
	char *iommu;                 /* "Intel VT-d", "AMD-Vi" …, or NULL when none is active */
	char *policy;                /* default domains: "lazy", "strict", "passthrough", "mixed" */
	int interrupt_remapping;     /* 1: on, 0: off, -1: this architecture does not say */
	int unsafe_interrupts;       /* VFIO goes without: 1 yes, 0 no, -1 it is not loaded */
	char *acs_override;          /* what pcie_acs_override= says, or NULL */
	struct nn_name_list options; /* the kernel's command line, as far as it concerns all this */
};

void nn_board_read(const struct nn_sysroot *root, struct nn_board *ret_board);
void nn_board_release(struct nn_board *board);
NN_AUTO_DEFINE(board, struct nn_board, nn_board_release(p))

#endif
