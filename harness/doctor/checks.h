/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The checks by what they look at: the rows of the table in doctor.c. */
#ifndef NN_DOCTOR_CHECKS_H
#define NN_DOCTOR_CHECKS_H

#include "harness/doctor/doctor.h"

/** Fill a finding; @hint is dropped when all is well. */
void nn_finding_set(struct nn_finding *finding, enum nn_health health, const char *hint,
		    const char *fmt, ...) NN_PRINTF(4, 5);

/* the machine */
void nn_look_iommu(const struct nn_patient *patient, struct nn_finding *finding);
void nn_look_interrupts(const struct nn_patient *patient, struct nn_finding *finding);
void nn_look_acs(const struct nn_patient *patient, struct nn_finding *finding);
void nn_look_vfio(const struct nn_patient *patient, struct nn_finding *finding);
void nn_look_kvm(const struct nn_patient *patient, struct nn_finding *finding);
void nn_look_lockdown(const struct nn_patient *patient, struct nn_finding *finding);
void nn_look_locked_memory(const struct nn_patient *patient, struct nn_finding *finding);
void nn_look_hugepages(const struct nn_patient *patient, struct nn_finding *finding);

/* the device */
void nn_look_present(const struct nn_patient *patient, struct nn_finding *finding);
void nn_look_kind(const struct nn_patient *patient, struct nn_finding *finding);
void nn_look_group(const struct nn_patient *patient, struct nn_finding *finding);
void nn_look_regions(const struct nn_patient *patient, struct nn_finding *finding);
void nn_look_unused(const struct nn_patient *patient, struct nn_finding *finding);
void nn_look_reset(const struct nn_patient *patient, struct nn_finding *finding);
void nn_look_msi(const struct nn_patient *patient, struct nn_finding *finding);
void nn_look_bars(const struct nn_patient *patient, struct nn_finding *finding);
void nn_look_rom(const struct nn_patient *patient, struct nn_finding *finding);
void nn_look_sriov(const struct nn_patient *patient, struct nn_finding *finding);
void nn_look_numa(const struct nn_patient *patient, struct nn_finding *finding);
void nn_look_power(const struct nn_patient *patient, struct nn_finding *finding);
void nn_look_link(const struct nn_patient *patient, struct nn_finding *finding);

#endif
