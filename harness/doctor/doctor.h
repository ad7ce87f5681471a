/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Can this machine pass a device through, and what is wrong if not? Checks are rows of a table;
 * each looks at one thing, changes nothing, and says what to do.
 */
#ifndef NN_DOCTOR_DOCTOR_H
#define NN_DOCTOR_DOCTOR_H

#include "harness/base/sysfs.h"
#include "harness/device/device.h"

enum nn_health { NN_HEALTH_PASS, NN_HEALTH_WARN, NN_HEALTH_FAIL, NN_HEALTH_SKIP };

const char *nn_health_name(enum nn_health health); /* "PASS" … */

struct nn_patient {
	const struct nn_sysroot *sysroot;
	const char *bdf; /* the device that was asked about, normalised, or NULL */
};

struct nn_finding {
	enum nn_health health;
	char what[NN_ERR_MESSAGE_CAP]; /* what was seen */
	const char *hint;              /* what to do, a constant, or NULL */
};

struct nn_check {
	const char *name; /* "IOMMU active" */
	bool needs_device;
	void (*look)(const struct nn_patient *patient, struct nn_finding *ret_finding);
};

extern const struct nn_check nn_checks[];
extern const size_t nn_nr_checks;

/** Execute one check; one that needs a device is SKIP without. */
void nn_check_execute(const struct nn_check *check, const struct nn_patient *patient,
		      struct nn_finding *ret_finding);

#endif
