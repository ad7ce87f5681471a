/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All that can be told of a machine's PCI devices and mediated devices at one time; its JSON form,
 * nearnative.devices/1 (reports/schema/). Surveys are stored, so that boards can be compared
 * (survey-compare.h) and a campaign's devices be looked up later. The JSON has no time in it: the
 * same state gives the same text.
 */
#ifndef NN_DEVICE_SURVEY_H
#define NN_DEVICE_SURVEY_H

#include <jansson.h>

#include "harness/device/assignability.h"
#include "harness/device/isolation.h"

#define NN_SURVEY_SCHEMA "nearnative.devices/1"

struct nn_survey {
	struct nn_board board;
	struct nn_devices devices;                /* with their names */
	struct nn_device_users *users;            /* one for each device */
	struct nn_assignability *assignabilities; /* one for each device */
	struct nn_iommu_group *groups;            /* by number */
	size_t nr_groups;
	size_t cap_groups;
	struct nn_mdev_parents mdev_parents; /* PCI functions or not */
	struct nn_isolation isolation;
	size_t nr_hidden; /* processes that could not be looked into */
};

void nn_survey_release(struct nn_survey *survey);
NN_AUTO_DEFINE(survey, struct nn_survey, nn_survey_release(p))

int nn_survey_read(const struct nn_sysroot *root, struct nn_survey *ret_survey, struct nn_err *err);

/* Who the machine is; what identifies it in the store. */
struct nn_survey_machine {
	const char *fingerprint;
	const char *description; /* or NULL */
	bool is_emulated;
};

/**
 * A new reference.
 * @only: the address of one function, to which devices, groups and parents of mediated devices are
 *        restricted; or NULL.
 */
json_t *nn_survey_json(const struct nn_survey *survey, const struct nn_survey_machine *machine,
		       const char *only);

/** The device with an address, its number in the survey's arrays; -ENODEV. */
int nn_survey_find(const struct nn_survey *survey, const char *bdf, size_t *ret_at,
		   struct nn_err *err);

/** What a port's type is called, "root port"; NULL when unknown or conventional. */
const char *nn_pcie_type_name(int type);

#endif
