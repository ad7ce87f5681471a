/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/common/device-choice.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/device/device.h"

/* Base classes of the PCI Code and ID Assignment Specification. */
#define CLASS_DISPLAY    0x03
#define CLASS_PROCESSING 0x12

static const char *const wish_words[] = {"auto", "gpu", "cpu", NULL};

int nn_device_wish_read(const struct nn_workload *workload, const struct nn_workload_run *run,
			struct nn_device_wish *ret_wish, struct nn_err *err)
{
	const struct nn_device_id *id = &run->job->device;
	struct nn_device_wish wish = {.kind = NN_WISH_AUTO};
	unsigned int base_class = id->class_code >> 16;
	size_t word;
	int rc;

	rc = nn_workload_check_word("device", nn_workload_string(workload, run, "device"),
				    wish_words, &word, err);
	if (rc)
		return rc;
	wish.kind = (enum nn_device_wish_kind)word;
	if (nn_device_is_given(id)) {
		wish.is_gpu_under_test =
			base_class == CLASS_DISPLAY || base_class == CLASS_PROCESSING;
		/* Not seen on this side: then no candidate can be it, and software is left. */
		if (nn_device_resolve(run->sysroot, id, wish.bdf, NULL))
			wish.bdf[0] = '\0';
	}
	*ret_wish = wish;
	return 0;
}

unsigned int nn_device_wish_rank(const struct nn_device_wish *wish,
				 const struct nn_device_candidate *candidate)
{
	if (candidate->is_software)
		return wish->kind == NN_WISH_GPU ? 0 : 1;
	if (wish->kind == NN_WISH_CPU)
		return 0;
	if (candidate->bdf[0] && strcmp(candidate->bdf, wish->bdf) == 0)
		return 3;
	if (candidate->bdf[0] && wish->is_gpu_under_test)
		return 0;
	return 2;
}

int nn_device_wish_refuse(const struct nn_device_wish *wish, const char *api, const char *seen,
			  struct nn_err *err)
{
	const char *kind = "device";

	if (wish->kind == NN_WISH_GPU)
		kind = "GPU";
	else if (wish->kind == NN_WISH_CPU)
		kind = "software device";
	if (wish->is_gpu_under_test && wish->kind != NN_WISH_CPU)
		return nn_err_set(err, -EOPNOTSUPP, "no %s %s is the GPU under test (%s), seen: %s",
				  api, kind, wish->bdf[0] ? wish->bdf : "not visible here",
				  seen[0] ? seen : "none");
	return nn_err_set(err, -EOPNOTSUPP, "no %s %s, seen: %s", api, kind,
			  seen[0] ? seen : "none");
}

void nn_device_wish_report(const struct nn_device_wish *wish,
			   const struct nn_device_candidate *chosen, const char *description,
			   struct nn_workload_run *run)
{
	const char *place = chosen->bdf[0] ? chosen->bdf : "PCI address unknown";

	if (chosen->is_software)
		place = "software";
	run->is_software = chosen->is_software && wish->kind != NN_WISH_CPU;
	(void)snprintf(run->note, sizeof(run->note), "%s (%s)", description, place);
}
