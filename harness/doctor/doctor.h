/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Can this machine pass a device through, and what is wrong if not? Checks are rows of a table;
 * each looks at one thing, changes nothing, and says what to do. What several need is read once,
 * into the patient.
 */
#ifndef NN_DOCTOR_DOCTOR_H
#define NN_DOCTOR_DOCTOR_H

#include "harness/device/assignability.h"
#include "harness/device/isolation.h"

enum nn_health { NN_HEALTH_PASS, NN_HEALTH_WARN, NN_HEALTH_FAIL, NN_HEALTH_SKIP };

const char *nn_health_name(enum nn_health health); /* "PASS" … */

struct nn_patient {
	const struct nn_sysroot *sysroot;
	const char *bdf; /* the device that was asked about, normalised, or NULL */
	struct nn_board board;
	struct nn_devices devices;
	struct nn_isolation isolation;

	/* Of the device; empty when none was named or it is not there. */
	const struct nn_device *device; /* one of @devices */
	struct nn_device_users users;
	struct nn_assignability assignability;
};

/**
 * Read what the checks look at.
 * @bdf: borrowed, or NULL.
 */
int nn_patient_init(struct nn_patient *patient, const struct nn_sysroot *sysroot, const char *bdf,
		    struct nn_err *err);
void nn_patient_release(struct nn_patient *patient);
NN_AUTO_DEFINE(patient, struct nn_patient, nn_patient_release(p))

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
