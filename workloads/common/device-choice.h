/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which device a compute or graphics workload runs on. Libraries number devices as they like, so
 * the choice goes by PCI address: the device under test first. While a GPU is under test no other
 * GPU may stand in for it, for its figures would pass for the right one's; a software device may,
 * because it is named as such and refused by the report.
 */
#ifndef NN_WORKLOADS_COMMON_DEVICE_CHOICE_H
#define NN_WORKLOADS_COMMON_DEVICE_CHOICE_H

#include "workloads/workload.h"

/* The row that a workload with such a choice puts into its settings. */
#define NN_DEVICE_CHOICE_SETTING                                                           \
	{                                                                                  \
		.name = "device", .kind = NN_SETTING_STRING, .default_text = "auto",       \
		.help = "auto: the device under test, else a GPU, else software; gpu: no " \
			"software; cpu: software only",                                    \
	}

enum nn_device_wish_kind { NN_WISH_AUTO, NN_WISH_GPU, NN_WISH_CPU };

struct nn_device_wish {
	enum nn_device_wish_kind kind;
	bool is_gpu_under_test; /* the job's device is a display or processing controller */
	char bdf[NN_BDF_CAP];   /* of the device under test as this side sees it, or "" */
};

/* What a library says about one of its devices. */
struct nn_device_candidate {
	bool is_software;
	char bdf[NN_BDF_CAP]; /* "" when the library does not say */
};

/** Read the setting `device` and the job's device; -EINVAL for another word. */
int nn_device_wish_read(const struct nn_workload *workload, const struct nn_workload_run *run,
			struct nn_device_wish *ret_wish, struct nn_err *err);

/** How well @candidate fits: the higher the better, 0: it must not be used. */
unsigned int nn_device_wish_rank(const struct nn_device_wish *wish,
				 const struct nn_device_candidate *candidate);

/** "no OpenCL device fits…" with what was wished for and what is there (@seen); -EOPNOTSUPP. */
int nn_device_wish_refuse(const struct nn_device_wish *wish, const char *api, const char *seen,
			  struct nn_err *err);

/** Tell the run which device it used: its note, and whether software stood in. */
void nn_device_wish_report(const struct nn_device_wish *wish,
			   const struct nn_device_candidate *chosen, const char *description,
			   struct nn_workload_run *run);

#endif
