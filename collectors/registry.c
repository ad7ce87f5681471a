/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "collectors/collector.h"

#include "harness/base/compat.h"

#define NN_COLLECTOR(symbol) extern const struct nn_collector nn_collector_##symbol;
#include "collectors/list.h"
#undef NN_COLLECTOR

const struct nn_collector *const nn_collectors[] = {
#define NN_COLLECTOR(symbol) &nn_collector_##symbol,
#include "collectors/list.h"
#undef NN_COLLECTOR
};

const size_t nn_nr_collectors = NN_ARRAY_SIZE(nn_collectors);
