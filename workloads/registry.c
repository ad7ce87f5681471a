/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "workloads/workload.h"

#define NN_WORKLOAD(symbol) &nn_workload_##symbol,
const struct nn_workload *const nn_workloads[] = {
#include "workloads/list.h"
};
#undef NN_WORKLOAD

const size_t nn_nr_workloads = NN_ARRAY_SIZE(nn_workloads);
